"""Brings the VAT that the ledger owes to what invoices say.

The ledger takes the VAT out of each charge, rounded each time; an invoice owes it once, on the total. The
few cents between them are posted with the invoice, so that `vat:due` is what the invoices add up to.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.wallet import accounts, ledger
from core.wallet.documents.rules import Draft
from core.wallet.documents.tables import InvoicedTransactionRow
from core.wallet.identifiers import InvoiceId
from core.wallet.ledger import About
from core.wallet.rules import Entry, Posting
from core.wallet.states import EntryKind
from core.wallet.tables import PostingRow, TransactionRow


def bring_to(
    session: Session, invoice_id: InvoiceId, draft: Draft, vat_cents: int, *, number: str, now: datetime
) -> None:
    """Post what is between the VAT of a stored document and that of its lines; mostly nothing or a cent."""
    posted = session.scalar(
        select(func.coalesce(func.sum(PostingRow.amount_cents), 0))
        .join(TransactionRow, TransactionRow.entry_id == PostingRow.entry_id)
        .join(InvoicedTransactionRow, InvoicedTransactionRow.transaction_id == TransactionRow.id)
        .where(InvoicedTransactionRow.invoice_id == invoice_id, PostingRow.account == accounts.VAT_DUE)
    )
    owed = vat_cents if draft.about_id is None else -vat_cents
    between = owed - int(posted or 0)
    if not between:
        return
    # The tool that sold the most bears it.
    tool_code = max(draft.sums, key=lambda one: one.paid_cents).tool_code
    postings = (Posting(accounts.VAT_DUE, between), Posting(accounts.revenue(tool_code), -between))
    about = About(tool_code=tool_code, reference=number)
    ledger.post(session, Entry(EntryKind.CORRECTION, postings), about, locked={}, now=now)
