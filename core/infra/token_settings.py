"""What the operator says about the token that holds signing keys: a file without the PIN, and the PIN."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.infra.secret import Secret
from core.infra.setting_reader import Reader

_DEFAULT_SESSIONS = 4
_MOST_SESSIONS = 64
# Those of `core.proof.keys`, which stands above this package.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_MEMBERS = frozenset({"module", "token", "sessions", "in_files"})


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a PKCS#11 token is: its module, its label, and how many sessions each process opens at most.

    Keys for the algorithms of `in_files` stay in files all the same: the operator's word that the
    token cannot do them.
    """

    module: str
    label: str
    sessions: int
    in_files: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """A token that holds signing keys, and what opens it."""

    place: TokenPlace
    pin: Secret = field(repr=False)


def read_token(reader: Reader) -> TokenSettings | None:
    """Read the settings of the token; None where signing keys lie in files."""
    place = reader.read_optional(
        "IMMO_SIGNING_TOKEN",
        "file that names the PKCS#11 token of the signing keys; empty: keys in files",
        token_place,
    )
    pin = reader.read_optional("IMMO_SIGNING_TOKEN_PIN", "what opens that token", Secret, secret=True)
    if (place is None) != (pin is None):
        reader.refuse("IMMO_SIGNING_TOKEN_PIN", "goes together with IMMO_SIGNING_TOKEN")
    return None if place is None or pin is None else TokenSettings(place, pin)


def token_place(value: str) -> TokenPlace:
    """Accept the path of a TOML file with `module` and `token`, and `sessions` and `in_files` if wanted."""
    try:
        content = tomllib.loads(Path(value).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"must name a TOML file that can be read ({type(error).__name__})") from None
    # A PIN in the file would be copied with it: refused like any other member that means nothing.
    strangers = sorted(set(content) - _MEMBERS)
    if strangers:
        raise ValueError(f"the file may hold {', '.join(sorted(_MEMBERS))} alone")
    return TokenPlace(
        module=_text(content, "module"),
        label=_text(content, "token"),
        sessions=_sessions(content),
        in_files=_in_files(content),
    )


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"the file must hold {name} as text")
    return value


def _sessions(content: Mapping[str, Any]) -> int:
    value = content.get("sessions", _DEFAULT_SESSIONS)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_SESSIONS:
        raise ValueError(f"sessions must be a number from 1 to {_MOST_SESSIONS}")
    return value


def _in_files(content: Mapping[str, Any]) -> frozenset[str]:
    value = content.get("in_files", [])
    if not isinstance(value, list) or not all(entry in _ALGORITHMS for entry in value):
        raise ValueError("in_files must be a list of RS256, PS256, ES256 and EdDSA")
    return frozenset(value)
