"""The step in which a person registers the tool, or asks for access to it (A7, T1, T5)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.organisations.employees import promote
from core.organisations.enrolment import add_member
from core.organisations.identifiers import MembershipId
from core.organisations.rules import MemberDetails
from core.tools import assignments, registration
from core.tools.identifiers import ToolId
from core.tools.publishing import set_requirement
from core.tools.requirements import AccreditationNeeded, Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import AccessRow, RegistrationRow, TermsRow, ToolRow
from idp.wiring import Services
from tests.support.offices import kinds
from tests.support.sign_in import Browser
from tests.support.statements import counted
from tests.support.tools import Office, a_registration, an_organisation

BERT = "bert.janssens"


def doable(browser: Browser) -> tuple[str, str]:
    """Return which usage the page shows and what can be done about it."""
    usage = browser.page.one(".usage").attributes
    return usage["data-usage"], usage["data-doable"]


def mails(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(r.body["template"], r.body["recipient_person_id"]) for r in rows if "template" in r.body]  # type: ignore[misc]


def changed(session: Session, tool_id: ToolId, usage: str, requirement: Requirement, clock: FixedClock) -> None:
    """Let a usage need something else from now on."""
    now = clock.now()
    set_requirement(session, tool_id, usage, requirement, applies_from=now, by=None, now=now)


@pytest.fixture
def west(services: Services, office: Office, clock: FixedClock) -> str:
    """Return an organisation of Bert's that has no tool yet."""
    with services.database.transaction() as session:
        return an_organisation(session, "West BV", "0403019261", by=office.bert, now=clock.now())


@pytest.fixture
def member(services: Services, office: Office, clock: FixedClock) -> MembershipId:
    """Return the membership of Bert in Noord, where he has no role."""
    with services.database.transaction() as session:
        return add_member(
            session, office.noord, office.bert, by=office.anna, details=MemberDetails(), now=clock.now()
        ).id


@pytest.fixture
def founder(browser: Browser, west: str) -> Browser:
    """Return a browser in which Bert, whose organisation has no tool, signed in to `rent`."""
    return browser.authorize("rent", ui_locales="en").sign_in(BERT)


@pytest.fixture
def employee(browser: Browser, member: MembershipId) -> Browser:
    """Return a browser in which Bert looks at the closed context of Noord at `atlas`."""
    return browser.authorize("atlas", ui_locales="en").sign_in(BERT).press(".ask-for-context")


# Registering


def test_whoever_has_no_tool_yet_comes_here(founder: Browser) -> None:
    assert founder.url.endswith("/tool")
    assert doable(founder) == ("estate-agent", "register")
    assert "West BV" in founder.page.text


def test_registering_gives_a_role_and_leads_to_the_start(
    services: Services, founder: Browser, office: Office, west: str
) -> None:
    founder.press("#register-tool", **{"accept-tool-terms": "yes"})

    assert founder.url.endswith("/consent")
    button = founder.page.one("button.start-context").attributes
    assert (button["data-organization"], button["data-usage"]) == ("0403019261", "estate-agent")
    with services.database.reading() as session:
        row = session.scalars(select(RegistrationRow).where(RegistrationRow.organisation_id == west)).one()
        assert (row.usage, row.terms_version, row.registered_by) == ("estate-agent", "v1", office.bert)
    assert "code" in founder.press("button.start-context").answer


def test_without_the_terms_nothing_is_registered(services: Services, founder: Browser, west: str) -> None:
    founder.press("#register-tool")

    assert founder.status == 422
    assert founder.page.one("#accept-tool-terms").attributes["aria-invalid"] == "true"
    with services.database.reading() as session:
        assert session.scalars(select(RegistrationRow).where(RegistrationRow.organisation_id == west)).all() == []


def test_terms_that_changed_meanwhile_are_read_again(
    services: Services, founder: Browser, office: Office, west: str, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        url = "https://tool.example/terms/v2"
        session.add(TermsRow(tool_id=office.rent, version="v2", url=url, published_at=clock.now()))
        session.flush()
        changed(session, office.rent, "estate-agent", Requirement(terms="v2"), clock)

    founder.press("#register-tool", **{"accept-tool-terms": "yes"})

    assert founder.status == 422
    assert founder.page.one("[name=terms-version]").attributes["value"] == "v2"
    founder.press("#register-tool", **{"accept-tool-terms": "yes"})
    assert founder.page.has("button.start-context")


def test_a_usage_without_terms_asks_for_none(browser: Browser, west: str) -> None:
    browser.authorize("atlas", ui_locales="en").sign_in(BERT)
    assert not browser.page.has("#accept-tool-terms")

    browser.press("#register-tool")

    assert browser.page.has("button.start-context")


def test_another_usage_is_a_link_away(founder: Browser) -> None:
    (other,) = [tab for tab in founder.page.all(".usage-tab") if "aria-current" not in tab.attributes]

    founder.get(other.attributes["href"])

    assert doable(founder) == ("syndic", "register")
    founder.press("#register-tool", **{"accept-tool-terms": "yes"})
    assert founder.page.one("button.start-context").attributes["data-usage"] == "syndic"


def test_another_organisation_is_a_link_away(
    services: Services, founder: Browser, office: Office, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        east = an_organisation(session, "East BV", "0866381630", by=office.bert, now=clock.now())
    founder.get(founder.url)
    assert "East BV" in founder.page.one(".organisation-name").text

    (other,) = founder.page.all(".switch-organisation")
    founder.get(other.attributes["href"])
    founder.press("#register-tool", **{"accept-tool-terms": "yes"})

    with services.database.reading() as session:
        assert session.scalars(select(RegistrationRow).where(RegistrationRow.organisation_id == east)).all() == []
    assert founder.page.one("button.start-context").attributes["data-organization"] == "0403019261"


def test_nobody_registers_for_an_organisation_that_is_not_theirs(
    services: Services, founder: Browser, office: Office
) -> None:
    with services.database.transaction() as session:
        registration.end(session, office.noord_rent, by=office.anna, now=services.clock.now())
    address = founder.form("#register-tool")[0].partition("?")[0] + f"?organisation={office.noord}&usage=estate-agent"

    founder.post(address, data=founder.fields("#register-tool", **{"accept-tool-terms": "yes"}))

    with services.database.reading() as session:
        of_noord = select(RegistrationRow).where(RegistrationRow.organisation_id == office.noord)
        live = of_noord.where(
            RegistrationRow.status == RegistrationStatus.ACTIVE, RegistrationRow.tool_id == office.rent
        )
        assert session.scalars(live).all() == []


def test_whoever_lacks_what_is_needed_is_told_and_has_ways_on(
    services: Services, founder: Browser, office: Office, clock: FixedClock
) -> None:
    needed = Requirement(register=AccreditationNeeded("be.biv", lists=("tableau",)), terms="v1")
    with services.database.transaction() as session:
        kinds(session)
        session.get_one(ToolRow, office.rent).accreditation_kinds = ["be.biv"]
        for usage in ("estate-agent", "syndic"):
            changed(session, office.rent, usage, needed, clock)
    address, fields = founder.form("#register-tool"), founder.fields("#register-tool", **{"accept-tool-terms": "yes"})

    founder.post(*address, data=fields)

    assert doable(founder) == ("estate-agent", "shut")
    assert founder.page.has(".need-missing")
    assert founder.page.one(".next-step").text
    assert founder.page.has("#add-organisation")
    assert founder.press("#cancel").answer["error"] == "access_denied"


def test_a_colleague_who_was_first_makes_it_a_question_of_access(
    services: Services, browser: Browser, office: Office, member: MembershipId, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        registration.end(session, office.noord_atlas, by=office.anna, now=clock.now())
    browser.authorize("atlas", ui_locales="en").sign_in(BERT)
    assert doable(browser) == ("estate-agent", "register")
    with services.database.transaction() as session:
        a_registration(session, office.noord, office.atlas, by=office.anna, now=clock.now())

    # With somebody registered the choice is due, and from there access is asked for.
    browser.press("#register-tool")

    assert browser.page.has(".ask-for-context")


# Access


def test_a_closed_context_leads_to_asking_for_access(
    services: Services, employee: Browser, office: Office, member: MembershipId, clock: FixedClock
) -> None:
    assert doable(employee) == ("estate-agent", "ask")

    employee.press("#ask-access")

    assert doable(employee) == ("estate-agent", "wait")
    assert employee.page.has("[role=status]")
    assert ("tool-access-requested", office.anna) in mails(services)
    with services.database.transaction() as session:
        assignments.assign_role(session, office.noord_atlas, member, "user", by=office.anna, now=clock.now())
    employee.get(employee.url)
    assert doable(employee) == ("estate-agent", "start")
    assert employee.press("#go-on").page.has("button.start-context")
    assert ("tool-role-given", office.bert) in mails(services)


def test_a_request_for_access_sent_twice_is_one(services: Services, employee: Browser) -> None:
    address, fields = employee.form("#ask-access"), employee.fields("#ask-access")

    for _ in range(2):
        employee.post(*address, data=fields)

    assert doable(employee) == ("estate-agent", "wait")
    assert [template for template, _ in mails(services)].count("tool-access-requested") == 1


def test_the_managers_are_reminded_of_a_request_after_a_day(
    services: Services, employee: Browser, clock: FixedClock
) -> None:
    employee.press("#ask-access")
    assert not employee.page.has("#remind-access")
    clock.advance(timedelta(days=1))
    employee.authorize("atlas", ui_locales="en").sign_in(BERT).press(".ask-for-context")

    employee.press("#remind-access")

    assert not employee.page.has("#remind-access")
    assert [template for template, _ in mails(services)].count("tool-access-reminder") == 1


def test_who_is_blocked_from_the_tool_cannot_ask(
    services: Services, employee: Browser, office: Office, member: MembershipId, clock: FixedClock
) -> None:
    address, fields = employee.form("#ask-access"), employee.fields("#ask-access")
    with services.database.transaction() as session:
        assignments.block_access(session, office.noord_atlas, member, by=office.anna, now=clock.now())

    employee.post(*address, data=fields)

    assert doable(employee) == ("estate-agent", "shut")
    assert "tool-access-requested" not in [template for template, _ in mails(services)]


def test_a_manager_without_a_role_takes_one(
    services: Services, browser: Browser, office: Office, member: MembershipId, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        promote(session, member, by=office.anna, now=clock.now())
    browser.authorize("atlas", ui_locales="en").sign_in(BERT).press(".ask-for-context")
    assert doable(browser) == ("estate-agent", "take")

    browser.press("#give-myself-access")

    assert browser.page.one("button.start-context").attributes["value"] == office.noord_atlas


def test_an_employee_cannot_take_a_role(services: Services, employee: Browser, member: MembershipId) -> None:
    fields = {**employee.fields("#ask-access"), "decision": "take"}

    employee.post(*employee.form("#ask-access"), data=fields)

    with services.database.reading() as session:
        assert session.scalars(select(AccessRow).where(AccessRow.membership_id == member)).all() == []


# Ways in and out


def test_the_choice_leads_here_and_back(browser: Browser) -> None:
    browser.authorize("rent").sign_in("anna.peeters").press("#add-context")
    assert browser.url.endswith("/tool")
    assert doable(browser)[1] == "register"

    browser.press("#cancel")

    assert browser.page.has("button.start-context")


def test_adding_an_organisation_leads_back_here(browser: Browser) -> None:
    browser.authorize("rent").sign_in("anna.peeters").press("#add-context").press("#add-organisation")
    assert browser.page.has("#find-organisation")
    company = {
        "organisation-name": "Oost BV",
        "organisation-street": "Meir 1",
        "organisation-postal-code": "2000",
        "organisation-locality": "Antwerpen",
        "function": "Zaakvoerder",
        "work-email": "anna@oost.example",
    }

    browser.press("#find-organisation", **{"company-number": "0866381630"}).press("#create-organisation", **company)

    assert browser.url.endswith("/tool")
    assert "Oost BV" in browser.page.one(".organisation-name").text
    browser.press("#register-tool", **{"accept-tool-terms": "yes"})
    assert "0866381630" in [b.attributes["data-organization"] for b in browser.page.all("button.start-context")]


def test_giving_up_where_nothing_can_be_started_goes_back_to_the_tool(founder: Browser) -> None:
    assert founder.press("#cancel").answer["error"] == "access_denied"


def test_an_unknown_choice_in_the_address_shows_what_there_is(founder: Browser) -> None:
    founder.get(founder.url + "?organisation=org_no&usage=none&done=nonsense")

    assert founder.status == 200
    assert doable(founder) == ("estate-agent", "register")


def test_a_form_of_another_browser_is_refused(services: Services, founder: Browser, stranger: Browser) -> None:
    stranger.authorize("rent").sign_in("anna.peeters").press("#add-context")
    token = stranger.fields("#cancel")["csrf_token"]

    answer = founder.client.post(founder.url, data={"csrf_token": token, "decision": "register"})

    assert answer.status_code == 403


def test_the_page_is_not_shown_where_the_step_is_not_due(browser: Browser) -> None:
    browser.authorize("rent").sign_in("anna.peeters")
    choice = browser.url

    browser.get(choice.replace("/consent", "/tool"))

    assert browser.url == choice


def test_the_number_of_statements_does_not_grow_with_the_organisations(
    services: Services, founder: Browser, office: Office, clock: FixedClock
) -> None:
    with counted(services.database) as before:
        founder.get(founder.url)
    with services.database.transaction() as session:
        for name, number in (("A", "0866381630"), ("B", "0400008697"), ("C", "0100003040")):
            an_organisation(session, name, number, by=office.bert, now=clock.now())

    with counted(services.database) as after:
        founder.get(founder.url)

    assert len(founder.page.all(".switch-organisation")) == 3
    assert len(after) == len(before)
