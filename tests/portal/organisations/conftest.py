"""An office with somebody in every standing, and browsers in which they are signed in."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from core.organisations import employees, enrolment
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import assignments, registration
from tests.portal.conftest import Portal
from tests.support.html_page import Page, parse
from tests.support.offices import Office, a_person, a_staffed_office

WORK = MemberDetails(MembershipType.EMPLOYEE, "Negotiator", "chris@office.example", "+32470550122")


@dataclass(frozen=True)
class World:
    """Anna manages and lends her BIV, Bram uses it, Chris waits, Dirk is blocked, Emma is invited, Fred a stranger."""

    portal: Portal
    office: Office
    people: dict[str, PersonId]

    @property
    def id(self) -> OrganisationId:
        """Return the organisation."""
        return self.office.organisation_id

    @property
    def url(self) -> str:
        """Return the path of its data."""
        return f"/organisations/{self.id}"

    def of(self, name: str) -> "Visitor":
        """Return a browser in which this person is signed in."""
        return Visitor(self.portal.signed_in(self.people[name]))

    def make_manager_of_bram(self) -> None:
        """Let Bram manage as well."""
        with self.portal.services.database.transaction() as session:
            by = self.people["anna"]
            employees.promote(session, self.office.colleague.id, by=by, now=self.portal.clock.now())


@dataclass(frozen=True)
class Visitor:
    """A browser in which somebody is signed in."""

    browser: FlaskClient

    def get(self, path: str) -> Page:
        """Open a page."""
        return _parsed(path, self.browser.get(path, headers={"Accept-Language": "en"}))

    def post(self, path: str, **fields: object) -> Page:
        """Post a form of ours, with the token that any page of this browser has; `_` in a name is `-`."""
        token = self.get("/").all("input[name=csrf_token]")[0].attributes["value"]
        sent = {"csrf_token": token, **{name.replace("_", "-"): value for name, value in fields.items()}}
        if not any(isinstance(value, FileStorage) for value in sent.values()):
            return _parsed(path, self.browser.post(path, data=sent, headers={"Accept-Language": "en"}))
        # In memory: the test client would leave open the file into which it writes a large one.
        boundary, body = encode_multipart(sent)
        kind = f"multipart/form-data; boundary={boundary}"
        return _parsed(path, self.browser.post(path, data=body, content_type=kind, headers={"Accept-Language": "en"}))

    def submit(self, page: Page, button: str, **fields: object) -> Page:
        """Fill in the form around a button and press it; what it holds already stays."""
        pressed = page.one(button)
        form = next(one for one in page.all("form") if pressed in one.walk())
        texts = {
            one.attributes["name"]: one.attributes.get("value") or ""
            for one in form.walk()
            if one.tag == "input" and "name" in one.attributes and one.attributes.get("type") not in {"file", "radio"}
        }
        chosen = {
            one.attributes["name"]: option.attributes["value"] or ""
            for one in form.walk()
            if one.tag == "select"
            for option in one.walk()
            if option.tag == "option" and "selected" in option.attributes
        }
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        if "name" in pressed.attributes:
            texts[pressed.attributes["name"]] = pressed.attributes.get("value") or ""
        action = form.attributes["action"]
        sent = {**texts, **chosen, **named}
        return _parsed(action, self.browser.post(action, data=sent, headers={"Accept-Language": "en"}))

    def follow(self, page: Page) -> Page:
        """Go where an answer leads."""
        assert page.status == 303, (page.status, page.text)
        return self.get(page.headers["Location"])


def _parsed(path: str, answer: TestResponse) -> Page:
    return parse(path, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)


@pytest.fixture
def world(portal: Portal) -> World:
    """Return the office and its people."""
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        office = a_staffed_office(session, now=now)
        manager, organisation = office.manager.person_id, office.organisation_id
        registered = registration.register(
            session, organisation, office.tool_id, "estate-agent", by=manager, acr=Acr.MFA, now=now
        )
        names = ("chris.claes", "dirk.dupont", "emma.engels", "fred.fabry")
        chris, dirk, emma, fred = (a_person(session, name, now=now) for name in names)
        enrolment.request_membership(session, organisation, by=chris, details=WORK, now=now)
        blocked = enrolment.request_membership(session, organisation, by=dirk, details=WORK, now=now)
        employees.block(session, blocked.id, by=manager, now=now)
        enrolment.invite(session, organisation, emma, by=manager, details=WORK, now=now)
        assignments.assign_role(session, registered, office.colleague.id, "user", by=manager, now=now)
    people = {
        "anna": manager,
        "bram": office.colleague.person_id,
        "chris": chris,
        "dirk": dirk,
        "emma": emma,
        "fred": fred,
    }
    return World(portal, office, people)
