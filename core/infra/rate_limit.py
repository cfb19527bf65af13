"""Named limits on top of the store's `hit`: how often something may be tried in a window."""

import math
import time
from dataclasses import dataclass
from datetime import timedelta

from core.infra.errors import RateLimited
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` in one `window`; `name` keeps its counters apart from other limits."""

    name: str
    attempts: int
    window: timedelta


def hit(store: EphemeralStore, limit: Limit, key: str) -> None:
    """Count one attempt; raise `RateLimited` when it is one too many.

    `key` is whose attempts are counted (an account, an address); only its digest is stored.
    """
    name = _name(limit, key)
    count = store.hit(Kind.RATE, name, limit.window)
    if count == 1:
        end = time.time() + limit.window.total_seconds()
        store.put(Kind.RATE, _end_of(name), str(end).encode(), limit.window)
    if count > limit.attempts:
        raise RateLimited(seconds_left(store, limit, key), limit=limit.name)


def is_exceeded(store: EphemeralStore, limit: Limit, key: str) -> bool:
    """Tell, without counting, whether the next attempt would be one too many."""
    return store.count(Kind.RATE, _name(limit, key)) >= limit.attempts


def seconds_left(store: EphemeralStore, limit: Limit, key: str) -> int:
    """Return after how many seconds the window of this key ends: at least 1."""
    window = limit.window.total_seconds()
    end = store.get(Kind.RATE, _end_of(_name(limit, key)))
    left = window if end is None else float(end) - time.time()
    return max(1, math.ceil(min(left, window)))


def forget(store: EphemeralStore, limit: Limit, key: str) -> None:
    """Start the count anew, as after a success that proves who asked."""
    with store.pipeline() as pipeline:
        pipeline.delete(Kind.RATE, _name(limit, key))
        pipeline.delete(Kind.RATE, _end_of(_name(limit, key)))


def _name(limit: Limit, key: str) -> str:
    return f"{limit.name}:{digest(key)}"


def _end_of(name: str) -> str:
    return f"{name}:end"
