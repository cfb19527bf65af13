"""Signing in with a passkey instead of the password: what is let in, and every way in which it is not (A16)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from idp.credentials import passkeys
from idp.credentials.passkey_challenges import CHALLENGE_LIFE
from idp.oidc.pending import PENDING_LIFE
from idp.wiring import Services
from tests.support.factors import PLACE, with_authenticator, with_passkey
from tests.support.sign_in import Browser, id_token
from tests.support.soft_passkey import SoftPasskey
from tests.support.tools import Office

MFA = Acr.MFA.value
ELSEWHERE = "https://login.immo.test.evil.example"


def given_passkey(services: Services, person_id: PersonId, device: SoftPasskey | None = None) -> SoftPasskey:
    """Give a person a passkey and return the device that has it."""
    now, issuer = services.clock.now(), services.settings.issuer
    return with_passkey(services.database, services.store, issuer, person_id, now=now, device=device)


@pytest.fixture
def device(services: Services, office: Office) -> SoftPasskey:
    """Return Anna's laptop with her passkey."""
    return given_passkey(services, office.anna)


def options(browser: Browser) -> str:
    """Return what the sign-in page asks of a passkey."""
    return browser.page.one("form[data-passkey=get]").attributes["data-options"]


def answered(browser: Browser, answer: str) -> Browser:
    """Send an answer with the form of the page."""
    return browser.press("#passkey-login", **{"passkey-answer": answer})


def signed_in(services: Services) -> list[str]:
    """Return who signed in, the first one first."""
    with services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "signed-in").order_by(AuditRow.id)).all()
    return [row.subject_id or "" for row in rows]


def assert_refused(browser: Browser, services: Services) -> None:
    """Assert that the page says so, and that nobody came in."""
    assert browser.status == 422
    assert browser.page.one(".error-summary").attributes["role"] == "alert"
    assert browser.page.has("#passkey-login-error")
    assert browser.cookie("immo-idp") is None
    assert signed_in(services) == []


def changed(answer: str, **members: Any) -> str:
    """Return an answer with other members in its response."""
    found = json.loads(answer)
    found["response"].update(members)
    return json.dumps(found)


def flipped(encoded: str) -> str:
    """Return the same bytes but for one bit."""
    found = bytearray(urlsafe_b64decode(encoded + "=="))
    found[-1] ^= 1
    return urlsafe_b64encode(found).rstrip(b"=").decode()


def test_a_passkey_is_two_factors_and_the_token_says_so(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    browser.authorize("plain")

    answered(browser, device.get(options(browser))).press("#allow")

    claims = id_token(services, browser)
    assert (claims["sub"], claims["acr"], claims["amr"]) == (office.anna, MFA, ["hwk", "user", "mfa"])
    assert signed_in(services) == [office.anna]


def test_a_key_that_is_synced_is_no_hardwares(browser: Browser, services: Services, office: Office) -> None:
    synced = given_passkey(services, office.anna, SoftPasskey(services.settings.issuer, is_synced=True, counts=False))
    browser.authorize("plain")

    answered(browser, synced.get(options(browser))).press("#allow")

    assert id_token(services, browser)["amr"] == ["swk", "user", "mfa"]


def test_the_page_names_nobody_and_demands_that_the_user_is_verified(browser: Browser, device: SoftPasskey) -> None:
    asked = json.loads(options(browser.authorize("plain")))

    assert (asked["rpId"], asked["allowCredentials"], asked["userVerification"]) == ("login.immo.test", [], "required")
    assert len(urlsafe_b64decode(asked["challenge"] + "==")) == 32
    assert browser.page.one("#username").attributes["autocomplete"] == "username webauthn"


def test_every_page_asks_anew(browser: Browser) -> None:
    challenges = {json.loads(options(browser.authorize("plain")))["challenge"] for _ in range(5)}

    assert len(challenges) == 5


def test_an_authenticator_is_not_asked_for_beside_it(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, clock: FixedClock
) -> None:
    with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert browser.page.has("#allow")


def test_a_device_that_counts_is_used_again_and_again(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    for _ in range(3):
        answered(browser.authorize("plain", prompt="login"), device.get(options(browser)))

    assert signed_in(services) == [office.anna] * 3
    with services.database.reading() as session:
        [known] = passkeys.passkeys_of(session, office.anna)
    assert known.last_used_at == services.clock.now()


def test_a_device_that_never_counts_is_used_again_and_again(
    browser: Browser, services: Services, office: Office
) -> None:
    device = given_passkey(services, office.anna, SoftPasskey(services.settings.issuer, counts=False))

    for _ in range(3):
        answered(browser.authorize("plain", prompt="login"), device.get(options(browser)))

    assert signed_in(services) == [office.anna] * 3


def test_a_device_that_did_not_verify_its_user_is_refused(
    browser: Browser, services: Services, device: SoftPasskey
) -> None:
    device.is_verified = False
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert_refused(browser, services)


@pytest.mark.parametrize(
    "told",
    [
        {"origin": ELSEWHERE},
        {"origin": "http://login.immo.test"},
        {"origin": "https://login.immo.test:8443"},
        {"type": "webauthn.create"},
        {"crossOrigin": True},
    ],
    ids=str,
)
def test_an_answer_made_for_another_page_is_refused(
    browser: Browser, services: Services, device: SoftPasskey, told: dict[str, Any]
) -> None:
    """Web Authentication Level 3 section 7.2, steps 11 to 14."""
    browser.authorize("plain")

    answered(browser, device.get(options(browser), **told))

    assert_refused(browser, services)


def test_an_answer_for_another_relying_party_is_refused(
    browser: Browser, services: Services, device: SoftPasskey
) -> None:
    device.rp_id = "immo.test"
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert_refused(browser, services)


def test_an_answer_that_is_sent_again_is_refused(
    browser: Browser, stranger: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    browser.authorize("plain")
    fields = {**browser.fields("#passkey-login"), "passkey-answer": device.get(options(browser))}
    [address] = browser.form("#passkey-login")
    browser.post(address, data=fields)

    browser.client.delete_cookie("__Host-immo-idp", domain="login.immo.test")
    browser.post(address, data=fields)

    assert signed_in(services) == [office.anna]


def test_an_answer_to_another_browsers_page_is_refused(
    browser: Browser, stranger: Browser, services: Services, device: SoftPasskey
) -> None:
    """A phishing page in between cannot pass on what it was answered: it is bound to the browser that asked."""
    theirs = device.get(options(stranger.authorize("plain")))
    browser.authorize("plain")

    answered(browser, theirs)

    assert_refused(browser, services)


def test_an_answer_to_a_page_of_before_is_refused(browser: Browser, services: Services, device: SoftPasskey) -> None:
    old = device.get(options(browser.authorize("plain")))
    browser.authorize("plain")

    answered(browser, old)

    assert_refused(browser, services)


def test_a_challenge_of_ones_own_is_refused(browser: Browser, services: Services, device: SoftPasskey) -> None:
    asked = json.loads(options(browser.authorize("plain")))

    answered(browser, device.get(json.dumps({**asked, "challenge": "A" * 43})))

    assert_refused(browser, services)


def test_a_challenge_lives_as_long_as_its_page() -> None:
    assert CHALLENGE_LIFE == PENDING_LIFE


@pytest.mark.parametrize("member", ["signature", "authenticatorData", "clientDataJSON"])
def test_an_altered_answer_is_refused(browser: Browser, services: Services, device: SoftPasskey, member: str) -> None:
    answer = device.get(options(browser.authorize("plain")))
    value = json.loads(answer)["response"][member]

    answered(browser, changed(answer, **{member: flipped(value)}))

    assert_refused(browser, services)


def test_a_signature_over_something_else_is_refused(browser: Browser, services: Services, device: SoftPasskey) -> None:
    browser.authorize("plain")

    answered(browser, device.get(options(browser), signed=b"something else"))

    assert_refused(browser, services)


def test_another_key_under_the_same_name_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    forged = SoftPasskey(services.settings.issuer)
    forged.credential_id, forged.user_handle = device.credential_id, device.user_handle
    browser.authorize("plain")

    answered(browser, forged.get(options(browser)))

    assert_refused(browser, services)


def test_a_passkey_that_nobody_has_is_refused(browser: Browser, services: Services, office: Office) -> None:
    foreign = SoftPasskey(services.settings.issuer)
    foreign.user_handle = office.anna.encode()
    browser.authorize("plain")

    answered(browser, foreign.get(options(browser)))

    assert_refused(browser, services)


def test_a_passkey_that_was_removed_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    with services.database.transaction() as session:
        [known] = passkeys.passkeys_of(session, office.anna)
        passkeys.remove(session, office.anna, known.id, place=PLACE, now=services.clock.now())
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert_refused(browser, services)


@pytest.mark.parametrize("handle", ["bert", None])
def test_a_passkey_that_names_somebody_else_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, handle: str | None
) -> None:
    """Section 7.2, step 6: the user handle must be that of the credential's owner, and be there."""
    device.user_handle = None if handle is None else office.bert.encode()
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert_refused(browser, services)


def test_a_passkey_of_somebody_who_was_anonymised_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, erase: Any
) -> None:
    erase(office.anna)
    browser.authorize("plain")

    answered(browser, device.get(options(browser)))

    assert_refused(browser, services)


@pytest.mark.parametrize("counter", [0, 4])
def test_a_copy_is_refused_written_down_and_told(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, counter: int
) -> None:
    """Section 6.1.1: a counter that does not go up is that of a copy."""
    device.counter = 5
    answered(browser.authorize("plain"), device.get(options(browser)))
    before = signed_in(services)

    device.counter, device.counts = counter, False
    answered(browser.authorize("plain", prompt="login"), device.get(options(browser)))

    assert browser.status == 422
    assert browser.page.has("#passkey-login-error")
    assert signed_in(services) == before
    with services.database.reading() as session:
        refused = session.scalars(select(AuditRow).where(AuditRow.action == "passkey-copy-refused")).one()
        mails = [row.body for row in session.scalars(select(OutboxRow))]
    assert (refused.actor_id, refused.subject_id) == (None, office.anna)
    [told] = [mail for mail in mails if mail["template"] == "passkey-copied"]
    assert told["address"] == "anna.peeters@people.example"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "null",
        "[]",
        "x",
        "[" * 15_000,
        '{"id":1}',
        '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    ],
)
def test_what_is_no_answer_is_refused(browser: Browser, services: Services, answer: str) -> None:
    browser.authorize("plain")

    answered(browser, answer)

    assert_refused(browser, services)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_MEMBERS = ("clientDataJSON", "authenticatorData", "signature", "userHandle")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    member=st.sampled_from(_MEMBERS),
    value=_JSON | st.binary(max_size=200).map(lambda raw: urlsafe_b64encode(raw).decode()),
    client=st.dictionaries(st.sampled_from(["type", "challenge", "origin", "crossOrigin", "tokenBinding"]), _JSON),
)
def test_no_answer_makes_us_stumble(
    browser: Browser, services: Services, device: SoftPasskey, member: str, value: Any, client: dict[str, Any]
) -> None:
    browser.authorize("plain")
    answer = device.get(options(browser), **client)

    answered(browser, changed(answer, **{member: value}))

    assert browser.status in {200, 422}, browser.page.text


def test_a_form_without_its_token_is_refused(browser: Browser, services: Services, device: SoftPasskey) -> None:
    browser.authorize("plain")
    fields = {**browser.fields("#passkey-login"), "passkey-answer": device.get(options(browser)), "csrf_token": "x"}

    browser.post(*browser.form("#passkey-login"), data=fields)

    assert browser.error_code == "form-token-invalid"
    assert signed_in(services) == []


def test_a_passkey_decides_who_one_is(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    browser.authorize("plain").sign_in("bert.janssens")

    answered(browser.authorize("plain", prompt="login"), device.get(options(browser)))

    assert signed_in(services) == [office.bert, office.anna]


def test_who_has_a_passkey_can_still_use_the_password_alone(
    browser: Browser, services: Services, device: SoftPasskey
) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    claims = id_token(services, browser)
    assert (claims["acr"], claims["amr"]) == (Acr.PASSWORD.value, ["pwd"])


@pytest.mark.parametrize("how", ["acr_values", "essential"])
def test_a_tool_that_demands_more_leads_from_the_password_to_the_passkey(
    browser: Browser, services: Services, device: SoftPasskey, how: str
) -> None:
    """`acr_values` and the essential acr claim (OpenID Connect Core section 5.5.1.1)."""
    browser.authorize("plain").sign_in().press("#allow")
    essential = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})
    asked = {"acr_values": MFA} if how == "acr_values" else {"claims": essential}

    browser.authorize("plain", **asked)

    answered(browser, device.get(options(browser)))
    claims = id_token(services, browser)
    assert (claims["acr"], claims["amr"]) == (MFA, ["hwk", "user", "mfa"])
