"""Challenges: fresh, for one browser, one purpose and one person, and good once."""

from base64 import b64decode

import pytest

from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from idp.eid import challenge
from idp.eid.challenge import CHALLENGE_LIFE, Challenge, Purpose
from idp.eid.problems import EidProblem, EidRefused
from tests.support.at_once import at_once

ANNA, BRAM = PersonId("usr_anna"), PersonId("usr_bram")


def _is_gone(store: EphemeralStore, purpose: Purpose, binding: str, person_id: PersonId | None = None) -> bool:
    with pytest.raises(EidRefused) as refused:
        challenge.take(store, purpose=purpose, binding=binding, person_id=person_id)
    return refused.value.problem is EidProblem.CHALLENGE_GONE


def test_nonce_is_256_random_bits_as_cards_programs_take_them(store: EphemeralStore) -> None:
    issued = {challenge.issue(store, purpose=Purpose.LOGIN, binding="mine").nonce for _ in range(20)}

    assert len(issued) == 20
    assert all(len(nonce) == 44 and len(b64decode(nonce, validate=True)) == 32 for nonce in issued)


def test_challenge_is_taken_back_as_it_was_issued_and_once(store: EphemeralStore) -> None:
    issued = challenge.issue(store, purpose=Purpose.LINK, binding="mine", person_id=ANNA)

    taken = challenge.take(store, purpose=Purpose.LINK, binding="mine", person_id=ANNA)

    assert taken == issued == Challenge(issued.nonce, Purpose.LINK, ANNA)
    assert _is_gone(store, Purpose.LINK, "mine", ANNA)


@pytest.mark.parametrize(
    ("purpose", "binding", "person_id"),
    [(Purpose.LINK, "mine", BRAM), (Purpose.LINK, "theirs", ANNA), (Purpose.LOGIN, "mine", None)],
    ids=["another person", "another browser", "another purpose"],
)
def test_challenge_is_nobody_elses(
    store: EphemeralStore, purpose: Purpose, binding: str, person_id: PersonId | None
) -> None:
    challenge.issue(store, purpose=Purpose.LINK, binding="mine", person_id=ANNA)

    assert _is_gone(store, purpose, binding, person_id)


def test_later_challenge_takes_the_place_of_the_earlier(store: EphemeralStore) -> None:
    challenge.issue(store, purpose=Purpose.LOGIN, binding="mine")
    later = challenge.issue(store, purpose=Purpose.LOGIN, binding="mine")

    assert challenge.take(store, purpose=Purpose.LOGIN, binding="mine").nonce == later.nonce
    assert _is_gone(store, Purpose.LOGIN, "mine")


def test_card_is_linked_to_somebody(store: EphemeralStore) -> None:
    with pytest.raises(ValueError, match="linked to somebody"):
        challenge.issue(store, purpose=Purpose.LINK, binding="mine")


def test_of_many_who_answer_at_once_one_gets_the_challenge(store: EphemeralStore) -> None:
    challenge.issue(store, purpose=Purpose.LOGIN, binding="mine")

    def take() -> None:
        challenge.take(store, purpose=Purpose.LOGIN, binding="mine")

    refused = at_once(*[take] * 8)

    assert len(refused) == 7


def test_challenge_lives_five_minutes() -> None:
    assert CHALLENGE_LIFE.total_seconds() == 300
