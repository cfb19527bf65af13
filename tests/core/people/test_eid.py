"""The card of an account: whose it is, what it locks, and what a later one changes (E1, E3, E6, A11)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.secret import Secret
from core.people import eid
from core.people.eid import HolderFacts, Linked, OtherHolder, ProvenCard, UnlinkReason
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.national_number import NumberKeys
from core.people.profile_editing import own_profile
from core.people.rules import EidAlreadyLinked
from core.people.tables import EidLinkRow, PersonRow
from tests.support.cards import KEYS, NUMBER, OTHER_NUMBER, a_proven_card
from tests.support.offices import a_person

NAMES = HolderFacts("An Maria", "Peeters")
EVERYTHING = HolderFacts("An Maria", "Peeters", date(1985, 6, 15), "Gent", "female", "Belg")
FROM_THE_CERTIFICATE: dict[str, Any] = {
    "document_digests": (), "document_type": None, "document_valid_until": None, "address": None,
}  # fmt: skip


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


@pytest.fixture
def bram(database: Database, clock: FixedClock) -> PersonId:
    with database.transaction() as session:
        return a_person(session, "bram.claes", now=clock.now())


def link(database: Database, clock: FixedClock, person_id: PersonId, card: ProvenCard) -> Linked:
    with database.transaction() as session:
        return eid.link(session, person_id, card, now=clock.now())


def row_of(database: Database, person_id: PersonId) -> EidLinkRow:
    with database.reading() as session:
        return session.get_one(EidLinkRow, person_id)


def actions(database: Database, person_id: PersonId) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.subject_id == person_id).order_by(AuditRow.id))
        return [(row.action, dict(row.details)) for row in rows if row.action.startswith("eid")]


def test_a_first_card_locks_what_it_proved(database: Database, clock: FixedClock, anna: PersonId) -> None:
    clock.advance(timedelta(days=1))

    assert link(database, clock, anna, a_proven_card(facts=EVERYTHING)) is Linked.FIRST

    with database.reading() as session:
        own = own_profile(session, anna)
        assert own.locked == set(EVERYTHING.proven())
        assert (own.profile.details.given_name, own.profile.details.birthdate) == ("An Maria", date(1985, 6, 15))
        assert session.get_one(PersonRow, anna).updated_at == clock.now()
    row = row_of(database, anna)
    assert row.linked_at == row.verified_at == row.last_used_at == clock.now()
    fields = "birthdate family_name gender given_name nationality place_of_birth"
    assert actions(database, anna) == [("eid-linked", {"fields": fields})]


def test_what_a_card_does_not_say_stays_as_it_was_and_open(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, anna).gender = "other"

    link(database, clock, anna, a_proven_card(facts=NAMES))

    with database.reading() as session:
        own = own_profile(session, anna)
    assert own.locked == {"given_name", "family_name"}
    assert own.profile.details.gender == "other"


def test_the_number_lies_sealed_and_is_found_by_digest_alone(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    link(database, clock, anna, a_proven_card())

    with database.reading() as session:
        assert eid.holder_of(session, KEYS.digests(NUMBER)) == anna
        assert eid.holder_of(session, KEYS.digests(OTHER_NUMBER)) is None
        stored = session.execute(select(EidLinkRow.__table__)).mappings().one()
    assert NUMBER.reveal() not in str(dict(stored))


def test_a_card_whose_holder_has_another_account_is_refused(
    database: Database, clock: FixedClock, anna: PersonId, bram: PersonId
) -> None:
    link(database, clock, anna, a_proven_card())

    with pytest.raises(EidAlreadyLinked):
        link(database, clock, bram, a_proven_card(certificate="a renewed one", facts=NAMES))

    with database.reading() as session:
        assert session.get(EidLinkRow, bram) is None
        assert session.get_one(PersonRow, bram).given_name == "Bram.Claes"


def test_a_holder_is_also_found_under_an_earlier_key(
    database: Database, clock: FixedClock, anna: PersonId, bram: PersonId
) -> None:
    """The unique index does not see that two digests under two keys are of one number."""
    link(database, clock, anna, a_proven_card())
    rotated = NumberKeys((("next", Secret("k" * 40)), *KEYS.keys))

    with pytest.raises(EidAlreadyLinked):
        link(database, clock, bram, a_proven_card(keys=rotated))


def test_two_who_link_at_once_are_told_apart_by_the_database(
    database: Database, clock: FixedClock, anna: PersonId, bram: PersonId
) -> None:
    """What asks before it writes may be overtaken: the unique digest decides."""
    link(database, clock, anna, a_proven_card())
    row = row_of(database, anna)

    with pytest.raises(EidAlreadyLinked), database.transaction() as session:
        session.add(
            EidLinkRow(
                person_id=bram,
                number_key=row.number_key,
                number_sealed=row.number_sealed,
                number_digest=row.number_digest,
                linked_at=clock.now(),
                verified_at=clock.now(),
                last_used_at=clock.now(),
                proven=[],
                evidence={},
                certificate_digest="0" * 64,
            )
        )


def test_an_account_never_changes_hands(database: Database, clock: FixedClock, anna: PersonId) -> None:
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))

    with pytest.raises(OtherHolder):
        link(database, clock, anna, a_proven_card(OTHER_NUMBER, facts=HolderFacts("Bram", "Claes")))

    with database.reading() as session:
        assert session.get_one(PersonRow, anna).given_name == "An Maria"
        assert eid.holder_of(session, KEYS.digests(OTHER_NUMBER)) is None


@pytest.mark.parametrize("who", ["usr_nobody", "anonymised"])
def test_nobody_links_a_card_to_an_account_that_is_gone(
    database: Database, clock: FixedClock, anna: PersonId, who: str
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, anna).status = "anonymised"

    with pytest.raises(NotFound):
        link(database, clock, anna if who == "anonymised" else PersonId(who), a_proven_card())


def test_the_same_card_again_is_a_use_and_no_news(database: Database, clock: FixedClock, anna: PersonId) -> None:
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))
    linked_at = clock.now()
    clock.advance(timedelta(days=3))

    again = link(database, clock, anna, replace(a_proven_card(facts=NAMES), **FROM_THE_CERTIFICATE))

    assert again is Linked.SAME_CARD
    row = row_of(database, anna)
    assert (row.linked_at, row.verified_at, row.last_used_at) == (linked_at, linked_at, clock.now())
    assert row.proven == sorted(EVERYTHING.proven())
    assert row.document_digest is not None
    assert [action for action, _ in actions(database, anna)] == ["eid-linked"]
    with database.reading() as session:
        assert session.get_one(PersonRow, anna).updated_at == linked_at


def test_files_that_are_read_later_prove_more(database: Database, clock: FixedClock, anna: PersonId) -> None:
    link(database, clock, anna, replace(a_proven_card(facts=NAMES), **FROM_THE_CERTIFICATE))
    clock.advance(timedelta(days=3))

    again = link(database, clock, anna, a_proven_card(facts=EVERYTHING, valid_until=date(2030, 1, 1)))

    assert again is Linked.SAME_CARD
    row = row_of(database, anna)
    assert (row.verified_at, row.document_valid_until) == (clock.now(), date(2030, 1, 1))
    assert row.proven == sorted(EVERYTHING.proven())
    assert actions(database, anna)[-1] == ("eid-read-again", {"fields": "birthdate gender nationality place_of_birth"})


def test_a_renewed_card_is_the_same_person_s(database: Database, clock: FixedClock, anna: PersonId) -> None:
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))
    linked_at = clock.now()
    clock.advance(timedelta(days=900))
    married = replace(NAMES, family_name="Peeters-Janssens")

    renewed = link(
        database, clock, anna, replace(a_proven_card(facts=married, certificate="new"), **FROM_THE_CERTIFICATE)
    )

    assert renewed is Linked.RENEWED
    with database.reading() as session:
        own = own_profile(session, anna)
    # What the former card proved of the same person stays proven, and locked.
    assert own.locked == set(EVERYTHING.proven())
    assert (own.profile.details.family_name, own.profile.details.birthdate) == ("Peeters-Janssens", date(1985, 6, 15))
    row = row_of(database, anna)
    assert (row.linked_at, row.verified_at, row.document_digest) == (linked_at, linked_at, None)
    assert actions(database, anna)[-1] == ("eid-renewed", {"fields": "family_name"})


def test_files_of_another_card_of_the_same_person_are_noticed(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    """The certificate does not say which card it is on (eid.md 2.5)."""
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))
    other_files = replace(a_proven_card(facts=EVERYTHING), document_digests=["f" * 64])

    assert link(database, clock, anna, other_files) is Linked.RENEWED
    assert link(database, clock, anna, other_files) is Linked.SAME_CARD


def test_evidence_of_the_files_stays_when_only_the_certificate_is_used(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    link(database, clock, anna, replace(a_proven_card(facts=EVERYTHING), evidence={"issuer": "one", "signer": "RRN"}))

    link(database, clock, anna, replace(a_proven_card(facts=NAMES), evidence={"issuer": "two"}, **FROM_THE_CERTIFICATE))

    assert row_of(database, anna).evidence == {"issuer": "two", "signer": "RRN"}


@pytest.mark.parametrize("own_locality", [None, "Gent"])
def test_the_address_of_the_card_begins_a_profile_that_has_none(
    database: Database, clock: FixedClock, anna: PersonId, own_locality: str | None
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, anna).locality = own_locality
    address = Address("Veldstraat 7", "Aalst", "9300", "BE")

    link(database, clock, anna, replace(a_proven_card(facts=NAMES), address=address))

    with database.reading() as session:
        own = own_profile(session, anna)
    details = own.profile.details
    expected = (None, "Gent", None) if own_locality else ("Veldstraat 7", "Aalst", "9300")
    assert (details.street_address, details.locality, details.postal_code) == expected
    assert own.locked == {"given_name", "family_name"}


def test_an_unlinked_card_opens_nothing_and_locks_nothing(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))

    with database.transaction() as session:
        eid.unlink(session, anna, by=None, reason=UnlinkReason.REQUEST, reference="T-12", now=clock.now())

    with database.reading() as session:
        own = own_profile(session, anna)
        assert (own.locked, own.eid_linked_at) == (frozenset(), None)
        assert own.profile.details.birthdate == date(1985, 6, 15)
        assert eid.holder_of(session, KEYS.digests(NUMBER)) is None
    assert actions(database, anna)[-1] == ("eid-unlinked", {"reason": "request", "reference": "T-12"})


@pytest.mark.parametrize("reason", UnlinkReason)
def test_what_the_card_of_somebody_else_proved_goes_with_it(
    database: Database, clock: FixedClock, anna: PersonId, reason: UnlinkReason
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, anna).nickname = "Ann"
    link(database, clock, anna, a_proven_card(facts=EVERYTHING))

    with database.transaction() as session:
        eid.unlink(session, anna, by=None, reason=reason, now=clock.now())

    with database.reading() as session:
        details = own_profile(session, anna).profile.details
    is_left = reason not in {UnlinkReason.WRONG_PERSON, UnlinkReason.MISUSE}
    for name in EVERYTHING.proven():
        assert getattr(details, name) == (getattr(EVERYTHING, name) if is_left else None)
    assert details.nickname == "Ann"


def test_after_unlinking_another_number_of_the_same_person_may_be_linked(
    database: Database, clock: FixedClock, anna: PersonId, bram: PersonId
) -> None:
    """A number changes when a BIS number becomes one of the register (eid.md 4.4)."""
    link(database, clock, anna, a_proven_card())
    with database.transaction() as session:
        eid.unlink(session, anna, by=None, reason=UnlinkReason.NUMBER_CHANGED, now=clock.now())

    assert link(database, clock, anna, a_proven_card(OTHER_NUMBER)) is Linked.FIRST
    assert link(database, clock, bram, a_proven_card(NUMBER)) is Linked.FIRST


def test_where_no_card_is_linked_there_is_none_to_unlink(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with pytest.raises(NotFound), database.transaction() as session:
        eid.unlink(session, anna, by=None, reason=UnlinkReason.REQUEST, now=clock.now())

    assert actions(database, anna) == []
