"""An invoice on its way to the customer: each attempt is written down before it is made, and what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.db import Database
from core.infra.errors import ImmoError, Unavailable
from core.infra.log import event
from core.infra.outbox import MAX_ATTEMPTS
from core.wallet.documents.access_point import AccessPoint, Outcome, Parcel
from core.wallet.documents.invoice_content import InvoiceContent
from core.wallet.documents.tables import InvoiceRow
from core.wallet.identifiers import InvoiceId
from core.wallet.states import InvoiceKind, InvoiceStatus

_OVER = (InvoiceStatus.SENT.value, InvoiceStatus.REFUSED.value)


def send(database: Database, access_point: AccessPoint, invoice_id: InvoiceId, *, attempt: int, now: datetime) -> None:
    """Bring an invoice to the access point and keep its answer; one that has arrived is not brought again.

    Raises `Unavailable` while nothing is decided, and what the outbound client refuses: the outbox tries
    again, and after its last attempt the invoice counts as not reachable.
    """
    with database.transaction() as session:
        begun = _begin(session, invoice_id)
    if begun is None:
        return
    parcel, attempts_before = begun
    try:
        outcome = access_point.bring(parcel, again=attempts_before > 0)
    except ImmoError:
        _keep(database, invoice_id, Outcome(InvoiceStatus.QUEUED, b""), attempt=attempt, now=now)
        raise
    _keep(database, invoice_id, outcome, attempt=attempt, now=now)
    if outcome.status is InvoiceStatus.QUEUED:
        raise Unavailable("access-point", reason="still-sending")


def _begin(session: Session, invoice_id: InvoiceId) -> tuple[Parcel, int] | None:
    row = session.get_one(InvoiceRow, invoice_id, with_for_update=True)
    if row.status in _OVER:
        return None
    content, before = InvoiceContent.from_json(row.content), row.attempts
    row.attempts += 1
    kind = InvoiceKind(row.kind)
    return Parcel(invoice_id, kind, content.seller.number, content.buyer.number, row.xml), before


def _keep(database: Database, invoice_id: InvoiceId, outcome: Outcome, *, attempt: int, now: datetime) -> None:
    is_last = attempt >= MAX_ATTEMPTS
    status = outcome.status
    if status is InvoiceStatus.QUEUED and is_last:
        status = InvoiceStatus.NOT_REACHABLE
    with database.transaction() as session:
        row = session.get_one(InvoiceRow, invoice_id, with_for_update=True)
        if row.status in _OVER:
            return
        row.status, row.response = status.value, outcome.response or row.response
        row.sent_at = now if status is InvoiceStatus.SENT else None
    event("invoice_brought", invoice_id=invoice_id, status=status.value, attempt=attempt)
