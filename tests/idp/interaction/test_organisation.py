"""The step in which a person finds, adds or asks to join an organisation (A7, O1 to O3)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.organisations import employees, limits
from core.organisations.enrolment import invite
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office

NOORD = "0100001060"
FREE = "0403019261"
COMPANY = {
    "organisation-name": "Bert NV",
    "organisation-street": "Meir 1",
    "organisation-postal-code": "2000",
    "organisation-locality": "Antwerpen",
}
ME = {"function": "Bediende", "work-email": "bert@noord.example", "work-phone": "0470 55 01 22"}
BERT = "bert.janssens"


@pytest.fixture
def newcomer(browser: Browser) -> Browser:
    """Return a browser in which Bert, who belongs to nothing, signed in to `atlas`."""
    return browser.authorize("atlas", ui_locales="en").sign_in(BERT)


def find(browser: Browser, number: str) -> Browser:
    if not browser.page.has("#find-organisation"):
        browser.get(browser.url.partition("?")[0] + "?another=yes")
    return browser.press("#find-organisation", **{"company-number": number})


def memberships(services: Services, person_id: str) -> list[MembershipRow]:
    with services.database.reading() as session:
        rows = session.scalars(select(MembershipRow).where(MembershipRow.person_id == person_id))
        return list(rows.all())


def mails(services: Services) -> list[tuple[str, str]]:
    """Return the kind and the receiver of the mails on their way."""
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(r.body["template"], r.body["recipient_person_id"]) for r in rows if "template" in r.body]  # type: ignore[misc]


def errors_of(browser: Browser) -> set[str]:
    """Return the fields at which the page says that something is wrong."""
    return {element.attributes["id"].removesuffix("-error") for element in browser.page.all(".field-error")}


def answered(services: Services, office: Office, clock: FixedClock, act: object) -> None:
    """Let Anna do something with the only membership of Bert."""
    (row,) = memberships(services, office.bert)
    with services.database.transaction() as session:
        act(session, row.id, by=office.anna, now=clock.now())  # type: ignore[operator]


# Looking up


def test_whoever_belongs_to_nothing_comes_here(newcomer: Browser) -> None:
    assert newcomer.url.endswith("/organisation")
    assert newcomer.page.has("#company-number")
    assert newcomer.page.has("#find-organisation")


@pytest.mark.parametrize("typed", [NOORD, "BE 0100.001.060", "100001060"])
def test_an_organisation_is_found_however_its_number_is_written(newcomer: Browser, typed: str) -> None:
    find(newcomer, typed)

    assert "Noord BV" in newcomer.page.text
    assert newcomer.page.has("#send-request")
    assert newcomer.url.endswith(f"?number={NOORD}")


@pytest.mark.parametrize("typed", ["", "0100001061", "hello", "0" * 200])
def test_a_wrong_number_is_said_at_the_field_and_kept(newcomer: Browser, typed: str) -> None:
    find(newcomer, typed)

    assert newcomer.status == 422
    assert errors_of(newcomer) == {"company-number"}
    assert newcomer.page.one("#company-number").attributes["value"] == typed


def test_a_stranger_learns_no_managers(newcomer: Browser) -> None:
    find(newcomer, NOORD)

    assert "Anna" not in newcomer.page.text


def test_nobody_hammers_the_search(newcomer: Browser) -> None:
    for _ in range(limits.LOOKUPS_PER_PERSON.attempts):
        newcomer.get(newcomer.url.partition("?")[0] + f"?number={NOORD}")
        assert newcomer.status == 200

    newcomer.get(newcomer.url)

    assert newcomer.status == 429
    assert int(newcomer.page.headers["Retry-After"]) > 0
    assert newcomer.page.has("#find-organisation")
    assert "Noord BV" not in newcomer.page.text


# Adding


def test_a_number_nobody_added_leads_to_the_form(newcomer: Browser) -> None:
    find(newcomer, FREE)

    assert newcomer.page.has("#create-organisation")
    assert "0403.019.261" in newcomer.page.text
    assert len(newcomer.page.all(".required")) == 1 + 6


def test_whoever_adds_an_organisation_manages_it_and_goes_on_to_the_tool(
    services: Services, newcomer: Browser, office: Office
) -> None:
    find(newcomer, FREE).press("#create-organisation", **COMPANY, **ME)

    assert newcomer.url.partition("?")[0].endswith("/tool")
    (row,) = memberships(services, office.bert)
    assert (row.status, row.is_manager, row.function, row.phone_number) == (
        MembershipStatus.ACTIVE,
        True,
        "Bediende",
        "+32470550122",
    )
    with services.database.reading() as session:
        organisation = session.get_one(OrganisationRow, row.organisation_id)
        assert (organisation.company_number, organisation.name, organisation.evidence_level) == (FREE, "Bert NV", 0)


def test_what_is_missing_is_said_at_each_field_and_nothing_is_lost(
    services: Services, newcomer: Browser, office: Office
) -> None:
    sent = {**COMPANY, **ME, "organisation-name": "", "work-email": "no", "employee-type": "trainee"}

    find(newcomer, FREE).press("#create-organisation", **sent)

    assert newcomer.status == 422
    assert errors_of(newcomer) == {"organisation-name", "work-email"}
    kept = {name: newcomer.page.one(f"#{name}").attributes.get("value") for name in sent if name != "employee-type"}
    assert kept == {name: value for name, value in sent.items() if name != "employee-type"}
    assert "selected" in newcomer.page.one("option[value=trainee]").attributes
    assert memberships(services, office.bert) == []


def test_of_two_who_add_the_same_number_the_second_asks_to_join_and_keeps_what_they_typed(
    services: Services, newcomer: Browser, stranger: Browser, office: Office
) -> None:
    find(newcomer, FREE)
    stranger.authorize("atlas").sign_in("anna.peeters").press("#add-context").press("#add-organisation")
    find(stranger, FREE).press("#create-organisation", **COMPANY, **ME)

    newcomer.press("#create-organisation", **{**COMPANY, "organisation-name": "Mine"}, **ME)

    assert newcomer.status == 409
    assert newcomer.page.has("#send-request")
    assert newcomer.page.one("#function").attributes["value"] == ME["function"]
    newcomer.press("#send-request")
    (row,) = memberships(services, office.bert)
    assert (row.status, row.function, row.email) == (MembershipStatus.REQUESTED, "Bediende", ME["work-email"])


def test_sending_the_form_twice_adds_one_organisation(services: Services, newcomer: Browser, office: Office) -> None:
    find(newcomer, FREE)
    address, fields = newcomer.form("#create-organisation"), newcomer.fields("#create-organisation", **COMPANY, **ME)

    for _ in range(2):
        newcomer.post(*address, data=fields)

    assert newcomer.url.partition("?")[0].endswith("/tool")
    assert len(memberships(services, office.bert)) == 1


def test_nobody_adds_organisations_without_end(newcomer: Browser, services: Services, office: Office) -> None:
    for _ in range(limits.FOUNDINGS_PER_PERSON.attempts):
        limits.count_founding(services.store, office.bert)

    find(newcomer, FREE).press("#create-organisation", **COMPANY, **ME)

    assert newcomer.status == 429
    assert newcomer.page.one("#organisation-name").attributes["value"] == "Bert NV"
    assert memberships(services, office.bert) == []


# Asking to join


def test_a_request_waits_and_says_for_whom(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)

    assert newcomer.page.one(".waiting-card").text.startswith("Noord BV")
    assert "Anna Peeters" in newcomer.page.one(".waiting-card").text
    assert newcomer.page.has("[role=status]")
    assert not newcomer.page.has(".remind-managers")
    assert mails(services) == [("membership-requested", office.anna)]
    clock.advance(timedelta(days=3))
    newcomer.authorize("atlas", ui_locales="en").sign_in(BERT)
    assert newcomer.page.has(".remind-managers")
    assert newcomer.page.has("#check-again")


def test_a_request_says_who_one_is(services: Services, newcomer: Browser, office: Office) -> None:
    find(newcomer, NOORD).press("#send-request", function="", **{"work-email": "x", "work-phone": "03 555 01 00"})

    assert newcomer.status == 422
    assert errors_of(newcomer) == {"function", "work-email"}
    assert newcomer.page.one("#work-phone").attributes["value"] == "03 555 01 00"
    assert memberships(services, office.bert) == []
    assert mails(services) == []


def test_a_request_sent_twice_is_one(services: Services, newcomer: Browser, office: Office) -> None:
    find(newcomer, NOORD)
    address, fields = newcomer.form("#send-request"), newcomer.fields("#send-request", **ME)

    for _ in range(2):
        newcomer.post(*address, data=fields)

    assert newcomer.status == 200
    assert newcomer.page.has(".waiting-card")
    assert len(memberships(services, office.bert)) == 1
    assert mails(services) == [("membership-requested", office.anna)]


@pytest.mark.parametrize("whose", ["person", "organisation"])
def test_requests_are_limited_for_person_and_organisation(
    services: Services, newcomer: Browser, office: Office, whose: str
) -> None:
    if whose == "person":
        for _ in range(limits.REQUESTS_PER_PERSON.attempts):
            limits.count_request(services.store, office.bert, office.zuid)
    else:
        for number in range(limits.REQUESTS_PER_ORGANISATION.attempts):
            limits.count_request(services.store, type(office.bert)(f"usr_{number}"), office.noord)

    find(newcomer, NOORD).press("#send-request", **ME)

    assert newcomer.status == 429
    assert newcomer.page.one("#function").attributes["value"] == ME["function"]
    assert memberships(services, office.bert) == []


def test_whoever_is_confirmed_goes_on(services: Services, newcomer: Browser, office: Office, clock: FixedClock) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    (row,) = memberships(services, office.bert)
    with services.database.transaction() as session:
        employees.confirm(session, row.id, by=office.anna, details=MemberDetails(), now=clock.now())  # type: ignore[arg-type]

    newcomer.get(newcomer.page.one("#check-again").attributes["href"])

    assert newcomer.url.endswith("/consent")


@pytest.mark.parametrize("act", [employees.refuse, employees.withdraw])
def test_whoever_was_refused_or_withdrew_may_ask_again(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock, act: object
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    if act is employees.withdraw:
        newcomer.press(".withdraw-request")
        assert "Noord BV" in newcomer.page.one("h1").text
        assert [row.status for row in memberships(services, office.bert)] == ["requested"]
        newcomer.press("#withdraw")
        assert newcomer.page.has("[role=status]")
    else:
        answered(services, office, clock, act)
        newcomer.get(newcomer.url)
    assert not newcomer.page.has(".waiting-card")

    find(newcomer, NOORD).press("#send-request", **ME)

    assert sorted(row.status for row in memberships(services, office.bert)) in (
        ["refused", "requested"],
        ["left", "requested"],
    )


def test_whoever_is_blocked_is_sent_to_managers_and_helpdesk_and_cannot_ask(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock
) -> None:
    find(newcomer, NOORD)
    address, fields = newcomer.form("#send-request"), newcomer.fields("#send-request", **ME)
    newcomer.press("#send-request", **ME)
    answered(services, office, clock, employees.block)

    find(newcomer, NOORD)

    assert not newcomer.page.has("#send-request")
    assert "helpdesk" in newcomer.page.text
    assert "Anna" not in newcomer.page.text
    newcomer.post(*address, data=fields)
    assert [row.status for row in memberships(services, office.bert)] == [MembershipStatus.BLOCKED]


def test_nobody_joins_what_is_closing(services: Services, newcomer: Browser, office: Office) -> None:
    find(newcomer, NOORD)
    address, fields = newcomer.form("#send-request"), newcomer.fields("#send-request", **ME)
    with services.database.transaction() as session:
        session.get_one(OrganisationRow, office.noord).status = OrganisationStatus.CLOSING

    newcomer.post(*address, data=fields)

    assert newcomer.status == 200
    assert not newcomer.page.has("#send-request")
    assert memberships(services, office.bert) == []


# What waits


def test_the_managers_are_reminded_once_a_day(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    clock.advance(timedelta(days=1))
    newcomer.authorize("atlas", ui_locales="en").sign_in(BERT)
    address, fields = newcomer.form(".remind-managers"), newcomer.fields(".remind-managers")

    newcomer.press(".remind-managers")
    assert not newcomer.page.has(".remind-managers")
    newcomer.post(*address, data=fields)

    assert [template for template, _ in mails(services)] == ["membership-requested", "membership-reminder"]


@pytest.mark.parametrize("act", ["remind", "withdraw", "accept", "decline", "leave", ""])
def test_nobody_acts_on_the_request_of_another(
    services: Services, newcomer: Browser, stranger: Browser, office: Office, clock: FixedClock, act: str
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    clock.advance(timedelta(days=2))
    newcomer.authorize("atlas", ui_locales="en").sign_in(BERT)
    (before,) = memberships(services, office.bert)
    stranger.authorize("atlas").sign_in("anna.peeters")
    uid_path = stranger.url.rpartition("/")[0]
    token = newcomer.fields(".withdraw-request")["csrf_token"]

    # With a form of one's own the membership is refused, with another's form all of it.
    foreign = stranger.client.post(
        f"{uid_path}/waiting", data={"csrf_token": token, "membership": before.id, "decision": act, "sure": "yes"}
    )

    assert foreign.status_code == 403
    (after,) = memberships(services, office.bert)
    assert (after.status, after.reminded_at) == (before.status, before.reminded_at)


@pytest.mark.parametrize("act", ["remind", "withdraw", "accept", "decline", "nonsense"])
def test_a_membership_that_is_not_ones_own_changes_by_no_act(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock, act: str
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    with services.database.reading() as session:
        annas = session.scalars(select(MembershipRow.id).where(MembershipRow.person_id == office.anna)).first()
    fields = newcomer.fields(".withdraw-request", membership=str(annas), decision=act, sure="yes")

    newcomer.post(*newcomer.form(".withdraw-request"), data=fields)

    assert newcomer.status == 200
    assert all(row.status == MembershipStatus.ACTIVE for row in memberships(services, office.anna))


def test_an_invitation_is_taken_up_or_declined(
    services: Services, newcomer: Browser, office: Office, clock: FixedClock
) -> None:
    for organisation in (office.noord, office.zuid):
        with services.database.transaction() as session:
            invite(session, organisation, office.bert, by=office.anna, details=MemberDetails(), now=clock.now())
    newcomer.get(newcomer.url)
    decline, accept = newcomer.page.all(".decline-invitation")[0], newcomer.page.all(".accept-invitation")[0]
    assert decline.text == "Decline : Noord BV" and accept.text == "Accept : Noord BV"

    first = newcomer.page.all(".waiting-card")[0]
    hidden = {e.attributes["name"]: e.attributes["value"] for e in first.walk() if e.tag == "input"}
    address = newcomer.page.all(".waiting-acts")[0].attributes["action"]
    newcomer.post(address, data={**hidden, "decision": "decline"})
    assert len(newcomer.page.all(".waiting-card")) == 1
    newcomer.press(".accept-invitation")

    assert sorted(row.status for row in memberships(services, office.bert)) == ["active", "left"]
    assert newcomer.url.partition("?")[0].rpartition("/")[2] in {"tool", "consent"}


# Ways out


def test_giving_up_goes_back_to_the_tool(newcomer: Browser) -> None:
    find(newcomer, FREE)

    assert newcomer.press("#cancel").answer["error"] == "access_denied"


def test_a_wish_from_the_choice_leads_back_to_it(browser: Browser) -> None:
    browser.authorize("atlas").sign_in("anna.peeters").press("#add-context").press("#add-organisation")
    assert browser.page.has("#find-organisation")

    browser.press("#cancel")

    assert browser.page.has("button.start-context")


def test_a_member_who_looks_their_organisation_up_goes_on_with_it(browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in("anna.peeters").press("#add-context").press("#add-organisation")
    find(browser, "0100002050")

    browser.press("#use-organisation")

    assert browser.url.endswith("/tool")
    assert "Zuid SRL" in browser.page.text


def test_the_waiting_are_shown_at_the_choice_and_can_be_reminded_there(
    services: Services, browser: Browser, office: Office, clock: FixedClock
) -> None:
    browser.authorize("atlas", ui_locales="en").sign_in(BERT)
    find(browser, FREE).press("#create-organisation", **COMPANY, **ME)
    browser.press("#register-tool").press("#add-context").press("#add-organisation")
    find(browser, NOORD).press("#send-request", **ME)
    clock.advance(timedelta(days=3))
    browser.authorize("atlas", prompt="select_account", ui_locales="en").sign_in(BERT)

    assert browser.page.has("button.start-context")
    card = browser.page.one(".waiting-card")
    assert "Noord BV" in card.text and "(3 days)" in card.text
    browser.press(".remind-managers")

    assert browser.page.has("button.start-context")
    assert not browser.page.has(".remind-managers")
    assert mails(services)[-1] == ("membership-reminder", office.anna)


# Guards


def test_a_form_of_another_browser_is_refused(newcomer: Browser, stranger: Browser) -> None:
    stranger.authorize("atlas").sign_in("anna.peeters").press("#add-context").press("#add-organisation")
    token = stranger.fields("#find-organisation")["csrf_token"]

    answer = newcomer.client.post(newcomer.url, data={"csrf_token": token, "decision": "find", "company-number": FREE})

    assert answer.status_code == 403


def test_the_page_is_not_shown_where_the_step_is_not_due(browser: Browser) -> None:
    browser.authorize("atlas").sign_in("anna.peeters")
    choice = browser.url

    browser.get(choice.replace("/consent", f"/organisation?number={NOORD}"))

    assert browser.url == choice


def test_a_plain_client_asks_for_no_organisation(browser: Browser) -> None:
    browser.authorize("plain").sign_in(BERT)

    assert browser.page.has("#allow")


def test_question_before_withdrawing_shows_ones_own_request_only(
    services: Services, newcomer: Browser, office: Office
) -> None:
    find(newcomer, NOORD).press("#send-request", **ME)
    with services.database.reading() as session:
        annas = session.scalars(select(MembershipRow.id).where(MembershipRow.person_id == office.anna)).first()
    newcomer.press(".withdraw-request")
    mine = newcomer.url

    newcomer.get(mine.replace(memberships(services, office.bert)[0].id, str(annas)))

    assert not newcomer.page.has("#withdraw")
    assert newcomer.page.has(".waiting-card")
