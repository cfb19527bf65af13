"""What the manual says of tools (2.2.6), done."""

import re

from playwright.sync_api import Locator, Page, expect

from core.people.identifiers import PersonId
from tests.journeys.manual_employees import membership
from tests.journeys.manual_office import NEW_COMPANY, Story
from tests.journeys.manual_organisations import colour, is_green
from tests.portal.tools.world import USAGE


def tool(page: Page, code: str) -> Locator:
    """Return the card of a tool."""
    return page.locator(f"#tools article[data-tool={code}]")


def access(page: Page, story: Story, person: PersonId) -> Locator:
    """Return somebody's row in the access table."""
    return page.locator(f"tr[data-member='{membership(story, person)}']")


def all_tools_are_shown_with_what_can_be_done(story: Story) -> None:
    page = story.of_organisation(story.office.anna, "tools")
    expect(page.locator("#tools article")).to_have_count(5)
    start, register = tool(page, "finder").locator("a.start"), tool(page, "planner").locator("a.register")
    red, green, blue = colour(start, "backgroundColor")
    assert blue > 2 * red, (red, green, blue)
    assert max(colour(register, "backgroundColor")) < 64
    expect(tool(page, "finder").locator("a.register")).to_have_count(0)
    expect(tool(page, "planner").locator("a.start")).to_have_count(0)
    expect(start).to_have_attribute("href", re.compile(r"^https://tool\.example/"))
    words = {"nl": "Plant bezoeken.", "fr": "Planifie les visites.", "en": "Plans visits."}
    expect(tool(page, "planner")).to_contain_text(words[story.language])


def registering_asks_for_whom_and_how(story: Story) -> None:
    """Gita works for two: she changes the organisation, chooses a capacity, and sees what she lacks."""
    page = story.of_organisation(story.office.gita, "tools")
    tool(page, "planner").locator("a.register").click()
    page.click("#switch-organisation")
    expect(page.locator("a.switch-organisation")).to_have_count(1)
    page.click("a.switch-organisation")
    expect(page.locator(".for-organisation .organisation-name")).to_contain_text(
        f"{NEW_COMPANY[:4]}.{NEW_COMPANY[4:7]}.{NEW_COMPANY[7:]}"
    )
    expect(page.locator("#add-organisation")).to_be_visible()
    expect(page.locator("a.usage-tab")).to_have_count(2)
    page.locator("a.usage-tab").nth(1).click()
    expect(page.locator("a.usage-tab").nth(1)).to_have_attribute("aria-current", "page")


def who_lacks_an_accreditation_cannot_register(story: Story) -> None:
    page = story.window(story.office.gita)
    expect(page.locator("#usage")).to_have_attribute("data-doable", "shut")
    expect(page.locator(".need-missing").first).to_be_visible()
    expect(page.locator(".cannot ul.reasons li").first).to_have_text(re.compile(r"\w"))
    expect(page.locator("#register-tool")).to_have_count(0)


def the_terms_come_before_the_registration(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "tools")
    tool(page, "planner").locator("a.register").click()
    expect(page.locator(".need-met").first).to_be_visible()
    expect(page.locator(".terms-link a")).to_have_attribute("href", "https://planner.example/terms")
    page.click("#register-tool")
    expect(page.locator("#accept-tool-terms-error")).to_be_visible()
    expect(page.locator("#done")).to_have_count(0)
    page.check("#accept-tool-terms")
    page.click("#register-tool")
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#usage .status-active")).to_be_visible()
    expect(page.locator("#start")).to_have_attribute("href", re.compile(r"^https://planner\.example/"))
    assert tool(story.of_organisation(office.anna, "tools"), "planner").locator("a.start").is_visible()


def details_tell_of_the_tool_and_its_support(story: Story) -> None:
    page = story.of_organisation(story.office.anna, "tools")
    tool(page, "planner").locator("a.details").click()
    expect(page.locator(".tool-description")).to_be_visible()
    expect(page.locator(".tool-facts a")).to_have_attribute("href", "mailto:support@planner.example")


def tabs_tell_what_each_capacity_needs(story: Story) -> None:
    page = story.window(story.office.anna)
    expect(page.locator("a.usage-tab")).to_have_count(2)
    expect(page.locator(".needs-pair .needs")).to_have_count(2)
    expect(page.locator("#register")).to_have_count(0)
    page.locator("a.usage-tab", has_text="Surveyor").click()
    expect(page.locator(".needs-pair .need-missing")).to_have_count(1)
    page.click("#register")
    expect(page.locator("#usage")).to_have_attribute("data-doable", "shut")


def the_table_has_everybodys_state(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "tools", "finder")
    page.click("#access")
    for person, state in ((office.anna, "user"), (office.gita, "user"), (office.bram, "no-user")):
        expect(access(page, story, person)).to_have_attribute("data-state", state)
    user = access(page, story, office.gita).locator(".status-active")
    expect(user).to_contain_text("Estate agent")
    assert is_green(colour(user))
    page = story.of_organisation(office.anna, "tools", "valuer", USAGE, "access")
    lacking = access(page, story, office.bram)
    expect(lacking).to_have_attribute("data-state", "invalid")
    lacking.locator("details.why summary").click()
    expect(lacking.locator("ul.reasons li").first).to_be_visible()


def access_is_given_and_blocked(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "tools", "finder", USAGE, "access")
    expect(page.locator("select")).to_have_count(0)
    page.click("#change-access")
    access(page, story, office.bram).locator("select").select_option("role:supervisor")
    access(page, story, office.gita).locator("select").select_option("blocked")


def nothing_counts_before_it_is_saved(story: Story) -> None:
    office = story.office
    other = story.of_organisation(office.celine, "tools", "finder", USAGE, "access")
    expect(access(other, story, office.bram)).to_have_attribute("data-state", "no-user")
    page = story.window(office.anna)
    page.click("#save-access")
    expect(page.locator("#done")).to_be_visible()
    expect(access(page, story, office.bram)).to_have_attribute("data-state", "user")
    expect(access(page, story, office.gita)).to_have_attribute("data-state", "blocked")
    expect(access(page, story, office.celine)).to_have_attribute("data-state", "no-user")
    card = tool(story.of_organisation(office.bram, "tools"), "finder")
    expect(card.locator("a.start")).to_be_visible()
    card = tool(story.of_organisation(office.gita, "tools"), "finder")
    expect(card.locator("a.start")).to_have_count(0)
    expect(card.locator("li[data-state=blocked]")).to_be_visible()


def another_accreditation_is_chosen(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.anna, "tools", "finder")
    expect(page.locator("#mandate")).to_contain_text("500001")
    page.click("#change-mandate")
    expect(page.locator("input[name=accreditation]")).to_have_count(2)
    page.check(f"[id='accreditation-{office.lent_by_celine}']")
    page.click("#propose-mandate")
    expect(page.locator("#proposed")).to_contain_text("500002")
    assert office.hears("mandate-proposed", office.celine)


def its_holder_accepts(story: Story) -> None:
    office = story.office
    page = story.at(office.celine, "/mandates")
    page.locator("#asked .button.primary").click()
    expect(page.locator("#lent")).to_contain_text("500002")
    page = story.of_organisation(office.anna, "tools", "finder")
    expect(page.locator("#mandate")).to_contain_text("500002")
    expect(page.locator("#proposed")).to_have_count(0)
    # Who has a role goes on working, under the other responsibility.
    page = story.of_organisation(office.anna, "tools", "finder", USAGE, "access")
    expect(access(page, story, office.bram)).to_have_attribute("data-state", "user")


def an_employee_uses_tools_and_asks(story: Story) -> None:
    office = story.office
    page = story.of_organisation(office.bram, "tools", "finder")
    expect(page.locator("#start")).to_be_visible()
    for act in ("access", "change-mandate", "end-registration"):
        expect(page.locator(f"#{act}")).to_have_count(0)
    page = story.of_organisation(office.bram, "tools", "planner")
    page.click("#get-access")
    page.click("#ask-access")
    expect(page.locator("#done")).to_be_visible()
    assert office.hears("tool-access-requested", office.anna)
    for path in ("access", "access?edit=yes", "mandate", "end"):
        page = story.of_organisation(office.bram, "tools", "finder", USAGE, path, status=403)
        expect(page.locator("#error ul.managers")).to_contain_text("Anna.Peeters Peeters")


def a_stranger_finds_no_tool(story: Story) -> None:
    for path in ("", "/register", "/access", "/mandate", "/end"):
        story.of_organisation(story.office.fons, "tools", "finder", USAGE + path, status=404)
