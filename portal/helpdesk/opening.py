"""What every page of the helpdesk begins with, and where its pages are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _

from core.infra.forms import Wrong
from core.infra.messages import N_
from core.staff.states import StaffRole
from portal.staff_area import Desk, StaffFrame, frame, open_desk

Word = TypeVar("Word", bound=str)

SEARCH = "/helpdesk"
LISTS = "/helpdesk/organisations"
ACTS = "/helpdesk/acts"


class Part(StrEnum):
    """A part of the helpdesk, by where it begins."""

    SEARCH = SEARCH
    LISTS = LISTS
    ACTS = ACTS


_LABELS = {
    Part.SEARCH: N_("Search"),
    Part.LISTS: N_("Organisations that need help"),
    Part.ACTS: N_("What staff did"),
}


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link to a part of the helpdesk."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class HelpdeskFrame(StaffFrame):
    """What stands around a page of the helpdesk: what does so on all pages of the staff, and its parts."""

    parts: tuple[PartLink, ...]


def open_helpdesk() -> Desk:
    """Return the desk of whoever works at the helpdesk; raises as `open_desk`."""
    return open_desk(StaffRole.HELPDESK)


def around(desk: Desk, current: Part) -> HelpdeskFrame:
    """Return what stands around a page of this part."""
    parts = tuple(PartLink(_(label), part.value, part is current) for part, label in _LABELS.items())
    staff = frame(desk, SEARCH)
    return HelpdeskFrame(staff.menu, staff.navigation, staff.csrf_token, staff.notice, parts)


def person_url(person_id: str, *more: str) -> str:
    """Return the path of a person's page at the helpdesk, or of one below it."""
    return "/".join(("/helpdesk/people", person_id, *more))


def organisation_url(organisation_id: str, *more: str) -> str:
    """Return the path of an organisation's page at the helpdesk, or of one below it."""
    return "/".join((LISTS, organisation_id, *more))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, in the language of the page."""

    field: str
    message: str


def problems(wrong: tuple[Wrong, ...]) -> tuple[Problem, ...]:
    """Return what is wrong with a form, for its page."""
    return tuple(Problem(found.field, _(found.message)) for found in wrong)


def options(words: Mapping[Word, str], *, empty: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return values with their labels, for a choice; `empty` is what stands above them, already translated."""
    offered = tuple((str(value), _(label)) for value, label in words.items())
    return offered if empty is None else (("", empty), *offered)
