"""Changing the password (A12): who may, what it ends, whom it tells."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from idp.credentials.tables import PasswordRow
from idp.wiring import Services
from tests.support.letters import letters
from tests.support.sign_in import HOST, Browser
from tests.support.tools import PASSWORD, Office

PAGE = "/account/security/password"
NEW = "trein-boom-42-zee"

NewBrowser = Callable[[], Browser]


def change(browser: Browser, current: str = PASSWORD, new: str = NEW, again: str | None = None) -> Browser:
    """Fill in the form and press the button."""
    typed = {"current-password": current, "new-password": new, "new-password-again": new if again is None else again}
    return browser.get(PAGE).press("#save-password", **typed)


def opened(browser: Browser, page: str = PAGE) -> Browser:
    """Open a page of the account and sign in on the way."""
    return browser.get(page).sign_in()


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/devices").page.has("#devices")


def hash_of(services: Services, person_id: str) -> str:
    with services.database.reading() as session:
        return session.get_one(PasswordRow, person_id).hash


def test_new_password_works_and_the_old_one_no_longer(browser: Browser, stranger: Browser) -> None:
    opened(browser)

    change(browser)

    assert browser.page.has("#done")
    assert stranger.authorize("plain").sign_in(password=PASSWORD).status == 422
    assert stranger.sign_in(password=NEW).page.has("#allow")


def test_all_other_sign_ins_end_and_this_one_goes_on(browser: Browser, new_browser: NewBrowser) -> None:
    others = [opened(new_browser()) for _ in range(2)]
    opened(browser)

    change(browser)

    assert is_signed_in(browser)
    assert not any(is_signed_in(other) for other in others)


def test_copy_of_the_very_session_is_worth_nothing_after_it(browser: Browser, new_browser: NewBrowser) -> None:
    """Whoever stole the cookie of the session in which the owner changes the password is outside, too."""
    opened(browser)
    thief = new_browser()
    thief.client.set_cookie("__Host-immo-idp", str(browser.cookie("immo-idp")), domain=HOST, secure=True)
    assert is_signed_in(thief)

    change(browser)

    assert not is_signed_in(thief)
    assert is_signed_in(browser)


def test_session_lives_no_longer_by_its_new_cookie(browser: Browser, clock: FixedClock) -> None:
    opened(browser)
    clock.advance(timedelta(hours=11))
    change(browser)
    assert is_signed_in(browser)

    clock.advance(timedelta(hours=1))

    assert not is_signed_in(browser)


def test_stolen_session_cannot_change_it_without_the_password(
    browser: Browser, new_browser: NewBrowser, services: Services, office: Office
) -> None:
    before = hash_of(services, office.anna)
    opened(browser)
    thief = new_browser()
    thief.client.set_cookie("__Host-immo-idp", str(browser.cookie("immo-idp")), domain=HOST, secure=True)

    answers = [change(thief, current=guess).status for guess in ("", "guess", "x" * 200)]

    assert answers == [422, 422, 422]
    assert thief.page.has("#current-password-error")
    assert hash_of(services, office.anna) == before
    assert letters(services, "password-changed") == []


def test_guesses_of_the_current_password_are_limited_like_those_of_a_sign_in(browser: Browser) -> None:
    opened(browser)
    browser.client.delete_cookie("__Host-immo-device", domain=HOST)

    statuses = [change(browser, current="guess").status for _ in range(9)]

    assert statuses == [422] * 8 + [429]
    assert browser.response is not None and int(browser.response.headers["Retry-After"]) > 0
    assert change(browser).status == 429


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [
        ("short", "short", "new-password"),
        ("", "", "new-password"),
        ("password123", "password123", "new-password"),
        ("anna.peeters", "anna.peeters", "new-password"),
        (NEW, NEW + "x", "new-password-again"),
        ("é" * 200, "é" * 200, "new-password"),
    ],
)
def test_bad_new_password_is_refused_at_its_field_and_nothing_is_kept(
    browser: Browser, services: Services, office: Office, new: str, again: str, field: str
) -> None:
    before = hash_of(services, office.anna)
    opened(browser)

    change(browser, new=new, again=again)

    assert browser.status == 422
    assert browser.page.has(f"#{field}-error")
    assert not browser.page.has("#current-password-error")
    for name in ("current-password", "new-password", "new-password-again"):
        assert browser.page.one(f"#{name}").attributes.get("value", "") == ""
    assert hash_of(services, office.anna) == before


def test_owner_is_told_from_where_and_how_to_object(browser: Browser, services: Services) -> None:
    browser.client.environ_base |= {"HTTP_USER_AGENT": "Mozilla/5.0 (Windows NT 10.0) Firefox/133.0"}
    change(opened(browser))

    (mail,) = letters(services, "password-changed")
    assert mail.address == "anna.peeters@people.example"
    assert "Firefox" in mail.text and "Windows" in mail.text and "2 November 2026" in mail.text
    assert "https://login.immo.test/account/recover" in mail.text
    assert NEW not in mail.text and PASSWORD not in mail.row


def test_history_says_so_without_any_secret(browser: Browser, services: Services, office: Office) -> None:
    change(opened(browser))

    with services.database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "password-changed")).one()
    assert (row.actor_id, row.subject_id, row.details) == (office.anna, office.anna, {})


@pytest.mark.parametrize("token", [{}, {"csrf_token": "x"}])
def test_form_without_its_token_changes_nothing(
    browser: Browser, services: Services, office: Office, token: dict[str, str]
) -> None:
    before = hash_of(services, office.anna)
    opened(browser)

    typed = {"current-password": PASSWORD, "new-password": NEW, "new-password-again": NEW}
    browser.post(PAGE, data={**typed, **token})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert hash_of(services, office.anna) == before


def test_of_two_changes_in_one_session_one_wins(browser: Browser, services: Services, office: Office) -> None:
    """Both know the password; the one that comes second finds its session renewed and signs in again."""
    opened(browser).get(PAGE)
    fields = browser.fields("#save-password", **{"current-password": PASSWORD})
    cookie = str(browser.cookie("immo-idp"))
    app, together = browser.client.application, Barrier(2)

    def send(new: str) -> tuple[str, str | None]:
        client = app.test_client()
        client.set_cookie("__Host-immo-idp", cookie, domain=HOST, secure=True)
        together.wait()
        answer = client.post(PAGE, data={**fields, "new-password": new, "new-password-again": new})
        renewed = client.get_cookie("__Host-immo-idp", domain=HOST)
        return answer.headers.get("Location", ""), None if renewed is None or renewed.value == cookie else new

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ["trein-boom-42-zee", "fiets-wolk-17-dak"]))

    won = [new for _, new in answers if new is not None]
    assert len(won) == 1
    assert Browser(app.test_client()).authorize("plain").sign_in(password=won[0]).page.has("#allow")
    assert len(letters(services, "password-changed")) == 1


# Without a password


def test_account_without_a_password_sets_one_after_a_proof(
    browser: Browser, services: Services, office: Office
) -> None:
    opened(browser)
    with services.database.transaction() as session:
        session.delete(session.get_one(PasswordRow, office.anna))

    browser.get(PAGE)

    # The proof is asked for before the form is shown: this is the sign-in page again.
    assert browser.page.has("#login")
    assert not browser.page.has("#new-password")


def test_account_without_a_password_cannot_set_one_by_the_form_alone(
    browser: Browser, services: Services, office: Office
) -> None:
    opened(browser).get(PAGE)
    fields = browser.fields("#save-password", **{"new-password": NEW, "new-password-again": NEW})
    with services.database.transaction() as session:
        session.delete(session.get_one(PasswordRow, office.anna))

    browser.post(PAGE, data=fields)

    assert browser.page.has("#login")
    with services.database.reading() as session:
        assert session.get(PasswordRow, office.anna) is None
