"""The menu under the person's name, top right, on the pages of both applications (G5, C2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the name menu; its label is in the language of the page.

    `waiting` counts who waits behind it; `begins_group` sets it apart from the lines above.
    """

    label: str
    url: str
    is_current: bool = False
    waiting: int = 0
    begins_group: bool = False


@dataclass(frozen=True, slots=True)
class NameMenu:
    """Who is signed in, for which organisation and how they use a tool, with the ways from there.

    The macro `name_menu` shows it; signing out is a form that carries `csrf_token`.
    """

    person_name: str
    organisation_name: str | None
    entries: tuple[MenuEntry, ...]
    sign_out_url: str
    csrf_token: str
    usage_name: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses that a menu leads to, as the application that shows it writes them.

    `desks` are those of staff, with their names in the language of the page.
    """

    change_context: str
    profile: str
    organisations: str
    tools: str
    wallet: str
    desks: tuple[tuple[str, str], ...] = ()


def entries(places: Places, *, here: str, waiting: int = 0) -> tuple[MenuEntry, ...]:
    """Return the lines of the menu, in the same order everywhere; `here` is the page that shows it.

    `waiting` counts who waits for this person at their organisations, where that is known.
    """
    return tuple(_lines(places, here, waiting))


def _lines(places: Places, here: str, waiting: int) -> Iterable[MenuEntry]:
    yield MenuEntry(_("Change context"), places.change_context, places.change_context == here)
    yield MenuEntry(_("My profile"), places.profile, places.profile == here)
    yield MenuEntry(_("My organisations"), places.organisations, places.organisations == here, waiting)
    # These two are those of the active organisation; without one they lead where it is chosen.
    for label, url in ((_("Tools"), places.tools), (_("Wallet"), places.wallet)):
        yield MenuEntry(label, url, url == here != places.organisations)
    for position, (url, label) in enumerate(places.desks):
        yield MenuEntry(label, url, url == here, begins_group=position == 0)
