"""Somebody about their own place: reminds, accepts, leaves, withdraws, declines, and knows what follows (O3, O7)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.outbox import OutboxRow
from core.organisations.records import live_of
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow
from tests.portal.organisations.conftest import World
from tests.portal.organisations.test_adding import SELF, number_of
from tests.support.offices import an_accreditation


def own(world: World, name: str) -> Membership | None:
    with world.portal.services.database.reading() as session:
        return live_of(session, world.people[name], world.id)


def templates(world: World) -> list[str]:
    with world.portal.services.database.reading() as session:
        return [str(row.body.get("template")) for row in session.scalars(select(OutboxRow)).all()]


def test_whoever_waits_reminds_the_managers_once_a_day(world: World) -> None:
    with world.portal.services.database.transaction() as session:
        row = session.scalars(select(MembershipRow).where(MembershipRow.person_id == world.people["chris"])).one()
        row.created_at = world.portal.clock.now() - timedelta(days=2)
    chris = world.of("chris")

    first = chris.submit(chris.get("/"), "button.remind-managers")
    after = chris.follow(first)
    second = chris.post(f"{world.url}/remind")

    assert first.headers["Location"] == "/?done=reminded"
    assert not after.has("button.remind-managers")
    assert second.headers["Location"] == "/?done=changed"
    assert templates(world).count("membership-reminder") == 1


@pytest.mark.parametrize(
    ("who", "link", "code"),
    [("chris", "a.withdraw-request", "withdrawn"), ("emma", "a.decline-invitation", "declined")],
)
def test_a_request_is_withdrawn_and_an_invitation_declined_after_a_question(
    world: World, who: str, link: str, code: str
) -> None:
    visitor = world.of(who)

    question = visitor.get(visitor.get("/").one(link).attributes["href"])
    assert own(world, who) is not None
    done = visitor.submit(question, "#leave-organisation-yes")

    assert done.headers["Location"] == f"/?done={code}"
    assert own(world, who) is None
    assert not visitor.follow(done).has("article.organisation-card")


def test_an_invitation_is_accepted_from_the_overview(world: World) -> None:
    emma = world.of("emma")

    after = emma.follow(emma.submit(emma.get("/"), "button.accept-invitation"))

    member = own(world, "emma")
    assert member is not None
    assert member.status is MembershipStatus.ACTIVE
    assert after.has("#fact-name")


def test_an_employee_leaves_knowing_which_tools_that_concerns(world: World) -> None:
    bram = world.of("bram")
    question = bram.get(f"{world.url}/leave")

    done = bram.submit(question, "#leave-organisation-yes")

    assert "finder" in question.one("#tools-affected").text
    assert not question.has("#mandates-ending")
    assert done.headers["Location"] == "/?done=left"
    assert own(world, "bram") is None
    assert bram.get(world.url).status == 404


def test_whoever_lends_an_accreditation_reads_who_could_replace_them(world: World) -> None:
    world.make_manager_of_bram()
    anna = world.of("anna")
    alone = anna.get(f"{world.url}/leave").one("#mandates-ending").text
    with world.portal.services.database.transaction() as session:
        an_accreditation(session, world.people["bram"], "500002", now=world.portal.clock.now())

    question = anna.get(f"{world.url}/leave")
    anna.submit(question, "#leave-organisation-yes")

    assert "No colleague" in alone
    assert "1 colleague uses it" in alone
    assert "Bram.Claes Peeters" in question.one("#mandates-ending").text
    assert own(world, "anna") is None
    with world.portal.services.database.reading() as session:
        registration = session.scalars(select(RegistrationRow)).one()
    assert registration.status == RegistrationStatus.SUSPENDED


def test_the_last_manager_is_shown_the_way_on_instead(world: World) -> None:
    anna = world.of("anna")

    page = anna.get(f"{world.url}/leave")
    answer = anna.post(f"{world.url}/leave")

    assert page.one("#choose-manager").attributes["href"] == f"{world.url}/employees"
    assert not page.has("#leave-organisation-yes")
    assert answer.status == 409
    member = own(world, "anna")
    assert member is not None
    assert member.is_manager


def test_whoever_is_blocked_can_leave(world: World) -> None:
    dirk = world.of("dirk")

    question = dirk.get(dirk.get("/").one("a.leave-organisation").attributes["href"])
    done = dirk.submit(question, "#leave-organisation-yes")

    assert "Anna" not in question.one("main").text
    assert done.headers["Location"] == "/?done=left"
    assert own(world, "dirk") is None
    found = dirk.get(f"/organisations/add?number={number_of(world)}")
    assert "blocked you" in found.one("main").text
    assert not found.has("#add-to-profile")
    assert dirk.post(f"/organisations/add?number={number_of(world)}", decision="request", **SELF).status == 303
    assert own(world, "dirk") is None


@pytest.mark.parametrize("act", ["remind", "accept", "leave"])
def test_a_form_that_is_not_ours_does_nothing(world: World, act: str) -> None:
    browser = world.portal.signed_in(world.people["emma"])

    assert browser.post(f"{world.url}/{act}", data={"csrf_token": "made.up"}).status_code == 400
    member = own(world, "emma")
    assert member is not None
    assert member.status is MembershipStatus.INVITED
