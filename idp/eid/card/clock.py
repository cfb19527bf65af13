"""The clock of the user's machine; the agent knows nothing of the server's."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
