"""Whether whoever asked is still there: a page that was closed or loaded again wants no answer any more."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_SECONDS = 0.3


@contextmanager
def while_there(connection: socket.socket, gone: Callable[[], None]) -> Iterator[None]:
    """Do something for whoever is connected; `gone` is called, once, when the other end closes meanwhile."""
    is_done = threading.Event()
    watching = threading.Thread(target=_watch, args=(connection, gone, is_done), daemon=True, name="caller")
    watching.start()
    try:
        yield
    finally:
        is_done.set()
        watching.join()


def _watch(connection: socket.socket, gone: Callable[[], None], is_done: threading.Event) -> None:
    while not is_done.wait(_LOOK_SECONDS):
        if _has_ended(connection):
            gone()
            return


def _has_ended(connection: socket.socket) -> bool:
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        # Looked at and left there: it may be the next request.
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
