"""Kinds of accreditation, changed by operators as versioned data: what they were before is kept (S2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.errors import KindChangedMeanwhile, UnknownKind, UnusablePattern
from core.accreditations.holders import Kind, define_kind
from core.accreditations.rules import AttachesTo
from core.accreditations.tables import AccreditationKindRow, AccreditationRow, KindVersionRow
from core.infra import audit
from core.infra.errors import NotFound
from core.infra.localised import Localised
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.reasons import Reason
from core.staff.states import StaffRole

LONGEST_PATTERN = 100
_SHOWN = 50
_BATCH = 1_000
# A repetition of what repeats already takes ages over some texts: `(a+)+`. No number of a register needs it.
_NESTED_REPETITION = re.compile(r"\)[*+{]|[*+}][*+{]")


@dataclass(frozen=True, slots=True)
class EditedKind:
    """A kind as operators see it; `holders` are the entries that it has."""

    kind: Kind
    version: int
    holders: int


@dataclass(frozen=True, slots=True)
class EarlierKind:
    """What a kind was until `replaced_at`."""

    version: int
    kind: Kind
    replaced_at: datetime
    replaced_by: PersonId | None
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class PatternPreview:
    """How many entries a kind has, and which of their numbers another pattern would refuse: the first of them."""

    holders: int
    refused: int
    numbers: tuple[str, ...]


def edited_kinds(session: Session) -> tuple[EditedKind, ...]:
    """Return all kinds and aliases by code; two statements."""
    rows = session.scalars(select(AccreditationKindRow).order_by(AccreditationKindRow.code)).all()
    counted = select(AccreditationRow.kind, func.count().label("holders")).group_by(AccreditationRow.kind)
    counts = {row.kind: row.holders for row in session.execute(counted)}
    return tuple(EditedKind(_kind(row), row.version, counts.get(row.code, 0)) for row in rows)


def edited_kind(session: Session, code: str) -> EditedKind:
    """Return a kind or an alias; raise `NotFound`."""
    found = next((known for known in edited_kinds(session) if known.kind.code == code), None)
    if found is None:
        raise NotFound(kind=code)
    return found


def earlier_kinds(session: Session, code: str) -> tuple[EarlierKind, ...]:
    """Return what a kind was before, the latest first."""
    rows = session.scalars(
        select(KindVersionRow).where(KindVersionRow.code == code).order_by(KindVersionRow.version.desc())
    )
    return tuple(
        EarlierKind(
            version=row.version,
            kind=_from_json(row.content),
            replaced_at=row.replaced_at,
            replaced_by=None if row.replaced_by is None else PersonId(row.replaced_by),
            reason=row.reason,
            reference=row.reference,
        )
        for row in rows
    )


def require_pattern(pattern: str) -> None:
    """Raise `UnusablePattern` for what is no regular expression, too long, or could take for ever."""
    if len(pattern) > LONGEST_PATTERN or _NESTED_REPETITION.search(pattern):
        raise UnusablePattern(pattern=pattern)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        raise UnusablePattern(pattern=pattern) from None


def preview(session: Session, code: str, pattern: str) -> PatternPreview:
    """Return whose numbers a pattern would refuse; nothing changes. Raises `UnusablePattern`."""
    require_pattern(pattern)
    is_theirs = (AccreditationRow.kind == code) & (AccreditationRow.number != AccreditationRow.id)
    numbers = session.scalars(
        select(AccreditationRow.number).where(is_theirs).order_by(AccreditationRow.number),
        execution_options={"yield_per": _BATCH},
    )
    holders, refused = 0, 0
    shown: list[str] = []
    for number in numbers:
        holders += 1
        if re.fullmatch(pattern, number) is None:
            refused += 1
            if len(shown) < _SHOWN:
                shown.append(number)
    return PatternPreview(holders, refused, tuple(shown))


def save(session: Session, kind: Kind, *, version: int, by: PersonId, why: Reason, now: datetime) -> int:
    """Add a kind (`version` 0) or let it be something else, and return its version; what it was is kept.

    Numbers that the new pattern refuses stay as they are. Raises `NotStaff`, `UnusablePattern`,
    `KindChangedMeanwhile` and `UnknownKind` for an alias of what is none.
    """
    roles.require(session, by, StaffRole.OPERATOR)
    require_pattern(kind.number_pattern)
    row = session.get(AccreditationKindRow, kind.code, with_for_update=True, populate_existing=True)
    if (0 if row is None else row.version) != version:
        raise KindChangedMeanwhile(kind=kind.code)
    _require_alias(session, kind)
    if row is not None:
        before = _kind(row)
        if before == kind:
            return row.version
        session.add(
            KindVersionRow(
                code=kind.code,
                version=version,
                content=_to_json(before),
                replaced_at=now,
                replaced_by=by,
                reason=why.word,
                reference=why.reference,
            )
        )
    define_kind(session, kind)
    session.get_one(AccreditationKindRow, kind.code).version = version + 1
    session.flush()
    details: dict[str, audit.Detail] = {"kind": kind.code, "version": version + 1, **why.details()}
    audit.record(session, action="accreditation-kind-changed", actor_id=by, subject_id=None, details=details, now=now)
    return version + 1


def take_back(session: Session, code: str, to: int, *, version: int, by: PersonId, why: Reason, now: datetime) -> int:
    """Let a kind be again what it was, as a new version; raises as `save`, `NotFound` for no such version."""
    kept = session.get(KindVersionRow, (code, to))
    if kept is None:
        raise NotFound(kind=code, version=to)
    return save(session, _from_json(kept.content), version=version, by=by, why=why, now=now)


def _require_alias(session: Session, kind: Kind) -> None:
    """An alias stands for a kind that is none itself, and nothing is held under another word."""
    if kind.alias_of is None:
        return
    stands_for = session.get(AccreditationKindRow, kind.alias_of)
    if stands_for is None or stands_for.alias_of is not None or kind.alias_of == kind.code:
        raise UnknownKind(kind=kind.alias_of)
    is_held = select(AccreditationRow.id).where(AccreditationRow.kind == kind.code).limit(1)
    is_aliased = select(AccreditationKindRow.code).where(AccreditationKindRow.alias_of == kind.code).limit(1)
    if session.scalars(is_held).first() or session.scalars(is_aliased).first():
        raise UnknownKind(kind=kind.code, reason="it has holders or aliases")


def _kind(row: AccreditationKindRow) -> Kind:
    return Kind(
        code=row.code,
        name=Localised(row.name_nl, row.name_fr, row.name_en),
        issuer=row.issuer,
        number_pattern=row.number_pattern,
        attaches_to=AttachesTo(row.attaches_to),
        register_adapter=row.register_adapter,
        alias_of=row.alias_of,
    )


def _to_json(kind: Kind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": {"nl": kind.name.nl, "fr": kind.name.fr, "en": kind.name.en},
        "issuer": kind.issuer,
        "number_pattern": kind.number_pattern,
        "attaches_to": kind.attaches_to.value,
        "register_adapter": kind.register_adapter,
        "alias_of": kind.alias_of,
    }


def _from_json(kept: Mapping[str, Any]) -> Kind:
    return Kind(
        code=kept["code"],
        name=Localised(**kept["name"]),
        issuer=kept["issuer"],
        number_pattern=kept["number_pattern"],
        attaches_to=AttachesTo(kept["attaches_to"]),
        register_adapter=kept["register_adapter"],
        alias_of=kept["alias_of"],
    )
