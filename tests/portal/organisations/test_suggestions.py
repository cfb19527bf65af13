"""What the company register suggests, in the portal: managers answer with one press, nobody else can."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.organisations import company_comparison
from core.organisations.company_editing import described
from core.organisations.rules import Membership
from core.organisations.suggestions import Suggestion, open_suggestions
from tests.portal.conftest import Portal
from tests.support.companies import ACompany, AnExtract, read_extract
from tests.support.html_page import Page, parse
from tests.support.offices import a_company, a_member, a_person, an_office


class Told:
    """Anna's office, of which the register says something else; Bram is an ordinary member."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal = portal
        services, now = portal.services, portal.clock.now()
        with services.database.transaction() as session:
            self.manager: Membership = an_office(session, a_person(session, "anna.peeters", now=now), now=now)
            self.colleague = a_member(session, self.manager, a_person(session, "bram.claes", now=now), now=now)
            self.stranger = a_person(session, "celine.dubois", now=now)
        read_extract(services.database, AnExtract(companies=[ACompany(a_company().company_number)]), folder, now)
        company_comparison.compare_all(services.database, now=now)

    @property
    def url(self) -> str:
        return f"/organisations/{self.manager.organisation_id}"

    def open(self) -> dict[str, Suggestion]:
        with self.portal.services.database.reading() as session:
            return {one.field.value: one for one in open_suggestions(session, self.manager.organisation_id)}

    def name(self) -> str:
        with self.portal.services.database.reading() as session:
            return described(session, self.manager.organisation_id).company.name

    def look(self, person_id: str) -> Page:
        answer = self.portal.signed_in(person_id).get(self.url)
        return parse(self.url, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)

    def answer(self, browser: FlaskClient, suggestion_id: str, deed: str, *, token: bool = True) -> tuple[int, str]:
        shown = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/context").text)
        assert shown is not None
        sent = {"csrf_token": shown[1]} if token else {}
        found = browser.post(f"{self.url}/suggestions/{suggestion_id}/{deed}", data=sent)
        return found.status_code, found.location or ""


@pytest.fixture
def told(portal: Portal, tmp_path: Path) -> Told:
    return Told(portal, tmp_path)


def test_a_manager_takes_over_or_keeps_with_one_press(told: Told) -> None:
    browser = told.portal.signed_in(told.manager.person_id)
    found = told.open()

    taken = told.answer(browser, found["name"].id, "take")
    kept = told.answer(browser, found["address"].id, "decline")

    assert taken == (303, f"{told.url}?done=suggestion-taken")
    assert kept == (303, f"{told.url}?done=suggestion-declined")
    assert told.name() == "Immo Bakker"
    assert told.open() == {}
    assert told.answer(browser, found["name"].id, "take") == (303, f"{told.url}?done=changed")


@pytest.mark.parametrize("deed", ["take", "decline"])
def test_nobody_else_can_answer(told: Told, deed: str) -> None:
    suggestion = told.open()["name"].id
    colleague = told.portal.signed_in(told.colleague.person_id)
    stranger = told.portal.signed_in(told.stranger)

    assert told.answer(colleague, suggestion, deed)[0] == 403
    assert told.answer(stranger, suggestion, deed)[0] == 404
    assert told.answer(told.portal.signed_in(told.manager.person_id), suggestion, deed, token=False)[0] == 400
    assert "name" in told.open()
    assert told.name() == "Immo Test BV"


def test_both_values_stand_on_the_data_page_for_managers_alone(told: Told) -> None:
    page = told.look(told.manager.person_id)

    assert [element.attributes["data-field"] for element in page.all(".suggestion")] == ["name", "address"]
    assert "Immo Test BV" in page.one("#suggestion-name").text
    assert "Immo Bakker" in page.one("#suggestion-name").text
    assert "Veldstraat 12" in page.one("#suggestion-address").text
    assert page.has("#take-name") and page.has("#decline-address")
    assert not told.look(told.colleague.person_id).has(".suggestion")
