"""A server under measurement: one granian worker, its processor time and its memory."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from development.ports import LOOPBACK, free_port, wait_until_answers

_START_SECONDS = 60
_NANOSECONDS_IN_MICROSECOND = 1_000


class Server:
    """A running server and what the kernel says of its processes."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.port = port
        self._process = process

    def cpu_microseconds(self) -> float:
        """Return the processor time that all threads of all its processes have had so far."""
        total = 0
        for pid in self._processes():
            for task in Path(f"/proc/{pid}/task").iterdir():
                try:
                    total += int((task / "schedstat").read_text().split()[0])
                except FileNotFoundError:
                    continue  # a thread that ended meanwhile
        return total / _NANOSECONDS_IN_MICROSECOND

    def memory_bytes(self) -> int:
        """Return the resident memory of the worker: the largest of its processes."""
        page = os.sysconf("SC_PAGE_SIZE")
        return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in self._processes())

    def _processes(self) -> list[int]:
        found, waiting = [], [self._process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            waiting += [int(child) for child in children]
        return found


@contextmanager
def serve(
    target: str, *, environment: Mapping[str, str], port: int | None = None, threads: int = 1
) -> Iterator[Server]:
    """Run a WSGI application (`module:name`) in one worker, with one thread for its code unless it needs more."""
    chosen = port or free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(chosen)),
        *("--workers", "1", "--blocking-threads", str(threads), "--log-level", "warning", "--no-access-log", target),
    ]
    process = subprocess.Popen(  # noqa: S603 - a fixed command
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not wait_until_answers(chosen, seconds=_START_SECONDS):
            raise RuntimeError(f"{target} did not start")
        yield Server(process, chosen)
    finally:
        process.terminate()
        process.wait(timeout=15)
