"""Which functions of the product run, in their order, and which statements the database is sent.

Two requests that leave the same trail take the same time, as far as the product decides it; unlike a
measurement, that does not depend on what else the machine does.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sqlalchemy import event

from core.infra.db import Database

_ROOT = str(Path(__file__).parents[2])
_PRODUCT = (f"{_ROOT}/core/", f"{_ROOT}/idp/")


@dataclass
class Trail:
    """What ran between two moments: functions as `path:name`, statements as they were sent."""

    calls: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


@contextmanager
def followed(database: Database) -> Iterator[Trail]:
    """Follow what this thread does until the block ends."""
    trail = Trail()

    def called(frame: FrameType, what: str, _argument: object) -> None:
        code = frame.f_code
        if what == "call" and code.co_filename.startswith(_PRODUCT):
            trail.calls.append(f"{code.co_filename.removeprefix(_ROOT)}:{code.co_qualname}")

    def sent(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        trail.statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", sent)
    earlier = sys.getprofile()
    sys.setprofile(called)
    try:
        yield trail
    finally:
        sys.setprofile(earlier)
        event.remove(database.engine, "before_cursor_execute", sent)
