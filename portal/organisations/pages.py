"""What the pages about organisations show: one frozen value per template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from core.infra.forms import Wrong
from core.organisations.joining import FoundOrganisation
from core.organisations.queries import MyOrganisation
from core.organisations.states import MembershipStatus, Notices
from portal.frame import OrganisationFrame
from portal.organisations.cards import Card
from portal.organisations.suggestions import SuggestionCard
from portal.organisations.words import Waiting


@dataclass(frozen=True, slots=True)
class HomePage:
    """My organisations (O4); with many of them, a search."""

    template: ClassVar[str] = "home.html"

    cards: tuple[Card, ...]
    csrf_token: str
    has_any: bool
    is_long: bool
    sought: str
    notice: str | None


@dataclass(frozen=True, slots=True)
class ContextPage:
    """The choice of the organisation to work for (C2); each button posts `organisation`."""

    template: ClassVar[str] = "context.html"

    csrf_token: str
    organisations: tuple[MyOrganisation, ...]
    active: MyOrganisation | None


class AddView(StrEnum):
    """Which of its faces the page for adding an organisation shows."""

    SEARCH = "search"
    FOUND = "found"
    JOIN = "join"
    NEW = "new"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AddPage:
    """Find an organisation by its number, ask to join it, or add it (O1 to O3).

    `is_prefilled` where what is known of the company comes from the company register. `refusal` is the
    code, `reason` the text of why the register says that it cannot be added.
    """

    template: ClassVar[str] = "organisations/add.html"

    view: AddView
    csrf_token: str
    number: str | None = None
    found: FoundOrganisation | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Wrong, ...] = ()
    notice: str | None = None
    is_prefilled: bool = False
    refusal: str | None = None
    reason: str | None = None

    @property
    def standing(self) -> MembershipStatus | None:
        """Return how the person stands to what was found."""
        return None if self.found is None else self.found.membership


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, in lines: none where it is not known; `url` makes it a link."""

    id: str
    label: str
    lines: tuple[str, ...]
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one heading, or what to say where there is none."""

    id: str
    heading: str
    facts: tuple[Fact, ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class DataPage:
    """An organisation's data to read, for its members (O5).

    `ownerless_until` is the day on which tools rest without a manager; `is_second_advised` asks the only
    manager to name another.
    """

    template: ClassVar[str] = "organisations/data.html"

    frame: OrganisationFrame
    groups: tuple[Group, ...]
    managers: tuple[str, ...]
    may_edit: bool
    evidence_level: int
    suggestions: tuple[SuggestionCard, ...] = ()
    ownerless_until: str | None = None
    is_second_advised: bool = False


@dataclass(frozen=True, slots=True)
class OutsidePage:
    """An organisation as somebody sees it who waits for it, or is invited: its name and its managers."""

    template: ClassVar[str] = "organisations/outside.html"

    frame: OrganisationFrame
    managers: tuple[str, ...]
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two managers changed: what is saved now beside what was typed."""

    field: str
    label: str
    saved: str
    typed: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """An organisation's data to edit, with one save for everything.

    `version` and `seen` say what the form was made from. `contested` are the fields in which another
    manager saved something else meanwhile, `taken_over` those that now hold what the other saved.
    """

    template: ClassVar[str] = "organisations/edit.html"

    frame: OrganisationFrame
    version: int
    seen: str
    typed: Mapping[str, str]
    errors: tuple[Wrong, ...] = ()
    contested: tuple[Difference, ...] = ()
    taken_over: tuple[str, ...] = ()
    was_changed: bool = False
    is_unsaved: bool = False


@dataclass(frozen=True, slots=True)
class PicturePage:
    """Choose a logo or a cover photo, and which part of it; saved with the button only."""

    template: ClassVar[str] = "organisations/picture.html"

    frame: OrganisationFrame
    kind: str
    url: str | None
    width: int
    height: int
    bytes_max: int
    errors: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class EndingMandate:
    """A mandate that would end: for which tool and usage, how many colleagues use it, who could replace it."""

    tool: str
    usage: str
    colleagues: int
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeavePage:
    """Asks before somebody leaves, withdraws or declines, and says what that leads to (O7).

    `is_last_manager` where it cannot be done: then the page says what to do first.
    """

    template: ClassVar[str] = "organisations/leave.html"

    frame: OrganisationFrame
    tools: tuple[str, ...] = ()
    mandates: tuple[EndingMandate, ...] = ()
    is_last_manager: bool = False
    has_colleagues: bool = False


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """How a manager hears of what happens in an organisation (O14)."""

    template: ClassVar[str] = "organisations/notices.html"

    frame: OrganisationFrame
    chosen: Notices
    errors: tuple[Wrong, ...] = ()
