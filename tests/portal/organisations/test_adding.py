"""Somebody adds an organisation by its number: joins it where it is here, founds it where it is not (O1 to O3)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.organisations import limits
from core.organisations.company_editing import described
from core.organisations.joining import find_organisation
from core.organisations.states import MembershipStatus
from tests.portal.organisations.conftest import Visitor, World
from tests.support.at_once import at_once
from tests.support.companies import ACompany, AnExtract, company_number, read_extract
from tests.support.html_page import Page

NEW = "0100001060"
COMPANY = {
    "organisation_name": "Immo Nieuw BV",
    "organisation_kind": "legal_person",
    "organisation_street": "Meir 1",
    "organisation_postal_code": "2000",
    "organisation_locality": "Antwerpen",
}
SELF = {"function": "Zaakvoerder", "work_email": "fred@nieuw.example"}


def number_of(world: World) -> str:
    with world.portal.services.database.reading() as session:
        return described(session, world.id).company_number


def find(visitor: Visitor, typed: str) -> Page:
    page = visitor.get("/organisations/add")
    return visitor.follow(visitor.submit(page, "#find-organisation", company_number=typed))


def test_a_number_that_is_here_leads_to_a_request_and_to_the_managers_names(world: World) -> None:
    fred = world.of("fred")
    number = number_of(world)

    found = find(fred, f"BE {number[:4]}.{number[4:7]}.{number[7:]}")
    form = fred.get(found.one("#add-to-profile").attributes["href"])
    sent = fred.submit(form, "#send-request", **SELF)
    after = fred.follow(sent)

    assert "Immo Test BV" in found.text
    assert after.url.endswith("?done=requested")
    assert "Anna.Peeters Peeters" in after.one("#managers").text
    with world.portal.services.database.reading() as session:
        mine = find_organisation(session, number, world.people["fred"])
    assert mine is not None
    assert mine.membership is MembershipStatus.REQUESTED
    (card,) = fred.get("/").all("article.organisation-card")
    assert "organisation-waiting" in card.attributes["class"].split()
    assert "Anna.Peeters Peeters" in card.text


def test_a_number_that_is_not_here_founds_an_organisation_with_its_manager(world: World) -> None:
    fred = world.of("fred")

    form = find(fred, NEW)
    after = fred.follow(fred.submit(form, "#create-organisation", **COMPANY, **SELF))

    assert after.has("#edit-organisation")
    assert "Immo Nieuw BV" in after.text
    assert "Fred.Fabry Peeters" in after.one("#managers").text


def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(world: World) -> None:
    fred = world.of("fred")
    form = find(fred, NEW)

    page = fred.submit(
        form, "#create-organisation", **{**COMPANY, "organisation_postal_code": "20"}, function="Zaakvoerder"
    )

    assert page.status == 422
    assert page.has("#organisation-postal-code-error")
    assert page.has("#work-email-error")
    assert page.one("#organisation-name").attributes["value"] == "Immo Nieuw BV"
    with world.portal.services.database.reading() as session:
        assert find_organisation(session, NEW, world.people["fred"]) is None


@pytest.mark.parametrize("typed", ["", "0100001061", "Immo"])
def test_what_is_no_number_is_told_so(world: World, typed: str) -> None:
    fred = world.of("fred")

    page = fred.submit(fred.get("/organisations/add"), "#find-organisation", company_number=typed)

    assert (page.status, page.has("#company-number-error")) == (422, True)


@pytest.mark.parametrize(
    ("who", "way"),
    [
        *(("anna", "#to-organisation"), ("chris", "#to-organisation"), ("emma", "#to-organisation")),
        *(("dirk", None), ("fred", "#add-to-profile")),
    ],
)
def test_the_page_says_how_somebody_stands_to_it_already(world: World, who: str, way: str | None) -> None:
    page = world.of(who).get(f"/organisations/add?number={number_of(world)}")

    assert [one for one in ("#to-organisation", "#add-to-profile") if page.has(one)] == ([] if way is None else [way])
    if who == "dirk":
        assert "blocked" in page.one("h1").text or "cannot join" in page.one("h1").text
        assert "Anna" not in page.one("main").text


def test_whoever_is_blocked_asks_in_vain(world: World) -> None:
    number = number_of(world)
    dirk = world.of("dirk")

    answer = dirk.post(f"/organisations/add?number={number}", decision="request", **SELF)

    assert answer.status == 303
    with world.portal.services.database.reading() as session:
        mine = find_organisation(session, number, world.people["dirk"])
    assert mine is not None
    assert mine.membership is MembershipStatus.BLOCKED


def test_of_two_founders_the_slower_one_may_ask_to_join_and_keeps_what_was_typed(world: World) -> None:
    fred, chris = world.of("fred"), world.of("chris")
    forms = [(visitor, find(visitor, NEW)) for visitor in (fred, chris)]
    answers: list[Page] = []

    def create(place: int) -> None:
        visitor, form = forms[place]
        answers.append(visitor.submit(form, "#create-organisation", **COMPANY, **SELF))

    assert at_once(lambda: create(0), lambda: create(1)) == []

    assert sorted(answer.status for answer in answers) == [303, 409]
    (slower,) = (answer for answer in answers if answer.status == 409)
    assert slower.has("#send-request")
    assert slower.one("#function").attributes["value"] == "Zaakvoerder"


def test_too_many_look_ups_are_told_to_wait(world: World) -> None:
    store, fred = world.portal.services.store, world.people["fred"]
    for _ in range(limits.LOOKUPS_PER_PERSON.attempts):
        limits.count_lookup(store, fred, NEW)

    page = world.of("fred").get(f"/organisations/add?number={NEW}")

    assert page.status == 429
    assert int(page.headers["Retry-After"]) <= timedelta(minutes=10).total_seconds()


def test_a_form_that_is_not_ours_adds_nothing(world: World) -> None:
    browser = world.portal.signed_in(world.people["fred"])

    answer = browser.post(f"/organisations/add?number={NEW}", data={"csrf_token": "made.up", "decision": "create"})

    assert answer.status_code == 400


def test_nobody_adds_anything_without_signing_in(world: World) -> None:
    answer = world.portal.browser().get("/organisations/add")

    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_what_the_company_register_knows_is_filled_in_and_may_be_changed(world: World, tmp_path: Path) -> None:
    read_extract(world.portal.services.database, AnExtract(companies=[ACompany(NEW)]), tmp_path, _now(world))
    fred = world.of("fred")

    form = find(fred, NEW)
    before = {name: form.one(f"#{name}").attributes["value"] for name in ("organisation-name", "organisation-street")}
    fred.follow(fred.submit(form, "#create-organisation", organisation_name="Immo Bakker Gent", **SELF))

    assert form.has("#prefilled")
    assert before == {"organisation-name": "Immo Bakker", "organisation-street": "Veldstraat 12"}
    with world.portal.services.database.reading() as session:
        found = find_organisation(session, NEW, world.people["fred"])
        assert found is not None
        company = described(session, found.id).company
    assert (company.name, company.street_address, company.locality) == ("Immo Bakker Gent", "Veldstraat 12", "Gent")


def test_what_the_register_does_not_name_cannot_be_added(world: World, tmp_path: Path) -> None:
    other = ACompany(company_number(1))
    read_extract(world.portal.services.database, AnExtract(companies=[other]), tmp_path, _now(world))
    fred = world.of("fred")

    page = find(fred, NEW)
    answer = fred.post(f"/organisations/add?number={NEW}", decision="create", **COMPANY, **SELF)

    assert page.one("#refused").attributes["data-code"] == "company-unknown"
    assert not page.has("#create-organisation")
    assert (answer.status, answer.one("#refused").attributes["data-code"]) == (409, "company-unknown")
    with world.portal.services.database.reading() as session:
        assert find_organisation(session, NEW, world.people["fred"]) is None


def _now(world: World) -> datetime:
    return world.portal.clock.now()
