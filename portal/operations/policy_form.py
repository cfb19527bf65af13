"""The form of a client's policy: its fields, and what was typed as the policy that the provider takes."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.people.assurance import Acr
from portal.operations.asking import Field

PROFILES: Mapping[str, str] = {
    "oidc": N_("OpenID Connect"),
    "fapi2-security": N_("FAPI 2.0 Security Profile"),
    "fapi2-message-signing": N_("FAPI 2.0 Message Signing"),
}
LEVELS: Mapping[str, str] = {
    Acr.PASSWORD.value: N_("Password"),
    Acr.MFA.value: N_("Password and a second factor"),
    Acr.SUBSTANTIAL.value: N_("Substantial"),
    Acr.HIGH.value: N_("High: identity card"),
}
_LINES = {
    "scope": (N_("Scopes it may ask for"), N_("One per line.")),
    "resources": (N_("Resources it may have access tokens for"), N_("One address per line.")),
    "passes_on_to": (
        N_("Resources to which it passes tokens on"),
        N_("One address per line; only with token exchange (RFC 8693)."),
    ),
    "entitlements": (N_("Permissions of its own"), N_("One per line.")),
}
_TICKS = {
    "token_exchange": (N_("Token exchange"), N_("May switch the organisation of a token, or pass one on (RFC 8693).")),
    "introspection": (N_("Introspection"), N_("May ask about tokens whose audience it is (RFC 7662).")),
    "session_refresh": (N_("Refresh tokens bound to the session"), N_("Without the scope offline_access.")),
    "skip_single_context": (
        N_("No choice where there is one"),
        N_("Does not ask where exactly one organisation fits."),
    ),
    "require_pkce": (N_("PKCE demanded"), N_("In each request (RFC 7636).")),
}
_WRONG_LINE = N_("Each line holds one word or address, of 255 characters at most, and there are 50 lines at most.")
_MOST_LINES, _LONGEST = 50, 255


def fields() -> tuple[Field, ...]:
    """Return the fields, in the language of the page."""
    return (
        Field("profile", _("Profile"), "select", tuple((code, _(name)) for code, name in PROFILES.items())),
        Field("require_acr", _("Lowest level of sign-in"), "select", (("", _("Any")), *levels())),
        *(Field(name, _(label), "area", hint=_(hint), longest=10_000) for name, (label, hint) in _LINES.items()),
        *(Field(name, _(label), "tick", hint=_(hint)) for name, (label, hint) in _TICKS.items()),
    )


def levels() -> tuple[tuple[str, str], ...]:
    """Return the levels of sign-in for a choice, weakest first."""
    return tuple((code, _(name)) for code, name in LEVELS.items())


def filled_in(policy: Mapping[str, Any]) -> dict[str, str]:
    """Return the form of a policy."""
    return {
        "profile": str(policy.get("profile", "oidc")),
        "require_acr": str(policy.get("require_acr") or ""),
        **{name: "\n".join(policy.get(name, ())) for name in _LINES},
        **{name: "yes" if policy.get(name) else "" for name in _TICKS},
    }


def read(reading: Reading, before: Mapping[str, Any]) -> dict[str, Any]:
    """Read a policy; what the form does not show stays as it was before."""
    return {
        **before,
        "profile": _one_of(reading, "profile", PROFILES) or "oidc",
        "require_acr": _one_of(reading, "require_acr", LEVELS),
        **{name: _lines(reading, name) for name in _LINES},
        **{name: reading.tick(name) for name in _TICKS},
    }


def in_words(policy: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what a policy says, for a page."""
    profile, level = str(policy.get("profile", "oidc")), str(policy.get("require_acr") or "")
    yes, no = _("yes"), _("no")
    return (
        (_("Profile"), _(PROFILES[profile]) if profile in PROFILES else profile),
        (_("Lowest level of sign-in"), _(LEVELS[level]) if level in LEVELS else level or _("Any")),
        *((_(label), ", ".join(policy.get(name, ())) or "-") for name, (label, _hint) in _LINES.items()),
        *((_(label), yes if policy.get(name) else no) for name, (label, _hint) in _TICKS.items()),
        (_("Our own: asks no consent"), yes if policy.get("first_party") else no),
    )


def _one_of(reading: Reading, name: str, offered: Mapping[str, str]) -> str | None:
    chosen = reading.text(name, longest=100)
    if chosen is not None and chosen not in offered:
        reading.refuse(name, NOT_OFFERED)
    return chosen


def _lines(reading: Reading, name: str) -> list[str]:
    found = reading.lines(name)
    if len(found) > _MOST_LINES or not all(
        len(line) <= _LONGEST and line.isprintable() and " " not in line for line in found
    ):
        reading.refuse(name, _WRONG_LINE)
    return list(found)
