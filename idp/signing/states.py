"""The life of a signing key, as a total machine. Pure.

published → active → retiring → retired. A published key is in the JWKS so that everybody has seen
it before it signs; a retiring key signs no more but what it signed still verifies.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.infra.errors import RuleError

# How long others may keep our JWKS.
JWKS_LIFE = timedelta(minutes=5)
# No token of ours lives longer than this; an ID token may serve as a hint afterwards, and then a
# key that is gone only costs a question (RP-Initiated Logout section 2).
TOKEN_LIFE_MAX = timedelta(minutes=10)
# Until every process of ours acts on a new state: each looks twice a minute.
SPREAD = timedelta(minutes=1)

SHOWN_BEFORE_SIGNING = SPREAD + JWKS_LIFE
SHOWN_AFTER_SIGNING = SPREAD + TOKEN_LIFE_MAX


class KeyState(StrEnum):
    """Where a key stands."""

    PUBLISHED = "published"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


# The states whose keys the JWKS shows.
SHOWN = (KeyState.PUBLISHED, KeyState.ACTIVE, KeyState.RETIRING)


class WrongKeyState(RuleError):
    """The key is not in a state from which this step leads."""

    code = "wrong-key-state"


class TooEarly(RuleError):
    """The step would break tokens or clients; `ready_at` says from when it does not."""

    code = "too-early"

    def __init__(self, ready_at: datetime) -> None:
        self.ready_at = ready_at
        super().__init__(ready_at=ready_at.isoformat())


def activated(state: KeyState, *, since: datetime, now: datetime, at_once: bool) -> KeyState:
    """Return the state of a published key that begins to sign.

    Raises `TooEarly` while somebody may hold a JWKS without it, unless `at_once`.
    """
    if state is not KeyState.PUBLISHED:
        raise WrongKeyState(state=state)
    _require_wait(since + SHOWN_BEFORE_SIGNING, now=now, at_once=at_once)
    return KeyState.ACTIVE


def retired(state: KeyState, *, since: datetime, now: datetime, at_once: bool) -> KeyState:
    """Return the state of a key that leaves the JWKS.

    A published key may go at any time; a retiring one raises `TooEarly` while a token that it
    signed may be alive, unless `at_once` (a compromised key). An active one needs a successor.
    """
    match state:
        case KeyState.PUBLISHED:
            return KeyState.RETIRED
        case KeyState.RETIRING:
            _require_wait(since + SHOWN_AFTER_SIGNING, now=now, at_once=at_once)
            return KeyState.RETIRED
        case KeyState.ACTIVE | KeyState.RETIRED:
            raise WrongKeyState(state=state)


def require_retired(state: KeyState) -> None:
    """Raise `WrongKeyState` unless the key is retired: any other may still be asked for."""
    if state is not KeyState.RETIRED:
        raise WrongKeyState(state=state)


def _require_wait(ready_at: datetime, *, now: datetime, at_once: bool) -> None:
    if now < ready_at and not at_once:
        raise TooEarly(ready_at)
