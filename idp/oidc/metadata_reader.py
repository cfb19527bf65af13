"""Reads the members of client metadata in the types that they must have. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from idp.oidc.errors import InvalidClientMetadata

_LONGEST_TEXT = 2_048
_MOST_VALUES = 50
_MOST_KEYS = 20
_MOST_SECONDS = 10 * 365 * 24 * 3_600
_LANGUAGES = frozenset({"nl", "fr", "en", "de"})
# Members of a JWK that belong to its private half, or are a shared secret (RFC 7518 section 6).
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class MetadataReader:
    """Each method reads one member and raises `InvalidClientMetadata` naming it when it is wrong."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def text(self, name: str) -> str | None:
        """Return a string without control characters, or None where it is absent or empty."""
        value = self._members.get(name)
        if value is None or value == "":
            return None
        return _text(name, value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings, each once; none where it is absent."""
        value = self._members.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > _MOST_VALUES:
            raise InvalidClientMetadata(f"The member {name} must be a list of strings.")
        return tuple(dict.fromkeys(_text(name, entry) for entry in value))

    def choices(self, name: str, known: Collection[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of known values, or the default where it is absent."""
        if self._members.get(name) is None:
            return default
        values = self.texts(name)
        if any(value not in known for value in values):
            raise InvalidClientMetadata(f"The member {name} holds a value that is not supported.")
        return values

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """Return a known value, or the default where it is absent."""
        return self.optional_choice(name, known) or default

    def optional_choice(self, name: str, known: Sequence[str]) -> str | None:
        """Return a known value, or None where it is absent."""
        value = self.text(name)
        if value is not None and value not in known:
            raise InvalidClientMetadata(f"The member {name} has a value that is not supported.")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; False where it is absent."""
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            raise InvalidClientMetadata(f"The member {name} must be true or false.")
        return value

    def seconds(self, name: str) -> int | None:
        """Return a whole number of seconds, or None where it is absent."""
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_SECONDS:
            raise InvalidClientMetadata(f"The member {name} must be a number of seconds.")
        return value

    def jwks(self, name: str) -> Mapping[str, Any] | None:
        """Return a JWK set of public keys (RFC 7517 section 5), or None where it is absent."""
        value = self._members.get(name)
        if value is None:
            return None
        keys = value.get("keys") if isinstance(value, dict) else None
        if not isinstance(keys, list) or not 0 < len(keys) <= _MOST_KEYS:
            raise InvalidClientMetadata(f"The member {name} must be a JWK set.")
        for key in keys:
            if not isinstance(key, dict) or _PRIVATE & key.keys():
                raise InvalidClientMetadata(f"The member {name} must hold public keys only.")
        return {"keys": keys}

    def in_languages(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the members that say one of these in a language (RFC 7591 section 2.2)."""
        wanted = {f"{name}#{language}" for name in names for language in _LANGUAGES}
        return tuple(name for name in self._members if name in wanted)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise InvalidClientMetadata(f"The member {name} must be a printable string.")
    return value
