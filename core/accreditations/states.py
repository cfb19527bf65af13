"""How far the file of a register is that an operator sent."""

from enum import StrEnum


class UploadState(StrEnum):
    """DONE: read in, or judged where nothing was to change; REFUSED: it is not right; FAILED: we could not."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
