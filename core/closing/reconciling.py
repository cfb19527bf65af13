"""Asking the payment provider what it paid out, before provider, bank and ledger are compared (W12)."""

from contextlib import suppress
from datetime import datetime

from core.infra.db import Database
from core.infra.errors import Conflict, Unavailable
from core.wallet.bank.settlements import match_settlements
from core.wallet.control import reconciliation
from core.wallet.control.reconciliation import Reconciliation
from core.wallet.payments import settlements
from core.wallet.payments.provider import Provider, Settlement
from core.wallet.proof import Difference


def follow(database: Database, provider: Provider, *, now: datetime) -> Reconciliation | None:
    """Compare once each Belgian day; None where that was done."""
    with database.reading() as session:
        if not reconciliation.is_due(session, now=now):
            return None
    return compare(database, provider, now=now)


def compare(database: Database, provider: Provider, *, now: datetime) -> Reconciliation:
    """Record what the provider paid out, compare everything and keep what was found under this day.

    A provider that does not answer is a difference like any other, and the rest is compared.
    """
    told, unasked = _ask(provider)
    # Who is second at the same moment finds done what the first did: settlements are the provider's, not ours.
    with suppress(Conflict), database.transaction() as session:
        settlements.record(session, provider.name, told, now=now)
        match_settlements(session, now=now)
    with database.snapshot() as session:
        made = reconciliation.reconcile(session, now=now, told=unasked)
    with suppress(Conflict), database.transaction() as session:
        reconciliation.keep(session, made)
    return made


def _ask(provider: Provider) -> tuple[tuple[Settlement, ...], tuple[Difference, ...]]:
    try:
        return provider.settlements(), ()
    except Unavailable:
        return (), (Difference("provider-unanswered", provider.name, 0, 0),)
