"""Who holds which accreditation: entered as a register, or the helpdesk, says it (R2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.errors import InvalidNumber, UnknownKind
from core.accreditations.rules import AccreditationStatus, AttachesTo, Standing, StatusReason
from core.accreditations.tables import AccreditationKindRow, AccreditationRow
from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.infra.localised import Localised
from core.people.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of accreditation, as data (R1); an alias is another word for a kind."""

    code: str
    name: Localised
    issuer: str
    number_pattern: str
    attaches_to: AttachesTo = AttachesTo.PERSON
    register_adapter: str | None = None
    alias_of: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a register: the days are Belgian, the last one included."""

    kind: str
    number: str
    list: str | None
    column: str | None
    status: AccreditationStatus
    source: str
    valid_from: date | None = None
    valid_until: date | None = None
    status_reason: StatusReason | None = None
    register_said: str | None = None


def define_kind(session: Session, kind: Kind) -> None:
    """Add a kind, or change what is known about it."""
    row = session.get(AccreditationKindRow, kind.code)
    if row is None:
        row = AccreditationKindRow(code=kind.code)
        session.add(row)
    row.alias_of = kind.alias_of
    row.name_nl, row.name_fr, row.name_en = kind.name.nl, kind.name.fr, kind.name.en
    row.issuer = kind.issuer
    row.number_pattern = kind.number_pattern
    row.attaches_to = kind.attaches_to
    row.register_adapter = kind.register_adapter
    session.flush()


def canonical_kinds(session: Session, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds with aliases replaced by what they stand for; raises `UnknownKind`.

    Everything stored names kinds only, so that nothing has to branch on an alias.
    """
    wanted = AccreditationKindRow.code.in_(codes)
    known = {row.code: row.alias_of or row.code for row in session.scalars(select(AccreditationKindRow).where(wanted))}
    if missing := set(codes) - set(known):
        raise UnknownKind(kinds=" ".join(sorted(missing)))
    return tuple(dict.fromkeys(known[code] for code in codes))


def enter(session: Session, person_id: PersonId, entry: Entry, *, by: PersonId | None, now: datetime) -> str:
    """Record an accreditation of a person and return its identifier.

    Raises `UnknownKind`, `InvalidNumber`; at the flush `NumberTaken` where somebody else has it.
    """
    (code,) = canonical_kinds(session, (entry.kind,))
    kind = session.get_one(AccreditationKindRow, code)
    if not re.fullmatch(kind.number_pattern, entry.number):
        raise InvalidNumber(kind=code)
    accreditation_id = new_id("acr")
    session.add(
        AccreditationRow(
            id=accreditation_id,
            person_id=person_id,
            kind=code,
            number=entry.number,
            list=entry.list,
            column=entry.column,
            status=entry.status,
            source=entry.source,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            checked_at=now,
            status_reason=entry.status_reason,
            register_said=entry.register_said,
        )
    )
    session.flush()
    _record(session, "accreditation-entered", person_id, accreditation_id, entry.status, by=by, now=now)
    return accreditation_id


def change_status(
    session: Session,
    accreditation_id: str,
    *,
    status: AccreditationStatus,
    valid_until: date | None,
    reason: StatusReason | None = None,
    by: PersonId | None,
    now: datetime,
) -> PersonId:
    """Record a status that no register said in so many words and return the holder; raises `NotFound`.

    Called by `core.closing.lapse`, which closes or opens again what rests on it.
    """
    row = _existing(session, accreditation_id)
    standing = Standing(status, row.valid_from, valid_until, reason, row.register_said)
    # Grace begins at the last answer of the register, so only an answer moves this.
    is_answer = reason is None and status is not AccreditationStatus.GRACE
    checked_at = now if is_answer else row.checked_at
    return restate(session, row.id, standing, source=row.source, checked_at=checked_at, by=by, now=now)


def restate(
    session: Session,
    accreditation_id: str,
    standing: Standing,
    *,
    source: str,
    checked_at: datetime,
    by: PersonId | None,
    now: datetime,
) -> PersonId:
    """Record how an accreditation stands, by which source and since when, and return the holder; raises `NotFound`.

    Called by `core.closing.lapse`, as `change_status` is.
    """
    row = _existing(session, accreditation_id)
    row.checked_at = checked_at
    row.status, row.status_reason = standing.status, standing.reason
    row.valid_from, row.valid_until = standing.valid_from, standing.valid_until
    row.source, row.register_said = source, standing.said
    holder = PersonId(row.person_id)
    _record(session, "accreditation-changed", holder, accreditation_id, standing.status, by=by, now=now)
    return holder


def _existing(session: Session, accreditation_id: str) -> AccreditationRow:
    row = session.get(AccreditationRow, accreditation_id)
    if row is None:
        raise NotFound(accreditation=accreditation_id)
    return row


def _record(
    session: Session,
    action: str,
    holder: PersonId,
    accreditation_id: str,
    status: AccreditationStatus,
    *,
    by: PersonId | None,
    now: datetime,
) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=holder,
        details={"accreditation": accreditation_id, "status": status.value},
        now=now,
    )
