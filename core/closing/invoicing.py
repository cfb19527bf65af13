"""The invoices of a month: for each organisation one of what its tools delivered, and its credit notes (W13).

A month is invoiced when it is over. Each wallet and month is a transaction of its own, which takes the
next numbers of the seller's year: what fails takes no number and is tried again, and the rest is invoiced.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.closing.wallet_letters import tell_of_invoice
from core.infra.catalogues import translations
from core.infra.clock import belgian_date, start_of_belgian_month
from core.infra.dates import month_in_words
from core.infra.db import Database
from core.infra.errors import Conflict, ImmoError
from core.infra.log import ERROR, event
from core.infra.messages import N_
from core.infra.outbox import enqueue
from core.infra.topics import InvoiceIssued
from core.infra.wallet_settings import SellerSettings
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.tables import PersonRow
from core.tools.catalogue import listed_tools
from core.wallet.charging import VAT_BASIS_POINTS
from core.wallet.documents import invoices, open_lines, rules, vat
from core.wallet.documents.check import UnsoundInvoice, require_sound
from core.wallet.documents.invoice_content import InvoiceContent, Line, Party, Preceding
from core.wallet.documents.invoices import Numbers
from core.wallet.documents.rules import Draft, ToolSum
from core.wallet.documents.ubl import electronic_invoice
from core.wallet.identifiers import WalletId
from core.wallet.states import InvoiceKind

# In which an organisation is written to that has no manager.
_LANGUAGE = "nl"
_NOTES = {
    InvoiceKind.INVOICE: N_("Paid from the wallet: nothing is left to pay."),
    InvoiceKind.CREDIT_NOTE: N_("Put back on the wallet: nothing is left to pay."),
}
_DELIVERED = N_("Transactions in %(month)s: %(count)d")


class MonthNotInvoiced(ImmoError):
    """For some wallets no document could be made; all others have theirs. Try again when it was mended."""

    code = "month-not-invoiced"


@dataclass(frozen=True, slots=True)
class _Customer:
    """Whose wallet it is, and the language in which it is written to."""

    party: Party
    language: str


def invoice_months(database: Database, settings: SellerSettings, *, now: datetime) -> int:
    """Invoice what settled in the months before this one and stands on no document; return how many were made.

    Two at once, or one again after a crash, make nothing twice. Raises `MonthNotInvoiced`.
    """
    until, today = start_of_belgian_month(now), belgian_date(now)
    first_day = today.replace(day=1)
    with database.reading() as session:
        if invoices.is_done(session, settings.number, until=first_day):
            return 0
        wallets = open_lines.wallets_with_some(session, before=until)
    with suppress(Conflict), database.transaction() as session:
        invoices.open_year(session, settings.number, today.year)
    made, failed = 0, []
    for wallet_id in wallets:
        try:
            for documents in _invoice_wallet(database, settings, wallet_id, before=until, now=now):
                made += documents
        except (UnsoundInvoice, ValueError) as error:
            event("invoice_failed", ERROR, wallet_id=wallet_id, reason=type(error).__name__, trace=error)
            failed.append(wallet_id)
    if failed:
        raise MonthNotInvoiced(wallets=" ".join(failed), made=made)
    with database.transaction() as session:
        Numbers(session, settings.number, today.year).done(until=first_day)
    return made


def _invoice_wallet(
    database: Database, settings: SellerSettings, wallet_id: WalletId, *, before: datetime, now: datetime
) -> Iterator[int]:
    """Invoice a wallet month by month, the oldest first: a credit note is about an invoice that is there.

    Yields how many documents each month made, after they were committed.
    """
    while True:
        with database.transaction() as session:
            numbers = Numbers(session, settings.number, belgian_date(now).year)
            # Read behind the lock: of two that run at once the second finds what the first made.
            found = open_lines.of_wallet(session, wallet_id, before=before)
            if not found:
                return
            month = found[0][0]
            desk = _Desk(session, settings, wallet_id, month, now)
            made = [desk.issue(draft, numbers) for draft in rules.drafts(line for day, line in found if day == month)]
        yield sum(made)


class _Desk:
    """Makes the documents of one wallet and month, in one transaction."""

    def __init__(
        self, session: Session, settings: SellerSettings, wallet_id: WalletId, month: date, now: datetime
    ) -> None:
        self._session = session
        self._seller = Party(
            settings.number, settings.name, settings.street_address, settings.postal_code, settings.locality
        )
        self._wallet_id = wallet_id
        self._customer = _customer(session, wallet_id)
        self._tools = dict(listed_tools(session))
        self._month, self._now = month, now

    def issue(self, draft: Draft, numbers: Numbers) -> int:
        """Make a document of a draft and return how many that were: none where nothing is left of it."""
        if not draft.sums:
            open_lines.take_up(self._session, draft.transaction_ids, None)
            return 0
        sequence, number = numbers.take()
        content = self._content(draft, number)
        xml = electronic_invoice(content)
        require_sound(xml)
        invoice_id = invoices.store(self._session, self._wallet_id, draft, content, xml, sequence=sequence)
        vat.bring_to(self._session, invoice_id, draft, content.totals.vat_cents, number=number, now=self._now)
        enqueue(self._session, InvoiceIssued(invoice_id), now=self._now)
        tell_of_invoice(self._session, self._wallet_id, invoice_id, content, now=self._now)
        return 1

    def _content(self, draft: Draft, number: str) -> InvoiceContent:
        kind = InvoiceKind.INVOICE if draft.about_id is None else InvoiceKind.CREDIT_NOTE
        total = rules.totals(draft.paid_cents, VAT_BASIS_POINTS)
        nets = rules.shares(total.net_cents, [one.paid_cents for one in draft.sums])
        language = self._customer.language
        return InvoiceContent(
            kind=kind,
            number=number,
            issued_on=belgian_date(self._now),
            month=self._month,
            language=language,
            vat_basis_points=VAT_BASIS_POINTS,
            seller=self._seller,
            buyer=self._customer.party,
            note=translations(language).gettext(_NOTES[kind]),
            lines=tuple(self._line(one, net) for one, net in zip(draft.sums, nets, strict=True)),
            totals=total,
            about=None if draft.about_id is None else Preceding(*invoices.preceding(self._session, draft.about_id)),
        )

    def _line(self, one: ToolSum, net_cents: int) -> Line:
        language, tool = self._customer.language, self._tools.get(one.tool_code)
        words = translations(language).gettext(_DELIVERED)
        return Line(
            # A tool that is in no catalogue any more is known by its code.
            name=one.tool_code if tool is None else tool.text(language),
            description=words % {"count": one.charges, "month": month_in_words(self._month, language)},
            paid_cents=one.paid_cents,
            net_cents=net_cents,
        )


def _customer(session: Session, wallet_id: WalletId) -> _Customer:
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.wallet_id == wallet_id)).one()
    language = session.scalar(
        select(PersonRow.language)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.organisation_id == row.id, MembershipRow.is_manager)
        .where(MembershipRow.status == MembershipStatus.ACTIVE.value)
        .order_by(MembershipRow.since, MembershipRow.id)
        .limit(1)
    )
    party = Party(row.company_number, row.name, row.street_address, row.postal_code, row.locality)
    return _Customer(party, language or _LANGUAGE)
