import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create, find_for_sign_in, person_facts, remember_language
from core.people.rules import EmailTaken, InvalidEmail, InvalidUsername, PersonStatus, UsernameTaken
from core.people.tables import EmailAddressRow, PersonRow

AN = NewPerson("An.Peeters", "An.Peeters@example.be", "An", "Peeters", "nl")


def other(username: str = "bram.claes", email: str = "bram@example.be") -> NewPerson:
    return NewPerson(username, email, "Bram", "Claes", "fr")


def test_new_account_waits_for_activation_and_has_accepted_the_terms(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, now=clock.now())

    with database.reading() as session:
        record = find_for_sign_in(session, "An.Peeters")
        assert record is not None
        assert record.person_id == person_id
        assert record.status is PersonStatus.ACTIVE
        assert (record.email_verified, record.terms_accepted, record.language) == (False, True, "nl")
        assert session.scalars(select(AuditRow.action)).all() == ["person-created"]


@pytest.mark.parametrize(
    "typed", ["An.Peeters", "an.peeters", " AN.PEETERS ", "an.peeters@example.be", "AN.Peeters@Example.BE "]
)
def test_person_is_found_by_name_or_address_in_any_case(database: Database, clock: FixedClock, typed: str) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, email_verified=True, now=clock.now())
        create(session, other(), email_verified=True, now=clock.now())

    with database.reading() as session:
        record = find_for_sign_in(session, typed)
        assert record is not None
        assert record.person_id == person_id


@pytest.mark.parametrize(
    "typed", ["", "   ", "nobody", "an.peeters@example.com", "a\x00b", "\ud800", "%", "an.peeter_"]
)
def test_nobody_is_found_by_anything_else(database: Database, clock: FixedClock, typed: str) -> None:
    with database.transaction() as session:
        create(session, AN, now=clock.now())

    with database.reading() as session:
        assert find_for_sign_in(session, typed) is None


@pytest.mark.parametrize("state", ["pending", "former"])
def test_an_address_that_is_not_current_signs_nobody_in(database: Database, clock: FixedClock, state: str) -> None:
    with database.transaction() as session:
        create(session, AN, now=clock.now())
        session.scalars(select(EmailAddressRow)).one().state = state

    with database.reading() as session:
        assert find_for_sign_in(session, AN.email) is None


def test_anonymised_person_is_nobody(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, now=clock.now())
        session.get_one(PersonRow, person_id).status = PersonStatus.ANONYMISED

    with database.reading() as session:
        assert find_for_sign_in(session, "an.peeters") is None
        assert find_for_sign_in(session, AN.email) is None
        assert person_facts(session, person_id) is None


def test_imported_name_that_looks_like_an_address_still_signs_in(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, now=clock.now())
        session.get_one(PersonRow, person_id).username_key = "old.name@tool.example"

    with database.reading() as session:
        record = find_for_sign_in(session, "Old.Name@tool.example")
        assert record is not None
        assert record.person_id == person_id


def test_user_name_is_unique_whatever_the_case(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        create(session, AN, now=clock.now())

    with pytest.raises(UsernameTaken), database.transaction() as session:
        create(session, other(username="AN.PEETERS"), now=clock.now())


def test_address_is_unique_whatever_the_case(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        create(session, AN, email_verified=True, now=clock.now())

    with pytest.raises(EmailTaken), database.transaction() as session:
        create(session, other(email="an.PEETERS@example.be"), email_verified=True, now=clock.now())

    with database.reading() as session:
        assert len(session.scalars(select(PersonRow)).all()) == 1


def test_several_accounts_may_wait_for_a_code_at_one_address(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        known = create(session, AN, email_verified=True, now=clock.now())
        create(session, other(email=AN.email), now=clock.now())
        create(session, other(username="third.person", email=AN.email), now=clock.now())

    with database.reading() as session:
        found = find_for_sign_in(session, AN.email)
        assert found is not None
        assert found.person_id == known


@pytest.mark.parametrize(
    ("person", "error"), [(other(username="short"), InvalidUsername), (other(email="nowhere"), InvalidEmail)]
)
def test_bad_input_creates_nobody(
    database: Database, clock: FixedClock, person: NewPerson, error: type[Exception]
) -> None:
    with pytest.raises(error), database.transaction() as session:
        create(session, person, now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(PersonRow)).all() == []


def test_facts_say_only_what_is_known(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, now=clock.now())

    with database.connection() as connection:
        facts = person_facts(connection, person_id)

    assert facts is not None
    assert (facts.id, facts.username) == (person_id, "An.Peeters")
    # What nobody proved is nobody's address.
    assert (facts.email, facts.email_verified) == (None, False)
    assert (facts.address, facts.eid, facts.birthdate, facts.phone_number) == (None, None, None, None)
    assert facts.updated_at == clock.now()


def test_address_that_was_proven_is_said(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, email_verified=True, now=clock.now())

    with database.reading() as session:
        facts = person_facts(session, person_id)
        assert facts is not None
        assert (facts.email, facts.email_verified) == (AN.email, True)


def test_unknown_person_has_no_facts(database: Database) -> None:
    with database.reading() as session:
        assert person_facts(session, PersonId("usr_unknown")) is None


def test_language_is_remembered(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = create(session, AN, now=clock.now())
        remember_language(session, person_id, "fr")

    with database.reading() as session:
        record = find_for_sign_in(session, "an.peeters")
        assert record is not None
        assert record.language == "fr"
