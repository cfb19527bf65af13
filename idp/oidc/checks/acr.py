"""How sure the sign-in must be: acr_values, the essential acr claim, the client's own rule. Pure.

OpenID Connect Core sections 3.1.2.1 and 5.5.1.1; `claims.md`, "Asking for a context".
"""

from core.people.assurance import Acr, known_levels
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim


def voluntary(acr_values: str | None, claims: ClaimsRequest, default_values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known levels that would be welcome, in order of preference."""
    asked = tuple((acr_values or "").split())
    by_claims = tuple(value for claim in _acr_claims(claims) if not claim.essential for value in claim.values)
    return tuple(dict.fromkeys(level.value for level in known_levels(asked + by_claims or default_values)))


def essential(claims: ClaimsRequest, require_acr: str | None) -> tuple[str, ...]:
    """Return the levels of which one must be reached; values that nobody knows stay in it.

    Where the client's registration demands a level too, none below it is enough.
    """
    asked = tuple(value for claim in _acr_claims(claims) if claim.essential for value in claim.values)
    if require_acr is None:
        return tuple(dict.fromkeys(asked))
    least = Acr(require_acr)
    if not asked:
        return (least.value,)
    raised = [level if level.at_least(least) else least for level in known_levels(asked)]
    unknown = [value for value in asked if not known_levels((value,))]
    return tuple(dict.fromkeys([level.value for level in raised] + unknown))


def is_met(levels: tuple[str, ...], reached: Acr) -> bool:
    """Tell whether a sign-in of this level reaches any of them; asking for nothing is met."""
    return not levels or any(reached.at_least(level) for level in known_levels(levels))


def is_reachable(levels: tuple[str, ...], reachable: Acr) -> bool:
    """Tell whether the person could reach any of them by signing in again."""
    return any(reachable.at_least(level) for level in known_levels(levels))


def _acr_claims(claims: ClaimsRequest) -> tuple[RequestedClaim, ...]:
    return tuple(claim for claim in claims.id_token + claims.userinfo if claim.name == "acr")
