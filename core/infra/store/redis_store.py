"""The production store: Redis 7 or later."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind, life_seconds

P = ParamSpec("P")
R = TypeVar("R")

_TIMEOUT_SECONDS = 2

# Counting and starting the window must be one step, or a crash between them would leave a
# counter without an end and lock somebody out for ever.
_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""


def _milliseconds(ttl: timedelta) -> int:
    return int(life_seconds(ttl) * 1000)


def _answered(verb: Callable[P, R]) -> Callable[P, R]:
    @wraps(verb)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except redis.RedisError as error:
            raise Unavailable("store-unavailable") from error

    return guarded


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
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            # Once more on a fresh connection, as after a restart. Where the first try did reach
            # Redis, a second `add` or `take` finds nobody the winner: the user tries again.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        self._hit = self._redis.register_script(_HIT)

    @_answered
    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """See `EphemeralStore.put`."""
        self._redis.set(_name(kind, key), value, px=_milliseconds(ttl))

    @_answered
    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        """See `EphemeralStore.add`."""
        return bool(self._redis.set(_name(kind, key), value, px=_milliseconds(ttl), nx=True))

    @_answered
    def get(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.get`."""
        return cast("bytes | None", self._redis.get(_name(kind, key)))

    @_answered
    def get_many(self, names: Sequence[tuple[Kind, str]]) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.get_many`."""
        if not names:
            return ()
        found = self._redis.mget([_name(kind, key) for kind, key in names])
        return tuple(cast("list[bytes | None]", found))

    @_answered
    def take(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.take`."""
        return cast("bytes | None", self._redis.getdel(_name(kind, key)))

    @_answered
    def hit(self, kind: Kind, key: str, window: timedelta) -> int:
        """See `EphemeralStore.hit`."""
        return int(cast("int", self._hit(keys=[_name(kind, key)], args=[_milliseconds(window)])))

    @_answered
    def count(self, kind: Kind, key: str) -> int:
        """See `EphemeralStore.count`."""
        value = self.get(kind, key)
        return 0 if value is None else int(value)

    @_answered
    def delete(self, kind: Kind, key: str) -> None:
        """See `EphemeralStore.delete`."""
        self._redis.delete(_name(kind, key))

    @contextmanager
    def pipeline(self) -> Iterator[_Pipeline]:
        """See `EphemeralStore.pipeline`."""
        with self._redis.pipeline(transaction=True) as pipeline:
            yield _Pipeline(pipeline)
            _answered(pipeline.execute)()

    def purge(self) -> int:
        """Return 0: Redis drops what has expired by itself."""
        return 0

    @_answered
    def ping(self) -> None:
        """See `EphemeralStore.ping`."""
        self._redis.ping()
