"""What every page of the account carries: the name menu, the tabs, and what was just done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from flask import Response, request
from flask_babel import gettext as _

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.messages import N_
from core.people import leaving
from core.web import csrf
from core.web.locale import current_language
from core.web.name_menu import NameMenu
from idp.account import notices
from idp.account.access import Visitor
from idp.web import page as web_page
from idp.web.name_menu import menu_of


class Section(StrEnum):
    """A tab of the account, in the order in which they stand; the value is its path."""

    PROFILE = "profile"
    ACCREDITATIONS = "accreditations"
    SECURITY = "security"
    DEVICES = "devices"
    CONNECTIONS = "connections"
    HISTORY = "history"
    PRIVACY = "privacy"

    @property
    def url(self) -> str:
        """Return the path of its page."""
        return f"/account/{self.value}"


_LABELS = {
    Section.PROFILE: N_("My data"),
    Section.ACCREDITATIONS: N_("Accreditations"),
    Section.SECURITY: N_("Signing in"),
    Section.DEVICES: N_("Devices"),
    Section.CONNECTIONS: N_("Tools"),
    Section.HISTORY: N_("History"),
    Section.PRIVACY: N_("Privacy"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One link of the tabs."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page of the account; `notice` says what was just done, if anything.

    `leaves_on` is the day, in words, on which the account goes because its person asked for that.
    """

    menu: NameMenu
    tabs: tuple[Tab, ...]
    notice: str | None = None
    leaves_on: str | None = None


class AccountPage(Protocol):
    """A page with a template that extends `account/layout.html`, and the frame around it."""

    template: ClassVar[str]
    leads_away: ClassVar[bool]

    @property
    def frame(self) -> Frame:
        """Return what stands around it."""
        ...


def frame(visitor: Visitor, current: Section) -> Frame:
    """Return what stands around a page of this part of the account."""
    return Frame(
        menu=menu_of(visitor.services, visitor.session, visitor.person, visitor.binding),
        tabs=tuple(Tab(_(label), section.url, section is current) for section, label in _LABELS.items()),
        notice=notices.text(request.args.get(notices.PARAMETER)),
        leaves_on=_leaves_on(visitor),
    )


def form_token(visitor: Visitor) -> str:
    """Return the token for a form on a page of the account; `csrf.check` takes `visitor.binding`."""
    return csrf.token(visitor.services.settings.secret, visitor.binding)


def answer(page: AccountPage, *, status: int = 200) -> Response:
    """Return a page of the account as a response."""
    return web_page.answer(page, status=status)


def _leaves_on(visitor: Visitor) -> str | None:
    with visitor.services.database.connection() as connection:
        asked = leaving.standing(connection, visitor.person.id)
    return None if asked is None else date_in_words(belgian_date(asked.due_at), current_language())
