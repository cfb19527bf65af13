"""Everything we keep about a person, to read and to take along (GDPR articles 15 and 20)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.closing import personal_data as of_core
from core.closing.history import NamedDeed, history_of
from core.infra.personal_record import Part, Record, to_json
from core.people.identifiers import PersonId
from idp.credentials import personal_data as of_credentials
from idp.oidc import personal_data as of_protocol
from idp.wiring import Services

FORMAT = 1
_AT_ONCE = 1_000


def parts_of(services: Services, person_id: PersonId) -> tuple[Part, ...]:
    """Return what is kept about a person, the history last; secrets, digests and others are not in it."""
    with services.database.reading() as session:
        kept = (
            *of_core.personal_data(session, person_id),
            *of_credentials.personal_data(session, person_id),
            *of_protocol.personal_data(session, person_id),
        )
        deeds: list[NamedDeed] = []
        before: str | None = None
        while True:
            stretch = history_of(session, person_id, before=before, limit=_AT_ONCE)
            deeds += stretch.deeds
            before = stretch.older_from
            if before is None:
                return (*kept, Part("history", tuple(_records(deeds, person_id))))


def document(parts: Iterable[Part], *, issuer: str, now: datetime) -> Mapping[str, object]:
    """Return the JSON document that a person takes along."""
    return {"format": FORMAT, "issuer": issuer, "made_at": now.isoformat(), "kept": to_json(tuple(parts))}


def _records(deeds: Iterable[NamedDeed], person_id: PersonId) -> Iterable[Record]:
    for named in deeds:
        deed = named.deed
        yield {
            "at": deed.at,
            "action": deed.action,
            "by": named.doer.value,
            "organisation": named.organisation,
            "tool": None if named.tool is None else named.tool.en,
            # What was done to somebody else is told without what it was about.
            **(deed.details if deed.subject_id == person_id else {}),
        }
