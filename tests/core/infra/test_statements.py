"""The driver's own connections: what is not committed is undone, what broke is replaced."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict, Unavailable
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
            (own,) = doomed.packed("SELECT pg_backend_pid()")
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (int(own),))
            doomed.packed("SELECT 1")

    with pytest.raises(Unavailable):
        lose_it()

    with database.statements() as statements:
        assert statements.packed("SELECT 1") == [b"1"]


@pytest.mark.only_on("postgres")
def test_text_with_a_zero_byte_is_refused_and_not_cut(database: Database) -> None:
    with pytest.raises(DBAPIError), database.statements() as statements:
        statements.packed("SELECT $1::text", ("a\0b",))

    with database.statements() as statements:
        assert statements.packed("SELECT $1::text", ("aéb",)) == ["aéb".encode()]


@pytest.mark.only_on("postgres")
def test_a_wrong_statement_leaves_its_connection_usable(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.statements() as statements:
        statements.packed("SELECT nothing FROM nowhere")

    with database.statements() as again:
        assert again is statements
        assert again.packed("SELECT 1") == [b"1"]


def test_one_connection_serves_one_block_at_a_time(database: Database) -> None:
    with database.statements() as outer, database.statements() as inner:
        assert inner is not outer

    with database.statements() as next_one:
        assert next_one is outer


def test_closed_connections_are_not_used_again(database: Database) -> None:
    with database.statements() as before:
        database.close()

    with database.statements() as after:
        assert after is not before
        assert len(after.packed("SELECT 1")) == 1


def test_queries_that_are_asked_together_are_answered_in_their_order(database: Database) -> None:
    with database.statements() as statements:
        found = statements.packed_together([("SELECT '1'", ()), ("SELECT '2' UNION ALL SELECT '3'", ())])
        alone = statements.packed("SELECT '4'")

    assert [[_text(value) for value in values] for values in (*found, alone)] == [["1"], ["2", "3"], ["4"]]


def test_a_query_that_fails_among_others_leaves_the_connection_usable(database: Database) -> None:
    failing = "SELECT abs(-9223372036854775807 - 1)"
    with pytest.raises(DBAPIError), database.statements() as statements:
        statements.packed_together([("SELECT '1'", ()), (failing, ()), ("SELECT '2'", ())])

    with database.statements() as statements:
        assert [_text(value) for value in statements.packed("SELECT '3'")] == ["3"]


@pytest.mark.only_on("postgres")
def test_queries_together_on_a_connection_that_the_server_closed_are_refused(database: Database) -> None:
    def lose_it() -> None:
        with database.statements() as doomed, database.connection() as other:
            # Prepared before: then the loss shows in the middle of the exchange.
            doomed.packed_together([("SELECT '1'", ()), ("SELECT '2'", ())])
            (own,) = doomed.packed("SELECT pg_backend_pid()")
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (int(own),))
            doomed.packed_together([("SELECT '1'", ()), ("SELECT '2'", ())])

    with pytest.raises(Unavailable):
        lose_it()

    with database.statements() as statements:
        assert [list(found) for found in statements.packed_together([("SELECT '1'", ())])] == [[b"1"]]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_statement_that_was_begun_is_done_when_its_end_was_waited_for(database: Database, clock: FixedClock) -> None:
    with database.statements() as statements:
        finish = _ADD.begin(statements, _a_key("a", clock))
        assert finish() == 1
        _ADD.make(statements, _a_key("b", clock))

    assert _kids(database) == ["a", "b"]


def test_a_statement_that_was_begun_fails_as_others_do(database: Database, clock: FixedClock) -> None:
    def again() -> None:
        with database.statements() as statements:
            _ADD.begin(statements, _a_key("a", clock))()

    again()
    with pytest.raises(Conflict):
        again()


def test_what_fails_beside_a_statement_leaves_its_connection_usable(database: Database, clock: FixedClock) -> None:
    def fail() -> None:
        with database.statements() as statements:
            _ADD.begin(statements, _a_key("a", clock))
            raise RuntimeError("the caller failed meanwhile")

    with pytest.raises(RuntimeError):
        fail()

    with database.statements() as statements:
        _ADD.make(statements, _a_key("b", clock))
    assert _kids(database) == ["a", "b"]


@pytest.mark.only_on("postgres")
def test_a_statement_that_was_begun_and_lost_its_server_is_told_as_such(database: Database) -> None:
    def lose_it() -> None:
        with database.statements() as doomed, database.connection() as other:
            (own,) = doomed.packed("SELECT pg_backend_pid()")
            finish = doomed.begin("SELECT pg_sleep(10)")
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (int(own),))
            finish()

    with pytest.raises(Unavailable):
        lose_it()

    with database.statements() as statements:
        assert statements.packed("SELECT 1") == [b"1"]
