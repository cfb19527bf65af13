"""The helpdesk with an office to help: Bert manages it, Chris works there, Dora stands outside."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from core.accreditations.holders import Entry, enter
from core.accreditations.rules import AccreditationStatus
from core.infra.audit import AuditRow
from core.infra.outbox import OutboxRow
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from tests.support.offices import a_company, a_member, an_office, kinds
from tests.support.staff_portal import StaffBrowser, StaffPortal
from tests.support.tools import a_person

COMPANY = a_company().company_number


@dataclass(frozen=True)
class Helpdesk:
    """The staff's portal and an office; people by a short name."""

    ground: StaffPortal
    office: OrganisationId
    people: dict[str, PersonId]
    members: dict[str, MembershipId]

    def at(self, path: str, who: str = "fatima.helpdesk") -> StaffBrowser:
        """Return a browser of somebody at a page."""
        return self.ground.browser(who).get(path)

    def person(self, name: str, *more: str) -> str:
        return "/".join(("/helpdesk/people", self.people[name], *more))

    def organisation(self, *more: str) -> str:
        return "/".join(("/helpdesk/organisations", self.office, *more))

    def deeds(self, action: str) -> list[AuditRow]:
        with self.ground.database.reading() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))

    def mails(self) -> list[tuple[str, str]]:
        """Return which mails wait for whom, by template and person."""
        with self.ground.database.reading() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "mail-requested")).all()
        return [(str(row.body["template"]), str(row.body["recipient_person_id"])) for row in rows]

    def manages(self, name: str) -> bool:
        with self.ground.database.reading() as session:
            theirs = (MembershipRow.person_id == self.people[name]) & MembershipRow.is_manager
            return session.scalars(select(MembershipRow.id).where(theirs)).first() is not None

    def row(self) -> OrganisationRow:
        with self.ground.database.reading() as session:
            return session.get_one(OrganisationRow, self.office)

    def approve(self, who: str = "ismael.helpdesk") -> StaffBrowser:
        """Let a second person approve the one request that waits."""
        browser = self.at("/staff/approvals", who)
        (waiting,) = browser.page.all("[data-approval]")
        return browser.post(f"/staff/approvals/{waiting.attributes['data-approval']}", decision="approve")


@pytest.fixture
def helpdesk(staff_portal: StaffPortal) -> Helpdesk:
    """Return the helpdesk and its office."""
    now = staff_portal.clock.now()
    with staff_portal.database.transaction() as session:
        kinds(session)
        people = {name: a_person(session, f"{name}.demeyer", now=now) for name in ("bert", "chris", "dora")}
        founder = an_office(session, people["bert"], now=now, name="Immo Élan BV")
        member = a_member(session, founder, people["chris"], now=now)
        entry = Entry(
            kind="be.biv",
            number="500123",
            list="tableau",
            column="intermediary",
            status=AccreditationStatus.ACTIVE,
            source="register",
            valid_from=date(2020, 1, 1),
            valid_until=None,
        )
        enter(session, people["chris"], entry, by=None, now=now)
    members = {"bert": founder.id, "chris": member.id}
    return Helpdesk(staff_portal, founder.organisation_id, people, members)
