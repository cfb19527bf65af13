"""Passwords: argon2id with the parameters we say, in equal time for nobody."""

import time

import pytest
from argon2 import PasswordHasher

from core.infra.clock import FixedClock
from core.infra.db import Database
from idp.credentials.passwords import hash_password, renew_hash, store_password, stored_hash, verify
from tests.support.tools import a_person


def test_hash_says_algorithm_and_parameters() -> None:
    assert hash_password("secret word").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("secret word") != hash_password("secret word")


@pytest.mark.parametrize("password", ["secret word", "pâsswörd€😀", "x" * 128, " ", "a\x00b"])
def test_right_password_is_right_and_every_other_wrong(password: str) -> None:
    hashed = hash_password(password)

    assert verify(hashed, password).is_right
    assert not verify(hashed, password + "x").is_right
    assert not verify(hashed, "").is_right


def test_keyboards_that_compose_differently_type_the_same_password() -> None:
    assert verify(hash_password("caf\u00e9"), "cafe\u0301").is_right


@pytest.mark.parametrize("hashed", [None, "", "plain", "$argon2id$broken"])
def test_nothing_is_right_without_a_good_hash(hashed: str | None) -> None:
    assert not verify(hashed, "the password of nobody").is_right


def test_weaker_parameters_are_outdated_and_ours_are_not() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret word")

    assert verify(weak, "secret word").is_outdated
    assert not verify(hash_password("secret word"), "secret word").is_outdated


def test_nobody_takes_as_long_as_somebody() -> None:
    hashed = hash_password("secret word")

    def seconds(candidate: str | None) -> float:
        # Of the processor, and the least of some: what else the machine does adds, and never takes away.
        started = time.thread_time()
        verify(candidate, "a guess")
        return time.thread_time() - started

    samples = [(seconds(None), seconds(hashed)) for _ in range(9)]
    nobody, somebody = (min(column) for column in zip(*samples, strict=True))

    assert 0.5 < nobody / somebody < 2


def test_hash_is_renewed_unless_the_password_changed_meanwhile(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person = a_person(session, "anna.peeters", now=clock.now())
        store_password(session, person_id=person, hashed="old", now=clock.now())
        renew_hash(session, person_id=person, outdated="older", password="one")
        assert stored_hash(session, person) == "old"

        renew_hash(session, person_id=person, outdated="old", password="one")

        session.expire_all()
        assert verify(stored_hash(session, person), "one").is_right
