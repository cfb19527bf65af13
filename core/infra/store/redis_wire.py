"""Connections to Redis that the client opens and we speak on ourselves.

The client's way to a connection and back, and its layers around each command and answer, cost
more than the exchange. Here the client connects (address, TLS, password, database), and from then
on its compiled packer and parser, hiredis, are all that stands between us and the socket.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias, cast

import hiredis
import redis

from core.infra.errors import Unavailable

Command: TypeAlias = tuple[str | bytes | int, ...]

_TIMEOUT_SECONDS = 2
_TIMEVAL = struct.pack("ll", _TIMEOUT_SECONDS, 0)
# Nearly every answer fits, so that one read fetches it.
_READ_BYTES = 16_384
# What the parser says where an answer has not come whole; the protocol spoken here has no truth values.
_INCOMPLETE = False


def _packed(command: Command) -> bytes:
    # Its stub knows tuples of one alone, and no type of what comes out.
    return cast("bytes", hiredis.pack_command(command))  # type: ignore[arg-type]


class _Client(Protocol):
    """What we use of redis-py's connection: the socket once it is connected, and its end."""

    _sock: socket.socket

    def connect(self) -> None: ...
    def disconnect(self) -> None: ...


class _Line:
    """One connection; closed with the last reference to it, so that it ends with the thread that kept it.

    The client's connection refers to itself: it would stay open until the garbage collector comes by.
    """

    def __init__(self, client: _Client) -> None:
        self._client = client
        client.connect()
        self._socket = client._sock  # noqa: SLF001 - the client has no name for it that others may use
        _let_the_kernel_watch_the_time(self._socket)
        self._parser = hiredis.Reader(protocolError=redis.InvalidResponse, replyError=redis.ResponseError)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; an answer that is still on its way is lost."""
        self._client.disconnect()

    def send(self, octets: bytes) -> None:
        """Send packed commands; raise `redis.RedisError`."""
        try:
            self._socket.sendall(octets)
        except OSError as error:
            raise _failure(error) from error

    def answer(self) -> Any:
        """Return the next answer; raise `redis.RedisError`, also where the answer is an error."""
        answer = self._parser.gets()
        while answer is _INCOMPLETE:
            self._parser.feed(self._received())
            answer = self._parser.gets()
        if isinstance(answer, redis.ResponseError):
            raise answer
        return answer

    def _received(self) -> bytes:
        try:
            received = self._socket.recv(_READ_BYTES)
        except OSError as error:
            raise _failure(error) from error
        if not received:
            raise redis.ConnectionError("the server closed the connection")
        return received


# A process, and its line in a thread.
_Kept: TypeAlias = tuple[int, _Line | None]
_NONE: _Kept = (0, None)


def _let_the_kernel_watch_the_time(connected: socket.socket) -> None:
    # Python keeps a timeout by one more call to the kernel before each that sends or receives.
    # TLS is left alone: its library would take the end of the kernel's time for "try again".
    if type(connected) is socket.socket:
        connected.settimeout(None)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEVAL)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEVAL)


def _failure(error: OSError) -> redis.RedisError:
    # Told apart because a lost connection is worth a second try, and a silent server is not. What
    # the kernel says at the end of its time is that the call would go on waiting.
    is_silence = isinstance(error, TimeoutError | BlockingIOError)
    return (redis.TimeoutError if is_silence else redis.ConnectionError)(str(error))


class Wire:
    """One line for each thread and process.

    Whatever goes wrong on a line ends it, so that no answer is ever read by somebody who did not ask.
    """

    def __init__(self, url: str) -> None:
        # Protocol 2, in which the server says nothing but answers.
        self._pool = redis.ConnectionPool.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS, protocol=2
        )
        self._local = threading.local()

    def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands in one go and return their answers; raise `Unavailable` without any.

        Once more on a fresh line, as after a restart. Where the first try did reach Redis,
        a second `add` or `take` finds nobody the winner: the user tries again.
        """
        if getattr(self._local, "is_waiting", False):
            raise RuntimeError("an answer is on its way: whoever asked now would read that")
        octets = b"".join(map(_packed, commands))
        try:
            try:
                return self._attempt(octets, len(commands))
            except redis.ConnectionError:
                return self._attempt(octets, len(commands))
        except redis.RedisError as error:
            raise Unavailable("store-unavailable") from error

    @contextmanager
    def sent(self, command: Command) -> Iterator[None]:
        """Send a command that may be done twice, and read its answer when the block ends; raise `Unavailable` then."""
        line = self._begun(command)
        self._local.is_waiting = True
        try:
            yield
        finally:
            self._local.is_waiting = False
            if line is None:
                self.exchange((command,))
            else:
                self._read_or_repeat(line, command)

    def _begun(self, command: Command) -> _Line | None:
        try:
            line = self._line()
            line.send(_packed(command))
        except redis.RedisError:
            self._drop()
            return None
        return line

    def _read_or_repeat(self, line: _Line, command: Command) -> None:
        try:
            line.answer()
        except redis.ConnectionError:
            self._drop()
            self.exchange((command,))
        except redis.RedisError as error:
            self._drop()
            raise Unavailable("store-unavailable") from error

    def _attempt(self, octets: bytes, answers: int) -> list[Any]:
        try:
            line = self._line()
            line.send(octets)
            return [line.answer() for _ in range(answers)]
        except BaseException:
            self._drop()
            raise

    def _line(self) -> _Line:
        # A connection must not cross a fork: the child makes its own.
        process, line = getattr(self._local, "kept", _NONE)
        if line is None or process != os.getpid():
            # The pool itself counts all it ever made, and would refuse for good after a hundred.
            line = _Line(cast("_Client", self._pool.connection_class(**self._pool.connection_kwargs)))
            self._local.kept = (os.getpid(), line)
        return line

    def _drop(self) -> None:
        _, line = getattr(self._local, "kept", _NONE)
        self._local.kept = _NONE
        if line is not None:
            line.close()
