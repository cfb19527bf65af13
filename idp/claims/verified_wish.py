"""What a client wants of `verified_claims`, by its claims parameter: fewer claims, or certain evidence. Pure.

OpenID Connect for Identity Assurance 1.0 extends the parameter: `claims` names what is wanted,
`verification` what must be true of the evidence. What is not true of it gets nothing said.
"""

from collections.abc import Mapping, Sequence

import orjson

from idp.claims.values import Json

NAME = "verified_claims"
# Members of a wish that say something about the value beside them, and are no members of that.
_ABOUT = frozenset({"value", "values", "essential", "purpose", "max_age"})


def narrow(claims: dict[str, Json], wishes: Sequence[str]) -> dict[str, Json]:
    """Return the claims with of `verified_claims` only what is wanted; `wishes` are JSON, the first that fits counts.

    Without a wish everything stays.
    """
    value = claims.get(NAME)
    if not wishes or not isinstance(value, Mapping):
        return claims
    others = {name: said for name, said in claims.items() if name != NAME}
    for wish in wishes:
        asked = orjson.loads(wish)
        for one in asked if isinstance(asked, list) else [asked]:
            wanted = _wanted(value, one)
            if wanted is not None:
                return {**others, NAME: wanted}
    return others


def _wanted(value: Mapping[str, Json], wish: object) -> Mapping[str, Json] | None:
    if not isinstance(wish, Mapping) or not _fulfils(value["verification"], wish.get("verification")):
        return None
    claims, asked = value["claims"], wish.get("claims")
    if not isinstance(claims, Mapping) or not isinstance(asked, Mapping):
        return None
    found = {name: said for name, said in claims.items() if name in asked and _fulfils(said, asked[name])}
    return {**value, "claims": found} if found else None


def _fulfils(value: object, wish: object) -> bool:
    """Tell whether a value is as wished; an age is not known here, so a wish for one is not fulfilled."""
    match wish:
        case None:
            return True
        case list():
            among = value if isinstance(value, list) else []
            return any(_fulfils(one, wanted) for one in among for wanted in wish)
        case Mapping():
            return _is_as_said(value, wish) and all(
                _fulfils(value.get(name) if isinstance(value, Mapping) else None, wanted)
                for name, wanted in wish.items()
                if name not in _ABOUT
            )
        case _:
            return False


def _is_as_said(value: object, wish: Mapping[str, object]) -> bool:
    values = wish.get("values")
    if "max_age" in wish or ("value" in wish and value != wish["value"]):
        return False
    return values is None or (isinstance(values, list) and value in values)
