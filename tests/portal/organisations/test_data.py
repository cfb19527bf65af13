"""The data of an organisation: who sees and edits them, and what two managers who edit at once are shown (O5, O11)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.outbox import OutboxRow
from core.organisations.company_editing import described
from core.organisations.states import OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.web_addresses import Network
from tests.portal.organisations.conftest import Visitor, World
from tests.support.at_once import at_once
from tests.support.html_page import Page

FILLED = {
    "organisation_name": "Immo Test NV",
    "organisation_phone": "03 555 01 10",
    "organisation_linkedin": "linkedin.com/company/immo-test",
    "organisation_street": "Meir 1",
    "organisation_postal_code": "2000",
    "organisation_locality": "Antwerpen",
    "post_street": "Postbus 12",
    "post_postal_code": "2018",
    "post_locality": "Antwerpen",
}


def save(visitor: Visitor, world: World, **fields: object) -> Page:
    page = visitor.get(f"{world.url}/edit")
    assert page.status == 200, page.text
    return visitor.submit(page, "#save-organisation", **fields)


def test_a_manager_edits_everything_with_one_save(world: World) -> None:
    anna = world.of("anna")

    after = anna.follow(save(anna, world, **FILLED))

    assert after.url.endswith("?done=saved")
    assert "Immo Test NV" in after.one("#fact-name").text
    assert "Postbus 12" in after.one("#fact-post").text
    with world.portal.services.database.reading() as session:
        found = described(session, world.id)
        (row,) = session.scalars(select(AuditRow).where(AuditRow.action == "organisation-changed")).all()
    assert found.version == 2
    assert found.company.social == {Network.LINKEDIN: "https://linkedin.com/company/immo-test"}
    fields = str(row.details["fields"]).split()
    assert {"name", "phone_number", "linkedin", "post_locality"} <= set(fields)
    assert "Postbus" not in str(row.details)


def test_a_save_that_changes_nothing_leaves_no_trace(world: World) -> None:
    anna = world.of("anna")
    save(anna, world, **FILLED)

    save(anna, world)

    with world.portal.services.database.reading() as session:
        assert described(session, world.id).version == 2
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "organisation-changed")).all()) == 1


def test_the_other_managers_are_mailed_and_nobody_else(world: World) -> None:
    world.make_manager_of_bram()
    anna = world.of("anna")

    save(anna, world, **FILLED)

    with world.portal.services.database.reading() as session:
        mails = [row.body for row in session.scalars(select(OutboxRow)).all()]
    told = [body["recipient_person_id"] for body in mails if body.get("template") == "organisation-changed"]
    assert told == [world.people["bram"]]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("organisation_name", " "),
        ("organisation_email", "immo"),
        ("organisation_website", "javascript:alert(1)"),
        ("organisation_facebook", "https://evil.example/facebook.com"),
        ("organisation_postal_code", "20000"),
        ("post_street", ""),
        ("organisation_kind", "club"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(world: World, field: str, typed: str) -> None:
    anna = world.of("anna")

    page = save(anna, world, **{**FILLED, field: typed})

    assert page.status == 422
    assert page.has(f"#{field.replace('_', '-')}-error")
    assert page.one("#organisation-locality").attributes["value"] == "Antwerpen"
    with world.portal.services.database.reading() as session:
        assert described(session, world.id).version == 1


def test_the_second_of_two_managers_sees_what_the_first_saved_beside_what_they_typed(world: World) -> None:
    world.make_manager_of_bram()
    anna, bram = world.of("anna"), world.of("bram")
    save(anna, world, **FILLED)
    form = bram.get(f"{world.url}/edit")

    save(anna, world, organisation_name="Immo Anna", organisation_street="Meir 2")
    page = bram.submit(form, "#save-organisation", organisation_name="Immo Bram", organisation_phone="03 555 01 20")

    assert page.status == 409
    (row,) = [one for one in page.one("#contested").walk() if one.tag == "tr" and "data-field" in one.attributes]
    assert row.attributes["data-field"] == "organisation-name"
    assert "Immo Anna" in row.text
    assert "Immo Bram" in row.text
    assert page.one("#organisation-name").attributes["value"] == "Immo Bram"
    assert page.one("#organisation-street").attributes["value"] == "Meir 2"
    assert "Street" in page.one("#taken-over").text
    with world.portal.services.database.reading() as session:
        assert described(session, world.id).company.name == "Immo Anna"

    bram.follow(bram.submit(page, "#save-organisation"))

    with world.portal.services.database.reading() as session:
        company = described(session, world.id).company
    assert (company.name, company.street_address, company.phone_number) == ("Immo Bram", "Meir 2", "+3235550120")


def test_of_two_saves_at_the_same_moment_one_counts_and_the_other_is_told(world: World) -> None:
    world.make_manager_of_bram()
    visitors = [world.of("anna"), world.of("bram")]
    pages = [visitor.get(f"{world.url}/edit") for visitor in visitors]
    answers: list[Page] = []

    def press(place: int) -> None:
        fields = {**FILLED, "organisation_name": f"Immo {place}"}
        answers.append(visitors[place].submit(pages[place], "#save-organisation", **fields))

    assert at_once(lambda: press(0), lambda: press(1)) == []

    assert sorted(answer.status for answer in answers) == [303, 409]
    with world.portal.services.database.reading() as session:
        assert described(session, world.id).version == 2


# What each page and act answers to whom: anna manages, bram works there, chris waits, emma is invited, dirk is
# blocked, fred has nothing to do with it.
_ALL = ("anna", "bram", "chris", "emma", "dirk", "fred")
_GET = {
    "": (200, 200, 200, 200, 403, 404),
    "/edit": (200, 403, 403, 403, 403, 404),
    "/pictures/logo": (200, 403, 403, 403, 403, 404),
    "/pictures/cover": (200, 403, 403, 403, 403, 404),
    "/notices": (200, 403, 403, 403, 403, 404),
    "/leave": (200, 200, 200, 200, 200, 404),
}
_POST = {
    "/edit": (422, 403, 403, 403, 403, 404),
    "/pictures/logo": (422, 403, 403, 403, 403, 404),
    "/notices": (422, 403, 403, 403, 403, 404),
    "/second-manager": (303, 403, 403, 403, 403, 404),
    "/remind": (303, 303, 303, 303, 403, 404),
    "/accept": (303, 303, 303, 303, 403, 404),
}


def test_every_page_and_act_asks_who_it_is(world: World) -> None:
    for place, name in enumerate(_ALL):
        visitor = world.of(name)
        for path, wanted in _GET.items():
            assert visitor.get(world.url + path).status == wanted[place], (name, "GET", path)
        for path, wanted in _POST.items():
            sent = {"organisation_name": ""} if path == "/edit" else {}
            status = visitor.post(world.url + path, version="1", **sent).status
            assert status == wanted[place], (name, "POST", path)


def test_whoever_waits_sees_the_name_and_the_managers_only(world: World) -> None:
    save(world.of("anna"), world, **FILLED)

    page = world.of("chris").get(world.url)

    assert "Anna.Peeters Peeters" in page.one("#managers").text
    assert "Meir" not in page.text
    assert "03 555" not in page.text
    assert not page.has("#fact-name")


def test_whoever_is_blocked_learns_nothing_but_that(world: World) -> None:
    page = world.of("dirk").get(world.url)

    assert page.one("#error").attributes["data-code"] == "not-allowed"
    assert page.has("#leave-organisation")
    assert "Anna" not in page.one("main").text


@pytest.mark.parametrize(
    ("who", "path", "heading", "names_managers"),
    [
        ("chris", "/employees", "once you are a member", True),
        ("emma", "/tools", "once you are a member", False),
        ("chris", "/edit", "Only a manager", True),
        ("bram", "/edit", "Only a manager", True),
    ],
)
def test_what_opens_to_every_member_is_not_said_to_be_the_managers(
    world: World, who: str, path: str, heading: str, *, names_managers: bool
) -> None:
    page = world.of(who).get(f"{world.url}{path}")

    assert page.status == 403
    assert heading in page.one("h1").text
    assert ("Anna" in page.one("main").text) is names_managers


def test_an_unverified_organisation_says_what_that_means(world: World) -> None:
    page = world.of("bram").get(world.url)

    assert page.one("#evidence").attributes["data-level"] == "0"
    assert "claims the company" in page.one("#evidence").text


def test_the_only_manager_is_advised_to_name_a_second_one_until_put_off_for_thirty_days(world: World) -> None:
    anna = world.of("anna")
    assert anna.get(world.url).has("#second-manager")

    after = anna.follow(anna.submit(anna.get(world.url), "#put-off"))

    assert not after.has("#second-manager")
    with world.portal.services.database.transaction() as session:
        own = session.get_one(MembershipRow, world.office.manager.id)
        own.second_manager_put_off_at = world.portal.clock.now() - timedelta(days=30)
    assert anna.get(world.url).has("#second-manager")
    world.make_manager_of_bram()
    assert not anna.get(world.url).has("#second-manager")


def test_an_employee_is_not_advised(world: World) -> None:
    assert not world.of("bram").get(world.url).has("#second-manager")


def test_members_of_an_organisation_without_a_manager_read_what_happens_next(world: World) -> None:
    with world.portal.services.database.transaction() as session:
        row = session.get_one(OrganisationRow, world.id)
        row.status, row.ownerless_since = OrganisationStatus.OWNERLESS, world.portal.clock.now()

    page = world.of("bram").get(world.url)

    assert "go on working until" in page.one("#ownerless").text


def test_values_are_text_and_never_markup(world: World) -> None:
    anna = world.of("anna")
    save(anna, world, **{**FILLED, "organisation_name": "<script>alert(1)</script>"})

    assert "<script>alert" not in anna.browser.get(world.url).text
