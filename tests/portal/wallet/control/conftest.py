"""Two offices of Anna's, one with money, and one of Carl's; browsers that fill in forms of the wallet's pages."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.organisations.identifiers import MembershipId, OrganisationId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.registration import register
from core.wallet.identifiers import WalletId
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind
from tests.portal.conftest import Portal
from tests.support import deposits
from tests.support.html_page import Page, parse
from tests.support.offices import a_person, a_staffed_office, an_office


@dataclass(frozen=True)
class Visitor:
    """A browser in which somebody is signed in, at the wallet of Noord."""

    browser: FlaskClient
    url: str

    def get(self, end: str = "") -> Page:
        """Open a page of the wallet."""
        return self._page(end, self.browser.get(self.url + end))

    def form(self, end: str, form_id: str) -> dict[str, str]:
        """Return what a form holds as it is shown, as a browser would send it."""
        fields = [one for one in self.get(end).one(f"#{form_id}").walk() if "name" in one.attributes]
        off = [one for one in fields if one.attributes.get("type") == "checkbox" and "checked" not in one.attributes]
        return {one.attributes["name"]: one.attributes.get("value", "") for one in fields if one not in off}

    def send(self, end: str, fields: Mapping[str, str]) -> Page:
        """Send a form to a page of the wallet."""
        return self._page(end, self.browser.post(self.url + end, data=fields))

    @staticmethod
    def _page(end: str, answer: TestResponse) -> Page:
        return parse(end, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)


def wrong(page: Page) -> list[str]:
    """Return the fields that a page finds something wrong with; its summary leads to each of them."""
    fields = [one.attributes["id"] for one in page.all("[aria-invalid=true]")]
    links = [one.attributes["href"] for one in page.one(".error-summary").walk() if one.tag == "a"]
    assert links == [f"#{field}" for field in fields]
    return fields


@dataclass(frozen=True)
class World:
    """Anna manages Noord, with 100.00 on its wallet, and Zuid; Bram works in Noord; Carl manages West."""

    portal: Portal
    noord: OrganisationId
    zuid: OrganisationId
    west: OrganisationId
    wallet: WalletId
    bram: MembershipId
    people: Mapping[str, PersonId]

    def of(self, name: str) -> Visitor:
        """Return a browser, in English, in which this person is signed in."""
        browser = self.portal.signed_in(self.people[name])
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return Visitor(browser, f"/organisations/{self.noord}/wallet")

    def balances(self) -> tuple[int, int, int]:
        """Return what is on the wallets of Noord, Zuid and West."""
        with self.portal.services.database.reading() as session:
            found = [wallet_of(session, organisation) for organisation in (self.noord, self.zuid, self.west)]
        noord, zuid, west = (wallet.balance_cents for wallet in found if wallet is not None)
        return noord, zuid, west


@pytest.fixture
def world(portal: Portal) -> World:
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        staffed = a_staffed_office(session, now=now)
        anna, noord = staffed.manager.person_id, staffed.organisation_id
        register(session, noord, staffed.tool_id, "estate-agent", by=anna, acr=Acr.HIGH, now=now)
        zuid = an_office(session, anna, now=now, number=2, name="Immo Zuid SRL").organisation_id
        carl = a_person(session, "carl.peeters", now=now)
        west = an_office(session, carl, now=now, number=3, name="Immo West BV").organisation_id
        wallet = wallet_of(session, noord)
        assert wallet is not None
        deposits.credit(session, wallet.id, 100_00, kind=EntryKind.TOP_UP_BANK, reference="bank-1", now=now)
    people = {"anna": anna, "bram": staffed.colleague.person_id, "carl": carl}
    return World(portal, noord, zuid, west, wallet.id, staffed.colleague.id, people)
