from datetime import UTC, datetime, timedelta

import pytest

from core.organisations.waiting import Wait

ASKED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def days(number: float) -> datetime:
    return ASKED + timedelta(days=number)


def test_a_person_may_remind_after_a_day_and_then_once_a_day() -> None:
    assert Wait(ASKED).may_be_reminded_from == days(1)
    assert Wait(ASKED, days(5)).may_be_reminded_from == days(6)


@pytest.mark.parametrize(
    ("reminded", "now", "is_due"),
    [
        (None, 2.99, False),
        (None, 3, True),
        (None, 29, True),
        (3, 3.5, False),
        (3, 6.9, False),
        (3, 7, True),
        (7, 8, False),
        (7, 29, False),
        # Reminded by the person before it was due: not a day later at the earliest.
        (2.5, 3, False),
        (2.5, 3.5, True),
        # Reminded by the person since it was due: that counts.
        (4, 6, False),
        (6.5, 7, False),
        (6.5, 7.5, True),
    ],
)
def test_the_product_reminds_at_three_and_at_seven_days(reminded: float | None, now: float, *, is_due: bool) -> None:
    wait = Wait(ASKED, None if reminded is None else days(reminded))

    assert wait.reminder_is_due(days(now)) is is_due


def test_a_request_waits_for_thirty_days() -> None:
    assert Wait(ASKED).ends_at == days(30)
    assert Wait(ASKED).days(days(3.9)) == 3
