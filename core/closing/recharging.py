"""Recharging a wallet online (W6): who may, what the provider is asked, and who hears what became of it.

The provider is asked outside of any transaction. Between intent, call and answer the process may
die: the worker asks again, under the same reference, and finds the same payment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit, log
from core.infra.db import Database
from core.infra.errors import RuleError, Unavailable
from core.infra.ids import digest
from core.infra.money import euros
from core.infra.wallet_settings import PaymentSettings
from core.organisations.identifiers import OrganisationId
from core.organisations.letters import tell_managers, tell_person
from core.organisations.rights import Right
from core.organisations.standing import place_of
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.wallet.errors import InvalidAmount
from core.wallet.identifiers import WalletId
from core.wallet.payments import following, topups
from core.wallet.payments.following import Happened
from core.wallet.payments.provider import Order, Payment, PaymentRefused, Provider
from core.wallet.payments.rules import RECOVERABLE_FOR
from core.wallet.payments.topups import Asked
from core.wallet.states import PaymentEvent, TopUpStatus

ANNOUNCED_AT = "/payments/webhook"
_ID_DIGITS = 32
_ACTIONS = {
    PaymentEvent.PAID: "wallet-recharged",
    PaymentEvent.REFUNDED: "wallet-recharge-refunded",
    PaymentEvent.REFUND_FAILED: "wallet-recharge-returned",
    PaymentEvent.CHARGED_BACK: "wallet-recharge-charged-back",
    PaymentEvent.CHARGEBACK_REVERSED: "wallet-recharge-returned",
}
# What managers are written; of what comes in, whoever paid it is.
_LETTERS = {
    PaymentEvent.REFUNDED: "wallet-recharge-refunded",
    PaymentEvent.CHARGED_BACK: "wallet-recharge-charged-back",
}


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Where payments are asked for and followed; `portal_url` is where payers come back to."""

    database: Database
    provider: Provider
    portal_url: str

    def ask(self, top_up_id: str, *, now: datetime) -> Payment | None:
        """Ask the provider how a payment stands, or to begin it, and do what follows from the answer.

        Return None where there is no payment and will be none, or none that anybody is to pay: somebody else
        was answered first. May be repeated by anybody at any time.
        Raises `NotFound`, and `Unavailable`: then everything stays as it is, and is asked again.
        """
        with self.database.reading() as session:
            question = topups.asked(session, top_up_id)
            order = self._order(session, question)
        if question.payment_id is not None:
            return self._follow(question, self.provider.payment(question.payment_id), now)
        if not question.is_on_its_way:
            return None
        if question.created_at + RECOVERABLE_FOR <= now:
            # The provider may have forgotten the reference, and nobody was ever sent there to pay.
            self._give_up(question, TopUpStatus.EXPIRED, "never-begun", now)
            return None
        try:
            return self._follow(question, self.provider.begin(order), now)
        except PaymentRefused as error:
            log.event("payment_refused", log.ERROR, top_up_id=top_up_id, field=error.details.get("field"))
            self._give_up(question, TopUpStatus.FAILED, error.code, now)
            return None

    def ask_due(self, *, now: datetime, most: int = 50) -> int:
        """Ask about each payment that is due, and return about how many; ends where the provider does not answer."""
        return sum(1 for _ in self._asked(now, most))

    def _asked(self, now: datetime, most: int) -> Iterator[str]:
        for _ in range(most):
            with self.database.transaction() as session:
                top_up_id = topups.take_due(session, now=now)
            if top_up_id is None:
                return
            try:
                self.ask(top_up_id, now=now)
            except Unavailable as error:
                log.event("payments_unanswered", log.WARNING, top_up_id=top_up_id, reason=error.details.get("reason"))
                return
            yield top_up_id

    def _order(self, session: Session, question: Asked) -> Order:
        """Return what the provider is asked for; the same each time, for it is the same call."""
        found = select(OrganisationRow.company_number).where(OrganisationRow.id == question.organisation_id)
        pages = f"{self.portal_url}/organisations/{question.organisation_id}/wallet/recharge"
        return Order(
            reference=question.id,
            amount_cents=question.amount_cents,
            description=f"Immo-Connect {session.scalars(found).one()}",
            return_url=f"{pages}/{question.id}",
            announce_url=f"{self.portal_url}{ANNOUNCED_AT}",
            language=question.language,
        )

    def _follow(self, question: Asked, payment: Payment, now: datetime) -> Payment | None:
        with self.database.transaction() as session:
            for happened in following.follow(session, question, payment, now=now):
                _tell(session, question, happened, now)
            is_ours = topups.asked(session, question.id).payment_id == payment.id
        return payment if is_ours else None

    def _give_up(self, question: Asked, status: TopUpStatus, reason: str, now: datetime) -> None:
        with self.database.transaction() as session:
            topups.give_up(session, question, status, reason, now=now)


def intend(
    session: Session,
    wallet_id: WalletId,
    amount_cents: int,
    *,
    organisation_id: OrganisationId,
    press: str,
    provider: str,
    bounds: PaymentSettings,
    by: PersonId,
    language: str,
    now: datetime,
) -> str:
    """Write down that somebody wants to recharge the wallet of their organisation, and return the top-up.

    `press` is the form's own word for one press of its button: pressed twice it is one payment, with
    another amount it is another one. Raises `RuleError` where they may not (any more), `InvalidAmount`
    outside of the bounds.
    """
    place = place_of(session, organisation_id, by)
    if place is None or not place.may(Right.RECHARGE_WALLET):
        raise RuleError(right=Right.RECHARGE_WALLET.value)
    if not bounds.minimum_cents <= amount_cents <= bounds.maximum_cents:
        raise InvalidAmount(amount_cents=amount_cents)
    top_up_id = f"top_{digest(f'{wallet_id} {by} {amount_cents} {press}')[:_ID_DIGITS]}"
    topups.intend(
        session,
        wallet_id,
        amount_cents,
        top_up_id=top_up_id,
        provider=provider,
        by=by,
        language=language,
        now=now,
    )
    return top_up_id


def _tell(session: Session, question: Asked, happened: Happened, now: datetime) -> None:
    organisation_id, payer = OrganisationId(question.organisation_id), PersonId(question.person_id)
    is_paid = happened.event is PaymentEvent.PAID
    audit.record(
        session,
        action=_ACTIONS[happened.event],
        actor_id=payer if is_paid else None,
        subject_id=payer,
        organisation_id=organisation_id,
        details={"top_up_id": question.id, "amount_cents": happened.amount_cents},
        now=now,
    )

    def values(language: str) -> dict[str, str]:
        return {"amount": euros(happened.amount_cents, language)}

    if is_paid:
        tell_person(session, payer, organisation_id, "wallet-recharged", values, now=now)
    if happened.event in _LETTERS:
        tell_managers(session, organisation_id, _LETTERS[happened.event], values, now=now)
