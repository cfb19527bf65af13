"""The connection to Redis: commands out, answers in, and nothing between.

The client library connects (address, password, TLS, tries); what goes over the connection then is
written and read here, because its own way costs a multiple of the exchange. The protocol is
RESP2 (redis.io, "Redis serialization protocol specification").
"""

import os
import socket
import struct
import threading
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, cast

import redis

from core.infra.errors import Unavailable

Command: TypeAlias = tuple[str | bytes | int, ...]

_TIMEOUT_SECONDS = 2
_CHUNK_BYTES = 65_536
# As the kernel takes it: whole seconds and microseconds.
_KERNEL_TIMEOUT = struct.pack("ll", _TIMEOUT_SECONDS, 0)


class _Connection(Protocol):
    """What we use of redis-py's connection."""

    def connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def _get_socket(self) -> socket.socket: ...


class _Line:
    """One connection: bytes out, bytes in."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._socket: socket.socket | None = None

    def attempt(self, packed: bytes, answers: int) -> list[Any]:
        """Send commands and return their answers; whatever goes wrong closes the connection."""
        try:
            if self._socket is None:
                self._socket = self._open()
            self._socket.sendall(packed)
            return _Answers(self._socket).read(answers)
        except (BlockingIOError, TimeoutError) as error:
            self.close()
            raise redis.TimeoutError("no answer in time") from error
        except OSError as error:
            self.close()
            raise redis.ConnectionError("the connection is lost") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next attempt opens it anew."""
        self._socket = None
        self._connection.disconnect()

    def _open(self) -> socket.socket:
        self._connection.connect()
        opened = self._connection._get_socket()  # noqa: SLF001 - there is no other way to it
        # The kernel's own timeouts: Python's ask the kernel before each sending and receiving.
        opened.settimeout(None)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _KERNEL_TIMEOUT)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _KERNEL_TIMEOUT)
        return opened

    def __del__(self) -> None:
        """Close the connection when the thread that kept it ends.

        The client's connection refers to itself, so that without this it would stay open until
        the garbage collector comes by.
        """
        self._connection.disconnect()


class Wire:
    """One connection for each thread and process, spoken to directly.

    The client's way to a connection and back costs twice what a command does. Here a connection
    belongs to its thread; whatever goes wrong on it closes it, so that no answer is ever read by
    somebody who did not ask.
    """

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url, protocol=2, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        )
        self._local = threading.local()

    def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one go and return their answers; raise `Unavailable` without any.

        An answer is bytes, a number, None, or a list of those. Once more on a fresh connection,
        as after a restart. Where the first try did reach Redis, a second `add` or `take` finds
        nobody the winner: the user tries again.
        """
        line = self._line()
        packed = b"".join(map(_packed, commands))
        try:
            try:
                return line.attempt(packed, len(commands))
            except redis.ConnectionError:
                return line.attempt(packed, len(commands))
        except redis.RedisError as error:
            raise Unavailable("store-unavailable") from error

    def _line(self) -> _Line:
        # A connection must not cross a fork: the child makes its own.
        kept: dict[int, _Line] = self._local.__dict__.setdefault("lines", {})
        line = kept.get(os.getpid())
        if line is None:
            line = kept[os.getpid()] = _Line(cast("_Connection", self._pool.make_connection()))
        return line


def _packed(command: Command) -> bytes:
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join([b"$%d\r\n%b\r\n" % (len(part), part) for part in parts])


class _Answers:
    """The answers that come in on a connection, read one after another."""

    def __init__(self, incoming: socket.socket) -> None:
        self._incoming = incoming
        self._held = b""
        self._place = 0

    def read(self, count: int) -> list[Any]:
        """Return the next answers; raise the error where Redis answers with one."""
        return [self._answer() for _ in range(count)]

    def _answer(self) -> Any:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else self._octets(int(rest))
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"*":
            return None if rest == b"-1" else [self._answer() for _ in range(int(rest))]
        if kind == b"-":
            raise redis.ResponseError(rest.decode(errors="replace"))
        raise redis.InvalidResponse("no answer of RESP2")

    def _line(self) -> bytes:
        while (end := self._held.find(b"\r\n", self._place)) < 0:
            self._receive()
        line = self._held[self._place : end]
        self._place = end + 2
        return line

    def _octets(self, count: int) -> bytes:
        end = self._place + count
        while len(self._held) < end + 2:
            self._receive()
        octets = self._held[self._place : end]
        self._place = end + 2
        return octets

    def _receive(self) -> None:
        received = self._incoming.recv(_CHUNK_BYTES)
        if not received:
            raise ConnectionResetError("the connection was closed")
        self._held += received
