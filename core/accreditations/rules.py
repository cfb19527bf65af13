"""Rules about accreditations: states, whether one holds at a moment, and what a register's word changes.

Kinds are data (R1), so no kind is named here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from core.infra.clock import BRUSSELS, belgian_date

# How long an accreditation still counts while its register does not answer.
GRACE = timedelta(days=7)
# Every token asks when some day ends, and there are few days: zones are slow to ask each time.
_KEPT_DAYS = 4_096
# Where an entry comes from, when its register itself said it, and when a person of the helpdesk did.
REGISTER = "register"
HELPDESK = "helpdesk"
ABSENT = "absent"


class AccreditationStatus(StrEnum):
    """What the register last said; GRACE: it has not answered since `checked_at`."""

    ACTIVE = "active"
    GRACE = "grace"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"


class RegisterStatus(StrEnum):
    """What a register may say of an entry; whom it does not name it no longer recognises."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"


class StatusReason(StrEnum):
    """Why a status is what it is, where the register did not say it in so many words."""

    NOT_IN_REGISTER = "not-in-register"
    LAST_DAY_PASSED = "last-day-passed"
    REGISTER_SILENT = "register-silent"
    CORRECTED = "corrected"


class AttachesTo(StrEnum):
    """Whom a kind of accreditation is given to."""

    PERSON = "person"
    ORGANISATION = "organisation"


class HeldAccreditation(NamedTuple):
    """An accreditation as decisions need it: dates are Belgian days, the last one included.

    A tuple, since several are made for each token: a frozen dataclass takes four times as long to fill.
    """

    id: str
    kind: str
    list: str | None
    column: str | None
    status: AccreditationStatus
    valid_from: date | None
    valid_until: date | None
    checked_at: datetime


@lru_cache(maxsize=_KEPT_DAYS)
def end_of_day(day: date) -> datetime:
    """Return the moment at which a Belgian day is over: midnight in Brussels."""
    return datetime.combine(day + timedelta(days=1), time.min, BRUSSELS).astimezone(UTC)


def ends_at(accreditation: HeldAccreditation) -> datetime | None:
    """Return the moment after which it cannot hold without news from its register."""
    end = None if accreditation.valid_until is None else end_of_day(accreditation.valid_until)
    if accreditation.status is not AccreditationStatus.GRACE:
        return end
    silent_until = accreditation.checked_at + GRACE
    return silent_until if end is None else min(end, silent_until)


def is_in_force(accreditation: HeldAccreditation, now: datetime) -> bool:
    """Tell whether it holds now: by its status and by its dates (R3)."""
    match accreditation.status:
        case AccreditationStatus.ACTIVE | AccreditationStatus.GRACE:
            begun = accreditation.valid_from is None or accreditation.valid_from <= belgian_date(now)
            end = ends_at(accreditation)
            return begun and (end is None or now < end)
        case AccreditationStatus.SUSPENDED | AccreditationStatus.LAPSED:
            return False


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """What a register says of a holder on one list, in one column: Belgian days, the last one included."""

    number: str
    list: str | None
    column: str | None
    status: RegisterStatus
    valid_from: date | None
    valid_until: date | None

    @property
    def said(self) -> str:
        """Return in a few words what it says, to be compared with what it said before."""
        return f"{self.status.value} {self.valid_from or '-'} {self.valid_until or '-'}"


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """All that the register of a kind says of one person; empty: it does not name them."""

    kind: str
    entries: tuple[RegisterEntry, ...]


@dataclass(frozen=True, slots=True)
class KnownAccreditation:
    """An accreditation as it is recorded, with where it was learnt from."""

    id: str
    kind: str
    number: str
    list: str | None
    column: str | None
    status: AccreditationStatus
    valid_from: date | None
    valid_until: date | None
    source: str
    register_said: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an accreditation stands; `said` is what its register said in a few words, where it was that."""

    status: AccreditationStatus
    valid_from: date | None
    valid_until: date | None
    reason: StatusReason | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Appeared:
    """The register names the person where nothing was recorded."""

    kind: str
    entry: RegisterEntry
    standing: Standing


@dataclass(frozen=True, slots=True)
class Changed:
    """The register says otherwise than what is recorded."""

    id: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The register says what is recorded."""

    id: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Overruled:
    """The helpdesk's word stands against the register's, which is noted."""

    id: str
    said: str | None


Finding = Appeared | Changed | Confirmed | Overruled


def reconcile(
    known: Sequence[KnownAccreditation], answers: Sequence[RegisterAnswer], today: date
) -> tuple[Finding, ...]:
    """Return what the registers' answers make of what is recorded of one person.

    Of a kind without an answer nothing is said. What a register no longer names has lapsed. What
    the helpdesk corrected stands until the register says something else than it did then.
    """
    return tuple(finding for answer in answers for finding in _of_one_kind(known, answer, today))


def _of_one_kind(known: Sequence[KnownAccreditation], answer: RegisterAnswer, today: date) -> Iterator[Finding]:
    recorded = {(one.number, one.list, one.column): one for one in known if one.kind == answer.kind}
    named = {(entry.number, entry.list, entry.column): entry for entry in answer.entries}
    for place, entry in named.items():
        standing = _standing(entry, today)
        if place not in recorded:
            yield Appeared(answer.kind, entry, standing)
        else:
            yield _compared(recorded[place], standing)
    for place, one in recorded.items():
        if place not in named:
            yield _absent(one)


def _standing(entry: RegisterEntry, today: date) -> Standing:
    status, reason = AccreditationStatus(entry.status.value), None
    if status is AccreditationStatus.ACTIVE and entry.valid_until is not None and entry.valid_until < today:
        status, reason = AccreditationStatus.LAPSED, StatusReason.LAST_DAY_PASSED
    return Standing(status, entry.valid_from, entry.valid_until, reason, entry.said)


def _compared(one: KnownAccreditation, standing: Standing) -> Finding:
    if one.source == HELPDESK:
        return Overruled(one.id, standing.said) if one.register_said == standing.said else Changed(one.id, standing)
    recorded = (one.status, one.valid_from, one.valid_until)
    if recorded == (standing.status, standing.valid_from, standing.valid_until):
        return Confirmed(one.id, standing.said)
    return Changed(one.id, standing)


def _absent(one: KnownAccreditation) -> Finding:
    if one.source == HELPDESK and one.register_said in {None, ABSENT}:
        return Overruled(one.id, ABSENT)
    if one.source != HELPDESK and one.status is AccreditationStatus.LAPSED:
        return Confirmed(one.id, ABSENT)
    gone = Standing(AccreditationStatus.LAPSED, one.valid_from, one.valid_until, StatusReason.NOT_IN_REGISTER, ABSENT)
    return Changed(one.id, gone)
