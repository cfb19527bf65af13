"""A large JSON object, read member by member and its one long array element by element."""

import json
from collections.abc import Callable, Iterator

_PIECE = 64 * 1024
# No element, and no member but the array, may be longer than this.
_LONGEST_VALUE = 64 * 1024
_SPACE = " \t\r\n"
_AFTER_VALUES = frozenset(f",:]}}{_SPACE}")


class MalformedJson(ValueError):
    """The text is no JSON, or not of the expected shape."""


class JsonStream:
    """Reads `{…, "name": [element, …], …}` front to back, holding one piece at a time.

    Call `members_before`, then `elements`, then `rest`. Each raises `MalformedJson`.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        """`read` returns up to so many characters, none at the end."""
        self._read = read
        self._decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
        self._buffer = ""
        self._position = 0
        self._is_finished = False

    def members_before(self, name: str) -> Iterator[tuple[str, object]]:
        """Yield the members that stand before the array of this name, whose first element is next."""
        self._expect("{")
        seen = set()
        while True:
            found = self._value()
            if not isinstance(found, str) or found in seen:
                raise MalformedJson(f"the object must have {name}, and each member once")
            seen.add(found)
            self._expect(":")
            if found == name:
                self._expect("[")
                return
            yield found, self._value()
            self._expect(",")

    def elements(self) -> Iterator[object]:
        """Yield the elements of the array."""
        if self._next() == "]":
            self._expect("]")
            return
        while True:
            yield self._value()
            if self._next() == "]":
                self._expect("]")
                return
            self._expect(",")

    def rest(self) -> dict[str, object]:
        """Return the members after the array; nothing may follow the object."""
        members: dict[str, object] = {}
        while self._next() == ",":
            self._expect(",")
            name = self._value()
            if not isinstance(name, str) or name in members:
                raise MalformedJson("the object must have each member once")
            self._expect(":")
            members[name] = self._value()
        self._expect("}")
        if self._next():
            raise MalformedJson("something follows the object")
        return members

    def _next(self) -> str:
        """Return the next character that is no space, without passing it; empty at the end."""
        while True:
            while self._position < len(self._buffer):
                character = self._buffer[self._position]
                if character not in _SPACE:
                    return character
                self._position += 1
            if not self._fill():
                return ""

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise MalformedJson(f"{character} was expected: was the file cut off?")
        self._position += 1

    def _value(self) -> object:
        if not self._next():
            raise MalformedJson("a value was expected: was the file cut off?")
        while True:
            value: object = None
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._position)
            except json.JSONDecodeError:
                end = len(self._buffer)
            except MalformedJson:
                raise
            except (RecursionError, ValueError):
                raise MalformedJson("a value is nested too deeply, or a number is too long") from None
            # A number may go on in the next piece, also where this one ends within its fraction.
            if self._buffer[end : end + 1] in _AFTER_VALUES:
                self._position = end
                return value
            if len(self._buffer) - self._position > _LONGEST_VALUE or not self._fill():
                raise MalformedJson("this is no JSON, or a value is too long")

    def _fill(self) -> bool:
        if self._is_finished:
            return False
        piece = self._read(_PIECE)
        self._is_finished = not piece
        self._buffer = self._buffer[self._position :] + piece
        self._position = 0
        return not self._is_finished


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedJson("a member stands twice in an object")
    return members


def _refuse(_constant: str) -> object:
    raise MalformedJson("NaN and Infinity are no JSON")
