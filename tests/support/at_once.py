"""Doing several things at the same moment, as two presses or two people do."""

import threading
from collections.abc import Callable

from core.infra.errors import ImmoError


def at_once(*deeds: Callable[[], object]) -> list[ImmoError]:
    """Do each in a thread of its own, all at once, and return what was refused."""
    start, refused = threading.Barrier(len(deeds)), list[ImmoError]()

    def go(deed: Callable[[], object]) -> None:
        start.wait()
        try:
            deed()
        except ImmoError as error:
            refused.append(error)

    threads = [threading.Thread(target=go, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
