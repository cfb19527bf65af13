"""What the manual says of organisations (2.2.1 to 2.2.4), done."""

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from core.infra.localised import Localised
from tests.journeys.manual_office import NEW_COMPANY, Story
from tests.support.offices import a_company
from tests.support.pictures import BLUE, GREEN, RED, as_file, stripes

HERE = a_company().company_number


def card(page: Page, number: str) -> Locator:
    """Return the card of an organisation in the overview."""
    return page.locator(f"#my-organisations article[data-organization='{number}']")


def colour(place: Locator, of: str = "color") -> tuple[int, int, int]:
    """Return a colour as the person sees it: red, green and blue."""
    shown = place.evaluate(f"element => getComputedStyle(element).{of}")
    found = re.match(r"rgba?\((\d+), (\d+), (\d+)", shown)
    assert found is not None, shown
    return int(found[1]), int(found[2]), int(found[3])


def is_red(rgb: tuple[int, int, int]) -> bool:
    """Tell whether a colour is a red."""
    return rgb[0] > 2 * max(rgb[1], rgb[2])


def is_green(rgb: tuple[int, int, int]) -> bool:
    """Tell whether a colour is a green."""
    return rgb[1] > 1.5 * max(rgb[0], rgb[2])


def is_orange(rgb: tuple[int, int, int]) -> bool:
    """Tell whether a colour is an orange."""
    return rgb[0] > 1.5 * rgb[1] > 2 * rgb[2]


def all_mine_are_shown(story: Story) -> None:
    office = story.office
    page = story.at(office.anna, "/")
    expect(page.locator("#my-organisations article")).to_have_count(1)
    expect(card(page, HERE).locator("h2")).to_have_text("Immo Test BV")
    expect(card(story.at(office.bram, "/"), HERE)).to_have_attribute("data-status", "active")
    expect(card(story.at(office.dirk, "/"), HERE)).to_have_attribute("data-status", "requested")
    expect(story.at(office.gita, "/").locator("#my-organisations")).to_have_count(0)


def a_card_leads_to_the_details(story: Story) -> None:
    page = story.at(story.office.anna, "/")
    card(page, HERE).locator("h2 a").click()
    expect(page.locator("nav.account-tabs a[aria-current=page]")).to_have_attribute(
        "href", f"/organisations/{story.office.organisation}"
    )


def icons_lead_straight_to_a_part(story: Story) -> None:
    for part in ("employees", "tools"):
        page = story.at(story.office.bram, "/")
        shortcut = card(page, HERE).locator(f"[data-shortcut={part}]")
        expect(shortcut.locator("svg")).to_be_visible()
        shortcut.click()
        expect(page.locator("nav.account-tabs a[aria-current=page]")).to_have_attribute("href", re.compile(f"/{part}$"))
        expect(page.locator(f"#{part}")).to_be_visible()


def a_red_star_marks_what_one_manages(story: Story) -> None:
    star = card(story.at(story.office.anna, "/"), HERE).locator(".status-manager")
    expect(star.locator("svg")).to_be_visible()
    assert is_red(colour(star.locator("svg")))
    # Not by colour alone.
    expect(star).to_have_text(re.compile(r"\w"))
    expect(card(story.at(story.office.bram, "/"), HERE).locator(".status-manager")).to_have_count(0)


def the_number_is_asked_first(story: Story) -> None:
    page = story.at(story.office.gita, "/")
    page.click("#add-organisation")
    page.fill("#company-number", "0123")
    page.click("#find-organisation")
    expect(page.locator("#company-number-error")).to_be_visible()
    expect(page.locator("#company-number")).to_have_value("0123")


def one_that_is_not_here_is_filled_in_and_added(story: Story) -> None:
    page = story.at(story.office.gita, "/organisations/add")
    page.fill("#company-number", f"{NEW_COMPANY[:4]}.{NEW_COMPANY[4:7]}.{NEW_COMPANY[7:]}")
    page.click("#find-organisation")
    expect(page.locator("#prefilled")).to_be_visible()
    expect(page.locator("#organisation-name")).to_have_value("Immo Bakker")
    town = Localised("Gent", "Gand", "Gent").text(story.language)
    expect(page.locator("#organisation-locality")).to_have_value(town)
    for field in ("organisation-name", "function", "work-email"):
        asterisk = page.locator(f"label[for={field}] .required")
        expect(asterisk).to_have_text("*")
        assert is_orange(colour(asterisk)), colour(asterisk)
    page.fill("#function", "Zaakvoerder")
    page.fill("#work-email", "gita@bakker.example")
    page.click("#create-organisation")
    expect(page.locator("#done")).to_be_visible()


def who_adds_one_manages_it(story: Story) -> None:
    page = story.at(story.office.gita, "/")
    expect(card(page, NEW_COMPANY).locator(".status-manager")).to_be_visible()
    card(page, NEW_COMPANY).locator("h2 a").click()
    expect(page.locator("#edit-organisation")).to_be_visible()


def one_that_is_here_is_asked_to_join(story: Story) -> None:
    page = story.at(story.office.gita, "/organisations/add")
    page.fill("#company-number", HERE)
    page.click("#find-organisation")
    assert is_green(colour(page.locator("#add-to-profile"), "backgroundColor"))
    page.click("#add-to-profile")
    page.fill("#function", "Onderhandelaar")
    page.fill("#work-email", "gita@office.example")
    page.fill("#work-phone", "03 555 01 10")
    page.click("#send-request")
    expect(page.locator("#done")).to_be_visible()


def then_the_managers_are_named_and_told(story: Story) -> None:
    office = story.office
    names = story.of_organisation(office.gita).locator("#managers")
    expect(names).to_contain_text("Anna.Peeters Peeters")
    expect(names).not_to_contain_text("Bram")
    assert office.hears("membership-requested", office.anna)
    assert not office.hears("membership-requested", office.bram)


def meanwhile_its_card_is_half_transparent(story: Story) -> None:
    page = story.at(story.office.gita, "/")
    waiting = card(page, HERE)
    expect(waiting).to_have_attribute("data-status", "requested")
    seen = "element => getComputedStyle(element).backgroundColor"
    assert waiting.evaluate(seen).endswith("/ 0.5)"), waiting.evaluate(seen)
    assert "0.5" not in card(page, NEW_COMPANY).evaluate(seen)
    expect(waiting.locator("[data-shortcut]")).to_have_count(0)
    story.of_organisation(story.office.gita, "employees", status=403)


def the_tab_shows_the_data(story: Story) -> None:
    for person, count in ((story.office.anna, 1), (story.office.bram, 0)):
        page = story.of_organisation(person)
        for part in ("general", "contact", "social", "addresses"):
            expect(page.locator(f"section[aria-labelledby={part}]")).to_be_visible()
        expect(page.locator("#edit-organisation")).to_have_count(count)


def a_manager_edits_all_four_parts(story: Story) -> None:
    page = story.of_organisation(story.office.anna)
    page.click("#edit-organisation")
    typed = {
        "organisation-name": "Immo Test en Zonen BV",
        "organisation-phone": "03 555 01 10",
        "organisation-website": "https://immo-test.example",
        "organisation-linkedin": "https://www.linkedin.com/company/immo-test",
        "organisation-street": "Meir 1",
        "organisation-postal-code": "2000",
        "organisation-locality": "Antwerpen",
        "post-street": "Postbus 12",
        "post-postal-code": "2018",
        "post-locality": "Antwerpen",
    }
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click("#save-organisation")
    expect(page.locator("#done")).to_be_visible()
    for person in (story.office.anna, story.office.bram):
        shown = story.of_organisation(person).locator(".column")
        for value in ("Immo Test en Zonen BV", "immo-test.example", "linkedin.com", "Meir 1", "Postbus 12"):
            expect(shown).to_contain_text(value)


def logo_and_cover_are_added_as_a_photo_is(story: Story) -> None:
    file = as_file(stripes(900, 300, RED, GREEN, BLUE))
    for kind in ("logo", "cover"):
        page = story.of_organisation(story.office.anna)
        page.click(f"#edit-{kind}")
        chosen: FilePayload = {"name": f"{kind}.png", "mimeType": "image/png", "buffer": file}
        page.set_input_files("#picture", chosen)
        if story.scripts:
            # The part that is kept is chosen on the picture itself.
            expect(page.locator("[data-picture-preview]")).to_be_visible()
            page.locator("#crop-zoom").fill("150")
        page.click("#save-picture")
        picture = page.locator(f"img.organisation-{kind}").first
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", value=True)
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(card(story.at(story.office.bram, "/"), HERE).locator("img.organisation-logo")).to_be_visible()


def an_employee_is_told_who_edits(story: Story) -> None:
    for part in ("edit", "pictures/logo", "pictures/cover"):
        page = story.of_organisation(story.office.bram, part, status=403)
        expect(page.locator("#error ul.managers")).to_contain_text("Anna.Peeters Peeters")


def a_stranger_finds_nothing(story: Story) -> None:
    for part in ("", "/edit", "/employees", "/tools"):
        page = story.at(story.office.fons, f"/organisations/{story.office.organisation}{part}", status=404)
        expect(page.locator("body")).not_to_contain_text("Immo Test")
