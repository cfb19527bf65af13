"""The name menu of the provider's pages: who is signed in, for which organisation, and the ways from there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.staff import roles
from core.staff.states import StaffRole
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office

PORTAL = "https://portal.immo.test"
PAGES = ("/account/profile", "/help", "/eid/help", "/docs/claims", "/docs/errors", "/docs/name-menu")


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], made_office: Office) -> Browser:
    """Return a browser at the provider, with the office."""
    return Browser(idp())


def links(browser: Browser, path: str) -> dict[str, str]:
    menu = browser.get(path).page.one("#name-menu")
    return {element.text.strip(): element.attributes["href"] for element in menu.walk() if element.tag == "a"}


def opener(browser: Browser, path: str = "/help") -> str:
    return " ".join(browser.get(path).page.one("#name-menu-button").text.split())


@pytest.mark.parametrize("path", PAGES)
def test_menu_is_on_every_page_that_stays_and_leads_to_the_portal(browser: Browser, path: str) -> None:
    browser.get("/account").sign_in()

    assert links(browser, path) == {
        "Change context": f"{PORTAL}/context",
        "My profile": "/account/profile",
        "My organisations": f"{PORTAL}/organisations",
        "Tools": f"{PORTAL}/organisations",
        "Wallet": f"{PORTAL}/organisations",
    }
    assert opener(browser, path) == "Anna Peeters"


@pytest.mark.parametrize("path", PAGES[1:])
def test_nobody_signed_in_has_no_menu(browser: Browser, path: str) -> None:
    assert not browser.get(path).page.has("#name-menu")


def test_pages_of_one_task_have_no_menu(browser: Browser) -> None:
    browser.get("/account").sign_in()

    for path in ("/help/contact", "/end_session"):
        assert not browser.get(path).page.has("#name-menu")


def test_menu_shows_the_context_that_was_chosen_last(browser: Browser, made_office: Office, clock: FixedClock) -> None:
    office = made_office
    browser.authorize("atlas").sign_in().start(office.noord_atlas)
    first = opener(browser), links(browser, "/help")["Tools"]

    clock.advance(timedelta(minutes=1))
    browser.authorize("rent").start(office.zuid_rent)
    second = opener(browser), links(browser, "/help")["Tools"]

    # Silently back in the first tool: nothing was chosen.
    clock.advance(timedelta(minutes=1))
    browser.authorize("atlas", prompt="none")
    third = opener(browser)
    clock.advance(timedelta(minutes=1))
    browser.authorize("rent", prompt="select_account").start(office.noord_rent)

    assert first == ("Anna Peeters Noord BV · estate-agent", f"{PORTAL}/organisations/{office.noord}/tools")
    assert second == ("Anna Peeters Zuid SRL · syndic", f"{PORTAL}/organisations/{office.zuid}/tools")
    assert third == second[0]
    assert opener(browser) == "Anna Peeters Noord BV · estate-agent"


def test_staff_find_their_desks_and_nobody_else_does(browser: Browser, made_office: Office, services: Services) -> None:
    browser.get("/account").sign_in()
    before = links(browser, "/help")
    with services.database.transaction() as session:
        roles.give(session, made_office.anna, StaffRole.HELPDESK, by=None, why=None, now=services.clock.now())

    after = links(browser, "/help")

    assert set(after) - set(before) == {"Helpdesk"}
    assert after["Helpdesk"] == f"{PORTAL}/helpdesk"


def test_menu_signs_out(browser: Browser) -> None:
    browser.get("/account").sign_in()

    browser.get("/docs/claims").press("#sign-out")

    assert not browser.get("/docs/claims").page.has("#name-menu")
