"""Recovery codes in the account: shown once, made anew on wish, warned about when few are left (A16)."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from idp.credentials import recovery_codes
from idp.credentials.recovery_codes import FEW
from idp.wiring import Services
from tests.idp.account.factor_pages import at, proof_is_asked
from tests.support.factors import PLACE, code_at, with_authenticator
from tests.support.sign_in import Browser
from tests.support.tools import Office


@pytest.fixture
def codes(services: Services, office: Office, browser: Browser, clock: FixedClock) -> tuple[str, ...]:
    """Sign Anna in with a fresh proof, then give her an authenticator; return her codes."""
    at(browser, "recovery-codes/renew")
    return with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())[1]


def shown(browser: Browser) -> list[str]:
    return [code.text for code in browser.page.one("#codes").walk() if code.tag == "code"]


def use(services: Services, office: Office, code: str) -> int:
    with services.database.transaction() as session:
        secret, now = services.settings.secret, services.clock.now()
        return recovery_codes.use(session, office.anna, code, secret=secret, place=PLACE, now=now)


def test_new_ones_are_made_on_wish_and_the_old_ones_are_void(
    browser: Browser, services: Services, office: Office, codes: tuple[str, ...]
) -> None:
    at(browser, "recovery-codes").get(browser.page.one("#renew-codes").attributes["href"]).press("#confirm")

    new = shown(browser)
    assert len(new) == 10
    with pytest.raises(recovery_codes.WrongRecoveryCode):
        use(services, office, codes[0])
    assert use(services, office, new[0]) == 9
    with services.database.reading() as session:
        told = [row.body for row in session.scalars(select(OutboxRow))]
    assert "recovery-codes-renewed" in [mail["template"] for mail in told]
    assert not any(code in str(told) for code in new)


def test_they_can_be_saved_as_a_text_file(browser: Browser, codes: tuple[str, ...]) -> None:
    at(browser, "recovery-codes/renew").press("#confirm")

    link = browser.page.one("#download-codes").attributes
    kind, _, text = link["href"].partition(",")
    assert (kind, link["download"]) == ("data:text/plain;charset=utf-8", "immo-connect-recovery-codes.txt")
    assert unquote(text).split("\r\n") == ["Immo-Connect", "anna.peeters", "", *shown(browser), ""]


def test_they_are_in_no_address_and_kept_by_no_cache(browser: Browser, codes: tuple[str, ...]) -> None:
    at(browser, "recovery-codes/renew").press("#confirm")

    assert browser.url == "/account/security/recovery-codes/new"
    assert browser.response is not None
    assert browser.response.headers["Cache-Control"] == "no-store"


def test_nobody_else_sees_them(browser: Browser, stranger: Browser, codes: tuple[str, ...]) -> None:
    at(browser, "recovery-codes/renew").press("#confirm")

    assert not at(stranger, "recovery-codes/new", "bert.janssens").page.has("#codes")


def test_making_and_seeing_them_take_a_fresh_proof(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    browser.get("/account/security/recovery-codes").sign_in()

    for path in ("renew", "new"):
        assert proof_is_asked(browser.get(f"/account/security/recovery-codes/{path}"))


@pytest.mark.parametrize(("used", "warned"), [(0, False), (10 - FEW - 1, False), (10 - FEW, True), (10, True)])
def test_the_page_warns_when_few_are_left(
    browser: Browser, services: Services, office: Office, codes: tuple[str, ...], used: int, *, warned: bool
) -> None:
    for code in codes[:used]:
        use(services, office, code)

    at(browser, "recovery-codes")

    assert browser.page.one("#codes-left").attributes["data-left"] == str(10 - used)
    assert browser.page.has(".status-waiting") is warned


def test_without_an_authenticator_there_is_nothing_to_make(
    browser: Browser, services: Services, office: Office
) -> None:
    at(browser, "recovery-codes")
    assert browser.page.has("#no-codes-needed")

    at(browser, "recovery-codes/renew").press("#confirm")

    assert browser.page.has("#no-codes-needed")
    with services.database.reading() as session:
        assert recovery_codes.left(session, office.anna).number == 0


def test_a_code_opens_the_account_where_the_app_is_lost(
    browser: Browser, stranger: Browser, services: Services, office: Office, codes: tuple[str, ...], clock: FixedClock
) -> None:
    """From the lost telephone to a new one, with nobody's help."""
    clock.advance(timedelta(days=1))
    stranger.get("/account/security/authenticator/set-up").sign_in()
    for code in codes[:2]:
        if stranger.page.has("#sign-in"):
            stranger.sign_in()
        stranger.get(stranger.page.one("#other-means").attributes["href"])
        stranger.press("#confirm-code", **{"recovery-code": code})

    shared = stranger.page.one("#authenticator-key").text.replace(" ", "")
    stranger.press("#confirm-authenticator", **{"authenticator-code": code_at(shared, clock.now())})

    assert stranger.page.has("#authenticator-active")
