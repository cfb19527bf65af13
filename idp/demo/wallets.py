"""What stands on the demo world's wallets: Noord has 120.00 EUR after two top-ups and some searches."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.organisations.queries import find_by_company_number
from core.wallet import charging, deposits
from core.wallet.charging import ChargeOrder
from core.wallet.identifiers import WalletId
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind

_NOORD = "0100001060"
_DEPOSITS = (
    (timedelta(days=55), 100_00, EntryKind.TOP_UP_BANK, "demo-bank-1"),
    (timedelta(days=20), 50_00, EntryKind.TOP_UP_ONLINE, "demo-online-1"),
)
_SEARCH_CENTS = 2_50
_SEARCHES = tuple(timedelta(days=days, hours=2) for days in (54, 51, 47, 40, 36, 33, 27, 19, 12, 8, 5, 1))


def load(session: Session, *, employee: str, now: datetime) -> None:
    """Post what happened on Noord's wallet, the oldest first, unless something stands there."""
    organisation_id = find_by_company_number(session, _NOORD)
    wallet = None if organisation_id is None else wallet_of(session, organisation_id)
    if wallet is None or wallet.transactions:
        return
    came_in = {age: (cents, kind, reference) for age, cents, kind, reference in _DEPOSITS}
    for number, age in enumerate(sorted({*came_in, *_SEARCHES}, reverse=True)):
        if age in came_in:
            cents, kind, reference = came_in[age]
            deposits.credit(session, wallet.id, cents, kind=kind, reference=reference, now=now - age)
        else:
            charging.charge(session, _search(wallet.id, employee, number), now=now - age)


def _search(wallet_id: WalletId, employee: str, number: int) -> ChargeOrder:
    return ChargeOrder(
        wallet_id=wallet_id,
        client_id="cadastrefinder",
        tool_code="cadastrefinder",
        person_id=employee,
        amount_cents=_SEARCH_CENTS,
        description="Search by address",
        reference=f"demo-search-{number}",
    )
