"""The token of a card, as others make it and as nobody may: limits, algorithm, signature over origin and nonce."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
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
from tests.support.web_eid_vectors import ISSUERS, ORIGIN, ROOTS, vector

CHRISTMAS_EVE = datetime(2024, 12, 24, tzinfo=UTC)
BOTH = pytest.mark.parametrize("name", ["ecc", "rsa"])


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
