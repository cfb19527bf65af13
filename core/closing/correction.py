"""The helpdesk adds, corrects or takes away an accreditation by hand, for a reason (R2, S1)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.errors import NumberTaken
from core.accreditations.holders import Entry, canonical_kinds, enter
from core.accreditations.rules import (
    HELPDESK,
    AccreditationStatus,
    RegisterEntry,
    RegisterStatus,
    Standing,
    StatusReason,
)
from core.accreditations.tables import AccreditationRow
from core.closing.lapse import accreditation_restated
from core.infra import audit
from core.infra.errors import NotFound
from core.people.details import living
from core.people.identifiers import PersonId
from core.tools.tables import MandateRow


class CorrectionReason(StrEnum):
    """Why somebody corrects by hand; a word and never a text, because the audit trail keeps it for ever."""

    DOCUMENT_SEEN = "document-seen"
    REGISTER_WRONG = "register-wrong"
    REGISTER_LATE = "register-late"
    WRONG_ACCOUNT = "wrong-account"
    ABUSE = "abuse"


@dataclass(frozen=True, slots=True)
class Correction:
    """How an accreditation is to stand; it is found by kind, number, list and column."""

    kind: str
    number: str
    list: str | None
    column: str | None
    status: RegisterStatus
    valid_from: date | None = None
    valid_until: date | None = None


def correct(
    session: Session,
    person_id: PersonId,
    correction: Correction,
    *,
    reason: CorrectionReason,
    reference: str | None,
    by: PersonId | None,
    now: datetime,
) -> str:
    """Add or correct an accreditation, close or open what rests on it, and return its identifier.

    It stands until its register says something else of it than before. Raises `NotFound`,
    `UnknownKind`, `InvalidNumber`, and `NumberTaken` where another account has this number.
    """
    living(session, person_id, locked=True)
    row = _found(session, correction)
    if row is None:
        accreditation_id = _add(session, person_id, correction, by=by, now=now)
    elif row.person_id != person_id:
        raise NumberTaken(kind=correction.kind)
    else:
        accreditation_id = row.id
        status = AccreditationStatus(correction.status.value)
        said = row.register_said or _believed(row)
        standing = Standing(status, correction.valid_from, correction.valid_until, StatusReason.CORRECTED, said)
        accreditation_restated(session, row.id, standing, source=HELPDESK, by=by, now=now)
    _record(session, person_id, accreditation_id, reason, reference, by=by, now=now)
    return accreditation_id


def take_away(
    session: Session,
    person_id: PersonId,
    correction: Correction,
    *,
    reason: CorrectionReason,
    reference: str | None,
    by: PersonId | None,
    now: datetime,
) -> None:
    """Take an accreditation from an account that it does not belong to, so that its number is free.

    What rests on it closes. One that a mandate names is emptied instead of removed. Raises
    `NotFound` where this account has none of this kind, number, list and column.
    """
    living(session, person_id, locked=True)
    row = _found(session, correction)
    if row is None or row.person_id != person_id:
        raise NotFound(kind=correction.kind, person=person_id)
    lapsed = Standing(AccreditationStatus.LAPSED, row.valid_from, row.valid_until, StatusReason.CORRECTED)
    accreditation_restated(session, row.id, lapsed, source=HELPDESK, by=by, now=now)
    _record(session, person_id, row.id, reason, reference, by=by, now=now)
    if session.scalars(select(MandateRow.id).where(MandateRow.accreditation_id == row.id).limit(1)).first():
        row.number, row.valid_from, row.valid_until = row.id, None, None
    else:
        session.delete(row)
    session.flush()


def _found(session: Session, correction: Correction) -> AccreditationRow | None:
    (kind,) = canonical_kinds(session, (correction.kind,))
    return session.scalars(
        select(AccreditationRow)
        .where(
            AccreditationRow.kind == kind,
            AccreditationRow.number == correction.number,
            func.coalesce(AccreditationRow.list, "") == (correction.list or ""),
            func.coalesce(AccreditationRow.column, "") == (correction.column or ""),
        )
        .with_for_update()
    ).one_or_none()


def _add(session: Session, person_id: PersonId, correction: Correction, *, by: PersonId | None, now: datetime) -> str:
    entry = Entry(
        kind=correction.kind,
        number=correction.number,
        list=correction.list,
        column=correction.column,
        status=AccreditationStatus(correction.status.value),
        source=HELPDESK,
        valid_from=correction.valid_from,
        valid_until=correction.valid_until,
        status_reason=StatusReason.CORRECTED,
    )
    return enter(session, person_id, entry, by=by, now=now)


def _believed(row: AccreditationRow) -> str | None:
    """Return what the register must have said for the row to stand as it does; None where it cannot have."""
    if row.status not in {known.value for known in RegisterStatus}:
        return None
    status = RegisterStatus(row.status)
    return RegisterEntry(row.number, row.list, row.column, status, row.valid_from, row.valid_until).said


def _record(
    session: Session,
    person_id: PersonId,
    accreditation_id: str,
    reason: CorrectionReason,
    reference: str | None,
    *,
    by: PersonId | None,
    now: datetime,
) -> None:
    audit.record(
        session,
        action="accreditation-corrected",
        actor_id=by,
        subject_id=person_id,
        details={"accreditation": accreditation_id, "reason": reason.value, "reference": reference},
        now=now,
    )
