"""The claims parameter: OpenID Connect Core section 5.5. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import orjson

from idp.claims import verified_wish
from idp.oidc.errors import InvalidRequest

_MAXIMUM_CLAIMS = 100


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim asked for by name: essential or not, and the values that would be welcome."""

    name: str
    essential: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What the claims parameter asks for, apart for the ID token and for userinfo."""

    id_token: tuple[RequestedClaim, ...] = ()
    userinfo: tuple[RequestedClaim, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all claims asked for, sorted, each once."""
        return tuple(sorted({claim.name for claim in self.id_token + self.userinfo}))

    def only(self, names: Collection[str]) -> "ClaimsRequest":
        """Return what this asks for among these claims."""
        return ClaimsRequest(
            tuple(claim for claim in self.id_token if claim.name in names),
            tuple(claim for claim in self.userinfo if claim.name in names),
        )

    def wishes(self, name: str, *, of_userinfo: bool) -> tuple[str, ...]:
        """Return the values that are welcome of one claim, in userinfo or in the ID token."""
        section = self.userinfo if of_userinfo else self.id_token
        return tuple(value for claim in section if claim.name == name for value in claim.values)

    @property
    def subject(self) -> str | None:
        """Return the `sub` that the ID token must have (section 5.5.1), if one is demanded."""
        for claim in self.id_token:
            if claim.name == "sub" and claim.values:
                return claim.values[0]
        return None


def parse(value: str | None) -> ClaimsRequest:
    """Read the parameter; raise `InvalidRequest` where it is not such a JSON object.

    Members and claims that mean nothing to us are kept or ignored, never refused.
    """
    if value is None:
        return ClaimsRequest()
    try:
        # Refuses half characters, which could be written nowhere afterwards.
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise InvalidRequest("The claims parameter is not JSON.") from None
    if not isinstance(document, dict):
        raise InvalidRequest("The claims parameter is not a JSON object.")
    return ClaimsRequest(_section(document, "id_token"), _section(document, "userinfo"))


def _section(document: Mapping[str, object], name: str) -> tuple[RequestedClaim, ...]:
    section = document.get(name)
    if section is None:
        return ()
    if not isinstance(section, dict):
        raise InvalidRequest(f"The member {name} of the claims parameter is not an object.")
    if len(section) > _MAXIMUM_CLAIMS:
        raise InvalidRequest("The claims parameter asks for too many claims.")
    return tuple(_claim(str(claim), wish) for claim, wish in section.items())


def _claim(name: str, wish: object) -> RequestedClaim:
    if wish is None:
        return RequestedClaim(name)
    if name == verified_wish.NAME and isinstance(wish, dict | list):
        # It wishes for more than values: what it says is kept whole and read where the claim is made.
        return RequestedClaim(name, values=(orjson.dumps(wish).decode(),))
    if not isinstance(wish, dict):
        raise InvalidRequest("A claim of the claims parameter is neither null nor an object.")
    values = wish.get("values", [])
    if not isinstance(values, list):
        raise InvalidRequest("The values of a claim of the claims parameter are not a list.")
    welcome = [wish["value"], *values] if "value" in wish else values
    return RequestedClaim(
        name,
        essential=wish.get("essential") is True,
        values=tuple(value for value in welcome if isinstance(value, str)),
    )
