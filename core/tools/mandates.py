"""Mandates: an accreditation that a registration rests on, lent to colleagues (T4).

The holder accepts; until then the old mandate holds. A mandate lasts twelve months at most and is
renewed by its holder. How mandates end, and what ends with them, is in `mandate_endings.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.rules import HeldAccreditation
from core.accreditations.tables import AccreditationRow
from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.organisations import records
from core.organisations.errors import NotManager, NotYours
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import announcements, mandate_endings, mandate_letters
from core.tools.catalogue import usage_requirements
from core.tools.errors import MandateOver, MandateTooLong, RenewedTooEarly, RequirementNotMet
from core.tools.identifiers import MandateId, RegistrationId, ToolId
from core.tools.rules import last_day_of_mandate, qualifies
from core.tools.states import Colleagues, RegistrationStatus
from core.tools.tables import MandateColleagueRow, MandateRow, RegistrationRow

# The wording that a holder accepts: "works under the responsibility of".
TEXT_VERSION = "2026-1"
# From the first reminder on.
RENEWABLE_BEFORE_END = timedelta(days=30)


def begin(
    session: Session,
    registration: RegistrationRow,
    accreditation_id: str,
    *,
    holder: Membership,
    acr: Acr,
    now: datetime,
) -> MandateId:
    """Let a new registration rest on the accreditation of whoever made it, for a year (T1)."""
    row = _new(registration, accreditation_id, holder, by=holder.person_id, now=now)
    row.accepted_at, row.accepted_acr, row.text_version = now, acr.value, TEXT_VERSION
    session.add(row)
    session.flush()
    _record(session, "mandate-accepted", row, by=holder.person_id, now=now)
    return MandateId(row.id)


def propose(
    session: Session,
    registration_id: RegistrationId,
    accreditation_id: str,
    *,
    by: PersonId,
    colleagues: Sequence[MembershipId] | None = None,
    valid_until: date | None = None,
    now: datetime,
) -> MandateId:
    """Ask the holder of an accreditation to let a registration rest on it; a manager's act.

    `colleagues` None: everybody with a role. An earlier proposal nobody accepted is replaced.
    Raises `NotFound`, `NotManager`, `MandateTooLong`, `RequirementNotMet` for an accreditation
    that does not qualify, also because its holder does not work here.
    """
    registration = _registration(session, registration_id)
    _require_manager(session, by, registration)
    accreditation = session.get(AccreditationRow, accreditation_id)
    if accreditation is None:
        raise NotFound(accreditation=accreditation_id)
    holder = _active_holder(session, accreditation, registration)
    _require_qualified(session, registration, held(accreditation), now)
    last_day = last_day_of_mandate(belgian_date(now))
    if valid_until is not None and valid_until > last_day:
        raise MandateTooLong(last_day=last_day)
    mandate_endings.end_proposals(session, registration_id, now=now)
    row = _new(registration, accreditation_id, holder, by=by, now=now)
    row.valid_until = valid_until or last_day
    row.colleagues = Colleagues.ALL if colleagues is None else Colleagues.LIST
    session.add(row)
    session.flush()
    session.add_all(MandateColleagueRow(mandate_id=row.id, membership_id=member) for member in colleagues or ())
    session.flush()
    _record(session, "mandate-proposed", row, by=by, now=now)
    if holder.person_id != by:
        mandate_letters.to_holder(session, row, "mandate-proposed", by=by, now=now)
    return MandateId(row.id)


def accept(session: Session, mandate_id: MandateId, *, by: PersonId, acr: Acr, now: datetime) -> None:
    """Accept a mandate on one's own accreditation; from now on the registration rests on it.

    The mandate before it ends, and a registration that was suspended for want of one works again.
    Raises `NotFound`, `NotYours`, `MandateOver`, `RequirementNotMet`.
    """
    row, registration = _own(session, mandate_id, by)
    if row.accepted_at is not None:
        raise MandateOver(mandate=mandate_id)
    _require_lendable(session, row, registration, now)
    mandate_endings.end_accepted(session, registration.id, now=now)
    _accept(session, row, registration, acr, now)
    _record(session, "mandate-accepted", row, by=by, now=now)
    mandate_letters.to_managers(session, row, "mandate-accepted", but=by, now=now)


def renew(session: Session, mandate_id: MandateId, *, by: PersonId, acr: Acr, now: datetime) -> MandateId:
    """Lend one's accreditation for another year, as the mandate does that comes near its end.

    Raises `NotFound`, `NotYours`, `MandateOver`, `RequirementNotMet`, and `RenewedTooEarly` before the
    managers and the holder are reminded for the first time.
    """
    before, registration = _own(session, mandate_id, by)
    if before.accepted_at is None:
        raise MandateOver(mandate=mandate_id)
    if belgian_date(now) < before.valid_until - RENEWABLE_BEFORE_END:
        raise RenewedTooEarly(until=before.valid_until)
    holder = _require_lendable(session, before, registration, now)
    row = _new(registration, before.accreditation_id, holder, by=PersonId(before.granted_by), now=now)
    row.colleagues = before.colleagues
    listed = session.scalars(
        select(MandateColleagueRow.membership_id).where(MandateColleagueRow.mandate_id == before.id)
    ).all()
    mandate_endings.end_accepted(session, registration.id, reason="renewed", now=now)
    mandate_endings.end_proposals(session, registration.id, now=now)
    session.add(row)
    _accept(session, row, registration, acr, now)
    session.add_all(MandateColleagueRow(mandate_id=row.id, membership_id=member) for member in listed)
    _record(session, "mandate-renewed", row, by=by, now=now)
    mandate_letters.to_managers(session, row, "mandate-accepted", but=by, now=now)
    return MandateId(row.id)


def withdraw(session: Session, mandate_id: MandateId, *, by: PersonId, now: datetime) -> None:
    """End a mandate: its holder at once and without asking, or a manager; the other side is told.

    Of one that was only proposed it is declined, or taken back. Raises `NotFound`, `MandateOver`, and
    `NotManager` for anybody else.
    """
    row, registration = _locked(session, mandate_id)
    if row.ended_at is not None:
        raise MandateOver(mandate=mandate_id)
    is_holder = mandate_letters.holder_of(session, row) == by
    if not is_holder:
        _require_manager(session, by, registration)
    if row.accepted_at is None:
        mandate_endings.end(session, [row], reason="declined" if is_holder else "withdrawn", now=now)
        _record(session, "mandate-declined", row, by=by, now=now)
        if is_holder:
            mandate_letters.to_managers(session, row, "mandate-declined", but=by, now=now)
        return
    mandate_endings.end(session, [row], reason="withdrawn", now=now)
    _record(session, "mandate-withdrawn", row, by=by, now=now)
    if is_holder:
        mandate_letters.to_managers(session, row, "mandate-withdrawn", but=by, now=now)
    else:
        mandate_letters.to_holder(session, row, "mandate-withdrawn-by-manager", now=now)


def _accept(session: Session, row: MandateRow, registration: RegistrationRow, acr: Acr, now: datetime) -> None:
    row.accepted_at, row.accepted_acr, row.text_version = now, acr.value, TEXT_VERSION
    mandate_endings.resume(session, registration, now=now)
    session.flush()
    announcements.tell_users(session, [registration], reason="mandate-accepted", now=now)


def _own(session: Session, mandate_id: MandateId, by: PersonId) -> tuple[MandateRow, RegistrationRow]:
    """Return a mandate on one's own accreditation that has not ended, with its registration, locked."""
    row, registration = _locked(session, mandate_id)
    if mandate_letters.holder_of(session, row) != by:
        raise NotYours(mandate=mandate_id)
    if row.ended_at is not None:
        raise MandateOver(mandate=mandate_id)
    return row, registration


def _require_lendable(session: Session, row: MandateRow, registration: RegistrationRow, now: datetime) -> Membership:
    accreditation = session.get_one(AccreditationRow, row.accreditation_id)
    holder = _active_holder(session, accreditation, registration)
    _require_qualified(session, registration, held(accreditation), now)
    return holder


def _new(
    registration: RegistrationRow, accreditation_id: str, holder: Membership, *, by: PersonId, now: datetime
) -> MandateRow:
    today = belgian_date(now)
    return MandateRow(
        id=new_id("mnd"),
        registration_id=registration.id,
        organisation_id=registration.organisation_id,
        tool_id=registration.tool_id,
        accreditation_id=accreditation_id,
        holder_membership_id=holder.id,
        granted_by=by,
        colleagues=Colleagues.ALL,
        proposed_at=now,
        valid_from=today,
        valid_until=last_day_of_mandate(today),
    )


def _registration(session: Session, registration_id: str) -> RegistrationRow:
    """Lock a registration: whoever changes its mandates waits here for the other."""
    row = session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.id == registration_id, RegistrationRow.status != RegistrationStatus.ENDED.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(registration=registration_id)
    return row


def _locked(session: Session, mandate_id: MandateId) -> tuple[MandateRow, RegistrationRow]:
    mine = MandateRow.id == mandate_id
    registration_id = session.scalar(select(MandateRow.registration_id).where(mine))
    if registration_id is None:
        raise NotFound(mandate=mandate_id)
    registration = _registration(session, registration_id)
    # Read after the lock, so that it is what the other left behind.
    row = session.scalars(select(MandateRow).where(mine).execution_options(populate_existing=True)).one()
    return row, registration


def _require_manager(session: Session, by: PersonId, registration: RegistrationRow) -> None:
    organisation_id = OrganisationId(registration.organisation_id)
    member = records.live_of(session, by, organisation_id)
    if member is None or not member.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)


def _active_holder(session: Session, accreditation: AccreditationRow, registration: RegistrationRow) -> Membership:
    holder = records.live_of(session, PersonId(accreditation.person_id), OrganisationId(registration.organisation_id))
    if holder is None or holder.status is not MembershipStatus.ACTIVE:
        raise RequirementNotMet(accreditation=accreditation.id)
    return holder


def _require_qualified(
    session: Session, registration: RegistrationRow, accreditation: HeldAccreditation, now: datetime
) -> None:
    requirement = usage_requirements(session, ToolId(registration.tool_id), registration.usage, now=now)
    if requirement is None or not qualifies(requirement, accreditation, now):
        raise RequirementNotMet(accreditation=accreditation.id)


def _record(session: Session, action: str, row: MandateRow, *, by: PersonId, now: datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"registration": row.registration_id, "accreditation": row.accreditation_id},
        now=now,
    )
