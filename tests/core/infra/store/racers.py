"""What a process does in a race: opens the store itself, waits for the others, goes."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.infra.store.interface import EphemeralStore, Kind
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore

LIFE = timedelta(minutes=5)
ROUNDS = 40
_SECONDS = 60

# A barrier made by a spawning context; its class is not public.
Barrier = Any


def open_store(place: str) -> EphemeralStore:
    """Open the store at a Redis address or in a file."""
    return RedisStore(place) if place.startswith("redis://") else SqliteStore(Path(place))


def add_each(place: str, barrier: Barrier, _number: int) -> list[str]:
    """Return the keys whose `add` this process won."""
    store = open_store(place)
    return [key for key in _rounds(barrier) if store.add(Kind.CODE, key, b"", LIFE)]


def take_each(place: str, barrier: Barrier, _number: int) -> list[str]:
    """Return the keys whose value this process got."""
    store = open_store(place)
    return [key for key in _rounds(barrier) if store.take(Kind.CODE, key) is not None]


def hit_once_a_round(place: str, barrier: Barrier, _number: int) -> list[str]:
    """Return `key=count` for each event this process counted."""
    store = open_store(place)
    return [f"{key}={store.hit(Kind.RATE, key, LIFE)}" for key in _rounds(barrier)]


def open_first(place: str, barrier: Barrier, number: int) -> list[str]:
    """Open a store that nobody opened before, and write to it."""
    barrier.wait(_SECONDS)
    open_store(place).put(Kind.CODE, str(number), b"written", LIFE)
    return [str(number)]


def _rounds(barrier: Barrier) -> list[str]:
    # One barrier at the start is enough: the processes then run through the same keys together.
    barrier.wait(_SECONDS)
    return [f"key-{number}" for number in range(ROUNDS)]


def race(act: Callable[[str, Barrier, int], list[str]], place: str, *, processes: int = 6) -> list[list[str]]:
    """Run one act in several processes at once and return what each of them says."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier = manager.Barrier(processes)
        with context.Pool(processes) as pool:
            running = [pool.apply_async(act, (place, barrier, number)) for number in range(processes)]
            return [each.get(_SECONDS * 2) for each in running]
