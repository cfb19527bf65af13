"""Writing about wallets to the managers of the organisations that they belong to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.dates import month_in_words
from core.infra.money import euros
from core.infra.topics import WalletCredited, WalletLow
from core.organisations import letters
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import OrganisationRow
from core.wallet.documents.invoice_content import InvoiceContent
from core.wallet.identifiers import InvoiceId, WalletId
from core.wallet.states import InvoiceKind

_READY = {InvoiceKind.INVOICE: "invoice-ready", InvoiceKind.CREDIT_NOTE: "credit-note-ready"}


def tell_of_low_balance(session: Session, message: WalletLow, *, now: datetime) -> None:
    """Tell the managers, as each of them chose to hear of things, that their wallet ran low."""
    letters.tell_managers(
        session,
        _owner(session, message.wallet_id),
        "wallet-low",
        lambda language: {
            "balance": euros(message.balance_cents, language),
            "below": euros(message.below_cents, language),
        },
        now=now,
    )


def tell_of_credit(session: Session, message: WalletCredited, *, now: datetime) -> None:
    """Tell the managers, as each of them chose to hear of things, what was transferred to their wallet."""
    letters.tell_managers(
        session,
        _owner(session, message.wallet_id),
        "wallet-credited",
        lambda language: {
            "amount": euros(message.amount_cents, language),
            "balance": euros(message.balance_cents, language),
        },
        now=now,
    )


def tell_of_invoice(
    session: Session, wallet_id: WalletId, invoice_id: InvoiceId, content: InvoiceContent, *, now: datetime
) -> None:
    """Write to every manager that an invoice or credit note was made, in the transaction that makes it."""
    letters.tell_managers(
        session,
        _owner(session, wallet_id),
        _READY[content.kind],
        lambda language: {
            "invoice_id": invoice_id,
            "invoice_number": content.number,
            "month": month_in_words(content.month, language),
            "amount": euros(content.totals.paid_cents, language),
        },
        now=now,
    )


def _owner(session: Session, wallet_id: str) -> OrganisationId:
    found = select(OrganisationRow.id).where(OrganisationRow.wallet_id == wallet_id)
    return OrganisationId(session.scalars(found).one())
