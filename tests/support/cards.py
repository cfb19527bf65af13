"""Identity cards as `core` meets them: already verified."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from core.infra.ids import digest
from core.infra.secret import Secret
from core.people import eid
from core.people.eid import HolderFacts, Linked, ProvenCard
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber, NumberKeys

KEYS = NumberKeys((("test", Secret("a key for national numbers, in tests")),))
NUMBER = NationalNumber.parse("85.06.15-123.90")
OTHER_NUMBER = NationalNumber.parse("71.71.51-000.70")


def a_proven_card(
    number: NationalNumber = NUMBER,
    *,
    facts: HolderFacts | None = None,
    certificate: str = "the first",
    valid_until: date | None = None,
    keys: NumberKeys = KEYS,
) -> ProvenCard:
    """Return a card that was verified; `certificate` is any text that tells one from another."""
    return ProvenCard(
        number=keys.close(number),
        digests=keys.digests(number),
        facts=facts or HolderFacts(),
        certificate_digest=digest(certificate),
        evidence={"issuer": "CN=Citizen CA"},
        document_valid_until=valid_until,
        document_digests=[digest(f"document {certificate}")],
        document_type=1,
    )


def link_card(
    session: Session,
    person_id: PersonId,
    number: NationalNumber = NUMBER,
    *,
    facts: HolderFacts | None = None,
    valid_until: date | None = None,
    now: datetime,
) -> Linked:
    """Link a card that was verified to an account."""
    return eid.link(session, person_id, a_proven_card(number, facts=facts, valid_until=valid_until), now=now)
