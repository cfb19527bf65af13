"""`/organisations/<id>/wallet/invoices`: what was invoiced, as page, file and electronic invoice (W13)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from flask import Blueprint, Response
from flask_babel import gettext as _

from core.infra.dates import month_in_words
from core.infra.messages import N_
from core.wallet.documents.invoice_content import InvoiceContent
from core.wallet.documents.invoice_file import invoice_file
from core.wallet.documents.invoices import InvoiceFacts, content_of, invoices_of, xml_of
from core.wallet.states import InvoiceKind, InvoiceStatus
from core.web.locale import current_language
from portal import pages
from portal.frame import OrganisationFrame
from portal.wallet.opening import Part, PartLink, WalletVisit, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_invoices", __name__, url_prefix="/organisations/<organisation_id>/wallet/invoices")

_KINDS = {InvoiceKind.INVOICE: N_("Invoice"), InvoiceKind.CREDIT_NOTE: N_("Credit note")}
# The word, and how it looks. What could not be brought is the seller's to solve: the customer has it here.
_STATUSES = {
    InvoiceStatus.QUEUED: (N_("To be sent"), "waiting", "duration"),
    InvoiceStatus.SENT: (N_("Sent"), "active", "check"),
    InvoiceStatus.REFUSED: (N_("Not delivered"), "failed", "alert"),
    InvoiceStatus.NOT_REACHABLE: (N_("Not delivered"), "failed", "alert"),
}


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A document in the list; `month` and the words of kind and state in the language of the page."""

    id: str
    number: str
    kind: str
    month: str
    issued_on: date
    paid_cents: int
    status: InvoiceStatus
    status_words: tuple[str, str, str]
    url: str


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """All documents of a wallet, the newest first."""

    template: ClassVar[str] = "wallet/invoices.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    invoices: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One document; the files are behind its address."""

    template: ClassVar[str] = "wallet/invoice.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    kind: str
    invoice: InvoiceContent
    url: str
    all_url: str


@bp.get("")
def show(organisation_id: str) -> str:
    """Show the list."""
    opened = open_wallet(organisation_id)
    with opened.visit.services.database.reading() as session:
        found = invoices_of(session, opened.wallet.id)
    listed = tuple(_listed(organisation_id, one) for one in found)
    page = InvoicesPage(around(opened), parts(opened, Part.INVOICES), listed)
    return pages.render(page, menu=page.frame.menu)


@bp.get("/<invoice_id>")
def show_one(organisation_id: str, invoice_id: str) -> str:
    """Show what a document says, in the language of the page; its own texts are in its own language."""
    opened = open_wallet(organisation_id)
    content = _content(opened, invoice_id)
    page = InvoicePage(
        frame=around(opened),
        parts=parts(opened, Part.INVOICES),
        kind=_(_KINDS[content.kind]),
        invoice=content,
        url=_url(organisation_id, invoice_id),
        all_url=wallet_url(organisation_id, Part.INVOICES),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get("/<invoice_id>.pdf")
def file(organisation_id: str, invoice_id: str) -> Response:
    """Send a document as a file for people."""
    content = _content(open_wallet(organisation_id), invoice_id)
    return _attached(invoice_file(content), "application/pdf", f"{content.kind}-{content.number}.pdf")


@bp.get("/<invoice_id>.xml")
def electronic(organisation_id: str, invoice_id: str) -> Response:
    """Send the electronic form of a document, byte by byte as it was made and sent."""
    opened = open_wallet(organisation_id)
    with opened.visit.services.database.reading() as session:
        number, xml = xml_of(session, opened.wallet.id, invoice_id)
    return _attached(xml, "application/xml", f"{number}.xml")


def _content(opened: WalletVisit, invoice_id: str) -> InvoiceContent:
    with opened.visit.services.database.reading() as session:
        return content_of(session, opened.wallet.id, invoice_id)


def _attached(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _listed(organisation_id: str, facts: InvoiceFacts) -> InvoiceLine:
    text, look, icon = _STATUSES[facts.status]
    return InvoiceLine(
        id=facts.id,
        number=facts.number,
        kind=_(_KINDS[facts.kind]),
        month=month_in_words(facts.month, current_language()),
        issued_on=facts.issued_on,
        paid_cents=facts.paid_cents,
        status=facts.status,
        status_words=(_(text), look, icon),
        url=_url(organisation_id, facts.id),
    )


def _url(organisation_id: str, invoice_id: str) -> str:
    return f"{wallet_url(organisation_id, Part.INVOICES)}/{invoice_id}"
