"""Loads what decides about contexts: one joined statement, and how its rows are read.

Plain tables and not mapped classes, because the statement is on the path of every refresh: no
row becomes an object that the session has to watch.
"""

from collections.abc import Sequence
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    text,
)

from core.accreditations.rules import AccreditationStatus, HeldAccreditation
from core.accreditations.tables import AccreditationRow
from core.infra.kept_query import KeptQuery, Row
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people import fact_rows
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow
from core.tools import requirements
from core.tools.identifiers import MandateId
from core.tools.situation import (
    AccountStanding,
    LentAccreditation,
    OrganisationStanding,
    Situation,
)
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus
from core.tools.tables import (
    AccessRow,
    MandateColleagueRow,
    MandateRow,
    RegistrationRow,
    RequirementRow,
    RoleRow,
    ToolRow,
    UsageRow,
)

_person = PersonRow.__table__
_address = EmailAddressRow.__table__
_eid = EidLinkRow.__table__
_member = MembershipRow.__table__
_organisation = OrganisationRow.__table__
_registration = RegistrationRow.__table__
_tool = ToolRow.__table__
_usage = UsageRow.__table__
_requirement = RequirementRow.__table__
_access = AccessRow.__table__
_role = RoleRow.__table__
_mandate = MandateRow.__table__
_listed = MandateColleagueRow.__table__
_own = AccreditationRow.__table__.alias("own")
_lent = AccreditationRow.__table__.alias("lent")
_holder = PersonRow.__table__.alias("holder")
_holder_member = MembershipRow.__table__.alias("holder_member")

# For those who narrow `situations` down.
OWN_ID = _own.c.id
DEFAULT_ROLE = _usage.c.default_role

_ACCREDITATION = ("id", "kind", "number", "list", "column", "status", "valid_from", "valid_until", "checked_at")
_HELD = ("id", "kind", "list", "column", "status", "valid_from", "valid_until", "checked_at")
_own_held = itemgetter(*(f"own_{name}" for name in _HELD))
_lent_held = itemgetter(*(f"lent_{name}" for name in _HELD))
# Words of the database and what they mean: to call an enumeration takes ten times as long as to look one up.
_ORGANISATION = {status.value: status for status in OrganisationStatus}
_MEMBERSHIP = {status.value: status for status in MembershipStatus}
_REGISTRATION = {status.value: status for status in RegistrationStatus}
_ACCESS = {status.value: status for status in AccessStatus}
_STATUS = {status.value: status for status in AccreditationStatus}
# Written as in the partial index, so that both databases use it.
_LIVE = text("membership.status NOT IN ('refused', 'left')")


def read(rows: Sequence[Row]) -> Situation:
    """Return the situation that the rows of one registration describe.

    All rows say the same, except for the person's own accreditations: one each.
    """
    row = rows[0]
    access = row["access"]
    return Situation(
        account=AccountStanding(row["address_activated"], row["terms_accepted"], row["eid_linked"]),
        organisation=OrganisationStanding(_ORGANISATION[row["organisation_status"]], row["ownerless_since"]),
        membership=_MEMBERSHIP[row["membership_status"]],
        registration=_REGISTRATION[row["registration_status"]],
        access=None if access is None else _ACCESS[access],
        role=row["role"],
        requirement=requirements.parse(row["requirement"]),
        own=tuple([_held(_own_held(found)) for found in rows if found["own_id"] is not None]),
        mandate=_read_mandate(row),
        terms=(row["accepted_terms"], row["next_terms"]),
    )


def _held(values: tuple[Any, ...]) -> HeldAccreditation:
    identifier, kind, on_list, column, status, *days = values
    return HeldAccreditation(identifier, kind, on_list, column, _STATUS[status], *days)


def _read_mandate(row: Row) -> LentAccreditation | None:
    if row["mandate_id"] is None:
        return None
    return LentAccreditation(
        mandate_id=MandateId(row["mandate_id"]),
        accreditation=_held(_lent_held(row)),
        accepted=row["mandate_accepted"],
        ended=row["mandate_ended"],
        covers=row["mandate_covers"],
        holder_active=row["holder_status"] == MembershipStatus.ACTIVE,
        valid_from=row["mandate_from"],
        valid_until=row["mandate_until"],
    )


def _word(value: StrEnum) -> ColumnElement[str]:
    """Write a word of ours into the statement itself: a parameter less to hand over each time."""
    return literal_column(f"'{value.value}'", String)


def _accreditation_columns(table: FromClause, prefix: str) -> list[Any]:
    return [table.c[name].label(f"{prefix}_{name}") for name in _ACCREDITATION]


def _columns() -> list[Any]:
    granted = _access.c.status == _word(AccessStatus.GRANTED)
    everybody = _mandate.c.colleagues == _word(Colleagues.ALL)
    return [
        _registration.c.id.label("registration_id"),
        _registration.c.status.label("registration_status"),
        *(_registration.c.tool_id, _registration.c.usage, _tool.c.accreditation_kinds),
        _tool.c.code.label("tool_code"),
        _registration.c.terms_version.label("accepted_terms"),
        _registration.c.next_terms_version.label("next_terms"),
        *(_usage.c.name_nl.label("usage_nl"), _usage.c.name_fr.label("usage_fr")),
        *(_usage.c.name_en.label("usage_en"), _usage.c.position),
        _requirement.c.requirement,
        _access.c.status.label("access"),
        # A role that is kept for somebody who is blocked is not granted.
        case((granted, _access.c.role), else_=null()).label("role"),
        *(_role.c.name_nl.label("role_nl"), _role.c.name_fr.label("role_fr"), _role.c.name_en.label("role_en")),
        _role.c.entitlements,
        _address.c.verified_at.is_not(None).label("address_activated"),
        _person.c.terms_accepted_at.is_not(None).label("terms_accepted"),
        _eid.c.person_id.is_not(None).label("eid_linked"),
        _organisation.c.id.label("organisation_id"),
        *(_organisation.c.name, _organisation.c.company_number, _organisation.c.country, _organisation.c.kind),
        _organisation.c.status.label("organisation_status"),
        *(_organisation.c.ownerless_since, _organisation.c.verified_source, _organisation.c.verified_at),
        _organisation.c.wallet_id,
        _member.c.id.label("membership_id"),
        _member.c.status.label("membership_status"),
        *(_member.c.is_manager, _member.c.type, _member.c.function, _member.c.since),
        *(_member.c.email, _member.c.phone_number),
        (_member.c.is_manager | _member.c.pays_from_wallet).label("may_charge_wallet"),
        (_member.c.is_manager | _member.c.sees_wallet).label("may_read_wallet"),
        _mandate.c.id.label("mandate_id"),
        _mandate.c.valid_from.label("mandate_from"),
        _mandate.c.valid_until.label("mandate_until"),
        _mandate.c.accepted_at.is_not(None).label("mandate_accepted"),
        _mandate.c.ended_at.is_not(None).label("mandate_ended"),
        (everybody | _listed.c.membership_id.is_not(None)).label("mandate_covers"),
        _holder_member.c.status.label("holder_status"),
        *(_holder.c.given_name.label("holder_given_name"), _holder.c.family_name.label("holder_family_name")),
        *_accreditation_columns(_own, "own"),
        *_accreditation_columns(_lent, "lent"),
    ]


def _joined() -> FromClause:
    address = and_(_address.c.person_id == _person.c.id, _address.c.state == _word(AddressState.CURRENT))
    member = and_(_member.c.person_id == _person.c.id, _LIVE, _member.c.status != _word(MembershipStatus.INVITED))
    usage = and_(_usage.c.tool_id == _registration.c.tool_id, _usage.c.code == _registration.c.usage)
    access = and_(_access.c.registration_id == _registration.c.id, _access.c.membership_id == _member.c.id)
    role = and_(_role.c.tool_id == _access.c.tool_id, _role.c.code == _access.c.role)
    mandate = and_(
        _mandate.c.registration_id == _registration.c.id,
        _mandate.c.ended_at.is_(None),
        _mandate.c.accepted_at.is_not(None),
    )
    listed = and_(_listed.c.mandate_id == _mandate.c.id, _listed.c.membership_id == _member.c.id)
    return (
        _person.join(_member, member)
        .join(_organisation, _organisation.c.id == _member.c.organisation_id)
        .join(_registration, _registration.c.organisation_id == _member.c.organisation_id)
        .join(_tool, _tool.c.id == _registration.c.tool_id)
        .join(_usage, usage)
        .join(_requirement, _in_force())
        .outerjoin(_address, address)
        .outerjoin(_eid, _eid.c.person_id == _person.c.id)
        .outerjoin(_access, access)
        .outerjoin(_role, role)
        .outerjoin(_mandate, mandate)
        .outerjoin(_listed, listed)
        .outerjoin(_holder_member, _holder_member.c.id == _mandate.c.holder_membership_id)
        .outerjoin(_lent, _lent.c.id == _mandate.c.accreditation_id)
        .outerjoin(_holder, _holder.c.id == _lent.c.person_id)
        .outerjoin(_own, _own.c.person_id == _person.c.id)
    )


def _in_force() -> Any:
    """Say which version of the requirement counts: the last one whose day has come."""
    version = _requirement.alias("version")
    same = and_(version.c.tool_id == _registration.c.tool_id, version.c.usage == _registration.c.usage)
    latest = (
        select(func.max(version.c.version))
        .where(same, version.c.applies_from <= bindparam("now", type_=version.c.applies_from.type))
        .correlate(_registration)
        .scalar_subquery()
    )
    return and_(
        _requirement.c.tool_id == _registration.c.tool_id,
        _requirement.c.usage == _registration.c.usage,
        _requirement.c.version == latest,
    )


def situations(*more: ColumnElement[Any]) -> Select[Any]:
    """Return the statement for every situation there is, for those who narrow it down themselves.

    It takes `now`; to be read its rows have to come grouped by person and registration.
    """
    return select(*_columns(), *more).select_from(_joined())


def _of_a_living_person(*more: ColumnElement[Any], person: ColumnElement[Any] | None = None) -> Select[Any]:
    wanted = bindparam("person_id") if person is None else person
    living = _person.c.status != _word(PersonStatus.ANONYMISED)
    return situations(*more).where(_person.c.id == wanted, living).order_by(_registration.c.id, _own.c.id)


ALL_OF_A_TOOL = KeptQuery(
    _of_a_living_person().where(
        _registration.c.tool_id == bindparam("tool_id"),
        _registration.c.status != _word(RegistrationStatus.ENDED),
    )
)


def registration_named_by(registration: ColumnElement[Any]) -> KeptQuery:
    """Return the query for the registration that another table names, as `ONE_REGISTRATION` asks for it."""
    return KeptQuery(_of_a_living_person().where(_registration.c.id == registration))


def person_and_registration_named_by(person: ColumnElement[Any], registration: ColumnElement[Any]) -> KeptQuery:
    """Return the query for a person and a registration whom another table names, as `PERSON_AND_REGISTRATION` is."""
    named = _of_a_living_person(*fact_rows.COLUMNS, person=person)
    return KeptQuery(named.where(_registration.c.id == registration))


_IS_WANTED = _registration.c.id == bindparam("registration_id")
ONE_REGISTRATION = KeptQuery(_of_a_living_person().where(_IS_WANTED))
PERSON_AND_REGISTRATION = KeptQuery(_of_a_living_person(*fact_rows.COLUMNS).where(_IS_WANTED))
