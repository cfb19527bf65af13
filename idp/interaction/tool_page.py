"""What the page shows on which a person registers a tool, or asks for access to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from flask_babel import gettext as _

from core.infra.dates import moment_in_words
from core.infra.localised import Localised
from core.tools.choices import Doable, UsageChoice
from core.tools.explanations import Cause
from core.tools.wording import NeedText, Wording
from core.web.locale import current_language
from core.web.since import since_in_words
from idp.web.page import FieldError, RequestingTool


class Act(StrEnum):
    """What a button of the page says in the field `decision`."""

    REGISTER = "register"
    TAKE = "take"
    ASK = "ask"
    REMIND = "remind"
    START = "start"
    ADD = "add-organisation"
    LINK_EID = "link-eid"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Link:
    """A choice that is an address: an organisation, or a usage."""

    label: str
    url: str
    is_current: bool
    number: str | None = None


@dataclass(frozen=True, slots=True)
class ToolPage:
    """Register a tool for an organisation: usage, what it needs, terms (T1); or ask for access.

    `organisations` and `usages` are what can be switched to; `choice` is the usage that is shown.
    `may_link_eid` shows the button that leads to linking the card (`decision`: link-eid).
    """

    template: ClassVar[str] = "tool.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool
    organisation_name: str
    company_number: str
    organisations: tuple[Link, ...]
    usages: tuple[Link, ...]
    choice: UsageChoice
    accreditation_names: Mapping[str, Localised]
    leads_back: bool
    now: datetime
    errors: tuple[FieldError, ...] = ()
    notice: str | None = None
    may_link_eid: bool = False
    logo_url: str | None = None

    @property
    def doable(self) -> Doable:
        """Return what can be done about the usage that is shown."""
        return self.choice.doable

    @property
    def usage_name(self) -> str:
        """Return the usage's name in the language of the page."""
        return self.choice.usage.name.text(current_language())

    @property
    def to_register(self) -> tuple[tuple[NeedText, ...], ...]:
        """Return what registering the usage needs."""
        return self._wording.needs(self.choice.to_register)

    @property
    def to_use(self) -> tuple[tuple[NeedText, ...], ...]:
        """Return what using it needs."""
        return self._wording.needs(self.choice.to_use)

    @property
    def missing(self) -> tuple[tuple[Cause, ...], ...]:
        """Return why it cannot be done (yet), in the language of the page."""
        return self._wording.causes(self.choice.reason)

    @property
    def waits_since(self) -> str:
        """Return since when the managers know of the request for access."""
        return "" if self.choice.wait is None else since_in_words(self.choice.wait.asked_at, self.now)

    @property
    def remind_from(self) -> str | None:
        """Return when the managers may be reminded; None where that is now."""
        wait = self.choice.wait
        if wait is None or self.now >= wait.may_be_reminded_from:
            return None
        return moment_in_words(wait.may_be_reminded_from, current_language())

    @property
    def _wording(self) -> Wording:
        return Wording(_, current_language(), self.accreditation_names)
