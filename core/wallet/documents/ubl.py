"""The electronic invoice: UBL 2.1 as Peppol BIS Billing 3.0 has it, a profile of EN 16931.

Elements stand in the order of the UBL schemas, which is not the same for an invoice and a credit note;
business terms (BT-…) are those of EN 16931-1. What is written is checked by `check.py`, which knows nothing of this.
"""

from datetime import date
from decimal import Decimal

from lxml import etree

from core.wallet.documents.invoice_content import InvoiceContent, Line, Party, Preceding
from core.wallet.documents.rules import Totals
from core.wallet.states import InvoiceKind

CUSTOMIZATION_ID = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE_ID = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# Belgian company numbers among the schemes of electronic addresses, and among those of registers (ICD).
COMPANY_NUMBER_SCHEME = "0208"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_NAMES = {InvoiceKind.INVOICE: "Invoice", InvoiceKind.CREDIT_NOTE: "CreditNote"}
# UNTDID 1001: commercial invoice, credit note.
_TYPE_CODES = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381"}
_CURRENCY = "EUR"
# UNECE Recommendation 20: one.
_ONE = "C62"
# UNTDID 5305: standard rate.
_STANDARD_RATE = "S"


def namespace(kind: InvoiceKind) -> str:
    """Return the namespace of a document's root."""
    return f"urn:oasis:names:specification:ubl:schema:xsd:{_NAMES[kind]}-2"


def document_name(kind: InvoiceKind) -> str:
    """Return the name of a document's root."""
    return _NAMES[kind]


def electronic_invoice(content: InvoiceContent) -> bytes:
    """Return a document as XML; the same content gives the same bytes."""
    kind = content.kind
    root = etree.Element(f"{{{namespace(kind)}}}{_NAMES[kind]}", nsmap={None: namespace(kind), "cac": CAC, "cbc": CBC})
    _text(root, "CustomizationID", CUSTOMIZATION_ID)
    _text(root, "ProfileID", PROFILE_ID)
    _text(root, "ID", content.number)
    _date(root, "IssueDate", content.issued_on)
    if kind is InvoiceKind.INVOICE:
        _text(root, "InvoiceTypeCode", _TYPE_CODES[kind])
        _text(root, "Note", content.note)
        # VAT falls due in the month of the delivery, for which this is issued in the next (BT-7).
        _date(root, "TaxPointDate", content.last_day)
    else:
        _text(root, "CreditNoteTypeCode", _TYPE_CODES[kind])
        _text(root, "Note", content.note)
    _text(root, "DocumentCurrencyCode", _CURRENCY)
    # Asked for by the profile; customers have given us no other.
    _text(root, "BuyerReference", content.buyer.number)
    period = _group(root, "InvoicePeriod")
    _date(period, "StartDate", content.month)
    _date(period, "EndDate", content.last_day)
    if content.about is not None:
        _preceding(root, content.about)
    _party(_group(root, "AccountingSupplierParty"), content.seller)
    _party(_group(root, "AccountingCustomerParty"), content.buyer)
    _tax_total(root, content)
    _monetary_total(root, content.totals)
    for number, line in enumerate(content.lines, start=1):
        _line(root, content, number, line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _preceding(root: etree._Element, about: Preceding) -> None:
    reference = _group(_group(root, "BillingReference"), "InvoiceDocumentReference")
    _text(reference, "ID", about.number)
    _date(reference, "IssueDate", about.issued_on)


def _party(role: etree._Element, party: Party) -> None:
    element = _group(role, "Party")
    _text(element, "EndpointID", party.number, schemeID=COMPANY_NUMBER_SCHEME)
    address = _group(element, "PostalAddress")
    parts = (("StreetName", party.street_address), ("CityName", party.locality), ("PostalZone", party.postal_code))
    for name, value in parts:
        if value and value.strip():
            _text(address, name, value.strip())
    _text(_group(address, "Country"), "IdentificationCode", "BE")
    scheme = _group(element, "PartyTaxScheme")
    _text(scheme, "CompanyID", party.vat_number)
    _text(_group(scheme, "TaxScheme"), "ID", "VAT")
    entity = _group(element, "PartyLegalEntity")
    _text(entity, "RegistrationName", party.name)
    _text(entity, "CompanyID", party.number, schemeID=COMPANY_NUMBER_SCHEME)


def _tax_total(root: etree._Element, content: InvoiceContent) -> None:
    total = _group(root, "TaxTotal")
    _amount(total, "TaxAmount", content.totals.vat_cents)
    subtotal = _group(total, "TaxSubtotal")
    _amount(subtotal, "TaxableAmount", content.totals.net_cents)
    _amount(subtotal, "TaxAmount", content.totals.vat_cents)
    _category(subtotal, "TaxCategory", content.vat_basis_points)


def _monetary_total(root: etree._Element, totals: Totals) -> None:
    """Write the totals: all of it was paid from the wallet, so that nothing is left to pay."""
    total = _group(root, "LegalMonetaryTotal")
    _amount(total, "LineExtensionAmount", totals.net_cents)
    _amount(total, "TaxExclusiveAmount", totals.net_cents)
    _amount(total, "TaxInclusiveAmount", totals.gross_cents)
    _amount(total, "PrepaidAmount", totals.paid_cents)
    if totals.rounding_cents:
        _amount(total, "PayableRoundingAmount", totals.rounding_cents)
    _amount(total, "PayableAmount", 0)


def _line(root: etree._Element, content: InvoiceContent, number: int, line: Line) -> None:
    is_invoice = content.kind is InvoiceKind.INVOICE
    element = _group(root, "InvoiceLine" if is_invoice else "CreditNoteLine")
    _text(element, "ID", str(number))
    _text(element, "InvoicedQuantity" if is_invoice else "CreditedQuantity", "1", unitCode=_ONE)
    _amount(element, "LineExtensionAmount", line.net_cents)
    item = _group(element, "Item")
    _text(item, "Description", line.description)
    _text(item, "Name", line.name)
    _category(item, "ClassifiedTaxCategory", content.vat_basis_points)
    _amount(_group(element, "Price"), "PriceAmount", line.net_cents)


def _category(parent: etree._Element, name: str, vat_basis_points: int) -> None:
    category = _group(parent, name)
    _text(category, "ID", _STANDARD_RATE)
    _text(category, "Percent", f"{Decimal(vat_basis_points) / 100:.2f}")
    _text(_group(category, "TaxScheme"), "ID", "VAT")


def _group(parent: etree._Element, name: str) -> etree._Element:
    element: etree._Element = etree.SubElement(parent, f"{{{CAC}}}{name}")
    return element


def _text(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = text


def _date(parent: etree._Element, name: str, day: date) -> None:
    _text(parent, name, day.isoformat())


def _amount(parent: etree._Element, name: str, cents: int) -> None:
    _text(parent, name, f"{Decimal(cents) / 100:.2f}", currencyID=_CURRENCY)
