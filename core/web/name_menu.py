"""The menu under the person's name, top right, on the pages of both applications (G5)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the name menu; its label is in the language of the page."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class NameMenu:
    """Who is signed in and for which organisation, with the ways from there.

    The macro `name_menu` shows it; signing out is a form that carries `csrf_token`.
    """

    person_name: str
    organisation_name: str | None
    entries: tuple[MenuEntry, ...]
    sign_out_url: str
    csrf_token: str
