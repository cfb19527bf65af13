"""`/invitations/<secret>`: somebody was invited by mail, sees by whom to what, and accepts or turns it down (O8).

Whoever holds the link may look and turn down; to accept, they sign in or make an account on the way.
Whether there is an account already makes no difference.
"""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.employees import take_up
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import NotFound
from core.infra.messages import N_
from core.organisations import invitation_answers
from core.organisations.errors import AlreadyMember, BlockedHere, InvitationOver
from core.organisations.invitation_answers import FoundInvitation
from core.organisations.states import InvitationState, MembershipType
from core.web.locale import current_language
from core.web.name_menu import NameMenu
from portal import notices, pages, session
from portal.actor import Actor, current_actor, require_actor
from portal.frame import organisation_url
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("invitations", __name__)

Answer = AnyResponse | str | tuple[str, int]
_TYPES = {
    MembershipType.MANAGER: N_("Manager or partner"),
    MembershipType.EMPLOYEE: N_("Employee"),
    MembershipType.SELF_EMPLOYED: N_("Self-employed"),
    MembershipType.TRAINEE: N_("Trainee"),
    MembershipType.ADMINISTRATIVE: N_("Administrative staff"),
}


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Who invites to what; `signed_in_as` is who would accept, None for somebody to be known first."""

    template: ClassVar[str] = "invitations/invitation.html"

    organisation_name: str
    company_number: str
    is_verified: bool
    invited_by: str
    function: str
    type: str
    address: str
    until: str
    signed_in_as: str | None
    url: str
    csrf_token: str


@dataclass(frozen=True, slots=True)
class InvitationOverPage:
    """Why the link leads to no invitation (any more), and the way on; `code` is a state or a refusal."""

    template: ClassVar[str] = "invitations/over.html"

    code: str
    organisation_name: str | None = None
    organisation_url: str | None = None


@bp.get("/invitations/<link>")
def show(link: str) -> Answer:
    """Show who invites to what; nothing is answered by looking."""
    found, actor = _find(link), current_actor()
    if found is None or found.state is not InvitationState.OPEN:
        return _over("unknown" if found is None else found.state.value, found, actor)
    if actor is None:
        # Where the sign-in comes back to. A session that holds nothing is not kept, and with it no form counts.
        session.remember_return(f"/invitations/{link}")
    page = InvitationPage(
        organisation_name=found.organisation_name,
        company_number=found.company_number,
        is_verified=found.is_verified,
        invited_by=found.invited_by,
        function=found.details.function or "",
        type="" if found.details.type is None else _(_TYPES[found.details.type]),
        address=found.details.email or "",
        until=date_in_words(belgian_date(found.expires_at), current_language()),
        signed_in_as=None if actor is None else actor.name,
        url=f"/invitations/{link}",
        csrf_token=pages.form_token(),
    )
    return pages.render(page, menu=_menu(actor))


@bp.get("/invitations/<link>/go-on")
def go_on(link: str) -> AnyResponse:
    """Lead through the sign-in, where an account can be made, and back to the invitation."""
    require_actor()
    return redirect(f"/invitations/{link}", 303)


@bp.post("/invitations/<link>/accept")
def accept(link: str) -> Answer:
    """Accept as whoever is signed in; a second press finds them a member."""
    check_form()
    actor, here = require_actor(), services()
    found = _find(link)
    if found is None:
        return _over("unknown", None, actor)
    url = organisation_url(found.organisation_id)
    try:
        with here.database.transaction() as changing:
            take_up(changing, link, by=actor.person_id, now=here.clock.now())
    except (AlreadyMember, BlockedHere) as error:
        return _over(error.code, found, actor)
    except InvitationOver as error:
        return _over(str(error.details["state"]), found, actor)
    except NotFound:
        return _over("unknown", None, actor)
    return notices.done(url, "joined")


@bp.post("/invitations/<link>/decline")
def decline(link: str) -> Answer:
    """Turn it down; nobody need be signed in for that."""
    check_form()
    actor, here, found = current_actor(), services(), _find(link)
    try:
        with here.database.transaction() as changing:
            by = None if actor is None else actor.person_id
            invitation_answers.decline(changing, link, by=by, now=here.clock.now())
    except NotFound:
        return _over("unknown", None, actor)
    except InvitationOver as error:
        return _over(str(error.details["state"]), found, actor)
    return _over(InvitationState.DECLINED.value, found, actor, status=200)


def _find(link: str) -> FoundInvitation | None:
    here = services()
    with here.database.reading() as reading:
        return invitation_answers.find(reading, link, now=here.clock.now())


def _over(code: str, found: FoundInvitation | None, actor: Actor | None, *, status: int | None = None) -> Answer:
    is_here = code == AlreadyMember.code
    page = InvitationOverPage(
        code=code,
        organisation_name=None if found is None else found.organisation_name,
        organisation_url=organisation_url(found.organisation_id) if found is not None and is_here else None,
    )
    # 410: it was here and is gone for good. What is no invitation at all was never here.
    wanted = {"unknown": 404, AlreadyMember.code: 409, BlockedHere.code: 409}.get(code, 410)
    return pages.render(page, menu=_menu(actor)), status or wanted


def _menu(actor: Actor | None) -> NameMenu | None:
    return None if actor is None else pages.name_menu(actor, None, here=request.path)
