"""What claims are made of: frozen facts, gathered by `load.py`, no I/O here."""

from dataclasses import dataclass

from core.people.assurance import Authentication
from core.people.facts import PersonFacts
from core.tools.context import OfferedContext


@dataclass(frozen=True, slots=True)
class ClaimsContext:
    """Everything a token could say; what it does say is decided by scopes and the catalogue.

    `max_charge_cents` is the limit of one charge in the chosen context, None where no manager set one.
    """

    person: PersonFacts
    subject_identifier: str
    authentication: Authentication
    sid: str
    context: OfferedContext | None
    max_charge_cents: int | None = None
