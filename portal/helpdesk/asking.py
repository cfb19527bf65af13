"""The page before an act of the helpdesk: what will happen, what is to be said, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask_babel import gettext as _

from core.infra.errors import ImmoError
from core.infra.forms import Wrong
from portal import pages
from portal.helpdesk import words
from portal.helpdesk.forms import ReasonOption
from portal.helpdesk.opening import HelpdeskFrame, Part, Problem, around, options, problems
from portal.staff_area import Desk


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: a choice where there are `options`, else a line of text."""

    id: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """An act before it is done; every text in the language of the page. `note` says what stands in its way."""

    code: str
    about: str
    back_url: str
    url: str
    question: str
    consequences: tuple[str, ...]
    yes: str
    reasons: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AskPage:
    """The question with its form, what was typed, and what is wrong with it or refused it."""

    template: ClassVar[str] = "helpdesk/act.html"

    frame: HelpdeskFrame
    asked: Question
    typed: Mapping[str, str]
    problems: tuple[Problem, ...]
    refusal: str
    refusal_code: str


def ask(
    desk: Desk,
    question: Question,
    sent: Mapping[str, str],
    *,
    wrong: tuple[Wrong, ...] = (),
    refused: ImmoError | None = None,
) -> str:
    """Return the page of a question."""
    page = AskPage(
        frame=around(desk, Part.SEARCH),
        asked=question,
        typed=sent,
        problems=problems(wrong),
        refusal="" if refused is None else refusal(refused),
        refusal_code="" if refused is None else refused.code,
    )
    return pages.render(page, menu=page.frame.menu)


def refusal(error: ImmoError) -> str:
    """Return in words what refused an act."""
    text = words.REFUSALS.get(error.code, words.CHANGED_MEANWHILE)
    return _(text)


def reasons(offered: tuple[ReasonOption, ...]) -> tuple[tuple[str, str], ...]:
    """Return the possible reasons for a choice."""
    return options({option.value: option.label for option in offered}, empty=_("Choose"))
