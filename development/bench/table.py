"""The table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, its budget, and the floor under it; all in one unit."""

    name: str
    measured: float
    budget: float | None
    floor: float | None = None
    unit: str = "us"


HEADER = f"{'path':<48} {'measured':>11} {'budget':>8} {'of budget':>10} {'floor':>8} {'ratio':>6}"


def line(row: Row) -> str:
    """Return a row as text: figure, budget, share of the budget, floor, ratio to the floor."""
    figure = f"{row.measured:,.0f} {row.unit}"
    budget = f"{row.budget:,.0f}" if row.budget else "-"
    share = f"{100 * row.measured / row.budget:.0f}%" if row.budget else "-"
    floor = f"{row.floor:,.0f}" if row.floor else "-"
    ratio = f"{row.measured / row.floor:.1f}" if row.floor else "-"
    mark = "  over" if row.budget and row.measured > row.budget else ""
    return f"{row.name:<48} {figure:>11} {budget:>8} {share:>10} {floor:>8} {ratio:>6}{mark}"
