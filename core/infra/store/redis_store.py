"""The production store: Redis 7 or later."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, cast

import redis

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind, life_seconds
from core.infra.store.redis_wire import Command, Wire

# Counting and starting the window must be one step, or a crash between them would leave a
# counter without an end and lock somebody out for ever.
_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""


def _milliseconds(ttl: timedelta) -> int:
    return int(life_seconds(ttl) * 1000)


def _name(kind: Kind, key: str) -> str:
    return f"immo:{kind}:{key}"


def _set(kind: Kind, key: str, value: bytes, ttl: timedelta) -> Command:
    return "SET", _name(kind, key), value, "PX", _milliseconds(ttl)


def _mget(names: Sequence[tuple[Kind, str]]) -> Command:
    return "MGET", *(_name(kind, key) for kind, key in names)


class _Pipeline:
    """Collects writes for one transaction."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Queue a `put`."""
        self.commands.append(_set(kind, key, value, ttl))

    def delete(self, kind: Kind, key: str) -> None:
        """Queue a deletion."""
        self.commands.append(("DEL", _name(kind, key)))


class RedisStore:
    """`EphemeralStore` on one Redis; safe across threads, processes and machines."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def _call(self, *command: str | bytes | int) -> Any:
        return self._wire.exchange((command,))[0]

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """See `EphemeralStore.put`."""
        self._call(*_set(kind, key, value, ttl))

    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        """See `EphemeralStore.add`."""
        return self._call(*_set(kind, key, value, ttl), "NX") is not None

    def get(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.get`."""
        return cast("bytes | None", self._call("GET", _name(kind, key)))

    def get_many(self, names: Sequence[tuple[Kind, str]]) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.get_many`."""
        if not names:
            return ()
        return tuple(self._call(*_mget(names)))

    def put_then_get(
        self, kind: Kind, key: str, value: bytes, ttl: timedelta, *, names: Sequence[tuple[Kind, str]]
    ) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.put_then_get`."""
        # Redis does what comes on one connection in the order in which it comes.
        return tuple(self._wire.exchange((_set(kind, key, value, ttl), _mget(names)))[1])

    def putting(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> AbstractContextManager[None]:
        """See `EphemeralStore.putting`."""
        return self._wire.sent(_set(kind, key, value, ttl))

    def take(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.take`."""
        return cast("bytes | None", self._call("GETDEL", _name(kind, key)))

    def hit(self, kind: Kind, key: str, window: timedelta) -> int:
        """See `EphemeralStore.hit`."""
        return int(self._call("EVAL", _HIT, 1, _name(kind, key), _milliseconds(window)))

    def count(self, kind: Kind, key: str) -> int:
        """See `EphemeralStore.count`."""
        value = self.get(kind, key)
        return 0 if value is None else int(value)

    def delete(self, kind: Kind, key: str) -> None:
        """See `EphemeralStore.delete`."""
        self._call("DEL", _name(kind, key))

    @contextmanager
    def pipeline(self) -> Iterator[_Pipeline]:
        """See `EphemeralStore.pipeline`."""
        pipeline = _Pipeline()
        yield pipeline
        if pipeline.commands:
            outcomes = self._wire.exchange([("MULTI",), *pipeline.commands, ("EXEC",)])[-1]
            for outcome in outcomes:
                if isinstance(outcome, redis.RedisError):
                    raise Unavailable("store-unavailable") from outcome

    def purge(self) -> int:
        """Return 0: Redis drops what has expired by itself."""
        return 0

    def ping(self) -> None:
        """See `EphemeralStore.ping`."""
        self._call("PING")
