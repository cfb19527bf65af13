"""The production store: Redis 7 or later."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

import redis

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind

# Counting and starting the window must be one step, or a crash between them would leave a
# counter without an end and lock somebody out for ever.
_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""


def _milliseconds(ttl: timedelta) -> int:
    life = int(ttl.total_seconds() * 1000)
    if life <= 0:
        raise ValueError("an entry needs a positive life")
    return life


def _name(kind: Kind, key: str) -> str:
    return f"immo:{kind}:{key}"


class _Pipeline:
    """Collects writes for one round trip."""

    def __init__(self, pipeline: "redis.client.Pipeline") -> None:
        self._pipeline = pipeline

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Queue a `put`."""
        self._pipeline.set(_name(kind, key), value, px=_milliseconds(ttl))

    def delete(self, kind: Kind, key: str) -> None:
        """Queue a deletion."""
        self._pipeline.delete(_name(kind, key))


class RedisStore:
    """`EphemeralStore` on one Redis; safe across threads, processes and machines."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._hit = self._redis.register_script(_HIT)

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """See `EphemeralStore.put`."""
        self._redis.set(_name(kind, key), value, px=_milliseconds(ttl))

    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        """See `EphemeralStore.add`."""
        return bool(self._redis.set(_name(kind, key), value, px=_milliseconds(ttl), nx=True))

    def get(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.get`."""
        return cast("bytes | None", self._redis.get(_name(kind, key)))

    def get_many(self, names: Sequence[tuple[Kind, str]]) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.get_many`."""
        found = self._redis.mget([_name(kind, key) for kind, key in names])
        return tuple(cast("list[bytes | None]", found))

    def take(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.take`."""
        return cast("bytes | None", self._redis.getdel(_name(kind, key)))

    def hit(self, kind: Kind, key: str, window: timedelta) -> int:
        """See `EphemeralStore.hit`."""
        return int(cast("int", self._hit(keys=[_name(kind, key)], args=[_milliseconds(window)])))

    def count(self, kind: Kind, key: str) -> int:
        """See `EphemeralStore.count`."""
        value = self.get(kind, key)
        return 0 if value is None else int(value)

    def delete(self, kind: Kind, key: str) -> None:
        """See `EphemeralStore.delete`."""
        self._redis.delete(_name(kind, key))

    @contextmanager
    def pipeline(self) -> Iterator[_Pipeline]:
        """See `EphemeralStore.pipeline`."""
        with self._redis.pipeline(transaction=True) as pipeline:
            yield _Pipeline(pipeline)
            pipeline.execute()

    def purge(self) -> int:
        """Return 0: Redis drops what has expired by itself."""
        return 0

    def ping(self) -> None:
        """See `EphemeralStore.ping`."""
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise Unavailable("store-unavailable") from error
