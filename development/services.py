"""PostgreSQL and Redis for tests: real servers on free ports with their files in temporary folders.

Settings trade durability for speed, so nothing that matters may lie in them.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psycopg

from development.ports import LOOPBACK, free_port, wait_until_answers
from development.programs import POSTGRES, REDIS, require
from development.supervisor import dies_with_us

_START_SECONDS = 30
_STOP_SECONDS = 15
_POSTGRES_OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "autovacuum=off",
    "log_min_messages=fatal",
    f"listen_addresses={LOOPBACK}",
)


class StartFailed(RuntimeError):
    """A server did not come up; the message carries what it last wrote."""


@contextmanager
def postgres() -> Iterator[str]:
    """Run an empty PostgreSQL server and yield the URL of its database `postgres`."""
    program = Path(require(POSTGRES))
    account = _unprivileged_account()
    port = free_port()
    with _folder("immo-postgres-", account) as folder:
        data = folder / "data"
        _initialise(program.parent / "initdb", data, account)
        options = [*_POSTGRES_OPTIONS, f"port={port}", f"unix_socket_directories={folder}"]
        command = [str(program), "-D", str(data)]
        for option in options:
            command += ["-c", option]
        # SIGINT is the fast shutdown: open connections are closed instead of waited for.
        with _server(command, port, folder / "log", account, stop_signal=signal.SIGINT):
            url = f"postgresql://immo@{LOOPBACK}:{port}/postgres"
            _wait_until_ready(url)
            yield url


@contextmanager
def redis() -> Iterator[str]:
    """Run an empty Redis server that keeps nothing on disk and yield its URL."""
    program = require(REDIS)
    port = free_port()
    with _folder("immo-redis-", None) as folder:
        command = [program, "--bind", LOOPBACK, "--port", str(port), "--save", "", "--appendonly", "no"]
        command += ["--dir", str(folder), "--databases", "64"]
        with _server(command, port, folder / "log", None, stop_signal=signal.SIGTERM):
            yield f"redis://{LOOPBACK}:{port}/0"


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account that PostgreSQL runs as when we are root, which it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StartFailed("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")


@contextmanager
def _folder(prefix: str, account: pwd.struct_passwd | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(initdb: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    command = [str(initdb), "-D", str(data), "-U", "immo", "-A", "trust", "-E", "UTF8", "--no-sync"]
    # The C locale orders by code point on every machine, as SQLite does.
    command += ["--locale=C", "--no-instructions"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, capture_output=True, text=True, check=False, cwd=data.parent, **_run_as(account)
    )
    if done.returncode != 0:
        raise StartFailed(f"initdb failed: {done.stderr.strip()}")


@contextmanager
def _server(
    command: Sequence[str],
    port: int,
    log: Path,
    account: pwd.struct_passwd | None,
    *,
    stop_signal: signal.Signals,
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            [*dies_with_us(stop_signal), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            **_run_as(account),
        )
    try:
        if not wait_until_answers(port, seconds=_START_SECONDS) or process.poll() is not None:
            raise StartFailed(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
        yield
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(url: str) -> None:
    # PostgreSQL accepts connections before it lets anybody in; on a busy machine that takes a while.
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise StartFailed(f"PostgreSQL did not become ready: {error}") from error
            time.sleep(0.05)
        else:
            return


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _run_as(account: pwd.struct_passwd | None) -> _Identity:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
