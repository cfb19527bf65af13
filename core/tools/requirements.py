"""What a usage needs, as data: the form of `claims.md`, Evaluation, read strictly.

    {"register": {"any": [{"accreditation": "be.biv", "list": ["tableau"]}]},
     "use": {"any": [{"accreditation": "be.biv"}, {"mandate": true}]},
     "eid": false, "min_acr": {"usage": null, "roles": {"supervisor": "…:mfa"}}, "terms": "v3"}

Every member may be left out; what is left out is not needed. An unknown member is refused, since
a misspelt condition that is silently ignored would open what it was meant to close.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.people.assurance import Acr
from core.tools.errors import InvalidRequirement

_DEEPEST = 8
_KEPT_REQUIREMENTS = 512


@dataclass(frozen=True, slots=True)
class AccreditationNeeded:
    """An accreditation of a kind, on one of these lists and in one of these columns, if any."""

    kind: str
    lists: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MandateNeeded:
    """A colleague's accreditation, lent for this registration."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each part is needed; without parts, nothing is."""

    parts: tuple["Need", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part is enough; the first that holds is what the context rests on."""

    parts: tuple["Need", ...]


Need = AccreditationNeeded | MandateNeeded | AllOf | AnyOf
NOTHING = AllOf()


@dataclass(frozen=True, slots=True)
class Requirement:
    """All that a usage needs, to register it and to use it."""

    register: Need = NOTHING
    use: Need = NOTHING
    eid: bool = False
    usage_min_acr: Acr | None = None
    role_min_acr: tuple[tuple[str, Acr], ...] = ()
    terms: str | None = None

    def min_acr(self, role: str | None) -> Acr | None:
        """Return the level of sign-in that the usage in this role needs; None: any level."""
        needed = self.usage_min_acr
        for name, level in self.role_min_acr:
            if name == role and (needed is None or level.at_least(needed)):
                needed = level
        return needed

    def kinds(self) -> frozenset[str]:
        """Return the kinds of accreditation that it names."""
        return frozenset((*_kinds(self.register), *_kinds(self.use)))

    def may_be_lent(self) -> bool:
        """Tell whether a colleague's accreditation, lent by a mandate, has a part in using it."""
        return _asks_mandate(self.use)


@lru_cache(maxsize=_KEPT_REQUIREMENTS)
def parse(text: str) -> Requirement:
    """Return the requirement that a JSON text says; raise `InvalidRequirement` if it is not one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequirement(problem="not JSON") from error
    members = _members(found, {"register", "use", "eid", "min_acr", "terms"})
    register = _need(members.get("register"), _DEEPEST)
    if _asks_mandate(register):
        raise InvalidRequirement(problem="a mandate cannot be what a registration begins with")
    eid = members.get("eid", False)
    terms = members.get("terms")
    if not isinstance(eid, bool) or not (terms is None or isinstance(terms, str)):
        raise InvalidRequirement(problem="eid is true or false, terms a version")
    usage_min_acr, role_min_acr = _levels(members.get("min_acr"))
    return Requirement(
        register=register,
        use=_need(members.get("use"), _DEEPEST),
        eid=eid,
        usage_min_acr=usage_min_acr,
        role_min_acr=role_min_acr,
        terms=terms,
    )


def to_text(requirement: Requirement) -> str:
    """Return the JSON text of a requirement; `parse` reads it back to the same value."""
    levels = {role: level.value for role, level in requirement.role_min_acr}
    return json.dumps(
        {
            "register": _as_json(requirement.register),
            "use": _as_json(requirement.use),
            "eid": requirement.eid,
            "min_acr": {"usage": requirement.usage_min_acr, "roles": levels},
            "terms": requirement.terms,
        },
        sort_keys=True,
    )


def _need(value: object, depth: int) -> Need:
    if value is None:
        return NOTHING
    if depth == 0:
        raise InvalidRequirement(problem="nested too deeply")
    members = _members(value, {"all", "any", "accreditation", "list", "column", "mandate"})
    match sorted(members):
        case ["all"]:
            return AllOf(_parts(members["all"], depth))
        case ["any"]:
            return _any_of(_parts(members["any"], depth))
        case ["mandate"] if members["mandate"] is True:
            return MandateNeeded()
        case ["accreditation", *_] if "mandate" not in members:
            return _accreditation(members)
        case _:
            raise InvalidRequirement(problem="neither all, any, accreditation nor mandate")


def _any_of(parts: tuple[Need, ...]) -> AnyOf:
    if not parts:
        raise InvalidRequirement(problem="any of nothing can never hold")
    return AnyOf(parts)


def _accreditation(members: Mapping[str, object]) -> AccreditationNeeded:
    kind = _word(members["accreditation"])
    return AccreditationNeeded(kind, _words(members, "list"), _words(members, "column"))


def _parts(value: object, depth: int) -> tuple[Need, ...]:
    if not isinstance(value, list) or any(part is None for part in value):
        raise InvalidRequirement(problem="all and any take a list of needs")
    return tuple(_need(part, depth - 1) for part in value)


def _words(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    if name not in members:
        return ()
    words = members[name]
    if not isinstance(words, list) or not words:
        raise InvalidRequirement(problem=f"{name} takes a list of words")
    return tuple(_word(word) for word in words)


def _word(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidRequirement(problem="a word is expected")
    return value


def _members(value: object, known: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidRequirement(problem="an object is expected")
    if unknown := set(value) - known:
        raise InvalidRequirement(problem="unknown members", members=tuple(sorted(unknown)))
    return value


def _levels(value: object) -> tuple[Acr | None, tuple[tuple[str, Acr], ...]]:
    if value is None:
        return None, ()
    members = _members(value, {"usage", "roles"})
    usage = members.get("usage")
    roles = members.get("roles", {})
    if not isinstance(roles, dict):
        raise InvalidRequirement(problem="roles map a role to a level")
    by_role = tuple((_word(role), _level(level)) for role, level in sorted(roles.items()))
    return (None if usage is None else _level(usage)), by_role


def _level(value: object) -> Acr:
    found = next((level for level in Acr if level == value), None)
    if found is None:
        raise InvalidRequirement(problem="unknown level of sign-in")
    return found


def _leaves(need: Need) -> Iterator[Need]:
    if isinstance(need, AllOf | AnyOf):
        for part in need.parts:
            yield from _leaves(part)
    else:
        yield need


def _asks_mandate(need: Need) -> bool:
    return any(isinstance(leaf, MandateNeeded) for leaf in _leaves(need))


def _kinds(need: Need) -> Iterator[str]:
    return (leaf.kind for leaf in _leaves(need) if isinstance(leaf, AccreditationNeeded))


def _as_json(need: Need) -> dict[str, object]:
    match need:
        case AllOf(parts):
            return {"all": [_as_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_as_json(part) for part in parts]}
        case MandateNeeded():
            return {"mandate": True}
        case AccreditationNeeded(kind, lists, columns):
            words = {"list": list(lists), "column": list(columns)}
            return {"accreditation": kind} | {name: found for name, found in words.items() if found}
