"""The e-mail addresses of an account: where mail goes, and how one becomes another (A12).

An address becomes current when its code was entered; the one before stays known as a former one,
with which nobody signs in. Codes are not checked here.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, and_, case, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus, address_key, require_email
from core.people.tables import EmailAddressRow, PersonRow


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a person is written to, and in which language."""

    person_id: PersonId
    address: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An address that waits for its code to become the account's."""

    address: str = field(repr=False)
    proposed_at: datetime


def owner_of(session: Session, address: str) -> Receiver | None:
    """Return whose address this is, in whatever case; None where it is nobody's.

    The account whose current address it is; without one the newest that was never activated and
    waits for a code at this address. An address that waits beside a current one does not count:
    it may be mistyped, and its mailbox a stranger's.
    """
    key = address_key(address)
    if not key.isprintable():
        return None  # no column takes it, and it is nobody's
    row = session.execute(_OWNER.where(EmailAddressRow.address_key == key)).first()
    return None if row is None else Receiver(PersonId(row.id), row.address, row.language)


def is_reached_at(session: Session, person_id: PersonId, address: str) -> bool:
    """Tell whether this is the account's current address, or without one an address that waits there."""
    standing = select(EmailAddressRow.state, EmailAddressRow.address_key).where(EmailAddressRow.person_id == person_id)
    rows = session.execute(standing).all()
    current = [row.address_key for row in rows if row.state == AddressState.CURRENT.value]
    waiting = [row.address_key for row in rows if row.state == AddressState.PENDING.value]
    return address_key(address) in (current or waiting)


def activated_at(session: Session, person_id: PersonId) -> datetime | None:
    """Return when the current address of an account was proven; None without one."""
    wanted = select(EmailAddressRow.verified_at).where(EmailAddressRow.person_id == person_id, _IS_CURRENT)
    return session.scalars(wanted).one_or_none()


def proposal_of(session: Session, person_id: PersonId) -> Proposal | None:
    """Return the address that waits at an account beside its current one, the newest if there are several."""
    waiting = _waiting(person_id).order_by(EmailAddressRow.added_at.desc(), EmailAddressRow.id.desc()).limit(1)
    row = session.scalars(waiting).one_or_none()
    return None if row is None else Proposal(row.address, row.added_at)


def propose(session: Session, person_id: PersonId, address: str, *, now: datetime) -> Proposal:
    """Let an address wait at an account, in place of another that waits; the current one stays.

    Whether another account has it is not looked at: whoever asks must not learn of the other.
    Raises `InvalidEmail`, and `NotFound` for a person that is unknown or anonymised.
    """
    found = require_email(address)
    require_living(session, person_id)
    withdraw_proposal(session, person_id)
    session.add(
        EmailAddressRow(
            id=new_id("adr"),
            person_id=person_id,
            address=found,
            address_key=address_key(found),
            state=AddressState.PENDING,
            verified_at=None,
            added_at=now,
        )
    )
    audit.record(session, action="address-proposed", actor_id=person_id, subject_id=person_id, now=now)
    session.flush()
    return Proposal(found, now)


def withdraw_proposal(session: Session, person_id: PersonId) -> bool:
    """Forget the addresses that wait at an account; tell whether there were any."""
    forgotten = delete(EmailAddressRow).where(
        EmailAddressRow.person_id == person_id, EmailAddressRow.state == AddressState.PENDING.value
    )
    return bool(session.scalars(forgotten.returning(EmailAddressRow.id)).all())


def adopt(session: Session, person_id: PersonId, address: str, *, now: datetime) -> str | None:
    """Make an address that waits at an account its current one, and return the one it replaces.

    None where there was none before. Raises `EmailTaken` where another account has the address by
    now, and `NotFound` where it does not wait here.
    """
    require_living(session, person_id)
    key = address_key(address)
    rows = session.scalars(_waiting(person_id)).all()
    adopted = next((row for row in rows if row.address_key == key), None)
    if adopted is None:
        raise NotFound(person=person_id)
    former = session.scalars(
        select(EmailAddressRow).where(
            EmailAddressRow.person_id == person_id, EmailAddressRow.state == AddressState.CURRENT.value
        )
    ).one_or_none()
    if former is not None:
        former.state = AddressState.FORMER
        session.flush()  # before the other becomes current: a person has one
    adopted.state, adopted.verified_at = AddressState.CURRENT, now
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(updated_at=now))
    session.flush()
    action = "address-activated" if former is None else "address-changed"
    audit.record(session, action=action, actor_id=person_id, subject_id=person_id, now=now)
    return None if former is None else former.address


def purge_proposals(session: Session, *, older_than: datetime) -> int:
    """Forget addresses that have waited too long beside a current one, and return how many."""
    stale = delete(EmailAddressRow).where(
        EmailAddressRow.state == AddressState.PENDING.value,
        EmailAddressRow.added_at < older_than,
        exists().where(_other.person_id == EmailAddressRow.person_id, _other.state == AddressState.CURRENT.value),
    )
    return len(session.scalars(stale.returning(EmailAddressRow.id)).all())


def require_living(session: Session, person_id: PersonId) -> None:
    """Lock the account against changes at the same time; raise `NotFound` where it is gone."""
    living = select(PersonRow.id).where(PersonRow.id == person_id, PersonRow.status == PersonStatus.ACTIVE.value)
    if session.execute(living.with_for_update()).one_or_none() is None:
        raise NotFound(person=person_id)


def _waiting(person_id: PersonId) -> Select[EmailAddressRow]:
    return select(EmailAddressRow).where(
        EmailAddressRow.person_id == person_id, EmailAddressRow.state == AddressState.PENDING.value
    )


_IS_CURRENT = EmailAddressRow.state == AddressState.CURRENT.value
_other = aliased(EmailAddressRow)
_HAS_CURRENT = exists().where(_other.person_id == PersonRow.id, _other.state == AddressState.CURRENT.value)
_OWNER = (
    select(PersonRow.id, PersonRow.language, EmailAddressRow.address)
    .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
    .where(
        PersonRow.status == PersonStatus.ACTIVE.value,
        or_(_IS_CURRENT, and_(EmailAddressRow.state == AddressState.PENDING.value, ~_HAS_CURRENT)),
    )
    .order_by(case((_IS_CURRENT, 0), else_=1), EmailAddressRow.added_at.desc(), EmailAddressRow.id.desc())
    .limit(1)
)
