"""Recharging online through the portal, with the payment sandbox behind it over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from sqlalchemy import func, select

from core.infra import rate_limit
from core.infra.http import OutboundHttp
from core.organisations.employees import confirm
from core.organisations.enrolment import request_membership
from core.organisations.tables import MembershipRow
from core.organisations.wallet_rights import WalletRights, write
from core.people.identifiers import PersonId
from core.wallet.payments.tables import PaymentEventRow, TopUpRow
from development.payment_book import Amount
from development.payments import Sandbox, act
from portal.app import create_app
from portal.wallet.recharge import BEGUN
from tests.portal.browsing import at_the_portal
from tests.portal.conftest import Portal
from tests.portal.wallet.world import Office
from tests.support import payments
from tests.support.accessibility import violations
from tests.support.at_once import at_once
from tests.support.html_page import Page, parse
from tests.support.offices import NO_DETAILS, a_person, an_office


class Till(Office):
    """The office, and the sandbox that its payments go to."""

    def __init__(self, portal: Portal, sandbox: Sandbox) -> None:
        super().__init__(portal)
        self.sandbox = sandbox
        self.recharge = f"{self.url}/recharge"

    def pay(self, browser: FlaskClient, amount: str = "75,50", *, press: str | None = None) -> Page:
        """Fill in the form and press its button; the answer is not followed."""
        page = self.look("/recharge", browser=browser)
        fields = {name: page.all(f"input[name={name}]")[0].attributes["value"] for name in ("csrf_token", "press")}
        answer = browser.post(self.recharge, data={**fields, "amount": amount, **({"press": press} if press else {})})
        return parse(self.recharge, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)

    def begun(self, browser: FlaskClient) -> tuple[str, str]:
        """Begin a payment and return its identifier and the path where its payer comes back."""
        self.pay(browser)
        (payment,) = self.sandbox.book.payments()
        return payment.id, urlsplit(payment.return_url).path.removeprefix(self.url)

    def announce(self, payment: str) -> tuple[int, bytes]:
        answer = self.portal.browser().post("/payments/webhook", data={"id": payment})
        return answer.status_code, answer.data

    def count(self, table: type[TopUpRow] | type[PaymentEventRow]) -> int:
        with self.portal.services.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def till(portal: Portal) -> Iterator[Till]:
    with payments.running() as sandbox:
        pointed = payments.pointed_at(sandbox, portal.services.settings)
        services = replace(portal.services, settings=pointed, http=OutboundHttp(pointed.outbound, pointed.mode))
        app = create_app(pointed, services=services)
        app.config.update(portal.app.config)
        app.test_client_class = portal.app.test_client_class
        yield Till(replace(portal, app=app, services=services), sandbox)


def status_of(page: Page) -> str:
    return page.one("#top-up").attributes["data-status"] or ""


def test_whoever_pays_comes_back_to_a_wallet_that_is_recharged_without_any_webhook(till: Till) -> None:
    browser = till.browser()
    page = till.look("/recharge", browser=browser)
    assert all(name in page.body for name in ("Bancontact", "Mastercard", "Maestro", "Visa"))
    assert page.one("#by-transfer").attributes["href"] == f"{till.recharge}/transfer"

    sent = till.pay(browser)

    payment = payments.only_payment(till.sandbox.book)
    assert (sent.status, sent.headers["Location"]) == (303, f"{till.sandbox.here}/checkout/{payment}")
    back = act(till.sandbox, f"/checkout/{payment}", {"outcome": "paid", "method": "bancontact", "webhook": "never"})
    end = urlsplit(back).path.removeprefix(till.url)
    assert status_of(till.look(end, browser=browser)) == "paid"
    assert till.look(browser=browser).one("#balance").attributes["data-cents"] == "7550"


def test_coming_back_says_nothing_but_what_the_provider_said(till: Till) -> None:
    browser = till.browser()
    payment, end = till.begun(browser)

    page = till.look(f"{end}?status=paid&id={payment}", browser=browser)

    assert status_of(page) == "open"
    assert page.one("#go-on-paying").attributes["href"] == f"{till.sandbox.here}/checkout/{payment}"
    assert till.count(PaymentEventRow) == 0


def test_twenty_webhooks_beside_the_page_they_come_back_to_are_one_credit(till: Till) -> None:
    browsers = [till.browser() for _ in range(4)]
    payment, end = till.begun(browsers[0])
    till.sandbox.book.end(payment, "paid", "creditcard")
    services = till.portal.services

    refused = at_once(
        *[lambda: till.announce(payment)] * 20,
        *[lambda browser=browser: till.look(end, browser=browser) for browser in browsers],
        lambda: services.payments.ask_due(now=services.clock.now()),
    )
    services.payments.ask_due(now=services.clock.now())

    assert refused == []
    assert till.count(PaymentEventRow) == 1
    assert till.look(browser=browsers[0]).one("#balance").attributes["data-cents"] == "7550"


def test_the_webhook_tells_nobody_which_payments_there_are(till: Till) -> None:
    payment, _ = till.begun(till.browser())

    answers = [till.announce(one) for one in (payment, "tr_unknown", "", "' OR 1=1", "tr_\0", "x" * 500)]

    assert answers == [(200, b"")] * 6


def test_the_worker_asks_at_once_about_what_was_announced(till: Till) -> None:
    payment, _ = till.begun(till.browser())
    till.sandbox.book.end(payment, "failed", "bancontact")
    services = till.portal.services
    assert services.payments.ask_due(now=services.clock.now()) == 0

    till.announce(payment)

    assert services.payments.ask_due(now=services.clock.now()) == 1
    with services.database.reading() as session:
        assert session.scalars(select(TopUpRow.status)).one() == "failed"


def test_while_the_provider_is_down_the_page_waits_and_then_goes_on_with_the_same_payment(till: Till) -> None:
    browser = till.browser()
    till.sandbox.is_down = True
    sent = till.pay(browser)
    end = sent.headers["Location"].removeprefix(till.url)
    assert status_of(till.look(end, browser=browser)) == "intended"

    till.sandbox.is_down = False

    page = till.look(end, browser=browser)
    payment = payments.only_payment(till.sandbox.book)
    assert page.one("#go-on-paying").attributes["href"] == f"{till.sandbox.here}/checkout/{payment}"


def test_a_button_that_is_pressed_twice_leads_to_the_same_payment(till: Till) -> None:
    browser = till.browser()

    answers = [till.pay(browser, press="one-press").headers["Location"] for _ in range(2)]

    assert answers[0] == answers[1]
    assert (till.count(TopUpRow), len(till.sandbox.book.payments())) == (1, 1)


@pytest.mark.parametrize("amount", ["", "49,99", "5000,01", "1e3", "-50", "50,001", "fifty"])
def test_an_amount_that_cannot_be_is_said_at_the_field_and_kept(till: Till, amount: str) -> None:
    page = till.pay(till.browser(), amount)

    assert (page.status, page.has("#amount-error")) == (422, True)
    assert page.one("#amount").attributes["value"] == amount
    assert (till.count(TopUpRow), till.sandbox.book.payments()) == (0, ())


def test_nobody_begins_payments_without_end(till: Till) -> None:
    browser, store = till.browser(), till.portal.services.store
    for _ in range(BEGUN.attempts - 1):
        rate_limit.hit(store, BEGUN, till.anna)

    assert [till.pay(browser).status for _ in range(2)] == [303, 429]
    assert till.count(TopUpRow) == 1


def test_a_payment_is_seen_from_its_own_wallet_alone(till: Till) -> None:
    _, end = till.begun(till.browser())
    now = till.portal.clock.now()
    with till.portal.services.database.transaction() as session:
        other = PersonId(a_person(session, "other.manager", now=now))
        theirs = an_office(session, other, now=now, number=9, name="Andere BV").organisation_id
    stranger = till.portal.signed_in(other)

    assert stranger.get(till.url + end).status_code == 404
    assert stranger.get(f"/organisations/{theirs}/wallet{end}").status_code == 404


def test_a_page_that_waits_says_so_by_itself_once_it_is_paid_and_everybody_can_read_it(
    till: Till, chromium: Chromium
) -> None:
    client = till.browser()
    payment, end = till.begun(client)
    base = till.portal.services.settings.portal_url

    with at_the_portal(chromium, client) as page:
        page.clock.install()
        page.goto(base + till.recharge)
        faults = violations(page)
        page.goto(base + till.url + end)
        faults += violations(page)
        till.sandbox.book.end(payment, "paid", "bancontact")
        page.clock.run_for(3_500)
        page.wait_for_selector("#top-up[data-status=paid] #see-wallet")
        faults += violations(page)

    assert faults == []


def test_what_was_paid_instead_is_looked_into(till: Till) -> None:
    browser = till.browser()
    payment, end = till.begun(browser)
    till.sandbox.book.alter(payment, Amount("EUR", 1))
    till.sandbox.book.end(payment, "paid", "creditcard")

    assert status_of(till.look(end, browser=browser)) == "flagged"
    wallet = till.look(browser=browser)
    assert wallet.one("#balance").attributes["data-cents"] == "0"
    (said,) = (one for one in wallet.all(".quiet") if one.parent is not None and one.parent.matches(".at-description"))
    assert said.text


def test_whoever_does_not_see_the_wallet_is_led_back_to_the_organisation(till: Till) -> None:
    now = till.portal.clock.now()
    with till.portal.services.database.transaction() as session:
        bram = a_person(session, "bram.claes", now=now)
        waiting = request_membership(session, till.organisation, by=bram, details=NO_DETAILS, now=now)
        confirm(session, waiting.id, by=till.anna, details=NO_DETAILS, now=now)
        write(session.get_one(MembershipRow, waiting.id), WalletRights(sees=False))
    browser = till.portal.signed_in(bram)
    payment, end = till.begun(browser)
    till.sandbox.book.end(payment, "paid", "bancontact")

    page = till.look(end, browser=browser)

    assert (status_of(page), page.has("#see-wallet")) == ("paid", False)
    assert page.one("#see-organisation").attributes["href"] == till.url.removesuffix("/wallet")
