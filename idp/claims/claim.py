"""What one row of the claim table is. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from idp.claims import shapes
from idp.claims.context import ClaimsContext
from idp.claims.shapes import Schema
from idp.claims.values import Json

# Returns the value for a context, or None where it is not known: then the claim is omitted.
Source = Callable[[ClaimsContext], Json]


class Target(StrEnum):
    """What a claim can stand in."""

    ID_TOKEN = "id_token"  # noqa: S105 - the name of a kind of token
    ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of a kind of token
    USERINFO = "userinfo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim: its scope, its source, where it goes, and what it means.

    `fuller_source` and `fuller_example` are what userinfo says instead, where tokens have no room
    for it all.
    `targets` is where the scope puts it: with an access token at hand the standard claims
    belong to userinfo alone (Core section 5.4). `label` names it on the consent screen; without
    one it stands under the label of the row before it.
    """

    name: str
    scope: str
    source: Source
    description: str
    example: Json
    label: str | None = None
    targets: frozenset[Target] = frozenset({Target.USERINFO})
    fuller_source: Source | None = None
    fuller_example: Json = None
    schema: Schema = field(default_factory=lambda: shapes.TEXT)

    def source_in(self, target: Target) -> Source:
        """Return where the value of the claim comes from there."""
        return (self.fuller_source if target is Target.USERINFO else None) or self.source

    def example_in(self, target: Target) -> Json:
        """Return an example of what the claim says there."""
        return (self.fuller_example if target is Target.USERINFO else None) or self.example

    @property
    def is_requestable(self) -> bool:
        """Tell whether the claims parameter may ask for it (Core section 5.5)."""
        return self.targets != {Target.ACCESS_TOKEN}
