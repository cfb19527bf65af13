"""Creating, finding and describing a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, bindparam, select, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.ids import new_id
from core.infra.kept_query import KeptQuery
from core.infra.statements import Queryable
from core.people import fact_rows
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.rules import (
    TERMS_VERSION,
    AddressState,
    PersonStatus,
    address_key,
    require_email,
    require_username,
    username_key,
)
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What registering asks for (A1, A2, A4); names as they stand on the identity card."""

    username: str
    email: str
    given_name: str
    family_name: str
    language: str
    terms_version: str = TERMS_VERSION


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """What the sign-in page needs to know of an account; the password lies elsewhere."""

    person_id: PersonId
    status: PersonStatus
    email_verified: bool
    terms_accepted: bool
    language: str


def create(session: Session, person: NewPerson, *, email_verified: bool = False, now: datetime) -> PersonId:
    """Create an account that has accepted the terms of use; its address waits for activation.

    Raises `InvalidUsername` or `InvalidEmail`; at the flush `UsernameTaken` where another account has
    the name. That another account has the address is no reason to refuse it: only who enters the
    code that is mailed there has it, and whoever asks does not learn of the other. An address that
    is verified already is current at once: then `EmailTaken` where another account has it.
    """
    username = require_username(person.username)
    email = require_email(person.email)
    person_id = PersonId(new_id("usr"))
    session.add(
        PersonRow(
            id=person_id,
            username=username,
            username_key=username_key(username),
            language=person.language,
            given_name=person.given_name,
            family_name=person.family_name,
            terms_version=person.terms_version,
            terms_accepted_at=now,
            created_at=now,
            updated_at=now,
        )
    )
    session.flush()
    session.add(
        EmailAddressRow(
            id=new_id("adr"),
            person_id=person_id,
            address=email,
            address_key=address_key(email),
            state=AddressState.CURRENT if email_verified else AddressState.PENDING,
            verified_at=now if email_verified else None,
            added_at=now,
        )
    )
    session.flush()
    audit.record(session, action="person-created", actor_id=person_id, subject_id=person_id, now=now)
    return person_id


def find_for_sign_in(session: Session | Connection, identifier: str) -> SignInRecord | None:
    """Find an account by user name or current e-mail address, whatever the case (A0).

    None where there is none, and for an account whose person was anonymised.
    """
    key = username_key(identifier)
    if not key.isprintable():
        return None  # no column takes it, and it is nobody's
    if "@" in key:
        by_address = EmailAddressRow.address_key == address_key(identifier)
        row = session.execute(_SIGN_IN.where(by_address)).mappings().one_or_none()
        if row is not None:
            return _sign_in_record(row)
    # Accounts that were imported may have a user name that looks like an address (A9).
    row = session.execute(_SIGN_IN.where(PersonRow.username_key == key)).mappings().one_or_none()
    return None if row is None else _sign_in_record(row)


def person_facts(session: Queryable, person_id: PersonId) -> PersonFacts | None:
    """Return what may be said about a person; None if unknown or anonymised."""
    rows = _FACTS.rows(session, {"person_id": person_id})
    return fact_rows.read(rows[0]) if rows else None


def awaits_code(session: Queryable, person_id: PersonId) -> bool:
    """Tell whether an address of the account waits for the code that was mailed to it (A5)."""
    return bool(_AWAITED.rows(session, {"person_id": person_id}))


def chosen_language(session: Session | Connection, person_id: PersonId) -> str | None:
    """Return the language the person chose for pages and mails; None if unknown or anonymised."""
    wanted = select(PersonRow.language).where(PersonRow.id == person_id, _LIVING)
    return session.execute(wanted).scalar_one_or_none()


def remember_language(session: Session, person_id: PersonId, language: str) -> None:
    """Keep the language that the person chose, for the next sign-in and for mails (G2)."""
    chosen = update(PersonRow).where(PersonRow.id == person_id, PersonRow.language != language)
    session.execute(chosen.values(language=language))


def _sign_in_record(row: RowMapping) -> SignInRecord:
    return SignInRecord(
        person_id=PersonId(row["id"]),
        status=PersonStatus(row["status"]),
        email_verified=row["verified_at"] is not None,
        terms_accepted=row["terms_version"] == TERMS_VERSION,
        language=row["language"],
    )


_LIVING = PersonRow.status != PersonStatus.ANONYMISED.value
_CURRENT_ADDRESS = and_(EmailAddressRow.person_id == PersonRow.id, EmailAddressRow.state == AddressState.CURRENT.value)
_SIGN_IN = (
    select(
        PersonRow.id,
        PersonRow.status,
        PersonRow.language,
        PersonRow.terms_version,
        EmailAddressRow.verified_at,
    )
    .outerjoin_from(PersonRow, EmailAddressRow, _CURRENT_ADDRESS)
    .where(_LIVING)
)
_FACTS = KeptQuery(
    select(*fact_rows.COLUMNS)
    .outerjoin_from(PersonRow, EmailAddressRow, _CURRENT_ADDRESS)
    .outerjoin(EidLinkRow, EidLinkRow.person_id == PersonRow.id)
    .where(PersonRow.id == bindparam("person_id"), _LIVING)
)
_AWAITED = KeptQuery(
    select(EmailAddressRow.id).where(
        EmailAddressRow.person_id == bindparam("person_id"),
        EmailAddressRow.state == AddressState.PENDING.value,
    )
)
