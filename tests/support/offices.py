"""Builders of the business world: each calls the use cases, what matters stands in the test."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.accreditations.holders import Entry, Kind, define_kind, enter
from core.accreditations.rules import AccreditationStatus
from core.closing.founding import found
from core.infra.ids import new_id
from core.infra.localised import Localised
from core.organisations.employees import confirm
from core.organisations.enrolment import Company, request_membership
from core.organisations.identifiers import OrganisationId
from core.organisations.numbers import check_digits
from core.organisations.rules import MemberDetails, Membership
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.tools.identifiers import ToolId
from core.tools.publishing import NewRole, NewTerms, NewTool, NewUsage, publish
from core.tools.requirements import AccreditationNeeded, AnyOf, MandateNeeded, Requirement

FOR_AGENTS = Requirement(
    register=AccreditationNeeded("be.biv", lists=("tableau",)),
    use=AnyOf((AccreditationNeeded("be.biv"), MandateNeeded())),
)
NO_DETAILS = MemberDetails()


def same(text: str) -> Localised:
    """Return a text that is the same in all languages."""
    return Localised(text, text, text)


def a_person(session: Session, name: str, *, now: datetime, activated: bool = True) -> PersonId:
    """Create an account whose name is at least six characters long."""
    person = NewPerson(name, f"{name}@people.example", name.title(), "Peeters", "nl")
    return create(session, person, email_verified=activated, now=now)


def a_company(number: int = 1, name: str = "Immo Test BV") -> Company:
    """Return the data of a company, different for each number."""
    first_eight = f"{7_000_000 + number:08d}"
    return Company(first_eight + check_digits(first_eight), name)


def an_office(
    session: Session, manager: PersonId, *, now: datetime, number: int = 1, name: str = "Immo Test BV"
) -> Membership:
    """Add an organisation and return the membership of its manager."""
    return found(session, a_company(number, name), by=manager, details=NO_DETAILS, now=now)


def a_member(session: Session, office: Membership, person: PersonId, *, now: datetime) -> Membership:
    """Let a person join an office, confirmed by its manager."""
    waiting = request_membership(session, office.organisation_id, by=person, details=NO_DETAILS, now=now)
    return confirm(session, waiting.id, by=office.person_id, details=NO_DETAILS, now=now)


def kinds(session: Session) -> None:
    """Define the kind `be.biv`, its alias `be.ipav`, and `be.surveyor`."""
    for code, alias in (("be.biv", None), ("be.ipav", "be.biv"), ("be.surveyor", None)):
        define_kind(session, Kind(code, same(code), "issuer", "[0-9]{6}", alias_of=alias))


def an_accreditation(
    session: Session,
    person: PersonId,
    number: str,
    *,
    now: datetime,
    list_: str = "tableau",
    status: AccreditationStatus = AccreditationStatus.ACTIVE,
    valid_until: date | None = None,
) -> str:
    """Give a person a BIV accreditation."""
    entry = Entry("be.biv", number, list_, "intermediary", status, "test", valid_until=valid_until)
    return enter(session, person, entry, by=None, now=now)


def a_tool(
    session: Session,
    code: str = "finder",
    *,
    now: datetime,
    requirement: Requirement = FOR_AGENTS,
    terms: tuple[NewTerms, ...] = (),
) -> ToolId:
    """Publish a tool with one usage, `estate-agent`, and the roles `user` and `supervisor`."""
    tool = NewTool(
        code=code,
        name=same(code),
        description=same(code),
        purpose=same(code),
        publisher="Publisher",
        support_address="support@tool.example",
        home_url=None,
        accreditation_kinds=("be.biv",),
        roles=(NewRole("user", same("user"), ("search",)), NewRole("supervisor", same("supervisor"))),
        usages=(NewUsage("estate-agent", same("Estate agent"), requirement, "user"),),
        terms=terms,
    )
    return publish(session, tool, by=None, now=now)


@dataclass(frozen=True, slots=True)
class Office:
    """An office with an accredited manager, a colleague without, and a registered tool."""

    manager: Membership
    colleague: Membership
    accreditation_id: str
    tool_id: ToolId

    @property
    def organisation_id(self) -> OrganisationId:
        """Return the organisation."""
        return self.manager.organisation_id


def a_staffed_office(session: Session, *, now: datetime, requirement: Requirement = FOR_AGENTS) -> Office:
    """Build an office with `anna.peeters` (manager, BIV 500001) and `bram.claes`, and a tool."""
    kinds(session)
    tool_id = a_tool(session, now=now, requirement=requirement)
    anna = a_person(session, "anna.peeters", now=now)
    bram = a_person(session, "bram.claes", now=now)
    accreditation_id = an_accreditation(session, anna, "500001", now=now)
    manager = an_office(session, anna, now=now)
    colleague = a_member(session, manager, bram, now=now)
    return Office(manager, colleague, accreditation_id, tool_id)


def an_unknown(prefix: str) -> str:
    """Return an identifier that nothing has."""
    return new_id(prefix)
