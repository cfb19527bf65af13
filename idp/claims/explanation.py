"""Why a claim is in what a client gets, or is missing from it: for those who develop tools (C6). Pure.

The answer is made by the functions that make tokens, so that it cannot say anything else than they do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.infra.messages import N_
from idp.claims import assemble
from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Claim, Target
from idp.claims.context import ClaimsContext
from idp.claims.values import Json


class Missing(StrEnum):
    """Why a claim stands nowhere; the value is a stable code."""

    SCOPE_NOT_ALLOWED = "scope-not-allowed"
    SCOPE_NOT_GRANTED = "scope-not-granted"
    NO_CONTEXT = "no-context"
    CARD_NOT_LINKED = "card-not-linked"
    NOT_KNOWN = "not-known"


EXPLANATIONS: Mapping[Missing, str] = {
    Missing.SCOPE_NOT_ALLOWED: N_("The client is not registered for this scope. An operator gives it to tools."),
    Missing.SCOPE_NOT_GRANTED: N_("The request did not ask for this scope, or its person declined it."),
    Missing.NO_CONTEXT: N_("No context was chosen: ask for the scope organization, with a client that is a tool."),
    Missing.CARD_NOT_LINKED: N_("The person has not linked an identity card; it is what proves this."),
    Missing.NOT_KNOWN: N_("This person has not given it, or has none."),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was granted: the scopes, and the claims that were asked for by name in ID token and userinfo."""

    scope: frozenset[str]
    allowed_scope: frozenset[str]
    in_id_token: frozenset[str] = frozenset()
    in_userinfo: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Explained:
    """One claim of the table: its values by where they stand, or why there is none."""

    claim: Claim
    values: Mapping[Target, Json]
    missing: Missing | None


def explain(context: ClaimsContext, wish: Wish) -> tuple[Explained, ...]:
    """Return every claim of the table, in its order, with its values or the reason for their absence."""
    said = {
        Target.ID_TOKEN: assemble.id_token_claims(
            context, scope=wish.scope, requested=wish.in_id_token, allowed_scope=wish.allowed_scope
        ),
        Target.ACCESS_TOKEN: assemble.access_token_claims(context, scope=wish.scope),
        Target.USERINFO: assemble.userinfo_claims(
            context, scope=wish.scope, requested=wish.in_userinfo, allowed_scope=wish.allowed_scope
        ),
    }
    return tuple(_explained(claim, said, context, wish) for claim in CLAIMS)


def _explained(
    claim: Claim, said: Mapping[Target, Mapping[str, Json]], context: ClaimsContext, wish: Wish
) -> Explained:
    values = {target: found[claim.name] for target, found in said.items() if claim.name in found}
    return Explained(claim, values, None if values else _missing(claim, context, wish))


def _missing(claim: Claim, context: ClaimsContext, wish: Wish) -> Missing:
    asked = wish.in_id_token | wish.in_userinfo
    if claim.scope not in wish.allowed_scope:
        return Missing.SCOPE_NOT_ALLOWED
    if not _is_wanted(claim, wish.scope, asked):
        return Missing.SCOPE_NOT_GRANTED
    if context.context is None and claim.scope in _OF_CONTEXT:
        return Missing.NO_CONTEXT
    if claim.scope == _IDENTITY and context.person.eid is None:
        return Missing.CARD_NOT_LINKED
    return Missing.NOT_KNOWN


def _is_wanted(claim: Claim, scope: Collection[str], asked: Collection[str]) -> bool:
    return claim.scope in scope or claim.name in asked


_IDENTITY = "identity"
_OF_CONTEXT = frozenset({"organization", "roles", "accreditations", "wallet"})
