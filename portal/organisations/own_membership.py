"""Somebody about their own place in an organisation: remind, accept; leave, withdraw, decline (O3, O7, O8)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from core.closing import membership
from core.closing.leaving_organisation import leaving
from core.infra.errors import NotFound, RateLimited
from core.organisations import employees, reminders
from core.organisations.errors import Disputed, LastManager, NotYours, WrongState
from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right, Standing
from core.web.locale import current_language
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.notices import done
from portal.organisations.pages import EndingMandate, LeavePage
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("own-membership", __name__)


@bp.post("/organisations/<organisation_id>/remind")
def remind(organisation_id: str) -> Response:
    """Remind the managers of one's own request, once a day at most."""
    check_form()
    visit = open_organisation(organisation_id, Right.SEE_NAME)
    try:
        with visit.services.database.transaction() as session:
            reminders.remind(session, _own(visit), by=visit.actor.person_id, now=visit.now)
    except (NotYours, WrongState, RateLimited):
        # Answered, or reminded of, meanwhile: the page says how it stands.
        return done("/", "changed")
    return done("/", "reminded")


@bp.post("/organisations/<organisation_id>/accept")
def accept(organisation_id: str) -> Response:
    """Take up an invitation."""
    check_form()
    visit = open_organisation(organisation_id, Right.SEE_NAME)
    try:
        with visit.services.database.transaction() as session:
            employees.accept(session, _own(visit), by=visit.actor.person_id, now=visit.now)
    except (NotYours, WrongState):
        return done("/", "changed")
    return done(organisation_url(visit.organisation.id), "accepted")


@bp.get("/organisations/<organisation_id>/leave")
def ask(organisation_id: str) -> str:
    """Ask before somebody leaves, and say what it leads to."""
    return _page(open_organisation(organisation_id, Right.LEAVE))


@bp.post("/organisations/<organisation_id>/leave")
def leave(organisation_id: str) -> Response | tuple[str, int]:
    """Leave, withdraw one's request, or decline an invitation."""
    check_form()
    visit = open_organisation(organisation_id, Right.LEAVE)
    by, own = visit.actor.person_id, _own(visit)
    try:
        with visit.services.database.transaction() as session:
            match visit.standing:
                case Standing.WAITING:
                    employees.withdraw(session, own, by=by, now=visit.now)
                    code = "withdrawn"
                case Standing.INVITED:
                    employees.decline(session, own, by=by, now=visit.now)
                    code = "declined"
                case _:
                    membership.leave(session, own, by=by, now=visit.now)
                    code = "left"
    except LastManager:
        return _page(visit), 409
    except (NotFound, NotYours, WrongState, Disputed):
        return done("/", "changed")
    return done("/", code)


def _own(visit: Visit) -> MembershipId:
    if visit.membership_id is None:
        raise NotFound(organisation=visit.organisation.id)
    return visit.membership_id


def _page(visit: Visit) -> str:
    language = current_language()
    with visit.services.database.reading() as session:
        found = leaving(session, _own(visit), now=visit.now)
    page = LeavePage(
        frame=frame(visit, Section.DATA),
        tools=tuple(tool.text(language) for tool in found.tools),
        mandates=tuple(
            EndingMandate(one.tool.text(language), one.usage.text(language), one.colleagues, one.alternatives)
            for one in found.mandates
        ),
        is_last_manager=found.is_last_manager,
        has_colleagues=found.colleagues > 0,
    )
    return pages.render(page, menu=page.frame.menu)
