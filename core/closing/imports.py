"""Whole offices at once, as imports and measurements bring them: few statements, many rows.

The same facts as one use case after the other would write, and the same constraints; the audit
trail has one deed for the import and not one for each row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus
from core.accreditations.tables import AccreditationRow
from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.ids import new_id
from core.organisations import numbers
from core.organisations.states import MembershipStatus, MembershipType, OrganisationKind, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.rules import TERMS_VERSION, AddressState, PersonStatus, address_key, username_key
from core.people.tables import EmailAddressRow, PersonRow
from core.tools.identifiers import ToolId
from core.tools.mandates import TEXT_VERSION
from core.tools.rules import last_day_of_mandate
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow
from core.wallet.opening import open_wallets


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """An account whose address is activated and who accepted the terms."""

    username: str
    email: str
    given_name: str
    family_name: str
    language: str


@dataclass(frozen=True, slots=True)
class ImportedOffice:
    """A company whose first person manages it and lends an accreditation to the others."""

    company_number: str
    name: str
    people: tuple[ImportedPerson, ...]
    accreditation_number: str


@dataclass(frozen=True, slots=True)
class ImportedUse:
    """The usage of a tool that every imported office registers, and the accreditation for it."""

    tool_id: ToolId
    usage: str
    role: str
    accreditation_kind: str
    accreditation_list: str


@dataclass(slots=True)
class _Rows:
    people: list[dict[str, object]] = field(default_factory=list)
    addresses: list[dict[str, object]] = field(default_factory=list)
    organisations: list[dict[str, object]] = field(default_factory=list)
    members: list[dict[str, object]] = field(default_factory=list)
    accreditations: list[dict[str, object]] = field(default_factory=list)
    registrations: list[dict[str, object]] = field(default_factory=list)
    access: list[dict[str, object]] = field(default_factory=list)
    mandates: list[dict[str, object]] = field(default_factory=list)


def import_offices(
    session: Session, offices: Sequence[ImportedOffice], use: ImportedUse, *, now: datetime
) -> tuple[PersonId, ...]:
    """Add offices with people, wallet, registration and mandate, and return the people in order.

    Raises `InvalidCompanyNumber`; `OrganisationExists`, `UsernameTaken`, `EmailTaken`,
    `NumberTaken` where one of them is there already: then nothing of the call is kept.
    """
    rows = _Rows()
    for office in offices:
        _office_rows(rows, office, use, now)
    tables = (
        (PersonRow, rows.people),
        (EmailAddressRow, rows.addresses),
        (OrganisationRow, rows.organisations),
        (MembershipRow, rows.members),
        (AccreditationRow, rows.accreditations),
        (RegistrationRow, rows.registrations),
        (AccessRow, rows.access),
        (MandateRow, rows.mandates),
    )
    for table, found in tables:
        session.execute(insert(table), found)
    open_wallets(session, {str(row["wallet_id"]): str(row["id"]) for row in rows.organisations}, now=now)
    facts = {"offices": len(offices), "people": len(rows.people)}
    audit.record(session, action="offices-imported", actor_id=None, subject_id=None, details=dict(facts), now=now)
    return tuple(PersonId(str(row["id"])) for row in rows.people)


def _office_rows(rows: _Rows, office: ImportedOffice, use: ImportedUse, now: datetime) -> None:
    organisation_id = new_id("org")
    rows.organisations.append(_organisation(organisation_id, office, now))
    people = [_person(person, now) for person in office.people]
    members = [
        _member(organisation_id, str(person["id"]), is_manager=position == 0, now=now)
        for position, person in enumerate(people)
    ]
    manager_id, manager_membership = str(people[0]["id"]), str(members[0]["id"])
    accreditation = _accreditation(manager_id, office.accreditation_number, use, now)
    of_all = {"organisation_id": organisation_id, "tool_id": use.tool_id}
    registration = _registration(use, manager_id, now) | of_all
    ids = {"registration_id": registration["id"]}
    rows.people.extend(people)
    rows.addresses.extend(
        _address(str(row["id"]), person, now) for row, person in zip(people, office.people, strict=True)
    )
    rows.members.extend(members)
    rows.accreditations.append(accreditation)
    rows.registrations.append(registration)
    rows.access.extend(_access(str(member["id"]), use.role, now) | of_all | ids for member in members)
    mandate = _mandate(str(accreditation["id"]), manager_membership, manager_id, now)
    rows.mandates.append(mandate | of_all | ids)


def _organisation(organisation_id: str, office: ImportedOffice, now: datetime) -> dict[str, object]:
    return {
        "id": organisation_id,
        "company_number": numbers.normalise(office.company_number),
        "country": "BE",
        "name": office.name,
        "kind": OrganisationKind.LEGAL_PERSON,
        "status": OrganisationStatus.ACTIVE,
        "evidence_level": 0,
        "manager_count": 1,
        "wallet_id": new_id("wal"),
        "created_at": now,
        "updated_at": now,
    }


def _person(person: ImportedPerson, now: datetime) -> dict[str, object]:
    return {
        "id": new_id("usr"),
        "username": person.username,
        "username_key": username_key(person.username),
        "status": PersonStatus.ACTIVE,
        "language": person.language,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "phone_number_verified": False,
        "terms_version": TERMS_VERSION,
        "terms_accepted_at": now,
        "created_at": now,
        "updated_at": now,
    }


def _address(person_id: str, person: ImportedPerson, now: datetime) -> dict[str, object]:
    return {
        "id": new_id("adr"),
        "person_id": person_id,
        "address": person.email,
        "address_key": address_key(person.email),
        "state": AddressState.CURRENT,
        "verified_at": now,
        "added_at": now,
    }


def _member(organisation_id: str, person_id: str, *, is_manager: bool, now: datetime) -> dict[str, object]:
    return {
        "id": new_id("mem"),
        "organisation_id": organisation_id,
        "person_id": person_id,
        "status": MembershipStatus.ACTIVE,
        "is_manager": is_manager,
        "type": MembershipType.MANAGER if is_manager else MembershipType.EMPLOYEE,
        "since": belgian_date(now),
        "created_at": now,
        "changed_at": now,
    }


def _accreditation(person_id: str, number: str, use: ImportedUse, now: datetime) -> dict[str, object]:
    return {
        "id": new_id("acr"),
        "person_id": person_id,
        "kind": use.accreditation_kind,
        "number": number,
        "list": use.accreditation_list,
        "status": AccreditationStatus.ACTIVE,
        "source": "import",
        "checked_at": now,
    }


def _registration(use: ImportedUse, person_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id("reg"),
        "usage": use.usage,
        "status": RegistrationStatus.ACTIVE,
        "registered_by": person_id,
        "registered_at": now,
        "changed_at": now,
    }


def _access(membership_id: str, role: str, now: datetime) -> dict[str, object]:
    return {"membership_id": membership_id, "status": AccessStatus.GRANTED, "role": role, "changed_at": now}


def _mandate(accreditation_id: str, membership_id: str, person_id: str, now: datetime) -> dict[str, object]:
    today = belgian_date(now)
    return {
        "id": new_id("mnd"),
        "accreditation_id": accreditation_id,
        "holder_membership_id": membership_id,
        "granted_by": person_id,
        "colleagues": Colleagues.ALL,
        "proposed_at": now,
        "accepted_at": now,
        "accepted_acr": Acr.PASSWORD.value,
        "text_version": TEXT_VERSION,
        "valid_from": today,
        "valid_until": last_day_of_mandate(today),
    }
