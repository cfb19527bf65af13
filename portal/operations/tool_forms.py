"""The forms of the catalogue: a tool's texts, a role, a usage, a version of its terms."""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from flask_babel import gettext as _

from core.infra.forms import NOT_OFFERED, Reading
from core.infra.localised import Localised
from core.infra.messages import N_
from core.people.rules import require_email
from core.tools.description import Description, RoleText, TermsText, UsageText
from portal.operations.asking import Field

LANGUAGES = {"nl": N_("Dutch"), "fr": N_("French"), "en": N_("English")}
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")
_ENTITLEMENT = re.compile(r"[!#-\[\]-~]{1,100}")
_GIVE = N_("Fill this in, in each of the three languages.")
_GIVE_PUBLISHER = N_("Fill in who publishes the tool.")
_NO_CODE = N_("A code begins with a letter and holds small letters, digits and dashes: 64 at most.")
_NO_VERSION = N_("A version holds letters, digits, dots and dashes: 40 at most.")
_NO_URL = N_("This must be a whole address that begins with https://.")
_NO_MAIL = N_("This must be an e-mail address.")
_NO_ENTITLEMENT = N_("Each line holds one permission without spaces, of 100 characters at most; 50 lines at most.")
_MOST_ENTITLEMENTS = 50


def tool_fields(kinds: Mapping[str, str], *, is_new: bool) -> tuple[Field, ...]:
    """Return the fields of a tool's texts; `kinds` are names by code."""
    code = Field("code", _("Code"), required=True, longest=64, hint=_("It stays for ever: in addresses and tokens."))
    return (
        *((code,) if is_new else ()),
        *_localised("name", _("Name"), 100),
        *_localised("description", _("What it does"), 2_000, kind="area"),
        *_localised("purpose", _("Why it needs the data"), 2_000, kind="area"),
        Field("publisher", _("Publisher"), required=True),
        Field("support_address", _("E-mail address for support"), required=True, longest=254),
        Field("home_url", _("Address of the tool"), longest=500, hint=_("It begins with https://.")),
        Field("logo_url", _("Address of the logo"), longest=500, hint=_("It begins with https://.")),
        Field("kinds-heading", _("Accreditations of which its tokens may speak"), "heading"),
        *(Field(f"kind-{code}", f"{name} ({code})", "tick") for code, name in kinds.items()),
    )


def tool_filled_in(described: Description) -> dict[str, str]:
    """Return the form of a tool's texts."""
    return {
        **_shown("name", described.name),
        **_shown("description", described.description),
        **_shown("purpose", described.purpose),
        "publisher": described.publisher,
        "support_address": described.support_address,
        "home_url": described.home_url or "",
        "logo_url": described.logo_url or "",
        **{f"kind-{code}": "yes" for code in described.accreditation_kinds},
    }


def read_tool(reading: Reading, kinds: Mapping[str, str]) -> Description:
    """Read a tool's texts; roles, usages and terms are none."""
    return Description(
        name=_read_localised(reading, "name", 100),
        description=_read_localised(reading, "description", 2_000),
        purpose=_read_localised(reading, "purpose", 2_000),
        publisher=reading.text("publisher", longest=200, required=_GIVE_PUBLISHER) or "",
        support_address=_mail(reading, "support_address"),
        home_url=_url(reading, "home_url"),
        logo_url=_url(reading, "logo_url"),
        accreditation_kinds=tuple(code for code in kinds if reading.tick(f"kind-{code}")),
    )


def with_texts(texts: Description, before: Description) -> Description:
    """Return texts that were typed with the roles, usages and terms that there are."""
    return replace(texts, roles=before.roles, usages=before.usages, terms=before.terms)


def role_fields(*, is_new: bool) -> tuple[Field, ...]:
    """Return the fields of a role."""
    hint = _("One per line: the tool receives them in its tokens.")
    return (
        *((Field("code", _("Code"), required=True, longest=64),) if is_new else ()),
        *_localised("name", _("Name"), 100),
        Field("entitlements", _("Permissions"), "area", hint=hint, longest=6_000),
    )


def read_role(reading: Reading, code: str | None) -> RoleText:
    """Read a role; its code too where it is new."""
    known = code or read_code(reading)
    entitlements = reading.lines("entitlements")
    if len(entitlements) > _MOST_ENTITLEMENTS or not all(_ENTITLEMENT.fullmatch(line) for line in entitlements):
        reading.refuse("entitlements", _NO_ENTITLEMENT)
    return RoleText(known, _read_localised(reading, "name", 100), entitlements)


def role_filled_in(role: RoleText) -> dict[str, str]:
    """Return the form of a role."""
    return {**_shown("name", role.name), "entitlements": "\n".join(role.entitlements)}


def usage_fields(roles: tuple[RoleText, ...], language: str, *, is_new: bool) -> tuple[Field, ...]:
    """Return the fields of a usage."""
    options = (("", _("Choose")), *((role.code, f"{role.name.text(language)} ({role.code})") for role in roles))
    return (
        *((Field("code", _("Code"), required=True, longest=64),) if is_new else ()),
        *_localised("name", _("Name"), 100),
        Field("default_role", _("Role of whoever registers it"), "select", options, required=True),
    )


def read_usage(reading: Reading, code: str | None, roles: tuple[RoleText, ...]) -> UsageText:
    """Read a usage; its code too where it is new."""
    known, name = code or read_code(reading), _read_localised(reading, "name", 100)
    role = reading.text("default_role", longest=64, required=NOT_OFFERED)
    if role is not None and role not in {one.code for one in roles}:
        reading.refuse("default_role", NOT_OFFERED)
    return UsageText(known, name, role or "")


def usage_filled_in(usage: UsageText) -> dict[str, str]:
    """Return the form of a usage."""
    return {**_shown("name", usage.name), "default_role": usage.default_role}


def terms_fields(*, is_new: bool) -> tuple[Field, ...]:
    """Return the fields of a version of the terms."""
    return (
        *((Field("version_name", _("Version"), required=True, longest=40),) if is_new else ()),
        Field("url", _("Where it can be read"), required=True, longest=500, hint=_("It begins with https://.")),
    )


def read_terms(reading: Reading, version: str | None) -> TermsText:
    """Read a version of the terms; its name too where it is new."""
    known = version or reading.text("version_name", longest=40, required=_NO_VERSION) or ""
    if known and not _VERSION.fullmatch(known):
        reading.refuse("version_name", _NO_VERSION)
    return TermsText(known, _url(reading, "url", required=_NO_URL) or "")


def read_code(reading: Reading) -> str:
    """Read the code of something new."""
    code = reading.text("code", longest=64, required=_NO_CODE) or ""
    if code and not _CODE.fullmatch(code):
        reading.refuse("code", _NO_CODE)
    return code


def _localised(name: str, label: str, longest: int, kind: str = "text") -> tuple[Field, ...]:
    return tuple(
        Field(f"{name}_{language}", f"{label} ({_(said)})", kind, required=True, longest=longest)
        for language, said in LANGUAGES.items()
    )


def _read_localised(reading: Reading, name: str, longest: int) -> Localised:
    found = [reading.text(f"{name}_{language}", longest=longest, required=_GIVE) or "" for language in LANGUAGES]
    return Localised(*found)


def _shown(name: str, text: Localised) -> dict[str, str]:
    return {f"{name}_{language}": text.text(language) for language in LANGUAGES}


def _url(reading: Reading, name: str, *, required: str | None = None) -> str | None:
    typed = reading.text(name, longest=500, required=required)
    if typed is None:
        return None
    try:
        parts = urlsplit(typed)
        is_good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or " " in typed or not typed.isascii():
        reading.refuse(name, _NO_URL)
    return typed


def _mail(reading: Reading, name: str) -> str:
    return reading.checked(name, lambda typed: require_email(typed.strip()), wrong=_NO_MAIL, required=_NO_MAIL) or ""
