from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.accreditations.errors import InvalidNumber, NumberTaken, UnknownKind
from core.accreditations.holders import Entry, Kind, canonical_kinds, change_status, define_kind, enter
from core.accreditations.queries import accreditations_of, held_by, kinds
from core.accreditations.rules import AccreditationStatus
from core.accreditations.tables import AccreditationRow
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.localised import Localised
from tests.support import offices
from tests.support.offices import a_person, an_accreditation


def entry(kind: str = "be.biv", number: str = "500001", list_: str = "tableau", column: str | None = None) -> Entry:
    return Entry(kind, number, list_, column, AccreditationStatus.ACTIVE, "test")


def test_kinds_are_named_without_their_aliases(database: Database) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        define_kind(session, Kind("be.biv", Localised("BIV", "IPI", "BIV/IPI"), "BIV", "[0-9]{6}"))

    with database.connection() as connection:
        found = kinds(connection)
    assert list(found) == ["be.biv", "be.surveyor"]
    assert found["be.biv"] == Localised("BIV", "IPI", "BIV/IPI")


def test_alias_is_another_word_for_its_kind(database: Database, clock: FixedClock) -> None:
    """Nothing may branch on `be.ipav` (R1): what is entered under it is a BIV accreditation."""
    with database.transaction() as session:
        offices.kinds(session)
        assert canonical_kinds(session, ("be.ipav", "be.biv", "be.surveyor")) == ("be.biv", "be.surveyor")
        person = a_person(session, "anna.peeters", now=clock.now())

        enter(session, person, entry(kind="be.ipav"), by=None, now=clock.now())

        assert [held.kind for held in held_by(session, person)] == ["be.biv"]


def test_unknown_kind_and_odd_number_are_refused(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        person = a_person(session, "anna.peeters", now=clock.now())
        with pytest.raises(UnknownKind):
            enter(session, person, entry(kind="be.plumber"), by=None, now=clock.now())
        for number in ("50000", "5000011", "50000a", "500001\n"):
            with pytest.raises(InvalidNumber):
                enter(session, person, entry(number=number), by=None, now=clock.now())
        assert accreditations_of(session, person) == ()


@pytest.mark.parametrize("column", [None, "syndic"])
def test_a_number_on_a_list_is_one_persons(database: Database, clock: FixedClock, column: str | None) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        anna = a_person(session, "anna.peeters", now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        enter(session, anna, entry(column=column), by=None, now=clock.now())

    with pytest.raises(NumberTaken), database.transaction() as session:
        enter(session, bram, entry(column=column), by=None, now=clock.now())


def test_one_person_may_stand_in_both_columns(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        anna = a_person(session, "anna.peeters", now=clock.now())
        enter(session, anna, entry(column="intermediary"), by=None, now=clock.now())
        enter(session, anna, entry(column="syndic"), by=None, now=clock.now())

        assert len(held_by(session, anna)) == 2


def test_change_is_recorded_with_what_the_register_says(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        anna = a_person(session, "anna.peeters", now=clock.now())
        accreditation = an_accreditation(session, anna, "500001", now=clock.now())
        clock.advance(timedelta(days=1))

        holder = change_status(
            session,
            accreditation,
            status=AccreditationStatus.LAPSED,
            valid_until=date(2026, 11, 2),
            by=None,
            now=clock.now(),
        )

    assert holder == anna
    with database.reading() as session:
        (mine,) = accreditations_of(session, anna)
        assert (mine.status, mine.valid_until) == (AccreditationStatus.LAPSED, date(2026, 11, 2))
        assert mine.checked_at == clock.now()
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "accreditation-changed")).one()
        assert deed.details == {"accreditation": accreditation, "status": "lapsed"}


def test_grace_begins_at_the_last_answer_of_the_register(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        offices.kinds(session)
        anna = a_person(session, "anna.peeters", now=clock.now())
        accreditation = an_accreditation(session, anna, "500001", now=clock.now())
        answered = clock.now()
        clock.advance(timedelta(days=3))

        change_status(
            session, accreditation, status=AccreditationStatus.GRACE, valid_until=None, by=None, now=clock.now()
        )

        assert session.get_one(AccreditationRow, accreditation).checked_at == answered


def test_unknown_accreditation_is_not_found(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session, pytest.raises(NotFound):
        change_status(
            session, "acr_unknown", status=AccreditationStatus.LAPSED, valid_until=None, by=None, now=clock.now()
        )
