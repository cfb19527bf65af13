"""Processes that end without farewell between two steps of their database."""

import os
from collections.abc import Callable

from sqlalchemy import Engine, event

_KILLED = 9
_STEPS = ("begin", "before_cursor_execute", "after_cursor_execute", "commit", "checkin")


def in_a_process_that_dies_at(step: int, engine: Engine, act: Callable[[], object]) -> bool:
    """Do something in a process that ends without farewell at a step of its database; tell whether it did."""
    child = os.fork()
    if child == 0:
        left = step

        def count(*_details: object) -> None:
            nonlocal left
            if left == 0:
                os._exit(_KILLED)
            left -= 1

        try:
            # The connections are the parent's.
            engine.dispose(close=False)
            for name in _STEPS:
                event.listen(engine, name, count)
            act()
        except BaseException:  # noqa: BLE001 - the child must not run on into the other tests
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in (0, _KILLED)
    return ended == _KILLED
