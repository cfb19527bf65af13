"""Changes of the hot paths, on the database this run tests."""

from datetime import datetime
from typing import cast

import pytest
from sqlalchemy import Table, bindparam, delete, insert, select, update

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict
from core.infra.kept_query import KeptChange, KeptPair
from idp.signing.tables import SigningKeyRow
from tests.support.statements import counted

_COLUMNS = ("kid", "algorithm", "state", "public_jwk", "created_at", "changed_at")
_ADD = KeptChange(insert(SigningKeyRow).values({name: bindparam(name) for name in _COLUMNS}))
_MOVE = KeptChange(update(SigningKeyRow).where(SigningKeyRow.kid == bindparam("which")).values(state=bindparam("to")))
_DROP = KeptChange(delete(SigningKeyRow).where(SigningKeyRow.algorithm == bindparam("which")))
_CHANGED = KeptPair(
    update(SigningKeyRow)
    .where(SigningKeyRow.kid == bindparam("which"), SigningKeyRow.state == bindparam("before"))
    .values(state=bindparam("to"), changed_at=bindparam("changed_at")),
    cast("Table", SigningKeyRow.__table__),
    {name: name for name in _COLUMNS},
)
_RETIRE = {"before": "published", "to": "retired"}


def _key(kid: str, now: datetime) -> dict[str, object]:
    return {
        "kid": kid,
        "algorithm": "ES256",
        "state": "published",
        "public_jwk": {"kty": "EC", "x": "é"},
        "created_at": now,
        "changed_at": now,
    }


def _stored(database: Database) -> list[SigningKeyRow]:
    with database.reading() as session:
        return list(session.scalars(select(SigningKeyRow).order_by(SigningKeyRow.kid)))


def test_what_is_written_is_what_the_ordinary_path_reads(database: Database, clock: FixedClock) -> None:
    with database.statements() as connection, connection.together():
        assert _ADD.make(connection, _key("a", clock.now())) == 1

    (row,) = _stored(database)
    assert (row.kid, row.state, row.public_jwk, row.created_at) == (
        "a", "published", {"kty": "EC", "x": "é"}, clock.now(),
    )  # fmt: skip


def test_it_tells_how_many_rows_it_concerned(database: Database, clock: FixedClock) -> None:
    with database.statements() as connection, connection.together():
        _ADD.make(connection, _key("a", clock.now()))
        _ADD.make(connection, _key("b", clock.now()))
        assert _MOVE.make(connection, {"which": "a", "to": "active"}) == 1
        assert _MOVE.make(connection, {"which": "c", "to": "active"}) == 0
        assert _DROP.make(connection, {"which": "ES256"}) == 2

    assert _stored(database) == []


def test_a_block_that_fails_changes_nothing(database: Database, clock: FixedClock) -> None:
    def add_twice() -> None:
        with database.statements() as connection, connection.together():
            _ADD.make(connection, _key("a", clock.now()))
            _ADD.make(connection, _key("a", clock.now()))

    with pytest.raises(Conflict):
        add_twice()

    assert _stored(database) == []


def test_a_session_may_make_it_too(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        _ADD.make(session, _key("a", clock.now()))
        assert session.get(SigningKeyRow, "a") is not None


def test_a_parameter_that_is_missing_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="parameter"), database.statements() as connection:
        _MOVE.make(connection, {"which": "a"})


def _states(database: Database) -> dict[str, str]:
    return {row.kid: row.state for row in _stored(database)}


def test_a_row_is_added_where_its_change_concerned_one(database: Database, clock: FixedClock) -> None:
    with database.statements() as connection:
        _ADD.make(connection, _key("a", clock.now()))
        first = _CHANGED.make(connection, {**_RETIRE, "which": "a", **_key("b", clock.now())})
        again = _CHANGED.make(connection, {**_RETIRE, "which": "a", **_key("c", clock.now())})

    assert (first, again) == (True, False)
    assert _states(database) == {"a": "retired", "b": "published"}


def test_a_row_that_cannot_be_added_undoes_its_change(database: Database, clock: FixedClock) -> None:
    def change() -> None:
        with database.statements() as connection:
            _CHANGED.make(connection, {**_RETIRE, "which": "a", **_key("b", clock.now())})

    with database.statements() as connection:
        _ADD.make(connection, _key("a", clock.now()))
        _ADD.make(connection, _key("b", clock.now()))

    with pytest.raises(Conflict):
        change()

    assert _states(database) == {"a": "published", "b": "published"}


def test_a_pair_in_a_session_lasts_with_the_session(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        _ADD.make(session, _key("a", clock.now()))
        assert _CHANGED.make(session, {**_RETIRE, "which": "a", **_key("b", clock.now())})

    with database.reading() as session:
        _CHANGED.make(session, {**_RETIRE, "which": "b", **_key("c", clock.now())})

    assert _states(database) == {"a": "retired", "b": "published"}


@pytest.mark.only_on("postgres")  # SQLite has no statement that changes two tables
def test_a_pair_is_one_statement(database: Database, clock: FixedClock) -> None:
    with counted(database) as asked, database.statements() as connection:
        _CHANGED.make(connection, {**_RETIRE, "which": "a", **_key("b", clock.now())})

    assert len(asked) == 1
