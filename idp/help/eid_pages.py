"""What the pages beside the dialogue with a card show: one problem, no reader, what is needed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from core.web.name_menu import NameMenu
from idp.eid.problems import EidProblem
from idp.web.eid_next_step import EidWords


@dataclass(frozen=True, slots=True)
class EidProblemPage:
    """One problem with its one next step; `day` is since or until when, `again_url` where the card is read anew."""

    template: ClassVar[str] = "eid_problem.html"
    leads_away: ClassVar[bool] = False

    problem: EidProblem
    words: EidWords
    again_url: str
    other_url: str
    day: date | None = None
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class NoReaderPage:
    """The ways of those who have no card reader; `other_url` is the next of them."""

    template: ClassVar[str] = "eid_no_reader.html"
    leads_away: ClassVar[bool] = False

    other_url: str


@dataclass(frozen=True, slots=True)
class EidHelpPage:
    """What a card takes at the user's, and what to do where it does not work (M 3.4); `back_url`, whence one came."""

    template: ClassVar[str] = "eid_help.html"
    leads_away: ClassVar[bool] = False

    contact_url: str
    back_url: str | None = None
    menu: NameMenu | None = None
