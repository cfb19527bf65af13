"""The cards of "My organisations": what somebody is in each, what waits there, and the shortcuts into it (O4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from core.organisations.identifiers import MembershipId
from core.organisations.joining import WaitingMembership
from core.organisations.queries import MyOrganisation
from core.organisations.rights import Right, may, standing_of
from core.organisations.states import MembershipStatus
from core.people.folding import search_text
from portal.frame import Section, organisation_url, picture_url
from portal.organisations.words import Waiting, waiting_words

# The query of the employees' page that shows those who wait.
_WHO_WAIT = "?show=waiting"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A link into a part of an organisation, with an icon and its word; `waiting` makes it orange."""

    icon: str
    label: str
    url: str
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """An organisation of mine as its card shows it; `waiting` where I wait for it, or it for me."""

    organisation: MyOrganisation
    url: str
    logo_url: str | None
    is_active: bool
    shortcuts: tuple[Shortcut, ...]
    waiting: Waiting | None

    @property
    def state(self) -> MembershipStatus:
        """Return how my membership stands."""
        return self.organisation.membership_status


def cards(
    mine: Iterable[MyOrganisation],
    active: MyOrganisation | None,
    waiting: Iterable[WaitingMembership],
    *,
    now: datetime,
) -> tuple[Card, ...]:
    """Return the cards in the order of the organisations."""
    waits: Mapping[MembershipId, WaitingMembership] = {one.id: one for one in waiting}
    return tuple(_card(one, active, waits.get(one.membership_id), now) for one in mine)


def matching(mine: Iterable[MyOrganisation], sought: str) -> tuple[MyOrganisation, ...]:
    """Return the organisations whose name holds every word that is sought, or whose number holds the digits."""
    words = search_text(sought).split()
    digits = "".join(words) if all(word.isdecimal() for word in words) else None
    return tuple(
        one
        for one in mine
        if all(word in search_text(one.name) for word in words) or (digits is not None and digits in one.company_number)
    )


def _card(one: MyOrganisation, active: MyOrganisation | None, waits: WaitingMembership | None, now: datetime) -> Card:
    return Card(
        organisation=one,
        url=organisation_url(one.id),
        logo_url=picture_url(one.logo_id),
        is_active=one == active,
        shortcuts=_shortcuts(one),
        waiting=None if waits is None else waiting_words(waits, now),
    )


def _shortcuts(one: MyOrganisation) -> tuple[Shortcut, ...]:
    standing = standing_of(one.membership_status, is_manager=one.is_manager)
    employees = organisation_url(one.id, Section.EMPLOYEES) + (_WHO_WAIT if one.waiting_requests else "")
    offered = (
        (Right.SEE_DATA, Shortcut("document", _("Data"), organisation_url(one.id))),
        (Right.SEE_EMPLOYEES, Shortcut("employees", _("Employees"), employees, one.waiting_requests)),
        (Right.SEE_TOOLS, Shortcut("tools", _("Tools"), organisation_url(one.id, Section.TOOLS))),
        (Right.SEE_WALLET, Shortcut("wallet", _("Wallet"), organisation_url(one.id, Section.WALLET))),
    )
    taken = () if one.sees_wallet else (Right.SEE_WALLET,)
    return tuple(shortcut for right, shortcut in offered if may(standing, right, taken=taken))
