"""What the registers say of one person is asked for, and what it makes of what is recorded is written.

What closes or opens again with it is for `core.closing.accreditations`, which calls this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.errors import InvalidNumber
from core.accreditations.holders import Entry, enter
from core.accreditations.registers import Asked, Registers
from core.accreditations.rules import (
    REGISTER,
    AccreditationStatus,
    Appeared,
    Changed,
    Confirmed,
    KnownAccreditation,
    Overruled,
    reconcile,
)
from core.accreditations.tables import AccreditationRow, RegisterInquiryRow
from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.db import Database
from core.infra.log import ERROR, WARNING, event
from core.infra.sealing import Unreadable
from core.people.identifiers import PersonId
from core.people.national_number import SealedNumber
from core.people.tables import EidLinkRow


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What the registers said of the person whose card this is."""

    person_id: PersonId
    number_digest: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: new accreditations, and the changes that are still to be carried out.

    `appeared` are the new ones' identifiers; `disputed` are kinds of which the register names the
    person under a number that is recorded of somebody else.
    """

    appeared: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()
    disputed: tuple[str, ...] = ()


def inquire(database: Database, registers: Registers, person_id: PersonId, *, now: datetime) -> Inquiry | None:
    """Ask all registers about a person; None where no card is linked.

    Call it outside a transaction: it may wait as long as `registers.WAIT_SECONDS`.
    """
    with database.reading() as session:
        link = session.get(EidLinkRow, person_id)
    if link is None:
        return None
    try:
        number = registers.keys.open(SealedNumber(link.number_key, link.number_sealed, link.number_digest))
    except Unreadable:
        event("national_number_unreadable", ERROR, person_id=person_id, key=link.number_key)
        return None
    return Inquiry(person_id, link.number_digest, registers.ask(number, now=now))


def write(session: Session, inquiry: Inquiry, *, now: datetime) -> Written | None:
    """Write what the registers' answers make of what is recorded; None where the card is no longer the same.

    What changed is returned and not yet written: see `core.closing.accreditations`.
    """
    link = session.get(EidLinkRow, inquiry.person_id, with_for_update=True, populate_existing=True)
    if link is None or not compare_digest(link.number_digest, inquiry.number_digest):
        return None
    findings = reconcile(_known(session, inquiry.person_id), inquiry.asked.answers, belgian_date(now))
    appeared, changed, disputed = [], [], []
    for finding in findings:
        match finding:
            case Appeared() if _is_somebody_elses(session, finding):
                disputed.append(finding.kind)
            case Appeared():
                appeared += _enter(session, inquiry.person_id, finding, now)
            case Changed():
                changed.append(finding)
            case Confirmed() | Overruled():
                _note(session, finding, now)
    note_inquiry(session, inquiry.person_id, is_answered=not inquiry.asked.unanswered, now=now)
    _record_disputes(session, inquiry.person_id, disputed, now)
    return Written(tuple(appeared), tuple(changed), tuple(disputed))


def _known(session: Session, person_id: PersonId) -> Sequence[KnownAccreditation]:
    rows = session.scalars(
        select(AccreditationRow)
        .where(AccreditationRow.person_id == person_id)
        .order_by(AccreditationRow.id)
        .with_for_update()
    )
    return [
        KnownAccreditation(
            id=row.id,
            kind=row.kind,
            number=row.number,
            list=row.list,
            column=row.column,
            status=AccreditationStatus(row.status),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            source=row.source,
            register_said=row.register_said,
        )
        for row in rows
    ]


def _is_somebody_elses(session: Session, finding: Appeared) -> bool:
    entry = finding.entry
    return (
        session.scalars(
            select(AccreditationRow.id).where(
                AccreditationRow.kind == finding.kind,
                AccreditationRow.number == entry.number,
                func.coalesce(AccreditationRow.list, "") == (entry.list or ""),
                func.coalesce(AccreditationRow.column, "") == (entry.column or ""),
            )
        ).first()
        is not None
    )


def _enter(session: Session, person_id: PersonId, finding: Appeared, now: datetime) -> list[str]:
    entry = Entry(
        kind=finding.kind,
        number=finding.entry.number,
        list=finding.entry.list,
        column=finding.entry.column,
        status=finding.standing.status,
        source=REGISTER,
        valid_from=finding.standing.valid_from,
        valid_until=finding.standing.valid_until,
        status_reason=finding.standing.reason,
        register_said=finding.standing.said,
    )
    try:
        return [enter(session, person_id, entry, by=None, now=now)]
    except InvalidNumber:
        event("register_number_refused", WARNING, kind=finding.kind)
        return []


def _note(session: Session, finding: Confirmed | Overruled, now: datetime) -> None:
    row = session.get_one(AccreditationRow, finding.id)
    row.register_said = finding.said
    if isinstance(finding, Confirmed):
        row.checked_at, row.source = now, REGISTER


def note_inquiry(session: Session, person_id: PersonId, *, is_answered: bool, now: datetime) -> None:
    """Record that the registers were asked about a person, and whether all of them answered."""
    row = session.get(RegisterInquiryRow, person_id)
    if row is None:
        row = RegisterInquiryRow(person_id=person_id)
        session.add(row)
    row.asked_at = now
    if is_answered:
        row.answered_at = now
    session.flush()


def _record_disputes(session: Session, person_id: PersonId, kinds: Sequence[str], now: datetime) -> None:
    for kind in kinds:
        event("accreditation_disputed", WARNING, person_id=person_id, kind=kind)
        audit.record(
            session,
            action="accreditation-disputed",
            actor_id=None,
            subject_id=person_id,
            details={"kind": kind},
            now=now,
        )
