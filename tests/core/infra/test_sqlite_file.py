"""How a SQLite file of ours comes to be."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from core.infra.sqlite_file import create_privately, write_ahead


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    create_privately(tmp_path / "new" / "file.sqlite3")

    assert stat.S_IMODE((tmp_path / "new" / "file.sqlite3").stat().st_mode) == 0o600


def test_an_existing_file_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"held")

    create_privately(tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"held"


def _locked(path: Path) -> sqlite3.Connection:
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE held (a)")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def test_write_ahead_mode_waits_for_the_process_that_has_the_file(tmp_path: Path) -> None:
    holder = _locked(tmp_path / "file")
    asking = sqlite3.connect(tmp_path / "file", timeout=0)
    release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
    release.start()

    write_ahead(asking, patience_seconds=20)

    release.join()
    assert asking.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_write_ahead_mode_says_when_its_patience_ends(tmp_path: Path) -> None:
    holder = _locked(tmp_path / "file")
    asking = sqlite3.connect(tmp_path / "file", timeout=0)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(asking, patience_seconds=0.1)

    holder.close()


def test_a_file_that_is_no_database_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no database at all" * 100)

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        write_ahead(sqlite3.connect(tmp_path / "file"), patience_seconds=60)
