"""The forms of transfers, limits and the warning; the names of the fields are the ids of their inputs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.infra.forms import NOT_OFFERED, Form, Reading
from core.infra.messages import N_
from core.infra.money import parse_euros
from core.wallet.control.limits import Limit
from core.wallet.errors import InvalidAmount
from core.wallet.rules import require_amount

TO, AMOUNT = "to", "amount"
WARN_BELOW = "warn-below"
PER_CHARGE, PER_MONTH = "per-charge", "per-month"
_NO_AMOUNT = N_("This is not an amount. Write it like 75 or 75.50.")
_NO_TRANSFER = N_("Enter how much is to be transferred: from 0.01 to 100,000 euro.")
_NO_RECEIVER = N_("Choose the organisation that receives the money.")


@dataclass(frozen=True, slots=True)
class Transfer:
    """To which organisation how much is to be moved."""

    to: str
    amount_cents: int


def transfer_form(sent: Mapping[str, str], receivers: Collection[str]) -> Form[Transfer]:
    """Read a transfer to one of the organisations that were offered."""
    reading = Reading(sent)
    to = reading.text(TO, longest=40, required=_NO_RECEIVER)
    reading.refuse(TO, NOT_OFFERED if to is not None and to not in receivers else None)
    amount = reading.checked(
        AMOUNT, lambda typed: require_amount(parse_euros(typed)), wrong=_NO_TRANSFER, required=_NO_TRANSFER
    )
    return reading.form(lambda: Transfer(to or "", amount or 0))


def read_threshold(reading: Reading) -> int | None:
    """Read below which amount the managers are warned; None: never."""
    return reading.checked(WARN_BELOW, _cents, wrong=_NO_AMOUNT)


def read_limits(reading: Reading, person_id: str | None, tools: Iterable[str]) -> frozenset[Limit]:
    """Read the limits of one person, or of everybody: for all tools together and for each of these."""
    return frozenset(_limits(reading, person_id, (None, *tools)))


def field_of(bound: str, tool_code: str | None) -> str:
    """Return the name of the field of a limit: PER_CHARGE or PER_MONTH, in one tool or all."""
    return bound if tool_code is None else f"{bound}-{tool_code}"


def _limits(reading: Reading, person_id: str | None, tools: Iterable[str | None]) -> Iterator[Limit]:
    for tool in tools:
        charge, month = (
            reading.checked(field_of(bound, tool), _cents, wrong=_NO_AMOUNT) for bound in (PER_CHARGE, PER_MONTH)
        )
        if charge is not None or month is not None:
            yield Limit(person_id, tool, charge, month)


def _cents(typed: str) -> int:
    cents = parse_euros(typed)
    if cents is None:
        raise InvalidAmount(amount=typed[:40])
    return cents
