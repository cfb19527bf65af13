"""A verified card becomes an account's, or opens the account that it is linked to (E1, E2, E3, E6).

Each function has its own transactions: what is refused is undone as a whole, and still audited and told.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.dates import moment_in_words
from core.infra.db import Database
from core.people import eid
from core.people.eid import HolderFacts, Linked, OtherHolder, ProvenCard
from core.people.identifiers import PersonId
from core.people.national_number import NumberKeys
from core.people.receivers import ValuesIn, write_to
from core.people.rules import EidAlreadyLinked
from idp.eid.holder import CardDocument, Holder, VerifiedCard
from idp.eid.problems import EidProblem, EidRefused


class CardSource(StrEnum):
    """Through which program a card was reached; kept with the evidence."""

    WEB_EID = "web-eid"
    AGENT = "agent"
    MTLS = "mtls"


_LETTERS = {Linked.FIRST: "eid-linked", Linked.RENEWED: "eid-renewed"}


def link_card(
    database: Database,
    keys: NumberKeys,
    person_id: PersonId,
    card: VerifiedCard,
    *,
    source: CardSource,
    place: ValuesIn,
    now: datetime,
) -> Linked:
    """Link a card to an account, lock what it proved, and mail its owner; the same card again is no news.

    `place` says in a language from where it was done (`Place.values`). Raises `EidRefused` with
    LINKED_TO_OTHER_ACCOUNT (audited, and both owners are mailed) or OTHER_HOLDER, and `NotFound` for an
    account that is gone. Accreditations are the caller's next step.
    """
    proven = proven_card(keys, card, source, now)
    with _refusals_told(database, person_id, proven.digests, place, now), database.transaction() as session:
        linked = eid.link(session, person_id, proven, now=now)
        _tell(session, person_id, linked, place, now)
        return linked


def require_linkable(
    database: Database, keys: NumberKeys, person_id: PersonId, card: VerifiedCard, *, place: ValuesIn, now: datetime
) -> None:
    """Refuse a card of others as `link_card` does, before its holder is shown what it says; nothing is linked."""
    digests = keys.digests(card.holder.number)
    with _refusals_told(database, person_id, digests, place, now), database.reading() as session:
        eid.require_linkable(session, person_id, digests)


def use_card(
    database: Database, keys: NumberKeys, card: VerifiedCard, *, source: CardSource, place: ValuesIn, now: datetime
) -> PersonId:
    """Return whose account a card opens, and note its use; a renewed card is taken over and told of.

    Raises `EidRefused` with NOT_LINKED where its holder has no account.
    """
    proven = proven_card(keys, card, source, now)
    with database.transaction() as session:
        person_id = eid.holder_of(session, proven.digests)
        if person_id is None:
            raise EidRefused(EidProblem.NOT_LINKED)
        _tell(session, person_id, eid.link(session, person_id, proven, now=now), place, now)
        return person_id


def proven_card(keys: NumberKeys, card: VerifiedCard, source: CardSource, now: datetime) -> ProvenCard:
    """Return a verified card as it is kept: without its numbers, and with what it was believed on."""
    holder, document = card.holder, card.document
    of_certificate = ProvenCard(
        number=keys.close(holder.number),
        digests=keys.digests(holder.number),
        facts=HolderFacts(given_name=holder.given_names, family_name=holder.family_name),
        certificate_digest=holder.certificate_fingerprint,
        evidence=_evidence(holder, source),
    )
    return of_certificate if document is None else _with_document(of_certificate, keys, document, now)


def _with_document(card: ProvenCard, keys: NumberKeys, document: CardDocument, now: datetime) -> ProvenCard:
    """Add what the files say; the names stay as the certificate has them."""
    facts = replace(
        card.facts,
        birthdate=document.birthdate,
        place_of_birth=document.place_of_birth,
        gender=document.gender,
        nationality=document.nationality,
    )
    return replace(
        card,
        facts=facts,
        evidence={
            **card.evidence,
            "signer": document.signer_fingerprint,
            "chip": document.is_chip_proven,
            "files_read_at": now.isoformat(),
        },
        document_type=document.document_type,
        document_digests=keys.card_digests(document.card_number),
        document_valid_until=document.valid_until,
        address=document.address,
    )


def _evidence(holder: Holder, source: CardSource) -> Mapping[str, object]:
    return {
        "how": source.value,
        "issuer": holder.issuer,
        "root": holder.root_fingerprint,
        "policies": list(holder.policies),
        "revocation": holder.revocation.value,
        "good_as_of": holder.good_as_of.isoformat(),
        "certificate_valid_until": holder.valid_until.isoformat(),
    }


def _tell(session: Session, person_id: PersonId, linked: Linked, place: ValuesIn, now: datetime) -> None:
    template = _LETTERS.get(linked)
    if template is not None:
        _mail(session, person_id, template, place, now)


@contextmanager
def _refusals_told(
    database: Database, person_id: PersonId, digests: Sequence[str], place: ValuesIn, now: datetime
) -> Iterator[None]:
    """Turn what the rules refuse into `EidRefused`, noted and told to whom it concerns."""
    try:
        yield
    except EidAlreadyLinked:
        _refuse_other_account(database, person_id, digests, place, now)
        raise EidRefused(EidProblem.LINKED_TO_OTHER_ACCOUNT, person=person_id) from None
    except OtherHolder:
        with database.transaction() as session:
            _note_refusal(session, person_id, EidProblem.OTHER_HOLDER, now)
        raise EidRefused(EidProblem.OTHER_HOLDER, person=person_id) from None


def _refuse_other_account(
    database: Database, person_id: PersonId, digests: Sequence[str], place: ValuesIn, now: datetime
) -> None:
    """Note what was tried at both accounts and mail both owners; neither is told of the other account."""
    with database.transaction() as session:
        _note_refusal(session, person_id, EidProblem.LINKED_TO_OTHER_ACCOUNT, now)
        _mail(session, person_id, "eid-of-other-account", place, now)
        holder = eid.holder_of(session, digests)
        if holder is not None:
            audit.record(session, action="eid-tried-elsewhere", actor_id=None, subject_id=holder, now=now)
            _mail(session, holder, "eid-tried-elsewhere", place, now)


def _note_refusal(session: Session, person_id: PersonId, problem: EidProblem, now: datetime) -> None:
    details = {"problem": problem.value}
    audit.record(session, action="eid-link-refused", actor_id=person_id, subject_id=person_id, details=details, now=now)


def _mail(session: Session, person_id: PersonId, template: str, place: ValuesIn, now: datetime) -> None:
    def values(language: str) -> Mapping[str, str]:
        return {"when": moment_in_words(now, language), **place(language)}

    write_to(session, select(literal(person_id)), template, values, now=now)
