"""The pages about employees in a real browser: a question in a dialog, and nothing that axe finds in any colours."""

import pytest
from playwright.sync_api import Browser, Page, expect

from core.organisations.states import MembershipStatus
from tests.portal.browsing import at_the_portal
from tests.portal.employees.conftest import World
from tests.portal.employees.test_acts import member
from tests.portal.employees.test_importing import LIST
from tests.portal.employees.test_invitations import invite, link
from tests.support.accessibility import violations

SAVE = "#save-employee"


def test_a_question_in_a_dialog_is_answered_or_left_by_keyboard(chromium: Browser, world: World) -> None:
    base = world.portal.services.settings.portal_url
    with at_the_portal(chromium, world.of("anna").browser) as page:
        page.goto(f"{base}{world.url}/{world.bram}")
        page.focus("#block-employee")
        page.keyboard.press("Enter")
        expect(page.locator("#block-employee-dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#block-employee-dialog")).to_be_hidden()
        assert member(world, world.bram).status == MembershipStatus.ACTIVE

        page.click("#block-employee")
        page.click("#block-employee-yes")
        expect(page.locator("#done")).to_be_visible()
        expect(page.locator("#employee")).to_have_attribute("data-status", "blocked")


def test_the_two_steps_and_back_are_one_way_for_the_person_at_the_keyboard(chromium: Browser, world: World) -> None:
    base, role = world.portal.services.settings.portal_url, f"[id=role-{world.registration_id}]"
    with at_the_portal(chromium, world.of("anna").browser) as page:
        page.goto(f"{base}{world.url}?show=waiting")
        page.click("a.waiting-bar")
        page.fill("#function", "Senior negotiator")
        page.click("#to-access")
        page.select_option(role, "user")
        page.click("#back-to-data")
        expect(page.locator("#function")).to_have_value("Senior negotiator")
        page.keyboard.press("Tab")
        page.focus("#function")
        page.keyboard.press("Enter")
        expect(page.locator(role)).to_have_value("user")
        page.click("#confirm-employee")
        expect(page.locator("#employee")).to_have_attribute("data-status", "active")


def to_access(page: Page) -> None:
    page.click("#to-access")


def to_profile(page: Page) -> None:
    page.fill("#who", "elsa.engels@people.example")
    page.click("#find-employee")


def to_lines(page: Page) -> None:
    page.set_input_files("#employee-file", {"name": "l.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.click("#preview-import")


def without_function(page: Page) -> None:
    page.evaluate("document.querySelector('#function').removeAttribute('required')")
    page.fill("#function", "")
    page.click(SAVE)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_is_cut_off(chromium: Browser, world: World, scheme: str, width: int) -> None:
    invite(world)
    invitation, url = link(world), world.url
    base, anna = world.portal.services.settings.portal_url, world.of("anna").browser
    places = [
        *((url, None), (f"{url}?search=nobody", None), (f"{url}/{world.bram}", None), (f"{url}/{world.chris}", None)),
        *((f"{url}/{world.chris}/confirm", None), (f"{url}/{world.chris}/confirm", to_access)),
        *((f"{url}/{world.bram}/block", None), (f"{url}/{world.dirk}/edit", without_function)),
        *((f"{url}/add", None), (f"{url}/add", to_profile), (f"{url}/invite", None), (f"{url}/invitations", None)),
        *((f"{url}/import", None), (f"{url}/import", to_lines), (invitation, None)),
    ]
    found = []
    with at_the_portal(chromium, anna, scheme=scheme, width=width) as page:
        for path, act in places:
            page.goto(base + path)
            if act is not None:
                act(page)
            found += [f"{path}: {line}" for line in violations(page, of_appearance_alone=scheme == "dark")]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found += [f"{path}: too wide by {wide}"] if wide > 0 else []

    assert found == []
