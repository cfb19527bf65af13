"""`/organisations/<id>/employees`: everybody who works here, and for managers who waits or is invited."""

from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext

from core.organisations.employee_forms import filter_of
from core.organisations.employee_lists import LISTED, Direction, Filter, Place, Stretch, employees_of, waiting_employees
from core.organisations.identifiers import MembershipId
from core.organisations.invitations import OpenInvitations, open_invitations
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from portal import pages
from portal.employees import words
from portal.employees.lines import employee_lines, invitation_line, waiting_line
from portal.employees.opening import employees_url
from portal.employees.pages import EmployeesPage
from portal.frame import Section, frame
from portal.visit import open_organisation

bp = Blueprint("employees", __name__)

# So many invitations stand on the page itself; the others on one of their own.
_INVITATIONS = 5
_COLLEAGUES = (MembershipStatus.ACTIVE,)
_NONE = OpenInvitations((), None, 0)


@bp.get("/organisations/<organisation_id>/employees")
def show(organisation_id: str) -> str:
    """Show a page of the list; `?show=waiting` narrows it to those who wait, for managers."""
    visit = open_organisation(organisation_id, Right.SEE_EMPLOYEES)
    manages = visit.may(Right.MANAGE_EMPLOYEES)
    only_waiting = manages and request.args.get("show") == "waiting"
    wanted, place = filter_of(request.args), _place()
    organisation = visit.organisation
    with visit.services.database.reading() as session:
        waiting = waiting_employees(session, organisation.id) if manages and organisation.waiting else ()
        stretch, invited = Stretch((), None, None), _NONE
        if not only_waiting:
            statuses = LISTED if manages else _COLLEAGUES
            stretch = employees_of(session, organisation.id, wanted, statuses=statuses, place=place)
        if manages and not only_waiting and place is None and wanted.is_empty:
            invited = open_invitations(session, organisation.id, limit=_INVITATIONS, now=visit.now)
    url = employees_url(organisation.id)
    page = EmployeesPage(
        frame=frame(visit, Section.EMPLOYEES),
        manages=manages,
        # On the pages that follow it would only be in the way.
        waiting=tuple(waiting_line(visit, one) for one in waiting) if place is None else (),
        waiting_count=organisation.waiting,
        only_waiting=only_waiting,
        employees=employee_lines(visit, stretch.employees),
        search=wanted.search,
        status="" if wanted.status is None else wanted.status.value,
        type="" if wanted.type is None else wanted.type.value,
        statuses=(("", _("All states")), *((one.value, words.state_text(one)) for one in LISTED)) if manages else (),
        types=words.type_options(with_none=True),
        filters=_filters(wanted),
        earlier_url=_page_url(url, wanted, stretch.earlier),
        later_url=_page_url(url, wanted, stretch.later),
        invitations=tuple(invitation_line(visit, one) for one in invited.invitations),
        invitations_count=invited.total,
        url=url,
    )
    return pages.render(page, menu=page.frame.menu)


def _place() -> Place | None:
    for direction in Direction:
        if beside := request.args.get(direction.value):
            return Place(MembershipId(beside), direction)
    return None


def _filters(wanted: Filter) -> str:
    if wanted.is_empty:
        return ""
    return ngettext("%(num)s filter", "%(num)s filters", wanted.count)


def _page_url(url: str, wanted: Filter, place: Place | None) -> str | None:
    if place is None:
        return None
    named = {
        "search": wanted.search,
        "status": "" if wanted.status is None else wanted.status.value,
        "type": "" if wanted.type is None else wanted.type.value,
        place.direction.value: place.membership_id,
    }
    return f"{url}?{urlencode({name: value for name, value in named.items() if value})}"
