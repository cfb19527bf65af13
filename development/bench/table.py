"""The table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, its budget, and the floors under both, here and where it was set.

    `floor` was measured beside the figure, `reference` is the same floor on the machine of the budget.
    """

    name: str
    measured: float
    budget: float | None
    floor: float | None = None
    reference: float | None = None
    unit: str = "us"


HEADER = f"{'path':<44} {'measured':>10} {'floor':>7} {'ratio':>6} {'budget':>8} {'its ratio':>10}"


def line(row: Row) -> str:
    """Return a row as text; over its budget is what exceeds the budget's own multiple of the floor.

    Without a floor the figure itself is compared.
    """
    ratio = row.measured / row.floor if row.floor else None
    allowed = row.budget / row.reference if row.budget and row.reference else None
    is_over = ratio > allowed if ratio and allowed else row.budget is not None and row.measured > row.budget
    cells = (
        f"{row.name:<44}",
        f"{row.measured:,.0f} {row.unit}".rjust(10),
        _number(row.floor, 0).rjust(7),
        _number(ratio, 1).rjust(6),
        _number(row.budget, 0).rjust(8),
        _number(allowed, 1).rjust(10),
    )
    return " ".join(cells) + ("  over" if is_over else "")


def _number(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:,.{places}f}"
