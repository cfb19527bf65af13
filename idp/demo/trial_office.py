"""The organisation to test with: one person for each state of accreditation, membership and access (C6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from core.accreditations.holders import Entry, enter
from core.accreditations.rules import AccreditationStatus
from core.closing import membership
from core.closing.founding import found
from core.closing.trial_people import COMPANY_NUMBER
from core.infra.withdrawals import drop_mails_written_before
from core.organisations.employees import confirm
from core.organisations.enrolment import Company, invite, request_membership
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.queries import find_by_company_number
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.tools.assignments import assign_role, block_access
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.registration import register
from idp.credentials.passwords import hash_password, store_password
from idp.demo.kinds import BIV
from idp.demo.people import PASSWORD

_OFFICE = Company(
    company_number=COMPANY_NUMBER,
    name="Testkantoor Alle Staten BV",
    email="info@testkantoor.example",
    street_address="Proefstraat 1",
    postal_code="1000",
    locality="Brussel",
)
_FOUNDED = timedelta(days=300)
_REGISTERED = timedelta(days=50)
_TODAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Tester:
    """Who it is and what is particular; `number` is that of an accreditation, if there is one."""

    username: str
    given_name: str
    number: str | None = None
    list: str = "tableau"
    column: str = "intermediary"
    status: AccreditationStatus = AccreditationStatus.ACTIVE


_MANAGER = _Tester("test.manager", "Maarten", "510001")
_CONFIRMED = (
    _Tester("test.active", "Anke", "510002"),
    _Tester("test.syndic", "Sofie", "510003", column="syndic"),
    _Tester("test.trainee", "Tess", "510004", list="trainees"),
    _Tester("test.grace", "Gert", "510005", status=AccreditationStatus.GRACE),
    _Tester("test.suspended", "Stef", "510006", status=AccreditationStatus.SUSPENDED),
    _Tester("test.lapsed", "Lars", "510007", status=AccreditationStatus.LAPSED),
    _Tester("test.without", "Wout"),
    _Tester("test.no-role", "Nora"),
    _Tester("test.shut-out", "Bas"),
    _Tester("test.blocked", "Bo"),
)
_WAITING, _INVITED = _Tester("test.waiting", "Wies"), _Tester("test.invited", "Ivo")
_NO_ROLE = frozenset({"test.no-role", "test.shut-out", "test.blocked", "test.suspended", "test.lapsed"})


def load(session: Session, tools: Mapping[str, ToolId], *, now: datetime) -> None:
    """Add the organisation with its people, unless it is there."""
    if find_by_company_number(session, COMPANY_NUMBER) is not None:
        return
    then = now - _FOUNDED
    shared = hash_password(PASSWORD)
    people = {
        tester.username: _person(session, tester, shared, now) for tester in (_MANAGER, *_CONFIRMED, _WAITING, _INVITED)
    }
    manager = people[_MANAGER.username]
    office = found(session, _OFFICE, by=manager, details=_details(_MANAGER), now=then).organisation_id
    members = {tester.username: _join(session, office, people, tester, then) for tester in _CONFIRMED}
    waiting = people[_WAITING.username]
    request_membership(session, office, by=waiting, details=_details(_WAITING), now=now - _TODAY)
    invited = people[_INVITED.username]
    invite(session, office, invited, by=manager, details=_details(_INVITED), now=now - _TODAY)
    _give_access(session, office, members, manager, tools, now - _REGISTERED)
    membership.block(session, members["test.blocked"], by=manager, now=now - _REGISTERED)
    drop_mails_written_before(session, now)


def _person(session: Session, tester: _Tester, hashed: str, now: datetime) -> PersonId:
    new = NewPerson(tester.username, f"{tester.username}@immo-connect.example", tester.given_name, "Testers", "nl")
    person_id = create(session, new, email_verified=True, now=now)
    store_password(session, person_id=person_id, hashed=hashed, now=now)
    if tester.number is not None:
        entry = Entry(
            kind=BIV,
            number=tester.number,
            list=tester.list,
            column=tester.column,
            status=tester.status,
            source="demo",
            valid_from=date(now.year - 3, 1, 1),
        )
        enter(session, person_id, entry, by=None, now=now)
    return person_id


def _join(
    session: Session, office: OrganisationId, people: Mapping[str, PersonId], tester: _Tester, now: datetime
) -> MembershipId:
    waiting = request_membership(session, office, by=people[tester.username], details=_details(tester), now=now)
    manager = people[_MANAGER.username]
    return confirm(session, waiting.id, by=manager, details=_details(tester), now=now).id


def _give_access(
    session: Session,
    office: OrganisationId,
    members: Mapping[str, MembershipId],
    manager: PersonId,
    tools: Mapping[str, ToolId],
    now: datetime,
) -> None:
    """Register both running tools under the manager's accreditation and let most use CadastreFinder."""
    registration = register(session, office, tools["cadastrefinder"], "estate-agent", by=manager, acr=Acr.HIGH, now=now)
    terms = "v1"
    register(
        session,
        *(office, tools["myrent-pro"], "estate-agent"),
        by=manager,
        acr=Acr.HIGH,
        accepted_terms=terms,
        now=now,
    )
    for username, member in members.items():
        if username not in _NO_ROLE:
            assign_role(session, registration, member, "user", by=manager, now=now)
    _shut_out(session, registration, members["test.shut-out"], manager, now)


def _shut_out(
    session: Session, registration: RegistrationId, member: MembershipId, manager: PersonId, now: datetime
) -> None:
    block_access(session, registration, member, by=manager, now=now)


def _details(tester: _Tester) -> MemberDetails:
    return MemberDetails(function="Tester", email=f"{tester.username}@testkantoor.example")
