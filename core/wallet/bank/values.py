"""What a statement says, whichever form the bank sent it in. Pure.

Amounts are whole cents of euros, below zero where money left our account.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import iban as ibans

from core.wallet.bank.errors import DamagedBankFile
from core.wallet.states import BankFormat

CURRENCY = "EUR"
_NAME, _MESSAGE, _REFERENCE = 140, 280, 64
# Far above any statement of ours, and well within what the columns hold.
_LARGEST = Decimal(10**13)


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One booked payment; `structured` are the twelve digits of the field for them, right or wrong.

    `is_reversal`: it takes another one back. `is_batch`: several payments that the bank does not tell apart.
    """

    amount_cents: int
    booked_on: date
    bank_reference: str | None = None
    counterparty_name: str | None = None
    counterparty_iban: str | None = None
    structured: str | None = None
    message: str = ""
    is_reversal: bool = False
    is_batch: bool = False


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A statement of one account; one whose entries do not lead from its opening to its closing cannot be made."""

    statement_id: str
    sequence: int | None
    opening_cents: int
    closing_cents: int
    opened_on: date
    closed_on: date
    entries: tuple[BankEntry, ...]

    def __post_init__(self) -> None:
        """Raise `DamagedBankFile` where the sums do not agree."""
        moved = sum(entry.amount_cents for entry in self.entries)
        if self.opening_cents + moved != self.closing_cents:
            raise DamagedBankFile(problem="sum", statement=self.statement_id)

    @property
    def credited_cents(self) -> int:
        """Return all that came in: the same in either form, however batches are told."""
        return sum(entry.amount_cents for entry in self.entries if entry.amount_cents > 0)


@dataclass(frozen=True, slots=True)
class BankFile:
    """The statements of our account in the order of the file, and how many are of other accounts or currencies."""

    format: BankFormat
    statements: tuple[BankStatement, ...]
    others: int


def cents(written: str | Decimal) -> int:
    """Return an amount in cents; raises `DamagedBankFile` for anything but euros with whole cents."""
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise DamagedBankFile(problem="amount") from None
    if not amount.is_finite() or abs(amount) >= _LARGEST or amount * 100 != (amount * 100).to_integral_value():
        raise DamagedBankFile(problem="amount")
    return int(amount * 100)


def account(written: str | None) -> str | None:
    """Return an account's IBAN without spaces; None where it is none."""
    number = ibans.compact(written or "")
    # Not by country: which banks there are changes faster than a library that lists them.
    return number if ibans.is_valid(number, check_country=False) else None


def name(written: str | None) -> str | None:
    """Return a name in one line, as long as is kept."""
    return _line(written)[:_NAME] or None


def message(*written: str | None) -> str:
    """Return what was written freely, in one line, as long as is kept."""
    return _line(" ".join(part for part in written if part))[:_MESSAGE]


def reference(written: str | None) -> str | None:
    """Return the bank's name of an entry; None where it has none."""
    found = _line(written)[:_REFERENCE]
    return found if found.strip("0") else None


def _line(written: str | None) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in written or "").split())
