"""What every SQLite file of ours has in common: who may read it, and how it writes."""

import os
import sqlite3
import time
from pathlib import Path

# SQLite does not wait for a lock here, whatever the connection's timeout: so we do.
_PAUSE_SECONDS = 0.01


def create_privately(path: Path) -> None:
    """Create the file for its owner alone, if it is missing; SQLite gives its side files the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))


def write_ahead(connection: sqlite3.Connection, *, patience_seconds: float) -> None:
    """Put the file in write-ahead mode, in which readers never wait for a writer.

    Several processes may do so at once with a new file. Raises `sqlite3.OperationalError` when the file
    stays locked for longer than the patience.
    """
    end = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The lowest byte is the primary code; the rest says which kind of busy.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            break
    connection.execute("PRAGMA synchronous = NORMAL")
