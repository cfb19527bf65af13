"""The menu under a person's name, top right (G5), as the portal's frame shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link of the menu; `label` is in the language of the page."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class NameMenu:
    """Who is signed in, for which organisation they now work, and where they can go.

    The last entry signs out: a form that posts `csrf_token` to `sign_out_url`.
    """

    person_name: str
    organisation_name: str | None
    entries: tuple[MenuEntry, ...]
    sign_out_url: str
    csrf_token: str
