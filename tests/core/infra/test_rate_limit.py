"""Limits: so many in a window, counted apart for each name and key."""

import time
from datetime import timedelta

import pytest

from core.infra import rate_limit
from core.infra.errors import RateLimited
from core.infra.rate_limit import Limit
from core.infra.store.interface import EphemeralStore, Kind

LIMIT = Limit("password", attempts=3, window=timedelta(minutes=5))


def hit_times(store: EphemeralStore, count: int, *, limit: Limit = LIMIT, key: str = "anna") -> None:
    for _ in range(count):
        rate_limit.hit(store, limit, key)


def test_as_many_attempts_as_allowed_pass_and_the_next_does_not(store: EphemeralStore) -> None:
    hit_times(store, 3)

    with pytest.raises(RateLimited) as refused:
        rate_limit.hit(store, LIMIT, "anna")

    assert 295 <= refused.value.retry_after_seconds <= 300
    assert refused.value.details == {"limit": "password"}


def test_it_can_be_asked_without_counting(store: EphemeralStore) -> None:
    hit_times(store, 2)
    before = [rate_limit.is_exceeded(store, LIMIT, "anna") for _ in range(5)]
    hit_times(store, 1)

    assert before == [False] * 5
    assert rate_limit.is_exceeded(store, LIMIT, "anna")


def test_keys_and_names_are_counted_apart(store: EphemeralStore) -> None:
    hit_times(store, 3)

    hit_times(store, 3, key="bert")
    hit_times(store, 3, limit=Limit("code", attempts=3, window=timedelta(minutes=5)))

    assert not rate_limit.is_exceeded(store, LIMIT, "carla")


def test_after_the_window_the_count_starts_anew(store: EphemeralStore) -> None:
    brief = Limit("brief", attempts=1, window=timedelta(seconds=1))
    hit_times(store, 1, limit=brief)
    assert rate_limit.is_exceeded(store, brief, "anna")

    time.sleep(1.1)

    assert not rate_limit.is_exceeded(store, brief, "anna")
    hit_times(store, 1, limit=brief)


def test_the_waiting_time_gets_shorter_as_the_window_passes(store: EphemeralStore) -> None:
    short = Limit("short", attempts=1, window=timedelta(seconds=3))
    hit_times(store, 1, limit=short)
    at_first = rate_limit.seconds_left(store, short, "anna")

    time.sleep(1.1)

    assert at_first == 3
    assert rate_limit.seconds_left(store, short, "anna") == 2


def test_the_waiting_time_is_the_whole_window_where_nothing_is_known(store: EphemeralStore) -> None:
    assert rate_limit.seconds_left(store, LIMIT, "nobody") == 300


def test_a_forgotten_count_starts_anew(store: EphemeralStore) -> None:
    hit_times(store, 3)

    rate_limit.forget(store, LIMIT, "anna")

    hit_times(store, 3)


def test_whose_attempts_are_counted_cannot_be_read_in_the_store(store: EphemeralStore) -> None:
    rate_limit.hit(store, LIMIT, "anna@example.be")

    assert store.count(Kind.RATE, "password:anna@example.be") == 0
    assert rate_limit.seconds_left(store, LIMIT, "anna@example.be") <= 300
