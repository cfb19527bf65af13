"""The identity card of an account: linked, found again, locked to one person (E1, E3, E6).

What a card proves was verified before it comes here (`idp.eid`); here it becomes true of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import Conflict
from core.people.details import living
from core.people.identifiers import PersonId
from core.people.national_number import SealedNumber
from core.people.rules import EidAlreadyLinked
from core.people.tables import EidLinkRow


class OtherHolder(Conflict):
    """The account is linked to the card of somebody with another national number."""

    code = "eid-of-other-holder"


class Linked(StrEnum):
    """What a link was: the first one of this account, the same card again, or a renewed one."""

    FIRST = "first"
    SAME_CARD = "same-card"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What a card says of its holder, by the names of the profile; None: not said or not verified."""

    given_name: str | None = None
    family_name: str | None = None
    birthdate: date | None = None
    place_of_birth: str | None = None
    gender: str | None = None
    nationality: str | None = None

    def proven(self) -> tuple[str, ...]:
        """Return the names of the fields that are known."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)


@dataclass(frozen=True, slots=True)
class ProvenCard:
    """A verified card as it is kept: digests instead of numbers, and on what evidence it was believed.

    `digests` are all under which its holder may lie, whatever key was in force then.
    """

    number: SealedNumber
    digests: Sequence[str]
    facts: HolderFacts
    certificate_digest: str
    evidence: Mapping[str, object]
    document_type: int | None = None
    document_digest: str | None = None
    document_valid_until: date | None = None


def holder_of(session: Session, digests: Sequence[str]) -> PersonId | None:
    """Return whose account the card of this national number is linked to."""
    found = session.scalars(select(EidLinkRow.person_id).where(EidLinkRow.number_digest.in_(digests))).first()
    return None if found is None else PersonId(found)


def link(session: Session, person_id: PersonId, card: ProvenCard, *, now: datetime) -> Linked:
    """Link a card to an account, lock what it proved, and say what this link was.

    The same card again changes nothing but the moment of its last use and what it proves now.
    Raises `EidAlreadyLinked` where its holder has another account, `OtherHolder` where this account
    is linked to somebody else, `NotFound` for an account that is gone.
    """
    person = living(session, person_id, locked=True)
    holder = holder_of(session, card.digests)
    if holder not in {None, person_id}:
        raise EidAlreadyLinked(person=person_id, holder=holder)
    row = session.get(EidLinkRow, person_id, with_for_update=True)
    if row is not None and row.number_digest not in card.digests:
        raise OtherHolder(person=person_id)
    linked = _kind_of(row, card)
    if row is None:
        row = EidLinkRow(person_id=person_id, linked_at=now)
        session.add(row)
    _write(row, card, now)
    for name in card.facts.proven():
        setattr(person, name, getattr(card.facts, name))
    person.updated_at = now
    session.flush()
    audit.record(
        session,
        action="eid-linked",
        actor_id=person_id,
        subject_id=person_id,
        details={"how": linked.value, "fields": " ".join(row.proven)},
        now=now,
    )
    return linked


def _kind_of(row: EidLinkRow | None, card: ProvenCard) -> Linked:
    if row is None:
        return Linked.FIRST
    return Linked.SAME_CARD if _is_same(row, card) else Linked.RENEWED


def _is_same(row: EidLinkRow, card: ProvenCard) -> bool:
    # A row that is not written yet has none.
    return compare_digest(row.certificate_digest or "", card.certificate_digest)


def _write(row: EidLinkRow, card: ProvenCard, now: datetime) -> None:
    is_same = _is_same(row, card)
    # What an earlier use of the same card proved stays proven: not each use reads the files.
    earlier = row.proven if is_same else ()
    row.number_key, row.number_sealed = card.number.key_id, card.number.sealed
    row.number_digest = card.number.digest
    row.verified_at = row.last_used_at = now
    row.proven = sorted({*earlier, *card.facts.proven()})
    row.evidence = {**(row.evidence if is_same else {}), **card.evidence}
    if not is_same or card.document_digest is not None:
        row.document_type = card.document_type
        row.document_digest = card.document_digest
        row.document_valid_until = card.document_valid_until
    row.certificate_digest = card.certificate_digest
