"""From nothing to the start of a tool, in a real browser, with the mail read where it arrives (A1 to A8)."""

from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.clock import SystemClock
from core.infra.db import Database
from core.organisations.employees import confirm
from core.organisations.identifiers import MembershipId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in, person_facts
from core.tools.assignments import assign_role
from core.tools.identifiers import RegistrationId
from core.tools.tables import RegistrationRow, ToolRow
from tests.support import first_visit as visit
from tests.support.accessibility import violations
from tests.support.first_visit import Newcomer
from tests.support.running_product import RunningProduct
from tests.support.steps import NOORD
from tests.support.windows import a_window

# What axe says of a page is the same whatever its words were read from.
drawn_alike = pytest.mark.only_on("sqlite")

OURS = "urn:immo-connect:claims:"
MANAGER = "demo.manager"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_from_nothing_to_the_start_in_one_sitting(
    product: RunningProduct,
    chromium: Browser,
    language: str,
    scripts: bool,  # noqa: FBT001
) -> None:
    person = Newcomer.another()
    with a_window(chromium, language=language, scripts=scripts) as page:
        visit.come(page, product)
        visit.register(page, person, scripts=scripts)
        visit.activate(page, product, person)
        visit.found_organisation(page, person)
        visit.register_tool(page, "surveyor")
        claims = visit.start(page, person.company_number, "surveyor")

        assert claims[f"{OURS}organization"]["company_number"] == person.company_number
        assert claims[f"{OURS}usage"]["code"] == "surveyor"
        opener = page.locator("#opener" if scripts else "#name-menu summary")
        expect(opener).to_contain_text(f"Nora {person.family_name}")
        expect(page.locator("html")).to_have_attribute("lang", language)

        # Whoever has everything sees nothing but the choice.
        opener.click()
        page.click("#list [data-entry=sign-out]" if scripts else "#sign-out")
        visit.come(page, product)
        visit.sign_in(page, person)
        visit.put_card_off(page)
        visit.start(page, person.company_number, "surveyor")


def test_whoever_closes_the_browser_goes_on_another_day_where_they_stopped(
    product: RunningProduct, chromium: Browser
) -> None:
    """At each page on the way: the next browser asks for what is missing, and for nothing else."""
    person = Newcomer.another()
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.register(page, person)
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.sign_in(page, person)
        expect(page.locator("#activation-code")).to_be_visible()
        visit.activate(page, product, person)
        expect(page.locator("#company-number")).to_be_visible()
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.sign_in(page, person)
        visit.put_card_off(page)
        visit.found_organisation(page, person)
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.sign_in(page, person)
        visit.put_card_off(page)
        visit.register_tool(page, "surveyor")
        expect(page.locator("button.start-context")).to_be_visible()
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.sign_in(page, person)
        visit.put_card_off(page)
        visit.start(page, person.company_number, "surveyor")


def test_joining_an_office_waits_for_its_manager_and_then_starts(product: RunningProduct, chromium: Browser) -> None:
    person = Newcomer.another()
    with a_window(chromium) as page:
        visit.come(page, product)
        visit.register(page, person)
        visit.activate(page, product, person)
        visit.find_organisation(page, NOORD)
        page.fill("#function", "Makelaar")
        page.fill("#work-email", person.address)
        page.click("#send-request")
        expect(page.locator("#check-again")).to_be_visible()
        expect(page.locator("main")).to_contain_text(_manager(product).name)
        page.click("#check-again")
        expect(page.locator("button.start-context")).to_have_count(0)

        _confirm(product, person)
        page.click("#check-again")
        claims = visit.start(page, NOORD, "estate-agent")

    assert claims[f"{OURS}organization"]["company_number"] == NOORD
    # The code, that the organisation confirmed, and that there is a role: each a mail of its own.
    visit.wait_for_mails(product, person.address, 3)


@drawn_alike
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_on_the_way_and_nothing_is_cut_off(
    product: RunningProduct, chromium: Browser, scheme: str, width: int
) -> None:
    person, found = Newcomer.another(), list[str]()
    with a_window(chromium, scheme=scheme, width=width) as page:

        def judge() -> None:
            found.extend(f"{page.url}: {violation}" for violation in violations(page))
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{page.url}: wider than the window")

        visit.come(page, product)
        judge()
        page.click("#register")
        expect(page.locator("#create-account")).to_be_visible()
        judge()
        page.go_back()
        visit.register(page, person)
        judge()
        visit.activate(page, product, person)
        expect(page.locator("#company-number")).to_be_visible()
        judge()
        visit.found_organisation(page, person)
        judge()
        visit.register_tool(page, "surveyor")
        expect(page.locator("button.start-context")).to_be_visible()
        judge()

    assert found == []


@dataclass(frozen=True)
class _Manager:
    person_id: PersonId
    name: str


def _manager(product: RunningProduct) -> _Manager:
    """Return who manages Noord."""
    with _database(product) as database, database.reading() as session:
        record = find_for_sign_in(session, MANAGER)
        assert record is not None
        facts = person_facts(session, record.person_id)
    assert facts is not None
    return _Manager(record.person_id, f"{facts.given_name} {facts.family_name}")


def _confirm(product: RunningProduct, person: Newcomer) -> None:
    """Let the manager of Noord confirm the request and give a role, as their page will (O6)."""
    manager, now = _manager(product).person_id, SystemClock().now()
    with _database(product) as database, database.transaction() as session:
        record = find_for_sign_in(session, person.username)
        assert record is not None
        waiting = select(MembershipRow.id).where(
            MembershipRow.person_id == record.person_id, MembershipRow.status == MembershipStatus.REQUESTED.value
        )
        membership_id = MembershipId(session.scalars(waiting).one())
        confirm(session, membership_id, by=manager, details=MemberDetails(), now=now)
        assign_role(session, _registration(session), membership_id, "user", by=manager, now=now)


def _registration(session: Session) -> RegistrationId:
    """Return the registration of CadastreFinder by Noord, as estate agent."""
    wanted = (
        select(RegistrationRow.id)
        .join(OrganisationRow, OrganisationRow.id == RegistrationRow.organisation_id)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .where(
            OrganisationRow.company_number == NOORD,
            ToolRow.code == "cadastrefinder",
            RegistrationRow.usage == "estate-agent",
        )
    )
    return RegistrationId(session.scalars(wanted).one())


def _database(product: RunningProduct) -> closing[Database]:
    return closing(Database(product.database_url))
