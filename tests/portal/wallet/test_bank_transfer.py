"""The page that says where to transfer money to."""

import os
from pathlib import Path

from flask.testing import FlaskClient
from playwright.sync_api import Browser

from core.wallet.bank import rules
from core.wallet.bank.references import known_reference, wallet_of
from core.wallet.queries import wallet_of as wallet_of_organisation
from core.web.qr_code import qr_code
from tests.portal.browsing import at_the_portal
from tests.portal.conftest import Portal
from tests.support.accessibility import violations
from tests.support.html_page import Page, parse
from tests.support.offices import a_person, an_office


def opened(browser: FlaskClient, url: str) -> Page:
    answer = browser.get(url)
    return parse(url, answer.status_code, dict(answer.headers), answer.text)


def test_each_wallet_has_one_message_of_its_own_for_ever(portal: Portal) -> None:
    now, database = portal.clock.now(), portal.services.database
    with database.transaction() as session:
        people = [a_person(session, f"manager.{number}", now=now) for number in (1, 2)]
        offices = [an_office(session, person, now=now, number=number) for number, person in enumerate(people, 1)]

    shown = []
    for person, office in zip(people, offices, strict=True):
        browser, url = portal.signed_in(person), f"/organisations/{office.organisation_id}/wallet/recharge/transfer"
        pages = [opened(browser, url) for _ in range(2)]
        found = {tuple(page.one(f"#{part}").text for part in ("iban", "structured-message")) for page in pages}
        assert len(found) == 1
        shown.append((*found.pop(), pages[0].body))

    assert {iban for iban, *_ in shown} == {"BE71 0961 2345 6769"}
    with database.reading() as session:
        for office, (_, message, body) in zip(offices, shown, strict=True):
            wallet = wallet_of_organisation(session, office.organisation_id)
            assert wallet is not None
            reference = rules.digits_of(message)
            assert reference == known_reference(session, wallet.id)
            assert reference is not None and rules.is_right(reference)
            assert wallet_of(session, reference) == wallet.id
            code = rules.transfer_code(
                iban="BE71096123456769", bic="GKCCBEBB", holder="Immo-Connect", reference=reference
            )
            assert str(qr_code(code)) in body


def test_the_message_is_copied_and_the_page_is_accessible(chromium: Browser, portal: Portal) -> None:
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        person = a_person(session, "manager.1", now=now)
        office = an_office(session, person, now=now)
    url = f"{portal.services.settings.portal_url}/organisations/{office.organisation_id}/wallet/recharge/transfer"

    for width, scheme in ((1280, "light"), (360, "dark")):
        with at_the_portal(chromium, portal.signed_in(person), width=width, scheme=scheme) as page:
            page.goto(url)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            if shots := os.environ.get("IMMO_SHOTS"):
                page.screenshot(path=Path(shots) / f"transfer-{width}-{scheme}.png", full_page=True)
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            page.click("[data-copy=structured-message]")
            page.wait_for_function(
                "document.querySelector('[data-copy=structured-message]').textContent.startsWith('Copied')"
            )
            assert page.evaluate("navigator.clipboard.readText()") == page.inner_text("#structured-message")
