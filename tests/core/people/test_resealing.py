"""A new key for national numbers: every number moves under it, and what nobody can read is said (E8)."""

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.secret import Secret
from core.people import eid
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber, NumberKeys, SealedNumber
from core.people.resealing import Resealed, reseal
from core.people.tables import EidLinkRow
from tests.support.cards import a_proven_card
from tests.support.offices import a_person

OLD, NEW = ("2025", Secret("o" * 40)), ("2026", Secret("n" * 40))
BEFORE, BETWEEN, AFTER = NumberKeys((OLD,)), NumberKeys((NEW, OLD)), NumberKeys((NEW,))


def numbers(count: int) -> list[NationalNumber]:
    firsts = [f"{850101000 + place:09d}" for place in range(count)]
    return [NationalNumber.parse(f"{first}{97 - int(first) % 97:02d}") for first in firsts]


def linked(database: Database, clock: FixedClock, keys: NumberKeys, count: int) -> dict[PersonId, NationalNumber]:
    found = {}
    with database.transaction() as session:
        for place, number in enumerate(numbers(count)):
            person_id = a_person(session, f"person.{place:04d}", now=clock.now())
            eid.link(session, person_id, a_proven_card(number, keys=keys), now=clock.now())
            found[person_id] = number
    return found


def test_every_number_lies_under_the_new_key_afterwards(database: Database, clock: FixedClock) -> None:
    people = linked(database, clock, BEFORE, 7)

    assert reseal(database, BETWEEN, batch=3) == Resealed(done=7)

    with database.reading() as session:
        for person_id, number in people.items():
            row = session.get_one(EidLinkRow, person_id)
            assert AFTER.open(SealedNumber(row.number_key, row.number_sealed, row.number_digest)) == number
            assert eid.holder_of(session, AFTER.digests(number)) == person_id
            assert row.document_digest is None


def test_a_second_time_nothing_is_left_to_do(database: Database, clock: FixedClock) -> None:
    linked(database, clock, BEFORE, 2)
    reseal(database, BETWEEN)

    assert reseal(database, BETWEEN) == Resealed()


def test_until_then_people_are_found_under_either_key(database: Database, clock: FixedClock) -> None:
    ((person_id, number),) = linked(database, clock, BEFORE, 1).items()

    with database.reading() as session:
        assert eid.holder_of(session, BETWEEN.digests(number)) == person_id


def test_numbers_whose_key_is_gone_stay_as_they_are_and_are_counted(database: Database, clock: FixedClock) -> None:
    people = linked(database, clock, BEFORE, 3)

    assert reseal(database, AFTER, batch=2) == Resealed(unreadable=3)

    with database.reading() as session:
        assert all(session.get_one(EidLinkRow, person_id).number_key == "2025" for person_id in people)
    assert reseal(database, BETWEEN) == Resealed(done=3)
