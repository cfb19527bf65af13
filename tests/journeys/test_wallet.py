"""A new office searches, has nothing on its wallet, recharges it and pays, in a real browser (W5, W6, W8)."""

from contextlib import closing

from playwright.sync_api import Browser, Page, expect

from core.infra.db import Database
from core.organisations.queries import find_by_company_number
from core.wallet import proof
from core.wallet.queries import WalletFacts, wallet_of
from tests.support import first_visit as visit
from tests.support.accessibility import violations
from tests.support.first_visit import Newcomer
from tests.support.running_product import RunningProduct
from tests.support.windows import a_window


def test_search_is_refused_on_an_empty_wallet_and_paid_once_it_is_recharged(
    product: RunningProduct, chromium: Browser
) -> None:
    person = Newcomer.another()
    with a_window(chromium, meets=frozenset({402})) as page:
        _come_to_the_search(page, product, person)
        _search(page)
        expect(page.locator("#error")).to_have_attribute("data-code", "insufficient-funds")
        found = violations(page)

        page.click("#recharge")
        page.fill("#amount", "50")
        page.click("#pay")
        page.click("#pay-paid")
        expect(page.locator("#top-up")).to_have_attribute("data-status", "paid")

        page.goto(product.addresses.cadastrefinder)
        _search(page)
        expect(page.locator("#results")).to_have_text("2 parcels found")
        page.reload()
        found += violations(page)
        page.click("#paid a")
        expect(page.locator("#balance")).to_have_attribute("data-cents", "4750")
        expect(page.locator("#transactions")).to_contain_text("kerkstraat gent")

    wallet = _wallet(product, person)
    # The search that was refused, the money that came, and the search that was paid.
    assert (wallet.balance_cents, wallet.transactions) == (47_50, 3)
    assert found == []


def _come_to_the_search(page: Page, product: RunningProduct, person: Newcomer) -> None:
    visit.come(page, product)
    visit.register(page, person)
    visit.activate(page, product, person)
    visit.found_organisation(page, person)
    visit.register_tool(page, "surveyor")
    page.click("button.start-context")
    expect(page.locator("#price")).to_contain_text("€2.50")


def _search(page: Page) -> None:
    page.fill("#q", "kerkstraat gent")
    page.click("#search")


def _wallet(product: RunningProduct, person: Newcomer) -> WalletFacts:
    """Return what stands on the wallet of somebody's organisation, once the ledger proves it."""
    with closing(Database(product.database_url)) as database, database.reading() as session:
        assert list(proof.differences(session)) == []
        organisation_id = find_by_company_number(session, person.company_number)
        assert organisation_id is not None
        wallet = wallet_of(session, organisation_id)
    assert wallet is not None
    return wallet
