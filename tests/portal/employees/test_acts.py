"""What managers do about members, and what nobody else can, each asked first and done once."""

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.outbox import OutboxRow
from core.organisations import employees, records
from core.organisations.identifiers import MembershipId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.tools.tables import MandateRow, RegistrationRow
from tests.portal.employees.conftest import World
from tests.support.html_page import Page
from tests.support.offices import a_member, a_person, an_accreditation

DEEDS = ("refuse", "block", "activate", "remove", "promote", "demote")


def member(world: World, membership_id: str) -> MembershipRow:
    with world.portal.services.database.reading() as session:
        return session.get_one(MembershipRow, membership_id)


def mails(world: World, template: str) -> list[object]:
    with world.portal.services.database.reading() as session:
        bodies = session.scalars(select(OutboxRow.body)).all()
    return [body["recipient_person_id"] for body in bodies if body.get("template") == template]


def deeds(world: World, action: str) -> int:
    with world.portal.services.database.reading() as session:
        return len(session.scalars(select(AuditRow).where(AuditRow.action == action)).all())


def said(page: Page) -> str:
    return page.headers["Location"].partition("?done=")[2]


@pytest.mark.parametrize(
    ("deed", "who", "status", "template"),
    [
        ("refuse", "chris", MembershipStatus.REFUSED, "membership-refused"),
        ("block", "chris", MembershipStatus.BLOCKED, "membership-blocked"),
        ("block", "bram", MembershipStatus.BLOCKED, "membership-blocked"),
        ("remove", "bram", MembershipStatus.LEFT, "membership-removed"),
        ("activate", "dirk", MembershipStatus.ACTIVE, "membership-activated"),
        ("remove", "dirk", MembershipStatus.LEFT, "membership-removed"),
        ("promote", "bram", MembershipStatus.ACTIVE, "manager-made"),
    ],
)
def test_a_manager_is_asked_then_it_is_done_once_and_the_person_told(
    world: World, deed: str, who: str, status: MembershipStatus, template: str
) -> None:
    membership_id = getattr(world, who)
    anna, url = world.of("anna"), f"{world.url}/{membership_id}/{deed}"

    asked = anna.get(url)
    done = anna.post(url)
    again = anna.post(url)

    assert asked.status == 200
    assert len([button for button in asked.all("button") if button.attributes.get("id", "").endswith("-yes")]) == 1
    assert said(done) == f"employee-{deed}"
    assert said(again) == "done-already"
    assert anna.follow(done).has("#done")
    assert anna.follow(again).has("#done")
    assert member(world, membership_id).status == status
    before = 1 if (template, who) == ("membership-blocked", "dirk") else 0
    assert mails(world, template).count(world.people[who]) == 1 + before
    assert anna.get(url).status == 303


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "elsa"])
def test_nobody_but_a_manager_does_any_of_it(world: World, who: str) -> None:
    visitor = world.of(who)
    for deed in DEEDS:
        for membership_id in (world.anna, world.bram, world.chris, world.dirk):
            url = f"{world.url}/{membership_id}/{deed}"
            assert visitor.get(url).status in (403, 404)
            assert visitor.post(url).status in (403, 404)
    assert [member(world, one).status for one in (world.bram, world.chris, world.dirk)] == [
        *(MembershipStatus.ACTIVE, MembershipStatus.REQUESTED, MembershipStatus.BLOCKED)
    ]


def test_a_form_that_is_not_ours_does_nothing(world: World) -> None:
    anna = world.of("anna")

    answer = anna.browser.post(f"{world.url}/{world.bram}/block", data={"csrf_token": "made.up"})

    assert answer.status_code == 400
    assert member(world, world.bram).status == MembershipStatus.ACTIVE


def test_managers_cannot_shut_each_other_out_and_read_the_way_on(world: World) -> None:
    world.make_manager("bram")
    anna = world.of("anna")

    for deed in ("block", "remove"):
        asked = anna.get(f"{world.url}/{world.bram}/{deed}")
        done = anna.post(f"{world.url}/{world.bram}/{deed}")
        for page in (asked, done):
            assert page.has("#refused")
            assert page.one("#make-member").attributes["href"] == f"{world.url}/{world.bram}/demote"
        assert (asked.status, done.status) == (200, 409)
    shown = anna.get(f"{world.url}/{world.bram}")
    assert shown.has("#manager-note")
    assert not shown.has("#block-employee")
    assert said(anna.post(f"{world.url}/{world.bram}/demote")) == "employee-demote"
    assert said(anna.post(f"{world.url}/{world.bram}/block")) == "employee-block"


def test_the_last_manager_stays_and_reads_why(world: World) -> None:
    anna = world.of("anna")

    asked, done = (call(f"{world.url}/{world.anna}/demote") for call in (anna.get, anna.post))

    assert asked.has("#refused")
    assert (done.status, done.has("#refused")) == (409, True)
    assert not anna.get(f"{world.url}/{world.anna}").has("#make-member")
    with world.portal.services.database.reading() as session:
        assert session.get_one(OrganisationRow, world.organisation_id).manager_count == 1


def test_before_somebody_goes_everything_that_rests_on_them_is_listed(world: World) -> None:
    """organisations.md: tools affected, colleagues, alternatives; without one the registration is suspended."""
    now = world.portal.clock.now()
    world.make_manager("bram")
    with world.portal.services.database.transaction() as session:
        employees.demote(session, MembershipId(world.anna), by=world.people["bram"], now=now)
    bram = world.of("bram")

    alone = bram.get(f"{world.url}/{world.anna}/block?language=en").one("#ends-mandates").text
    with world.portal.services.database.transaction() as session:
        gina = a_person(session, "gina.goris", now=now)
        boss = session.get_one(MembershipRow, world.bram)
        a_member(session, records.membership(boss), gina, now=now)
        an_accreditation(session, gina, "500009", now=now)
    asked = bram.get(f"{world.url}/{world.anna}/block?language=en")

    assert "1 colleague uses it" in alone
    assert "Gina" not in alone
    assert "Gina.Goris Peeters" in asked.one("#ends-mandates").text
    assert "user" in asked.one("#ends-access").text
    bram.post(f"{world.url}/{world.anna}/block")
    with world.portal.services.database.reading() as session:
        assert [row.end_reason for row in session.scalars(select(MandateRow))] == ["holder-left"]
        assert [row.status for row in session.scalars(select(RegistrationRow))] == ["suspended"]


def test_what_a_colleague_answered_first_is_said_and_written_once(world: World) -> None:
    """Two managers at the same request: the second sees what happened, and nobody is mailed twice."""
    world.make_manager("bram")
    anna, bram = world.of("anna"), world.of("bram")
    anna.get(f"{world.url}/{world.chris}/block")

    bram.post(f"{world.url}/{world.chris}/refuse")
    late = anna.post(f"{world.url}/{world.chris}/block")

    assert said(late) == "changed-meanwhile"
    assert anna.follow(late).one("#employee").attributes["data-status"] == "refused"
    assert (deeds(world, "membership-refused"), len(mails(world, "membership-refused"))) == (1, 1)
    assert world.people["chris"] not in mails(world, "membership-blocked")


def test_whoever_manages_no_longer_changes_nothing(world: World) -> None:
    world.make_manager("bram")
    bram = world.of("bram")
    bram.get(f"{world.url}/{world.chris}/block")

    world.of("anna").post(f"{world.url}/{world.bram}/demote")
    late = bram.post(f"{world.url}/{world.chris}/block")

    assert late.status == 403
    assert member(world, world.chris).status == MembershipStatus.REQUESTED
