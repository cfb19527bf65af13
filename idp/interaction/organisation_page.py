"""What the page shows on which a person adds an organisation or waits for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.organisations.joining import FoundOrganisation, WaitingMembership
from core.organisations.states import MembershipStatus
from core.web.locale import current_language
from core.web.since import since_in_words
from idp.web.page import FieldError, RequestingTool


class Act(StrEnum):
    """What a button of the page says in the field `decision`."""

    FIND = "find"
    CREATE = "create"
    REQUEST = "request"
    USE = "use"
    REMIND = "remind"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"


class View(StrEnum):
    """Which of its faces the page shows."""

    SEARCH = "search"
    FOUND = "found"
    NEW = "new"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """A request or an invitation as it is shown; `remind_from` where it is too early to remind."""

    id: str
    name: str
    company_number: str
    is_invitation: bool
    since: str
    managers: str
    may_remind: bool
    remind_from: str
    ends: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Find an organisation by its number, add it or ask to join it, and wait for its managers (O1 to O3).

    `number` holds ten digits where one was looked for, `found` what it belongs to; `from_register` tells
    that the form began with what the company register says. `here` is the page's
    address without a number, `another_url` its empty search. `leads_back` tells that giving up leads
    to another page here and not to the tool.
    """

    template: ClassVar[str] = "organisation.html"
    leads_away: ClassVar[bool] = True

    view: View
    action: str
    here: str
    another_url: str
    waiting_action: str
    csrf_token: str
    tool: RequestingTool
    leads_back: bool
    waiting: tuple[WaitingCard, ...] = ()
    number: str | None = None
    found: FoundOrganisation | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    from_register: bool = False
    errors: tuple[FieldError, ...] = ()
    notice: str | None = None

    @property
    def standing(self) -> MembershipStatus | None:
        """Return how the person stands to what was found."""
        return None if self.found is None else self.found.membership

    @property
    def of_found(self) -> tuple[WaitingCard, ...]:
        """Return what the person waits for at the organisation that was found."""
        return tuple(card for card in self.waiting if self.found and card.company_number == self.found.company_number)


@dataclass(frozen=True, slots=True)
class WithdrawRequestPage:
    """Asks before a request to join is withdrawn: a manager may be about to answer it."""

    template: ClassVar[str] = "withdraw_request.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    card: WaitingCard
    back_url: str


def waiting_cards(memberships: tuple[WaitingMembership, ...], now: datetime) -> tuple[WaitingCard, ...]:
    """Return requests and invitations in the words and dates of the page's language."""
    language = current_language()
    return tuple(
        WaitingCard(
            id=member.id,
            name=member.organisation_name,
            company_number=member.company_number,
            is_invitation=member.is_invitation,
            since=since_in_words(member.wait.asked_at, now),
            managers=", ".join(member.managers),
            may_remind=not member.is_invitation and now >= member.wait.may_be_reminded_from,
            remind_from=moment_in_words(member.wait.may_be_reminded_from, language),
            ends=date_in_words(belgian_date(member.wait.ends_at), language),
        )
        for member in memberships
    )
