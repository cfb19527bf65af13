"""Step: the second factor after the password, over HTTP as a tool's request brings people there (A16)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.people.assurance import Acr
from idp.credentials import authenticator
from idp.credentials.passwords import hash_password, store_password
from idp.credentials.second_factor import PER_PERSON_AND_NETWORK
from idp.interaction.policy import FIRST_FACTOR_LIFE
from idp.wiring import Services
from tests.support.factors import PLACE, code_at, with_authenticator, with_passkey
from tests.support.sign_in import Browser, id_token
from tests.support.tools import CALLBACK, Office

MFA = Acr.MFA.value


@pytest.fixture
def shared(services: Services, office: Office, clock: FixedClock) -> str:
    """Give Anna an authenticator and return what it shares with us."""
    found, _ = with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())
    return found


@pytest.fixture
def codes(services: Services, office: Office, clock: FixedClock) -> tuple[str, ...]:
    """Give Anna an authenticator and return her recovery codes."""
    return with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())[1]


def is_asked(browser: Browser) -> bool:
    return browser.page.has("#second-factor")


def typed(browser: Browser, code: str) -> Browser:
    """Type a code of the app and go on."""
    return browser.press("#confirm-code", **{"authenticator-code": code})


def recovered(browser: Browser, code: str) -> Browser:
    """Turn to the recovery codes, type one and go on."""
    browser.get(browser.page.one("#other-means").attributes["href"])
    return browser.press("#confirm-code", **{"recovery-code": code})


def sessions_of(services: Services, person_id: str) -> int:
    with services.database.reading() as session:
        signed_in = select(AuditRow).where(AuditRow.action == "signed-in", AuditRow.subject_id == person_id)
        return len(session.scalars(signed_in).all())


def test_password_alone_begins_no_session(browser: Browser, services: Services, office: Office, shared: str) -> None:
    browser.authorize("plain").sign_in()

    assert is_asked(browser)
    assert browser.cookie("immo-idp") is None
    assert sessions_of(services, office.anna) == 0


def test_a_wrong_password_tells_nothing_of_the_second_factor(browser: Browser, shared: str) -> None:
    browser.authorize("plain").sign_in(password="wrong")

    assert not is_asked(browser)
    assert browser.status == 422


def test_the_code_of_the_app_leads_on_and_the_token_says_so(
    browser: Browser, services: Services, shared: str, clock: FixedClock
) -> None:
    browser.authorize("plain").sign_in()

    typed(browser, code_at(shared, clock.now())).press("#allow")

    claims = id_token(services, browser)
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "otp", "mfa"])


def test_a_recovery_code_leads_on_and_its_owner_is_told(
    browser: Browser, services: Services, codes: tuple[str, ...]
) -> None:
    browser.authorize("plain").sign_in()

    recovered(browser, codes[4].lower()).press("#allow")

    claims = id_token(services, browser)
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "otp", "mfa"])
    with services.database.reading() as session:
        mails = [row.body["template"] for row in session.scalars(select(OutboxRow))]
    assert "recovery-code-used" in mails


@pytest.mark.parametrize("code", ["000000", "", "1234567", "abc"])
def test_a_wrong_code_is_said_at_the_field_and_begins_nothing(
    browser: Browser, services: Services, office: Office, shared: str, code: str
) -> None:
    browser.authorize("plain").sign_in()

    typed(browser, code)

    page = browser.page
    assert page.status == 422
    assert page.one("#authenticator-code").attributes["aria-invalid"] == "true"
    assert page.one("#authenticator-code").attributes["value"] == ""
    assert page.one(".error-summary").attributes["role"] == "alert"
    assert sessions_of(services, office.anna) == 0


def test_a_recovery_code_is_good_once(
    browser: Browser, stranger: Browser, services: Services, office: Office, codes: tuple[str, ...]
) -> None:
    recovered(browser.authorize("plain").sign_in(), codes[0])
    stranger.authorize("plain").sign_in()

    recovered(stranger, codes[0])

    assert stranger.status == 422
    assert stranger.page.one("#recovery-code").attributes["aria-invalid"] == "true"
    assert sessions_of(services, office.anna) == 1


def test_a_code_of_the_app_is_good_once(
    browser: Browser, stranger: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    code = code_at(shared, clock.now())
    typed(browser.authorize("plain").sign_in(), code)

    typed(stranger.authorize("plain").sign_in(), code)

    assert stranger.status == 422
    assert sessions_of(services, office.anna) == 1


def test_a_passkey_stands_beside_the_password(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    device = with_passkey(services.database, services.store, services.settings.issuer, office.anna, now=clock.now())
    browser.authorize("plain").sign_in()
    options = browser.page.one("form[data-passkey=get]").attributes["data-options"]

    browser.press("#use-passkey", **{"passkey-answer": device.get(options)}).press("#allow")

    claims = id_token(services, browser)
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "hwk", "user", "mfa"])


def test_a_passkey_of_somebody_else_does_not(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    ground = (services.database, services.store, services.settings.issuer)
    with_passkey(*ground, office.anna, now=clock.now())
    berts = with_passkey(*ground, office.bert, now=clock.now())
    browser.authorize("plain").sign_in()
    options = browser.page.one("form[data-passkey=get]").attributes["data-options"]

    browser.press("#use-passkey", **{"passkey-answer": berts.get(options)})

    assert browser.status == 422
    assert browser.page.has("#use-passkey-error")
    assert sessions_of(services, office.anna) == sessions_of(services, office.bert) == 0


def test_without_a_passkey_none_is_offered(browser: Browser, shared: str) -> None:
    browser.authorize("plain").sign_in()

    assert not browser.page.has("#use-passkey")


def test_guesses_are_limited_and_the_page_says_how_long(browser: Browser, shared: str) -> None:
    browser.authorize("plain").sign_in()
    for _ in range(PER_PERSON_AND_NETWORK[0].attempts):
        typed(browser, "wrong")

    typed(browser, "wrong")

    assert browser.status == 429
    assert browser.response is not None
    assert 0 < int(browser.response.headers["Retry-After"]) <= 300
    assert browser.page.one("#authenticator-code").attributes["aria-invalid"] == "true"


def test_one_can_turn_back_to_another_account(browser: Browser, services: Services, shared: str) -> None:
    browser.authorize("plain").sign_in()

    browser.press("#other-account").sign_in("bert.janssens").press("#allow")

    assert id_token(services, browser)["amr"] == ["pwd"]


def test_one_can_go_back_to_the_tool(browser: Browser, shared: str) -> None:
    browser.authorize("plain").sign_in().press("#cancel")

    assert browser.location is not None and browser.location.startswith(CALLBACK)
    assert browser.answer["error"] == "access_denied"


def test_who_has_lost_everything_is_led_to_the_helpdesk(browser: Browser, shared: str) -> None:
    browser.authorize("plain").sign_in()

    assert browser.page.has("#lost-everything")
    browser.get(browser.page.one("#ask-helpdesk").attributes["href"])
    assert browser.status == 200
    assert browser.page.has("#contact-form")


def test_after_ten_minutes_the_password_is_asked_again(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    browser.authorize("plain").sign_in()
    clock.advance(FIRST_FACTOR_LIFE)

    typed(browser, code_at(shared, clock.now()))

    assert browser.page.has("#sign-in")
    assert sessions_of(services, office.anna) == 0


def test_a_password_changed_in_between_is_asked_again(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    browser.authorize("plain").sign_in()
    clock.advance(timedelta(seconds=30))
    with services.database.transaction() as session:
        hashed = hash_password("another good password")
        store_password(session, person_id=office.anna, hashed=hashed, now=clock.now())

    typed(browser, code_at(shared, clock.now()))

    assert browser.page.has("#sign-in")
    assert browser.cookie("immo-idp") is None


def test_a_form_without_its_token_is_refused(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    browser.authorize("plain").sign_in()
    fields = {**browser.fields("#confirm-code"), "authenticator-code": code_at(shared, clock.now())}

    browser.post(*browser.form("#confirm-code"), data={**fields, "csrf_token": "x"})

    assert browser.error_code == "form-token-invalid"
    assert sessions_of(services, office.anna) == 0


def test_another_browser_gains_nothing_from_the_address(
    browser: Browser, stranger: Browser, shared: str, clock: FixedClock
) -> None:
    [address] = browser.authorize("plain").sign_in().form("#confirm-code")

    stranger.post(address, data={"authenticator-code": code_at(shared, clock.now())})

    assert stranger.error_code == "interaction-elsewhere"


def test_the_step_is_due_to_nobody_who_has_no_authenticator(browser: Browser) -> None:
    [address] = browser.authorize("plain").form("#sign-in")

    browser.get(address.replace("/login", "/second-factor"))

    assert browser.page.has("#sign-in")


def test_an_authenticator_that_was_removed_meanwhile_opens_nothing(
    browser: Browser, services: Services, office: Office, shared: str, clock: FixedClock
) -> None:
    browser.authorize("plain").sign_in()
    with services.database.transaction() as session:
        authenticator.remove(session, office.anna, place=PLACE, now=clock.now())

    typed(browser, code_at(shared, clock.now()))

    assert browser.status == 422
    assert sessions_of(services, office.anna) == 0


def test_a_tool_that_demands_more_gets_a_second_factor(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    """`acr_values` and the essential acr claim (OpenID Connect Core section 5.5.1.1)."""
    browser.authorize("plain").sign_in().press("#allow")
    assert id_token(services, browser)["acr"] == Acr.PASSWORD.value
    shared, _ = with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())

    browser.authorize("plain", acr_values=MFA).sign_in()
    typed(browser, code_at(shared, clock.now()))

    assert id_token(services, browser)["acr"] == MFA
    essential = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})
    browser.authorize("plain", claims=essential)
    assert id_token(services, browser)["acr"] == MFA
