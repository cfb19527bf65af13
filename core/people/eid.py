"""The identity card of an account: linked, found again, locked to one person (E1, E3, E6).

What a card proves was verified before it comes here (`idp.eid`); here it becomes true of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import Conflict, NotFound
from core.people.details import living
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.national_number import SealedNumber
from core.people.own_profile import locked_fields
from core.people.rules import EidAlreadyLinked
from core.people.tables import EidLinkRow, PersonRow


class OtherHolder(Conflict):
    """The account is linked to the card of somebody with another national number."""

    code = "eid-of-other-holder"


class Linked(StrEnum):
    """What a link was: the first one of this account, the same card again, or a renewed one."""

    FIRST = "first"
    SAME_CARD = "same-card"
    RENEWED = "renewed"


class UnlinkReason(StrEnum):
    """Why a card is no longer linked; a word and never a text, because the audit trail keeps it for ever."""

    REQUEST = "request"
    NUMBER_CHANGED = "number-changed"
    WRONG_PERSON = "wrong-person"
    MISUSE = "misuse"
    AUTHORITY = "authority"

    @property
    def is_of_somebody_else(self) -> bool:
        """Tell whether the card never was the card of this account's person."""
        return self in {UnlinkReason.WRONG_PERSON, UnlinkReason.MISUSE}


_ACTIONS = {Linked.FIRST: "eid-linked", Linked.SAME_CARD: "eid-read-again", Linked.RENEWED: "eid-renewed"}


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

    `digests` are all under which its holder may lie, whatever key was in force then, and
    `document_digests` those of the card's own number; empty where its files were not read. `address`
    is one to begin with, for a profile that has none.
    """

    number: SealedNumber
    digests: Sequence[str]
    facts: HolderFacts
    certificate_digest: str
    evidence: Mapping[str, object]
    document_type: int | None = None
    document_digests: Sequence[str] = ()
    document_valid_until: date | None = None
    address: Address | None = None


def holder_of(session: Session, digests: Sequence[str]) -> PersonId | None:
    """Return whose account the card of this national number is linked to."""
    found = session.scalars(select(EidLinkRow.person_id).where(EidLinkRow.number_digest.in_(digests))).first()
    return None if found is None else PersonId(found)


def require_linkable(session: Session, person_id: PersonId, digests: Sequence[str]) -> None:
    """Raise what `link` would raise for the holder of this national number, and write nothing."""
    _link_of(session, person_id, digests, locked=False)


def link(session: Session, person_id: PersonId, card: ProvenCard, *, now: datetime) -> Linked:
    """Link a card to an account, lock what it proved, and say what this link was.

    The same card again changes nothing but the moment of its last use and what it proves now; what an
    earlier card of the same person proved stays proven. Raises `EidAlreadyLinked` where its holder has
    another account, `OtherHolder` where this account is linked to somebody else, `NotFound` for an
    account that is gone.
    """
    person = living(session, person_id, locked=True)
    row = _link_of(session, person_id, card.digests, locked=True)
    linked = _kind_of(row, card)
    newly_proven = set(card.facts.proven()).difference(() if row is None else row.proven)
    if row is None:
        row = EidLinkRow(person_id=person_id, linked_at=now, verified_at=now, proven=[], evidence={})
        session.add(row)
    _write(row, card, linked, now)
    changed = {*_write_facts(person, card), *newly_proven}
    if changed:
        person.updated_at = now
    session.flush()
    if changed or linked is not Linked.SAME_CARD:
        details = {"fields": " ".join(sorted(changed))}
        audit.record(
            session, action=_ACTIONS[linked], actor_id=person_id, subject_id=person_id, details=details, now=now
        )
    return linked


def _link_of(session: Session, person_id: PersonId, digests: Sequence[str], *, locked: bool) -> EidLinkRow | None:
    """Return the link of an account; raise where its holder, or the holder of this number, is another one."""
    holder = holder_of(session, digests)
    if holder not in {None, person_id}:
        raise EidAlreadyLinked(person=person_id, holder=holder)
    row = session.get(EidLinkRow, person_id, with_for_update=locked)
    if row is not None and row.number_digest not in digests:
        raise OtherHolder(person=person_id)
    return row


def _kind_of(row: EidLinkRow | None, card: ProvenCard) -> Linked:
    if row is None:
        return Linked.FIRST
    is_same_document = not card.document_digests or row.document_digest in {None, *card.document_digests}
    is_same = compare_digest(row.certificate_digest, card.certificate_digest) and is_same_document
    return Linked.SAME_CARD if is_same else Linked.RENEWED


def _write(row: EidLinkRow, card: ProvenCard, linked: Linked, now: datetime) -> None:
    row.number_key, row.number_sealed = card.number.key_id, card.number.sealed
    row.number_digest = card.number.digest
    row.certificate_digest = card.certificate_digest
    row.last_used_at = now
    row.proven = sorted({*row.proven, *card.facts.proven()})
    row.evidence = {**row.evidence, **card.evidence}
    if card.document_digests:
        # Not each use reads the files: until it does, what the last ones proved rests on them.
        row.verified_at = now
        row.document_type, row.document_valid_until = card.document_type, card.document_valid_until
        row.document_digest = card.document_digests[0]
    elif linked is Linked.RENEWED:
        row.document_digest = None


def _write_facts(person: PersonRow, card: ProvenCard) -> tuple[str, ...]:
    """Write what the card says to the profile, and return the names of the fields that were different."""
    wanted: dict[str, object] = {name: getattr(card.facts, name) for name in card.facts.proven()}
    has_address = person.street_address or person.postal_code or person.locality
    if card.address is not None and not has_address:
        wanted |= asdict(card.address)
    changed = tuple(name for name, value in wanted.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, wanted[name])
    return changed


def unlink(
    session: Session,
    person_id: PersonId,
    *,
    by: PersonId | None,
    reason: UnlinkReason,
    reference: str | None = None,
    now: datetime,
) -> None:
    """Remove the card of an account: it opens it no more, and what it had locked can be edited again.

    Values stay as they are, unless they are somebody else's: then they go, and names are asked for at
    the next sign-in. Raises `NotFound` where the account is gone or no card is linked.
    """
    person = living(session, person_id, locked=True)
    row = session.get(EidLinkRow, person_id, with_for_update=True)
    if row is None:
        raise NotFound(person=person_id)
    if reason.is_of_somebody_else:
        for name in locked_fields(row.proven):
            setattr(person, name, None)
        person.updated_at = now
    session.delete(row)
    session.flush()
    audit.record(
        session,
        action="eid-unlinked",
        actor_id=by,
        subject_id=person_id,
        details={"reason": reason.value, "reference": reference},
        now=now,
    )
