"""One save of the access table: many members, one transaction, nobody's change overwritten (T3).

Each line carries what was decided when the page was made. A line that somebody else changed
meanwhile stays as they left it and is told; a line that nobody touched is not written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.organisations.errors import NotMember
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.tools import assignments
from core.tools.access_states import Decided
from core.tools.errors import RequirementNotMet
from core.tools.identifiers import RegistrationId
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, RegistrationRow

# A page of the table, and those who wait above it.
LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a manager wants for a member, and what was decided when they looked.

    `answers`: the member asked for access, and leaving it as it is answers them: no.
    """

    membership_id: MembershipId
    seen: Decided
    wanted: Decided
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save, by membership: changed, left because somebody else was first, refused.

    Refused are roles for those who lack what the usage needs, or no longer work here.
    """

    changed: tuple[MembershipId, ...] = ()
    overtaken: tuple[MembershipId, ...] = ()
    refused: tuple[MembershipId, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether everything that was wanted is so now."""
        return not self.overtaken and not self.refused


def save(
    session: Session,
    registration_id: RegistrationId,
    organisation_id: OrganisationId,
    wishes: Sequence[Wish],
    *,
    by: PersonId,
    now: datetime,
) -> Saved:
    """Carry out what a manager wants for the members of one registration; those concerned are mailed.

    Raises `NotFound` for a registration that is not the organisation's or has ended, `NotManager`,
    `UnknownRole`.
    """
    wanted = [wish for wish in wishes[:LINES_MAX] if wish.wanted != wish.seen or wish.answers]
    _lock(session, registration_id, organisation_id, [wish.membership_id for wish in wanted], by)
    stands = _decided(session, registration_id, [wish.membership_id for wish in wanted])
    changed, overtaken, refused = [], [], []
    for wish in wanted:
        now_is = stands.get(wish.membership_id, Decided())
        if now_is == wish.wanted and not wish.answers:
            continue
        if now_is != wish.seen:
            overtaken.append(wish.membership_id)
            continue
        try:
            _carry_out(session, registration_id, wish, by, now)
        except (RequirementNotMet, NotMember):
            refused.append(wish.membership_id)
            continue
        changed.append(wish.membership_id)
    return Saved(tuple(changed), tuple(overtaken), tuple(refused))


def _carry_out(session: Session, registration_id: RegistrationId, wish: Wish, by: PersonId, now: datetime) -> None:
    member = wish.membership_id
    match wish.wanted.status:
        case AccessStatus.GRANTED if wish.wanted.role is not None:
            assignments.assign_role(session, registration_id, member, wish.wanted.role, by=by, now=now)
        case AccessStatus.BLOCKED:
            assignments.block_access(session, registration_id, member, by=by, now=now)
        case _:
            assignments.withdraw_role(session, registration_id, member, by=by, now=now)


def _lock(
    session: Session,
    registration_id: RegistrationId,
    organisation_id: OrganisationId,
    members: Sequence[MembershipId],
    by: PersonId,
) -> None:
    """Lock what the save is about, members by their identifiers and then the registration.

    In this order every change of access locks, so that managers wait for each other and none fails.
    """
    concerned = MembershipRow.id.in_(members) | (MembershipRow.person_id == by)
    found = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.organisation_id == organisation_id, concerned)
        .order_by(MembershipRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    assignments.require_manager(found, organisation_id, by)
    row = session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.id == registration_id, RegistrationRow.organisation_id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.status == RegistrationStatus.ENDED:
        raise NotFound(registration=registration_id)
    if missing := set(members) - {member.id for member in found}:
        raise NotFound(memberships=tuple(sorted(missing)))


def _decided(
    session: Session, registration_id: RegistrationId, members: Sequence[MembershipId]
) -> dict[MembershipId, Decided]:
    rows = session.scalars(
        select(AccessRow)
        .where(AccessRow.registration_id == registration_id, AccessRow.membership_id.in_(members))
        .execution_options(populate_existing=True)
    )
    return {MembershipId(row.membership_id): Decided.of(row.status, row.role) for row in rows}
