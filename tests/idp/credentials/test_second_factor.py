"""The second factor of a sign-in: what it reaches, and that neither robots nor strangers matter (A16, A19)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import RateLimited, RuleError
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from idp.credentials.devices import with_proof
from idp.credentials.second_factor import PER_DEVICE, PER_PERSON, PER_PERSON_AND_NETWORK, Attempt, SecondFactor
from tests.support.factors import code_at, with_authenticator
from tests.support.tools import a_person

MOST = PER_PERSON_AND_NETWORK[0].attempts


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


@pytest.fixture
def door(database: Database, store: EphemeralStore, settings: Settings) -> SecondFactor:
    """Return the second door."""
    return SecondFactor(database, store, settings.secret)


@pytest.fixture
def app(database: Database, settings: Settings, anna: PersonId, clock: FixedClock) -> Callable[[], str]:
    """Return Anna's app, which shows a code that is good now."""
    shared, _ = with_authenticator(database, settings.secret, anna, now=clock.now())
    return lambda: code_at(shared, clock.now())


def guess(door: SecondFactor, clock: FixedClock, times: int, attempt: Attempt) -> list[str]:
    """Try so many times and return what each try met."""
    met = []
    for _ in range(times):
        try:
            door.by_authenticator(attempt, now=clock.now())
        except RuleError as error:
            met.append(error.code)
        except RateLimited as error:
            met.append(error.code)
    return met


def wrong(person_id: PersonId, address: str = "192.0.2.1") -> Attempt:
    return Attempt(person_id, "no code", address)


def test_password_and_app_are_two_factors(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    proven = door.by_authenticator(Attempt(anna, app(), "192.0.2.1"), now=clock.now())

    assert (proven.acr, proven.amr, proven.auth_time) == (Acr.MFA, ("pwd", "otp", "mfa"), clock.now())


def test_password_and_recovery_code_are_two_factors(
    door: SecondFactor, database: Database, settings: Settings, anna: PersonId, clock: FixedClock
) -> None:
    _, codes = with_authenticator(database, settings.secret, anna, now=clock.now())

    proven = door.by_recovery_code(Attempt(anna, codes[0], "192.0.2.1"), now=clock.now())

    assert (proven.acr, proven.amr) == (Acr.MFA, ("pwd", "otp", "mfa"))


def test_guesses_are_limited_and_the_limit_ends(
    door: SecondFactor, store: EphemeralStore, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    met = guess(door, clock, MOST + 2, wrong(anna))

    assert met == ["wrong-authenticator-code"] * MOST + ["rate-limited"] * 2
    with pytest.raises(RateLimited) as limited:
        door.by_authenticator(Attempt(anna, app(), "192.0.2.1"), now=clock.now())
    assert 0 < limited.value.retry_after_seconds <= PER_PERSON_AND_NETWORK[0].window.total_seconds()


def test_recovery_codes_count_to_the_same_limit(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    guess(door, clock, MOST, wrong(anna))

    with pytest.raises(RateLimited):
        door.by_recovery_code(wrong(anna), now=clock.now())


def test_guesses_from_many_networks_are_limited_too(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    met = [code for host in range(60) for code in guess(door, clock, 1, wrong(anna, f"198.51.100.{host}"))]

    assert met.count("wrong-authenticator-code") == PER_PERSON[0].attempts


def test_one_network_alone_cannot_close_the_door_to_another(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    guess(door, clock, 200, wrong(anna))

    assert door.by_authenticator(Attempt(anna, app(), "203.0.113.7"), now=clock.now()).acr is Acr.MFA


def test_strangers_cannot_lock_the_owner_out_of_a_device_they_know(
    door: SecondFactor, settings: Settings, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    device = with_proof(settings.secret, None, anna)
    for host in range(80):
        guess(door, clock, 2, wrong(anna, f"198.51.100.{host}"))

    proven = door.by_authenticator(Attempt(anna, app(), "198.51.100.1", device=device), now=clock.now())

    assert proven.acr is Acr.MFA


def test_a_device_is_limited_by_itself(
    door: SecondFactor, settings: Settings, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    attempt = replace(wrong(anna), device=with_proof(settings.secret, None, anna))

    met = guess(door, clock, PER_DEVICE[0].attempts + 5, attempt)

    assert met.count("rate-limited") == 5


def test_a_device_of_somebody_else_is_a_strangers(
    door: SecondFactor, settings: Settings, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    guess(door, clock, MOST, wrong(anna))
    device = with_proof(settings.secret, None, PersonId("usr_somebody"))

    with pytest.raises(RateLimited):
        door.by_authenticator(Attempt(anna, app(), "192.0.2.1", device=device), now=clock.now())


def test_a_success_starts_the_count_anew(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    guess(door, clock, MOST - 1, wrong(anna))
    door.by_authenticator(Attempt(anna, app(), "192.0.2.1"), now=clock.now())
    clock.advance(timedelta(minutes=1))

    assert guess(door, clock, MOST, wrong(anna)) == ["wrong-authenticator-code"] * MOST


def test_many_guesses_at_once_are_no_way_round_the_limit(
    door: SecondFactor, anna: PersonId, app: Callable[[], str], clock: FixedClock
) -> None:
    barrier, met = Barrier(12), []

    def act() -> None:
        barrier.wait()
        met.extend(guess(door, clock, 2, wrong(anna)))

    threads = [Thread(target=act) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(met) == ["rate-limited"] * (24 - MOST) + ["wrong-authenticator-code"] * MOST


def test_an_attempt_never_shows_what_was_typed(anna: PersonId) -> None:
    assert "123456" not in repr(Attempt(anna, "123456", "192.0.2.1", device="123456"))
