"""Tokens of which a byte was altered: each is refused, with the right code, before anybody is asked."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp.eid.assertion import parse, verify_signature
from idp.eid.certificates import require_login_purpose
from idp.eid.intermediates import read_folder
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.trust import verifies
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import SoftCard, ec_key, rsa_key
from tests.support.web_eid_vectors import ISSUERS, ORIGIN, vector

CHRISTMAS_EVE = datetime(2024, 12, 24, tzinfo=UTC)
BOTH = pytest.mark.parametrize("name", ["ecc", "rsa"])
KEYS = pytest.mark.parametrize("key", [ec_key(), rsa_key()], ids=["applet 1.8", "applet 1.7"])
_FLIPS = (0x01, 0x80)
# AlgorithmIdentifier of ecdsa-with-SHA384, with which the tests' authority signs (RFC 5758 section 3.2).
_DER_OF_ES384 = bytes.fromhex("300a06082a8648ce3d040303")


_OF_MEMBER = {
    "algorithm": {EidProblem.BAD_TOKEN},
    "format": {EidProblem.BAD_TOKEN},
    "signature": {EidProblem.BAD_TOKEN, EidProblem.BAD_SIGNATURE},
    "unverifiedCertificate": {
        EidProblem.BAD_TOKEN,
        EidProblem.BAD_SIGNATURE,
        EidProblem.WEAK_ALGORITHM,
        EidProblem.NOT_FOR_LOGIN,
        EidProblem.ISSUER_UNKNOWN,
    },
}


@BOTH
def test_each_altered_byte_of_a_signature_is_refused(name: str) -> None:
    public = vector(name)
    signature = b64decode(public.token["signature"])

    for place in range(len(signature)):
        for flip in _FLIPS:
            altered = parse({**public.token, "signature": b64encode(_flipped(signature, place, flip)).decode()})
            with pytest.raises(EidRefused) as refused:
                verify_signature(altered, origin=ORIGIN, nonce=public.nonce)
            assert refused.value.problem is EidProblem.BAD_SIGNATURE


@BOTH
@pytest.mark.parametrize("member", ["algorithm", "format", "signature", "unverifiedCertificate"])
def test_each_altered_character_of_a_token_is_refused(name: str, member: str) -> None:
    public = vector(name)
    text = public.token[member]
    # The minor version may be another one: it changes nothing of what is signed.
    places = range(len(text) - 1 if member == "format" else len(text))

    for place in places:
        altered = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(EidRefused) as refused:
            _believed({**public.token, member: altered}, public.nonce)
        assert refused.value.problem in _OF_MEMBER[member], (place, altered)


@KEYS
def test_each_altered_byte_of_a_certificate_is_refused(
    card_ground: CardGround, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    """What a certificate says counts only once its issuer's signature is right: it is called false, never expired."""
    card, asked = card_ground.pki.card(card_ground.shape(), key=key), card_ground.challenge()
    token = card.token(card_ground.cards.origin, asked.nonce)
    der = card.issued.der
    seen = set()

    for place in range(len(der)):
        for flip in _FLIPS:
            altered = {**token, "unverifiedCertificate": b64encode(_flipped(der, place, flip)).decode()}
            refused = card_ground.refuses(altered, asked)
            assert refused.problem in _expected(card, place), (place, flip, refused.problem)
            seen.add(refused.problem)

    # A point off the curve is no key, so nothing is left to hold the signature against.
    of_key = {EidProblem.BAD_SIGNATURE} if isinstance(key, rsa.RSAPrivateKey) else set()
    assert seen == of_key | {
        EidProblem.BAD_TOKEN,
        EidProblem.WEAK_ALGORITHM,
        EidProblem.NOT_FOR_LOGIN,
        EidProblem.ISSUER_UNKNOWN,
    }
    assert not card_ground.responder.asked


def _expected(card: SoftCard, place: int) -> set[EidProblem]:
    """Return what an altered byte may be called by where it stands; anywhere it may make the bytes unreadable."""
    certificate, der = card.certificate, card.issued.der
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    subject, algorithm = certificate.subject.public_bytes(), _DER_OF_ES384
    if _is_in(der, key, place):
        return {EidProblem.BAD_TOKEN, EidProblem.BAD_SIGNATURE, EidProblem.WEAK_ALGORITHM}
    if _is_in(der, subject, place) or place >= len(der) - len(certificate.signature):
        return {EidProblem.BAD_TOKEN, EidProblem.ISSUER_UNKNOWN}
    if _is_in(der, algorithm, place) or place >= der.rindex(algorithm):
        return {EidProblem.BAD_TOKEN, EidProblem.ISSUER_UNKNOWN, EidProblem.WEAK_ALGORITHM}
    if place > der.index(key):
        return {EidProblem.BAD_TOKEN, EidProblem.ISSUER_UNKNOWN, EidProblem.NOT_FOR_LOGIN}
    return {EidProblem.BAD_TOKEN, EidProblem.ISSUER_UNKNOWN}


def _believed(token: object, nonce: str) -> None:
    """Do what is done before anybody is asked; the path is held against the two authorities of the public cards."""
    assertion = parse(token)
    verify_signature(assertion, origin=ORIGIN, nonce=nonce)
    require_login_purpose(assertion.certificate)
    (issuer,) = read_folder(ISSUERS, "*")
    if not verifies(assertion.certificate, issuer, CHRISTMAS_EVE):
        raise EidRefused(EidProblem.ISSUER_UNKNOWN)


def _is_in(der: bytes, part: bytes, place: int) -> bool:
    begin = der.index(part)
    return begin <= place < begin + len(part)


def _flipped(content: bytes, place: int, flip: int) -> bytes:
    return content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
