"""An office with somebody in every standing, and browsers in which they are signed in."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.organisations import employees, enrolment
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import assignments, registration
from core.tools.identifiers import RegistrationId
from tests.portal.conftest import Portal
from tests.support.html_page import Page, parse
from tests.support.offices import Office, a_person, a_staffed_office

WORK = MemberDetails(MembershipType.EMPLOYEE, "Negotiator", "chris@office.example", "+32470550122")


@dataclass(frozen=True)
class World:
    """Anna manages and lends her BIV, Bram works here, Chris waits, Dirk is blocked; Elsa is a stranger."""

    portal: Portal
    office: Office
    registration_id: RegistrationId
    chris: MembershipId
    dirk: MembershipId
    people: dict[str, PersonId]

    @property
    def organisation_id(self) -> OrganisationId:
        return self.office.organisation_id

    @property
    def anna(self) -> MembershipId:
        return self.office.manager.id

    @property
    def bram(self) -> MembershipId:
        return self.office.colleague.id

    @property
    def url(self) -> str:
        return f"/organisations/{self.organisation_id}/employees"

    def of(self, name: str) -> "Visitor":
        return Visitor(self.portal.signed_in(self.people[name]))

    def make_manager(self, name: str) -> None:
        member = {"bram": self.bram}[name]
        with self.portal.services.database.transaction() as session:
            employees.promote(session, member, by=self.people["anna"], now=self.portal.clock.now())


@dataclass(frozen=True)
class Visitor:
    """A browser in which somebody is signed in."""

    browser: FlaskClient

    def get(self, path: str) -> Page:
        return parsed(path, self.browser.get(path))

    def post(self, path: str, **fields: str) -> Page:
        """Post a form of ours, with the token that any page of this browser has."""
        token = self.get("/").all("input[name=csrf_token]")[0].attributes["value"]
        return parsed(path, self.browser.post(path, data={"csrf_token": token, **_named(fields)}))

    def follow(self, page: Page) -> Page:
        assert page.status == 303, (page.status, page.text)
        return self.get(page.headers["Location"])


def _named(fields: dict[str, str]) -> dict[str, str]:
    """Write the names of fields as forms do: `work_email` is `work-email`."""
    return {name if name.startswith("role-") else name.replace("_", "-"): value for name, value in fields.items()}


def parsed(path: str, answer: TestResponse) -> Page:
    """Read an answer as a page."""
    return parse(path, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)


@pytest.fixture
def world(portal: Portal) -> World:
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        office = a_staffed_office(session, now=now)
        manager, organisation = office.manager.person_id, office.organisation_id
        registered = registration.register(
            session, organisation, office.tool_id, "estate-agent", by=manager, acr=Acr.MFA, now=now
        )
        names = ("chris.claes", "dirk.dupont", "elsa.engels")
        chris, dirk, elsa = (a_person(session, name, now=now) for name in names)
        waiting = enrolment.request_membership(session, organisation, by=chris, details=WORK, now=now)
        blocked = enrolment.request_membership(session, organisation, by=dirk, details=WORK, now=now)
        employees.block(session, blocked.id, by=manager, now=now)
        assignments.assign_role(session, registered, office.colleague.id, "user", by=manager, now=now)
    people = {"anna": manager, "bram": office.colleague.person_id, "chris": chris, "dirk": dirk, "elsa": elsa}
    return World(portal, office, registered, waiting.id, blocked.id, people)
