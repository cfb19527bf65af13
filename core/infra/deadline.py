"""A socket that ends at one moment, however slowly the other side sends."""

import io
import socket
import ssl
import time
from typing import BinaryIO, cast

from core.infra.addresses import Address


class Deadline:
    """A moment by which everything must be done, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """Return the seconds that are left; raise `TimeoutError` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


class DeadlineSocket:
    """What `http.client` needs of a socket; every wait ends at the deadline.

    A plain socket timeout would begin anew with each byte, so that a peer which sends one now
    and then could hold a worker for hours.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        """Send everything or raise `TimeoutError`."""
        self._socket.settimeout(self._deadline.seconds_left())
        self._socket.sendall(content)

    def receive_into(self, buffer: memoryview) -> int:
        """Receive what is there, waiting until the deadline at most."""
        self._socket.settimeout(self._deadline.seconds_left())
        return self._socket.recv_into(buffer)

    def makefile(self, _mode: str = "rb", _buffering: int = -1) -> BinaryIO:
        """Return a buffered reader on this socket, as `http.client` asks for."""
        return cast("BinaryIO", io.BufferedReader(_Received(self)))

    def close(self) -> None:
        """Do nothing: `http.client` says so when it has the headers, and the body is still to come."""

    def disconnect(self) -> None:
        """Close the connection."""
        self._socket.close()


class _Received(io.RawIOBase):
    """The reading side as a raw stream."""

    def __init__(self, source: DeadlineSocket) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._source.receive_into(buffer)


def connect(
    addresses: tuple[Address, ...],
    port: int,
    deadline: Deadline,
    *,
    tls: ssl.SSLContext | None,
    server_name: str,
) -> DeadlineSocket:
    """Connect to the first of these addresses that answers, never to another.

    With `tls` the certificate is checked for `server_name`. Raises OSError when none answers.
    """
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            connected = socket.create_connection((str(address), port), timeout=deadline.seconds_left())
        except OSError as error:
            last = error
            continue
        return DeadlineSocket(_secure(connected, tls, server_name), deadline)
    raise last


def _secure(connected: socket.socket, tls: ssl.SSLContext | None, server_name: str) -> socket.socket:
    if tls is None:
        return connected
    try:
        return tls.wrap_socket(connected, server_hostname=server_name)
    except BaseException:
        connected.close()
        raise
