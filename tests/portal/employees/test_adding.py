"""Adding somebody who has an account: found exactly or not at all, seen, described, a member at once."""

import json

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.sealing import seal
from core.organisations import limits, records
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from tests.portal.employees.conftest import Visitor, World
from tests.portal.employees.test_acts import deeds, mails, said
from tests.portal.employees.test_confirming import DATA, hidden, roles, send
from tests.support.html_page import Page
from tests.support.offices import a_person
from tests.support.statements import counted

ELSA = "elsa.engels"


def find(visitor: Visitor, world: World, who: str) -> Page:
    return visitor.post(f"{world.url}/add?language=en", step="find", who=who)


def found(page: Page) -> dict[str, str]:
    (value,) = (element.attributes["value"] for element in page.all("input[name=found]"))
    return {"found": value}


def live(world: World, name: str) -> Membership | None:
    with world.portal.services.database.reading() as session:
        return records.live_of(session, world.people[name], world.organisation_id)


def test_found_by_username_seen_described_and_a_member_at_once(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/add"

    profile = find(anna, world, "ELSA.engels")
    first = anna.post(url, step="profile", **found(profile))
    second = send(anna, url, {**hidden(first, "#employee-data"), **DATA, "is_manager": "yes"})
    before = live(world, "elsa")
    done = send(anna, url, {**hidden(second, "#tools"), "step": "access", f"role-{world.registration_id}": "user"})

    assert "Elsa.Engels Peeters" in profile.one("#profile").text
    assert "elsa.engels" in profile.one("#profile").text
    assert before is None
    assert said(done) == "employee-add"
    member = live(world, "elsa")
    assert member is not None
    assert (member.status, member.is_manager, member.details.function) == (
        *(MembershipStatus.ACTIVE, True, "Senior negotiator"),
    )
    assert roles(world)[member.id] == "user"
    assert mails(world, "membership-added") == [world.people["elsa"]]
    again = send(anna, url, {**hidden(second, "#tools"), "step": "access"})
    assert said(again) == "done-already"
    assert len(mails(world, "membership-added")) == 1


def test_by_address_the_profile_says_no_more_of_the_username_than_its_shape(world: World) -> None:
    profile = find(world.of("anna"), world, "Elsa.Engels@people.example")

    assert "e•••.e•••••" in profile.one("#profile").text
    assert ELSA not in profile.body
    assert "people.example" not in profile.one("#profile").text


@pytest.mark.parametrize(
    "who", ["elsa", "elsa.engel", "elsa.engels@people", "%", "els%", "@", "elsa.engels@other.example"]
)
def test_what_is_not_exactly_an_account_finds_nobody(world: World, who: str) -> None:
    page = find(world.of("anna"), world, who)

    assert page.status == 200
    assert page.has("#nobody")
    assert not page.has("#profile")


def test_an_account_that_cannot_be_added_looks_like_none_and_takes_as_long(world: World) -> None:
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        a_person(session, "never.activated", now=now, activated=False)
    anna = world.of("anna")
    texts, statements = [], []
    for who in ("never.activated", "quite.unknown", "never.activated@people.example", "quite.unknown@people.example"):
        with counted(world.portal.services.database) as asked:
            page = find(anna, world, who)
        texts.append(page.text.replace(who, ""))
        statements.append([" ".join(one.split())[:60] for one in asked])

    assert (texts[0], texts[2]) == (texts[1], texts[3])
    assert statements[0] == statements[1] == statements[2] == statements[3]
    with world.portal.services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "employee-looked-up")).all()
    assert [(row.subject_id, row.details) for row in rows] == [(None, {"found": False})] * 4


@pytest.mark.parametrize(("name", "who"), [("bram", "bram.claes"), ("chris", "chris.claes"), ("dirk", "dirk.dupont")])
def test_somebody_who_is_here_already_is_said_to_be(world: World, name: str, who: str) -> None:
    page = find(world.of("anna"), world, who)

    assert page.has("#is-here")
    assert not page.has("#add-person")
    assert page.one("a.primary").attributes["href"] == f"{world.url}/{getattr(world, name)}"


def test_whoever_is_found_reads_so_in_their_history(world: World) -> None:
    find(world.of("anna"), world, ELSA)

    with world.portal.services.database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "employee-looked-up")).one()
    assert (row.actor_id, row.subject_id) == (world.people["anna"], world.people["elsa"])
    assert row.details == {"found": True}


def test_searching_is_limited_and_says_for_how_long(world: World) -> None:
    anna = world.of("anna")
    store, person = world.portal.services.store, world.people["anna"]
    for _ in range(limits.PEOPLE_PER_MANAGER.attempts):
        limits.count_person_lookup(store, person, world.organisation_id)

    page = find(anna, world, ELSA)

    assert page.status == 429
    assert page.has("#who-error")
    assert not page.has("#profile")
    assert deeds(world, "employee-looked-up") == 0


def test_only_what_was_found_by_this_manager_here_and_lately_is_added(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/add"
    now, secret = world.portal.clock.now(), world.portal.services.settings.secret
    said_by = [world.people["anna"], world.organisation_id, world.people["elsa"], "Elsa"]
    until = now.replace(year=now.year + 1).isoformat()
    forged = {
        "another manager": [world.people["bram"], *said_by[1:], until],
        "another organisation": [said_by[0], "org_other", *said_by[2:], until],
        "long ago": [*said_by, now.isoformat()],
    }
    tokens = [seal(secret, json.dumps(values), purpose="employee-to-add") for values in forged.values()]
    tokens += ["", "x", seal(secret, json.dumps([*said_by, until]), purpose="another")]

    for token in tokens:
        page = anna.post(url, step="access", found=token, **{k: v for k, v in DATA.items() if k != "step"})
        assert said(page) == "changed-meanwhile"
    assert live(world, "elsa") is None


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "elsa"])
def test_only_managers_look_anybody_up(world: World, who: str) -> None:
    visitor = world.of(who)

    assert visitor.get(f"{world.url}/add").status in (403, 404)
    assert find(visitor, world, ELSA).status in (403, 404)
    assert deeds(world, "employee-looked-up") == 0


def test_nobody_found_leads_to_an_invitation_of_that_address(world: World) -> None:
    anna = world.of("anna")

    page = find(anna, world, "new+one@people.example")
    invite = anna.get(page.one("#invite-employee").attributes["href"])

    assert invite.one("#invited-address").attributes["value"] == "new+one@people.example"
