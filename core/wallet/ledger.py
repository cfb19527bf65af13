"""Writing entries: the one way in which money moves.

Whoever posts has locked the wallets before (`lock`), so that what is read is what is written to.
The entry comes after its postings and closes them; the database refuses the rest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.wallet import accounts, rules
from core.wallet.control import warning
from core.wallet.errors import UnknownWallet
from core.wallet.identifiers import EntryId, WalletId
from core.wallet.rules import Entry, Funds, Posting
from core.wallet.states import EntryKind
from core.wallet.tables import EntryRow, PostingRow, WalletRow

Locked = dict[WalletId, WalletRow]


@dataclass(frozen=True, slots=True)
class About:
    """Who an entry is of, and what it is about; identifiers only."""

    person_id: str | None = None
    client_id: str | None = None
    tool_code: str | None = None
    reference: str | None = None
    entry_id: EntryId | None = None


def lock(session: Session, wallet_ids: Collection[WalletId]) -> Locked:
    """Lock wallets in the order of their identifiers and return their rows; raises `UnknownWallet`."""
    rows = session.scalars(
        select(WalletRow)
        .where(WalletRow.id.in_(wallet_ids))
        .order_by(WalletRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(set(wallet_ids)):
        raise UnknownWallet(wallets=len(rows))
    return {WalletId(row.id): row for row in rows}


def post(session: Session, entry: Entry, about: About, *, locked: Locked, now: datetime) -> EntryId:
    """Write an entry and what it leaves on the wallets, and return its identifier.

    Raises `InsufficientFunds` and `WalletFrozen`, and then has written nothing.
    """
    after = rules.after(entry, {wallet_id: funds(locked[wallet_id]) for wallet_id in entry.wallets})
    entry_id = EntryId(new_id("ent"))
    running = {wallet_id: funds(locked[wallet_id]) for wallet_id in entry.wallets}
    rows = [_row(entry_id, position, one, locked, running) for position, one in enumerate(entry.postings)]
    session.execute(insert(PostingRow), rows)
    for wallet_id, left in after.items():
        row = locked[wallet_id]
        warning.watch(session, row, left.balance_cents, now=now)
        row.balance_cents, row.held_cents, row.is_frozen = left.balance_cents, left.held_cents, left.is_frozen
    session.flush()
    session.execute(
        insert(EntryRow).values(
            id=entry_id,
            kind=entry.kind.value,
            at=now,
            done_by=about.person_id,
            client_id=about.client_id,
            tool_code=about.tool_code,
            reference=about.reference,
            about_id=about.entry_id,
        )
    )
    return entry_id


def funds(row: WalletRow) -> Funds:
    """Return what stands on a wallet by its row."""
    return Funds(row.balance_cents, row.held_cents, row.is_frozen)


def entry_of(session: Session, entry_id: str) -> Entry:
    """Return an entry as it was posted."""
    kind = session.scalars(select(EntryRow.kind).where(EntryRow.id == entry_id)).one()
    rows = session.execute(
        select(PostingRow.account, PostingRow.amount_cents)
        .where(PostingRow.entry_id == entry_id)
        .order_by(PostingRow.position)
    )
    return Entry(EntryKind(kind), tuple(Posting(row.account, row.amount_cents) for row in rows))


def _row(
    entry_id: EntryId, position: int, posting: Posting, locked: Locked, running: dict[WalletId, Funds]
) -> dict[str, object]:
    row: dict[str, object] = {
        "entry_id": entry_id,
        "position": position,
        "account": posting.account,
        "amount_cents": posting.amount_cents,
        "wallet_id": None,
        "sequence": None,
        "balance_after_cents": None,
    }
    wallet_id = accounts.wallet_of(posting.account)
    if wallet_id is None:
        return row
    wallet, before = locked[wallet_id], running[wallet_id]
    wallet.postings += 1
    if accounts.is_held(posting.account):
        running[wallet_id] = Funds(before.balance_cents, before.held_cents + posting.amount_cents)
        stands = running[wallet_id].held_cents
    else:
        running[wallet_id] = Funds(before.balance_cents + posting.amount_cents, before.held_cents)
        stands = running[wallet_id].balance_cents
    return {**row, "wallet_id": wallet_id, "sequence": wallet.postings, "balance_after_cents": stands}
