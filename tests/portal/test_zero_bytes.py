"""A zero byte in an address or a form: no column of PostgreSQL takes it, and it is answered as what it is."""

import pytest

from core.people.identifiers import PersonId
from tests.portal.conftest import Portal
from tests.support.html_page import parse
from tests.support.offices import Office, a_staffed_office

_USAGE = "/tools/finder/estate-agent"


@pytest.fixture
def office(portal: Portal) -> Office:
    with portal.services.database.transaction() as session:
        return a_staffed_office(session, now=portal.clock.now())


def test_an_address_with_one_is_nothing(portal: Portal, office: Office) -> None:
    browser, here = portal.signed_in(PersonId(office.manager.person_id)), f"/organisations/{office.organisation_id}"
    parts = (
        "/invitations/%00",
        "/organisations/%00",
        f"{here}/employees/a%00b",
        f"{here}/tools/finder/%00",
        "/organisations/dispute/%00",
    )
    words = (f"{here}/employees?after=%00", f"{here}/history?person=a%00", f"{here}{_USAGE}/access?after=%00")

    assert {path: browser.get(path).status_code for path in parts} == dict.fromkeys(parts, 404)
    assert {path: browser.get(path).status_code for path in words} == dict.fromkeys(words, 400)


@pytest.mark.parametrize("field", ["access-a\0b", "seen-x", "more"])
def test_a_form_with_one_is_refused(portal: Portal, office: Office, field: str) -> None:
    browser = portal.signed_in(PersonId(office.manager.person_id))
    answer = browser.get("/context")
    page = parse("/context", answer.status_code, dict(answer.headers), answer.text)
    sent = {"csrf_token": page.all("input[name=csrf_token]")[0].attributes["value"], "more": ["good", "as it is"]}

    here = f"/organisations/{office.organisation_id}/edit"
    refused = browser.post(here, data={**sent, field: ["good", "ba\0d"]})

    assert refused.status_code == 400
    assert browser.post(here, data=sent).status_code == 409
