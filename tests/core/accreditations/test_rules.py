from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accreditations.rules import (
    GRACE,
    AccreditationStatus,
    HeldAccreditation,
    end_of_day,
    ends_at,
    is_in_force,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BIV = HeldAccreditation("acr_1", "be.biv", "tableau", None, AccreditationStatus.ACTIVE, None, None, NOW)


def test_a_belgian_day_ends_at_midnight_in_brussels() -> None:
    assert end_of_day(date(2026, 11, 2)) == datetime(2026, 11, 2, 23, 0, tzinfo=UTC)
    assert end_of_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    # The day on which the clocks go back has 25 hours.
    assert end_of_day(date(2026, 10, 25)) - end_of_day(date(2026, 10, 24)) == timedelta(hours=25)


def test_last_day_counts_to_its_end_and_no_longer() -> None:
    until_today = BIV._replace(valid_until=date(2026, 11, 2))

    assert is_in_force(until_today, datetime(2026, 11, 2, 22, 59, 59, tzinfo=UTC))
    assert not is_in_force(until_today, datetime(2026, 11, 2, 23, 0, tzinfo=UTC))


def test_first_day_counts_from_its_beginning() -> None:
    from_tomorrow = BIV._replace(valid_from=date(2026, 11, 3))

    assert not is_in_force(from_tomorrow, datetime(2026, 11, 2, 22, 59, tzinfo=UTC))
    assert is_in_force(from_tomorrow, datetime(2026, 11, 2, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("status", [AccreditationStatus.SUSPENDED, AccreditationStatus.LAPSED])
def test_what_the_register_ended_is_not_in_force(status: AccreditationStatus) -> None:
    assert not is_in_force(BIV._replace(status=status), NOW)


def test_grace_lasts_seven_days_from_the_last_answer_of_the_register() -> None:
    silent = BIV._replace(status=AccreditationStatus.GRACE)

    assert is_in_force(silent, NOW + GRACE - timedelta(seconds=1))
    assert not is_in_force(silent, NOW + GRACE)


# Within a few weeks, so that ends are met from both sides.
days = st.integers(-30, 30).map(lambda days: NOW.date() + timedelta(days=days))
moments = st.integers(-24 * 20, 24 * 20).map(lambda hours: NOW + timedelta(hours=hours))
accreditations = st.builds(
    HeldAccreditation,
    st.just("acr_1"),
    st.just("be.biv"),
    st.none(),
    st.none(),
    st.sampled_from(AccreditationStatus),
    st.none() | days,
    st.none() | days,
    moments,
)


@given(accreditations, moments)
def test_nothing_is_in_force_after_its_end(accreditation: HeldAccreditation, now: datetime) -> None:
    end = ends_at(accreditation)

    if is_in_force(accreditation, now) and end is not None:
        assert now < end
        assert not is_in_force(accreditation, end)
