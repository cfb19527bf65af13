"""The code that was mailed: entered, wrong, late, asked for again, sent elsewhere; with and without a session (A5)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.clock import FixedClock
from core.people.activation import holder_of
from core.people.email_addresses import adopt, propose
from core.people.profiles import find_for_sign_in
from core.people.tables import EmailAddressRow
from idp.credentials.code_requests import PAUSE, PER_HOUR, PER_MAILBOX
from idp.credentials.mailed_codes import ALPHABET, TRIES
from idp.credentials.tables import CodePurpose
from idp.wiring import Services
from tests.idp.interaction.registering import NEW_PASSWORD, all_cookies, mailed_code, mails, open_registration, register
from tests.support.sign_in import Browser
from tests.support.tools import Office

WAITS = "We sent a code of six characters to"


@pytest.fixture
def registered(browser: Browser) -> Browser:
    """Return a browser in which somebody has just made an account."""
    return register(open_registration(browser))


def enter(browser: Browser, code: str) -> Browser:
    """Type a code and press the button."""
    return browser.press("#activate", **{"activation-code": code})


def wrong(code: str) -> str:
    """Return a code that is not this one."""
    return next(mark for mark in ALPHABET if mark != code[0]) + code[1:]


def said(browser: Browser) -> str:
    """Return what the page says is wrong with the code."""
    return browser.page.one("#activation-code-error").text


def the_pause_is_over(services: Services, username: str = "clara.vdb") -> None:
    """Let the minute between two codes pass."""
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
    assert found is not None
    rate_limit.forget(services.store, PAUSE, f"{CodePurpose.ACTIVATION}\n{found.person_id}")


def current_address(services: Services, username: str = "clara.vdb") -> str | None:
    """Return the address that an account has proved, if any."""
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
        assert found is not None
        rows = session.scalars(select(EmailAddressRow).where(EmailAddressRow.person_id == found.person_id)).all()
    return next((row.address for row in rows if row.state == "current"), None)


def test_the_right_code_activates_and_signs_in(registered: Browser, services: Services) -> None:
    enter(registered, mailed_code(services))

    assert registered.page.has("#allow")
    assert current_address(services) == "clara@people.example"


@pytest.mark.parametrize("written", [str.lower, lambda code: f" {code[:3]}-{code[3:]} "])
def test_a_code_may_be_typed_as_people_type(registered: Browser, services: Services, written: object) -> None:
    enter(registered, written(mailed_code(services)))  # type: ignore[operator]

    assert registered.page.has("#allow")


def test_wrong_codes_say_how_many_tries_are_left_and_then_that_another_is_needed(
    registered: Browser, services: Services
) -> None:
    code = mailed_code(services)
    texts = [said(enter(registered, wrong(code))) for _ in range(TRIES + 1)]

    assert registered.status == 422
    assert [f"try {left} more" in text for left, text in zip((4, 3, 2, 1), texts[:4], strict=True)] == [True] * 4
    assert "Ask for another code below" in texts[4]
    assert "Ask for another code below" in texts[5]
    assert "Ask for another code below" in said(enter(registered, code))
    assert current_address(services) is None
    assert registered.cookie("immo-idp") is None


@pytest.mark.parametrize("typed", ["", "12", "no code!", "\x00", "x" * 500])
def test_what_is_no_code_costs_no_try(registered: Browser, services: Services, typed: str) -> None:
    for _ in range(TRIES + 1):
        assert "six letters and digits" in said(enter(registered, typed))

    assert enter(registered, mailed_code(services)).page.has("#allow")


def test_after_its_life_another_code_is_sent_by_itself(browser: Browser, services: Services, clock: FixedClock) -> None:
    register(open_registration(browser))
    old = mailed_code(services)
    clock.advance(timedelta(hours=25))
    the_pause_is_over(services)

    browser.authorize("plain").sign_in("clara.vdb", NEW_PASSWORD)

    assert WAITS in browser.page.text
    assert len(mails(services)) == 2
    assert "not the code of the newest message" in said(enter(browser, old))
    assert enter(browser, mailed_code(services)).page.has("#allow")


def test_a_code_can_be_asked_for_again_after_a_minute(registered: Browser, services: Services) -> None:
    first = mailed_code(services)
    assert "You can ask for another code in" in registered.page.text
    registered.press("#resend-code")
    assert registered.status == 429
    assert registered.response is not None and 0 < int(registered.response.headers["Retry-After"]) <= 60
    assert "You can ask for another code in" in registered.page.one(".error-summary").text
    assert len(mails(services)) == 1
    the_pause_is_over(services)

    registered.press("#resend-code")

    assert registered.status == 200
    assert "Another code was sent" in registered.page.text
    assert len(mails(services)) == 2
    if mailed_code(services) != first:
        assert "not the code of the newest" in said(enter(registered, first))
    assert enter(registered, mailed_code(services)).page.has("#allow")


def test_five_codes_an_hour(registered: Browser, services: Services) -> None:
    statuses = []
    for _ in range(PER_HOUR.attempts):
        the_pause_is_over(services)
        statuses.append(registered.press("#resend-code").status)

    assert statuses == [200] * (PER_HOUR.attempts - 1) + [429]
    assert len(mails(services)) == PER_HOUR.attempts


def test_a_mistyped_address_is_mended_at_once(registered: Browser, services: Services) -> None:
    first = mailed_code(services)
    registered.get(registered.page.one("#change-address-link").attributes["href"])

    registered.press("#change-address", email="Clara.Broeck@people.example")

    assert "The code was sent to the address you gave" in registered.page.text
    assert "Clara.Broeck@people.example" in registered.page.text
    assert [mail.address for mail in mails(services)] == ["clara@people.example", "Clara.Broeck@people.example"]
    if mailed_code(services) != first:
        assert enter(registered, first).status == 422
    enter(registered, mailed_code(services))
    assert registered.page.has("#allow")
    assert current_address(services) == "Clara.Broeck@people.example"


@pytest.mark.parametrize(
    ("typed", "text"),
    [("", "Fill in your e-mail"), ("clara", "not an e-mail"), ("info@kantoor.example", "address of an office")],
)
def test_a_wrong_new_address_is_said_and_the_old_one_stays(
    registered: Browser, services: Services, typed: str, text: str
) -> None:
    registered.get(registered.page.one("#change-address-link").attributes["href"])

    registered.press("#change-address", email=typed)

    assert registered.status == 422
    assert text in registered.page.one("#email-error").text
    assert registered.page.one("#email").attributes["value"] == typed
    assert len(mails(services)) == 1
    registered.get(registered.page.one("#back-to-code").attributes["href"])
    assert enter(registered, mailed_code(services)).page.has("#allow")


def test_an_offices_address_is_taken_when_sent_again(registered: Browser, services: Services) -> None:
    registered.get(registered.page.one("#change-address-link").attributes["href"])
    registered.press("#change-address", email="info@kantoor.example")

    registered.press("#change-address")

    assert mails(services)[-1].address == "info@kantoor.example"


def test_addresses_are_not_changed_for_ever(registered: Browser, services: Services) -> None:
    statuses = []
    for number in range(PER_HOUR.attempts):
        registered.get(registered.url.partition("?")[0] + "?show=address")
        statuses.append(registered.press("#change-address", email=f"c{number}@people.example").status)

    assert statuses == [200] * (PER_HOUR.attempts - 1) + [429]
    assert "You can ask for another code in" in registered.page.one("#email-error").text


def test_a_mailbox_gets_only_so_many_mails_and_nobody_is_told(
    browser: Browser, services: Services, idp_app: Flask
) -> None:
    for number in range(PER_MAILBOX.attempts + 2):
        person = Browser(idp_app.test_client())
        register(open_registration(person), username=f"clara.{number:03}", email="victim@people.example")
        assert WAITS in person.page.text

    assert len(mails(services)) == PER_MAILBOX.attempts


def test_closing_the_browser_and_coming_back_another_day(
    browser: Browser, stranger: Browser, services: Services, clock: FixedClock
) -> None:
    register(open_registration(browser))
    clock.advance(timedelta(hours=20))

    stranger.authorize("plain").sign_in("clara.vdb", NEW_PASSWORD)

    assert WAITS in stranger.page.text
    assert not stranger.page.has("#other-account")
    assert enter(stranger, mailed_code(services)).page.has("#allow")


def test_until_it_is_entered_every_sign_in_asks_for_it(browser: Browser, services: Services) -> None:
    register(open_registration(browser))

    for _ in range(2):
        browser.authorize("plain", prompt="login").sign_in("clara.vdb", NEW_PASSWORD)
        assert WAITS in browser.page.text
    assert browser.authorize("plain", prompt="none").answer["error"] == "interaction_required"
    browser.get("/account/profile")
    assert WAITS in browser.page.text


def test_activated_in_another_browser_this_one_signs_in(
    browser: Browser, stranger: Browser, services: Services
) -> None:
    register(open_registration(browser))
    stranger.authorize("plain").sign_in("clara.vdb", NEW_PASSWORD)
    enter(stranger, mailed_code(services))

    browser.get(browser.url)

    assert browser.page.has("#login")
    browser.sign_in("clara.vdb", NEW_PASSWORD)
    assert browser.page.has("#allow")


def test_only_one_of_many_presses_with_the_right_code_signs_in(
    registered: Browser, services: Services, idp_app: Flask
) -> None:
    [address] = registered.form("#activate")
    data = registered.fields("#activate", **{"activation-code": mailed_code(services)})
    cookies = all_cookies(registered)
    barrier, sessions = Barrier(3), []

    def press() -> None:
        client = idp_app.test_client()
        for key, value in cookies.items():
            client.set_cookie(key, value, domain="login.immo.test", secure=True)
        barrier.wait()
        answer = client.post(address, data=data)
        sessions.append([name for name in answer.headers.getlist("Set-Cookie") if "immo-idp=" in name])

    threads = [Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(bool(found) for found in sessions) == 1


def test_an_address_that_somebody_proved_meanwhile_is_said_and_another_can_be_given(
    registered: Browser, services: Services, office: Office
) -> None:
    code = mailed_code(services)
    with services.database.transaction() as session:
        propose(session, office.bert, "clara@people.example", now=services.clock.now())
        adopt(session, office.bert, "clara@people.example", now=services.clock.now())

    enter(registered, code)

    assert registered.status == 422
    assert "belongs to another account" in said(registered)
    assert "under My profile, Signing in" in said(registered)
    assert registered.cookie("immo-idp") is None
    registered.get(registered.page.one("#change-address-link").attributes["href"])
    registered.press("#change-address", email="clara.two@people.example")
    assert enter(registered, mailed_code(services)).page.has("#allow")
    with services.database.reading() as session:
        holder = holder_of(session, "clara@people.example")
    assert holder is not None and holder.person_id == office.bert


def test_who_has_an_account_after_all_signs_in_with_it(registered: Browser) -> None:
    registered.press("#other-account")
    assert registered.page.has("#login")

    assert registered.sign_in().page.has("#allow")


def test_cancelling_goes_back_to_the_tool(registered: Browser) -> None:
    assert registered.press("#cancel").answer["error"] == "access_denied"


def test_an_altered_form_is_refused(registered: Browser, services: Services) -> None:
    code = mailed_code(services)

    registered.press("#activate", **{"activation-code": code, "csrf_token": "x"})

    assert (registered.status, registered.error_code) == (403, "form-token-invalid")
    assert current_address(services) is None


def test_the_step_is_for_nobody_else(registered: Browser, stranger: Browser, services: Services) -> None:
    code, url = mailed_code(services), registered.url

    assert stranger.get(url).error_code == "interaction-elsewhere"
    assert stranger.post(url, data={"activation-code": code}).error_code == "interaction-elsewhere"
    stranger.authorize("plain").sign_in()
    assert stranger.get(stranger.url.replace("consent", "activate")).page.has("#allow")


def test_the_code_stands_in_no_address_no_page_and_not_plain_in_the_outbox(
    registered: Browser, services: Services
) -> None:
    code = mailed_code(services)

    assert code not in registered.url
    assert registered.response is not None and code not in registered.response.text
    assert code not in repr(mails(services)) + str([mail.to_json() for mail in mails(services)])
    assert enter(registered, wrong(code)).response.text.count(wrong(code)) == 0  # type: ignore[union-attr]
