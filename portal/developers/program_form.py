"""The form of a program: what its developer types, as RFC 7591 metadata. Knows no framework."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.infra.forms import Form, Reading
from core.infra.messages import N_

_NAME_LONGEST, _URL_LONGEST, _MOST_URLS = 100, 500, 10
_TOO_MANY = N_("Ten addresses are enough. Remove some.")
_NOT_AN_ADDRESS = N_(
    "Each line is one whole address that begins with https:// (or http://localhost while you develop)."
)


class ProgramKind(StrEnum):
    """Where a program runs, and so whether it can keep a secret (RFC 6749 section 2.1)."""

    SERVER = "server"
    BROWSER = "browser"
    NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Program:
    """What a developer says about a program."""

    name: str
    kind: ProgramKind
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    jwks_uri: str | None = None

    def metadata(self) -> dict[str, Any]:
        """Return it as RFC 7591 section 2 names it; what is empty is left out."""
        by_key = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": self.jwks_uri}
        proof = by_key if self.jwks_uri else {"token_endpoint_auth_method": "client_secret_basic"}
        members: dict[str, Any] = {
            "client_name": self.name,
            "application_type": "native" if self.kind is ProgramKind.NATIVE else "web",
            "redirect_uris": list(self.redirect_uris),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "post_logout_redirect_uris": list(self.post_logout_redirect_uris),
            "backchannel_logout_uri": self.backchannel_logout_uri,
            **(proof if self.kind is ProgramKind.SERVER else {"token_endpoint_auth_method": "none"}),
        }
        return {name: value for name, value in members.items() if value}


def read(sent: Mapping[str, str]) -> Form[Program]:
    """Read what was typed; what else is wrong with it the provider says."""
    reading = Reading(sent)
    name = reading.text("program-name", longest=_NAME_LONGEST, required=N_("Enter the name that people will see."))
    kind = reading.choice("program-kind", ProgramKind, required=N_("Choose where the program runs."))
    redirects = _addresses(reading, "redirect-uris", required=N_("Enter at least one address."))
    after = _addresses(reading, "post-logout-uris")
    logout = reading.text("backchannel-uri", longest=_URL_LONGEST)
    keys = reading.text("jwks-uri", longest=_URL_LONGEST)
    return reading.form(lambda: Program(name or "", kind or ProgramKind.SERVER, redirects, after, logout, keys))


def typed_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the form of a program that is registered."""
    is_native = metadata.get("application_type") == "native"
    is_public = metadata.get("token_endpoint_auth_method") == "none"
    kind = ProgramKind.NATIVE if is_native else ProgramKind.BROWSER if is_public else ProgramKind.SERVER
    return {
        "program-name": str(metadata.get("client_name", "")),
        "program-kind": kind.value,
        "redirect-uris": "\n".join(metadata.get("redirect_uris", ())),
        "post-logout-uris": "\n".join(metadata.get("post_logout_redirect_uris", ())),
        "backchannel-uri": str(metadata.get("backchannel_logout_uri") or ""),
        "jwks-uri": str(metadata.get("jwks_uri") or ""),
    }


def _addresses(reading: Reading, name: str, *, required: str | None = None) -> tuple[str, ...]:
    found = reading.lines(name, required=required)
    if len(found) > _MOST_URLS:
        reading.refuse(name, _TOO_MANY)
    elif not all(_is_address(line) for line in found):
        reading.refuse(name, _NOT_AN_ADDRESS)
    return found


def _is_address(line: str) -> bool:
    # A scheme of its own is allowed too: for programs on a telephone or computer.
    return len(line) <= _URL_LONGEST and line.isprintable() and " " not in line and ":" in line
