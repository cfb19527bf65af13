"""What happens to a membership: confirm, refuse, block, activate, leave, remove, manager or not.

Each function locks the membership and that of whoever acts, asks `rules.py`, writes, records, and
writes to the person concerned.
Those that take something away (`block`, `leave`, `remove`) are called through
`core.closing.membership`, which in the same transaction ends what rested on the membership.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.clock import belgian_date
from core.infra.topics import AccessChanged
from core.organisations import employee_data, letters, records, rules
from core.organisations.errors import NotManager
from core.organisations.identifiers import MembershipId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of

# What is done to somebody by others: the mail about it has the name of the deed.
_TOLD = frozenset(
    {
        *("membership-confirmed", "membership-refused", "membership-blocked", "membership-activated"),
        *("membership-removed", "membership-expired", "manager-made", "manager-demoted"),
    }
)


def confirm(
    session: Session,
    membership_id: MembershipId,
    *,
    by: PersonId,
    details: MemberDetails,
    version: int | None = None,
    now: datetime,
) -> Membership:
    """Confirm a request with the employee data a manager entered (O6).

    Raises `WrongState` once it was answered, and `ChangedMeanwhile` where the person changed their
    request after the manager saw it in this `version`.
    """
    deed = _Deed(session, membership_id, by, "membership-confirmed", now, version)
    today = belgian_date(now)
    return deed.by_manager(lambda member, actor: rules.confirm(member, by=actor, details=details, today=today))


def refuse(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Turn a request down without blocking the person."""
    deed = _Deed(session, membership_id, by, "membership-refused", now)
    return deed.by_manager(lambda member, actor: rules.refuse(member, by=actor))


def block(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Shut a member or a requester out; raises `DemoteFirst` for a manager."""
    deed = _Deed(session, membership_id, by, "membership-blocked", now)
    return deed.by_manager(lambda member, actor: rules.block(member, by=actor))


def activate(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Let a blocked person in again."""
    deed = _Deed(session, membership_id, by, "membership-activated", now)
    today = belgian_date(now)
    return deed.by_manager(lambda member, actor: rules.activate(member, by=actor, today=today))


def remove(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Delete a member, or take an invitation back; raises `DemoteFirst` for a manager."""
    deed = _Deed(session, membership_id, by, "membership-removed", now)
    return deed.by_manager(lambda member, actor: rules.remove(member, by=actor))


def promote(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Make an active member a manager; raises `Disputed` while somebody claims the organisation."""
    deed = _Deed(session, membership_id, by, "manager-made", now)
    return deed.by_manager(lambda member, actor: rules.promote(member, by=actor, is_disputed=deed.is_disputed(member)))


def demote(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Make a manager an ordinary member; raises `LastManager` rather than leave none, and `Disputed`.

    Where two managers demote each other at once, the second transaction fails with `LastManager`.
    """
    deed = _Deed(session, membership_id, by, "manager-demoted", now)
    return deed.by_manager(
        lambda member, actor: rules.demote(
            member, by=actor, managers=deed.managers(member), is_disputed=deed.is_disputed(member)
        )
    )


def accept(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Take up an invitation; only the person invited can."""
    deed = _Deed(session, membership_id, by, "membership-accepted", now)
    return deed.by_anyone(lambda member: rules.accept(member, by=by, today=belgian_date(now)))


def decline(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Turn down an invitation; raises `NotFound`, `NotYours`, and `WrongState` once it was answered."""
    deed = _Deed(session, membership_id, by, "invitation-declined", now)
    return deed.by_anyone(lambda member: rules.decline(member, by=by))


def leave(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Leave, withdraw a request, or decline an invitation; raises `LastManager`."""
    deed = _Deed(session, membership_id, by, "membership-left", now)
    return deed.by_anyone(lambda member: rules.leave(member, by=by, managers=deed.managers(member)))


def withdraw(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Take back one's request to join; the managers, who were asked, are told.

    Raises `NotFound`, `NotYours`, and `WrongState` once it was answered.
    """
    deed = _Deed(session, membership_id, by, "membership-withdrawn", now)
    after = deed.by_anyone(lambda member: rules.withdraw(member, by=by))
    name = name_of(session, by)
    letters.tell_managers(session, after.organisation_id, deed.action, lambda _language: {"person": name}, now=now)
    return after


def expire(session: Session, membership_id: MembershipId, *, now: datetime) -> Membership:
    """End a request or an invitation that nobody answered in time: done by the product itself."""
    return _Deed(session, membership_id, None, "membership-expired", now).by_anyone(rules.expire)


@dataclass(frozen=True, slots=True)
class _Deed:
    """One change of one membership: who does it, what it is called, when."""

    session: Session
    membership_id: MembershipId
    by: PersonId | None
    action: str
    now: datetime
    version: int | None = None

    def by_manager(self, decide: Callable[[Membership, Membership], Membership]) -> Membership:
        """Carry out what a rule decides that asks for a manager's membership."""
        row, actor = records.locked(self.session, self.membership_id, by=self.by)
        if actor is None:
            raise NotManager(organisation=row.organisation_id)
        before = records.membership(row)
        after = decide(before, records.membership(actor))
        employee_data.require_version(row, self.version)
        return self._write(row, before, after)

    def by_anyone(self, decide: Callable[[Membership], Membership]) -> Membership:
        """Carry out what a rule decides that itself says whose it is."""
        row, _ = records.locked(self.session, self.membership_id, by=self.by)
        before = records.membership(row)
        return self._write(row, before, decide(before))

    def managers(self, member: Membership) -> int:
        """Return how many managers the organisation has; the CHECK keeps the last one in a race."""
        counted = select(OrganisationRow.manager_count).where(OrganisationRow.id == member.organisation_id)
        return self.session.scalars(counted).one()

    def is_disputed(self, member: Membership) -> bool:
        """Tell whether somebody claims the organisation, so that its managers stay as they are."""
        return records.is_disputed(self.session, member.organisation_id)

    def _write(self, row: MembershipRow, before: Membership, after: Membership) -> Membership:
        if before == after:
            # Done already, as by a second press: nothing happened that the history could tell of.
            return after
        records.write(row, after, now=self.now)
        if before.details != after.details:
            row.version += 1
        if before.is_manager != after.is_manager:
            step = 1 if after.is_manager else -1
            counted = update(OrganisationRow).where(OrganisationRow.id == after.organisation_id)
            self.session.execute(counted.values(manager_count=OrganisationRow.manager_count + step))
        self.session.flush()
        audit.record(
            self.session,
            action=self.action,
            actor_id=self.by,
            subject_id=after.person_id,
            organisation_id=after.organisation_id,
            details={"membership": after.id},
            now=self.now,
        )
        changed = AccessChanged(after.person_id, None, after.organisation_id, self.action)
        outbox.enqueue(self.session, changed, now=self.now)
        self._tell(before)
        return after

    def _tell(self, before: Membership) -> None:
        """Write to the person whose membership it is, unless they let an invitation run out."""
        is_own_silence = self.by is None and before.status is MembershipStatus.INVITED
        if self.action in _TOLD and before.person_id != self.by and not is_own_silence:
            letters.tell_person(self.session, before.person_id, before.organisation_id, self.action, now=self.now)
