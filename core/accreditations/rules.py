"""Rules about accreditations: states, and whether one holds at a moment.

Kinds are data (R1), so no kind is named here.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from core.infra.clock import BRUSSELS, belgian_date

# How long an accreditation still counts while its register does not answer.
GRACE = timedelta(days=7)
# Every token asks when some day ends, and there are few days: zones are slow to ask each time.
_KEPT_DAYS = 4_096


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


@dataclass(frozen=True, slots=True)
class HeldAccreditation:
    """An accreditation as decisions need it: dates are Belgian days, the last one included."""

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
    ends = []
    if accreditation.valid_until is not None:
        ends.append(end_of_day(accreditation.valid_until))
    if accreditation.status is AccreditationStatus.GRACE:
        ends.append(accreditation.checked_at + GRACE)
    return min(ends, default=None)


def is_in_force(accreditation: HeldAccreditation, now: datetime) -> bool:
    """Tell whether it holds now: by its status and by its dates (R3)."""
    match accreditation.status:
        case AccreditationStatus.SUSPENDED | AccreditationStatus.LAPSED:
            return False
        case AccreditationStatus.ACTIVE | AccreditationStatus.GRACE:
            begun = accreditation.valid_from is None or accreditation.valid_from <= belgian_date(now)
            end = ends_at(accreditation)
            return begun and (end is None or now < end)
