"""The token of a card, as others make it and as nobody may: limits, algorithm, signature over origin and nonce."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from idp.eid.assertion import origin_of, parse, read_hint, verify_signature
from idp.eid.certificates import named, require_login_purpose
from idp.eid.intermediates import Intermediates
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.trust import Trust
from idp.wiring import BELGIAN_ROOTS
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import SoftCard, ec_key, rsa_key
from tests.support.web_eid_vectors import ISSUERS, ORIGIN, ROOTS, vector

CHRISTMAS_EVE = datetime(2024, 12, 24, tzinfo=UTC)
BOTH = pytest.mark.parametrize("name", ["ecc", "rsa"])
KEYS = pytest.mark.parametrize("key", [ec_key(), rsa_key()], ids=["applet 1.8", "applet 1.7"])
_FLIPS = (0x01, 0x80)
# AlgorithmIdentifier of ecdsa-with-SHA384, with which the tests' authority signs (RFC 5758 section 3.2).
_DER_OF_ES384 = bytes.fromhex("300a06082a8648ce3d040303")


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=24), inner, max_size=5)


@BOTH
def test_public_belgian_tokens_verify_up_to_their_root(base_settings: Settings, name: str) -> None:
    public = vector(name)
    http = OutboundHttp(base_settings.outbound, base_settings.mode)
    trust = Trust(ROOTS, Intermediates(ISSUERS, http=http, hosts=()))

    assertion = parse(public.token)
    verify_signature(assertion, origin=ORIGIN, nonce=public.nonce)
    require_login_purpose(assertion.certificate)
    chain = trust.chain(assertion.certificate, now=CHRISTMAS_EVE)
    holder = named(assertion.certificate)

    assert chain.issuer.subject.rfc4514_string() == "CN=eID TEST EC Citizen CA,C=BE"
    assert chain.root.subject.rfc4514_string() == "CN=eID TEST EC Root CA,C=BE"
    assert (holder.given_names, holder.family_name) == ("Nora Angèle", "Specimen")
    assert holder.number.reveal() == "01050399864"


@BOTH
def test_public_test_cards_are_refused_by_the_belgian_roots(base_settings: Settings, name: str) -> None:
    public = vector(name)
    http = OutboundHttp(base_settings.outbound, base_settings.mode)
    trust = Trust(BELGIAN_ROOTS, Intermediates(ISSUERS, http=http, hosts=()))

    with pytest.raises(EidRefused) as refused:
        trust.chain(parse(public.token).certificate, now=CHRISTMAS_EVE)

    assert refused.value.problem is EidProblem.ISSUER_UNKNOWN


@BOTH
@pytest.mark.parametrize(
    ("origin", "nonce"),
    [
        (ORIGIN, "A" * 43 + "="),
        (ORIGIN, None),
        ("https://elsewhere.example", None),
        (f"{ORIGIN}/", None),
        (ORIGIN.replace("https", "http"), None),
    ],
    ids=["another nonce", "the same", "another site", "a slash", "http"],
)
def test_token_is_good_for_its_origin_and_nonce_only(name: str, origin: str, nonce: str | None) -> None:
    public = vector(name)
    assertion = parse(public.token)
    if (origin, nonce) == (ORIGIN, None):
        verify_signature(assertion, origin=origin, nonce=public.nonce)
        return

    with pytest.raises(EidRefused) as refused:
        verify_signature(assertion, origin=origin, nonce=nonce or public.nonce)

    assert refused.value.problem is EidProblem.BAD_SIGNATURE


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


@BOTH
@pytest.mark.parametrize(
    "changed",
    [
        {"format": "web-eid:2.0"},
        {"format": "web-eid:10"},
        {"format": "web-eid"},
        {"format": None},
        {"format": 1},
        {"algorithm": "RS384"},
        {"algorithm": "PS256"},
        {"algorithm": "ES256"},
        {"algorithm": "none"},
        {"algorithm": None},
        {"signature": None},
        {"signature": ""},
        {"signature": "not base64!"},
        {"signature": "QQ"},
        {"signature": "QR=="},
        {"signature": "A" * 800},
        {"signature": ["QUFB"]},
        {"unverifiedCertificate": None},
        {"unverifiedCertificate": "QUFB"},
        {"unverifiedCertificate": "é" * 100},
        {"unverifiedCertificate": "A" * 6000},
    ],
    ids=str,
)
def test_token_out_of_its_form_is_refused(name: str, changed: dict[str, object]) -> None:
    with pytest.raises(EidRefused) as refused:
        parse({**vector(name).token, **changed})

    assert refused.value.problem is EidProblem.BAD_TOKEN


@pytest.mark.parametrize(("name", "algorithm"), [("ecc", "RS256"), ("rsa", "ES384")])
def test_algorithm_of_another_key_is_refused(name: str, algorithm: str) -> None:
    with pytest.raises(EidRefused) as refused:
        parse({**vector(name).token, "algorithm": algorithm})

    assert refused.value.problem is EidProblem.BAD_TOKEN


@pytest.mark.parametrize("token", [None, "token", 4, [], ["web-eid:1.0"], {}])
def test_what_is_no_token_is_refused(token: object) -> None:
    with pytest.raises(EidRefused) as refused:
        parse(token)

    assert refused.value.problem is EidProblem.BAD_TOKEN


@BOTH
def test_later_minor_versions_and_further_members_are_accepted(name: str) -> None:
    token = {**vector(name).token, "format": "web-eid:1.1", "unverifiedSigningCertificates": [{"certificate": "x"}]}

    assert parse(token).certificate == parse(vector(name).token).certificate


@BOTH
@pytest.mark.parametrize("cut", [0, 1, 95, 97, 256])
def test_signature_of_another_length_is_refused(name: str, cut: int) -> None:
    public = vector(name)
    signature = (b64decode(public.token["signature"]) * 3)[: cut or None]
    if len(signature) > 512:
        signature = signature[:512]
    if signature == b64decode(public.token["signature"]):
        signature += b"\x00"

    with pytest.raises(EidRefused) as refused:
        verify_signature(
            parse({**public.token, "signature": b64encode(signature).decode()}), origin=ORIGIN, nonce=public.nonce
        )

    assert refused.value.problem is EidProblem.BAD_SIGNATURE


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.binary(), _nested, max_leaves=8))
def test_nothing_but_a_refusal_comes_of_anything(token: object) -> None:
    with pytest.raises(EidRefused):
        parse(token)


@given(st.sampled_from(["signature", "unverifiedCertificate", "algorithm", "format"]), st.text(max_size=300))
def test_nothing_but_a_refusal_comes_of_any_member(member: str, value: str) -> None:
    public = vector("ecc")
    with pytest.raises(EidRefused):
        verify_signature(parse({**public.token, member: value + "!"}), origin=ORIGIN, nonce=public.nonce)


def test_hint_is_a_certificate_or_nothing(card_ground: CardGround) -> None:
    der = card_ground.pki.citizen_ca.der

    assert read_hint(der) == card_ground.pki.citizen_ca.certificate
    assert read_hint(der + bytes(1100)) == card_ground.pki.citizen_ca.certificate
    assert read_hint(bytes(1100)) is None
    assert read_hint(None) is None
    assert read_hint(b"no certificate") is None
    assert read_hint(der + bytes(5000)) is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://login.immo.test", "https://login.immo.test"),
        ("https://Login.Immo.test:443/idp", "https://login.immo.test"),
        ("https://login.immo.test:8443", "https://login.immo.test:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:80", "http://localhost"),
        ("https://[::1]:8443/a", "https://[::1]:8443"),
    ],
)
def test_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_vectors_are_what_a_page_receives() -> None:
    assert json.loads(json.dumps(vector("ecc").token))["action"] == "web-eid:authenticate-success"


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


def _is_in(der: bytes, part: bytes, place: int) -> bool:
    begin = der.index(part)
    return begin <= place < begin + len(part)


def _flipped(content: bytes, place: int, flip: int) -> bytes:
    return content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
