"""Writing entries: the one way in which money moves.

Whoever posts has locked the wallets before (`lock`), so that what is read is what is written to.
The entry comes after its postings and closes them; the database refuses the rest.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.infra.kept_query import KeptChange
from core.wallet import accounts, rules
from core.wallet.control import warning
from core.wallet.errors import UnknownWallet
from core.wallet.identifiers import EntryId, WalletId
from core.wallet.rules import Entry, Funds, Posting
from core.wallet.states import EntryKind
from core.wallet.tables import EntryRow, PostingRow, WalletRow

Locked = dict[WalletId, WalletRow]

_posting = PostingRow.__table__
_OF_A_POSTING = ("account", "amount_cents", "wallet_id", "sequence", "balance_after_cents")
_LOCK = (
    select(WalletRow)
    .where(WalletRow.id.in_(bindparam("wallets", expanding=True)))
    .order_by(WalletRow.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ENTRY = KeptChange(insert(EntryRow))


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
    rows = session.scalars(_LOCK, {"wallets": list(wallet_ids)}).all()
    if len(rows) != len(set(wallet_ids)):
        raise UnknownWallet(wallets=len(rows))
    return {WalletId(row.id): row for row in rows}


def post(session: Session, entry: Entry, about: About, *, locked: Locked, now: datetime) -> EntryId:
    """Write an entry and what it leaves on the wallets, and return its identifier.

    Raises `InsufficientFunds` and `WalletFrozen`, and then has written nothing.
    """
    before = {wallet_id: funds(locked[wallet_id]) for wallet_id in entry.wallets}
    after = rules.after(entry, before)
    entry_id = EntryId(new_id("ent"))
    numbered = _Numbered(locked, before)
    rows = [numbered.row(posting) for posting in entry.postings]
    values = {f"{name}_{place}": value for place, row in enumerate(rows) for name, value in row.items()}
    _inserting(len(rows)).make(session, {"entry_id": entry_id, **values})
    _ENTRY.make(
        session,
        {
            "id": entry_id,
            "kind": entry.kind.value,
            "at": now,
            "done_by": about.person_id,
            "client_id": about.client_id,
            "tool_code": about.tool_code,
            "reference": about.reference,
            "about_id": about.entry_id,
        },
    )
    # Last, so that a wallet's row is written once, together with the line that whoever posts adds.
    for wallet_id, left in after.items():
        row = locked[wallet_id]
        warning.watch(session, row, left.balance_cents, now=now)
        row.balance_cents, row.held_cents, row.is_frozen = left.balance_cents, left.held_cents, left.is_frozen
        row.postings = numbered.counts[wallet_id]
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


class _Numbered:
    """Postings as rows: those of a wallet with the next number of it, and what stands there afterwards."""

    def __init__(self, locked: Locked, before: Mapping[WalletId, Funds]) -> None:
        self.counts = {wallet_id: locked[wallet_id].postings for wallet_id in before}
        self._running = dict(before)

    def row(self, posting: Posting) -> dict[str, object]:
        """Return the columns of the next posting."""
        row = {"account": posting.account, "amount_cents": posting.amount_cents}
        wallet_id = accounts.wallet_of(posting.account)
        if wallet_id is None:
            return {**row, "wallet_id": None, "sequence": None, "balance_after_cents": None}
        before = self._running[wallet_id]
        self.counts[wallet_id] += 1
        if accounts.is_held(posting.account):
            stands = before.held_cents + posting.amount_cents
            self._running[wallet_id] = Funds(before.balance_cents, stands)
        else:
            stands = before.balance_cents + posting.amount_cents
            self._running[wallet_id] = Funds(stands, before.held_cents)
        sequence = self.counts[wallet_id]
        return {**row, "wallet_id": wallet_id, "sequence": sequence, "balance_after_cents": stands}


@lru_cache(maxsize=16)
def _inserting(count: int) -> KeptChange:
    """Return the statement that inserts so many postings of one entry at once."""
    entry_id = bindparam("entry_id", type_=_posting.c.entry_id.type)
    rows = [
        {"entry_id": entry_id, "position": place}
        | {name: bindparam(f"{name}_{place}", type_=_posting.c[name].type) for name in _OF_A_POSTING}
        for place in range(count)
    ]
    return KeptChange(insert(PostingRow).values(rows))
