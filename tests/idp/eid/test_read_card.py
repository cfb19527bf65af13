"""A card that waits for its holder's word: one browser's, one person's, taken once, and unreadable where it lies."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.infra.ids import digest
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber
from idp.eid.holder import CardDocument, Holder, RevocationSource, VerifiedCard
from idp.eid.linking import CardSource
from idp.eid.read_card import OtherCardWaits, ReadCard, ReadCards

NUMBER = "85061512390"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOLDER = Holder(
    number=NationalNumber(NUMBER),
    given_names="Nora Angèle",
    family_name="Specimen",
    certificate_fingerprint="ab" * 32,
    valid_until=datetime(2035, 11, 2, 9, 0, tzinfo=UTC),
    issuer="CN=Citizen CA",
    root_fingerprint="cd" * 32,
    policies=("2.16.56.12.1.1.2.2",),
    revocation=RevocationSource.CRL,
    good_as_of=NOW,
)
DOCUMENT = CardDocument(
    number=NationalNumber(NUMBER),
    given_names="Nora Angèle",
    family_name="Specimen",
    birthdate=date(1985, 6, 15),
    place_of_birth="Gent",
    gender="female",
    nationality="Belg",
    card_number="592000000196",
    document_type=1,
    valid_from=date(2021, 1, 1),
    valid_until=date(2031, 1, 1),
    signer_fingerprint="ef" * 32,
    address=Address("Veldstraat 7", "Gent", "9000", "BE"),
    has_photo=True,
    is_chip_proven=True,
)
READ = ReadCard(VerifiedCard(HOLDER, DOCUMENT), CardSource.AGENT, NOW)


@pytest.fixture
def cards(store: EphemeralStore) -> ReadCards:
    """Return the place of one person in one browser."""
    return ReadCards(store, Secret("a secret of this installation"), "the cookie", PersonId("usr_anna"))


@pytest.mark.parametrize(
    "card",
    [
        VerifiedCard(HOLDER, DOCUMENT),
        VerifiedCard(HOLDER),
        VerifiedCard(replace(HOLDER, given_names=None), replace(DOCUMENT, birthdate=None, address=None, gender=None)),
    ],
)
def test_card_comes_back_as_it_was_read(cards: ReadCards, card: VerifiedCard) -> None:
    read = ReadCard(card, CardSource.WEB_EID, NOW)

    cards.keep(read)

    assert cards.find() == read
    found = cards.find()
    assert found is not None and found.card.holder.number.reveal() == NUMBER


def test_card_is_taken_once(cards: ReadCards) -> None:
    cards.keep(READ)

    assert cards.take() == READ
    assert cards.take() is None
    assert cards.find() is None


def test_later_card_replaces_the_one_before(cards: ReadCards) -> None:
    later = ReadCard(VerifiedCard(replace(HOLDER, family_name="Claes")), CardSource.AGENT, NOW)

    cards.keep(READ)
    cards.keep(later)

    assert cards.take() == later
    assert cards.take() is None


@pytest.mark.parametrize("other", [{"binding": "another cookie"}, {"person_id": PersonId("usr_bert")}])
def test_other_browser_and_other_person_find_nothing(cards: ReadCards, other: dict[str, str]) -> None:
    cards.keep(READ)

    assert replace(cards, **other).find() is None  # type: ignore[arg-type]
    assert replace(cards, **other).take() is None  # type: ignore[arg-type]
    assert cards.find() == READ


def test_nothing_of_the_card_can_be_read_where_it_lies(cards: ReadCards, store: EphemeralStore) -> None:
    cards.keep(READ)

    lying = store.get(Kind.EID_READ, digest("usr_anna\nthe cookie"))

    assert lying is not None
    for told in (NUMBER, "Specimen", "Veldstraat", "1985"):
        assert told.encode() not in lying
    assert NUMBER not in repr(READ)


def test_what_another_secret_sealed_is_as_if_it_were_not_there(cards: ReadCards) -> None:
    cards.keep(READ)

    assert replace(cards, secret=Secret("the secret after it was changed")).find() is None


def test_card_that_was_shown_is_taken_and_no_other(cards: ReadCards) -> None:
    cards.keep(READ)
    shown, later = cards.mark(), replace(READ, source=CardSource.WEB_EID)
    assert shown is not None
    cards.keep(later)

    for mark in (shown, ""):
        with pytest.raises(OtherCardWaits):
            cards.take_shown(mark)

    assert cards.take_shown(cards.mark() or "") == later
    assert cards.take_shown(shown) is None
    assert cards.mark() is None


def test_mark_tells_nothing_and_is_another_each_time(cards: ReadCards) -> None:
    cards.keep(READ)
    first = cards.mark()
    cards.keep(READ)

    assert first is not None
    assert first != cards.mark()
    assert NUMBER not in first
