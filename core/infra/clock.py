"""Where time comes from: the only module that asks the operating system for it."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


class Clock(Protocol):
    """Tells the present moment as an aware datetime in UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present moment in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for tests and rehearsals."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment this clock was last set to."""
        return self._moment

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._moment += by


def belgian_date(moment: datetime) -> date:
    """Return the calendar date in Brussels: validity of accreditations ends with the Belgian day."""
    return moment.astimezone(BRUSSELS).date()


def start_of_belgian_month(moment: datetime) -> datetime:
    """Return the moment at which the calendar month of a moment began in Brussels, in UTC."""
    first = moment.astimezone(BRUSSELS).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return first.astimezone(UTC)
