"""A user name is proposed from the person's name, is allowed, and is free (A1, A21)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.profiles import NewPerson, create
from core.people.rules import require_username, username_key
from core.people.usernames import free_username, is_taken, proposal, similar

NAMES = st.text(max_size=80)


def register(database: Database, clock: FixedClock, *usernames: str) -> None:
    """Give these user names to somebody."""
    with database.transaction() as session:
        for number, username in enumerate(usernames):
            person = NewPerson(username, f"{number}@people.example", "Somebody", "Else", "nl")
            create(session, person, now=clock.now())


def free(database: Database, given_name: str, family_name: str, instead_of: str | None = None) -> str | None:
    """Return the free proposal for a name."""
    with database.reading() as session:
        return free_username(session, given_name, family_name, instead_of=instead_of)


@pytest.mark.parametrize(
    ("given_name", "family_name", "proposed"),
    [
        ("Anna", "Peeters", "anna.peeters"),
        ("Jan", "Van den Broeck", "jan.vandenbroeck"),
        ("Karel", "D'Hondt", "karel.dhondt"),
        ("Karel", "D\N{RIGHT SINGLE QUOTATION MARK}Hondt", "karel.dhondt"),
        ("Anne-Marie", "Peeters-Janssens", "anne-marie.peeters-janssens"),
        ("Zoë", "Lefèvre", "zoe.lefevre"),
        ("François", "De Coninck", "francois.deconinck"),
        ("Jürgen", "Groß", "jurgen.gross"),
        ("Søren", "Ærø", "soren.aero"),
        ("  Marie   Louise ", "t'Serstevens", "marielouise.tserstevens"),
        ("Bo", "Li", "bo.li.immo"),
        ("Y", "", "y.immo"),
        ("A", "B", "a.b.immo"),
        ("", "Verhaegen", "verhaegen"),
        ("Ελένη", "Παππά", "ελενη.παππα"),
        ("Иван", "Петров", "иван.петров"),
    ],
)
def test_a_name_becomes_a_user_name(given_name: str, family_name: str, proposed: str) -> None:
    assert proposal(given_name, family_name) == proposed


@pytest.mark.parametrize(("given_name", "family_name"), [("", ""), ("  ", "'"), ("-", "--"), ("\U0001f3e0", "\u200b")])
def test_nothing_is_proposed_where_there_is_no_letter(given_name: str, family_name: str) -> None:
    assert proposal(given_name, family_name) is None
    assert similar(given_name, family_name) == ()


@given(NAMES, NAMES)
def test_whatever_is_proposed_is_allowed(given_name: str, family_name: str) -> None:
    for name in similar(given_name, family_name):
        assert require_username(name) == name


@given(NAMES, NAMES)
def test_a_proposal_is_not_looked_for_twice(given_name: str, family_name: str) -> None:
    keys = [username_key(name) for name in similar(given_name, family_name)]

    assert len(keys) == len(set(keys))


@given(st.text(alphabet=string.ascii_letters, min_size=2, max_size=20), st.text(string.ascii_letters, min_size=4))
def test_the_first_proposal_has_no_digit(given_name: str, family_name: str) -> None:
    assert not any(character.isdigit() for character in proposal(given_name, family_name) or "")


def test_a_free_name_is_proposed_as_it_is(database: Database) -> None:
    assert free(database, "Anna", "Peeters") == "anna.peeters"


def test_a_taken_name_gives_way_to_one_without_a_digit(database: Database, clock: FixedClock) -> None:
    register(database, clock, "Anna.Peeters")

    assert free(database, "Anna", "Peeters") == "annapeeters"


def test_digits_come_when_nothing_else_is_left(database: Database, clock: FixedClock) -> None:
    plain = [name for name in similar("Anna", "Peeters") if not any(mark.isdigit() for mark in name)]
    register(database, clock, *plain)

    assert free(database, "Anna", "Peeters") == "anna.peeters2"


def test_a_name_of_many_people_is_still_free_with_a_number(database: Database, clock: FixedClock) -> None:
    register(database, clock, *similar("Jan", "Janssens"))

    found = free(database, "Jan", "Janssens")

    assert found is not None
    assert found.startswith("jan.janssens")
    with database.reading() as session:
        assert not is_taken(session, found)


def test_what_a_person_typed_is_continued_where_their_name_gives_nothing(database: Database, clock: FixedClock) -> None:
    register(database, clock, "zonnebloem")

    assert free(database, "", "", "Zonnebloem") == "zonnebloem2"


def test_a_proposal_takes_few_queries_however_many_people_there_are(database: Database, clock: FixedClock) -> None:
    register(database, clock, *similar("Jan", "Janssens"))
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    free(database, "Jan", "Janssens")

    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    "username", ["ANNA.peeters", " anna.peeters ", "\N{FULLWIDTH LATIN SMALL LETTER A}nna.peeters"]
)
def test_a_taken_name_is_taken_in_whatever_way_it_is_written(
    database: Database, clock: FixedClock, username: str
) -> None:
    register(database, clock, "anna.peeters")

    with database.reading() as session:
        assert is_taken(session, username)


@pytest.mark.parametrize(
    "username", ["", "anna", "anna peeters", "anna@people.example", "x" * 5_000, "anna\x00peeters"]
)
def test_what_nobody_can_have_is_not_taken(database: Database, username: str) -> None:
    with database.reading() as session:
        assert not is_taken(session, username)
