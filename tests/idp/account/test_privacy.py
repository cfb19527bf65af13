"""Asking for the account to go, and undoing that, on the pages (A15)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.organisations import employees
from core.organisations.enrolment import request_membership
from core.organisations.rules import MemberDetails
from core.people import leaving
from core.people.leaving import Leaving
from core.people.tables import PersonRow
from idp.wiring import Services
from tests.support.offices import FOR_AGENTS, an_accreditation, kinds
from tests.support.offices import a_tool as a_tool_for_agents
from tests.support.sign_in import Browser
from tests.support.tools import Office, a_person, a_registration

PAGE, DELETE = "/account/privacy", "/account/privacy/delete"


def signed_in(browser: Browser, username: str = "anna.peeters") -> Browser:
    return browser.get(PAGE).sign_in(username)


def asked(browser: Browser, username: str = "anna.peeters") -> Browser:
    """Go to the question, proving who one is."""
    return signed_in(browser, username).get(DELETE).sign_in(username)


def standing(services: Services, person_id: str) -> Leaving | None:
    with services.database.reading() as session:
        row = session.get_one(PersonRow, person_id)
        return leaving.standing(session, row.id)  # type: ignore[arg-type]


def letters(services: Services, template: str) -> list[dict[str, object]]:
    with services.database.reading() as session:
        bodies = [row.body for row in session.scalars(select(OutboxRow))]
    return [body for body in bodies if body.get("template") == template]


def a_colleague(services: Services, office: Office) -> None:
    """Make Bert a member of Noord, which Anna alone manages."""
    now = services.clock.now()
    with services.database.transaction() as session:
        waiting = request_membership(session, office.noord, by=office.bert, details=MemberDetails(), now=now)
        employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=now)


def test_deletion_is_asked_for_with_fourteen_days_to_undo_it(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    asked(browser).press("#confirm-delete")

    assert standing(services, office.anna) == Leaving(clock.now(), clock.now() + timedelta(days=14))
    assert browser.page.has("#done")
    assert "16 November 2026" in browser.page.one("#leaving").text
    (mail,) = letters(services, "erasure-requested")
    assert mail["address"] == "anna.peeters@people.example"
    values = mail["values"]
    assert isinstance(values, dict)
    assert (values["due"], values["username"]) == ("16 November 2026", "anna.peeters")


def test_asking_twice_is_asking_once(browser: Browser, services: Services, office: Office, clock: FixedClock) -> None:
    """A second request must not put off the first one, nor write again."""
    fields = asked(browser).fields("#confirm-delete")
    browser.post(DELETE, data=fields)
    first = standing(services, office.anna)
    clock.advance(timedelta(minutes=2))

    browser.post(DELETE, data=fields)

    assert standing(services, office.anna) == first
    assert len(letters(services, "erasure-requested")) == 1


def test_undo_lets_the_account_stay(browser: Browser, services: Services, office: Office) -> None:
    asked(browser).press("#confirm-delete")

    browser.get(PAGE).press("#keep-account")

    assert standing(services, office.anna) is None
    assert not browser.page.has("#leaving")
    assert len(letters(services, "erasure-undone")) == 1


def test_undoing_nothing_changes_nothing(browser: Browser, services: Services, office: Office) -> None:
    asked(browser).press("#confirm-delete").get(PAGE)
    fields = browser.fields("#keep-account")
    browser.post("/account/privacy/keep", data=fields)

    browser.post("/account/privacy/keep", data=fields)

    assert browser.status == 200
    assert len(letters(services, "erasure-undone")) == 1


def test_next_sign_in_shows_it_on_every_page(browser: Browser, stranger: Browser) -> None:
    """Whoever did not ask for it learns of it there, if not from the mail."""
    asked(browser).press("#confirm-delete")

    for url in ("/account/profile", "/account/history", "/account/connections"):
        stranger.get(url)
        if stranger.page.has("#login"):
            stranger.sign_in()
        assert "16 November 2026" in stranger.page.one("#leaving").text


def test_stolen_session_cannot_delete(browser: Browser, services: Services, office: Office) -> None:
    """Neither see the form nor send it without proof, though every page holds a token for forms."""
    csrf_token = signed_in(browser).fields("#sign-out")["csrf_token"]
    assert browser.get(DELETE).page.has("#login")

    browser.post(DELETE, data={"csrf_token": csrf_token})

    assert browser.page.has("#login")
    assert standing(services, office.anna) is None


@pytest.mark.parametrize("token", [{}, {"csrf_token": "wrong"}])
@pytest.mark.parametrize("url", [DELETE, "/account/privacy/keep"])
def test_form_of_another_site_does_nothing(
    browser: Browser, services: Services, office: Office, url: str, token: dict[str, str]
) -> None:
    asked(browser)
    if url != DELETE:
        browser.press("#confirm-delete")
    before = standing(services, office.anna)

    browser.post(url, data=token)

    assert browser.status >= 400
    assert standing(services, office.anna) == before


def test_page_says_what_will_happen(browser: Browser, stranger: Browser, services: Services, office: Office) -> None:
    text = " ".join(asked(browser).page.text.split())
    assert browser.page.one("#fate").attributes["data-fate"] == "anonymised"
    assert "Noord BV ends here with your account" in text

    with services.database.transaction() as session:
        a_person(session, "carla.stranger", now=services.clock.now())
    asked(stranger, "carla.stranger")
    assert stranger.page.one("#fate").attributes["data-fate"] == "deleted"


def test_page_names_colleagues_who_rely_on_ones_accreditation(
    browser: Browser, services: Services, office: Office
) -> None:
    now = services.clock.now()
    with services.database.transaction() as session:
        kinds(session)
        an_accreditation(session, office.anna, "500001", now=now)
        tool_id = a_tool_for_agents(session, "finder", now=now, requirement=FOR_AGENTS)
        a_registration(session, office.noord, tool_id, by=office.anna, now=now)

    assert "finder at Noord BV stops: nobody else uses it." in " ".join(asked(browser).page.text.split())


def test_page_names_the_tools_that_lose_access(browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    text = browser.get(DELETE).sign_in().page.text

    assert "they lose access: Atlas." in " ".join(text.split())


def test_last_manager_with_colleagues_is_told_what_to_do(browser: Browser, services: Services, office: Office) -> None:
    """O7, with a way out: no button, the organisation's name, and the link to where a manager is made."""
    a_colleague(services, office)

    asked(browser)

    hindrances = " ".join(browser.page.one("#hindrances").text.split())
    assert "Noord BV" in hindrances
    assert "Zuid SRL" not in hindrances
    assert browser.page.one("#to-organisations").attributes["href"] == services.settings.portal_url
    assert not browser.page.has("#confirm-delete")


def test_hindrance_that_came_after_the_page_was_shown_stops_the_form(
    browser: Browser, services: Services, office: Office
) -> None:
    fields = asked(browser).fields("#confirm-delete")
    a_colleague(services, office)

    browser.post(DELETE, data=fields)

    assert browser.status == 422
    assert browser.page.has("#hindrances")
    assert standing(services, office.anna) is None


def test_hindrance_that_came_after_the_request_is_shown(browser: Browser, services: Services, office: Office) -> None:
    asked(browser).press("#confirm-delete")
    a_colleague(services, office)

    text = " ".join(browser.get(PAGE).page.text.split())

    assert "you are the only manager of: Noord BV" in text
