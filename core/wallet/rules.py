"""Double-entry arithmetic: which postings an event makes, and what may not be. Pure.

Amounts are whole cents. An entry that does not sum to zero cannot be made.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.wallet import accounts
from core.wallet.errors import (
    CaptureTooLarge,
    InsufficientFunds,
    InvalidAmount,
    RefundTooLarge,
    WalletFrozen,
)
from core.wallet.identifiers import WalletId
from core.wallet.states import EntryKind

# No price, payment or transfer is larger; what a page or a tool may ask for is bounded more narrowly.
LARGEST_CENTS = 100_000_00
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: positive credits the account, negative debits it."""

    account: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry before it is stored: at least two postings that sum to zero."""

    kind: EntryKind
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse what would unbalance the ledger: a mistake of ours, so no `ImmoError`."""
        total = sum(posting.amount_cents for posting in self.postings)
        if total != 0 or len(self.postings) < 2 or any(posting.amount_cents == 0 for posting in self.postings):
            raise ValueError(f"unbalanced {self.kind.value}: {total} over {len(self.postings)} postings")

    @property
    def wallets(self) -> frozenset[WalletId]:
        """Return whose wallets it touches."""
        found = (accounts.wallet_of(posting.account) for posting in self.postings)
        return frozenset(wallet_id for wallet_id in found if wallet_id is not None)


@dataclass(frozen=True, slots=True)
class Funds:
    """What stands on a wallet: free to spend, set aside, and whether a chargeback froze it."""

    balance_cents: int = 0
    held_cents: int = 0
    is_frozen: bool = False


def require_amount(cents: object) -> int:
    """Return an amount; raises `InvalidAmount` for anything but a whole number of cents in bounds."""
    if not isinstance(cents, int) or isinstance(cents, bool) or not 1 <= cents <= LARGEST_CENTS:
        raise InvalidAmount(amount=str(cents)[:40])
    return cents


def vat_within(gross_cents: int, rate_basis_points: int) -> int:
    """Return the VAT contained in a price that includes it, rounded half up to the cent."""
    divisor = _WHOLE + rate_basis_points
    return (2 * gross_cents * rate_basis_points + divisor) // (2 * divisor)


def top_up_entry(kind: EntryKind, wallet_id: WalletId, amount_cents: int) -> Entry:
    """Return the entry of money that came in for a wallet, online or by bank."""
    came_from = {
        EntryKind.TOP_UP_ONLINE: accounts.PROVIDER_CLEARING,
        EntryKind.TOP_UP_BANK: accounts.BANK_CLEARING,
    }[kind]
    return _move(kind, came_from, accounts.wallet(wallet_id), require_amount(amount_cents))


def charge_entry(wallet_id: WalletId, tool_code: str, gross_cents: int, vat_basis_points: int) -> Entry:
    """Return the entry of something bought: the tool earns the price without its VAT."""
    bought = _earned(tool_code, require_amount(gross_cents), vat_basis_points)
    return Entry(EntryKind.CHARGE, (Posting(accounts.wallet(wallet_id), -gross_cents), *bought))


def hold_entry(wallet_id: WalletId, amount_cents: int) -> Entry:
    """Return the entry that sets money aside."""
    return _move(EntryKind.HOLD, accounts.wallet(wallet_id), accounts.held(wallet_id), require_amount(amount_cents))


def capture_entry(
    wallet_id: WalletId, tool_code: str, *, held_cents: int, captured_cents: int, vat_basis_points: int
) -> Entry:
    """Return the entry that takes from a hold what was bought and frees the rest; raises `CaptureTooLarge`."""
    if require_amount(captured_cents) > held_cents:
        raise CaptureTooLarge(held_cents=held_cents, captured_cents=captured_cents)
    freed = held_cents - captured_cents
    rest = (Posting(accounts.wallet(wallet_id), freed),) if freed else ()
    bought = _earned(tool_code, captured_cents, vat_basis_points)
    return Entry(EntryKind.CAPTURE, (Posting(accounts.held(wallet_id), -held_cents), *bought, *rest))


def void_entry(wallet_id: WalletId, held_cents: int) -> Entry:
    """Return the entry that frees a hold altogether."""
    return _move(EntryKind.VOID, accounts.held(wallet_id), accounts.wallet(wallet_id), held_cents)


def refund_entry(
    wallet_id: WalletId,
    tool_code: str,
    amount_cents: int,
    *,
    charged_cents: int,
    refunded_cents: int,
    vat_basis_points: int,
) -> Entry:
    """Return the entry that gives back a part of a charge, or all; raises `RefundTooLarge`.

    Refunds are cut from the whole: after the last one the VAT given back is the VAT that was due.
    """
    before, after = refunded_cents, refunded_cents + require_amount(amount_cents)
    if after > charged_cents:
        raise RefundTooLarge(charged_cents=charged_cents, refunded_cents=refunded_cents)
    vat = vat_within(after, vat_basis_points) - vat_within(before, vat_basis_points)
    given = _parts(((accounts.revenue(tool_code), vat - amount_cents), (accounts.VAT_DUE, -vat)))
    return Entry(EntryKind.REFUND, (Posting(accounts.wallet(wallet_id), amount_cents), *given))


def transfer_entry(from_wallet: WalletId, to_wallet: WalletId, amount_cents: int) -> Entry:
    """Return the entry that moves money between two wallets (W9)."""
    if from_wallet == to_wallet:
        raise InvalidAmount(problem="same wallet")
    source, target = accounts.wallet(from_wallet), accounts.wallet(to_wallet)
    return _move(EntryKind.TRANSFER, source, target, require_amount(amount_cents))


def chargeback_entry(wallet_id: WalletId, amount_cents: int) -> Entry:
    """Return the entry of a payment that was taken back from us; it may leave less than nothing."""
    target = accounts.PROVIDER_CLEARING
    return _move(EntryKind.CHARGEBACK, accounts.wallet(wallet_id), target, require_amount(amount_cents))


def repaid_entry(wallet_id: WalletId, amount_cents: int) -> Entry:
    """Return the entry of a payment that the payment provider gave back to its payer on our order."""
    target = accounts.PROVIDER_CLEARING
    return _move(EntryKind.PAY_OUT, accounts.wallet(wallet_id), target, require_amount(amount_cents))


def given_back_entry(taken: Entry) -> Entry:
    """Return the entry of what the provider had taken and gave back: the same the other way round."""
    return Entry(taken.kind, _undone(taken))


def settlement_entry(amount_cents: int, fees_cents: int) -> Entry:
    """Return the entry of what the payment provider paid out to our bank account after it kept its fees."""
    kept = ((accounts.BANK_CLEARING, -amount_cents), (accounts.PROVIDER_FEES, -fees_cents))
    return Entry(EntryKind.SETTLEMENT, _parts((*kept, (accounts.PROVIDER_CLEARING, amount_cents + fees_cents))))


def correction_entry(source: str, target: str, amount_cents: int) -> Entry:
    """Return the entry by which operators move an amount from one account to another."""
    if source == target:
        raise InvalidAmount(problem="same account")
    return _move(EntryKind.CORRECTION, source, target, require_amount(amount_cents))


def reversal_of(entry: Entry) -> Entry:
    """Return the correction that takes an entry back altogether."""
    return Entry(EntryKind.CORRECTION, _undone(entry))


def after(entry: Entry, funds: Mapping[WalletId, Funds]) -> dict[WalletId, Funds]:
    """Return what stands on each wallet after an entry.

    Raises `InsufficientFunds` where a wallet would hold less than nothing, and `WalletFrozen` where a
    frozen one would pay. Only a chargeback may go below zero: it freezes the wallet until somebody
    has made up for it.
    """
    then = dict(funds)
    for wallet_id in sorted(entry.wallets):
        then[wallet_id] = _after_one(entry, wallet_id, funds[wallet_id])
    return then


def _after_one(entry: Entry, wallet_id: WalletId, before: Funds) -> Funds:
    free = _sum(entry, accounts.wallet(wallet_id))
    balance, held = before.balance_cents + free, before.held_cents + _sum(entry, accounts.held(wallet_id))
    is_chargeback = entry.kind is EntryKind.CHARGEBACK
    if free < 0 and before.is_frozen and not is_chargeback:
        raise WalletFrozen(wallet=wallet_id)
    if (balance < 0 and free < 0 and not is_chargeback) or held < 0:
        raise InsufficientFunds(balance_cents=before.balance_cents, needed_cents=-free)
    return Funds(balance, held, is_frozen=balance < 0)


def _sum(entry: Entry, account: str) -> int:
    return sum(posting.amount_cents for posting in entry.postings if posting.account == account)


def _earned(tool_code: str, gross_cents: int, vat_basis_points: int) -> tuple[Posting, ...]:
    vat = vat_within(gross_cents, vat_basis_points)
    return _parts(((accounts.revenue(tool_code), gross_cents - vat), (accounts.VAT_DUE, vat)))


def _parts(amounts: tuple[tuple[str, int], ...]) -> tuple[Posting, ...]:
    return tuple(Posting(account, cents) for account, cents in amounts if cents)


def _undone(entry: Entry) -> tuple[Posting, ...]:
    return tuple(Posting(posting.account, -posting.amount_cents) for posting in entry.postings)


def _move(kind: EntryKind, source: str, target: str, amount_cents: int) -> Entry:
    return Entry(kind, (Posting(source, -amount_cents), Posting(target, amount_cents)))
