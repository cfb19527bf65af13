"""What the manual says of employees (2.2.5), done."""

import re

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from tests.journeys.manual_office import Story
from tests.journeys.manual_organisations import HERE, card, colour, is_green, is_orange, is_red


def membership(story: Story, person: PersonId) -> str:
    """Return the newest membership of somebody in the office."""
    with story.office.portal.services.database.reading() as session:
        rows = session.scalars(
            select(MembershipRow.id)
            .where(MembershipRow.person_id == person, MembershipRow.organisation_id == story.office.organisation)
            .order_by(MembershipRow.created_at)
        ).all()
    return rows[-1]


def row(page: Page, member: str) -> Locator:
    """Return somebody's line in the list."""
    return page.locator(f"#employees tr[data-membership='{member}']")


def details(story: Story, of: PersonId, *, by: PersonId) -> Page:
    """Let somebody open the details of an employee from the list."""
    page = story.of_organisation(by, "employees")
    row(page, membership(story, of)).locator(".row-act a").click()
    expect(page.locator("#employee")).to_be_visible()
    return page


def expect_status(page: Page, status: str) -> None:
    """Expect that the page tells what was done, and how the employee stands now."""
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#employee")).to_have_attribute("data-status", status)


def the_list_shows_all_of_them(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "employees")
    for person, status in ((office.anna, "active"), (office.bram, "active"), (office.els, "blocked")):
        expect(row(page, membership(story, person))).to_have_attribute("data-status", status)
    star = row(page, membership(story, office.anna)).locator(".status-manager svg")
    assert is_red(colour(star))
    expect(page.locator("#add-employee")).to_be_visible()
    expect(page.locator("#waiting li")).to_have_count(2)


def an_orange_icon_leads_to_those_who_wait(story: Story) -> None:
    page = story.at(story.office.anna, "/")
    icon = card(page, HERE).locator("[data-shortcut=employees]")
    assert is_orange(colour(icon.locator("svg"))), colour(icon.locator("svg"))
    expect(icon.locator(".count")).to_have_text(re.compile("^2"))
    icon.click()
    expect(page.locator("#waiting li")).to_have_count(2)
    expect(page.locator("#employees")).to_have_count(0)
    # Only managers are told.
    page = story.at(story.office.bram, "/")
    expect(card(page, HERE).locator(".shortcut-waiting")).to_have_count(0)
    expect(story.of_organisation(story.office.bram, "employees").locator("#waiting")).to_have_count(0)


def the_data_are_checked_first(story: Story) -> None:
    page = story.of_organisation(story.office.anna, "employees?show=waiting")
    page.click(f"[data-membership='{membership(story, story.office.gita)}'] a.waiting-bar")
    expect(page.locator("#function")).to_have_value("Onderhandelaar")
    expect(page.locator("#work-email")).to_have_value("gita@office.example")
    page.select_option("#employee-type", "self_employed")
    page.fill("#work-phone", "03 555 01 22")
    page.click("#to-access")


def then_access_is_given(story: Story) -> None:
    """Goes on from the first step; nothing is done before the end of the second."""
    office = story.office
    page = story.window(office.anna)
    expect(page.locator("#tools li[data-registration]")).to_have_count(2)
    choices = page.locator("#tools select")
    for place in range(2):
        expect(choices.nth(place)).to_have_value("")
    finder = page.locator(f"#tools li[data-registration='{office.registration}']")
    expect(finder.locator(".status")).to_have_count(0)
    finder.locator("select").select_option("supervisor")


def who_lacks_an_accreditation_is_marked(story: Story) -> None:
    page = story.window(story.office.anna)
    other = page.locator(f"#tools li[data-registration]:not([data-registration='{story.office.registration}'])")
    expect(other.locator(".status-waiting")).to_have_text(re.compile(r"\w"))
    expect(other.locator("select")).to_be_disabled()
    # And why.
    expect(other.locator("p")).to_have_text(re.compile(r"\w"))


def confirmed_they_are_told_and_work_there(story: Story) -> None:
    office = story.office
    assert not office.hears("membership-confirmed", office.gita)
    page = story.window(office.anna)
    page.click("#confirm-employee")
    expect_status(page, "active")
    expect(page.locator(f"#tools li[data-registration='{office.registration}'] .status-active")).to_be_visible()
    assert office.hears("membership-confirmed", office.gita)
    mine = card(story.at(office.gita, "/"), HERE)
    expect(mine).to_have_attribute("data-status", "active")
    expect(mine.locator("[data-shortcut=tools]")).to_be_visible()


def somebody_unwanted_is_blocked_at_once(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "employees?show=waiting")
    page.click(f"[data-membership='{membership(story, office.dirk)}'] a.waiting-bar")
    story.answer(page, "block-employee")
    expect_status(page, "blocked")
    expect(card(story.at(office.dirk, "/"), HERE)).to_have_attribute("data-status", "blocked")
    story.of_organisation(office.dirk, status=403)


def somebody_is_found_by_address_or_username(story: Story) -> None:
    page = story.of_organisation(story.office.anna, "employees")
    for who in ("hugo.henrard", "hugo.henrard@people.example"):
        page = story.of_organisation(story.office.anna, "employees")
        page.click("#add-employee")
        page.fill("#who", who)
        page.click("#find-employee")
        expect(page.locator("#profile h1")).to_have_text("Hugo.Henrard Peeters")


def the_profile_is_seen_and_described(story: Story) -> None:
    page = story.window(story.office.anna)
    page.click("#add-person")
    page.fill("#function", "Stagiair")
    page.select_option("#employee-type", "trainee")
    page.fill("#work-email", "hugo@office.example")
    expect(page.locator("#is-manager")).not_to_be_checked()
    page.click("#to-access")


def their_access_is_chosen_last(story: Story) -> None:
    office = story.office
    page = story.window(office.anna)
    page.select_option(f"[id='role-{office.registration}']", "user")
    page.click("#add-employee")
    expect_status(page, "active")
    assert office.hears("membership-added", office.hugo)
    expect(card(story.at(office.hugo, "/"), HERE)).to_have_attribute("data-status", "active")


def details_are_one_click_away(story: Story) -> None:
    page = details(story, story.office.hugo, by=story.office.anna)
    shown = page.locator("dl.facts").first
    expect(shown).to_contain_text("Stagiair")
    expect(shown).to_contain_text("hugo@office.example")
    for act in ("edit-employee", "block-employee", "remove-employee"):
        expect(page.locator(f"#{act}")).to_be_visible()


def a_manager_edits_them(story: Story) -> None:
    page = details(story, story.office.hugo, by=story.office.anna)
    page.click("#edit-employee")
    page.fill("#function", "Onderhandelaar")
    page.select_option("#employee-type", "employee")
    page.fill("#work-phone", "03 555 01 33")
    page.click("#save-employee")
    expect_status(page, "active")
    expect(page.locator("dl.facts").first).to_contain_text("Onderhandelaar")


def blocking_asks_first(story: Story) -> None:
    office = story.office
    page = details(story, office.hugo, by=office.anna)
    story.answer(page, "block-employee")
    expect_status(page, "blocked")
    # A green role beside the word `blocked` must not read as access.
    expect(page.locator("#kept-access")).to_be_visible()
    assert office.hears("membership-blocked", office.hugo)
    story.of_organisation(office.hugo, "tools", status=403)


def who_is_blocked_is_activated(story: Story) -> None:
    office = story.office
    page = details(story, office.hugo, by=office.anna)
    assert is_green(colour(page.locator("#activate-employee")))
    story.answer(page, "activate-employee")
    expect_status(page, "active")
    assert office.hears("membership-activated", office.hugo)
    story.of_organisation(office.hugo, "tools")


def deleting_asks_first(story: Story) -> None:
    office = story.office
    member = membership(story, office.hugo)
    page = details(story, office.hugo, by=office.anna)
    story.answer(page, "remove-employee")
    expect(page.locator("#done")).to_be_visible()
    expect(row(story.of_organisation(office.anna, "employees"), member)).to_have_count(0)
    assert office.hears("membership-removed", office.hugo)
    expect(story.at(office.hugo, "/").locator("#my-organisations")).to_have_count(0)


def others_are_made_managers(story: Story) -> None:
    office = story.office
    page = details(story, office.celine, by=office.anna)
    story.answer(page, "make-manager")
    expect_status(page, "active")
    expect(page.locator("#employee .status-manager")).to_be_visible()
    assert office.hears("manager-made", office.celine)
    expect(story.of_organisation(office.celine).locator("#edit-organisation")).to_be_visible()


def an_employee_edits_their_own_contact(story: Story) -> None:
    office = story.office
    page = details(story, office.bram, by=office.bram)
    for act in ("block-employee", "remove-employee", "make-manager"):
        expect(page.locator(f"#{act}")).to_have_count(0)
    page.click("#edit-employee")
    expect(page.locator("#employee-type")).to_have_count(0)
    expect(page.locator("#is-manager")).to_have_count(0)
    page.fill("#function", "Plaatsbeschrijver")
    page.fill("#work-email", "bram@office.example")
    page.click("#save-employee")
    expect_status(page, "active")
    seen = row(story.of_organisation(office.anna, "employees"), membership(story, office.bram))
    expect(seen).to_contain_text("Plaatsbeschrijver")
    expect(seen).to_contain_text("bram@office.example")


def an_employee_is_told_who_manages_the_others(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.bram, "employees")
    expect(page.locator("#add-employee")).to_have_count(0)
    # Who was blocked or waits is the managers' business.
    expect(row(page, membership(story, office.els))).to_have_count(0)
    other = membership(story, office.gita)
    expect(details(story, office.gita, by=office.bram).locator(".act-row")).to_have_count(0)
    refused = ("add", "invite", *(f"{other}/{act}" for act in ("edit", "block", "remove", "promote")))
    for path in refused:
        page = story.of_organisation(office.bram, "employees", path, status=403)
        expect(page.locator("#error ul.managers")).to_contain_text("Anna.Peeters Peeters")


def a_stranger_finds_no_employee(story: Story) -> None:
    other = membership(story, story.office.gita)
    for path in ("add", other, f"{other}/edit", f"{other}/block", f"{other}/confirm"):
        page = story.of_organisation(story.office.fons, "employees", path, status=404)
        expect(page.locator("body")).not_to_contain_text("Gita")
