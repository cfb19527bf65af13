"""The schema that migrations make is the one that the models describe, on both databases."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.infra.db import Database
from development import snapshot as snapshots
from migrations.schema import schema
from migrations.upgrade import current_revision, revisions, upgrade_to, upgrade_to_head
from tests.support.databases import DatabaseServer
from tests.support.schema import shape

_AUDIT_ROW = "INSERT INTO audit (id, at, action, details) VALUES ('evt_1', '2026-11-02 09:00', 'opened', '{}')"


@pytest.fixture
def empty_url(database_server: DatabaseServer) -> Iterator[str]:
    url = database_server.create(None)
    yield url
    database_server.drop(url)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_models_and_migrations_describe_one_schema(empty_url: str, database: Database) -> None:
    with closing(Database(empty_url)) as modelled:
        schema().create_all(modelled.engine)
        with modelled.engine.connect() as connection:
            expected = shape(connection)

    with database.engine.connect() as connection:
        assert shape(connection) == expected


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    upgrade_to_head(empty_url)
    with closing(Database(empty_url)) as database:
        with database.transaction() as session:
            session.execute(text(_AUDIT_ROW))

        upgrade_to_head(empty_url)

        with database.engine.connect() as connection:
            assert current_revision(connection) == revisions()[-1]
            assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 1


def test_each_version_can_be_reached_by_itself(empty_url: str) -> None:
    for revision in revisions():
        upgrade_to(empty_url, revision)

        with closing(Database(empty_url)) as database, database.engine.connect() as connection:
            assert current_revision(connection) == revision


# What a later version takes away on purpose: the demo world's cards, which named nobody.
_TAKEN_AWAY = {"eid_link"}


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
@pytest.mark.parametrize("snapshot", sorted(snapshots.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_later_versions_keep_the_rows_of_an_earlier_one(empty_url: str, snapshot: Path) -> None:
    rows = json.loads(snapshot.read_text("utf-8"))
    upgrade_to(empty_url, snapshot.stem)
    with closing(Database(empty_url)) as database:
        with database.engine.begin() as connection:
            snapshots.restore(connection, rows)

        upgrade_to_head(empty_url)

        with database.engine.connect() as connection:
            kept = {
                table: len(found)
                for table, found in snapshots.dump(connection).items()
                if table in rows.keys() - _TAKEN_AWAY
            }
    assert kept == {table: len(found) for table, found in rows.items() if table in kept}
    assert sum(kept.values()) > 0


def test_there_are_rows_of_the_first_version() -> None:
    assert (snapshots.FOLDER / f"{revisions()[0]}.json").exists()


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'forged'", "DELETE FROM audit"])
def test_the_audit_trail_refuses_changes(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(text(_AUDIT_ROW))

    with pytest.raises((DatabaseError, IntegrityError), match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_version_names_count_upwards() -> None:
    assert list(revisions()) == [f"{number:04}" for number in range(1, len(revisions()) + 1)]
