"""How sure a sign-in is: the levels of `claims.md`, their order, and the facts of one sign-in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A working day, so that one sign-in serves it; counted from `auth_time`, and no request makes it longer. The
# provider's session ends then, and with it every session of ours that rests on it.
SIGN_IN_LIFE = timedelta(hours=12)


class Acr(StrEnum):
    """Authentication context class references that we know, from weakest to strongest."""

    PASSWORD = "urn:immo-connect:acr:pwd"  # noqa: S105 - a level's name, not a secret
    MFA = "urn:immo-connect:acr:mfa"
    SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
    HIGH = "http://eidas.europa.eu/LoA/high"

    def at_least(self, other: "Acr") -> bool:
        """Tell whether this level reaches the other."""
        return _ORDER[self] >= _ORDER[other]


_ORDER = {level: rank for rank, level in enumerate(Acr)}


def known_levels(values: Iterable[str]) -> tuple[Acr, ...]:
    """Return the values that are levels of ours, in the order given; others are ignored."""
    known = {level.value: level for level in Acr}
    return tuple(known[value] for value in values if value in known)


@dataclass(frozen=True, slots=True)
class Authentication:
    """The facts of one sign-in: when, by what means (RFC 8176), and the level these reach."""

    auth_time: datetime
    amr: tuple[str, ...]
    acr: Acr
