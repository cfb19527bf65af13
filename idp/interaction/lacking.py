"""What an account lacks, for the policy: an address that is proven, names and terms, an identity card (A5, A6, A8)."""

from core.infra.statements import Queryable
from core.people.assurance import Acr
from core.people.facts import PersonFacts
from core.people.profiles import awaits_code
from core.people.rules import TERMS_VERSION
from core.tools.context import OfferedContext, Reason, ReasonCode
from idp.interaction.policy import Address, EidLink
from idp.oidc.checks import acr
from idp.oidc.request import AuthorizationRequest

_OPENED_BY_CARD = (ReasonCode.EID_NOT_LINKED, ReasonCode.ACCREDITATION_MISSING, ReasonCode.ACCREDITATION_LAPSED)


def address(connection: Queryable, person: PersonFacts) -> Address:
    """Return how far the e-mail address of the account is."""
    if person.email is not None:
        return Address.CURRENT
    return Address.PENDING if awaits_code(connection, person.id) else Address.NONE


def is_complete(person: PersonFacts) -> bool:
    """Tell whether names and the present terms of use are there."""
    return bool(person.given_name and person.family_name) and person.terms_version == TERMS_VERSION


def eid_link(
    person: PersonFacts | None, request: AuthorizationRequest, in_question: tuple[OfferedContext, ...]
) -> EidLink:
    """Tell whether linking the card is offered; it cannot be put off where nothing is open without it (A6, E2)."""
    if person is None or person.eid is not None:
        return EidLink.NOT_OFFERED
    is_needed = bool(in_question) and all(context.lacks(ReasonCode.EID_NOT_LINKED) for context in in_question)
    return EidLink.DEMANDED if is_needed or needs_card(request) else EidLink.PROPOSED


def needs_card(request: AuthorizationRequest) -> bool:
    """Tell whether nothing but the card reaches a level that the client demands."""
    return _is_for_card(request.essential_acr)


def asks_for_card(request: AuthorizationRequest) -> bool:
    """Tell whether nothing but the card reaches a level that the client demands, or wishes for."""
    return needs_card(request) or _is_for_card(request.acr_values)


def _is_for_card(levels: tuple[str, ...]) -> bool:
    return acr.is_reachable(levels, Acr.HIGH) and not acr.is_reachable(levels, Acr.MFA)


def would_help(person: PersonFacts | None, reason: Reason | None) -> bool:
    """Tell whether linking a card may open what is closed for this reason: accreditations come with it."""
    if person is None or person.eid is not None or reason is None:
        return False
    return any(map(reason.names, _OPENED_BY_CARD)) or _is_too_weak_without(reason)


def _is_too_weak_without(reason: Reason) -> bool:
    is_weak = reason.code is ReasonCode.LOGIN_TOO_WEAK and not acr.is_reachable((reason.subject or "",), Acr.MFA)
    return is_weak or any(map(_is_too_weak_without, reason.causes))
