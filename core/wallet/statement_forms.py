"""What somebody asks for on a wallet's page: the filter, the order, and where in it (W3).

The names of the fields are the ids of their inputs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.infra.errors import RuleError
from core.infra.forms import NOT_OFFERED, Form, Reading
from core.infra.messages import N_
from core.wallet.statements import Column, Direction, Filter, Order, Place
from core.wallet.states import TransactionKind, TransactionStatus

NUMBER, SINCE, UNTIL, STATUS, TYPE, SORT = "number", "from", "until", "status", "type", "sort"
# Before the code of a tool among the types.
TOOL = "tool:"

_DIGITS = re.compile(r"[0-9]{1,9}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
# So that a day has a midnight before and after it, in every time.
_YEARS = range(2000, 2201)
_LONGEST_CODE = 64
_KINDS = frozenset(kind.value for kind in TransactionKind)

_NO_NUMBER = N_("Enter digits only, such as 12.")
_NO_DAY = N_("This is not a date. Write it like 24/12/2026.")
_BACKWARDS = N_("Choose a day that is not before the first one.")


class _NotThat(RuleError):
    """What was typed is no such value."""

    code = "invalid-filter"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; the form's value is None where something in it is wrong."""

    form: Form[Filter]
    order: Order
    place: Place | None


def asked(sent: Mapping[str, str]) -> Asked:
    """Read what the address of a wallet's page asks for."""
    return Asked(_filter(sent), _order(sent.get(SORT, "")), _place(sent))


def sort_value(order: Order) -> str:
    """Return an order as it stands in an address: the column, after a minus where it descends; none for the usual."""
    if order == Order():
        return ""
    return order.column.value if order.is_ascending else f"-{order.column.value}"


def _filter(sent: Mapping[str, str]) -> Form[Filter]:
    reading = Reading(sent)
    number = reading.checked(NUMBER, _number, wrong=_NO_NUMBER)
    since = reading.checked(SINCE, _day, wrong=_NO_DAY)
    until = reading.checked(UNTIL, _day, wrong=_NO_DAY)
    if since is not None and until is not None and until < since:
        reading.refuse(UNTIL, _BACKWARDS)
    status = reading.choice(STATUS, TransactionStatus)
    kind, tool_code = reading.checked(TYPE, _type, wrong=NOT_OFFERED) or (None, None)
    return reading.form(lambda: Filter(number, since, until, status, kind, tool_code))


def _type(typed: str) -> tuple[TransactionKind | None, str | None]:
    code = typed.removeprefix(TOOL)
    if code != typed and 0 < len(code) <= _LONGEST_CODE:
        return None, code
    if typed not in _KINDS:
        raise _NotThat
    return TransactionKind(typed), None


def _number(typed: str) -> int:
    if not _DIGITS.fullmatch(typed.strip()):
        raise _NotThat
    return int(typed)


def _day(typed: str) -> date:
    found = _DAY_FIRST.fullmatch(typed.strip())
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(typed.strip())
    except ValueError as error:
        raise _NotThat from error
    if day.year not in _YEARS:
        raise _NotThat
    return day


def _order(sort: str) -> Order:
    column = next((one for one in Column if one.value == sort.removeprefix("-")), None)
    return Order() if column is None else Order(column, is_ascending=not sort.startswith("-"))


def _place(sent: Mapping[str, str]) -> Place | None:
    for direction in Direction:
        if _DIGITS.fullmatch(beside := sent.get(direction.value, "")):
            return Place(int(beside), direction)
    return None
