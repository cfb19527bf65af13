"""What only the embedded store has: a file."""

import sqlite3
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind
from core.infra.store.sqlite_store import SqliteStore

LIFE = timedelta(minutes=1)


def test_the_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "deep" / "store.sqlite3")
    store.put(Kind.CODE, "k", b"v", LIFE)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").iterdir()}

    assert len(modes) == 3  # the file and its two side files
    assert set(modes.values()) == {0o600}


def test_entries_survive_the_process(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "store.sqlite3").put(Kind.CODE, "k", b"v", LIFE)

    assert SqliteStore(tmp_path / "store.sqlite3").get(Kind.CODE, "k") == b"v"


def test_purge_says_how_many_it_dropped(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    for key in ("a", "b"):
        store.put(Kind.CODE, key, b"", timedelta(milliseconds=20))
    store.put(Kind.CODE, "c", b"", LIFE)
    time.sleep(0.05)

    assert store.purge() == 2
    with sqlite3.connect(tmp_path / "store.sqlite3") as plain:
        assert plain.execute("SELECT key FROM entry").fetchall() == [("c",)]


def test_a_broken_file_is_an_unavailable_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"this is no database, " * 100)

    with pytest.raises(Unavailable):
        SqliteStore(path)


def test_a_lost_table_is_an_unavailable_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    with sqlite3.connect(tmp_path / "store.sqlite3") as plain:
        plain.execute("DROP TABLE entry")

    with pytest.raises(Unavailable):
        store.ping()
    with pytest.raises(Unavailable):
        store.add(Kind.CODE, "k", b"", LIFE)
    with pytest.raises(Unavailable), store.pipeline() as pipeline:
        pipeline.put(Kind.CODE, "k", b"", LIFE)


def test_a_counter_is_not_read_as_an_entry(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite3")
    store.hit(Kind.RATE, "k", LIFE)

    with pytest.raises(TypeError, match="counter"):
        store.get(Kind.RATE, "k")
