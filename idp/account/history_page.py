"""What the page of a person's history shows (A19), and how a deed becomes a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask_babel import gettext as _

from core.closing.history import Doer, NamedDeed
from core.infra.messages import N_
from core.web.locale import current_language
from idp.account.history_sentences import SENTENCES, SOME_ORGANISATION, SOME_TOOL, UNKNOWN
from idp.account.page import Frame

_DOERS = {
    Doer.OWN: N_("You"),
    Doer.HELPDESK: N_("The helpdesk"),
    Doer.PRODUCT: N_("Immo-Connect"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: what, by whom, when; texts in the language of the page."""

    text: str
    doer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A stretch of the history, newest first; the addresses lead to the next stretch and to the first."""

    template: ClassVar[str] = "account/history.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    entries: tuple[Entry, ...]
    older_url: str | None
    newest_url: str | None


def entry(named: NamedDeed, clients: Mapping[str, str]) -> Entry:
    """Return a deed as a sentence; `clients` names OAuth clients by identifier."""
    tool = named.tool.text(current_language()) if named.tool else clients.get(named.client_id or "")
    values = {"organisation": named.organisation or _(SOME_ORGANISATION), "tool": tool or _tool_word(named)}
    sentence = SENTENCES.get(named.deed.action)
    if sentence is None:
        return Entry(_(UNKNOWN), _doer(named), named.deed.at)
    source = sentence.own if named.doer is Doer.OWN else sentence.about
    return Entry(_(source, **values), _doer(named), named.deed.at)


def _tool_word(named: NamedDeed) -> str:
    # Somebody who signs in at their account opened no tool.
    return _("Immo-Connect") if named.deed.action == "signed-in" and named.client_id is None else _(SOME_TOOL)


def _doer(named: NamedDeed) -> str:
    if named.doer is Doer.MANAGER:
        return _("A manager of %(organisation)s", organisation=named.organisation or _(SOME_ORGANISATION))
    return _(_DOERS[named.doer])
