"""Many employees at once from a list: what would become of each line, and carrying it out, a line at a time.

Somebody named by their username becomes a member at once; whoever is named by an e-mail address is
invited, whether they have an account or not, so that no list tells which addresses have one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.secret import Secret
from core.organisations import enrolment, invitations, records
from core.organisations.employee_files import ListLine
from core.organisations.errors import AlreadyInvited, AlreadyMember, NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.invitations import Wished
from core.organisations.states import InvitationState, MembershipStatus
from core.organisations.tables import InvitationRow, MembershipRow
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus, address_key, username_key
from core.people.tables import EmailAddressRow, PersonRow

_LIVE = [status.value for status in MembershipStatus if status.is_live]


class Outcome(StrEnum):
    """What becomes, or became, of a line."""

    ADDED = "added"
    INVITED = "invited"
    MEMBER = "member"
    WAITING = "waiting"
    BLOCKED = "blocked"
    INVITED_BEFORE = "invited-before"
    TWICE = "twice"
    UNKNOWN = "unknown"
    WRONG = "wrong"

    @property
    def changes(self) -> bool:
        """Tell whether something is done about it."""
        return self in (Outcome.ADDED, Outcome.INVITED)


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line, and what becomes of it; `person_id` for whoever is added."""

    line: ListLine
    outcome: Outcome
    person_id: PersonId | None = None


_BY_STATUS = {
    MembershipStatus.ACTIVE: Outcome.MEMBER,
    MembershipStatus.REQUESTED: Outcome.WAITING,
    MembershipStatus.INVITED: Outcome.INVITED_BEFORE,
    MembershipStatus.BLOCKED: Outcome.BLOCKED,
}


@dataclass(frozen=True, slots=True)
class _Known:
    people: Mapping[str, tuple[PersonId, MembershipStatus | None]]
    here: Mapping[str, MembershipStatus]
    invited: frozenset[str]


def judge(
    session: Session, organisation_id: OrganisationId, lines: Sequence[ListLine], *, by: PersonId
) -> tuple[JudgedLine, ...]:
    """Return what would become of each line now; four statements, however many there are. Raises `NotManager`."""
    manager = records.live_of(session, by, organisation_id)
    if manager is None or not manager.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)
    known = _known(session, organisation_id, lines)
    return tuple(_judged(lines, known))


def carry_out(
    database: Database,
    organisation_id: OrganisationId,
    lines: Sequence[ListLine],
    *,
    by: PersonId,
    language: str,
    secret: Secret,
    now: datetime,
) -> tuple[JudgedLine, ...]:
    """Add and invite, each line wholly or not at all in a transaction of its own; return what became of each.

    What was judged before may have changed: the line then says what is the case. Invitations are in
    the manager's `language`. Raises `NotManager` where that is so from the start.
    """
    with database.reading() as session:
        judged = judge(session, organisation_id, lines, by=by)
    done = []
    for one in judged:
        if not one.outcome.changes:
            done.append(one)
            continue
        try:
            with database.transaction() as session:
                _do(session, organisation_id, one, by=by, language=language, secret=secret, now=now)
            done.append(one)
        except (AlreadyMember, AlreadyInvited) as error:
            outcome = Outcome.MEMBER if isinstance(error, AlreadyMember) else Outcome.INVITED_BEFORE
            done.append(JudgedLine(one.line, outcome))
        except ImmoError:
            # The manager lost the right meanwhile, the account went: this line stays undone, and says so.
            done.append(JudgedLine(one.line, Outcome.UNKNOWN))
    with database.transaction() as session:
        _record(session, organisation_id, done, by=by, now=now)
    return tuple(done)


def _do(
    session: Session,
    organisation_id: OrganisationId,
    one: JudgedLine,
    *,
    by: PersonId,
    language: str,
    secret: Secret,
    now: datetime,
) -> None:
    details = one.line.details
    if one.person_id is not None:
        enrolment.add_member(session, organisation_id, one.person_id, by=by, details=details, now=now)
        return
    wished = Wished(one.line.who, language, details, {})
    invitations.invite(session, organisation_id, wished, by=by, secret=secret, now=now)


def _judged(lines: Iterable[ListLine], known: _Known) -> Iterator[JudgedLine]:
    seen: set[str] = set()
    for line in lines:
        key = address_key(line.who) if line.is_address else username_key(line.who)
        if line.wrong:
            yield JudgedLine(line, Outcome.WRONG)
        elif key in seen:
            yield JudgedLine(line, Outcome.TWICE)
        elif line.is_address:
            yield JudgedLine(line, _of_address(key, known))
        else:
            yield _of_username(line, key, known)
        seen.add(key)


def _of_address(key: str, known: _Known) -> Outcome:
    if key in known.here:
        return _BY_STATUS[known.here[key]]
    return Outcome.INVITED_BEFORE if key in known.invited else Outcome.INVITED


def _of_username(line: ListLine, key: str, known: _Known) -> JudgedLine:
    if key not in known.people:
        return JudgedLine(line, Outcome.UNKNOWN)
    person_id, status = known.people[key]
    return JudgedLine(line, Outcome.ADDED, person_id) if status is None else JudgedLine(line, _BY_STATUS[status])


def _known(session: Session, organisation_id: OrganisationId, lines: Sequence[ListLine]) -> _Known:
    usernames = sorted({username_key(line.who) for line in lines if not line.is_address and not line.wrong})
    addresses = sorted({address_key(line.who) for line in lines if line.is_address and not line.wrong})
    verified = and_(
        EmailAddressRow.person_id == PersonRow.id,
        EmailAddressRow.state == AddressState.CURRENT.value,
        EmailAddressRow.verified_at.is_not(None),
    )
    here = and_(MembershipRow.organisation_id == organisation_id, MembershipRow.status.in_(_LIVE))
    people = session.execute(
        select(PersonRow.id, PersonRow.username_key, MembershipRow.status)
        .join(EmailAddressRow, verified)
        .outerjoin(MembershipRow, (MembershipRow.person_id == PersonRow.id) & here)
        .where(
            PersonRow.username_key.in_(usernames),
            PersonRow.status == PersonStatus.ACTIVE.value,
            PersonRow.erasure_due_at.is_(None),
        )
    )
    # By the address at work, which managers see; never by that of the account.
    members = session.execute(
        select(MembershipRow.email, MembershipRow.status).where(here, func.lower(MembershipRow.email).in_(addresses))
    )
    invited = session.scalars(
        select(InvitationRow.address_key).where(
            InvitationRow.organisation_id == organisation_id,
            InvitationRow.state == InvitationState.OPEN.value,
            InvitationRow.address_key.in_(addresses),
        )
    )
    return _Known(
        people={
            row.username_key: (PersonId(row.id), None if row.status is None else MembershipStatus(row.status))
            for row in people
        },
        here={address_key(row.email): MembershipStatus(row.status) for row in members},
        invited=frozenset(key for key in invited if key is not None),
    )


def _record(
    session: Session, organisation_id: OrganisationId, done: Sequence[JudgedLine], *, by: PersonId, now: datetime
) -> None:
    counted = {outcome: sum(one.outcome is outcome for one in done) for outcome in (Outcome.ADDED, Outcome.INVITED)}
    audit.record(
        session,
        action="employees-imported",
        actor_id=by,
        subject_id=organisation_id,
        organisation_id=organisation_id,
        details={"added": counted[Outcome.ADDED], "invited": counted[Outcome.INVITED]},
        now=now,
    )
