"""Kept queries answer as SQLAlchemy's own path does, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select

from core.accreditations.tables import AccreditationRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.kept_query import KeptQuery
from core.people.details import change_details
from core.people.facts import PersonalDetails
from core.people.tables import PersonRow
from core.tools.tables import RoleRow
from tests.support.offices import a_person, a_tool, kinds
from tests.support.statements import counted

_person = PersonRow.__table__
_role = RoleRow.__table__
BY_ID = select(
    _person.c.id,
    _person.c.given_name,
    _person.c.nickname,
    _person.c.birthdate,
    _person.c.created_at,
    _person.c.phone_number_verified,
    _person.c.nickname.is_(None).label("is_nameless"),
).where(_person.c.id == bindparam("person_id"))


def test_a_row_is_what_the_ordinary_path_reads(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=datetime(2026, 7, 1, 9, 30, 15, 120_000, tzinfo=UTC))
        details = PersonalDetails(given_name='Ann "Anneke" \\ Élise\n', birthdate=date(1979, 4, 16))
        change_details(session, person_id, details, now=clock.now())

    with database.connection() as connection:
        ordinary = connection.execute(BY_ID, {"person_id": person_id}).mappings().one()
        (kept,) = KeptQuery(BY_ID).rows(connection, {"person_id": person_id})

    assert kept == dict(ordinary)
    assert kept["created_at"].tzinfo is UTC
    assert [type(value) for value in kept.values()] == [type(value) for value in ordinary.values()]


def test_json_comes_back_as_what_it_says(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
        tool_id = a_tool(session, now=clock.now())

        rows = KeptQuery(select(_role.c.entitlements).where(_role.c.tool_id == bindparam("tool_id"))).rows(
            session, {"tool_id": tool_id}
        )

    assert sorted(row["entitlements"] for row in rows) == [[], ["search"]]


def test_moment_in_any_zone_is_compared_as_the_same_instant(database: Database, clock: FixedClock) -> None:
    since = KeptQuery(
        select(_person.c.id).where(_person.c.created_at >= bindparam("since", type_=_person.c.created_at.type))
    )
    zone = timezone(timedelta(hours=5))
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())

        at_once = since.rows(session, {"since": clock.now().astimezone(zone)})
        later = since.rows(session, {"since": (clock.now() + timedelta(seconds=1)).astimezone(zone)})

    assert [row["id"] for row in at_once] == [person_id]
    assert later == []


def test_session_sees_its_own_changes(database: Database, clock: FixedClock) -> None:
    query = KeptQuery(BY_ID)
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())
        session.get_one(PersonRow, person_id).nickname = "Ann"

        assert query.rows(session, {"person_id": person_id})[0]["nickname"] == "Ann"


def test_missing_parameter_is_refused(database: Database) -> None:
    with database.connection() as connection, pytest.raises(ValueError, match="parameter"):
        KeptQuery(BY_ID).rows(connection, {})


def test_columns_need_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="name of its own"):
        KeptQuery(select(_person.c.id, AccreditationRow.__table__.c.id))


def test_it_is_one_statement(database: Database) -> None:
    with counted(database) as asked, database.statements() as statements:
        KeptQuery(BY_ID).rows(statements, {"person_id": "usr_unknown"})

    assert len(asked) == 1


def test_the_drivers_own_connection_gives_the_same_rows(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())

    with database.connection() as connection, database.statements() as statements:
        ordinary = KeptQuery(BY_ID).rows(connection, {"person_id": person_id})
        direct = KeptQuery(BY_ID).rows(statements, {"person_id": person_id})

    assert direct == ordinary
    assert len(direct) == 1
