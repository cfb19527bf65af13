"""Which invoices and credit notes a wallet's month makes, and how their amounts come about (W13). Pure.

Prices include VAT. So a document begins with what was paid, and finds net and VAT in it: VAT once, on the
total, as Belgian law has it for electronic invoices since 2026. Where no whole cents of net and VAT make
up exactly what was paid, the cent that is left is the rounding amount (EN 16931 BT-114).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

from core.wallet.identifiers import InvoiceId, TransactionId
from core.wallet.rules import vat_within

_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Totals:
    """The amounts of a document, none below zero; `paid_cents` is what the wallet paid or was given back."""

    net_cents: int
    vat_cents: int
    paid_cents: int

    @property
    def gross_cents(self) -> int:
        """Return the total with VAT (BT-112)."""
        return self.net_cents + self.vat_cents

    @property
    def rounding_cents(self) -> int:
        """Return what makes the total with VAT what was paid (BT-114): a cent at most, either way."""
        return self.paid_cents - self.gross_cents


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of a wallet that no document has yet; below zero is what was given back.

    `charge_id` is the charge that it is or gives back from, `invoice_id` the invoice on which that charge stands.
    """

    id: TransactionId
    tool_code: str
    amount_cents: int
    charge_id: TransactionId
    invoice_id: InvoiceId | None = None


@dataclass(frozen=True, slots=True)
class ToolSum:
    """What was paid to a tool, or given back by it, with VAT, for so many charges."""

    tool_code: str
    charges: int
    paid_cents: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice to be made, or a credit note about one. Where there are no sums, nothing is left to be said."""

    about_id: InvoiceId | None
    sums: tuple[ToolSum, ...]
    transaction_ids: tuple[TransactionId, ...]

    @property
    def paid_cents(self) -> int:
        """Return the total with VAT."""
        return sum(one.paid_cents for one in self.sums)


def drafts(lines: Iterable[OpenLine]) -> tuple[Draft, ...]:
    """Return the documents that a wallet's lines of a month make, the invoice first.

    What was given back before it was invoiced lessens the invoice; a charge that came to nothing so
    stands on none. What was given back afterwards makes a credit note for each invoice concerned.
    """
    by_invoice: dict[InvoiceId | None, list[OpenLine]] = {}
    for line in lines:
        by_invoice.setdefault(line.invoice_id, []).append(line)
    # Identifiers sort by creation.
    in_order = sorted(by_invoice.items(), key=lambda pair: pair[0] or "")
    return tuple(
        Draft(about, _sums(group, sign=-1 if about else 1), tuple(line.id for line in group))
        for about, group in in_order
    )


def totals(paid_cents: int, vat_basis_points: int) -> Totals:
    """Return net and VAT of what was paid: the VAT is that of the net, rounded half up (BR-CO-17)."""
    net = paid_cents - vat_within(paid_cents, vat_basis_points)
    return Totals(net, (2 * net * vat_basis_points + _WHOLE) // (2 * _WHOLE), paid_cents)


def shares(total_cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return a total cut in proportion to weights above zero, to whole cents that sum to it again."""
    whole = sum(weights)
    marks = ((2 * total_cents * so_far + whole) // (2 * whole) for so_far in accumulate(weights, initial=0))
    return tuple(after - before for before, after in pairwise(marks))


def next_month(month: date) -> date:
    """Return the first day of the month after that of a day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def number_of(year: int, sequence: int) -> str:
    """Return how a document's number is written."""
    return f"{year}-{sequence:06d}"


def _sums(group: Sequence[OpenLine], *, sign: int) -> tuple[ToolSum, ...]:
    left: dict[tuple[str, TransactionId], int] = {}
    for line in group:
        key = (line.tool_code, line.charge_id)
        left[key] = left.get(key, 0) + sign * line.amount_cents
    by_tool: dict[str, list[int]] = {}
    for (tool_code, charge_id), cents in left.items():
        if cents < 0:
            # More was given back than was charged: no document can say that, and the ledger forbids it.
            raise ValueError(f"{charge_id} comes to {cents}")
        if cents:
            by_tool.setdefault(tool_code, []).append(cents)
    return tuple(ToolSum(code, len(amounts), sum(amounts)) for code, amounts in sorted(by_tool.items()))
