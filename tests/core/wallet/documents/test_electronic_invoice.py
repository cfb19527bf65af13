"""The electronic invoice: sound whatever was paid, and what is changed in it is found by the rule it breaks."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from peppol import check_rules, validate_xsd  # type: ignore[import-untyped]

from core.wallet.documents.check import UnsoundInvoice, problems, require_sound
from core.wallet.documents.invoice_content import InvoiceContent, Line, Party, Preceding
from core.wallet.documents.rules import shares, totals
from core.wallet.documents.ubl import CAC, CBC, electronic_invoice
from core.wallet.states import InvoiceKind

SELLER = Party("0100003040", "Immo-Connect", "Wetstraat 1", "1000", "Brussel")
BUYER = Party("0100001060", "Immo Demo Noord BV & Zonen", "Marktplein 2", "9000", "Gent")
_NAMESPACES = {"cac": CAC, "cbc": CBC}


def an_invoice(*paid: int) -> InvoiceContent:
    """Return the invoice of November 2026 of tools that were paid so much."""
    total = totals(sum(paid), 2_100)
    nets = shares(total.net_cents, paid)
    lines = tuple(
        Line(f"Tool {place}", "3 transactions", gross, net)
        for place, (gross, net) in enumerate(zip(paid, nets, strict=True))
    )
    return InvoiceContent(
        kind=InvoiceKind.INVOICE,
        number="2026-000001",
        issued_on=date(2026, 12, 1),
        month=date(2026, 11, 1),
        language="nl",
        vat_basis_points=2_100,
        seller=SELLER,
        buyer=BUYER,
        note="Paid from the wallet.",
        lines=lines,
        totals=total,
    )


def a_credit_note(*paid: int) -> InvoiceContent:
    """Return a credit note about an invoice of October."""
    about = Preceding("2026-000000", date(2026, 11, 1))
    return replace(an_invoice(*paid), kind=InvoiceKind.CREDIT_NOTE, about=about)


def read(xml: bytes, path: str) -> str:
    found = etree.fromstring(xml).xpath(f"string({path})", namespaces=_NAMESPACES)
    assert isinstance(found, str)
    return found


def rules(xml: bytes) -> set[str]:
    return {problem.rule for problem in problems(xml)}


def test_what_a_month_cost_is_prepaid_and_nothing_is_to_pay() -> None:
    xml = electronic_invoice(an_invoice(250, 250, 1_210))

    assert problems(xml) == ()
    # 17.10 with VAT: 14.13 and 21 % of it, 2.97.
    assert read(xml, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount") == "14.13"
    assert read(xml, "cac:TaxTotal/cbc:TaxAmount") == "2.97"
    assert read(xml, "cac:LegalMonetaryTotal/cbc:PrepaidAmount") == "17.10"
    assert read(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == "0.00"
    assert read(xml, "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID[@schemeID='0208']") == "0100001060"
    assert read(xml, "cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID") == "BE0100001060"
    assert read(xml, "cbc:TaxPointDate") == "2026-11-30"
    assert electronic_invoice(an_invoice(250, 250, 1_210)) == xml


def test_a_cent_that_fits_neither_net_nor_vat_is_the_rounding_amount() -> None:
    """0.03 would be 0.02 and no VAT or 0.03 and a cent: no net has 21 % that makes it 0.03."""
    total = totals(3, 2_100)

    assert (total.net_cents, total.vat_cents, total.rounding_cents) == (2, 0, 1)
    xml = electronic_invoice(an_invoice(3))
    assert problems(xml) == ()
    assert read(xml, "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount") == "0.01"


@settings(max_examples=60, deadline=None)
@given(paid=st.lists(st.integers(1, 1_000_000_00), min_size=1, max_size=5), kind=st.sampled_from(InvoiceKind))
def test_every_document_is_sound_and_reads_back_as_it_was_written(paid: list[int], kind: InvoiceKind) -> None:
    content = an_invoice(*paid) if kind is InvoiceKind.INVOICE else a_credit_note(*paid)

    assert problems(electronic_invoice(content)) == ()
    assert content.totals.net_cents + content.totals.vat_cents + content.totals.rounding_cents == sum(paid)
    assert abs(content.totals.rounding_cents) <= 1
    assert sum(line.net_cents for line in content.lines) == content.totals.net_cents
    assert InvoiceContent.from_json(content.to_json()) == content


@pytest.mark.parametrize("content", [an_invoice(250, 250, 1_210), an_invoice(3), a_credit_note(500, 1)])
def test_the_published_schemas_and_others_who_read_the_rules_agree(content: InvoiceContent) -> None:
    """Our own check is written by whoever wrote the document; this one is not."""
    xml = electronic_invoice(content)

    assert validate_xsd(xml) == (True, [])
    assert [finding.rule_id for finding in check_rules(xml) if finding.severity == "fatal"] == []
    assert not validate_xsd(_swapped(xml))[0]


def test_a_credit_note_names_its_invoice_and_has_its_own_order_of_elements() -> None:
    xml = electronic_invoice(a_credit_note(500))

    assert problems(xml) == ()
    assert etree.QName(etree.fromstring(xml)).localname == "CreditNote"
    assert read(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == "2026-000000"
    assert rules(electronic_invoice(replace(a_credit_note(500), about=None))) == {"BR-55"}


def test_a_customer_without_an_address_has_its_country() -> None:
    somewhere = replace(BUYER, street_address=None, postal_code=" ", locality=None)

    assert problems(electronic_invoice(replace(an_invoice(500), buyer=somewhere))) == ()


def test_a_number_that_is_no_company_number_is_found() -> None:
    wrong = replace(an_invoice(500), buyer=replace(BUYER, number="0100001061"))

    assert rules(electronic_invoice(wrong)) == {"PEPPOL-COMMON-R043", "BR-CO-09"}


def _swapped(xml: bytes) -> bytes:
    """Put the net total behind the total with VAT."""
    total = rb"(<cac:LegalMonetaryTotal>.*?)(<cbc:LineExt.*?)(<cbc:TaxExclusive.*?)(<cbc:TaxInclusive.*?</cbc:Tax\w+>)"
    return re.sub(total, rb"\1\2\4\3", xml, flags=re.DOTALL)


def _with(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(old, new)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_swapped, "UBL-ORDER"),
        (_with(b"<cbc:BuyerReference>0100001060</cbc:BuyerReference>", b""), "PEPPOL-EN16931-R003"),
        (_with(b"<cbc:BuyerReference>0100001060<", b"<cbc:BuyerReference> <"), "PEPPOL-EN16931-R008"),
        (_with(b"<cbc:InvoiceTypeCode>380<", b"<cbc:InvoiceTypeCode>381<"), "PEPPOL-EN16931-P0100"),
        (_with(b'schemeID="0208"', b'schemeID="0088"'), "BR-63"),
        (_with(b"billing:01:1.0<", b"billing:1.0<"), "PEPPOL-EN16931-R007"),
        (_with(b"poacc:billing:3.0<", b"poacc:billing:2.0<"), "PEPPOL-EN16931-R004"),
        (_with(b'currencyID="EUR">2.48', b'currencyID="USD">2.48'), "PEPPOL-EN16931-R051"),
        (_with(b">3.00</cbc:TaxInclusiveAmount>", b">3.01</cbc:TaxInclusiveAmount>"), "BR-CO-15"),
        (_with(b">3.00</cbc:PrepaidAmount>", b">2.99</cbc:PrepaidAmount>"), "BR-CO-16"),
        (_with(b">0.00</cbc:PayableAmount>", b">3.00</cbc:PayableAmount>"), "BR-CO-25"),
        (_with(b">0.52</cbc:TaxAmount>", b">0.53</cbc:TaxAmount>"), "BR-CO-17"),
        (_with(b">2.48</cbc:TaxableAmount>", b">2.47</cbc:TaxableAmount>"), "BR-S-08"),
        (_with(b">2.48</cbc:TaxableAmount>", b">2.480001</cbc:TaxableAmount>"), "BR-DEC"),
        (_with(b">2.48</cbc:TaxExclusiveAmount>", b">2.50</cbc:TaxExclusiveAmount>"), "BR-CO-13"),
        (_with(b">2.48</cbc:PriceAmount>", b">2.40</cbc:PriceAmount>"), "PEPPOL-EN16931-R120"),
        (_with(b"<cbc:Percent>21.00<", b"<cbc:Percent>0.00<"), "BR-S-05"),
        (_with(b"<cbc:Percent>21.00<", b"<cbc:Percent>much<"), "UBL-DT-01"),
        (_with(b"2026-11-30</cbc:EndDate>", b"2026-10-30</cbc:EndDate>"), "BR-29"),
        (_with(b"<cbc:ID>VAT</cbc:ID>", b"<cbc:ID>GST</cbc:ID>"), "BR-S-05"),
        (_with(b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>Z</cbc:ID>"), "BR-S-05"),
        (_with(b"</Invoice>", b""), "XML"),
        (_with(b"<Invoice ", b'<!DOCTYPE Invoice [<!ENTITY a "b">]><Invoice '), "XML"),
    ],
)
def test_what_is_changed_breaks_the_rule_that_says_so(change: Callable[[bytes], bytes], rule: str) -> None:
    sound = electronic_invoice(an_invoice(300))

    changed = change(sound)

    assert changed != sound
    assert rule in rules(changed)
    with pytest.raises(UnsoundInvoice):
        require_sound(changed)
