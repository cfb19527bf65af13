"""The membership machine of `organisations.md`: which way leads where, and who may go it.

    invited ──accept──▶ active          requested ──confirm──▶ active ◀──▶ blocked
       └──leave──▶ left                     ├──refuse──▶ refused   └──leave, remove──▶ left
                                            ├──block──▶ blocked
                                            └──leave, expire──▶ left

Pure: a function takes the membership and whoever acts, and returns the membership as it will be.
After `refused` or `left` a person may ask again, with a new membership; after `blocked` not, nor
after leaving while blocked: then a manager adds or invites them. From every state that binds, the
end of the person's account leads to `left` (`depart`).
"""

from dataclasses import dataclass, replace
from datetime import date

from core.organisations.errors import BlockedHere, DemoteFirst, Disputed, LastManager, NotManager, NotYours, WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus, MembershipType, Succession
from core.people.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class MemberDetails:
    """What is recorded about a member in this organisation (O6, O13)."""

    type: MembershipType | None = None
    function: str | None = None
    email: str | None = None
    phone_number: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in an organisation; `since` is the first day on which it was active."""

    id: MembershipId
    organisation_id: OrganisationId
    person_id: PersonId
    status: MembershipStatus
    is_manager: bool = False
    since: date | None = None
    left_while_blocked: bool = False
    details: MemberDetails = MemberDetails()

    def is_manager_of(self, organisation_id: OrganisationId) -> bool:
        """Tell whether this membership lets its person manage the organisation now."""
        active = self.status is MembershipStatus.ACTIVE
        return active and self.is_manager and self.organisation_id == organisation_id


def found(
    membership_id: MembershipId,
    organisation_id: OrganisationId,
    person_id: PersonId,
    *,
    details: MemberDetails,
    today: date,
) -> Membership:
    """Return the membership of whoever adds an organisation: its first manager, at once (O2)."""
    status = MembershipStatus.ACTIVE
    return Membership(membership_id, organisation_id, person_id, status, is_manager=True, since=today, details=details)


def request(
    membership_id: MembershipId,
    organisation_id: OrganisationId,
    person_id: PersonId,
    *,
    details: MemberDetails,
    left_blocked: bool = False,
) -> Membership:
    """Return the membership of a person who asks to join: it waits for confirmation (O3).

    Raises `BlockedHere` for whoever left while blocked: leaving undoes no block.
    """
    if left_blocked:
        raise BlockedHere(organisation=organisation_id)
    status = MembershipStatus.REQUESTED
    return Membership(membership_id, organisation_id, person_id, status, details=details)


def invite(
    membership_id: MembershipId,
    person_id: PersonId,
    *,
    by: Membership,
    details: MemberDetails,
) -> Membership:
    """Return the membership of a person whom a manager invites (O8)."""
    _require_manager(by, by.organisation_id)
    status = MembershipStatus.INVITED
    return Membership(membership_id, by.organisation_id, person_id, status, details=details)


def add(
    membership_id: MembershipId,
    person_id: PersonId,
    *,
    by: Membership,
    details: MemberDetails,
    today: date,
) -> Membership:
    """Return the membership of a user whom a manager adds: active at once (O6a)."""
    invited = invite(membership_id, person_id, by=by, details=details)
    return _activated(invited, today)


def accept(membership: Membership, *, by: PersonId, today: date) -> Membership:
    """Take up an invitation; only the person invited can."""
    _require_own(membership, by)
    _require_status(membership, MembershipStatus.INVITED)
    return _activated(membership, today)


def confirm(membership: Membership, *, by: Membership, details: MemberDetails, today: date) -> Membership:
    """Confirm a request with the employee data that the manager entered (O6)."""
    _require_manager(by, membership.organisation_id)
    _require_status(membership, MembershipStatus.REQUESTED)
    return _activated(replace(membership, details=details), today)


def take_up(
    membership_id: MembershipId,
    organisation_id: OrganisationId,
    person_id: PersonId,
    *,
    present: Membership | None,
    details: MemberDetails,
    today: date,
    left_blocked: bool = False,
) -> Membership:
    """Return the membership of whoever accepts an invitation by mail: active at once (O8).

    A manager said yes when the mail was sent, so a request of the same person (`present`) is answered by
    it. Raises `WrongState` for a member, and `BlockedHere`, which no invitation undoes (`left_blocked`: they left so).
    """
    if left_blocked:
        raise BlockedHere(organisation=organisation_id)
    if present is None:
        invited = Membership(membership_id, organisation_id, person_id, MembershipStatus.INVITED, details=details)
        return _activated(invited, today)
    if present.status is MembershipStatus.BLOCKED:
        raise BlockedHere(organisation=organisation_id)
    _require_status(present, MembershipStatus.INVITED, MembershipStatus.REQUESTED)
    return _activated(replace(present, details=details), today)


def describe(membership: Membership, details: MemberDetails, *, by: Membership | None) -> Membership:
    """Return a membership with other employee data (O6): a manager may change all of them.

    The person themselves, while they work here or ask to, changes everything but the type. Raises
    `NotManager` for anybody else.
    """
    _require_live(membership)
    if by is not None and by.is_manager_of(membership.organisation_id):
        return replace(membership, details=details)
    if by is None or by.id != membership.id:
        raise NotManager(organisation=membership.organisation_id)
    _require_status(membership, MembershipStatus.ACTIVE, MembershipStatus.REQUESTED)
    return replace(membership, details=replace(details, type=membership.details.type))


def refuse(membership: Membership, *, by: Membership) -> Membership:
    """Turn a request down without blocking the person (O6+)."""
    _require_manager(by, membership.organisation_id)
    _require_status(membership, MembershipStatus.REQUESTED)
    return replace(membership, status=MembershipStatus.REFUSED)


def block(membership: Membership, *, by: Membership) -> Membership:
    """Shut a member, or whoever asks to be one, out; a manager is demoted first (O7)."""
    _require_manager(by, membership.organisation_id)
    _require_status(membership, MembershipStatus.REQUESTED, MembershipStatus.ACTIVE)
    _require_no_manager(membership)
    return replace(membership, status=MembershipStatus.BLOCKED)


def activate(membership: Membership, *, by: Membership, today: date) -> Membership:
    """Let a blocked person in again, or for the first time."""
    _require_manager(by, membership.organisation_id)
    _require_status(membership, MembershipStatus.BLOCKED)
    return _activated(membership, today)


def leave(membership: Membership, *, by: PersonId, managers: int) -> Membership:
    """Leave, withdraw a request or decline an invitation; the last manager cannot (O7)."""
    _require_own(membership, by)
    _require_live(membership)
    if membership.is_manager and managers <= 1:
        raise LastManager(organisation=membership.organisation_id)
    was_blocked = membership.status is MembershipStatus.BLOCKED
    return replace(membership, status=MembershipStatus.LEFT, is_manager=False, left_while_blocked=was_blocked)


def withdraw(membership: Membership, *, by: PersonId) -> Membership:
    """Take back one's request, while nobody has answered it."""
    _require_own(membership, by)
    _require_status(membership, MembershipStatus.REQUESTED)
    return replace(membership, status=MembershipStatus.LEFT)


def decline(membership: Membership, *, by: PersonId) -> Membership:
    """Turn down an invitation; only the person invited can."""
    _require_own(membership, by)
    _require_status(membership, MembershipStatus.INVITED)
    return replace(membership, status=MembershipStatus.LEFT)


def remove(membership: Membership, *, by: Membership) -> Membership:
    """Delete a member, or take an invitation back; a manager is demoted first (O7)."""
    _require_manager(by, membership.organisation_id)
    removable = (MembershipStatus.INVITED, MembershipStatus.ACTIVE, MembershipStatus.BLOCKED)
    _require_status(membership, *removable)
    _require_no_manager(membership)
    return replace(membership, status=MembershipStatus.LEFT)


def depart(membership: Membership) -> Membership:
    """End a membership whose person's account goes (A15): what the person wrote about themselves goes with it.

    Also the last manager's: `succession` says first what becomes of the organisation.
    """
    _require_live(membership)
    details = MemberDetails(type=membership.details.type)
    return replace(membership, status=MembershipStatus.LEFT, is_manager=False, details=details)


def succession(membership: Membership, *, managers: int, colleagues: int) -> Succession:
    """Tell what becomes of the organisation when this member's account goes (O7).

    `managers` counts the member too, `colleagues` are the other active members.
    """
    if not membership.is_manager or managers > 1:
        return Succession.GOES_ON
    return Succession.NEEDS_MANAGER if colleagues else Succession.ENDS


def expire(membership: Membership) -> Membership:
    """End a request or an invitation that nobody answered; done by the product itself."""
    _require_status(membership, MembershipStatus.INVITED, MembershipStatus.REQUESTED)
    return replace(membership, status=MembershipStatus.LEFT)


def promote(membership: Membership, *, by: Membership, is_disputed: bool) -> Membership:
    """Make an active member a manager; not while somebody disputes whose organisation it is."""
    _require_manager(by, membership.organisation_id)
    _require_undisputed(membership, is_disputed=is_disputed)
    _require_status(membership, MembershipStatus.ACTIVE)
    return replace(membership, is_manager=True)


def appoint(membership: Membership, *, today: date) -> Membership:
    """Make somebody a manager by a decision of the helpdesk, whatever bound them to the organisation before."""
    _require_live(membership)
    return replace(_activated(membership, today), is_manager=True)


def demote(membership: Membership, *, by: Membership, managers: int, is_disputed: bool) -> Membership:
    """Make a manager an ordinary member; never the last one (O7), and not during a dispute."""
    _require_manager(by, membership.organisation_id)
    _require_undisputed(membership, is_disputed=is_disputed)
    _require_status(membership, MembershipStatus.ACTIVE)
    if membership.is_manager and managers <= 1:
        raise LastManager(organisation=membership.organisation_id)
    return replace(membership, is_manager=False)


def _activated(membership: Membership, today: date) -> Membership:
    return replace(membership, status=MembershipStatus.ACTIVE, since=membership.since or today)


def _require_manager(by: Membership, organisation_id: OrganisationId) -> None:
    if not by.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)


def _require_own(membership: Membership, by: PersonId) -> None:
    if membership.person_id != by:
        raise NotYours(membership=membership.id)


def _require_status(membership: Membership, *expected: MembershipStatus) -> None:
    if membership.status not in expected:
        raise WrongState(status=membership.status.value)


def _require_live(membership: Membership) -> None:
    if not membership.status.is_live:
        raise WrongState(status=membership.status.value)


def _require_undisputed(membership: Membership, *, is_disputed: bool) -> None:
    if is_disputed:
        raise Disputed(organisation=membership.organisation_id)


def _require_no_manager(membership: Membership) -> None:
    if membership.is_manager:
        raise DemoteFirst(membership=membership.id)
