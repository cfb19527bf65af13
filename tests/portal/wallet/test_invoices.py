"""The invoices of a wallet: a list, a page, a file for people and the electronic invoice, of one's own alone (W13)."""

from datetime import timedelta

import pytest

from core.closing.invoicing import invoice_months
from core.wallet.documents.check import problems
from tests.portal.wallet.world import Office
from tests.support.offices import a_person, an_office
from tests.support.paper import said


@pytest.fixture
def invoiced(office: Office) -> Office:
    """Return an office of which a month was invoiced, and then something given back."""
    office.deposit(10_000)
    charged = office.charge(1_210)
    office.charge(1_000, tool="rentals")
    _invoice(office, timedelta(days=32))
    office.refund(charged.id, 210)
    _invoice(office, timedelta(days=64))
    return office


def _invoice(office: Office, later: timedelta) -> None:
    services = office.portal.services
    invoice_months(services.database, services.settings.wallet.seller, now=office.portal.clock.now() + later)


def test_invoices_and_credit_notes_stand_in_a_list_with_their_files(invoiced: Office) -> None:
    browser = invoiced.browser()
    page = invoiced.look("/invoices", browser=browser)

    rows = page.all("tr[data-invoice]")
    assert [row.attributes["data-status"] for row in rows] == ["queued", "queued"]
    assert ["Credit note" in row.text for row in rows] == [True, False]
    one = invoiced.look(f"/invoices/{rows[1].attributes['data-invoice']}", browser=browser)
    cents = {place: one.one(f"#{place}").attributes["data-cents"] for place in ("net", "vat", "paid", "to-pay")}
    assert cents == {"net": "1826", "vat": "383", "paid": "2210", "to-pay": "0"}
    assert one.one("#rounding").attributes["data-cents"] == "1"
    pdf, xml = (browser.get(one.one(place).attributes["href"]) for place in ("#invoice-pdf", "#invoice-xml"))
    assert (pdf.mimetype, xml.mimetype) == ("application/pdf", "application/xml")
    number = one.one("#invoice-title").text.split()[-1]
    assert number in said(pdf.data)
    assert problems(xml.data) == ()
    assert xml.headers["Content-Disposition"] == f'attachment; filename="{number}.xml"'


def test_a_wallet_without_invoices_says_when_the_first_one_comes(office: Office) -> None:
    assert office.look("/invoices").all("tr[data-invoice]") == []


def test_nobody_opens_an_invoice_through_another_wallet(invoiced: Office) -> None:
    invoice = invoiced.look("/invoices").all("tr[data-invoice]")[0].attributes["data-invoice"]
    with invoiced.portal.services.database.transaction() as session:
        now = invoiced.portal.clock.now()
        bert = a_person(session, "bert.manages", now=now)
        other = an_office(session, bert, now=now, number=2).organisation_id
    browser = invoiced.portal.signed_in(bert)

    for end in ("", ".pdf", ".xml"):
        assert invoiced.browser().get(f"{invoiced.url}/invoices/{invoice}{end}").status_code == 200
        assert browser.get(f"/organisations/{other}/wallet/invoices/{invoice}{end}").status_code == 404
