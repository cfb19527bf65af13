"""The form of what a usage needs: lines that a person reads, as a requirement and back.

Each line is one thing that somebody may have. One line is enough, unless it is ticked to be needed
together with the line above it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _

from core.accreditations.words import COLUMNS, LISTS
from core.infra.clock import BRUSSELS
from core.infra.errors import RuleError
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.people.assurance import Acr
from core.tools.alternatives import Leaf, need_of, possibilities
from core.tools.requirements import AccreditationNeeded, MandateNeeded, Need, Requirement
from portal.operations.asking import Field
from portal.operations.policy_form import levels

_MANDATE = "mandate"
_EMPTY_LINES, _MOST_LINES = 2, 24
_SECTIONS = {
    "register": (
        N_("To register it for an organisation"),
        N_("Whoever registers it must have one of these. No line: everybody may."),
    ),
    "use": (
        N_("To use it"),
        N_("Whoever uses it must have one of these. No line: a role is enough."),
    ),
}
_NO_DAY = N_("This is no date. Write it as on a form: 2026-12-31.")
_NO_KIND_TO_JOIN = N_("Choose what is needed together with the line above, or take away the tick.")
_LENT_TO_REGISTER = N_("A tool cannot be registered with what a colleague lends: choose a kind of accreditation.")


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen: kinds by code, roles by code, versions of terms; names in the language of the page."""

    kinds: Mapping[str, str]
    roles: Mapping[str, str]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement and the moment from which it counts, None: at once."""

    requirement: Requirement
    applies_from: datetime | None


class _NoDay(RuleError):
    pass


def fields(offered: Offered, shown: Mapping[str, str], *, more: bool = False) -> tuple[Field, ...]:
    """Return the fields: as many lines as are filled in, and some empty ones."""
    kinds = (("", _("Nothing")), *offered.kinds.items())
    lent = (_MANDATE, _("An accreditation that a colleague lends (mandate)"))
    found: list[Field] = []
    for section, (title, hint) in _SECTIONS.items():
        found.append(Field(f"{section}-heading", _(title), "heading", hint=_(hint)))
        for line in range(1, _lines(shown, section, more=more) + 1):
            options = (*kinds, lent) if section == "use" else kinds
            found += _line(section, line, options)
    found.append(Field("further-heading", _("Besides"), "heading"))
    found.append(Field("eid", _("An identity card must be linked"), "tick"))
    found.append(Field("acr", _("Lowest level of sign-in"), "select", (("", _("Any")), *levels())))
    found += [
        Field(f"acr-{code}", _("Lowest level in the role %(role)s", role=name), "select", (("", _("Any")), *levels()))
        for code, name in offered.roles.items()
    ]
    terms = tuple((version, version) for version in offered.terms)
    found.append(Field("terms", _("Version of the terms"), "select", (("", _("No terms")), *terms)))
    hint = _("At midnight in Brussels. Empty: at once. Managers are told beforehand.")
    found.append(Field("applies_from", _("Counts from"), hint=hint, type="date", longest=10))
    return tuple(found)


def filled_in(requirement: Requirement) -> dict[str, str]:
    """Return the form of a requirement."""
    found = {
        **_section("register", requirement.register),
        **_section("use", requirement.use),
        "eid": "yes" if requirement.eid else "",
        "acr": requirement.usage_min_acr or "",
        "terms": requirement.terms or "",
        "applies_from": "",
    }
    return {**found, **{f"acr-{role}": level.value for role, level in requirement.role_min_acr}}


def read(reading: Reading, offered: Offered, shown: Mapping[str, str], *, now: datetime) -> Wanted:
    """Read a requirement; what is wrong is noted with the reading."""
    register = _read_section(reading, "register", offered, shown)
    use = _read_section(reading, "use", offered, shown)
    roles = tuple(
        (role, level) for role in sorted(offered.roles) if (level := _level(reading, f"acr-{role}")) is not None
    )
    terms = reading.text("terms", longest=40)
    if terms is not None and terms not in offered.terms:
        reading.refuse("terms", NOT_OFFERED)
    requirement = Requirement(register, use, reading.tick("eid"), _level(reading, "acr"), roles, terms)
    day = reading.checked("applies_from", _day, wrong=_NO_DAY)
    moment = None if day is None else datetime.combine(day, time.min, BRUSSELS)
    return Wanted(requirement, moment if moment is not None and moment > now else None)


def _lines(shown: Mapping[str, str], section: str, *, more: bool) -> int:
    used = max((line for line in range(1, _MOST_LINES + 1) if shown.get(f"{section}-{line}-kind")), default=0)
    sent = max((line for line in range(1, _MOST_LINES + 1) if f"{section}-{line}-kind" in shown), default=0)
    return min(_MOST_LINES, max(used + _EMPTY_LINES, sent + (_EMPTY_LINES if more else 0)))


def _line(section: str, line: int, options: tuple[tuple[str, str], ...]) -> list[Field]:
    name = f"{section}-{line}"
    found = [Field(f"{name}-kind", _("Line %(number)s", number=line), "select", options)]
    found += [
        Field(f"{name}-list-{code}", _("only on the %(list)s", list=_(label)), "tick") for code, label in LISTS.items()
    ]
    found += [
        Field(f"{name}-column-{code}", _("only in the %(column)s", column=_(label)), "tick")
        for code, label in COLUMNS.items()
    ]
    if line > 1:
        found.append(Field(f"{name}-and", _("needed together with the line above"), "tick"))
    return found


def _section(section: str, need: Need) -> dict[str, str]:
    found: dict[str, str] = {}
    line = 0
    for possibility in possibilities(need):
        for place, leaf in enumerate(possibility):
            line += 1
            found.update(_shown(f"{section}-{line}", leaf, is_joined=place > 0))
    return found


def _shown(name: str, leaf: Leaf, *, is_joined: bool) -> dict[str, str]:
    joined = {f"{name}-and": "yes"} if is_joined else {}
    match leaf:
        case MandateNeeded():
            return {f"{name}-kind": _MANDATE, **joined}
        case AccreditationNeeded(kind, lists, columns):
            return {
                f"{name}-kind": kind,
                **{f"{name}-list-{code}": "yes" for code in lists},
                **{f"{name}-column-{code}": "yes" for code in columns},
                **joined,
            }


def _read_section(reading: Reading, section: str, offered: Offered, shown: Mapping[str, str]) -> Need:
    found: list[list[Leaf]] = []
    for line in range(1, _lines(shown, section, more=False) + 1):
        name = f"{section}-{line}"
        is_joined = line > 1 and reading.tick(f"{name}-and")
        leaf = _leaf(reading, name, offered)
        if leaf is None:
            if is_joined:
                reading.refuse(f"{name}-kind", _NO_KIND_TO_JOIN)
        elif section == "register" and isinstance(leaf, MandateNeeded):
            reading.refuse(f"{name}-kind", _LENT_TO_REGISTER)
        elif is_joined and found:
            found[-1].append(leaf)
        else:
            found.append([leaf])
    return need_of(tuple(map(tuple, found)))


def _leaf(reading: Reading, name: str, offered: Offered) -> Leaf | None:
    kind = reading.text(f"{name}-kind", longest=40)
    lists = tuple(code for code in LISTS if reading.tick(f"{name}-list-{code}"))
    columns = tuple(code for code in COLUMNS if reading.tick(f"{name}-column-{code}"))
    if kind is None:
        return None
    if kind == _MANDATE:
        return MandateNeeded()
    if kind not in offered.kinds:
        reading.refuse(f"{name}-kind", NOT_OFFERED)
        return None
    return AccreditationNeeded(kind, lists, columns)


def _level(reading: Reading, name: str) -> Acr | None:
    chosen: Any = reading.text(name, longest=100)
    found = next((level for level in Acr if level.value == chosen), None)
    if chosen is not None and found is None:
        reading.refuse(name, NOT_OFFERED)
    return found


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise _NoDay from None
