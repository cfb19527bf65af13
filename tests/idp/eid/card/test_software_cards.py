"""Test cards: signed, stored and issued like real ones (eid.md 1 to 4), checked here by other means than ours."""

import base64
import hashlib
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store

from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.software.folder import IssuedCards, make_cards, open_folder
from idp.eid.card.software.holders import HOLDERS
from idp.eid.card.software.responder import Responder

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "http://127.0.0.1:8086/ocsp"
ORIGIN = "https://sso.example"
NONCE = base64.b64encode(bytes(range(32))).decode()
NUMBERS = [holder.number for holder in HOLDERS]


@pytest.fixture(scope="module")
def cards() -> IssuedCards:
    return make_cards(NOW, ocsp_url=URL)


def _verify(key: object, signature: bytes, signed: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, signed, ec.ECDSA(hashes.SHA384()))


def _as_der(raw: bytes) -> bytes:
    assert len(raw) == 96
    return encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))


def _certificate(stored: bytes) -> x509.Certificate:
    length = 4 + int.from_bytes(stored[2:4], "big")
    assert stored[length:].strip(b"\0") == b"" and len(stored) > length
    return x509.load_der_x509_certificate(stored[:length])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_token_is_signed_over_origin_and_nonce(cards: IssuedCards, number: int) -> None:
    token = cards.card(number).authenticate(ORIGIN, NONCE)
    certificate = x509.load_der_x509_certificate(base64.b64decode(token["unverifiedCertificate"]))
    signature = base64.b64decode(token["signature"])
    is_rsa = token["algorithm"] == "RS256"
    digest = hashlib.sha256 if is_rsa else hashlib.sha384
    signed = digest(ORIGIN.encode()).digest() + digest(NONCE.encode()).digest()
    _verify(certificate.public_key(), signature if is_rsa else _as_der(signature), signed)
    with pytest.raises(InvalidSignature):
        _verify(certificate.public_key(), signature if is_rsa else _as_der(signature), signed[::-1])
    assert token["format"] == "web-eid:1.0"


def test_the_applet_decides_the_kind_of_the_keys(cards: IssuedCards) -> None:
    algorithms = {card.holder.applet: card.authenticate(ORIGIN, NONCE)["algorithm"] for card in cards.cards}
    assert algorithms == {17: "RS256", 18: "ES384"}


@pytest.mark.parametrize("number", NUMBERS)
def test_certificates_lead_to_the_root(cards: IssuedCards, number: int) -> None:
    card = cards.card(number)
    leaf = card.keys.authentication.certificate
    policy = PolicyBuilder().store(Store([cards.authority.root.certificate])).time(NOW)
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None),
        ee_policy=ExtensionPolicy.permit_all(),
    )
    chain = policy.build_client_verifier().verify(leaf, [_certificate(card.files()["caCertificate"])]).chain
    assert [c.subject for c in chain][-1] == cards.authority.root.certificate.subject
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and not usage.value.content_commitment
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    names = leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert [name.value for name in names] == [card.holder.national_number]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_register_signed_what_is_stored(cards: IssuedCards, number: int) -> None:
    files = cards.card(number).files()
    register = _certificate(files["rrnCertificate"])
    register.verify_directly_issued_by(cards.authority.root.certificate)

    def cut(signature: bytes) -> bytes:
        return signature if isinstance(register.public_key(), rsa.RSAPublicKey) else signature[: signature[1] + 2]

    _verify(register.public_key(), cut(files["identitySignature"]), files["identity"])
    signed = files["address"].rstrip(b"\0") + files["identitySignature"]
    _verify(register.public_key(), cut(files["addressSignature"]), signed)
    assert len(files["address"]) == 117


@pytest.mark.parametrize("number", NUMBERS)
def test_photo_and_chip_key_are_bound_to_the_identity_file(cards: IssuedCards, number: int) -> None:
    card = cards.card(number)
    files = card.files()
    fields = _fields(files["identity"])
    is_old = card.holder.applet == 17
    assert fields[0x11] == (hashlib.sha256 if is_old else hashlib.sha384)(files["photo"]).digest()
    assert files["photo"].startswith(b"\xff\xd8\xff") and len(files["photo"]) < 8192
    assert fields[0x06].decode() == card.holder.national_number
    if is_old:
        assert "basicPublicKey" not in files and 0x1A not in fields and card.chip_signature(ORIGIN, NONCE) is None
    else:
        assert fields[0x1A] == hashlib.sha384(files["basicPublicKey"]).digest()
        _verify_chip(card, files["basicPublicKey"])


def _verify_chip(card: SoftwareCard, public: bytes) -> None:
    assert len(public) == 120
    key = load_der_public_key(public)
    signature = card.chip_signature(ORIGIN, NONCE)
    assert isinstance(key, ec.EllipticCurvePublicKey) and signature is not None
    challenge = hashlib.sha384(b"immo-connect eid chip" + ORIGIN.encode() + NONCE.encode()).digest()
    key.verify(_as_der(signature), challenge, ec.ECDSA(Prehashed(hashes.SHA384())))


def _fields(stored: bytes) -> dict[int, bytes]:
    fields, place = {}, 0
    while place < len(stored):
        tag, length = stored[place], stored[place + 1]
        fields[tag] = stored[place + 2 : place + 2 + length]
        place += 2 + length
    return fields


def test_the_responder_knows_its_cards_and_no_others(cards: IssuedCards) -> None:
    other = make_cards(NOW, ocsp_url=URL, holders=HOLDERS[1:2])
    responder = Responder(cards.authority, cards.cards, now=lambda: NOW)
    good = _ask(responder, cards, cards.card(2))
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD and good.this_update_utc == NOW
    assert _ask(responder, cards, other.card(2)).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    signer = good.certificates[0]
    signer.verify_directly_issued_by(cards.authority.citizen_ca.certificate)
    _verify(signer.public_key(), good.signature, good.tbs_response_bytes)
    nonce = good.extensions.get_extension_for_class(x509.OCSPNonce).value
    assert nonce.nonce == b"sixteen bytes ok"


def _ask(responder: Responder, issuers: IssuedCards, card: SoftwareCard) -> ocsp.OCSPResponse:
    certificate, issuer = card.keys.authentication.certificate, issuers.authority.citizen_ca.certificate
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
    request = request.add_extension(x509.OCSPNonce(b"sixteen bytes ok"), critical=False)
    asked = request.build().public_bytes(Encoding.DER)
    return ocsp.load_der_ocsp_response(responder.answer(asked))


def test_what_is_no_request_is_told_so(cards: IssuedCards) -> None:
    answer = ocsp.load_der_ocsp_response(Responder(cards.authority, cards.cards).answer(b"no request"))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_folder_keeps_its_cards(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "eid", ocsp_url=URL, now=NOW)
    again = open_folder(tmp_path / "eid", ocsp_url=URL, now=NOW + timedelta(days=30))
    assert _fingerprints(first) == _fingerprints(again)
    assert first.card(3).files()["identity"] == again.card(3).files()["identity"]
    keys = list((tmp_path / "eid").rglob("*.key"))
    assert keys and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


def test_cards_are_issued_anew_when_the_responder_moves_or_they_are_over(tmp_path: Path) -> None:
    first = open_folder(tmp_path, ocsp_url=URL, now=NOW)
    moved = open_folder(tmp_path, ocsp_url="http://127.0.0.1:9086/ocsp", now=NOW)
    assert not set(_fingerprints(first)) & set(_fingerprints(moved))
    assert first.authority.root.certificate == moved.authority.root.certificate
    later = open_folder(tmp_path, ocsp_url="http://127.0.0.1:9086/ocsp", now=NOW + timedelta(days=3651))
    assert not set(_fingerprints(moved)) & set(_fingerprints(later))


def _fingerprints(cards: IssuedCards) -> list[bytes]:
    return [card.keys.authentication.certificate.fingerprint(hashes.SHA256()) for card in cards.cards]
