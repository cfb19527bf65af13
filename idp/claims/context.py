"""What claims are made of: frozen facts, gathered by `load.py`, no I/O here."""

from dataclasses import dataclass

from core.people.assurance import Authentication
from core.people.facts import PersonFacts
from core.tools.context import OfferedContext


@dataclass(frozen=True, slots=True)
class ClaimsContext:
    """Everything a token could say; what it does say is decided by scopes and the catalogue."""

    person: PersonFacts
    subject_identifier: str
    authentication: Authentication
    sid: str
    context: OfferedContext | None
