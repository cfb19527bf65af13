"""Somebody says that an organisation is theirs (`organisations.md`, situations).

While a dispute is open the managers stay who they are (`rules.promote`, `rules.demote`). It ends by a
decision of two people of the helpdesk (`core.closing.disputes`), or because whoever opened it takes
it back; never by time.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.audit import Detail
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.organisations import letters, records
from core.organisations.dispute_rules import Case, Evidence, Side
from core.organisations.errors import DisputeDecided, DisputeOver, IdentityUnproven, ManagesAlready, NotYours
from core.organisations.identifiers import OrganisationId
from core.organisations.states import DisputeState, EvidenceSource, OrganisationStatus
from core.organisations.tables import DisputeRow, OrganisationRow
from core.people import eid_standing
from core.people.details import living
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.staff import roles
from core.staff.reasons import Reason
from core.staff.states import StaffRole


def open_own(session: Session, organisation_id: OrganisationId, *, by: PersonId, now: datetime) -> str:
    """Say that an organisation is one's own, and return the identifier of the dispute.

    Raises `NotFound` for one that is closed, `IdentityUnproven` unless an identity card is linked,
    `ManagesAlready`, `AlreadyDisputed`, and `DisputeDecided` once the helpdesk decided against them.
    """
    # Who freezes what others do is known by more than a name: nobody does so in somebody else's.
    if eid_standing.standing(session, by) is None:
        raise IdentityUnproven
    if session.scalar(select(_lost(organisation_id, by))):
        # Or a decision would end nothing: the managers could be frozen again a minute later, for ever.
        raise DisputeDecided(organisation=organisation_id)
    return _open(session, organisation_id, claimant=by, by=by, why=None, now=now)


def open_for(
    session: Session,
    organisation_id: OrganisationId,
    claimant: PersonId,
    *,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> str:
    """Open a dispute for somebody who came to the helpdesk; raises `NotStaff`, and as `open_own` without the card."""
    roles.require(session, by, StaffRole.HELPDESK)
    living(session, claimant)
    return _open(session, organisation_id, claimant=claimant, by=by, why=why, now=now)


def note_evidence(
    session: Session,
    dispute_id: str,
    side: Side,
    source: EvidenceSource,
    *,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> None:
    """Note the best evidence that one side has shown; `why` says where it is on file.

    Raises `NotStaff`, `NotFound`, `DisputeOver`.
    """
    roles.require(session, by, StaffRole.HELPDESK)
    row = locked(session, dispute_id)
    match side:
        case Side.CLAIMANT:
            row.claimant_source, row.claimant_reference = source, why.reference
        case Side.HOLDER:
            row.holder_source, row.holder_reference = source, why.reference
    details = {"side": side.value, "source": source.value, "level": source.level, **why.details()}
    _record(session, "dispute-evidence-noted", row, by=by, details=details, now=now)


def withdraw(session: Session, dispute_id: str, *, by: PersonId, now: datetime) -> None:
    """Take back what one claimed; raises `NotFound`, `NotYours`, `DisputeOver`."""
    row = locked(session, dispute_id)
    if row.claimant_id != by:
        raise NotYours(dispute=dispute_id)
    row.state, row.ended_at = DisputeState.WITHDRAWN, now
    _record(session, "dispute-withdrawn", row, by=by, now=now)
    organisation_id = OrganisationId(row.organisation_id)
    letters.tell_managers(session, organisation_id, "dispute-withdrawn", but=by, now=now)


def locked(session: Session, dispute_id: str) -> DisputeRow:
    """Return an open dispute, kept from everybody else; raise `NotFound`, and `DisputeOver` for one that ended."""
    row = session.get(DisputeRow, dispute_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(dispute=dispute_id)
    if row.state != DisputeState.OPEN:
        raise DisputeOver(state=row.state)
    return row


def case_of(session: Session, row: DisputeRow) -> Case:
    """Return a dispute as the rules decide about it."""
    known = session.get_one(OrganisationRow, row.organisation_id).evidence_level
    return Case(
        state=DisputeState(row.state),
        claimant=_evidence(row.claimant_source, row.claimant_reference),
        holder=_evidence(row.holder_source, row.holder_reference),
        known_level=known,
    )


def _record(
    session: Session,
    action: str,
    row: DisputeRow,
    *,
    by: PersonId | None,
    details: Mapping[str, Detail] | None = None,
    now: datetime,
) -> None:
    """Write a deed about a dispute: it stands with its claimant and with the organisation."""
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=row.claimant_id,
        organisation_id=row.organisation_id,
        details={"dispute": row.id, **(details or {})},
        now=now,
    )
    session.flush()


def _open(
    session: Session,
    organisation_id: OrganisationId,
    *,
    claimant: PersonId,
    by: PersonId,
    why: Reason | None,
    now: datetime,
) -> str:
    status = session.scalar(
        select(OrganisationRow.status).where(OrganisationRow.id == organisation_id).with_for_update()
    )
    if status is None or status == OrganisationStatus.CLOSED:
        raise NotFound(organisation=organisation_id)
    membership = records.live_of(session, claimant, organisation_id)
    if membership is not None and membership.is_manager:
        raise ManagesAlready(organisation=organisation_id)
    row = DisputeRow(
        id=new_id("dsp"),
        organisation_id=organisation_id,
        claimant_id=claimant,
        state=DisputeState.OPEN,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "dispute-opened", row, by=by, details=None if why is None else why.details(), now=now)
    name = name_of(session, claimant)
    letters.tell_managers(session, organisation_id, "dispute-opened", lambda _language: {"person": name}, now=now)
    letters.tell_person(session, claimant, organisation_id, "dispute-received", now=now)
    return row.id


def _lost(organisation_id: OrganisationId, claimant: PersonId) -> Exists:
    return exists().where(
        DisputeRow.organisation_id == organisation_id,
        DisputeRow.claimant_id == claimant,
        DisputeRow.state == DisputeState.KEPT.value,
    )


def _evidence(source: str | None, reference: str | None) -> Evidence | None:
    return None if source is None or reference is None else Evidence(EvidenceSource(source), reference)
