"""Which postings an event makes, and what may not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wallet import rules
from core.wallet.errors import CaptureTooLarge, InsufficientFunds, InvalidAmount, RefundTooLarge, WalletFrozen
from core.wallet.identifiers import WalletId
from core.wallet.rules import Entry, Funds, Posting
from core.wallet.states import EntryKind

NOORD, ZUID = WalletId("wal_noord"), WalletId("wal_zuid")
VAT = 2_100
cents = st.integers(1, rules.LARGEST_CENTS)


def test_a_charge_credits_the_tool_without_the_vat_that_is_due() -> None:
    entry = rules.charge_entry(NOORD, "cadastrefinder", 250, VAT)

    assert entry.postings == (
        Posting("wallet:wal_noord", -250),
        Posting("revenue:cadastrefinder", 207),
        Posting("vat:due", 43),
    )


def test_a_capture_frees_what_it_does_not_take() -> None:
    entry = rules.capture_entry(NOORD, "cadastrefinder", held_cents=500, captured_cents=121, vat_basis_points=VAT)

    assert entry.postings == (
        Posting("held:wal_noord", -500),
        Posting("revenue:cadastrefinder", 100),
        Posting("vat:due", 21),
        Posting("wallet:wal_noord", 379),
    )
    with pytest.raises(CaptureTooLarge):
        rules.capture_entry(NOORD, "cadastrefinder", held_cents=500, captured_cents=501, vat_basis_points=VAT)


@given(cents, st.integers(0, 2_500))
def test_vat_within_a_price_is_its_share_to_the_cent(gross: int, rate: int) -> None:
    vat = rules.vat_within(gross, rate)

    assert abs(vat * (10_000 + rate) - gross * rate) * 2 <= 10_000 + rate


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=12))
def test_refunds_in_parts_give_back_what_was_earned_and_the_vat_that_was_due(parts: list[int]) -> None:
    charged = sum(parts)
    accounts = {
        posting.account: posting.amount_cents for posting in rules.charge_entry(NOORD, "t", charged, VAT).postings
    }

    refunded = 0
    for part in parts:
        entry = rules.refund_entry(
            NOORD, "t", part, charged_cents=charged, refunded_cents=refunded, vat_basis_points=VAT
        )
        refunded += part
        for posting in entry.postings:
            accounts[posting.account] = accounts.get(posting.account, 0) + posting.amount_cents

    assert set(accounts.values()) == {0}
    with pytest.raises(RefundTooLarge):
        rules.refund_entry(NOORD, "t", 1, charged_cents=charged, refunded_cents=refunded, vat_basis_points=VAT)


@pytest.mark.parametrize("amount", [0, -1, rules.LARGEST_CENTS + 1, 2.5, "250", True, None])
def test_an_amount_is_a_whole_number_of_cents_in_bounds(amount: object) -> None:
    with pytest.raises(InvalidAmount):
        rules.require_amount(amount)


def test_an_entry_that_does_not_balance_cannot_be_made() -> None:
    for postings in ((), (Posting("a", 1),), (Posting("a", 1), Posting("b", -2)), (Posting("a", 0), Posting("b", 0))):
        with pytest.raises(ValueError, match="unbalanced"):
            Entry(EntryKind.CORRECTION, postings)


def test_nothing_is_spent_that_is_not_there() -> None:
    charge = rules.charge_entry(NOORD, "t", 250, VAT)

    assert rules.after(charge, {NOORD: Funds(250)}) == {NOORD: Funds(0)}
    with pytest.raises(InsufficientFunds) as refused:
        rules.after(charge, {NOORD: Funds(249, held_cents=1_000)})
    assert (refused.value.balance_cents, refused.value.needed_cents) == (249, 250)


def test_only_a_chargeback_goes_below_zero_and_freezes_until_it_is_made_up() -> None:
    owed = rules.after(rules.chargeback_entry(NOORD, 500), {NOORD: Funds(200)})[NOORD]
    still = rules.after(rules.top_up_entry(EntryKind.TOP_UP_BANK, NOORD, 299), {NOORD: owed})[NOORD]
    made_up = rules.after(rules.top_up_entry(EntryKind.TOP_UP_BANK, NOORD, 1), {NOORD: still})[NOORD]

    assert owed == Funds(-300, is_frozen=True)
    assert still == Funds(-1, is_frozen=True)
    assert made_up == Funds(0)
    with pytest.raises(WalletFrozen):
        rules.after(rules.transfer_entry(NOORD, ZUID, 1), {NOORD: owed, ZUID: Funds()})


def test_a_transfer_needs_two_wallets() -> None:
    with pytest.raises(InvalidAmount):
        rules.transfer_entry(NOORD, NOORD, 100)


@given(cents)
def test_a_correction_takes_everything_back(amount: int) -> None:
    entry = rules.charge_entry(NOORD, "t", amount, VAT)

    sums: dict[str, int] = {}
    for posting in (*entry.postings, *rules.reversal_of(entry).postings):
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount_cents

    assert set(sums.values()) == {0}
