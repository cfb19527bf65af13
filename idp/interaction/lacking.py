"""What an account lacks, for the policy: an address that is proven, names and terms, an identity card (A5, A6, A8)."""

from core.infra.statements import Queryable
from core.people.facts import PersonFacts
from core.people.profiles import awaits_code
from core.people.rules import TERMS_VERSION
from core.tools.context import OfferedContext, ReasonCode
from idp.interaction.policy import Address, EidLink


def address(connection: Queryable, person: PersonFacts) -> Address:
    """Return how far the e-mail address of the account is."""
    if person.email is not None:
        return Address.CURRENT
    return Address.PENDING if awaits_code(connection, person.id) else Address.NONE


def is_complete(person: PersonFacts) -> bool:
    """Tell whether names and the present terms of use are there."""
    return bool(person.given_name and person.family_name) and person.terms_version == TERMS_VERSION


def eid_link(person: PersonFacts | None, in_question: tuple[OfferedContext, ...]) -> EidLink:
    """Tell whether linking the card is offered; it cannot be put off where nothing is open without it (A6)."""
    if person is None or person.eid is not None:
        return EidLink.NOT_OFFERED
    is_needed = bool(in_question) and all(context.lacks(ReasonCode.EID_NOT_LINKED) for context in in_question)
    return EidLink.DEMANDED if is_needed else EidLink.PROPOSED
