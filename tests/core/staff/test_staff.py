"""Roles and approvals on the real database: what lasts, what is recorded, and who comes second."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound, RuleError
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.approvals import Act, Approved
from core.staff.errors import AlreadyAskedFor, ApprovalOver, LastOperator, NotStaff, SamePerson
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import LIFE, Decision
from core.staff.states import StaffRole
from core.staff.tables import ApprovalRow
from tests.support.at_once import at_once
from tests.support.offices import a_person

WHY = Reason(StaffReason.CORRECTION, "T-1")
ACT = Act("test-act", StaffRole.HELPDESK)


@dataclass
class Staff:
    """Two of the helpdesk, and the deeds that their approvals carry out."""

    database: Database
    clock: FixedClock
    fatima: PersonId
    gilles: PersonId

    def ask(self, by: PersonId | None = None, **parameters: str) -> str:
        with self.database.transaction() as session:
            return approvals.ask(
                session, ACT, parameters, subject_id="usr_x", why=WHY, by=by or self.fatima, now=self.clock.now()
            )

    def decide(self, approval_id: str, decision: Decision = Decision.APPROVE, by: PersonId | None = None) -> None:
        with self.database.transaction() as session:
            approvals.decide(
                session,
                approval_id,
                decision,
                by=by or self.gilles,
                deeds={ACT.name: carry_out},
                now=self.clock.now(),
            )

    def take(self, person_id: PersonId, role: StaffRole = StaffRole.HELPDESK) -> bool:
        with self.database.transaction() as session:
            return roles.take_away(session, person_id, role, by=None, why=WHY, now=self.clock.now())

    def give(self, person_id: PersonId, role: StaffRole = StaffRole.HELPDESK) -> bool:
        with self.database.transaction() as session:
            return roles.give(session, person_id, role, by=None, why=WHY, now=self.clock.now())

    def actions(self) -> list[str]:
        with self.database.reading() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
            return [row.action for row in rows if row.action != "person-created"]


class Impossible(RuleError):
    """The act refuses by itself."""


def carry_out(session: Session, approved: Approved) -> None:
    """Leave a trace in the database; refuse where the test says so."""
    if "refuse" in approved.parameters:
        raise Impossible
    assert (approved.why, approved.asked_by != approved.approved_by) == (WHY, True)
    session.add(
        AuditRow(
            id=f"evt_{approved.text('what')}",
            at=approved.now,
            action="carried-out",
            details={},
        )
    )
    session.flush()


@pytest.fixture
def staff(database: Database, clock: FixedClock) -> Staff:
    """Return two people of the helpdesk."""
    with database.transaction() as session:
        fatima, gilles = (a_person(session, name, now=clock.now()) for name in ("fatima.el", "gilles.renard"))
        for person_id in (fatima, gilles):
            roles.give(session, person_id, StaffRole.HELPDESK, by=None, why=None, now=clock.now())
    return Staff(database, clock, fatima, gilles)


def test_a_role_is_held_from_giving_to_taking(staff: Staff) -> None:
    with staff.database.transaction() as session:
        assert roles.roles_of(session, staff.fatima) == {StaffRole.HELPDESK}
        roles.require(session, staff.fatima, StaffRole.HELPDESK)
        with pytest.raises(NotStaff):
            roles.require(session, staff.fatima, StaffRole.OPERATOR)
        assert [member.username for member in roles.all_staff(session)] == ["fatima.el", "gilles.renard"]

    assert staff.take(staff.fatima)
    assert not staff.take(staff.fatima)

    with staff.database.statements() as statements:
        assert roles.roles_of(statements, staff.fatima) == frozenset()
    with staff.database.reading() as session:
        taken = session.scalars(select(AuditRow).where(AuditRow.action == "staff-role-taken")).one()
        assert taken.details == {"role": "helpdesk", "reason": "correction", "reference": "T-1"}
        assert taken.subject_id == staff.fatima


def test_giving_twice_changes_nothing_and_nobody_gets_none(staff: Staff) -> None:
    before = staff.actions()

    assert not staff.give(staff.fatima)
    with pytest.raises(NotFound):
        staff.give(PersonId("usr_nobody"))

    assert staff.actions() == before


def test_of_two_operators_who_leave_at_once_one_stays(staff: Staff) -> None:
    for person_id in (staff.fatima, staff.gilles):
        staff.give(person_id, StaffRole.OPERATOR)

    refused = at_once(
        lambda: staff.take(staff.fatima, StaffRole.OPERATOR), lambda: staff.take(staff.gilles, StaffRole.OPERATOR)
    )

    assert [type(error) for error in refused] == [LastOperator]
    with staff.database.reading() as session:
        held = [member for member in roles.all_staff(session) if member.role is StaffRole.OPERATOR]
        assert len(held) == 1


def test_operators_who_act_and_take_roles_away_do_not_wait_for_each_other_for_ever(staff: Staff) -> None:
    """Each holds their own role while they act: taking one of another away must not need all of them still."""
    with staff.database.transaction() as session:
        leaving = [a_person(session, name, now=staff.clock.now()) for name in ("joke.desmet", "karel.last")]
    for person_id in (staff.fatima, staff.gilles, *leaving):
        staff.give(person_id, StaffRole.OPERATOR)

    def act(by: PersonId, about: PersonId) -> None:
        with staff.database.transaction() as session:
            roles.require(session, by, StaffRole.OPERATOR)
            roles.take_away(session, about, StaffRole.OPERATOR, by=by, why=WHY, now=staff.clock.now())

    refused = at_once(lambda: act(staff.fatima, leaving[0]), lambda: act(staff.gilles, leaving[1]))

    assert refused == []
    with staff.database.reading() as session:
        assert {member.person_id for member in roles.all_staff(session) if member.role is StaffRole.OPERATOR} == {
            *(staff.fatima, staff.gilles),
        }


def test_the_act_lasts_with_its_approval(staff: Staff) -> None:
    approval_id = staff.ask(what="one")

    staff.decide(approval_id)

    assert staff.actions()[-3:] == ["approval-asked", "approval-given", "carried-out"]
    with staff.database.reading() as session:
        asked, given = session.scalars(
            select(AuditRow).where(AuditRow.action.startswith("approval-")).order_by(AuditRow.id)
        ).all()
        assert (asked.actor_id, given.actor_id, given.subject_id) == (staff.fatima, staff.gilles, "usr_x")
        assert given.details == {
            "approval": approval_id, "act": "test-act", "reason": "correction", "reference": "T-1",
        }  # fmt: skip
    with pytest.raises(ApprovalOver):
        staff.decide(approval_id)


def test_an_act_that_refuses_leaves_its_request_open(staff: Staff) -> None:
    approval_id = staff.ask(refuse="yes")
    before = staff.actions()

    with pytest.raises(Impossible):
        staff.decide(approval_id)

    assert staff.actions() == before
    with staff.database.reading() as session:
        assert approvals.find(session, approval_id, now=staff.clock.now()).id == approval_id


def test_of_two_who_approve_at_once_one_is_told_and_it_happens_once(staff: Staff) -> None:
    third = _third(staff)
    approval_id = staff.ask(what="one")

    refused = at_once(lambda: staff.decide(approval_id), lambda: staff.decide(approval_id, by=third))

    assert [type(error) for error in refused] == [ApprovalOver]
    assert staff.actions().count("carried-out") == 1


def test_of_approval_and_withdrawal_at_once_one_counts(staff: Staff) -> None:
    approval_id = staff.ask(what="one")

    refused = at_once(
        lambda: staff.decide(approval_id), lambda: staff.decide(approval_id, Decision.WITHDRAW, by=staff.fatima)
    )

    assert [type(error) for error in refused] == [ApprovalOver]
    actions = staff.actions()
    assert actions.count("carried-out") == actions.count("approval-given") == 1 - actions.count("approval-withdrawn")


def test_the_same_waits_once_and_may_be_asked_again_when_it_expired(staff: Staff) -> None:
    first = staff.ask(what="one")
    with pytest.raises(AlreadyAskedFor):
        staff.ask(what="one", by=staff.gilles)
    staff.ask(what="two")

    staff.clock.advance(LIFE)

    with pytest.raises(ApprovalOver):
        staff.decide(first)
    again = staff.ask(what="one")
    with staff.database.reading() as session:
        waiting = approvals.open_for(session, {StaffRole.HELPDESK}, now=staff.clock.now())
        assert [approval.id for approval in waiting] == [again]


def test_a_role_that_was_lost_counts_no_more_on_either_side(staff: Staff) -> None:
    third = _third(staff)
    approval_id = staff.ask(what="one")

    staff.take(staff.gilles)
    with pytest.raises(NotStaff):
        staff.decide(approval_id)
    staff.take(staff.fatima)
    with pytest.raises(RuleError, match="asker-not-staff"):
        staff.decide(approval_id, by=third)
    staff.give(staff.fatima)
    with pytest.raises(SamePerson):
        staff.decide(approval_id, by=staff.fatima)
    staff.decide(approval_id, by=third)


def test_nobody_without_the_role_asks(staff: Staff) -> None:
    staff.take(staff.fatima)

    with pytest.raises(NotStaff):
        staff.ask(what="one")

    assert "approval-asked" not in staff.actions()


def test_the_database_itself_refuses_the_same_person_twice(staff: Staff) -> None:
    approval_id = staff.ask(what="one")

    approved = update(ApprovalRow).where(ApprovalRow.id == approval_id)
    values = {"state": "approved", "decided_by": staff.fatima, "decided_at": staff.clock.now()}

    with pytest.raises(SamePerson), staff.database.transaction() as session:
        session.execute(approved.values(**values))


def test_what_waits_is_counted_for_whoever_did_not_ask(staff: Staff) -> None:
    staff.ask(what="one")

    with staff.database.reading() as session:
        for person_id, count in ((staff.fatima, 0), (staff.gilles, 1)):
            held = roles.roles_of(session, person_id)
            assert approvals.count_to_decide(session, person_id, held, now=staff.clock.now()) == count
        assert approvals.open_for(session, {StaffRole.OPERATOR}, now=staff.clock.now()) == ()


def test_what_ended_long_ago_leaves(staff: Staff) -> None:
    staff.decide(staff.ask(what="one"))
    staff.clock.advance(LIFE + timedelta(days=91))
    with staff.database.transaction() as session:
        approvals.purge(session, staff.clock.now())

    with staff.database.reading() as session:
        assert session.scalars(select(ApprovalRow)).all() == []


def test_an_act_that_this_application_cannot_do_is_not_approved_here(staff: Staff) -> None:
    approval_id = staff.ask(what="one")

    with pytest.raises(NotFound), staff.database.transaction() as session:
        approvals.decide(session, approval_id, Decision.APPROVE, by=staff.gilles, deeds={}, now=staff.clock.now())


def _third(staff: Staff) -> PersonId:
    with staff.database.transaction() as session:
        person_id = a_person(session, "hannah.third", now=staff.clock.now())
        roles.give(session, person_id, StaffRole.HELPDESK, by=None, why=None, now=staff.clock.now())
    return person_id
