"""The five verbs of ephemeral state.

What lies here may vanish at any time without harm beyond a retry: sessions, codes, pending
requests, replay markers, counters. What must survive lies in the database. Each verb is atomic
across threads, processes and machines; whoever needs exactly one winner uses `add` or `take`.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

LONGEST_LIFE = timedelta(days=366)
_SHORTEST_LIFE = timedelta(milliseconds=1)


class Kind(StrEnum):
    """What an entry is; a key is unique within its kind."""

    CODE = "code"
    CODE_FAMILY = "code-family"
    GRANT = "grant"
    REVOKED_FAMILY = "revoked-family"
    PENDING = "pending"
    SSO_SESSION = "sso-session"
    PORTAL_SESSION = "portal-session"
    SID = "sid"
    LOGOUT = "logout"
    FORM_TOKEN = "form-token"  # noqa: S105 - the name of a kind, not a secret
    PAR = "par"
    PAR_BEGUN = "par-begun"
    DEVICE_CODE = "device-code"
    USER_CODE = "user-code"
    ASSERTION_JTI = "assertion-jti"
    DPOP_JTI = "dpop-jti"
    LOGOUT_JTI = "logout-jti"
    CLIENT_DOWN = "client-down"
    CLIENT_RESTS = "client-rests"
    PASSKEY_CHALLENGE = "passkey-challenge"
    PROOF = "proof"
    MERGE_PROOF = "merge-proof"
    RECOVERY_PROOF = "recovery-proof"
    EID_CHALLENGE = "eid-challenge"
    EID_READ = "eid-read"
    EID_TICKET = "eid-ticket"
    EID_STATUS = "eid-status"
    DRAFT = "draft"
    HELPDESK_SEARCH = "helpdesk-search"
    SEEN = "seen"
    VERSION = "version"
    RATE = "rate"


class Writes(Protocol):
    """What a pipeline accepts: writes whose outcome the caller does not need."""

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Queue a `put`."""
        ...

    def delete(self, kind: Kind, key: str) -> None:
        """Queue a deletion."""
        ...


class EphemeralStore(Protocol):
    """State with an end: every entry carries a life that is positive and bounded.

    Every verb raises `Unavailable` when the store does not answer, and ValueError for a life that
    is not positive or longer than `LONGEST_LIFE`.
    """

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Write an entry, replacing what was there."""
        ...

    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        """Write an entry if there is none; of concurrent callers exactly one gets True."""
        ...

    def get(self, kind: Kind, key: str) -> bytes | None:
        """Read an entry, or None when it is absent or its life is over."""
        ...

    def get_many(self, names: Sequence[tuple[Kind, str]]) -> tuple[bytes | None, ...]:
        """Read several entries in one round trip, in the order named; see `get`."""
        ...

    def put_then_get(
        self, kind: Kind, key: str, value: bytes, ttl: timedelta, *, names: Sequence[tuple[Kind, str]]
    ) -> tuple[bytes | None, ...]:
        """Write an entry as `put` does and then read others as `get_many` does, in one round trip."""
        ...

    def putting(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> AbstractContextManager[None]:
        """Write an entry as `put` does while the block does something else; it may be there before the block ends.

        It is there when the block has ended, also by an error. The block leaves the store alone.
        """
        ...

    def take(self, kind: Kind, key: str) -> bytes | None:
        """Read and delete in one step; of concurrent callers exactly one gets the value."""
        ...

    def hit(self, kind: Kind, key: str, window: timedelta) -> int:
        """Count one event and return how many there were since the window opened.

        The window opens with the first event and does not move; after it the count starts anew.
        """
        ...

    def count(self, kind: Kind, key: str) -> int:
        """Return the present count of `hit` without adding to it."""
        ...

    def delete(self, kind: Kind, key: str) -> None:
        """Remove an entry, if it is there."""
        ...

    def pipeline(self) -> AbstractContextManager[Writes]:
        """Collect writes and send them in one round trip when the block ends without an error."""
        ...

    def purge(self) -> int:
        """Drop entries whose life is over and return how many; expiry never depends on it."""
        ...

    def ping(self) -> None:
        """Return when the store answers; raise `Unavailable` otherwise."""
        ...


def life_seconds(ttl: timedelta) -> float:
    """Return a life in seconds; raise ValueError when it is not positive or too long."""
    if not _SHORTEST_LIFE <= ttl <= LONGEST_LIFE:
        raise ValueError("an entry needs a life that is positive and bounded")
    return ttl.total_seconds()
