"""Bringing a database to a version of the schema: all of it or nothing, and one process at a time."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from core.infra.db import Database

# Any number that nothing else in this database locks.
_LOCK = 4_100_100_106


class BrokenReference(RuntimeError):
    """A migration left rows whose foreign keys point at nothing; it is undone as a whole."""


def upgrade_to_head(database_url: str) -> None:
    """Bring the database to the newest version; does nothing when it is there already."""
    upgrade_to(database_url, "head")


def upgrade_to(database_url: str, revision: str) -> None:
    """Bring the database forward to one revision; an SQLite file is made when there is none."""
    path = make_url(database_url).database
    if database_url.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(database_url)) as database, _alone(database) as connection:
        found = configuration()
        found.attributes["connection"] = connection
        command.upgrade(found, revision)


def configuration() -> Config:
    """Return the settings of Alembic; there is no file for them."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("path_separator", "os")
    return found


def revisions() -> tuple[str, ...]:
    """Return the names of all versions, oldest first."""
    scripts = ScriptDirectory.from_config(configuration())
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def current_revision(connection: Connection) -> str | None:
    """Return the version that a database is at, or None when it has no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # A table that is made anew would take the rows that refer to it along; this cannot
            # be changed inside a transaction.
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
            if database.is_sqlite:
                _require_references(connection)


def _require_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        raise BrokenReference(", ".join(sorted({str(row[0]) for row in broken})))
