"""The driver's own connections: what is not committed is undone, what broke is replaced."""

import pytest
from sqlalchemy import bindparam, insert, select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.kept_query import KeptChange
from idp.signing.tables import SigningKeyRow

_key = SigningKeyRow.__table__
_ADD = KeptChange(insert(SigningKeyRow).values({column.name: bindparam(column.name) for column in _key.columns}))


def _a_key(kid: str, clock: FixedClock) -> dict[str, object]:
    now = clock.now()
    return {
        "kid": kid, "algorithm": "ES256", "state": "published", "public_jwk": {}, "created_at": now, "changed_at": now,
    }  # fmt: skip


def _kids(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(SigningKeyRow.kid)))


def test_each_statement_stands_alone(database: Database, clock: FixedClock) -> None:
    with database.statements() as statements:
        _ADD.make(statements, _a_key("a", clock))
        seen_by_others = _kids(database)

    assert seen_by_others == ["a"]


def test_what_was_begun_and_never_committed_is_undone(database: Database, clock: FixedClock) -> None:
    with database.statements() as statements:
        statements.run("BEGIN")
        _ADD.make(statements, _a_key("a", clock))

    with database.statements() as statements, statements.together():
        _ADD.make(statements, _a_key("b", clock))

    assert _kids(database) == ["b"]


def test_changes_last_together(database: Database, clock: FixedClock) -> None:
    with database.statements() as statements, statements.together():
        _ADD.make(statements, _a_key("a", clock))
        _ADD.make(statements, _a_key("b", clock))

    assert _kids(database) == ["a", "b"]


@pytest.mark.only_on("postgres")  # SQLite has no server to lose
def test_a_connection_that_the_server_closed_is_replaced(database: Database) -> None:
    def lose_it() -> None:
        with database.statements() as doomed, database.connection() as other:
            ((own,),) = doomed.fetch("SELECT pg_backend_pid()", ())
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (own,))
            doomed.fetch("SELECT 1", ())

    with pytest.raises(Unavailable):
        lose_it()

    with database.statements() as statements:
        assert statements.fetch("SELECT 1", ()) == [(1,)]
