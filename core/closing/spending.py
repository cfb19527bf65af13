"""Somebody buys something in a tool, and their organisation's wallet pays (W8, W11).

Whether they may is decided in the transaction that moves the money: the context is open now, no
manager took paying away, the limits leave room. What a token says is of some minutes ago.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.infra.db import Session
from core.infra.errors import RuleError
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.access import offered_context
from core.tools.context import OfferedContext
from core.tools.identifiers import RegistrationId
from core.wallet import charging, holds
from core.wallet.charging import ChargeOrder, Done
from core.wallet.control import limits
from core.wallet.holds import Hold
from core.wallet.identifiers import WalletId
from core.wallet.queries import WalletFacts, wallet_of


class ContextClosed(RuleError):
    """The organisation, the tool or the person's place in them is not what it was when they signed in."""

    code = "context-closed"


class MayNotPay(RuleError):
    """A manager decided that this person does not pay from the wallet."""

    code = "may-not-pay"


class MayNotSee(RuleError):
    """A manager decided that this person does not see what is on the wallet."""

    code = "may-not-see"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, for whom, in which tool by which client: the context of a sign-in that reached the level `acr`."""

    person_id: PersonId
    organisation_id: OrganisationId
    registration_id: RegistrationId
    acr: Acr
    client_id: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought: the price with VAT, what the wallet's page shows, and the tool's own name for it."""

    amount_cents: int
    description: str
    reference: str | None = None


def charge(session: Session, buyer: Buyer, purchase: Purchase, *, now: datetime) -> Done:
    """Take the price from the organisation's wallet.

    Raises `ContextClosed`, `MayNotPay`, `LimitReached`, and what `charging.charge` raises.
    """
    return charging.charge(session, _allowed(session, buyer, purchase, now), now=now)


def reserve(session: Session, buyer: Buyer, purchase: Purchase, *, life: timedelta, now: datetime) -> Hold:
    """Set the price aside; raises as `charge` does."""
    return holds.reserve(session, _allowed(session, buyer, purchase, now), life=life, now=now)


def note_refusal(session: Session, buyer: Buyer, purchase: Purchase, reason: str, *, now: datetime) -> None:
    """Let the wallet's page show what was refused and why, in a transaction after the one that was undone.

    Raises `ContextClosed`.
    """
    charging.refuse(session, _order(_open_context(session, buyer, now), buyer, purchase), reason, now=now)


def visible_wallet(session: Session, buyer: Buyer, *, now: datetime) -> WalletFacts:
    """Return what stands on the wallet; raises `ContextClosed` and `MayNotSee`."""
    context = _open_context(session, buyer, now)
    if not context.membership.may_read_wallet:
        raise MayNotSee(person=buyer.person_id)
    wallet = wallet_of(session, buyer.organisation_id)
    if wallet is None:
        raise ContextClosed(organisation=buyer.organisation_id)
    return wallet


def _allowed(session: Session, buyer: Buyer, purchase: Purchase, now: datetime) -> ChargeOrder:
    context = _open_context(session, buyer, now)
    if not context.membership.may_charge_wallet:
        raise MayNotPay(person=buyer.person_id)
    order = _order(context, buyer, purchase)
    limits.require_within(session, order.wallet_id, order.person_id, order.tool_code, order.amount_cents, now=now)
    return order


def _open_context(session: Session, buyer: Buyer, now: datetime) -> OfferedContext:
    context = offered_context(
        session, person_id=buyer.person_id, registration_id=buyer.registration_id, reachable=buyer.acr, now=now
    )
    if context is None or not context.is_usable or context.organisation.id != buyer.organisation_id:
        raise ContextClosed(person=buyer.person_id, registration=buyer.registration_id)
    return context


def _order(context: OfferedContext, buyer: Buyer, purchase: Purchase) -> ChargeOrder:
    if context.wallet_id is None:
        raise ContextClosed(organisation=buyer.organisation_id)
    return ChargeOrder(
        wallet_id=WalletId(context.wallet_id),
        client_id=buyer.client_id,
        tool_code=context.tool_code,
        person_id=buyer.person_id,
        amount_cents=purchase.amount_cents,
        description=purchase.description,
        reference=purchase.reference,
    )
