"""The file of an invoice and of a credit note: what Belgian law wants on it, and that nothing is left to pay."""

from dataclasses import replace
from datetime import date

import pytest

from core.infra.catalogues import LANGUAGES
from core.wallet.documents.invoice_content import InvoiceContent, Line, Party, Preceding
from core.wallet.documents.invoice_file import invoice_file
from core.wallet.documents.rules import Totals
from core.wallet.states import InvoiceKind
from tests.support.paper import catalogue, said

INVOICE = InvoiceContent(
    kind=InvoiceKind.INVOICE,
    number="2026-000012",
    issued_on=date(2026, 12, 1),
    month=date(2026, 11, 1),
    language="en",
    vat_basis_points=2_100,
    seller=Party("0100003040", "Immo-Connect NV", "Wetstraat 1", "1000", "Brussel"),
    buyer=Party("0700000188", "Immo Test BV", None, None, None),
    note="Paid from your wallet.",
    lines=(Line("CadastreFinder", "3 charges in November 2026", 7_50, 6_20),),
    totals=Totals(6_20, 1_30, 7_50),
)


def test_an_invoice_names_both_sides_the_period_the_vat_and_what_is_left_to_pay() -> None:
    text = said(invoice_file(INVOICE))

    for side in ("Immo-Connect NV Wetstraat 1 1000 Brussel BE 0100.003.040", "Immo Test BV BE 0700.000.188"):
        assert side in text
    for fact in ("Invoice 2026-000012", "1 December 2026", "1 November 2026 \N{EN DASH} 30 November 2026"):
        assert fact in text
    assert "CadastreFinder 3 charges in November 2026 €6.20" in text
    for amount in ("Total without VAT €6.20", "VAT 21% €1.30", "Total with VAT €7.50", "To pay €0.00"):
        assert amount in text
    assert "Rounding" not in text


def test_a_credit_note_names_its_invoice_and_the_cent_that_is_left() -> None:
    credit = replace(
        INVOICE,
        kind=InvoiceKind.CREDIT_NOTE,
        number="2026-000013",
        totals=Totals(6_20, 1_30, 7_51),
        about=Preceding("2026-000012", date(2026, 12, 1)),
    )

    text = said(invoice_file(credit))

    assert "Credit note 2026-000013" in text
    assert "2026-000012, 1 December 2026" in text
    assert "Rounding €0.01 Put back on the wallet €7.51" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_invoice_has_numbered_pages_in_its_language_and_is_the_same_each_time(language: str) -> None:
    long = replace(INVOICE, language=language, lines=INVOICE.lines * 60)

    file = invoice_file(long)

    assert file == invoice_file(long)
    assert catalogue(file)["/Lang"] == f"{language}-BE"
    assert "3 / 3" in said(file)
