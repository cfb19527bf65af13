"""My accreditations as others work under them: accept, see the use, renew, withdraw (T4).

A page of the person and of no organisation: also who is blocked somewhere, or waits, decides about
what is lent of theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.accreditations.queries import kinds
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import Conflict, NotFound, RuleError
from core.infra.localised import Localised
from core.people.assurance import Acr
from core.tools import mandates
from core.tools.identifiers import MandateId
from core.tools.mandates_held import HeldMandate, mandates_of
from core.tools.wording import Wording
from core.web.locale import current_language
from portal import notices, pages
from portal.actor import Actor, require_actor
from portal.notices import done
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("mandates", __name__, url_prefix="/mandates")


@dataclass(frozen=True, slots=True)
class MandateCard:
    """One mandate in words; `renew` where it can be renewed by now."""

    id: str
    tool: str
    usage: str
    organisation: str
    accreditation: str
    number: str
    asked_by: str
    since: str
    until: str
    users: int
    is_accepted: bool
    may_be_renewed: bool


@dataclass(frozen=True, slots=True)
class MandatesPage:
    """What I am asked to lend, and what I lend: to how many colleagues, in how many tools."""

    template: ClassVar[str] = "mandates.html"

    csrf_token: str
    asked: tuple[MandateCard, ...]
    lent: tuple[MandateCard, ...]
    users: int
    tools: int
    accreditations_url: str
    notice: str | None


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """The question before one withdraws, with what happens then."""

    template: ClassVar[str] = "mandate_withdraw.html"

    csrf_token: str
    mandate: MandateCard


@bp.get("")
def show() -> str:
    """Show everything that rests on my accreditations, or shall."""
    actor, found = require_actor(), services()
    held, names = _held(actor)
    lent = [one for one in held if one.accepted_at is not None]
    page = MandatesPage(
        csrf_token=pages.form_token(),
        asked=tuple(_card(one, names) for one in held if one.accepted_at is None),
        lent=tuple(_card(one, names) for one in lent),
        users=len({user for one in lent for user in one.users}),
        tools=len({one.tool_id for one in lent}),
        accreditations_url=f"{found.settings.issuer}/account/accreditations",
        notice=notices.current(),
    )
    return pages.render(page, menu=pages.name_menu(actor, None, here=request.path))


@bp.post("/<mandate_id>/accept")
def accept(mandate_id: str) -> AnyResponse:
    """Let colleagues work under my responsibility."""
    check_form()
    return _done(mandates.accept, "mandate-accepted", mandate_id, acr=require_actor().acr)


@bp.post("/<mandate_id>/renew")
def renew(mandate_id: str) -> AnyResponse:
    """Let them do so for another year."""
    check_form()
    return _done(mandates.renew, "mandate-renewed", mandate_id, acr=require_actor().acr)


@bp.post("/<mandate_id>/decline")
def decline(mandate_id: str) -> AnyResponse:
    """Turn down what a manager asked for."""
    check_form()
    _mine(require_actor(), mandate_id, is_accepted=False)
    return _done(mandates.withdraw, "mandate-declined", mandate_id)


@bp.get("/<mandate_id>/withdraw")
def ask(mandate_id: str) -> str:
    """Ask before it is withdrawn, with what happens then."""
    actor = require_actor()
    page = WithdrawPage(pages.form_token(), _mine(actor, mandate_id, is_accepted=True))
    return pages.render(page, menu=pages.name_menu(actor, None, here=request.path))


@bp.post("/<mandate_id>/withdraw")
def withdraw(mandate_id: str) -> AnyResponse:
    """Withdraw it at once; nobody has to agree."""
    check_form()
    _mine(require_actor(), mandate_id, is_accepted=True)
    return _done(mandates.withdraw, "mandate-withdrawn", mandate_id)


def _done(act: Callable[..., object], code: str, mandate_id: str, **more: Acr) -> AnyResponse:
    """Do something with a mandate of whoever is signed in and show what became of it."""
    found = services()
    try:
        with found.database.transaction() as session:
            act(session, MandateId(mandate_id), by=require_actor().person_id, now=found.clock.now(), **more)
    except (RuleError, Conflict):
        # Answered in another window, taken back, lapsed meanwhile: the page says how it stands.
        return done("/mandates", "changed-meanwhile")
    return done("/mandates", code)


def _held(actor: Actor) -> tuple[Sequence[HeldMandate], Mapping[str, Localised]]:
    with services().database.reading() as reading:
        return mandates_of(reading, actor.person_id), kinds(reading)


def _mine(actor: Actor, mandate_id: str, *, is_accepted: bool) -> MandateCard:
    """Return a mandate of the person's own; raises `NotFound` for any other."""
    held, names = _held(actor)
    for one in held:
        if one.id == mandate_id and (one.accepted_at is not None) is is_accepted:
            return _card(one, names)
    raise NotFound(mandate=mandate_id)


def _card(one: HeldMandate, names: Mapping[str, Localised]) -> MandateCard:
    language, today = current_language(), belgian_date(services().clock.now())
    return MandateCard(
        id=one.id,
        tool=one.tool_name.text(language),
        usage=one.usage_name.text(language),
        organisation=one.organisation_name,
        accreditation=Wording(_, language, names).kind(one.kind),
        number=one.number,
        asked_by=one.asked_by,
        since=date_in_words(belgian_date(one.accepted_at or one.proposed_at), language),
        until=date_in_words(one.valid_until, language),
        users=len(one.users),
        is_accepted=one.accepted_at is not None,
        may_be_renewed=one.may_be_renewed(today),
    )
