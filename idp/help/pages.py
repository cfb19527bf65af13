"""What the help pages show: one frozen value per template."""

from dataclasses import dataclass
from typing import ClassVar

from core.web.name_menu import NameMenu
from idp.help.questions import TOPICS
from idp.help.topic import Topic
from idp.web.page import FieldError


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """The frequent questions, with the way to the helpdesk; `menu` is that of who is signed in."""

    template: ClassVar[str] = "help.html"
    leads_away: ClassVar[bool] = False

    contact_url: str
    menu: NameMenu | None = None
    topics: tuple[Topic, ...] = TOPICS


@dataclass(frozen=True, slots=True)
class ContactPage:
    """The form to the helpdesk, with what is known filled in; what was typed is never lost."""

    template: ClassVar[str] = "contact.html"
    leads_away: ClassVar[bool] = False

    action: str
    csrf_token: str
    questions_url: str
    address: str = ""
    message: str = ""
    system: str = ""
    error_reference: str = ""
    message_length_max: int = 0
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class SentPage:
    """Says that the message is on its way, under which reference, and when to expect an answer."""

    template: ClassVar[str] = "contact_sent.html"
    leads_away: ClassVar[bool] = False

    reference: str
    questions_url: str
