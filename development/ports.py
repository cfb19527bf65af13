"""Ports on the loopback address: which are free, and whether somebody answers there."""

import random
import socket
import time

LOOPBACK = "127.0.0.1"
# Below what systems give to connections that go out, any of which could take a port between looking and listening.
LASTING = range(20_000, 32_000)


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens at this moment."""
    return next(port for port in random.sample(LASTING, len(LASTING)) if not is_taken(port))


def is_taken(port: int) -> bool:
    """Tell whether something already listens on a port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
        return False


def answers(port: int) -> bool:
    """Tell whether a connection to a port of the loopback address is accepted."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until_answers(port: int, *, seconds: float) -> bool:
    """Wait until a port accepts connections; return False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(port):
            return True
        time.sleep(0.05)
    return answers(port)
