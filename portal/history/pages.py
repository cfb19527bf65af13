"""What the page of an organisation's history shows (O10), and how a deed becomes a sentence."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask_babel import gettext as _

from core.closing.organisation_history import Doer, OrganisationDeed, Somebody
from core.infra.localised import Localised
from core.organisations.company_data import FIELD_NAMES
from core.organisations.rights import Right
from core.web.locale import current_language
from portal.frame import OrganisationFrame
from portal.history.sentences import (
    FORMER,
    SENTENCES,
    SOME_COLLEAGUE,
    SOME_MANAGER,
    SOME_ROLE,
    SOME_TOOL,
    UNKNOWN,
)
from portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: what, by whom, when; texts in the language of the page."""

    text: str
    doer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A stretch of the history, newest first; the addresses lead to the next stretch and to the first.

    `kinds` are values with their labels, for the choice; `kind` and `person` what is looked for now.
    `is_whole` tells apart what managers see from one's own entries, `is_narrowed` whether anything is
    looked for.
    """

    template: ClassVar[str] = "history.html"

    frame: OrganisationFrame
    entries: tuple[Entry, ...]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    person: str
    is_whole: bool
    is_narrowed: bool
    url: str
    older_url: str | None
    newest_url: str | None


def entry(found: OrganisationDeed, visit: Visit) -> Entry:
    """Return a deed as a sentence, for whoever visits."""
    sentence = SENTENCES.get(found.deed.action)
    if sentence is None:
        return Entry(_(UNKNOWN), _doer(found, visit), found.deed.at)
    text = sentence.by_reason.get(str(found.deed.details.get("reason")), sentence.text)
    source = _(text)
    known = {"person": _name(found.whom, visit), "tool": _tool(found), "role": _localised(found.role)}
    neutral = {"person": _neutral(found.whom, SOME_COLLEAGUE), "tool": SOME_TOOL, "role": SOME_ROLE}
    values = {name: value or _at_its_place(source, name, _(neutral[name])) for name, value in known.items()}
    return Entry(source % {**values, "fields": _fields(found)}, _doer(found, visit), found.deed.at)


def _fields(found: OrganisationDeed) -> str:
    names = str(found.deed.details.get("fields") or "").split()
    return ", ".join(_(FIELD_NAMES[name]) for name in names if name in FIELD_NAMES)


def _doer(found: OrganisationDeed, visit: Visit) -> str:
    match found.doer:
        case Doer.HELPDESK:
            return _("The helpdesk")
        case Doer.PRODUCT:
            return _("Immo-Connect")
        case Doer.PERSON:
            somebody = _neutral(found.by, SOME_MANAGER)
            return _name(found.by, visit) or _capital(_(somebody))


def _name(somebody: Somebody | None, visit: Visit) -> str | None:
    if somebody is None:
        return None
    # Whoever waits or is blocked does not learn from their own history who works there.
    is_known = somebody.id == visit.actor.person_id or visit.may(Right.SEE_EMPLOYEES)
    return somebody.name if is_known else None


def _neutral(somebody: Somebody | None, stranger: str) -> str:
    return stranger if somebody is not None and somebody.name is not None else FORMER


def _tool(found: OrganisationDeed) -> str | None:
    tool, usage = _localised(found.tool), _localised(found.usage)
    return f"{tool} ({usage})" if tool and usage else tool


def _localised(name: Localised | None) -> str | None:
    return None if name is None else name.text(current_language())


def _at_its_place(source: str, name: str, word: str) -> str:
    return _capital(word) if source.startswith(f"%({name})s") else word


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
