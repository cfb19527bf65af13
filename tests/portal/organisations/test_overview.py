"""The home page shows a person their organisations, and lets them work for one of them."""

import re

import pytest
from flask.testing import FlaskClient

from core.closing.founding import found
from core.organisations import employees, enrolment, wallet_rights
from core.organisations.enrolment import Company
from core.organisations.identifiers import OrganisationId
from core.organisations.numbers import check_digits
from core.organisations.rules import MemberDetails
from core.organisations.tables import MembershipRow
from core.organisations.wallet_rights import WalletRights
from core.people import profiles
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson
from tests.portal.conftest import Portal
from tests.support.html_page import Page, parse

NOORD = "0100001060"
ZUID = "0100002050"


def a_person(portal: Portal, username: str) -> PersonId:
    new = NewPerson(username, f"{username}@example.test", "Anna", "Peeters", "nl")
    with portal.services.database.transaction() as session:
        return profiles.create(session, new, email_verified=True, now=portal.clock.now())


def an_organisation(portal: Portal, number: str, name: str, *, manager: PersonId) -> OrganisationId:
    with portal.services.database.transaction() as session:
        founder = found(
            session,
            Company(number, name),
            by=manager,
            details=MemberDetails(function="Zaakvoerder"),
            now=portal.clock.now(),
        )
    return founder.organisation_id


def a_request(portal: Portal, organisation: OrganisationId, *, by: PersonId) -> None:
    with portal.services.database.transaction() as session:
        enrolment.request_membership(session, organisation, by=by, details=MemberDetails(), now=portal.clock.now())


def look(browser: FlaskClient, path: str = "/?language=en") -> Page:
    answer = browser.get(path)
    return parse(path, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)


def choose(browser: FlaskClient, organisation: str) -> int:
    token = look(browser, "/context").all("input[name=csrf_token]")[0].attributes["value"]
    return browser.post("/context", data={"csrf_token": token, "organisation": organisation}).status_code


def test_home_shows_my_organisations_and_no_others(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=bert)

    page = look(portal.signed_in(anna))

    (card,) = page.all("article.organisation-card")
    assert card.attributes["data-organization"] == NOORD
    assert "Immo Demo Noord BV" in card.text
    assert "0100.001.060" in card.text
    assert "Zaakvoerder" in card.text
    assert "Manager" in card.text
    assert "Not verified" in card.text


def test_an_organisation_one_waits_for_is_shown_as_waiting_and_cannot_be_chosen(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    noord = an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    a_request(portal, noord, by=bert)
    browser = portal.signed_in(bert)

    (card,) = look(browser).all("article.organisation-card")

    assert card.attributes["data-status"] == "requested"
    assert "organisation-waiting" in card.attributes["class"]
    assert "Waiting for confirmation" in card.text
    assert not look(browser, "/context").has("button.choose-organisation")
    token = look(browser).one("input[name=csrf_token]").attributes["value"]
    assert browser.post("/context", data={"csrf_token": token, "organisation": noord}).status_code == 404


def test_whoever_has_one_organisation_works_for_it_without_saying_so(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)

    page = look(portal.signed_in(anna))

    assert "Immo Demo Noord BV" in page.one("#name-menu-button").text


def test_whoever_has_several_works_for_none_until_one_is_chosen(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    zuid = an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=anna)
    browser = portal.signed_in(anna)

    before = look(browser).one("#name-menu-button").text
    status = choose(browser, zuid)
    after = look(browser).one("#name-menu-button").text

    assert (before, status) == ("Anna Peeters", 303)
    assert "Immo Demo Zuid SRL" in after


def test_an_organisation_of_others_cannot_be_chosen(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    zuid = an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=bert)
    browser = portal.signed_in(anna)

    assert choose(browser, zuid) == 404
    assert choose(browser, "org_unknown") == 404
    assert "Zuid" not in look(browser).text


@pytest.mark.parametrize("token", ["", "made.up"])
def test_a_form_that_is_not_ours_chooses_nothing(portal: Portal, token: str) -> None:
    anna = a_person(portal, "anna.p")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    zuid = an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=anna)
    browser = portal.signed_in(anna)

    answer = browser.post("/context", data={"csrf_token": token, "organisation": zuid})

    assert answer.status_code == 400
    assert look(browser).one("#name-menu-button").text == "Anna Peeters"


def test_a_choice_counts_only_while_the_membership_does(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=bert)
    zuid = an_organisation(portal, ZUID, "Immo Demo Zuid SRL", manager=anna)
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        member = enrolment.add_member(session, zuid, bert, by=anna, details=MemberDetails(), now=now)
    browser = portal.signed_in(bert)
    choose(browser, zuid)

    with portal.services.database.transaction() as session:
        employees.block(session, member.id, by=anna, now=now)

    page = look(browser)
    assert "Zuid" not in page.one("#name-menu-button").text
    shown = {card.attributes["data-organization"]: card.attributes["data-status"] for card in page.all("article")}
    assert shown == {NOORD: "active", ZUID: "blocked"}
    assert page.one("a.leave-organisation").attributes["href"] == f"/organisations/{zuid}/leave"


def test_whoever_has_no_organisation_reads_the_next_step(portal: Portal) -> None:
    page = look(portal.signed_in(a_person(portal, "anna.p")))

    assert page.has("div.empty-state")
    assert page.one("#add-organisation").attributes["href"] == "/organisations/add"


def test_menu_leads_only_to_what_exists(portal: Portal) -> None:
    browser = portal.signed_in(a_person(portal, "anna.p"))

    links = [link.attributes["href"] for link in look(browser).one("#name-menu").walk() if link.tag == "a"]

    profile = f"{portal.services.settings.issuer}/account/profile"
    ours = [link for link in links if link != profile]
    # The account is the provider's: its own tests say that the page is there.
    assert len(ours) == len(links) - 1
    assert {browser.get(link).status_code for link in ours} == {200}


def test_a_name_is_text_and_never_markup(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    an_organisation(portal, NOORD, "<script>alert(1)</script>", manager=anna)

    assert not re.search(r"<script>alert", portal.signed_in(anna).get("/").text)


@pytest.mark.parametrize("path", ["/nowhere", "/static/x"])
def test_a_page_that_does_not_exist_says_so(portal: Portal, path: str) -> None:
    page = look(portal.browser(), path)

    assert (page.status, page.one("#error").attributes["data-code"]) == (404, "not-found")


def test_health_tells_whether_the_portal_can_serve(portal: Portal) -> None:
    live, ready = portal.browser().get("/health/live"), portal.browser().get("/health/ready")

    assert (live.status_code, ready.status_code) == (200, 200)
    assert ready.json == {"status": "ready", "missing": []}


def test_a_manager_is_led_straight_to_those_who_wait(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    noord = an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    before = look(portal.signed_in(anna)).one("a[data-shortcut=employees]")
    a_request(portal, noord, by=bert)

    after = look(portal.signed_in(anna)).one("a[data-shortcut=employees]")

    assert (before.attributes["href"], "shortcut-waiting" in before.attributes["class"]) == (
        f"/organisations/{noord}/employees",
        False,
    )
    assert after.attributes["href"] == f"/organisations/{noord}/employees?show=waiting"
    assert "shortcut-waiting" in after.attributes["class"]
    assert "1 waits for confirmation" in after.text


def test_a_card_leads_to_the_wallet_of_those_who_may_see_it(portal: Portal) -> None:
    anna, bert = a_person(portal, "anna.p"), a_person(portal, "bert.v")
    noord = an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)
    with portal.services.database.transaction() as session:
        joined = enrolment.add_member(session, noord, bert, by=anna, details=MemberDetails(), now=portal.clock.now())
    before = look(portal.signed_in(bert)).one("a[data-shortcut=wallet]").attributes["href"]

    with portal.services.database.transaction() as session:
        wallet_rights.write(session.get_one(MembershipRow, joined.id), WalletRights(sees=False))

    assert before == f"/organisations/{noord}/wallet"
    assert not look(portal.signed_in(bert)).has("a[data-shortcut=wallet]")
    assert look(portal.signed_in(anna)).has("a[data-shortcut=wallet]")


def test_many_organisations_are_searched_by_name_and_number(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    for place in range(8):
        first_eight = f"{1000 + place:08d}"
        an_organisation(portal, first_eight + check_digits(first_eight), f"Immo Été {place}", manager=anna)
    browser = portal.signed_in(anna)

    found = [
        len(look(browser, f"/?find={text}").all("article.organisation-card"))
        for text in ("", "ete%203", "IMMO", "0000.100.3", "zuid")
    ]

    assert look(browser).has("#search")
    assert found == [8, 1, 8, 1, 0]


def test_few_organisations_need_no_search(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    an_organisation(portal, NOORD, "Immo Demo Noord BV", manager=anna)

    assert not look(portal.signed_in(anna)).has("#search")
