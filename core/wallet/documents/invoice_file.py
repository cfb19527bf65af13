"""An invoice or credit note as a file for people (W13); the electronic invoice is what counts.

What was sold, to whom and for how much is what was kept; the words around it are those of today.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path

from babel.numbers import format_percent

from core.infra.catalogues import translations
from core.infra.company_numbers import company_number
from core.infra.dates import date_in_words, locale_of
from core.infra.messages import N_
from core.infra.money import euros
from core.infra.typesetting import Content, pdf
from core.wallet.documents.invoice_content import InvoiceContent, Party
from core.wallet.states import InvoiceKind

_TEMPLATE = Path(__file__).parent / "invoice.typ"
_TITLES: Mapping[InvoiceKind, str] = {
    InvoiceKind.INVOICE: N_("Invoice"),
    InvoiceKind.CREDIT_NOTE: N_("Credit note"),
}
_SETTLED: Mapping[InvoiceKind, str] = {
    InvoiceKind.INVOICE: N_("Paid from the wallet"),
    InvoiceKind.CREDIT_NOTE: N_("Put back on the wallet"),
}
_WHOLE = 10_000


def invoice_file(invoice: InvoiceContent) -> bytes:
    """Return the file of a document, dated by its day; the same one each time."""
    return pdf(_TEMPLATE, _content(invoice), made_at=datetime.combine(invoice.issued_on, time.min, UTC))


def _content(invoice: InvoiceContent) -> Content:
    language = invoice.language
    say = translations(language).gettext
    columns = (N_("Delivered by"), N_("What was delivered"), N_("Without VAT"))
    lines = [[one.name, one.description, euros(one.net_cents, language)] for one in invoice.lines]
    return {
        "language": language,
        "title": say(_TITLES[invoice.kind]),
        "number": invoice.number,
        "sender": _party(invoice.seller),
        "receiver": {"label": say(N_("For")), **_party(invoice.buyer)},
        "facts": [{"label": say(label), "value": value} for label, value in _facts(invoice)],
        "columns": [say(column) for column in columns],
        "lines": lines,
        "totals": [{"label": label, "value": euros(cents, language)} for label, cents in _totals(invoice)],
        "due": {"label": say(N_("To pay")), "value": euros(0, language)},
        "note": invoice.note,
    }


def _facts(invoice: InvoiceContent) -> list[tuple[str, str]]:
    language = invoice.language
    period = f"{date_in_words(invoice.month, language)} \N{EN DASH} {date_in_words(invoice.last_day, language)}"
    facts = [(N_("Date"), date_in_words(invoice.issued_on, language)), (N_("Period"), period)]
    if invoice.about is not None:
        about = f"{invoice.about.number}, {date_in_words(invoice.about.issued_on, language)}"
        facts.append((N_("About invoice"), about))
    return facts


def _totals(invoice: InvoiceContent) -> list[tuple[str, int]]:
    """Return the totals and how they were settled: nothing is left to pay, because the wallet paid at once."""
    say, totals = translations(invoice.language).gettext, invoice.totals
    rate = format_percent(
        Decimal(invoice.vat_basis_points) / _WHOLE, locale=locale_of(invoice.language), decimal_quantization=False
    )
    rounding = [(say(N_("Rounding")), totals.rounding_cents)] if totals.rounding_cents else []
    return [
        (say(N_("Total without VAT")), totals.net_cents),
        (say(N_("VAT %(rate)s")) % {"rate": rate}, totals.vat_cents),
        (say(N_("Total with VAT")), totals.gross_cents),
        *rounding,
        (say(_SETTLED[invoice.kind]), totals.paid_cents),
    ]


def _party(party: Party) -> Mapping[str, str | list[str]]:
    town = " ".join(filter(None, (party.postal_code, party.locality)))
    lines = (party.street_address, town, f"BE {company_number(party.number)}")
    return {"name": party.name, "lines": [line for line in lines if line]}
