"""Confirming somebody who asks to join (manual 2.2.5 b): employee data, then access to tools, at once."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.employees import Entry, confirm
from core.infra.errors import NotFound
from core.infra.forms import Form, Wrong
from core.organisations import employee_forms
from core.organisations.employee_forms import IS_MANAGER, Described
from core.organisations.errors import ChangedMeanwhile, Disputed, NotManager, NotMember, WrongState
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.tools.errors import RequirementNotMet, UnknownRole
from portal import notices
from portal.employees import entry
from portal.employees.act_words import Deed, act
from portal.employees.employee import VERSION, differences, sent_version, typed_of
from portal.employees.entry import Steps
from portal.employees.lines import waits_since
from portal.employees.opening import EmployeeVisit, open_employee
from portal.visit import check_form

bp = Blueprint("employee_confirming", __name__)

_PATH = "/organisations/<organisation_id>/employees/<membership_id>/confirm"
Answer = AnyResponse | str | tuple[str, int]


@bp.get(_PATH)
def show(organisation_id: str, membership_id: str) -> Answer:
    """Show the first step: what the person says of themselves, to be checked and changed."""
    opened = open_employee(organisation_id, membership_id, Right.MANAGE_EMPLOYEES)
    if opened.employee.status is not MembershipStatus.REQUESTED:
        return _answered(opened)
    return entry.details_page(_steps(opened, opened.employee.version), typed_of(opened.employee.details))


@bp.post(_PATH)
def submit(organisation_id: str, membership_id: str) -> Answer:
    """Go on to the second step, back to the first, or confirm with both."""
    check_form()
    opened = open_employee(organisation_id, membership_id, Right.MANAGE_EMPLOYEES)
    if opened.employee.status is not MembershipStatus.REQUESTED:
        return _answered(opened)
    form, steps = employee_forms.described(request.form), _steps(opened, sent_version())
    if entry.current_step() == entry.BACK:
        return entry.details_page(steps, form.typed)
    if form.value is None:
        return entry.details_page(steps, form.typed, errors=form.wrong), 422
    if entry.current_step() == entry.DETAILS:
        return entry.access_page(steps, form.typed)
    return _confirm(opened, steps, form, form.value)


def _confirm(opened: EmployeeVisit, steps: Steps, form: Form[Described], wanted: Described) -> Answer:
    visit = opened.visit
    try:
        with visit.services.database.transaction() as session:
            confirm(
                session,
                opened.employee.id,
                Entry(wanted.details, wanted.is_manager, entry.wished_roles()),
                version=sent_version(),
                by=visit.actor.person_id,
                now=visit.now,
            )
    except ChangedMeanwhile:
        return _differing(opened, form.typed)
    except (RequirementNotMet, UnknownRole, NotFound):
        # A tool or an accreditation ended meanwhile: the roles as they can be given now.
        return entry.access_page(steps, form.typed, errors=(Wrong("tools", entry.TOOLS_CHANGED),)), 409
    except Disputed:
        return entry.details_page(steps, form.typed, errors=(Wrong(IS_MANAGER, entry.DISPUTED),)), 409
    except (WrongState, NotManager, NotMember):
        return notices.done(opened.url, "changed-meanwhile")
    return notices.done(opened.url, "employee-confirm")


def _answered(opened: EmployeeVisit) -> AnyResponse:
    is_confirmed = opened.employee.status is MembershipStatus.ACTIVE
    return notices.done(opened.url, "done-already" if is_confirmed else "changed-meanwhile")


def _differing(opened: EmployeeVisit, typed: Mapping[str, str]) -> Answer:
    # The person changed their own request meanwhile: both side by side, and on from there.
    again = open_employee(opened.visit.organisation.id, opened.employee.id, Right.MANAGE_EMPLOYEES)
    between = differences(typed_of(again.employee.details), typed)
    return entry.details_page(_steps(again, again.employee.version), typed, differences=between), 409


def _steps(opened: EmployeeVisit, version: int) -> Steps:
    employee = opened.employee
    return Steps(
        visit=opened.visit,
        title=_("Confirm %(person)s", person=employee.name),
        lead=waits_since(employee.wait, opened.visit.now),
        action=f"{opened.url}/confirm",
        back_url=opened.url,
        submit_id="confirm-employee",
        submit=_("Confirm"),
        person_id=employee.person_id,
        membership_id=employee.id,
        hidden=((VERSION, str(version)),),
        acts=tuple(act(deed, employee, opened.url) for deed in (Deed.REFUSE, Deed.BLOCK)),
    )
