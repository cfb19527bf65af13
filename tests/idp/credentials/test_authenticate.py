"""Password sign-in: who gets in, who is limited, and that the owner never is by others (A19)."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import RateLimited
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from idp.credentials.authenticate import PER_ACCOUNT_AND_ADDRESS, Attempt, PasswordSignIn, WrongCredentials
from idp.credentials.devices import with_proof
from tests.support.tools import PASSWORD, a_person

MOST = PER_ACCOUNT_AND_ADDRESS[0].attempts
GOOD = Attempt("anna.peeters", PASSWORD, "192.0.2.1")


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


@pytest.fixture
def door(database: Database, store: EphemeralStore, settings: Settings, anna: PersonId) -> PasswordSignIn:
    """Return the door as it is in production."""
    return PasswordSignIn(database, store, settings.secret, Mode.PRODUCTION)


def guess(door: PasswordSignIn, clock: FixedClock, times: int, **changes: str) -> list[str]:
    """Try a wrong password so many times and return what each try met."""
    met = []
    for _ in range(times):
        try:
            door.authenticate(replace(GOOD, password="guess", **changes), now=clock.now())
        except (WrongCredentials, RateLimited) as error:
            met.append(error.code)
    return met


def test_right_password_says_who_how_and_when(door: PasswordSignIn, clock: FixedClock, anna: PersonId) -> None:
    signed_in = door.authenticate(GOOD, now=clock.now())

    assert (signed_in.person_id, signed_in.language) == (anna, "en")
    authentication = signed_in.authentication
    assert (authentication.auth_time, authentication.amr, authentication.acr) == (clock.now(), ("pwd",), Acr.PASSWORD)


def test_guesses_at_one_account_from_one_address_are_limited(door: PasswordSignIn, clock: FixedClock) -> None:
    met = guess(door, clock, MOST + 2)

    assert met == ["wrong-credentials"] * MOST + ["rate-limited"] * 2
    with pytest.raises(RateLimited) as limited:
        door.authenticate(GOOD, now=clock.now())
    assert 0 < limited.value.retry_after_seconds <= 300


def test_nobody_is_limited_like_somebody(door: PasswordSignIn, clock: FixedClock) -> None:
    assert guess(door, clock, MOST + 2) == guess(door, clock, MOST + 2, identifier="nobody.known")


def test_case_and_space_are_no_way_round_the_limit(door: PasswordSignIn, clock: FixedClock) -> None:
    guess(door, clock, MOST)

    assert guess(door, clock, 1, identifier=" ANNA.peeters") == ["rate-limited"]


def test_other_spellings_of_a_letter_are_no_way_round_the_limit(door: PasswordSignIn, clock: FixedClock) -> None:
    """A user name is found in full width too (`username_key`), so it is counted in full width too."""
    guess(door, clock, MOST)

    assert guess(door, clock, 1, identifier="ａｎｎａ.peeters") == ["rate-limited"]  # noqa: RUF001


def test_other_addresses_and_accounts_go_on(door: PasswordSignIn, clock: FixedClock, anna: PersonId) -> None:
    guess(door, clock, MOST + 1)

    assert door.authenticate(replace(GOOD, address="192.0.2.2"), now=clock.now()).person_id == anna
    assert guess(door, clock, 1, identifier="bert.janssens") == ["wrong-credentials"]


def test_distributed_guessing_never_locks_the_owner_out(
    door: PasswordSignIn, clock: FixedClock, anna: PersonId
) -> None:
    for number in range(30):
        guess(door, clock, 2, address=f"198.51.100.{number}")

    assert door.authenticate(GOOD, now=clock.now()).person_id == anna


def test_owners_device_is_counted_apart_behind_the_same_address(
    door: PasswordSignIn, clock: FixedClock, anna: PersonId
) -> None:
    guess(door, clock, MOST + 5)
    proof = with_proof(door.secret, None, anna)

    assert door.authenticate(replace(GOOD, device=proof), now=clock.now()).person_id == anna


def test_device_that_guesses_is_limited_like_a_stranger(
    door: PasswordSignIn, clock: FixedClock, anna: PersonId
) -> None:
    proof = with_proof(door.secret, None, anna)

    met = guess(door, clock, 60, device=proof)

    assert met[-1] == "rate-limited"
    assert met.count("wrong-credentials") == 20 + MOST


def test_proof_of_another_person_exempts_from_nothing(door: PasswordSignIn, clock: FixedClock) -> None:
    proof = with_proof(door.secret, None, PersonId("usr_bert"))

    assert guess(door, clock, MOST + 1, device=proof)[-1] == "rate-limited"


def test_one_address_that_tries_many_accounts_is_limited(door: PasswordSignIn, clock: FixedClock) -> None:
    met = [guess(door, clock, 1, identifier=f"somebody.{number}")[0] for number in range(102)]

    assert met == ["wrong-credentials"] * 100 + ["rate-limited"] * 2


def test_addresses_of_one_ipv6_network_are_one(door: PasswordSignIn, clock: FixedClock) -> None:
    met = [guess(door, clock, 1, address=f"2001:db8:1:2::{number}")[0] for number in range(MOST + 1)]

    assert met[-1] == "rate-limited"
    assert guess(door, clock, 1, address="2001:db8:1:3::1") == ["wrong-credentials"]


def test_ipv4_in_ipv6_dress_is_the_same_address(door: PasswordSignIn, clock: FixedClock) -> None:
    guess(door, clock, MOST)

    assert guess(door, clock, 1, address="::ffff:192.0.2.1") == ["rate-limited"]


def test_right_password_forgives_mistakes_but_not_those_of_others(door: PasswordSignIn, clock: FixedClock) -> None:
    for _ in range(3):
        guess(door, clock, MOST - 1)
        door.authenticate(GOOD, now=clock.now())

    assert guess(door, clock, MOST + 1)[-1] == "rate-limited"


def test_many_at_once_are_no_way_round_the_limit(door: PasswordSignIn, clock: FixedClock) -> None:
    together, met = Barrier(20), list[str]()

    def rush() -> None:
        together.wait()
        met.extend(guess(door, clock, 1))

    threads = [Thread(target=rush) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert met.count("wrong-credentials") == MOST


def test_test_mode_lifts_the_limit_per_address_and_nothing_else(door: PasswordSignIn, clock: FixedClock) -> None:
    lifted = replace(door, mode=Mode.TEST)

    assert {guess(lifted, clock, 1, identifier=f"somebody.{number}")[0] for number in range(110)} == {
        "wrong-credentials"
    }
    assert guess(lifted, clock, MOST + 1)[-1] == "rate-limited"


def test_secrets_do_not_show(door: PasswordSignIn) -> None:
    assert PASSWORD not in repr(replace(GOOD, device="proof"))
    assert "proof" not in repr(replace(GOOD, device="proof"))
