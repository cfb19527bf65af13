"""What the bank's entries post, and what decides about them. Pure.

Amounts are as the bank has them: below zero where money left our account, which then stands in
suspense with the other sign until somebody has decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.wallet import accounts
from core.wallet.bank import rules
from core.wallet.bank.values import BankEntry
from core.wallet.identifiers import WalletId
from core.wallet.rules import LARGEST_CENTS, Entry, Posting
from core.wallet.states import EntryKind


class Waiting(StrEnum):
    """Why a person has to decide."""

    NO_REFERENCE = "no-reference"
    WRONG_CHECK_DIGITS = "wrong-check-digits"
    UNKNOWN_REFERENCE = "unknown-reference"
    SEVERAL_REFERENCES = "several-references"
    REVERSAL = "reversal"
    BATCH = "batch"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class ToWallet:
    """It is credited by its message."""

    wallet_id: WalletId


def messages(entry: BankEntry) -> frozenset[str]:
    """Return the messages by which an entry could be credited."""
    if entry.structured is not None:
        return frozenset({entry.structured}) if rules.is_right(entry.structured) else frozenset()
    return rules.within(entry.message)


def match(entry: BankEntry, wallets: Mapping[str, WalletId]) -> ToWallet | Waiting:
    """Decide about money that came in, or that the bank took back; `wallets` are those of known messages.

    Only a message that is right credits by itself (W7): a sender whom we know is but a suggestion.
    """
    if entry.is_reversal or entry.amount_cents < 0:
        return Waiting.REVERSAL
    if entry.is_batch:
        return Waiting.BATCH
    if entry.structured is not None and not rules.is_right(entry.structured):
        return Waiting.WRONG_CHECK_DIGITS
    written = messages(entry)
    named = {wallets[reference] for reference in written if reference in wallets}
    if len(named) > 1:
        return Waiting.SEVERAL_REFERENCES
    if not named:
        return Waiting.UNKNOWN_REFERENCE if written else _without_message(entry)
    return Waiting.TOO_LARGE if entry.amount_cents > LARGEST_CENTS else ToWallet(named.pop())


def _without_message(entry: BankEntry) -> Waiting:
    return Waiting.WRONG_CHECK_DIGITS if rules.mistyped(entry.message) else Waiting.NO_REFERENCE


def unmatched(amount_cents: int) -> Entry:
    """Return the entry of what waits."""
    return _move(EntryKind.UNMATCHED, accounts.BANK_CLEARING, accounts.UNMATCHED, amount_cents)


def matched(wallet_id: WalletId, amount_cents: int) -> Entry:
    """Return the entry that puts what waited on a wallet; what the bank took back may leave less than nothing."""
    kind = EntryKind.TOP_UP_BANK if amount_cents > 0 else EntryKind.CHARGEBACK
    return _move(kind, accounts.UNMATCHED, accounts.wallet(wallet_id), amount_cents)


def owed_back(amount_cents: int) -> Entry:
    """Return the entry of what waited and is to be given back to its sender."""
    return _move(EntryKind.PAY_OUT, accounts.UNMATCHED, accounts.REFUNDS_PAYABLE, amount_cents)


def paid_back(amount_cents: int) -> Entry:
    """Return the entry of what was given back, once it left our account."""
    return _move(EntryKind.PAY_OUT, accounts.REFUNDS_PAYABLE, accounts.BANK_CLEARING, amount_cents)


def not_ours(amount_cents: int) -> Entry:
    """Return the entry that takes out of suspense what is no wallet's, such as what the provider paid out."""
    return _move(EntryKind.CORRECTION, accounts.UNMATCHED, accounts.BANK_CLEARING, amount_cents)


def _move(kind: EntryKind, source: str, target: str, amount_cents: int) -> Entry:
    return Entry(kind, (Posting(source, -amount_cents), Posting(target, amount_cents)))
