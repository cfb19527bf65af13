"""Ports on the loopback address: which are free, and whether somebody answers there."""

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


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
