"""Running several programs as one: started together, watched, stopped together."""

import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 60
_STOP_SECONDS = 10
_KILL_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.1
_MAX_RESTARTS = 3
_RESTART_WINDOW_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its command, and the address that answers once it is ready, if it has one."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    health_url: str | None


class ProgramFailed(RuntimeError):
    """A program ended or did not become ready; the message carries what it last wrote."""


class Supervisor:
    """Keeps programs running until it is told to stop; their output goes to files in `logs`."""

    def __init__(self, programs: Sequence[Program], *, folder: Path, logs: Path) -> None:
        self._programs = {program.name: program for program in programs}
        self._folder = folder
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, list[float]] = {}

    def start(self) -> None:
        """Start all programs and return when all are ready; raise `ProgramFailed` if one is not."""
        self._logs.mkdir(parents=True, exist_ok=True)
        for name in self._programs:
            (self._logs / f"{name}.log").unlink(missing_ok=True)
            self.start_one(name)
        for name in self._programs:
            self.wait_until_ready(name)

    def start_one(self, name: str) -> None:
        """Start one program that is not running."""
        program = self._programs[name]
        with self._log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own commands
                [*dies_with_us(), *program.command],
                env=dict(program.environment),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches us alone, so that we can stop them in order.
                start_new_session=True,
            )

    def wait_until_ready(self, name: str) -> None:
        """Return when a program answers; raise `ProgramFailed` when it ends or takes too long."""
        url = self._programs[name].health_url
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self._processes[name].poll() is not None:
                raise ProgramFailed(f"{name} ended while starting:\n{self.last_words(name)}")
            if url is None or _is_healthy(url):
                return
            time.sleep(_LOOK_EVERY_SECONDS)
        raise ProgramFailed(f"{name} does not answer at {url}:\n{self.last_words(name)}")

    def watch(self, stop: threading.Event, say: Callable[[str], None]) -> None:
        """Start again what ends by itself, until `stop` is set.

        Raises `ProgramFailed` when a program ends again and again.
        """
        while not stop.wait(_LOOK_EVERY_SECONDS):
            for name, process in list(self._processes.items()):
                status = process.poll()
                if status is None:
                    continue
                self._count_restart(name)
                # What it left running would go on answering at its port, and outlive us.
                _kill_group(process)
                self.start_one(name)
                say(f"{name} ended (status {status}) and was started again")

    def kill(self, name: str) -> None:
        """End one program at once, as a crash would, together with its own processes."""
        process = self._processes.pop(name)
        _kill_group(process)

    def stop(self) -> None:
        """Stop all programs, the last one started first, and wait until they are gone."""
        processes = [self._processes.pop(name) for name in reversed(list(self._processes))]
        for process in processes:
            process.terminate()
        end = time.monotonic() + _STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)

    def last_words(self, name: str) -> str:
        """Return the end of what a program has written."""
        log = self._log(name)
        lines = log.read_text("utf-8", errors="replace").splitlines() if log.exists() else []
        return "\n".join(lines[-20:])

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _count_restart(self, name: str) -> None:
        now = time.monotonic()
        recent = [moment for moment in self._restarts.get(name, []) if now - moment < _RESTART_WINDOW_SECONDS]
        if len(recent) >= _MAX_RESTARTS:
            raise ProgramFailed(f"{name} ends again and again:\n{self.last_words(name)}")
        self._restarts[name] = [*recent, now]


def dies_with_us(stop_signal: signal.Signals = signal.SIGTERM) -> list[str]:
    """Return what is put before a command so that it ends when we are killed.

    Linux alone can promise that, and means the thread that started the command.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG")] if setpriv else []


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a program with its own processes, and wait until their ports are free again."""
    end = time.monotonic() + _KILL_SECONDS
    try:
        # The process leads its own group: see `start_new_session`.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # Nobody tells us when the others are gone; the dead whom nobody collects would stay for ever.
        while time.monotonic() < end:
            os.killpg(process.pid, 0)
            time.sleep(0.01)
    except ProcessLookupError:
        process.wait()
