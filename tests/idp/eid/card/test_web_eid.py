import base64
import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from idp.eid.card import web_eid
from idp.eid.card.problems import CardProblem, Problem
from tests.support.card_agent import NONCE, ORIGIN
from tests.support.software_cards import ISSUED_AT


def a_certificate(key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    name = x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.not_valid_before(ISSUED_AT).not_valid_after(ISSUED_AT + timedelta(days=1))
    return dated.serial_number(1).sign(key, hashes.SHA256())


@pytest.mark.parametrize(
    ("key", "name", "hash_name"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256", "sha256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256", "sha256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384", "sha384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512", "sha512"),
    ],
    ids=["rsa", "p256", "p384", "p521"],
)
def test_the_key_decides_the_algorithm(key: CertificateIssuerPrivateKeyTypes, name: str, hash_name: str) -> None:
    assert web_eid.algorithm_of(a_certificate(key)) == web_eid.Algorithm(name, hash_name)


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256K1())],  # noqa: S505 - refused below
    ids=["short", "foreign curve"],
)
def test_other_keys_are_not_supported(key: CertificateIssuerPrivateKeyTypes) -> None:
    with pytest.raises(CardProblem) as caught:
        web_eid.algorithm_of(a_certificate(key))

    assert caught.value.problem is Problem.UNSUPPORTED_CARD


def test_origin_and_nonce_are_hashed_apart() -> None:
    algorithm = web_eid.Algorithm("ES384", "sha384")

    data = web_eid.signed_data(algorithm, ORIGIN, NONCE)

    assert data == hashlib.sha384(ORIGIN.encode()).digest() + hashlib.sha384(NONCE.encode()).digest()
    assert web_eid.signed_digest(algorithm, ORIGIN, NONCE) == hashlib.sha384(data).digest()


def test_the_token_carries_the_certificate_byte_for_byte() -> None:
    certificate = a_certificate(ec.generate_private_key(ec.SECP384R1()))
    der = certificate.public_bytes(Encoding.DER)

    token = web_eid.token(certificate, der, bytes(96))

    assert base64.b64decode(token["unverifiedCertificate"]) == der
    assert base64.b64decode(token["signature"]) == bytes(96)
    assert (token["algorithm"], token["format"]) == ("ES384", "web-eid:1.0")


@pytest.mark.parametrize("length", [0, 95, 97, 102])
def test_a_signature_that_is_no_pair_of_numbers_is_refused(length: int) -> None:
    certificate = a_certificate(ec.generate_private_key(ec.SECP384R1()))

    with pytest.raises(CardProblem):
        web_eid.token(certificate, certificate.public_bytes(Encoding.DER), bytes(length))


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("A" * 44, True),
        ("A" * 128, True),
        ("A" * 43 + "=", True),
        ("A" * 42 + "==", True),
        ("A" * 43, False),
        ("A" * 129, False),
        ("A" * 43 + "\n", False),
        ("A" * 20 + "==" + "A" * 22, False),
        ("é" * 44, False),
        ("-" * 44, False),
        (None, False),
        (44, False),
    ],
)
def test_a_nonce_is_base64_text(value: object, *, is_right: bool) -> None:
    assert web_eid.is_nonce(value) is is_right
