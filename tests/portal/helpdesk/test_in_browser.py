"""The helpdesk's pages in a real browser: nothing axe finds, nothing wider than the window, in each colour."""

import os
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from core.accreditations.tables import AccreditationRow
from core.organisations import disputes
from core.organisations.dispute_rules import Side
from core.organisations.states import EvidenceSource
from core.staff.reasons import Reason, StaffReason
from tests.portal.browsing import at_the_portal
from tests.portal.helpdesk.conftest import Helpdesk
from tests.support.accessibility import violations
from tests.support.cards import link_card

WHY = Reason(StaffReason.DISPUTE, "T-1")
WINDOWS = ((1280, "light"), (360, "dark"))
# For looking at the pages oneself: a folder for pictures of them, in every window.
SHOTS = os.environ.get("IMMO_SHOTS")


def pages(helpdesk: Helpdesk) -> dict[str, str]:
    """Return the helpdesk's pages by name, with something on each."""
    now = helpdesk.ground.clock.now()
    fatima = helpdesk.ground.people["fatima.helpdesk"]
    with helpdesk.ground.database.transaction() as session:
        link_card(session, helpdesk.people["chris"], now=now)
        dispute = disputes.open_for(session, helpdesk.office, helpdesk.people["dora"], why=WHY, by=fatima, now=now)
        source = EvidenceSource.COMPANY_REGISTER
        disputes.note_evidence(session, dispute, Side.CLAIMANT, source, why=WHY, by=fatima, now=now)
        held = session.scalars(select(AccreditationRow.id)).one()
    return {
        "search": "/helpdesk",
        "person": helpdesk.person("chris"),
        "act": helpdesk.person("chris", "unlink-eid"),
        "accreditation": helpdesk.person("chris", "accreditations", held),
        "add-accreditation": helpdesk.person("chris", "accreditations", "add"),
        "history": helpdesk.person("chris", "history"),
        "lists": "/helpdesk/organisations?concern=disputed",
        "organisation": helpdesk.organisation(),
        "evidence": helpdesk.organisation("evidence"),
        "dispute": f"/helpdesk/disputes/{dispute}",
        "acts": "/helpdesk/acts",
    }


def judge(page: Page, name: str, *, is_first: bool) -> None:
    if SHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
    assert violations(page, of_appearance_alone=not is_first) == [], name


def test_every_page_of_the_helpdesk_is_accessible(chromium: Browser, helpdesk: Helpdesk) -> None:
    found, base = pages(helpdesk), helpdesk.ground.services.settings.portal_url
    client = helpdesk.at("/helpdesk").portal

    for width, scheme in (*WINDOWS, *(((360, "light"), (1280, "dark")) if SHOTS else ())):
        with at_the_portal(chromium, client, width=width, scheme=scheme) as page:
            for name, path in found.items():
                page.goto(base + path)
                judge(page, name, is_first=(width, scheme) == WINDOWS[0])
            page.goto(f"{base}/helpdesk")
            page.fill("#search", "peeters")
            page.click("#find")
            page.wait_for_selector("#people")
            judge(page, "found", is_first=(width, scheme) == WINDOWS[0])
            page.goto(base + found["act"])
            page.click("#unlink-eid-yes")
            page.wait_for_selector(".error-summary")
            judge(page, "wrong", is_first=(width, scheme) == WINDOWS[0])


def test_a_dispute_is_settled_without_scripts(chromium: Browser, helpdesk: Helpdesk) -> None:
    path, base = pages(helpdesk)["dispute"], helpdesk.ground.services.settings.portal_url
    with at_the_portal(chromium, helpdesk.at("/helpdesk").portal, scripts=False) as page:
        page.goto(base + path)
        page.select_option("#settle-settlement", "taken-over")
        page.select_option("#settle-reason", "dispute")
        page.fill("#settle-reference", "DIS-9")
        page.click("#settle-yes")
        page.wait_for_selector("#done")

    assert helpdesk.approve().page.has("#done")
    assert helpdesk.manages("dora")


def test_the_page_of_a_claim_is_accessible(chromium: Browser, helpdesk: Helpdesk) -> None:
    path, base = f"/organisations/dispute/{helpdesk.office}", helpdesk.ground.services.settings.portal_url
    with helpdesk.ground.database.transaction() as session:
        link_card(session, helpdesk.people["dora"], now=helpdesk.ground.clock.now())
    client = helpdesk.ground.browser("dora.demeyer").get("/sign-in").portal

    for width, scheme in WINDOWS:
        with at_the_portal(chromium, client, width=width, scheme=scheme) as page:
            page.goto(base + path)
            judge(page, "claim", is_first=True)
            page.click("#open-dispute-yes")
            page.wait_for_selector("#dispute")
            judge(page, "claimed", is_first=True)
            page.click("#withdraw-dispute-yes")
            page.wait_for_selector("#done")
