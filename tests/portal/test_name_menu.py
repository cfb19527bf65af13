"""The name menu of the portal's pages: who works for whom, the desks of staff, and who waits."""

from datetime import timedelta

from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.desks import DESKS
from core.staff.states import StaffRole
from tests.portal.conftest import Portal
from tests.portal.organisations.test_overview import NOORD, ZUID, a_person, a_request, an_organisation, look
from tests.support.html_page import Page


def lines(page: Page) -> dict[str, str]:
    return {
        " ".join(link.text.split()): link.attributes["href"]
        for link in page.one("#name-menu").walk()
        if link.tag == "a"
    }


def two_organisations(portal: Portal) -> tuple[PersonId, OrganisationId, OrganisationId]:
    anna = a_person(portal, "anna.p")
    noord = an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    return anna, noord, an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=anna)


def test_menu_has_the_lines_of_g5_in_one_order(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    noord = an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)

    page = look(portal.signed_in(anna))

    assert list(lines(page).items()) == [
        ("Change context", "/context"),
        ("My profile", f"{portal.services.settings.issuer}/account/profile"),
        ("My organisations", "/"),
        ("Tools", f"/organisations/{noord}/tools"),
        ("Wallet", f"/organisations/{noord}/wallet"),
    ]
    current = [link for link in page.one("#name-menu").walk() if "aria-current" in link.attributes]
    assert [link.attributes["href"] for link in current] == ["/"]


def test_without_an_organisation_tools_and_wallet_are_at_my_organisations(portal: Portal) -> None:
    anna, _noord, _zuid = two_organisations(portal)

    there = lines(look(portal.signed_in(anna)))

    assert (there["Tools"], there["Wallet"]) == ("/", "/")


def test_page_of_an_organisation_shows_that_one_whatever_was_chosen(portal: Portal) -> None:
    anna, noord, zuid = two_organisations(portal)
    browser = portal.signed_in(anna)
    token = look(browser, "/context").all("input[name=csrf_token]")[0].attributes["value"]
    answer = browser.post("/context", data={"csrf_token": token, "organisation": noord})

    there = look(browser, f"/organisations/{zuid}?language=en")
    elsewhere = look(browser, f"{answer.location}&language=en")

    assert "Immo Demo Zuid SRL" in there.one("#name-menu-button").text
    assert lines(there)["Tools"] == f"/organisations/{zuid}/tools"
    assert lines(there)["Wallet"] == f"/organisations/{zuid}/wallet"
    assert "Immo Demo Noord BV" in elsewhere.one("#name-menu-button").text
    assert elsewhere.one("#done").attributes["role"] == "status"


def test_managers_see_in_the_menu_that_somebody_waits_and_others_do_not(portal: Portal) -> None:
    anna, noord, _zuid = two_organisations(portal)
    bert = a_person(portal, "bert.v")
    a_request(portal, noord, by=bert)

    hers = lines(look(portal.signed_in(anna)))
    at_the_office = lines(look(portal.signed_in(anna), f"/organisations/{noord}?language=en"))

    assert "My organisations 1 waits for confirmation" in hers
    assert "My organisations 1 waits for confirmation" in at_the_office
    assert "My organisations" in lines(look(portal.signed_in(bert)))


def test_staff_find_their_desks_a_minute_after_they_got_the_role(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    browser = portal.signed_in(anna)
    with portal.services.database.transaction() as session:
        for role in (StaffRole.DEVELOPER, StaffRole.HELPDESK):
            roles.give(session, anna, role, by=None, why=None, now=portal.clock.now())

    before = lines(look(browser))
    portal.clock.advance(timedelta(minutes=1))
    after = lines(look(browser))

    assert [line for line in after if line not in before] == ["Helpdesk", "Developers"]
    assert (after["Helpdesk"], after["Developers"]) == ("/helpdesk", "/developers")


def test_every_desk_that_the_menu_names_is_there(portal: Portal) -> None:
    paths = {rule.rule for rule in portal.app.url_map.iter_rules()}

    assert {path for path, _name in DESKS.values()} <= paths
