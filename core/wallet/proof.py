"""Proves the ledger: everything that a cache or a counter says is found again in the postings (W12)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, SQLColumnExpression, case, func, or_, select
from sqlalchemy.orm import Session

from core.wallet import accounts
from core.wallet.bank.tables import BankEntryRow
from core.wallet.documents import invoice_proof
from core.wallet.payments.tables import PaymentEventRow, SettlementRow
from core.wallet.states import HoldStatus, PaymentEvent, TransactionStatus
from core.wallet.tables import EntryRow, HoldRow, PostingRow, TransactionRow, WalletRow

_HELD = PostingRow.account.like("held:%")
_TAKEN = (PaymentEvent.REFUNDED.value, PaymentEvent.CHARGED_BACK.value)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree: what was looked at, of what, and the two figures."""

    what: str
    of: str
    stands: int
    proven: int


def differences(session: Session | Connection) -> Iterator[Difference]:
    """Yield what does not agree; nothing is mended. A ledger that is right yields nothing."""
    yield from _sums(session)
    yield from _balances(session)
    yield from _replays(session)
    yield from _holds(session)
    yield from _lines(session)
    yield from _receipts(session)
    yield from _origins(session)
    yield from (Difference(*found) for found in invoice_proof.differences(session))


def _sums(session: Session | Connection) -> Iterator[Difference]:
    total = session.scalar(select(func.coalesce(func.sum(PostingRow.amount_cents), 0)))
    if total:
        yield Difference("sum of all accounts", "ledger", int(total), 0)
    summed = func.sum(PostingRow.amount_cents)
    unbalanced = (
        select(PostingRow.entry_id, summed, func.count(EntryRow.id))
        .outerjoin(EntryRow, EntryRow.id == PostingRow.entry_id)
        .group_by(PostingRow.entry_id)
        .having(or_(summed != 0, func.count() < 2, func.count(EntryRow.id) == 0))
    )
    for entry_id, found, heads in session.execute(unbalanced):
        yield Difference("sum of an entry" if heads else "entry without a head", entry_id, int(found), 0)


def _balances(session: Session | Connection) -> Iterator[Difference]:
    free = func.coalesce(func.sum(case((_HELD, 0), else_=PostingRow.amount_cents)), 0)
    held = func.coalesce(func.sum(case((_HELD, PostingRow.amount_cents), else_=0)), 0)
    rows = session.execute(
        select(WalletRow.id, WalletRow.balance_cents, WalletRow.held_cents, WalletRow.postings)
        .add_columns(free, held, func.count(PostingRow.entry_id))
        .outerjoin(PostingRow, PostingRow.wallet_id == WalletRow.id)
        .group_by(WalletRow.id, WalletRow.balance_cents, WalletRow.held_cents, WalletRow.postings)
    )
    for wallet_id, balance, set_aside, counted, free_sum, held_sum, postings in rows:
        pairs = (("balance", balance, free_sum), ("held", set_aside, held_sum), ("postings", counted, postings))
        for what, stands, proven in pairs:
            if stands != proven:
                yield Difference(what, wallet_id, int(stands), int(proven))


def _replays(session: Session | Connection) -> Iterator[Difference]:
    """Compare what each posting says was left with the sum of its account up to it (invariant 7)."""
    running = func.sum(PostingRow.amount_cents).over(
        partition_by=(PostingRow.wallet_id, PostingRow.account), order_by=PostingRow.sequence
    )
    replayed = (
        select(PostingRow.entry_id, PostingRow.balance_after_cents.label("said"), running.label("replayed"))
        .where(PostingRow.wallet_id.is_not(None))
        .subquery()
    )
    for row in session.execute(select(replayed).where(replayed.c.said != replayed.c.replayed)):
        yield Difference("balance after a posting", row.entry_id, int(row.said), int(row.replayed))


def _holds(session: Session | Connection) -> Iterator[Difference]:
    is_held = HoldRow.status == HoldStatus.HELD.value
    open_holds = func.coalesce(func.sum(HoldRow.amount_cents), 0)
    rows = session.execute(
        select(WalletRow.id, WalletRow.held_cents, open_holds)
        .outerjoin(HoldRow, (HoldRow.wallet_id == WalletRow.id) & is_held)
        .group_by(WalletRow.id, WalletRow.held_cents)
        .having(WalletRow.held_cents != open_holds)
    )
    for wallet_id, held, sum_of_holds in rows:
        yield Difference("open holds", wallet_id, int(held), int(sum_of_holds))


def _lines(session: Session | Connection) -> Iterator[Difference]:
    """Compare each line that succeeded with its amount, and with where the line before it ended."""
    after = TransactionRow.balance_after_cents
    ended = func.lag(after, 1, 0).over(
        partition_by=TransactionRow.wallet_id,
        order_by=(TransactionRow.receipt_year, TransactionRow.receipt_number),
    )
    chain = (
        select(
            *(TransactionRow.id, TransactionRow.amount_cents, TransactionRow.balance_before_cents.label("before")),
            *(after.label("after"), ended.label("ended")),
        )
        .where(TransactionRow.status == TransactionStatus.SUCCEEDED.value)
        .subquery()
    )
    broken = or_(chain.c.after - chain.c.before != chain.c.amount_cents, chain.c.before != chain.c.ended)
    for row in session.execute(select(chain).where(broken)):
        yield Difference("chain of lines", row.id, row.before, row.ended)
    counted = func.count(TransactionRow.id)
    rows = session.execute(
        select(WalletRow.id, WalletRow.transactions, counted)
        .outerjoin(TransactionRow, TransactionRow.wallet_id == WalletRow.id)
        .group_by(WalletRow.id, WalletRow.transactions)
        .having(WalletRow.transactions != counted)
    )
    for wallet_id, stands, proven in rows:
        yield Difference("lines", wallet_id, stands, proven)


def _receipts(session: Session | Connection) -> Iterator[Difference]:
    """Find gaps: the largest number of a year is how many there are (invariant 8)."""
    largest, counted = func.max(TransactionRow.receipt_number), func.count(TransactionRow.receipt_number)
    rows = session.execute(
        select(TransactionRow.wallet_id, TransactionRow.receipt_year, largest, counted)
        .where(TransactionRow.receipt_year.is_not(None))
        .group_by(TransactionRow.wallet_id, TransactionRow.receipt_year)
        .having(largest != counted)
    )
    for wallet_id, year, stands, proven in rows:
        yield Difference("receipts", f"{wallet_id} {year}", stands or 0, proven)


def _origins(session: Session | Connection) -> Iterator[Difference]:
    """Compare what the provider and the bank told with the entry that followed it: the same money, the same way."""
    event, settlement, entry = PaymentEventRow, SettlementRow, BankEntryRow
    taken = case((event.kind.in_(_TAKEN), event.amount_cents), else_=-event.amount_cents)
    settled = settlement.amount_cents + settlement.fees_cents
    told: tuple[tuple[str, str, SQLColumnExpression[str | None], SQLColumnExpression[int]], ...] = (
        ("payment event", accounts.PROVIDER_CLEARING, event.entry_id, taken),
        ("settlement", accounts.PROVIDER_CLEARING, settlement.entry_id, settled),
        ("settlement", accounts.BANK_CLEARING, settlement.entry_id, -settlement.amount_cents),
        ("bank entry", accounts.BANK_CLEARING, entry.entry_id, -entry.amount_cents),
    )
    for what, account, entry_id, wanted in told:
        posted = (
            select(func.coalesce(func.sum(PostingRow.amount_cents), 0))
            .where(PostingRow.entry_id == entry_id, PostingRow.account == account)
            .scalar_subquery()
        )
        wrong = select(entry_id, posted, wanted).where(entry_id.is_not(None), posted != wanted)
        for of, stands, proven in session.execute(wrong):
            yield Difference(what, str(of), int(stands), int(proven))
