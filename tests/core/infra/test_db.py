"""The database object: what lasts, what is lost, and how its errors reach the caller."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, Index, String, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Database, Moment, explain
from core.infra.errors import Conflict, RuleError, Unavailable
from development.ports import free_port


class NameTaken(RuleError):
    code = "name-taken"


class AliasTaken(RuleError):
    code = "alias-taken"


class ExampleRow(Base):
    """A table of these tests alone."""

    __tablename__ = "example_of_tests"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    alias: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("uq_example_of_tests_alias", text("lower(alias)"), unique=True),)


# Kept out of the product's schema, which other tests compare with the migrations.
_EXAMPLES = ExampleRow.__table__
Base.metadata.remove(_EXAMPLES)  # type: ignore[arg-type]

explain("uq_example_of_tests_name", NameTaken)
explain("example_of_tests.name", NameTaken)
explain("uq_example_of_tests_alias", AliasTaken)


@pytest.fixture
def examples(database: Database) -> Database:
    with database.transaction() as session:
        _EXAMPLES.create(session.connection())  # type: ignore[attr-defined]
    return database


def an_example(number: int, name: str = "Anna", alias: str | None = None, at: datetime | None = None) -> ExampleRow:
    return ExampleRow(id=number, name=name, alias=alias or name, at=at)


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ExampleRow.name).order_by(ExampleRow.id)))


def test_a_transaction_lasts_when_its_block_ends(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1))

    assert names(examples) == ["Anna"]


def test_a_transaction_that_fails_leaves_nothing(examples: Database) -> None:
    def add_and_fail() -> None:
        with examples.transaction() as session:
            session.add(an_example(1))
            session.flush()
            raise NameTaken

    with pytest.raises(NameTaken):
        add_and_fail()

    assert names(examples) == []


def test_a_commit_that_fails_leaves_nothing_and_no_open_transaction(examples: Database) -> None:
    """A full disk, say: the connection goes back to the pool and must serve the next caller."""
    failures = [OSError("no space left")]

    def fail_once(_connection: Connection) -> None:
        if failures:
            raise failures.pop()

    event.listen(examples.engine, "commit", fail_once)
    with pytest.raises(OSError, match="no space left"), examples.transaction() as session:
        session.add(an_example(1))
    with examples.transaction() as session:
        session.add(an_example(2, "Bert"))

    assert names(examples) == ["Bert"]


def test_rows_can_be_read_after_their_transaction(examples: Database) -> None:
    with examples.transaction() as session:
        row = an_example(1)
        session.add(row)

    assert row.name == "Anna"


def test_what_is_changed_while_reading_is_lost(examples: Database) -> None:
    with examples.reading() as session:
        session.add(an_example(1))
        session.flush()

    assert names(examples) == []


def test_a_statement_on_a_connection_stands_alone(examples: Database) -> None:
    with examples.connection() as connection:
        connection.execute(_EXAMPLES.insert().values(id=1, name="Anna", alias="a"))  # type: ignore[attr-defined]
        seen_by_others = names(examples)

    assert seen_by_others == ["Anna"]


def test_the_three_ways_in_can_be_mixed_on_one_pool(examples: Database) -> None:
    for number in range(30):
        with examples.connection() as connection:
            assert connection.execute(select(func.count()).select_from(ExampleRow)).scalar_one() == number
        with examples.reading() as session:
            session.add(an_example(1_000, "lost"))
            session.flush()
        with examples.transaction() as session:
            session.add(an_example(number, f"name-{number}"))

    assert len(names(examples)) == 30


def test_a_violated_constraint_is_the_error_that_explains_it(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1, "Anna", "a"))

    with pytest.raises(NameTaken), examples.transaction() as session:
        session.add(an_example(2, "Anna", "b"))
    with pytest.raises(AliasTaken), examples.transaction() as session:
        session.add(an_example(3, "Bert", "A"))


def test_a_violation_that_nobody_explained_is_a_conflict(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1, "Anna"))

    with pytest.raises(Conflict), examples.transaction() as session:
        session.add(an_example(1, "Bert"))


def test_a_violation_on_a_bare_connection_is_explained_as_well(examples: Database) -> None:
    insert = _EXAMPLES.insert().values(id=1, name="Anna", alias="a")  # type: ignore[attr-defined]
    with examples.connection() as connection:
        connection.execute(insert)

    with pytest.raises(NameTaken), examples.connection() as connection:
        connection.execute(insert.values(id=2, alias="b"))


def test_values_stay_out_of_errors(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1, "Anna", "secret-alias"))

    with pytest.raises(AliasTaken) as caught, examples.transaction() as session:
        session.add(an_example(2, "Bert", "secret-alias"))

    assert "SQL parameters hidden" in str(caught.value.__cause__)
    assert "secret-alias" not in str(caught.value)


def test_moments_come_back_in_utc_whatever_zone_they_had(examples: Database) -> None:
    in_brussels = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))

    with examples.transaction() as session:
        session.add(an_example(1, at=in_brussels))

    with examples.reading() as session:
        found = session.scalars(select(ExampleRow.at)).one()
    assert found == in_brussels
    assert found is not None
    assert found.tzinfo is UTC


def test_moments_without_a_zone_are_refused(examples: Database) -> None:
    naive = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - what is to be refused

    with pytest.raises(Exception, match="time zone"), examples.transaction() as session:
        session.add(an_example(1, at=naive))


def test_moments_are_compared_in_the_database_as_instants(examples: Database) -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with examples.transaction() as session:
        session.add(an_example(1, "before", at=noon - timedelta(microseconds=1)))
        session.add(an_example(2, "after", at=noon + timedelta(microseconds=1)))
    in_brussels = noon.astimezone(timezone(timedelta(hours=2)))

    with examples.reading() as session:
        found = session.scalars(select(ExampleRow.name).where(ExampleRow.at < in_brussels)).all()

    assert found == ["before"]


def test_two_who_read_and_then_write_lose_no_update(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1, "0"))

    def count_up() -> None:
        for _ in range(25):
            with examples.transaction() as session:
                row = session.scalars(select(ExampleRow).with_for_update()).one()
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert names(examples) == ["100"]


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    away = Database(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")

    with pytest.raises(Unavailable):
        away.ping()
    with pytest.raises(Unavailable), away.transaction() as session:
        session.execute(text("SELECT 1"))


def test_a_wrong_statement_is_a_mistake_and_no_outage(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT no_such_column FROM no_such_table"))


def test_a_database_answers_a_ping(database: Database) -> None:
    database.ping()


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/new.sqlite3")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE example (id INTEGER)"))

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").iterdir()}

    database.close()
    assert modes == {0o600}


def test_a_file_keeps_its_references_and_is_read_while_it_is_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.sqlite3")
    with database.reading() as session:
        pragmas = [session.execute(text(f"PRAGMA {name}")).scalar() for name in ("foreign_keys", "journal_mode")]

    database.close()
    assert pragmas == [1, "wal"]


def test_a_locked_file_is_unavailable_rather_than_an_unknown_error(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.sqlite3")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE example (id INTEGER)"))
    other = sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with database.connection() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")  # stays with the one pooled connection
    with pytest.raises(Unavailable), database.connection() as connection:
        connection.exec_driver_sql("INSERT INTO example VALUES (1)")

    other.execute("ROLLBACK")
    other.close()
    database.close()


def test_a_snapshot_sees_one_moment_whatever_is_changed_meanwhile(examples: Database) -> None:
    with examples.transaction() as session:
        session.add(an_example(1))

    with examples.snapshot() as looking:
        first = looking.scalar(select(func.count()).select_from(ExampleRow))
        with examples.transaction() as session:
            session.add(an_example(2, "Bert"))
        again = looking.scalar(select(func.count()).select_from(ExampleRow))

    assert (first, again) == (1, 1)
    assert len(names(examples)) == 2
