"""A new office searches, has nothing on its wallet, recharges it and pays, in a real browser (W8)."""

from contextlib import closing

from playwright.sync_api import Browser, expect

from core.infra.clock import SystemClock
from core.infra.db import Database
from core.organisations.identifiers import OrganisationId
from core.organisations.queries import find_by_company_number
from core.wallet import deposits, proof
from core.wallet.queries import WalletFacts, wallet_of
from core.wallet.states import EntryKind
from tests.support import first_visit as visit
from tests.support.accessibility import violations
from tests.support.first_visit import Newcomer
from tests.support.running_product import RunningProduct
from tests.support.windows import a_window


def test_search_is_refused_on_an_empty_wallet_and_paid_once_on_a_full_one(
    product: RunningProduct, chromium: Browser
) -> None:
    person = Newcomer.another()
    with a_window(chromium, meets=frozenset({402})) as page:
        visit.come(page, product)
        visit.register(page, person)
        visit.activate(page, product, person)
        visit.found_organisation(page, person)
        visit.register_tool(page, "surveyor")
        page.click("button.start-context")
        expect(page.locator("#price")).to_contain_text("€2.50")

        page.fill("#q", "kerkstraat gent")
        page.click("#search")
        expect(page.locator("#error")).to_have_attribute("data-code", "insufficient-funds")
        organisation_id = _organisation(product, person)
        recharge = f"{product.addresses.portal}/organisations/{organisation_id}/wallet/recharge"
        expect(page.locator("#recharge")).to_have_attribute("href", recharge)
        refused = violations(page)

        _recharge(product, organisation_id, cents=50_00)
        page.click("#try-again")
        expect(page.locator("#results")).to_have_text("2 parcels found")
        page.reload()
        expect(page.locator("#paid")).to_contain_text("€2.50 paid from the wallet of")
        paid = violations(page)

    wallet = _wallet(product, organisation_id)
    # The search that was refused, the money that came, and the search that was paid.
    assert (wallet.balance_cents, wallet.transactions) == (47_50, 3)
    assert (refused, paid) == ([], [])


def _organisation(product: RunningProduct, person: Newcomer) -> OrganisationId:
    with _database(product) as database, database.reading() as session:
        found = find_by_company_number(session, person.company_number)
    assert found is not None
    return found


def _recharge(product: RunningProduct, organisation_id: OrganisationId, *, cents: int) -> None:
    with _database(product) as database, database.transaction() as session:
        wallet, now = wallet_of(session, organisation_id), SystemClock().now()
        assert wallet is not None
        deposits.credit(session, wallet.id, cents, kind=EntryKind.TOP_UP_BANK, reference=organisation_id, now=now)


def _wallet(product: RunningProduct, organisation_id: OrganisationId) -> WalletFacts:
    """Return what stands on the wallet, once the ledger proves it."""
    with _database(product) as database, database.reading() as session:
        assert list(proof.differences(session)) == []
        wallet = wallet_of(session, organisation_id)
    assert wallet is not None
    return wallet


def _database(product: RunningProduct) -> closing[Database]:
    return closing(Database(product.database_url))
