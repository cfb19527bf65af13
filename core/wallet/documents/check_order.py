"""Which elements an electronic invoice of ours has, and in which order: a part of what the UBL 2.1 schemas say.

An element that is not here is one that we do not write, and so a problem.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOTS = {f"{{urn:oasis:names:specification:ubl:schema:xsd:{name}-2}}{name}" for name in ("Invoice", "CreditNote")}
_END = (
    "cbc:DocumentCurrencyCode cbc:BuyerReference cac:InvoicePeriod cac:BillingReference"
    " cac:AccountingSupplierParty cac:AccountingCustomerParty cac:TaxTotal cac:LegalMonetaryTotal"
)
# The tax point stands behind the note in an invoice, and before the type in a credit note.
_CHILDREN: Mapping[str, str] = {
    "Invoice": "cbc:CustomizationID cbc:ProfileID cbc:ID cbc:IssueDate cbc:InvoiceTypeCode cbc:Note cbc:TaxPointDate"
    f" {_END} cac:InvoiceLine",
    "CreditNote": "cbc:CustomizationID cbc:ProfileID cbc:ID cbc:IssueDate cbc:TaxPointDate cbc:CreditNoteTypeCode"
    f" cbc:Note {_END} cac:CreditNoteLine",
    "InvoicePeriod": "cbc:StartDate cbc:EndDate",
    "BillingReference": "cac:InvoiceDocumentReference",
    "InvoiceDocumentReference": "cbc:ID cbc:IssueDate",
    "AccountingSupplierParty": "cac:Party",
    "AccountingCustomerParty": "cac:Party",
    "Party": "cbc:EndpointID cac:PostalAddress cac:PartyTaxScheme cac:PartyLegalEntity",
    "PostalAddress": "cbc:StreetName cbc:CityName cbc:PostalZone cac:Country",
    "Country": "cbc:IdentificationCode",
    "PartyTaxScheme": "cbc:CompanyID cac:TaxScheme",
    "TaxScheme": "cbc:ID",
    "PartyLegalEntity": "cbc:RegistrationName cbc:CompanyID",
    "TaxTotal": "cbc:TaxAmount cac:TaxSubtotal",
    "TaxSubtotal": "cbc:TaxableAmount cbc:TaxAmount cac:TaxCategory",
    "TaxCategory": "cbc:ID cbc:Percent cac:TaxScheme",
    "LegalMonetaryTotal": "cbc:LineExtensionAmount cbc:TaxExclusiveAmount cbc:TaxInclusiveAmount"
    " cbc:PrepaidAmount cbc:PayableRoundingAmount cbc:PayableAmount",
    "InvoiceLine": "cbc:ID cbc:InvoicedQuantity cbc:LineExtensionAmount cac:Item cac:Price",
    "CreditNoteLine": "cbc:ID cbc:CreditedQuantity cbc:LineExtensionAmount cac:Item cac:Price",
    "Item": "cbc:Description cbc:Name cac:ClassifiedTaxCategory",
    "ClassifiedTaxCategory": "cbc:ID cbc:Percent cac:TaxScheme",
    "Price": "cbc:PriceAmount",
}
# All others come once at most.
_REPEATED = {"cac:InvoiceLine", "cac:CreditNoteLine", "cac:TaxSubtotal"}


def problems(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the rule and the element for each that is unknown, repeated, out of order or empty."""
    if root.tag not in _ROOTS:
        yield "UBL-ROOT", str(root.tag)
        return
    for element in root.iter():
        yield from _of(element)


def _of(element: etree._Element) -> Iterator[tuple[str, str]]:
    if not isinstance(element.tag, str):
        yield "UBL-ORDER", "a comment or an instruction"
        return
    name = etree.QName(element).localname
    if len(element) == 0:
        if not (element.text or "").strip():
            yield "PEPPOL-EN16931-R008", name
        return
    allowed = _CHILDREN.get(name, "").split()
    last = -1
    for child in element:
        shown = _shown(child)
        place = allowed.index(shown) if shown in allowed else -1
        if place < last or place == -1 or (place == last and shown not in _REPEATED):
            yield "UBL-ORDER", f"{shown} in {name}"
        last = max(last, place)


def _shown(element: etree._Element) -> str:
    """Return an element's name as the table writes it."""
    if not isinstance(element.tag, str):
        return "comment"
    name = etree.QName(element)
    prefix = {CAC: "cac", CBC: "cbc"}.get(name.namespace or "", name.namespace)
    return f"{prefix}:{name.localname}"
