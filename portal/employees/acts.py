"""Refuse, block, activate, delete, make manager or not: the question on a page of its own, and the act."""

from collections.abc import Callable

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.accreditations.queries import kinds
from core.closing import membership
from core.organisations import employees
from core.organisations.employee_lists import OneEmployee
from core.organisations.errors import DemoteFirst, Disputed, LastManager, NotManager, WrongState
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.tools.employee_access import employee_access
from core.tools.resting import resting_tools
from core.web.locale import current_language
from portal import notices, pages
from portal.employees.act_words import REFUSED, Deed, act
from portal.employees.lines import access_lines
from portal.employees.opening import EmployeeVisit, employees_url, open_employee
from portal.employees.pages import AskPage, Resting
from portal.frame import Section, frame, organisation_url
from portal.visit import check_form

bp = Blueprint("employee_acts", __name__)

_PATH = (
    "/organisations/<organisation_id>/employees/<membership_id>"
    "/<any(refuse, block, activate, remove, promote, demote):deed>"
)
_ENDS_ACCESS = frozenset({Deed.BLOCK, Deed.REMOVE})


@bp.get(_PATH)
def ask(organisation_id: str, membership_id: str, deed: str) -> AnyResponse | str:
    """Ask whether it is meant, with everything that comes of it; or say why it cannot be done."""
    opened = open_employee(organisation_id, membership_id, Right.MANAGE_EMPLOYEES)
    wanted = Deed(deed)
    if _is_done(wanted, opened.employee):
        return notices.done(opened.url, "done-already")
    page = _ask_page(opened, wanted, _refusal(opened, wanted))
    return pages.render(page, menu=page.frame.menu)


@bp.post(_PATH)
def carry_out(organisation_id: str, membership_id: str, deed: str) -> AnyResponse | tuple[str, int]:
    """Do it; what was done already, or cannot be done any more, is said on the page that follows."""
    check_form()
    opened = open_employee(organisation_id, membership_id, Right.MANAGE_EMPLOYEES)
    wanted = Deed(deed)
    if _is_done(wanted, opened.employee):
        return notices.done(opened.url, "done-already")
    try:
        with opened.visit.services.database.transaction() as session:
            _DEEDS[wanted](session, opened.employee.id, by=opened.visit.actor.person_id, now=opened.visit.now)
    except (DemoteFirst, Disputed, LastManager) as error:
        page = _ask_page(opened, wanted, error.code)
        return pages.render(page, menu=page.frame.menu), 409
    except (WrongState, NotManager):
        # Somebody else was first: the page says how it stands, or that one manages no longer.
        return notices.done(opened.url, "changed-meanwhile")
    url = employees_url(organisation_id) if wanted is Deed.REMOVE else opened.url
    return notices.done(url, f"employee-{wanted.value}")


def _is_done(deed: Deed, employee: OneEmployee) -> bool:
    match deed:
        case Deed.REFUSE:
            return employee.status is MembershipStatus.REFUSED
        case Deed.BLOCK:
            return employee.status is MembershipStatus.BLOCKED
        case Deed.ACTIVATE:
            return employee.status is MembershipStatus.ACTIVE
        case Deed.REMOVE:
            return employee.status is MembershipStatus.LEFT
        case Deed.PROMOTE:
            return employee.is_manager
        case Deed.DEMOTE:
            return employee.status is MembershipStatus.ACTIVE and not employee.is_manager


def _refusal(opened: EmployeeVisit, deed: Deed) -> str | None:
    if deed in _ENDS_ACCESS and opened.employee.is_manager:
        return DemoteFirst.code
    is_last = deed is Deed.DEMOTE and opened.employee.is_manager and opened.visit.organisation.managers <= 1
    return LastManager.code if is_last else None


def _ask_page(opened: EmployeeVisit, deed: Deed, refused: str | None) -> AskPage:
    visit, employee = opened.visit, opened.employee
    ends = deed in _ENDS_ACCESS and refused is None and employee.status is not MembershipStatus.REQUESTED
    language, tools_url = current_language(), organisation_url(visit.organisation.id, Section.TOOLS)
    with visit.services.database.reading() as session:
        used = employee_access(session, employee.id, now=visit.now) if ends else ()
        used = tuple(tool for tool in used if tool.judged.role is not None)
        names = kinds(session) if used else {}
        resting = resting_tools(session, employee.id, now=visit.now) if ends else ()
    return AskPage(
        frame=frame(visit, Section.EMPLOYEES),
        name=employee.name,
        act=act(deed, employee, opened.url),
        tools=access_lines(visit, used, names),
        resting=tuple(
            Resting(
                name=tool.tool.text(language),
                usage=tool.usage.text(language),
                colleagues=tool.colleagues,
                alternatives=tool.alternatives,
                stops=tool.stops,
                url=f"{tools_url}/{tool.tool_code}/{tool.usage_code}",
            )
            for tool in resting
        ),
        refused=None if refused is None else _(REFUSED[refused], person=employee.name),
        way_on=act(Deed.DEMOTE, employee, opened.url) if refused == DemoteFirst.code else None,
        back_url=opened.url if employee.status is not MembershipStatus.LEFT else employees_url(visit.organisation.id),
    )


# Each takes a session, the membership, by whom, and when.
_DEEDS: dict[Deed, Callable[..., object]] = {
    Deed.REFUSE: employees.refuse,
    Deed.BLOCK: membership.block,
    Deed.ACTIVATE: employees.activate,
    Deed.REMOVE: membership.remove,
    Deed.PROMOTE: employees.promote,
    Deed.DEMOTE: employees.demote,
}
