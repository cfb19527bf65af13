"""An office with a manager who lends an accreditation, colleagues in every standing, and three tools."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.closing import membership
from core.infra.outbox import OutboxRow
from core.organisations.enrolment import request_membership
from core.organisations.rules import Membership
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.assignments import assign_role
from core.tools.identifiers import RegistrationId
from core.tools.publishing import NewTerms
from core.tools.registration import register
from core.tools.requirements import Requirement
from core.tools.tables import ToolRow
from tests.portal.conftest import Portal
from tests.support.html_page import Page, parse
from tests.support.offices import (
    NO_DETAILS,
    a_member,
    a_person,
    a_staffed_office,
    a_tool,
    an_accreditation,
    an_office,
)

USAGE = "estate-agent"


class World:
    """Anna manages and lends BIV 500001, Bram is her employee without, Celine one with an accreditation.

    `finder` rests on Anna's; `rentals` asks for terms and nothing else, and `appraiser` for an
    accreditation: both nobody has registered. Dirk waits, Els is blocked, Fons manages another office.
    """

    def __init__(self, portal: Portal) -> None:
        self.portal, self.now = portal, portal.clock.now()
        with portal.services.database.transaction() as session:
            office = a_staffed_office(session, now=self.now)
            self.manager, self.colleague, self.finder = office.manager, office.colleague, office.tool_id
            self.organisation, self.lent_by_anna = office.organisation_id, office.accreditation_id
            self.anna, self.bram = self.manager.person_id, self.colleague.person_id
            self.rentals = a_tool(
                session,
                "rentals",
                now=self.now,
                requirement=Requirement(terms="v1"),
                terms=(NewTerms("v1", "https://tool.example/v1"), NewTerms("v2", "https://tool.example/v2")),
            )
            self.appraiser = a_tool(session, "appraiser", now=self.now)
            for tool in (self.finder, self.rentals):
                session.get_one(ToolRow, tool).home_url = "https://tool.example"
            self.celine, celine = self._member(session, "celine.dubois")
            self.lent_by_celine = an_accreditation(session, celine.person_id, "500002", now=self.now)
            self.celines_membership = celine
            self.dirk = a_person(session, "dirk.maes", now=self.now)
            request_membership(session, self.organisation, by=self.dirk, details=NO_DETAILS, now=self.now)
            self.els, els = self._member(session, "els.wouters")
            membership.block(session, els.id, by=self.anna, now=self.now)
            self.fons = a_person(session, "fons.leroy", now=self.now)
            self.elsewhere = an_office(session, self.fons, now=self.now, number=2, name="Andere BV").organisation_id
            self.registration = register(
                session, self.organisation, self.finder, USAGE, by=self.anna, acr=Acr.HIGH, now=self.now
            )

    def _member(self, session: Session, name: str) -> tuple[PersonId, Membership]:
        person = a_person(session, name, now=self.now)
        return person, a_member(session, self.manager, person, now=self.now)

    def url(self, *parts: str, organisation: str | None = None) -> str:
        """Return the address of a page of the tools."""
        return "/".join(("/organisations", organisation or self.organisation, "tools", *parts))

    def browser(self, person: PersonId) -> "Browser":
        """Return the browser of somebody who is signed in."""
        return Browser(self.portal.signed_in(person))

    def act(self, deed: Callable[[Session], object]) -> None:
        """Do something behind the pages, in a transaction."""
        with self.portal.services.database.transaction() as session:
            deed(session)

    def give(self, role: str, *, to: Membership, registration: RegistrationId | None = None) -> None:
        """Give a member a role in `finder`."""
        found = registration or self.registration
        self.act(lambda session: assign_role(session, found, to.id, role, by=self.anna, now=self.now))

    def letters(self) -> list[tuple[str, str]]:
        """Return the mails that wait: which, and to whom."""
        with self.portal.services.database.reading() as session:
            rows = [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
        return [(str(row["template"]), str(row["recipient_person_id"])) for row in rows if "template" in row]


class Browser:
    """A browser at the portal that reads pages and presses buttons."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str) -> Page:
        """Go to an address and follow where it leads."""
        return self._followed(path, self.client.get(path))

    def press(self, page: Page, button: str, **fields: str) -> Page:
        """Press a button of a page, with some fields filled in otherwise than they are."""
        pressed = page.one(button)
        form = pressed.parent
        while form is not None and form.tag != "form":
            form = form.parent
        assert form is not None, f"{button} is in no form"
        sent = {
            one.attributes["name"]: one.attributes.get("value", "")
            for one in form.walk()
            if one.tag == "input" and one.attributes.get("type") not in {"checkbox", "radio"}
        }
        for one in (element for element in form.walk() if element.tag == "select"):
            chosen = next((option for option in one.walk() if "selected" in option.attributes), None)
            sent[one.attributes["name"]] = "" if chosen is None else chosen.attributes["value"]
        if "name" in pressed.attributes:
            sent[pressed.attributes["name"]] = pressed.attributes["value"]
        path = form.attributes.get("action") or page.url
        return self._followed(path, self.client.post(path, data={**sent, **fields}))

    def _followed(self, path: str, answer: TestResponse) -> Page:
        hops = 0
        while answer.status_code in {301, 302, 303}:
            parts = urlsplit(answer.location)
            path, hops = parts._replace(scheme="", netloc="").geturl(), hops + 1
            assert hops < 5, path
            answer = self.client.get(path)
        return parse(path, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)
