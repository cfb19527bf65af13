"""Signing in: what is accepted, what it says, what it leaves (A0, A19)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.people.profiles import find_for_sign_in
from idp.credentials.tables import PasswordRow
from idp.wiring import Services
from tests.support.sign_in import HOST, Browser
from tests.support.tools import Office


@pytest.mark.parametrize(
    "username",
    ["anna.peeters", "ANNA.Peeters", " anna.peeters ", "anna.peeters@people.example", "Anna.Peeters@PEOPLE.example"],
)
def test_username_or_address_in_any_case_signs_in(browser: Browser, username: str) -> None:
    assert browser.authorize("plain").sign_in(username).page.has("#allow")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("anna.peeters", "wrong"),
        ("anna.peeters", ""),
        ("anna.peeters", "correct horse battery" + "x" * 200),
        ("nobody.known", "correct horse battery"),
        ("", "correct horse battery"),
        ("a" * 5000, "correct horse battery"),
        ("anna.peeters\x00", "correct horse battery"),
    ],
)
def test_wrong_credentials_are_told_alike(browser: Browser, username: str, password: str) -> None:
    browser.authorize("plain")

    browser.sign_in(username, password)

    assert browser.status == 422
    assert "do not belong together" in browser.page.text
    assert browser.page.one("#password").attributes.get("value", "") == ""
    assert browser.cookie("immo-idp") is None


def test_page_of_somebody_unknown_differs_in_nothing_but_the_name(browser: Browser) -> None:
    browser.authorize("plain")

    known = browser.sign_in("anna.peeters", "wrong").page.text
    unknown = browser.sign_in("nobody.known", "wrong").page.text

    assert known == unknown


def test_too_many_attempts_are_limited_also_for_nobody(browser: Browser) -> None:
    for username in ("anna.peeters", "nobody.known"):
        browser.authorize("plain")
        statuses = [browser.sign_in(username, "wrong").status for _ in range(9)]
        assert statuses == [422] * 8 + [429]
        assert browser.response is not None and int(browser.response.headers["Retry-After"]) > 0
        assert "Try again in" in browser.page.text


def test_limited_address_refuses_even_the_right_password(browser: Browser) -> None:
    browser.authorize("plain")
    for _ in range(9):
        browser.sign_in("anna.peeters", "wrong")

    assert browser.sign_in("anna.peeters").status == 429


def test_strangers_cannot_lock_the_owner_out(browser: Browser, stranger: Browser) -> None:
    """The owner's device proves an earlier success and is counted apart, behind the same address."""
    browser.authorize("plain").sign_in().press("#allow")
    stranger.authorize("plain")
    for _ in range(10):
        stranger.sign_in("anna.peeters", "guess")
    assert stranger.status == 429

    browser.authorize("plain", prompt="login").sign_in()

    assert "code" in browser.answer


def test_owner_signs_in_from_another_address_meanwhile(browser: Browser, stranger: Browser) -> None:
    stranger.authorize("plain")
    for _ in range(10):
        stranger.sign_in("anna.peeters", "guess")

    browser.authorize("plain")
    browser.post(
        *browser.form("#sign-in"),
        data=browser.fields("#sign-in", username="anna.peeters", password="correct horse battery"),
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )

    assert browser.page.has("#allow")


def test_success_forgives_earlier_mistakes(browser: Browser) -> None:
    for _ in range(2):
        browser.authorize("plain", prompt="login")
        for _ in range(7):
            browser.sign_in("anna.peeters", "wrong")
        browser.sign_in()

    assert browser.page.has("#allow")


def test_sign_in_gives_new_cookies_that_scripts_and_other_hosts_cannot_touch(browser: Browser) -> None:
    browser.authorize("plain")
    posted = browser.client.post(
        *browser.form("#sign-in"),
        data=browser.fields("#sign-in", username="anna.peeters", password="correct horse battery"),
    )

    cookies = {header.partition("=")[0]: header for header in posted.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-immo-idp", "__Host-immo-device", "__Host-immo-door"}
    for header in cookies.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
        assert "Domain" not in header
    assert "Max-Age" not in cookies["__Host-immo-idp"]


def test_new_session_id_at_every_sign_in(browser: Browser) -> None:
    """A cookie that somebody planted before the sign-in stays worth nothing (session fixation)."""
    browser.client.set_cookie("__Host-immo-idp", "planted", domain=HOST, secure=True)
    browser.authorize("plain").sign_in().press("#allow")
    first = browser.cookie("immo-idp")
    browser.authorize("plain", prompt="login").sign_in()
    second = browser.cookie("immo-idp")

    assert first is not None and len({"planted", first, second}) == 3
    browser.client.set_cookie("__Host-immo-idp", first, domain=HOST, secure=True)
    assert browser.authorize("plain", prompt="none").answer["error"] == "login_required"


def test_outdated_hash_is_renewed(browser: Browser, services: Services, office: Office) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")
    with services.database.transaction() as session:
        session.get_one(PasswordRow, office.anna).hash = weak

    browser.authorize("plain").sign_in()

    assert browser.page.has("#allow")
    with services.database.reading() as session:
        assert "m=19456,t=2,p=1" in session.get_one(PasswordRow, office.anna).hash


def test_sign_in_is_in_the_audit_trail(browser: Browser, services: Services, office: Office) -> None:
    browser.authorize("plain").sign_in()

    with services.database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "signed-in")).one()
        assert (row.actor_id, row.details) == (office.anna, {"client_id": "plain", "acr": "urn:immo-connect:acr:pwd"})


def test_person_without_a_password_cannot_sign_in(browser: Browser, services: Services, office: Office) -> None:
    with services.database.transaction() as session:
        session.delete(session.get_one(PasswordRow, office.anna))

    assert browser.authorize("plain").sign_in().status == 422


def test_cancel_on_the_sign_in_page_goes_back_to_the_tool(browser: Browser) -> None:
    assert browser.authorize("plain").press("#cancel").answer["error"] == "access_denied"


def test_altered_sign_in_form_is_refused(browser: Browser) -> None:
    browser.authorize("plain")

    browser.press("#sign-in", username="anna.peeters", password="correct horse battery", csrf_token="x")

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert browser.cookie("immo-idp") is None


def test_page_names_the_tool_and_its_way_back(browser: Browser) -> None:
    assert "Atlas" in browser.authorize("atlas", ui_locales="en").page.text


def test_answers_are_never_stored_and_never_framed(browser: Browser) -> None:
    browser.authorize("plain")

    assert browser.response is not None
    assert browser.response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in browser.response.headers["Content-Security-Policy"]
    assert "form-action" not in browser.response.headers["Content-Security-Policy"]


# languages (G2, architecture 2.14)


def test_oidcc_ui_locales(browser: Browser) -> None:
    assert browser.authorize("plain", ui_locales="se fr-BE en").page.language == "fr"
    assert browser.authorize("plain", ui_locales="se").page.has("#login")


def test_choice_on_the_page_wins_and_is_remembered(browser: Browser, services: Services, office: Office) -> None:
    browser.authorize("plain", ui_locales="fr")
    assert browser.get(f"{browser.url}?language=nl").page.language == "nl"

    browser.get(browser.url.partition("?")[0])
    assert browser.page.language == "nl"
    browser.sign_in()

    assert browser.page.language == "nl"
    with services.database.reading() as session:
        record = find_for_sign_in(session, "anna.peeters")
        assert record is not None and record.language == "nl"


def test_person_is_answered_in_the_language_they_chose_earlier(browser: Browser) -> None:
    assert browser.authorize("plain").sign_in("bert.janssens").page.language == "fr"


def test_ui_locales_come_before_the_persons_language(browser: Browser) -> None:
    assert browser.authorize("plain", ui_locales="nl").sign_in("bert.janssens").page.language == "nl"


def test_clock_moves_the_session_not_the_device(browser: Browser, clock: FixedClock) -> None:
    browser.authorize("plain").sign_in().press("#allow")
    clock.advance(timedelta(days=2))

    assert browser.authorize("plain").page.has("#login")
    assert browser.cookie("immo-device") is not None
