"""The production store: Redis 7 or later."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol, TypeAlias, cast

import hiredis
import redis

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind, life_seconds

_Command: TypeAlias = tuple[str | bytes | int, ...]

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


def _name(kind: Kind, key: str) -> str:
    return f"immo:{kind}:{key}"


def _set(kind: Kind, key: str, value: bytes, ttl: timedelta) -> _Command:
    return "SET", _name(kind, key), value, "PX", _milliseconds(ttl)


def _mget(names: Sequence[tuple[Kind, str]]) -> _Command:
    return "MGET", *(_name(kind, key) for kind, key in names)


def _packed(command: _Command) -> bytes:
    # Its stub knows tuples of one alone, and no type of what comes out.
    return cast("bytes", hiredis.pack_command(command))  # type: ignore[arg-type]


class _Pipeline:
    """Collects writes for one transaction."""

    def __init__(self) -> None:
        self.commands: list[_Command] = []

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Queue a `put`."""
        self.commands.append(_set(kind, key, value, ttl))

    def delete(self, kind: Kind, key: str) -> None:
        """Queue a deletion."""
        self.commands.append(("DEL", _name(kind, key)))


class _Connection(Protocol):
    """What we use of redis-py's connection."""

    def send_packed_command(self, packed: list[bytes], check_health: bool) -> None: ...  # noqa: FBT001 - its signature
    def read_response(self) -> Any: ...
    def disconnect(self) -> None: ...


class _ClosedWithItsThread:
    """Closes a connection when the thread that kept it ends.

    The client's connection refers to itself, so that without this it would stay open until the
    garbage collector comes by.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def __del__(self) -> None:
        self._connection.disconnect()


class _Wire:
    """One connection for each thread and process, spoken to directly.

    The client's way to a connection and back costs twice what a command does. Here a connection
    belongs to its thread; whatever goes wrong on it closes it, so that no answer is ever read by
    somebody who did not ask.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        self._pool = pool
        self._local = threading.local()

    def exchange(self, commands: Sequence[_Command]) -> list[Any]:
        """Send commands in one go and return their answers; raise `Unavailable` without any.

        Once more on a fresh connection, as after a restart. Where the first try did reach Redis,
        a second `add` or `take` finds nobody the winner: the user tries again.
        """
        if getattr(self._local, "is_waiting", False):
            raise RuntimeError("an answer is on its way: whoever asked now would read that")
        connection = self._connection()
        packed = [b"".join([_packed(command) for command in commands])]
        try:
            try:
                return self._attempt(connection, packed, len(commands))
            except redis.ConnectionError:
                return self._attempt(connection, packed, len(commands))
        except redis.RedisError as error:
            raise Unavailable("store-unavailable") from error

    @contextmanager
    def sent(self, command: _Command) -> Iterator[None]:
        """Send a command that may be done twice, and read its answer when the block ends; raise `Unavailable` then."""
        connection = self._connection()
        is_sent = True
        try:
            connection.send_packed_command([_packed(command)], check_health=False)
        except redis.RedisError:
            is_sent = False
        self._local.is_waiting = True
        try:
            yield
        finally:
            self._local.is_waiting = False
            if is_sent:
                self._read_or_repeat(connection, command)
            else:
                self.exchange((command,))

    def _read_or_repeat(self, connection: _Connection, command: _Command) -> None:
        try:
            connection.read_response()
        except redis.ConnectionError:
            self.exchange((command,))
        except redis.RedisError as error:
            connection.disconnect()
            raise Unavailable("store-unavailable") from error

    def _connection(self) -> _Connection:
        # A connection must not cross a fork: the child makes its own.
        kept: dict[int, _Connection] = self._local.__dict__.setdefault("connections", {})
        connection = kept.get(os.getpid())
        if connection is None:
            connection = kept[os.getpid()] = cast("_Connection", self._pool.make_connection())
            self._local.closing = _ClosedWithItsThread(connection)
        return connection

    @staticmethod
    def _attempt(connection: _Connection, packed: list[bytes], answers: int) -> list[Any]:
        try:
            # Connects where there is no connection, or none any more.
            connection.send_packed_command(packed, check_health=False)
            return [connection.read_response() for _ in range(answers)]
        except BaseException:
            connection.disconnect()
            raise


class RedisStore:
    """`EphemeralStore` on one Redis; safe across threads, processes and machines."""

    def __init__(self, url: str) -> None:
        pool = redis.ConnectionPool.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        )
        self._wire = _Wire(pool)

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

    @contextmanager
    def putting(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> Iterator[None]:
        """See `EphemeralStore.putting`."""
        with self._wire.sent(_set(kind, key, value, ttl)):
            yield

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
