"""Builders of wallets: each calls the use cases, what matters stands in the test."""

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from core.organisations.tables import OrganisationRow
from core.wallet.charging import ChargeOrder
from core.wallet.identifiers import WalletId
from core.wallet.states import EntryKind
from tests.support import deposits
from tests.support.offices import a_person, an_office

_numbers = itertools.count(1)


def a_wallet(session: Session, *, cents: int = 0, now: datetime) -> WalletId:
    """Open a wallet of a new organisation with so much on it."""
    number = next(_numbers)
    office = an_office(session, a_person(session, f"owner.{number}", now=now), now=now, number=number)
    wallet_id = WalletId(session.get_one(OrganisationRow, office.organisation_id).wallet_id)
    if cents:
        deposits.credit(session, wallet_id, cents, kind=EntryKind.TOP_UP_BANK, reference=f"bank-{number}", now=now)
    return wallet_id


def an_order(wallet_id: WalletId, *, cents: int, reference: str | None = None, client: str = "finder") -> ChargeOrder:
    """Return the order of a tool that wants to be paid."""
    return ChargeOrder(wallet_id, client, "finder", None, cents, "Search of a parcel", reference)
