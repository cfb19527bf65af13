"""The operators' desk over a tool that three offices use: one by their own accreditation, one by none."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from core.accreditations.holders import Entry, enter
from core.accreditations.rules import AccreditationStatus
from core.infra.audit import AuditRow
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.people.tables import PersonRow
from core.tools import editing
from core.tools.editing import EditedTool
from core.tools.identifiers import ToolId
from tests.support.offices import kinds
from tests.support.staff_portal import StaffBrowser, StaffPortal
from tests.support.tools import a_client, a_person, a_registration, a_tool, an_organisation

WHY = {"reason": "maintenance", "reference": "OPS-1"}


@dataclass(frozen=True)
class Operations:
    """The staff's portal, a tool, and the offices that use it, by the name of their manager."""

    ground: StaffPortal
    tool: ToolId
    people: dict[str, PersonId]
    offices: dict[str, OrganisationId]

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    def at(self, path: str, who: str = "gilles.operator") -> StaffBrowser:
        """Return a browser of somebody at a page."""
        return self.ground.browser(who).get(path)

    def edited(self, code: str = "atlas") -> EditedTool:
        with self.ground.database.reading() as session:
            return editing.edited_tool(session, code)

    def deeds(self, action: str) -> list[AuditRow]:
        with self.ground.database.reading() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))

    def approve(self, who: str = "joke.operator") -> StaffBrowser:
        """Let a second person approve the one request that waits."""
        browser = self.at("/staff/approvals", who)
        (waiting,) = browser.page.all("[data-approval]")
        return browser.post(f"/staff/approvals/{waiting.attributes['data-approval']}", decision="approve")


@pytest.fixture
def operations(staff_portal: StaffPortal) -> Operations:
    """Return the desk: Bert's office has the accreditation be.biv, Dora's has none."""
    now = staff_portal.clock.now()
    with staff_portal.database.transaction() as session:
        kinds(session)
        tool = a_tool(session, "atlas", now=now, terms="v1")
        people = {name: a_person(session, f"{name}.demeyer", now=now) for name in ("bert", "dora")}
        for person_id in people.values():
            session.get_one(PersonRow, person_id).terms_accepted_at = now
        offices = {
            name: an_organisation(session, f"Office of {name}", number, by=people[name], now=now)
            for name, number in (("bert", "0100001060"), ("dora", "0100002050"))
        }
        for name, office in offices.items():
            a_registration(session, office, tool, by=people[name], now=now, terms="v1")
        entry = Entry(
            *("be.biv", "500123", "tableau", "intermediary", AccreditationStatus.ACTIVE),
            source="register",
        )
        enter(session, people["bert"], entry, by=None, now=now)
    a_client(staff_portal.provider, "atlas", tool_id=tool)
    return Operations(staff_portal, tool, people, offices)
