"""Where the bars of a chart of amounts by month lie: months side by side, series on top of each other. Pure.

Lengths across are percentages, so that the chart is as wide as its page while its words keep their
size; those downwards are pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

HEIGHT = 200
# Above the highest line, so that nothing of its label is cut off.
_TOP = 12
_BAR_SHARE = 0.62
# Whole euros, halved as well.
_STEPS = (2, 4, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """What one series has in one month; both are numbered from 0."""

    month: int
    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line across the chart, and the whole euros it stands for."""

    y: float
    euros: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars and lines of a chart; `middles` says where across the months lie."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    middles: tuple[float, ...]


def chart(months: Sequence[Sequence[int]]) -> Chart:
    """Return the chart of the cents of each series in each month; what is below zero has no bar."""
    drawn = [[max(cents, 0) for cents in month] for month in months]
    top = _round_up(max((sum(month) for month in drawn), default=0))
    scale, share = (HEIGHT - _TOP) / top, 100 / max(len(drawn), 1)
    width = share * _BAR_SHARE
    bars = (
        Bar(
            month=number,
            series=series,
            x=_round(number * share + (share - width) / 2),
            y=_round(HEIGHT - (below + cents) * scale),
            width=_round(width),
            height=_round(cents * scale),
        )
        for number, month in enumerate(drawn)
        for series, (cents, below) in enumerate(zip(month, accumulate(month, initial=0), strict=False))
        if cents
    )
    return Chart(
        bars=tuple(bars),
        lines=tuple(Line(_round(HEIGHT - cents * scale), cents // 100) for cents in (0, top // 2, top)),
        middles=tuple(_round((number + 0.5) * share) for number in range(len(drawn))),
    )


def _round_up(cents: int) -> int:
    """Return the next amount that reads well: 2, 4, 10, 20, 40, 100 euros and so on."""
    power = 1_00
    while cents > _STEPS[-1] * power:
        power *= 10
    return next(step * power for step in _STEPS if cents <= step * power)


def _round(length: float) -> float:
    return round(length, 2)
