"""The searches that somebody ordered, kept before they are paid, so that none is paid twice.

They lie in the file of the sessions, with who ordered them and for which organisation.
"""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from examples.cadastrefinder.sessions import opened

SCHEMA = """
CREATE TABLE IF NOT EXISTS search (
    name TEXT PRIMARY KEY, sub TEXT NOT NULL, org_id TEXT NOT NULL, query TEXT NOT NULL, ordered_at REAL NOT NULL,
    charge_id TEXT);
"""


@dataclass(frozen=True, slots=True)
class Order:
    """A search that is ordered under a name of its own; `charge_id` names its payment, None before it."""

    name: str
    sub: str
    org_id: str
    query: str
    charge_id: str | None = None


class Orders:
    """Keeps orders in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def place(self, order: Order) -> Order | None:
        """Keep an order and return it as it is kept; None where its name is that of another one."""
        with opened(self._path, SCHEMA) as file:
            file.execute(
                "INSERT OR IGNORE INTO search (name, sub, org_id, query, ordered_at) VALUES (?, ?, ?, ?, ?)",
                (order.name, order.sub, order.org_id, order.query, time.time()),
            )
            kept = _find(file, order.name, order.sub, order.org_id)
        return kept if kept is not None and kept.query == order.query else None

    def paid(self, name: str, charge_id: str) -> None:
        """Remember that an order is paid."""
        with opened(self._path, SCHEMA) as file:
            file.execute("UPDATE search SET charge_id = ? WHERE name = ?", (charge_id, name))

    def find(self, name: str, *, sub: str, org_id: str) -> Order | None:
        """Return an order to who placed it, under the organisation that paid; None for everybody else."""
        with opened(self._path, SCHEMA) as file:
            return _find(file, name, sub, org_id)


def _find(file: sqlite3.Connection, name: str, sub: str, org_id: str) -> Order | None:
    row = file.execute(
        "SELECT name, sub, org_id, query, charge_id FROM search WHERE name = ? AND sub = ? AND org_id = ?",
        (name, sub, org_id),
    ).fetchone()
    return None if row is None else Order(*row)
