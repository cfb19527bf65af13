"""Chooses from the table what one token says. Pure.

A claim is there because its scope was granted, or because the claims parameter asked for it by
name and the client might have asked for its scope (Core sections 5.4 and 5.5). Protocol claims are
not made here: whoever makes the token adds them last, so that nothing can stand in their place.
"""

from collections.abc import Collection
from functools import lru_cache

from idp.claims.catalogue import BY_NAME, CLAIMS
from idp.claims.claim import Claim, Source, Target
from idp.claims.context import ClaimsContext
from idp.claims.values import Json

_NAMES = frozenset(BY_NAME)
_NO_SCOPE: frozenset[str] = frozenset()


def id_token_claims(
    context: ClaimsContext,
    *,
    scope: Collection[str],
    requested: Collection[str] = (),
    allowed_scope: Collection[str] = (),
) -> dict[str, Json]:
    """Return what an ID token says about person and context.

    `requested` are names from the `id_token` member of the claims parameter; those whose scope is
    not within `allowed_scope`, what the client may ever ask for, are passed over.
    """
    return _claims(context, Target.ID_TOKEN, scope, requested, allowed_scope)


def userinfo_claims(
    context: ClaimsContext,
    *,
    scope: Collection[str],
    requested: Collection[str] = (),
    allowed_scope: Collection[str] = (),
) -> dict[str, Json]:
    """Return what userinfo says, `sub` included; `requested` and `allowed_scope` as above."""
    claims = _claims(context, Target.USERINFO, scope, requested, allowed_scope)
    claims["sub"] = context.subject_identifier
    return claims


def access_token_claims(context: ClaimsContext, *, scope: Collection[str]) -> dict[str, Json]:
    """Return what an access token says about the context."""
    return _claims(context, Target.ACCESS_TOKEN, scope, (), ())


def _claims(
    context: ClaimsContext,
    target: Target,
    scope: Collection[str],
    requested: Collection[str],
    allowed_scope: Collection[str],
) -> dict[str, Json]:
    asked = _NAMES.intersection(requested)
    allowed = frozenset(allowed_scope) if asked else _NO_SCOPE
    claims: dict[str, Json] = {}
    for name, source in _selected(target, frozenset(scope), asked, allowed):
        value = source(context)
        if value is not None and value != "":
            claims[name] = value
    return claims


# Clients ask for the same again and again: the table is gone through once for each wish.
@lru_cache(maxsize=512)
def _selected(
    target: Target, scope: frozenset[str], requested: frozenset[str], allowed_scope: frozenset[str]
) -> tuple[tuple[str, Source], ...]:
    return tuple(
        (claim.name, claim.source_in(target))
        for claim in CLAIMS
        if (claim.scope in scope and target in claim.targets)
        or (claim.name in requested and _may_request(claim, allowed_scope))
    )


def _may_request(claim: Claim, allowed_scope: Collection[str]) -> bool:
    return claim.is_requestable and claim.scope in allowed_scope


def requestable(names: Collection[str], allowed_scope: Collection[str]) -> tuple[str, ...]:
    """Return the names that the claims parameter can really get a client, for the consent."""
    return tuple(name for name in names if name in BY_NAME and _may_request(BY_NAME[name], allowed_scope))
