"""What the helpdesk sees of one organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.infra.localised import Localised
from core.organisations.dispute_rules import Case, Evidence
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import (
    DisputeState,
    EvidenceSource,
    MembershipStatus,
    OrganisationStatus,
    SuggestedField,
    SuggestionState,
)
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow, OrganisationSuggestionRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools.rules import OWNERLESS_GRACE
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow, ToolRow

PAGE = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the organisation."""

    membership_id: MembershipId
    person_id: PersonId
    name: str
    username: str
    status: MembershipStatus
    is_manager: bool


@dataclass(frozen=True, slots=True)
class Members:
    """A page of members, managers first; `after` begins the next one."""

    shown: tuple[Member, ...]
    after: MembershipId | None
    count: int


@dataclass(frozen=True, slots=True)
class ToolOfOffice:
    """A registration of the organisation, and why it rests, if it does."""

    tool: Localised
    usage: str
    status: RegistrationStatus
    reason: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where the company register says otherwise."""

    field: SuggestedField
    ours: str
    theirs: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute with its claimant, whose account may be gone, and what both sides have shown."""

    id: str
    claimant_id: PersonId | None
    claimant_name: str
    case: Case
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Office:
    """The organisation itself."""

    id: OrganisationId
    name: str
    company_number: str
    status: OrganisationStatus
    evidence_level: int
    verified_source: str | None
    verified_at: date | None
    ownerless_since: datetime | None
    company_stopped_at: datetime | None
    managers: int
    email: str | None
    phone_number: str | None
    website: str | None
    address: str
    created_at: datetime

    def days_left(self, now: datetime) -> int | None:
        """Return for how many whole days its tools go on without a manager; None where it has one."""
        return days_left(self.ownerless_since, now) if self.status is OrganisationStatus.OWNERLESS else None


@dataclass(frozen=True, slots=True)
class OfficeDossier:
    """An organisation with all that belongs to it."""

    office: Office
    members: Members
    tools: tuple[ToolOfOffice, ...]
    suggestions: tuple[Suggestion, ...]
    disputes: tuple[Dispute, ...]


def office(session: Session, organisation_id: OrganisationId) -> Office:
    """Return an organisation, closed ones too; raise `NotFound`."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound(organisation=organisation_id)
    lines = (row.street_address, " ".join(part for part in (row.postal_code, row.locality) if part))
    return Office(
        id=organisation_id,
        name=row.name,
        company_number=row.company_number,
        status=OrganisationStatus(row.status),
        evidence_level=row.evidence_level,
        verified_source=row.verified_source,
        verified_at=row.verified_at,
        ownerless_since=row.ownerless_since,
        company_stopped_at=row.company_stopped_at,
        managers=row.manager_count,
        email=row.email,
        phone_number=row.phone_number,
        website=row.website,
        address=", ".join(line for line in lines if line),
        created_at=row.created_at,
    )


def dossier(
    session: Session, organisation_id: OrganisationId, *, members_after: MembershipId | None = None
) -> OfficeDossier:
    """Return an organisation with all that belongs to it; raise `NotFound`. Six statements, however much there is."""
    return OfficeDossier(
        office=office(session, organisation_id),
        members=members(session, organisation_id, after=members_after),
        tools=_tools(session, organisation_id),
        suggestions=_suggestions(session, organisation_id),
        disputes=disputes_of(session, organisation_id),
    )


def members(session: Session, organisation_id: OrganisationId, *, after: MembershipId | None = None) -> Members:
    """Return a page of the live members, managers first, then by when they came."""
    live = [status.value for status in MembershipStatus if status.is_live]
    theirs = (MembershipRow.organisation_id == organisation_id) & MembershipRow.status.in_(live)
    count = session.scalars(select(func.count()).select_from(MembershipRow).where(theirs)).one()
    statement = (
        select(
            *(MembershipRow.id, MembershipRow.person_id, MembershipRow.status, MembershipRow.is_manager),
            *(PersonRow.given_name, PersonRow.family_name, PersonRow.username),
        )
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(theirs)
    )
    if after is not None:
        at = MembershipRow.__table__.alias("at").c
        was_manager = select(at.is_manager).where(at.id == after, at.organisation_id == organisation_id)
        behind = MembershipRow.id > after
        here = MembershipRow.is_manager
        statement = statement.where(
            (here & was_manager.scalar_subquery() & behind)
            | (~here & was_manager.scalar_subquery())
            | (~here & ~was_manager.scalar_subquery() & behind)
        )
    rows = session.execute(statement.order_by(MembershipRow.is_manager.desc(), MembershipRow.id).limit(PAGE + 1)).all()
    shown = tuple(_member(row) for row in rows[:PAGE])
    return Members(shown, shown[-1].membership_id if len(rows) > PAGE else None, count)


def member_name(session: Session, organisation_id: OrganisationId, membership_id: MembershipId) -> str:
    """Return what a member of an organisation is called; raise `NotFound`."""
    row = session.execute(
        select(PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.id == membership_id, MembershipRow.organisation_id == organisation_id)
    ).one_or_none()
    if row is None:
        raise NotFound(membership=membership_id)
    return full_name(row.given_name, row.family_name) or str(row.username)


def dispute(session: Session, dispute_id: str) -> tuple[Dispute, Office]:
    """Return a dispute and the organisation it is about; raise `NotFound`."""
    organisation_id = session.scalar(select(DisputeRow.organisation_id).where(DisputeRow.id == dispute_id))
    if organisation_id is None:
        raise NotFound(dispute=dispute_id)
    about = office(session, OrganisationId(organisation_id))
    return next(found for found in disputes_of(session, about.id) if found.id == dispute_id), about


def disputes_of(session: Session, organisation_id: OrganisationId) -> tuple[Dispute, ...]:
    """Return the disputes about an organisation, open ones first, then the latest."""
    rows = session.execute(
        select(DisputeRow, PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .add_columns(OrganisationRow.evidence_level)
        .join(OrganisationRow, OrganisationRow.id == DisputeRow.organisation_id)
        .outerjoin(PersonRow, PersonRow.id == DisputeRow.claimant_id)
        .where(DisputeRow.organisation_id == organisation_id)
        .order_by(DisputeRow.ended_at.is_not(None), DisputeRow.id.desc())
    )
    return tuple(_dispute(row) for row in rows)


def days_left(since: datetime | None, now: datetime) -> int | None:
    """Return for how many days tools go on that nobody manages since then; 0: they rest."""
    return None if since is None else max(0, -((now - since - OWNERLESS_GRACE) // timedelta(days=1)))


def _member(row: Row[*tuple[Any, ...]]) -> Member:
    return Member(
        membership_id=MembershipId(row.id),
        person_id=PersonId(row.person_id),
        name=full_name(row.given_name, row.family_name) or row.username,
        username=row.username,
        status=MembershipStatus(row.status),
        is_manager=row.is_manager,
    )


def _tools(session: Session, organisation_id: OrganisationId) -> tuple[ToolOfOffice, ...]:
    rows = session.execute(
        select(ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en)
        .add_columns(RegistrationRow.usage, RegistrationRow.status, RegistrationRow.status_reason)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(ToolRow.name_en, RegistrationRow.usage)
    )
    return tuple(
        ToolOfOffice(
            tool=Localised(row.name_nl, row.name_fr, row.name_en),
            usage=row.usage,
            status=RegistrationStatus(row.status),
            reason=row.status_reason,
        )
        for row in rows
    )


def _suggestions(session: Session, organisation_id: OrganisationId) -> tuple[Suggestion, ...]:
    rows: Sequence[OrganisationSuggestionRow] = session.scalars(
        select(OrganisationSuggestionRow)
        .where(
            OrganisationSuggestionRow.organisation_id == organisation_id,
            OrganisationSuggestionRow.state == SuggestionState.OPEN.value,
        )
        .order_by(OrganisationSuggestionRow.field)
    ).all()
    return tuple(Suggestion(SuggestedField(row.field), _line(row.ours), _line(row.theirs), row.since) for row in rows)


def _line(values: dict[str, str | None]) -> str:
    return ", ".join(value for value in values.values() if value)


def _dispute(row: Row[*tuple[Any, ...]]) -> Dispute:
    found: DisputeRow = row.DisputeRow
    return Dispute(
        id=found.id,
        claimant_id=None if found.claimant_id is None else PersonId(found.claimant_id),
        claimant_name=full_name(row.given_name, row.family_name) or (row.username or ""),
        case=Case(
            state=DisputeState(found.state),
            claimant=_evidence(found.claimant_source, found.claimant_reference),
            holder=_evidence(found.holder_source, found.holder_reference),
            known_level=row.evidence_level,
        ),
        opened_at=found.opened_at,
        ended_at=found.ended_at,
    )


def _evidence(source: str | None, reference: str | None) -> Evidence | None:
    return None if source is None or reference is None else Evidence(EvidenceSource(source), reference)
