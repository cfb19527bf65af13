"""Time: always aware, and the Belgian day ends at Belgian midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.infra.clock import FixedClock, SystemClock, belgian_date


def test_the_system_clock_tells_the_present_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))

    clock.advance(timedelta(days=1))

    assert clock.now() == clock.now() == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 1, 22, 59, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 1, 23, 0, tzinfo=UTC), date(2026, 1, 2)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_belgian_day_begins_at_midnight_in_winter_and_summer(moment: datetime, day: date) -> None:
    assert belgian_date(moment) == day
