"""The parameters of a request, read from raw bytes and judged one by one. Pure.

Frameworks keep the first of repeated parameters and replace what is not UTF-8; both would hide
from us what other readers of the same request see (RFC 6749 section 3.1). So we read ourselves.
A parameter that we do not know is ignored, whatever it holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

import orjson

from idp.oidc.errors import InvalidRequest

MAXIMUM_BYTES = 64 * 1024
_MAXIMUM_LENGTH = 2_048
_LONGER = {
    "access_token": 16_384, "claims": 8_192, "client_assertion": 8_192, "id_token_hint": 8_192,
    "request": 32_768, "state": 4_096, "subject_token": 16_384, "token": 16_384,
}  # fmt: skip
_REPEATABLE = frozenset({"resource"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

AUTHORIZATION = frozenset(
    {
        "acr_values", "claims", "client_id", "code_challenge", "code_challenge_method",
        "dpop_jkt", "id_token_hint", "login_hint", "max_age", "nonce", "organization", "prompt",
        "redirect_uri", "registration", "request", "request_uri", "resource", "response_mode",
        "response_type", "scope", "state", "ui_locales", "usage",
    }
)  # fmt: skip
END_SESSION = frozenset(
    {"client_id", "id_token_hint", "logout_hint", "post_logout_redirect_uri", "state", "ui_locales"}
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent: values by name, and by name what is wrong with those that have no value.

    `faults` holds a description for the tool's developer; a name is in `values` or in `faults`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """Return the value of a faultless parameter, or None where it was not sent."""
        return self.values.get(name)

    def require_faultless(self) -> None:
        """Raise `InvalidRequest` naming the first parameter that cannot be used."""
        for name in sorted(self.faults):
            raise InvalidRequest(f"The parameter {name} {self.faults[name]}.")


def read(raw: bytes, known: frozenset[str]) -> Parameters:
    """Read form-urlencoded bytes; keep the known parameters, judged. Never raises.

    One without a value counts as not sent (RFC 6749 section 3.1).
    """
    if len(raw) > MAXIMUM_BYTES:
        return Parameters(faults=dict.fromkeys(known, "came in a request that is too large"))
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    resources: list[str] = []
    for pair in raw.split(b"&"):
        encoded_name, _, encoded_value = pair.partition(b"=")
        name = decoded(encoded_name) if encoded_value else None
        if name is None or name not in known:
            continue
        value = decoded(encoded_value)
        fault = "is repeated" if name in values and name not in _REPEATABLE else _fault(name, value)
        if fault is not None:
            faults.setdefault(name, fault)
        elif value is not None:
            values[name] = value
            if name in _REPEATABLE:
                resources.append(value)
    return _faultless(values, faults, resources)


def of_members(members: Mapping[str, object], known: frozenset[str]) -> Parameters:
    """Return the known parameters among the members of a request object, judged alike. Never raises.

    OpenID Connect Core section 6.1: there `max_age` is a number and `claims` an object.
    """
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    resources: list[str] = []
    for name in known & members.keys():
        found = members[name]
        several = found if name in _REPEATABLE and isinstance(found, list) else [found]
        for entry in several:
            value = _text(name, entry)
            fault = "is not of the right type" if value is None else _fault(name, value)
            if fault is not None:
                faults[name] = fault
            elif value:
                values[name] = value
                if name in _REPEATABLE:
                    resources.append(value)
    return _faultless(values, faults, resources)


def _faultless(values: dict[str, str], faults: dict[str, str], resources: list[str]) -> Parameters:
    if faults:
        values = {name: value for name, value in values.items() if name not in faults}
    return Parameters(values, faults, tuple(resources))


def _text(name: str, member: object) -> str | None:
    """Return a member as the parameter that would say the same, None where there is none."""
    if name == "max_age" and isinstance(member, int) and not isinstance(member, bool):
        return str(member)
    if name == "claims" and isinstance(member, dict):
        try:
            return orjson.dumps(member).decode()
        except orjson.JSONEncodeError:
            # It can be read deeper than it can be written.
            return None
    return member if isinstance(member, str) else None


def decoded(part: bytes) -> str | None:
    """Return what a form-urlencoded part says, None where that is not UTF-8."""
    # Most parts hold nothing that was escaped.
    if b"%" in part or b"+" in part:
        part = unquote_to_bytes(part.replace(b"+", b" "))
    try:
        return part.decode()
    except UnicodeDecodeError:
        return None


def _fault(name: str, value: str | None) -> str | None:
    if value is None:
        return "is not valid UTF-8"
    if len(value) > _MAXIMUM_LENGTH and len(value) > _LONGER.get(name, 0):
        return "is too long"
    # A form post would change line ends, and no text column takes a zero: refused before both.
    if _CONTROL.search(value) is not None:
        return "contains control characters"
    return None
