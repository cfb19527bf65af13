"""prompt and max_age: Core section 3.1.2.1."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.checks.prompt import is_too_old, parse_max_age, parse_prompt
from idp.oidc.errors import InvalidRequest
from idp.oidc.request import Prompt

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
words = st.lists(st.sampled_from(["none", "login", "consent", "select_account", "create", "LOGIN"]))


@given(words)
def test_none_stands_alone_and_the_unknown_is_ignored(asked: list[str]) -> None:
    value = " ".join(asked)

    if "none" in asked and len(set(asked)) > 1:
        with pytest.raises(InvalidRequest):
            parse_prompt(value)
    else:
        assert parse_prompt(value) == {Prompt(word) for word in asked if word in set(Prompt)}


def test_no_prompt_is_none_of_them() -> None:
    assert parse_prompt(None) == frozenset()


@given(st.integers(0, 10**10 - 1), st.none() | st.integers(0, 100))
def test_max_age_of_the_request_wins_over_the_clients(seconds: int, default: int | None) -> None:
    assert parse_max_age(str(seconds), default) == seconds
    assert parse_max_age(None, default) == default


@pytest.mark.parametrize("value", ["-1", "1.5", "1e3", " 1", "soon", "²", "٣", "1" * 11, "+1", "0x1"])
def test_max_age_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_max_age(value, None)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_too_old_is_older_than_allowed(age: int, limit: int) -> None:
    auth_time = NOW - timedelta(seconds=age)

    assert is_too_old(auth_time, limit, NOW) == (age > limit or limit == 0)
    assert not is_too_old(auth_time, None, NOW)
