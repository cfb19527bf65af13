"""What our interfaces take and give as JSON: members that are read strictly, and described in JSON Schema.

One description serves the reader and the documentation, so that they cannot say different things. A
member that is not described is refused, not ignored: whoever misspells one is told.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import orjson

from core.infra.errors import ImmoError

LONGEST_TEXT = 200
_MOST_VALUES = 50
_LARGEST_INTEGER = 2**31 - 1


class Kind(Enum):
    """What a member holds."""

    TEXT = "string"
    INTEGER = "integer"
    FLAG = "boolean"
    TEXTS = "array of strings"
    OBJECT = "object"
    OBJECTS = "array of objects"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with what was sent: where (a JSON Pointer, RFC 6901) and what, as a code."""

    pointer: str
    code: str


class InvalidInput(ImmoError):
    """What was sent is not what the interface takes; `wrong` lists everything."""

    code = "invalid-input"

    def __init__(self, *wrong: Wrong) -> None:
        self.wrong = wrong
        super().__init__(None, wrong=" ".join(f"{found.pointer} {found.code}" for found in wrong))


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. `choices` and `pattern` are of texts, `least` and `most` of integers.

    `members` describe an object, or each object of an array; without them it may hold anything.
    `example` is for the documentation.
    """

    name: str
    kind: Kind = Kind.TEXT
    meaning: str = ""
    is_required: bool = True
    is_nullable: bool = False
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    longest: int = LONGEST_TEXT
    least: int = 0
    most: int = _LARGEST_INTEGER
    members: "tuple[Member, ...]" = ()
    example: Any = None

    def schema(self) -> dict[str, Any]:
        """Return the member as JSON Schema (draft 2020-12)."""
        found = self._schema()
        if self.is_nullable:
            found["type"] = [found["type"], "null"]
        if self.example is not None:
            found["examples"] = [self.example]
        return {**found, "description": self.meaning} if self.meaning else found

    def _schema(self) -> dict[str, Any]:
        match self.kind:
            case Kind.TEXT if self.choices and not self.is_nullable:
                return {"type": "string", "enum": list(self.choices)}
            case Kind.TEXT:
                pattern = {} if self.pattern is None else {"pattern": f"^(?:{self.pattern})$"}
                return {"type": "string", "maxLength": self.longest, **pattern}
            case Kind.INTEGER:
                return {"type": "integer", "minimum": self.least, "maximum": self.most}
            case Kind.FLAG:
                return {"type": "boolean"}
            case Kind.TEXTS:
                items = {"type": "string", "maxLength": self.longest}
                return {"type": "array", "maxItems": _MOST_VALUES, "items": items}
            case Kind.OBJECT:
                return schema(self.members) if self.members else {"type": "object"}
            case Kind.OBJECTS:
                return {"type": "array", "items": schema(self.members) if self.members else {"type": "object"}}

    def wrong_with(self, value: object) -> str | None:
        """Return a code for what is wrong with a value, None for nothing."""
        match self.kind, value:
            case Kind.TEXT, str():
                return self._wrong_text(value)
            case Kind.INTEGER, int() if not isinstance(value, bool):
                return None if self.least <= value <= self.most else "out-of-range"
            case Kind.FLAG, bool():
                return None
            case Kind.TEXTS, list() if all(isinstance(entry, str) for entry in value):
                is_long = len(value) > _MOST_VALUES or any(len(entry) > self.longest for entry in value)
                return "too-long" if is_long else None
            case Kind.OBJECT, dict():
                return None
            case _:
                return None if value is None and self.is_nullable else "wrong-type"

    def _wrong_text(self, value: str) -> str | None:
        if len(value) > self.longest:
            return "too-long"
        if not value.isprintable():
            return "unprintable"
        is_one = not self.choices or value in self.choices
        fits = self.pattern is None or re.fullmatch(self.pattern, value) is not None
        return None if is_one and fits else "not-accepted"


@dataclass(frozen=True, slots=True)
class Input:
    """An object as it was described; a member that may be left out and was is None."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text that is required."""
        value = self.values[name]
        assert isinstance(value, str)
        return value

    def optional(self, name: str) -> str | None:
        """Return a text that may be absent."""
        value = self.values.get(name)
        assert value is None or isinstance(value, str)
        return value

    def integer(self, name: str) -> int:
        """Return an integer that is required."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """Tell whether a flag was sent as true."""
        return self.values.get(name) is True

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is absent."""
        return tuple(self.values.get(name) or ())

    def has(self, name: str) -> bool:
        """Tell whether a member was sent."""
        return name in self.values


def schema(members: Iterable[Member]) -> dict[str, Any]:
    """Return an object of these members, and of no others, as JSON Schema."""
    known = tuple(members)
    return {
        "type": "object",
        "properties": {member.name: member.schema() for member in known},
        "required": [member.name for member in known if member.is_required],
        "additionalProperties": False,
    }


def read_json(body: bytes, members: tuple[Member, ...]) -> Input:
    """Return the object of a request's body; raise `InvalidInput` with everything that is wrong."""
    try:
        found = orjson.loads(body or b"{}")
    except ValueError:
        raise InvalidInput(Wrong("", "not-json")) from None
    if not isinstance(found, dict):
        raise InvalidInput(Wrong("", "wrong-type"))
    return _judged(found, members)


def read_query(sent: Mapping[str, str], members: tuple[Member, ...]) -> Input:
    """Return the parameters of a URL, integers and flags among them; raise `InvalidInput` likewise."""
    kinds = {member.name: member.kind for member in members}
    return _judged({name: _of_text(value, kinds.get(name)) for name, value in sent.items()}, members)


def _judged(sent: Mapping[str, Any], members: tuple[Member, ...]) -> Input:
    known = {member.name: member for member in members}
    wrong = [Wrong(_pointer(name), "unknown") for name in sent if name not in known]
    found = {name: _whole(value, known[name].kind) for name, value in sent.items() if name in known}
    for name, member in known.items():
        if name not in found:
            if member.is_required:
                wrong.append(Wrong(_pointer(name), "missing"))
        elif (code := member.wrong_with(found[name])) is not None:
            wrong.append(Wrong(_pointer(name), code))
    if wrong:
        raise InvalidInput(*wrong)
    return Input(found)


def _whole(value: object, kind: Kind) -> object:
    """Return 250.0 as 250 where an integer is wanted: to JSON Schema they are one number."""
    is_whole = kind is Kind.INTEGER and isinstance(value, float) and value.is_integer()
    return int(cast(float, value)) if is_whole else value


def _of_text(value: str, kind: Kind | None) -> object:
    match kind:
        case Kind.INTEGER if value.isascii() and value.isdecimal() and len(value) < 10:
            return int(value)
        case Kind.FLAG if value in {"true", "false"}:
            return value == "true"
        case _:
            return value


def _pointer(name: str) -> str:
    # What was sent may be anything: as a name it is shortened, and never lets a control character through.
    shown = "".join(character for character in name[:LONGEST_TEXT] if character.isprintable())
    return "/" + shown.replace("~", "~0").replace("/", "~1")
