"""What a usage needs as a list of possibilities, for people who edit it: one of them is enough. Pure.

Any nesting of "any" and "all" is the same as one list of possibilities, each of which needs all of its parts.
"""

from itertools import product
from math import prod

from core.tools.errors import InvalidRequirement
from core.tools.requirements import NOTHING, AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Need

Leaf = AccreditationNeeded | MandateNeeded
# More than any page could show, let alone a person read.
_MOST = 24


def possibilities(need: Need) -> tuple[tuple[Leaf, ...], ...]:
    """Return the possibilities in their order; none where nothing is needed. Raises `InvalidRequirement`."""
    found = _possibilities(need)
    # What is met by nothing at all makes the others needless.
    return () if () in found else found


def need_of(found: tuple[tuple[Leaf, ...], ...]) -> Need:
    """Return the need that has these possibilities."""
    parts: list[Need] = [all_of[0] if len(all_of) == 1 else AllOf(all_of) for all_of in found if all_of]
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 and isinstance(parts[0], AllOf) else AnyOf(tuple(parts))


def _possibilities(need: Need) -> tuple[tuple[Leaf, ...], ...]:
    match need:
        case AnyOf(parts):
            return _few([one for part in parts for one in _possibilities(part)])
        case AllOf(parts):
            each = [_possibilities(part) for part in parts]
            if prod(map(len, each)) > _MOST:
                raise InvalidRequirement(problem="too many possibilities")
            return _few([tuple(leaf for one in chosen for leaf in one) for chosen in product(*each)])
        case AccreditationNeeded() | MandateNeeded():
            return ((need,),)


def _few(found: list[tuple[Leaf, ...]]) -> tuple[tuple[Leaf, ...], ...]:
    if len(found) > _MOST:
        raise InvalidRequirement(problem="too many possibilities")
    return tuple(dict.fromkeys(found))
