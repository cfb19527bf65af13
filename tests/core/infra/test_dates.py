"""Dates in words: the reader's language, Brussels' time, summer and winter."""

from datetime import UTC, date, datetime

import pytest

from core.infra.dates import date_in_words, moment_in_figures, moment_in_words, month_in_short, month_in_words


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", "2 november 2026, 10:05"),
        ("fr", "2 novembre 2026, 10:05"),
        ("en", "2 November 2026, 10:05"),
        ("xx", "2 November 2026, 10:05"),
    ],
)
def test_winter_moment_is_an_hour_after_utc(language: str, expected: str) -> None:
    assert moment_in_words(datetime(2026, 11, 2, 9, 5, tzinfo=UTC), language) == expected


def test_summer_evening_in_utc_is_the_next_day_in_brussels() -> None:
    assert moment_in_words(datetime(2026, 7, 31, 22, 30, tzinfo=UTC), "nl") == "1 augustus 2026, 00:30"


@pytest.mark.parametrize(
    ("language", "expected"), [("nl", "5 maart 2027"), ("fr", "5 mars 2027"), ("en", "5 March 2027")]
)
def test_date_has_no_time(language: str, expected: str) -> None:
    assert date_in_words(date(2027, 3, 5), language) == expected


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [("nl", "februari 2027", "feb"), ("fr", "février 2027", "févr"), ("en", "February 2027", "Feb")],
)
def test_month_has_no_day(language: str, long: str, short: str) -> None:
    assert (month_in_words(date(2027, 2, 1), language), month_in_short(date(2027, 2, 1), language)) == (long, short)


def test_figures_are_as_wide_in_every_line() -> None:
    assert moment_in_figures(datetime(2026, 7, 31, 22, 5, tzinfo=UTC)) == "01/08/2026 00:05"
