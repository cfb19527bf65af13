"""The two organisations of the demo world, with members, tools and what they rest on.

Written by the same use cases as pages call, at moments in the past, so that the history of the
demo world reads like one. An organisation that is there already is left as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from core.accreditations.holders import Entry, enter
from core.accreditations.rules import AccreditationStatus
from core.closing.founding import found
from core.closing.lapse import accreditation_changed
from core.infra.clock import belgian_date
from core.infra.withdrawals import drop_mails_written_before
from core.organisations.employees import confirm
from core.organisations.enrolment import Company, confirm_evidence, request_membership
from core.organisations.identifiers import OrganisationId
from core.organisations.queries import find_by_company_number
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipType
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.assignments import assign_role
from core.tools.identifiers import ToolId
from core.tools.registration import register
from idp.demo.kinds import BIV

_NOORD = Company(
    company_number="0100001060",
    name="Immo Demo Noord BV",
    email="info@immo-demo-noord.example",
    phone_number="+32 3 555 01 00",
    website="https://immo-demo-noord.example",
    street_address="Frankrijklei 68",
    postal_code="2000",
    locality="Antwerpen",
)
_ZUID = Company(
    company_number="0100002050",
    name="Immo Demo Zuid SRL",
    email="info@immo-demo-zuid.example",
    phone_number="+32 81 55 02 00",
    website="https://immo-demo-zuid.example",
    street_address="Rue de Fer 24",
    postal_code="5000",
    locality="Namur",
)
_FOUNDED = timedelta(days=400)
_JOINED = timedelta(days=390)
_REGISTERED = timedelta(days=60)
_LAPSED = timedelta(days=10)
_ASKED = timedelta(days=3)
_TODAY = timedelta(days=1)
_TERMS = "v1"


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who and what the offices are made of, and the moment from which time is counted back."""

    people: Mapping[str, PersonId]
    tools: Mapping[str, ToolId]
    now: datetime


def load(session: Session, people: Mapping[str, PersonId], tools: Mapping[str, ToolId], *, now: datetime) -> None:
    """Add the two organisations with all that belongs to them, unless they are there."""
    cast = _Cast(people, tools, now)
    missing = [
        load_one
        for number, load_one in ((_NOORD.company_number, _load_noord), (_ZUID.company_number, _load_zuid))
        if find_by_company_number(session, number) is None
    ]
    for load_one in missing:
        load_one(session, cast)
    if missing:
        # Nobody is written to today about what happened a year ago.
        drop_mails_written_before(session, now - _TODAY)


def _load_noord(session: Session, cast: _Cast) -> None:
    manager, employee = cast.people["demo.manager"], cast.people["demo.employee"]
    _recognise(session, manager, "500123", cast, valid_until=_end_of_next_year(cast.now))
    founder = _found(
        session,
        _NOORD,
        manager,
        MemberDetails(MembershipType.MANAGER, "Zaakvoerder", "an@immo-demo-noord.example", "+32 3 555 01 10"),
        cast,
    )
    colleague = _join(
        session,
        founder.organisation_id,
        employee,
        manager,
        MemberDetails(MembershipType.EMPLOYEE, "Bediende", "bram@immo-demo-noord.example", "+32 3 555 01 12"),
        cast,
    )
    request_membership(
        session,
        founder.organisation_id,
        by=cast.people["demo.pending"],
        details=MemberDetails(function="Stagiair", email="charlotte@immo-demo-noord.example"),
        now=cast.now - _ASKED,
    )
    then = cast.now - _REGISTERED
    cadastre = register(
        session,
        founder.organisation_id,
        cast.tools["cadastrefinder"],
        "estate-agent",
        by=manager,
        acr=Acr.HIGH,
        now=then,
    )
    register(
        session,
        founder.organisation_id,
        cast.tools["myrent-pro"],
        "estate-agent",
        by=manager,
        acr=Acr.HIGH,
        accepted_terms=_TERMS,
        now=then,
    )
    assign_role(session, cadastre, colleague.id, "user", by=manager, now=then)


def _load_zuid(session: Session, cast: _Cast) -> None:
    manager, founder_id = cast.people["demo.manager"], cast.people["demo.lapsed"]
    accreditation = _recognise(session, founder_id, "500456", cast, valid_until=_end_of_next_year(cast.now))
    founder = _found(
        session,
        _ZUID,
        founder_id,
        MemberDetails(MembershipType.MANAGER, "Gérante", "elise@immo-demo-zuid.example", "+32 81 55 02 10"),
        cast,
    )
    colleague = _join(
        session,
        founder.organisation_id,
        manager,
        founder_id,
        MemberDetails(MembershipType.SELF_EMPLOYED, "Conseillère", "an@immo-demo-zuid.example", "+32 81 55 02 11"),
        cast,
    )
    then = cast.now - _REGISTERED
    register(
        session,
        founder.organisation_id,
        cast.tools["myrent-pro"],
        "syndic",
        by=manager,
        acr=Acr.HIGH,
        accepted_terms=_TERMS,
        now=then,
    )
    cadastre = register(
        session,
        founder.organisation_id,
        cast.tools["cadastrefinder"],
        "estate-agent",
        by=founder_id,
        acr=Acr.PASSWORD,
        now=then,
    )
    assign_role(session, cadastre, colleague.id, "user", by=founder_id, now=then)
    lapsed_at = cast.now - _LAPSED
    accreditation_changed(
        session,
        accreditation,
        status=AccreditationStatus.LAPSED,
        valid_until=belgian_date(lapsed_at),
        by=None,
        now=lapsed_at,
    )


def _end_of_next_year(now: datetime) -> date:
    return date(now.year + 1, 12, 31)


def _recognise(session: Session, person_id: PersonId, number: str, cast: _Cast, *, valid_until: date) -> str:
    entry = Entry(
        kind=BIV,
        number=number,
        list="tableau",
        column="intermediary",
        status=AccreditationStatus.ACTIVE,
        source="demo",
        valid_from=date(cast.now.year - 5, 1, 1),
        valid_until=valid_until,
    )
    return enter(session, person_id, entry, by=None, now=cast.now)


def _found(session: Session, company: Company, by: PersonId, details: MemberDetails, cast: _Cast) -> Membership:
    then = cast.now - _FOUNDED
    founder = found(session, company, by=by, details=details, now=then)
    confirm_evidence(
        session,
        founder.organisation_id,
        level=1,
        source="kbo",
        verified_at=belgian_date(then),
        by=None,
        now=then,
    )
    return founder


def _join(
    session: Session,
    organisation_id: OrganisationId,
    person_id: PersonId,
    manager: PersonId,
    details: MemberDetails,
    cast: _Cast,
) -> Membership:
    then = cast.now - _JOINED
    waiting = request_membership(session, organisation_id, by=person_id, details=details, now=then)
    return confirm(session, waiting.id, by=manager, details=details, now=then)
