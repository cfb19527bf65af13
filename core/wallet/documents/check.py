"""Checks an electronic invoice before it is kept: order of elements, totals, VAT categories, identifiers.

The rules are those of EN 16931 (BR-…) and Peppol BIS Billing 3.0 (PEPPOL-…) that what we write can break,
each by its own name; Belgian domestic invoices at the standard rate only, so that anything else is a
problem too. It reads the bytes and shares nothing with what wrote them. Where the published rules leave
a tolerance, this leaves none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

from core.infra.errors import ImmoError
from core.wallet.documents import check_order

_SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_NAMESPACES = {"cac": check_order.CAC, "cbc": check_order.CBC}
_CENT = Decimal("0.01")
_TOTALS = "cac:LegalMonetaryTotal"
_LINES = "cac:InvoiceLine|cac:CreditNoteLine"
_BREAKDOWN = "cac:TaxTotal/cac:TaxSubtotal"
_OF_LINE = "cac:Item/cac:ClassifiedTaxCategory"
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"

# Code, rate in percent, and the kind of tax.
_Category = tuple[str, Decimal, str]

# The rule, and what has to be there and not be empty.
_NEEDED: Mapping[str, str] = {
    "BR-02": "cbc:ID",
    "BR-03": "cbc:IssueDate",
    "BR-05": "cbc:DocumentCurrencyCode",
    "PEPPOL-EN16931-R003": "cbc:BuyerReference",
    "BR-06": f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName",
    "BR-07": f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName",
    "BR-09": f"{_SELLER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
    "BR-11": f"{_BUYER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
    "PEPPOL-EN16931-R020": f"{_SELLER}/cbc:EndpointID",
    "PEPPOL-EN16931-R010": f"{_BUYER}/cbc:EndpointID",
    "BR-S-02": f"{_SELLER}/cac:PartyTaxScheme/cbc:CompanyID",
    "BR-12": f"{_TOTALS}/cbc:LineExtensionAmount",
    "BR-13": f"{_TOTALS}/cbc:TaxExclusiveAmount",
    "BR-14": f"{_TOTALS}/cbc:TaxInclusiveAmount",
    "BR-15": f"{_TOTALS}/cbc:PayableAmount",
    "BR-CO-14": "cac:TaxTotal/cbc:TaxAmount",
}
_NEEDED_IN_LINES: Mapping[str, str] = {
    "BR-21": "cbc:ID",
    "BR-22": "cbc:InvoicedQuantity|cbc:CreditedQuantity",
    "BR-23": "cbc:InvoicedQuantity/@unitCode|cbc:CreditedQuantity/@unitCode",
    "BR-24": "cbc:LineExtensionAmount",
    "BR-25": "cac:Item/cbc:Name",
    "BR-26": "cac:Price/cbc:PriceAmount",
    "BR-CO-04": "cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that does not hold, and what was found instead."""

    rule: str
    found: str


class UnsoundInvoice(ImmoError):
    """What was written breaks rules: a mistake of ours, so that nothing is kept and nothing sent."""

    code = "unsound-invoice"


def require_sound(xml: bytes) -> None:
    """Raise `UnsoundInvoice` with the rules that do not hold."""
    found = problems(xml)
    if found:
        raise UnsoundInvoice(rules=" ".join(sorted({problem.rule for problem in found})))


def problems(xml: bytes) -> tuple[Problem, ...]:
    """Return what is wrong with a document; nothing where all rules hold."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        return (Problem("XML", str(error)),)
    if root.getroottree().docinfo.doctype:
        return (Problem("XML", "a document type"),)
    order = tuple(Problem(rule, found) for rule, found in check_order.problems(root))
    if order:
        return order
    try:
        return tuple(_rules(_Document(root)))
    except InvalidOperation:
        return (Problem("UBL-DT-01", "an amount is no number"),)


@dataclass(frozen=True, slots=True)
class _Document:
    """A document, asked by path."""

    root: etree._Element

    def elements(self, path: str) -> list["_Document"]:
        found = self.root.xpath(path, namespaces=_NAMESPACES)
        assert isinstance(found, list)
        return [_Document(one) for one in found if etree.iselement(one)]

    def text(self, path: str) -> str:
        found = self.root.xpath(f"string({path})", namespaces=_NAMESPACES)
        return str(found).strip()

    def amount(self, path: str) -> Decimal:
        """Return an amount; zero where there is none."""
        return Decimal(self.text(path) or "0")

    def amounts(self, path: str) -> Decimal:
        return sum((one.amount(".") for one in self.elements(path)), Decimal(0))

    @property
    def is_invoice(self) -> bool:
        return etree.QName(self.root).localname == "Invoice"


def _rules(document: _Document) -> Iterator[Problem]:
    for rule, path in _NEEDED.items():
        if not document.text(path):
            yield Problem(rule, f"nothing at {path}")
    yield from _head(document)
    for role in (_SELLER, _BUYER):
        yield from _identifiers(document, role)
    yield from _amounts(document)
    yield from _lines(document)
    yield from _vat(document)
    yield from _totals(document)


def _head(document: _Document) -> Iterator[Problem]:
    """Check what the document says of itself."""
    expected = {
        "PEPPOL-EN16931-R004": ("cbc:CustomizationID", _SPECIFICATION),
        "PEPPOL-EN16931-R007": ("cbc:ProfileID", _PROCESS),
    }
    if document.is_invoice:
        expected["PEPPOL-EN16931-P0100"] = ("cbc:InvoiceTypeCode", "380")
    else:
        expected["PEPPOL-EN16931-P0101"] = ("cbc:CreditNoteTypeCode", "381")
        if not document.text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"):
            yield Problem("BR-55", "no invoice that it takes back from")
    for rule, (path, value) in expected.items():
        if document.text(path) != value:
            yield Problem(rule, document.text(path))
    start, end = document.text("cac:InvoicePeriod/cbc:StartDate"), document.text("cac:InvoicePeriod/cbc:EndDate")
    if not start or not end or end < start:
        yield Problem("BR-29", f"{start} to {end}")


def _identifiers(document: _Document, role: str) -> Iterator[Problem]:
    """Check company numbers and VAT numbers: ten digits of which two prove the rest."""
    for path in (f"{role}/cbc:EndpointID", f"{role}/cac:PartyLegalEntity/cbc:CompanyID"):
        number = document.text(path)
        if document.text(f"{path}/@schemeID") != "0208":
            yield Problem("BR-62" if role == _SELLER else "BR-63", f"scheme at {path}")
        if not _is_company_number(number):
            yield Problem("PEPPOL-COMMON-R043", number)
    vat = document.text(f"{role}/cac:PartyTaxScheme/cbc:CompanyID")
    if vat[:2] != "BE" or not _is_company_number(vat[2:]):
        yield Problem("BR-CO-09", vat)


def _is_company_number(number: str) -> bool:
    is_number = len(number) == 10 and number.isascii() and number.isdecimal()
    return is_number and int(number[8:]) == 97 - int(number[:8]) % 97


def _amounts(document: _Document) -> Iterator[Problem]:
    """Check currency and decimals of every amount."""
    currency = document.text("cbc:DocumentCurrencyCode")
    for one in document.elements("//*[@currencyID]"):
        if one.text("@currencyID") != currency:
            yield Problem("PEPPOL-EN16931-R051", one.text("@currencyID"))
        if one.amount(".") != one.amount(".").quantize(_CENT):
            yield Problem("BR-DEC", one.text("."))


def _lines(document: _Document) -> Iterator[Problem]:
    lines = document.elements(_LINES)
    if not lines:
        yield Problem("BR-16", "no lines")
    if len({line.text("cbc:ID") for line in lines}) != len(lines):
        yield Problem("BR-21", "two lines of one number")
    for line in lines:
        for rule, path in _NEEDED_IN_LINES.items():
            if not line.text(path):
                yield Problem(rule, f"nothing at {path}")
        quantity = line.amount("cbc:InvoicedQuantity|cbc:CreditedQuantity")
        price, net = line.amount("cac:Price/cbc:PriceAmount"), line.amount("cbc:LineExtensionAmount")
        if quantity * price != net:
            yield Problem("PEPPOL-EN16931-R120", f"{quantity} x {price} is not {net}")
        if price < 0:
            yield Problem("BR-27", str(price))


def _vat(document: _Document) -> Iterator[Problem]:
    """Check the VAT breakdown: the categories of the lines, each once, with its rate."""
    used = {_category(line, _OF_LINE) for line in document.elements(_LINES)}
    subtotals = document.elements(_BREAKDOWN)
    broken_down = [_category(one, "cac:TaxCategory") for one in subtotals]
    if not subtotals:
        yield Problem("PEPPOL-EN16931-R053", "no breakdown")
    if set(broken_down) != used or len(used) != len(broken_down):
        yield Problem("BR-S-01", f"{sorted(used)} in lines, {broken_down} broken down")
    for code, percent, scheme in {*used, *broken_down}:
        if code != "S" or scheme != "VAT" or percent <= 0:
            yield Problem("BR-S-05", f"{code} {percent} {scheme}")
    for subtotal, category in zip(subtotals, broken_down, strict=True):
        yield from _breakdown(document, subtotal, category)
    stated, summed = document.amount("cac:TaxTotal/cbc:TaxAmount"), document.amounts(f"{_BREAKDOWN}/cbc:TaxAmount")
    if stated != summed:
        yield Problem("BR-CO-14", f"{stated} is not {summed}")


def _breakdown(document: _Document, subtotal: _Document, category: _Category) -> Iterator[Problem]:
    """Check what one category comes to: VAT once on the sum of its lines."""
    lines = (line for line in document.elements(_LINES) if _category(line, _OF_LINE) == category)
    summed = sum((line.amount("cbc:LineExtensionAmount") for line in lines), Decimal(0))
    taxable, tax = subtotal.amount("cbc:TaxableAmount"), subtotal.amount("cbc:TaxAmount")
    if taxable != summed:
        yield Problem("BR-S-08", f"{taxable} is not {summed}")
    if tax != (taxable * category[1] / 100).quantize(_CENT, ROUND_HALF_UP):
        yield Problem("BR-CO-17", f"{tax} is not the VAT of {taxable}")


def _category(element: _Document, path: str) -> _Category:
    scheme = element.text(f"{path}/cac:TaxScheme/cbc:ID")
    return element.text(f"{path}/cbc:ID"), element.amount(f"{path}/cbc:Percent"), scheme


def _totals(document: _Document) -> Iterator[Problem]:
    def total(name: str) -> Decimal:
        return document.amount(f"{_TOTALS}/cbc:{name}")

    lines = document.amounts("*/cbc:LineExtensionAmount[../cac:Item]")
    tax = document.amount("cac:TaxTotal/cbc:TaxAmount")
    sums = (
        ("BR-CO-10", total("LineExtensionAmount"), lines),
        ("BR-CO-13", total("TaxExclusiveAmount"), total("LineExtensionAmount")),
        ("BR-CO-15", total("TaxInclusiveAmount"), total("TaxExclusiveAmount") + tax),
        (
            "BR-CO-16",
            total("PayableAmount"),
            total("TaxInclusiveAmount") - total("PrepaidAmount") + total("PayableRoundingAmount"),
        ),
    )
    for rule, stated, summed in sums:
        if stated != summed:
            yield Problem(rule, f"{stated} is not {summed}")
    if total("PayableAmount") > 0:
        yield Problem("BR-CO-25", "something to pay and no day on which it is due")
