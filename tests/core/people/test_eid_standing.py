"""How an account stands with its identity card."""

from datetime import date, timedelta

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people import eid_standing
from core.people.eid import HolderFacts
from core.people.eid_standing import EidStanding
from tests.support.cards import link_card
from tests.support.tools import a_person

FACTS = HolderFacts(given_name="Nora", family_name="Specimen", birthdate=date(1985, 6, 15))


def test_account_without_a_card_has_no_standing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())

        assert eid_standing.standing(session, anna) is None


def test_standing_says_since_when_and_what_is_locked(database: Database, clock: FixedClock) -> None:
    linked_at = clock.now()
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=linked_at)
        bert = a_person(session, "bert.janssens", now=linked_at)
        link_card(session, anna, facts=FACTS, valid_until=date(2030, 1, 31), now=linked_at)
    clock.advance(timedelta(days=3))
    with database.transaction() as session:
        link_card(session, anna, facts=FACTS, valid_until=date(2030, 1, 31), now=clock.now())

        assert eid_standing.standing(session, anna) == EidStanding(
            linked_at=linked_at,
            last_used_at=clock.now(),
            document_valid_until=date(2030, 1, 31),
            locked=frozenset({"given_name", "family_name", "birthdate"}),
        )
        assert eid_standing.standing(session, bert) is None
