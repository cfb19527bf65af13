"""How long a token lives: no longer than what it rests on (`claims.md`, principle 8). Pure."""

from datetime import datetime, timedelta

from core.tools.context import OfferedContext


def expiry(now: datetime, life: timedelta, context: OfferedContext | None) -> int:
    """Return when a token made now ends, in seconds since 1970: after its life, or with its context."""
    ends = now + life
    if context is not None and context.expires_at is not None:
        ends = min(ends, context.expires_at)
    return int(ends.timestamp())
