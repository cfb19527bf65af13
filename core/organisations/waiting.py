"""How long something waits for a manager: when to remind, when it ends by itself. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# The managers are reminded by themselves after so long, and by the person who waits once a day.
REMINDED_AFTER = (timedelta(days=3), timedelta(days=7))
REMIND_AGAIN_AFTER = timedelta(days=1)
# A request that nobody answered, and an invitation that nobody accepted, end by themselves.
REQUEST_EXPIRES_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wait:
    """Since when something waits for the managers, and when they were last reminded of it."""

    asked_at: datetime
    reminded_at: datetime | None = None

    @property
    def may_be_reminded_from(self) -> datetime:
        """Return the moment from which the person who waits may remind the managers (again)."""
        return (self.reminded_at or self.asked_at) + REMIND_AGAIN_AFTER

    @property
    def ends_at(self) -> datetime:
        """Return when a request that nobody answers ends by itself."""
        return self.asked_at + REQUEST_EXPIRES_AFTER

    def days(self, now: datetime) -> int:
        """Return for how many whole days it has waited."""
        return (now - self.asked_at).days

    def reminder_is_due(self, now: datetime) -> bool:
        """Tell whether the product should remind the managers now.

        Not where the person did so since the day it was due, or less than a day ago.
        """
        passed = [self.asked_at + after for after in REMINDED_AFTER if self.asked_at + after <= now]
        if not passed or now < self.may_be_reminded_from:
            return False
        return self.reminded_at is None or self.reminded_at < passed[-1]
