"""The audit trail: written with the deed, and never changed by anybody afterwards."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.infra import audit
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict
from migrations.upgrade import upgrade_to_head
from tests.support.databases import DatabaseServer

ANYTHING_BUT_ADDING = {
    "update": "UPDATE audit SET action = 'forged'",
    "update of one row": "UPDATE audit SET actor_id = 'usr_2' WHERE id = (SELECT min(id) FROM audit)",
    "delete": "DELETE FROM audit",
}
ON_POSTGRES = {
    "truncate": "TRUNCATE audit",
    "upsert": "INSERT INTO audit (id, at, action, details) SELECT id, at, 'forged', details FROM audit"
    " ON CONFLICT (id) DO UPDATE SET action = excluded.action",
}
ON_SQLITE = {
    "replace": "INSERT OR REPLACE INTO audit (id, at, action, details) SELECT id, at, 'forged', details FROM audit",
    "replace by row number": "INSERT OR REPLACE INTO audit (rowid, id, at, action, details)"
    " SELECT rowid, 'evt_forged', at, 'forged', details FROM audit",
    "upsert": "INSERT INTO audit (id, at, action, details) SELECT id, at, 'forged', details FROM audit WHERE true"
    " ON CONFLICT (id) DO UPDATE SET action = excluded.action",
}


def recorded(database: Database, clock: FixedClock) -> str:
    with database.transaction() as session:
        return audit.record(
            session,
            action="membership-confirmed",
            actor_id="usr_manager",
            subject_id="usr_employee",
            organisation_id="org_1",
            details={"function": "agent", "manager": False, "since": None, "count": 2},
            now=clock.now(),
        )


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditRow.action)))


def test_a_deed_is_kept_with_who_what_whom_and_when(database: Database, clock: FixedClock) -> None:
    written = recorded(database, clock)

    with database.reading() as session:
        row = session.scalars(select(AuditRow)).one()
    assert (row.id, row.at, row.action) == (written, clock.now(), "membership-confirmed")
    assert (row.actor_id, row.subject_id, row.organisation_id) == ("usr_manager", "usr_employee", "org_1")
    assert row.details == {"function": "agent", "manager": False, "since": None, "count": 2}


def test_a_deed_that_did_not_happen_is_not_recorded(database: Database, clock: FixedClock) -> None:
    def fail_after_recording() -> None:
        with database.transaction() as session:
            audit.record(session, action="deed", actor_id=None, subject_id=None, now=clock.now())
            session.flush()
            raise RuntimeError("the deed failed")

    with pytest.raises(RuntimeError):
        fail_after_recording()

    assert actions(database) == []


def refused(database: Database, statement: str) -> bool:
    try:
        with database.transaction() as session:
            session.execute(text(statement))
    except (Conflict, DBAPIError):
        return True
    return False


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield a migrated database of each kind: the triggers are written once for each."""
    name = "sqlite_files" if request.param == "sqlite" else "postgres_databases"
    server: DatabaseServer = request.getfixturevalue(name)
    url = server.create(None)
    upgrade_to_head(url)
    database = Database(url)
    yield database
    database.close()
    server.drop(url)


def test_rows_are_only_ever_added(migrated: Database, clock: FixedClock) -> None:
    recorded(migrated, clock)
    clock.advance(timedelta(minutes=1))
    recorded(migrated, clock)
    attempts = ANYTHING_BUT_ADDING | (ON_SQLITE if migrated.is_sqlite else ON_POSTGRES)

    accepted = [name for name, statement in attempts.items() if not refused(migrated, statement)]

    assert accepted == []
    assert actions(migrated) == ["membership-confirmed", "membership-confirmed"]
    recorded(migrated, clock)
    assert len(actions(migrated)) == 3
