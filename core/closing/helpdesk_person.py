"""What the helpdesk sees of one account: who it is, what it belongs to, what waits; never the national number.

What lies with the provider (factors, sessions) comes from its own interface.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.accreditations.queries import MyAccreditation, accreditations_of
from core.infra.errors import NotFound
from core.infra.localised import Localised
from core.infra.sent_mails import MailOnRecord, mails_of
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import DisputeState, MembershipStatus, OrganisationStatus
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow
from core.people import eid_standing
from core.people.eid_standing import EidStanding
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EmailAddressRow, PersonRow
from core.staff.roles import roles_of
from core.staff.states import StaffRole
from core.tools.states import AccessStatus
from core.tools.tables import AccessRequestRow, AccessRow, RegistrationRow, ToolRow

_LIVE = [status.value for status in MembershipStatus if status.is_live]


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address of the account, also one that waits for its code, and former ones."""

    address: str
    state: AddressState
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """A live membership of the person."""

    membership_id: MembershipId
    organisation_id: OrganisationId
    name: str
    company_number: str
    organisation_status: OrganisationStatus
    status: MembershipStatus
    is_manager: bool
    function: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool in which the person has a role, is blocked, or asked for one (`asked_at`)."""

    tool: Localised
    usage: str
    organisation: str
    status: AccessStatus | None
    role: str | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """An organisation that the person claims, or claimed."""

    dispute_id: str
    organisation_id: OrganisationId
    name: str
    state: DisputeState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The account itself."""

    id: PersonId
    username: str
    name: str
    status: PersonStatus
    language: str
    created_at: datetime
    erasure_requested_at: datetime | None
    erasure_due_at: datetime | None
    addresses: tuple[Address, ...]
    eid: EidStanding | None
    roles: frozenset[StaffRole]

    @property
    def is_gone(self) -> bool:
        """Tell whether it was anonymised: then there is nothing left to do."""
        return self.status is PersonStatus.ANONYMISED

    @property
    def is_activated(self) -> bool:
        """Tell whether the code of an address was ever entered."""
        return any(address.state is AddressState.CURRENT and address.verified_at for address in self.addresses)


@dataclass(frozen=True, slots=True)
class Dossier:
    """An account with all that rests on it."""

    account: Account
    accreditations: tuple[MyAccreditation, ...]
    places: tuple[Place, ...]
    tools: tuple[ToolUse, ...]
    claims: tuple[Claim, ...]
    mails: tuple[MailOnRecord, ...]


def account(session: Session, person_id: PersonId) -> Account:
    """Return an account; raise `NotFound` where there is none, or none any more."""
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound(person=person_id)
    addresses = session.scalars(
        select(EmailAddressRow)
        .where(EmailAddressRow.person_id == person_id)
        .order_by(EmailAddressRow.state, EmailAddressRow.added_at)
    )
    return Account(
        id=person_id,
        username=row.username,
        name=full_name(row.given_name, row.family_name) or row.username,
        status=PersonStatus(row.status),
        language=row.language,
        created_at=row.created_at,
        erasure_requested_at=row.erasure_requested_at,
        erasure_due_at=row.erasure_due_at,
        addresses=tuple(Address(found.address, AddressState(found.state), found.verified_at) for found in addresses),
        eid=eid_standing.standing(session, person_id),
        roles=roles_of(session, person_id),
    )


def dossier(session: Session, person_id: PersonId) -> Dossier:
    """Return an account with all that rests on it; raise `NotFound`. Eleven statements, however much there is."""
    return Dossier(
        account=account(session, person_id),
        accreditations=accreditations_of(session, person_id),
        places=_places(session, person_id),
        tools=(*_asked_for(session, person_id), *_used(session, person_id)),
        claims=_claims(session, person_id),
        mails=mails_of(session, person_id),
    )


def _places(session: Session, person_id: PersonId) -> tuple[Place, ...]:
    rows = session.execute(
        select(
            *(MembershipRow.id, MembershipRow.organisation_id, MembershipRow.status.label("membership")),
            *(MembershipRow.is_manager, MembershipRow.function, MembershipRow.created_at),
            *(OrganisationRow.name, OrganisationRow.company_number, OrganisationRow.status),
        )
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .where(MembershipRow.person_id == person_id, MembershipRow.status.in_(_LIVE))
        .order_by(OrganisationRow.search_name, OrganisationRow.id)
    )
    return tuple(
        Place(
            membership_id=MembershipId(row.id),
            organisation_id=OrganisationId(row.organisation_id),
            name=row.name,
            company_number=row.company_number,
            organisation_status=OrganisationStatus(row.status),
            status=MembershipStatus(row.membership),
            is_manager=row.is_manager,
            function=row.function,
            asked_at=row.created_at,
        )
        for row in rows
    )


def _used(session: Session, person_id: PersonId) -> tuple[ToolUse, ...]:
    rows = session.execute(
        _of_tools(AccessRow)
        .add_columns(AccessRow.status, AccessRow.role)
        .where(MembershipRow.person_id == person_id, MembershipRow.status.in_(_LIVE))
    )
    return tuple(_use(row, status=AccessStatus(row.status), role=row.role) for row in rows)


def _asked_for(session: Session, person_id: PersonId) -> tuple[ToolUse, ...]:
    rows = session.execute(
        _of_tools(AccessRequestRow)
        .add_columns(AccessRequestRow.asked_at)
        .where(MembershipRow.person_id == person_id, MembershipRow.status.in_(_LIVE))
    )
    return tuple(_use(row, asked_at=row.asked_at) for row in rows)


def _of_tools(table: type[AccessRow] | type[AccessRequestRow]) -> Any:
    return (
        select(ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en, RegistrationRow.usage)
        .add_columns(OrganisationRow.name.label("organisation"))
        .select_from(table)
        .join(MembershipRow, MembershipRow.id == table.membership_id)
        .join(RegistrationRow, RegistrationRow.id == table.registration_id)
        .join(ToolRow, ToolRow.id == table.tool_id)
        .join(OrganisationRow, OrganisationRow.id == table.organisation_id)
        .order_by(OrganisationRow.search_name, ToolRow.name_en, RegistrationRow.usage)
    )


def _use(
    row: Row[*tuple[Any, ...]],
    *,
    status: AccessStatus | None = None,
    role: str | None = None,
    asked_at: datetime | None = None,
) -> ToolUse:
    return ToolUse(
        tool=Localised(row.name_nl, row.name_fr, row.name_en),
        usage=row.usage,
        organisation=row.organisation,
        status=status,
        role=role,
        asked_at=asked_at,
    )


def _claims(session: Session, person_id: PersonId) -> tuple[Claim, ...]:
    rows = session.execute(
        select(DisputeRow.id, DisputeRow.organisation_id, DisputeRow.state, DisputeRow.opened_at, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == DisputeRow.organisation_id)
        .where(DisputeRow.claimant_id == person_id)
        .order_by(DisputeRow.id.desc())
    )
    return tuple(
        Claim(row.id, OrganisationId(row.organisation_id), row.name, DisputeState(row.state), row.opened_at)
        for row in rows
    )
