"""One employee: their page, and changing what is recorded about them."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.accreditations.queries import kinds
from core.infra.dates import date_in_words
from core.infra.forms import Form, Wrong
from core.infra.messages import N_
from core.organisations import employee_data, employee_forms
from core.organisations.errors import ChangedMeanwhile, NotManager, WrongState
from core.organisations.rights import Right
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus
from core.tools.employee_access import employee_access
from core.web.locale import current_language
from portal import notices, pages
from portal.employees import words
from portal.employees.act_words import REFUSED, act, possible
from portal.employees.lines import access_lines, initials, phone, waits_since
from portal.employees.opening import EmployeeVisit, employees_url, open_employee
from portal.employees.pages import Act, Difference, EditPage, EmployeePage
from portal.frame import Section, frame, organisation_url
from portal.visit import check_form

bp = Blueprint("employee", __name__)

VERSION = "version"
_WORKS_HERE = frozenset({MembershipStatus.ACTIVE, MembershipStatus.BLOCKED})
_FIELDS = (
    ("function", N_("Function")),
    ("employee-type", N_("Works as")),
    ("work-email", N_("E-mail address")),
    ("work-phone", N_("Telephone")),
)


@bp.get("/organisations/<organisation_id>/employees/<membership_id>")
def show(organisation_id: str, membership_id: str) -> str:
    """Show an employee: to colleagues what they see of each other, to managers all of it."""
    opened = open_employee(organisation_id, membership_id)
    visit, employee = opened.visit, opened.employee
    sees_tools = opened.manages and employee.status in _WORKS_HERE
    with visit.services.database.reading() as session:
        access = employee_access(session, employee.id, now=visit.now) if sees_tools else ()
        names = kinds(session) if access else {}
    is_waiting = employee.status is MembershipStatus.REQUESTED
    page = EmployeePage(
        frame=frame(visit, Section.EMPLOYEES),
        name=employee.name,
        username=employee.username if opened.manages or opened.is_own else "",
        initials=initials(employee.name),
        is_own=opened.is_own,
        is_manager=employee.is_manager,
        status=employee.status,
        status_text=words.state_text(employee.status),
        type=words.type_text(employee.details.type),
        function=employee.details.function or "",
        email=employee.details.email or "",
        phone=phone(employee.details),
        since="" if employee.since is None else date_in_words(employee.since, current_language()),
        waits=waits_since(employee.wait, visit.now) if is_waiting else "",
        manages=opened.manages,
        tools=access_lines(visit, access, names),
        edit_url=f"{opened.url}/edit" if _may_edit(opened) else None,
        confirm_url=f"{opened.url}/confirm" if opened.manages and is_waiting else None,
        wallet_url=_wallet_url(opened),
        acts=_acts(opened),
        note=_note(opened),
        list_url=employees_url(organisation_id),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get("/organisations/<organisation_id>/employees/<membership_id>/edit")
def edit(organisation_id: str, membership_id: str) -> AnyResponse | str:
    """Show the employee data to be changed."""
    opened = _open_to_edit(organisation_id, membership_id)
    if opened.manages and opened.employee.status is MembershipStatus.REQUESTED:
        # Of somebody who waits a manager changes the data by confirming them.
        return redirect(f"{opened.url}/confirm", 303)
    if not _may_edit(opened):
        return notices.done(opened.url, "changed-meanwhile")
    page = _edit_page(opened, typed_of(opened.employee.details))
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/employees/<membership_id>/edit")
def save(organisation_id: str, membership_id: str) -> AnyResponse | tuple[str, int]:
    """Change the employee data; where somebody else saved meanwhile, show both and ask again."""
    check_form()
    opened = _open_to_edit(organisation_id, membership_id)
    form = _read(opened)
    if form.value is None:
        page = replace(_edit_page(opened, form.typed), errors=shown(form.wrong), version=sent_version())
        return pages.render(page, menu=page.frame.menu), 422
    try:
        with opened.visit.services.database.transaction() as session:
            employee_data.change(
                session,
                opened.employee.id,
                form.value,
                version=sent_version(),
                by=opened.visit.actor.person_id,
                now=opened.visit.now,
            )
    except ChangedMeanwhile:
        return _differing(organisation_id, membership_id, form)
    except (NotManager, WrongState):
        return notices.done(opened.url, "changed-meanwhile")
    return notices.done(opened.url, "saved")


def _acts(opened: EmployeeVisit) -> tuple[Act, ...]:
    if not opened.manages or _is_last_manager(opened):
        return ()
    return tuple(act(deed, opened.employee, opened.url) for deed in possible(opened.employee))


def _wallet_url(opened: EmployeeVisit) -> str | None:
    """Return where a manager decides what this employee may do with the wallet, or an employee reads it."""
    wallet = organisation_url(opened.visit.organisation.id, Section.WALLET)
    if opened.visit.may(Right.MANAGE_WALLET) and opened.employee.status in _WORKS_HERE:
        return f"{wallet}/control/{opened.employee.id}"
    return f"{wallet}/mine" if opened.is_own and opened.visit.may(Right.SEE_DATA) else None


def _note(opened: EmployeeVisit) -> str:
    """Return why a manager finds no button to block or delete this employee; empty where they do."""
    if not opened.manages or not opened.employee.is_manager:
        return ""
    is_last = _is_last_manager(opened)
    if opened.is_own and not is_last:
        return ""
    why = REFUSED["last-manager" if is_last else "demote-first"]
    return _(why, person=opened.employee.name)


def _is_last_manager(opened: EmployeeVisit) -> bool:
    return opened.employee.is_manager and opened.visit.organisation.managers <= 1


def typed_of(details: MemberDetails) -> Mapping[str, str]:
    """Return employee data as the fields of a form hold them."""
    return {
        "function": details.function or "",
        "employee-type": "" if details.type is None else details.type.value,
        "work-email": details.email or "",
        "work-phone": phone(details),
    }


def sent_version() -> int:
    """Return the version from which the form that came was made; zero, which none has, for no number."""
    sent = request.form.get(VERSION, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def shown(wrong: tuple[Wrong, ...]) -> tuple[Wrong, ...]:
    """Return what is wrong with a form in the language of the page."""
    return tuple(Wrong(one.field, _(one.message)) for one in wrong)


def differences(theirs: Mapping[str, str], yours: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return the fields in which what somebody saved is not what was typed, in words."""
    return tuple(
        Difference(_(label), _word(name, theirs[name]), _word(name, yours[name]))
        for name, label in _FIELDS
        if name in yours and theirs[name] != yours[name].strip()
    )


def _word(name: str, value: str) -> str:
    known = {type_.value: text for type_, text in words.TYPES.items()} if name == "employee-type" else {}
    return _(known[value]) if value in known else value


def _open_to_edit(organisation_id: str, membership_id: str) -> EmployeeVisit:
    opened = open_employee(organisation_id, membership_id)
    # Of others only a manager; whoever may not is told who can.
    return opened if opened.is_own else open_employee(organisation_id, membership_id, Right.MANAGE_EMPLOYEES)


def _may_edit(opened: EmployeeVisit) -> bool:
    editable = {MembershipStatus.ACTIVE}
    editable |= {MembershipStatus.REQUESTED} if opened.is_own else {MembershipStatus.BLOCKED}
    return opened.employee.status in editable and (opened.is_own or opened.manages)


def _read(opened: EmployeeVisit) -> Form[MemberDetails]:
    return employee_forms.member_data(request.form) if opened.manages else employee_forms.own_data(request.form)


def _edit_page(opened: EmployeeVisit, typed: Mapping[str, str]) -> EditPage:
    return EditPage(
        frame=frame(opened.visit, Section.EMPLOYEES),
        name=opened.employee.name,
        action=f"{opened.url}/edit",
        back_url=opened.url,
        is_own=opened.is_own,
        has_type=opened.manages,
        typed=typed,
        types=words.type_options(with_none=False),
        version=opened.employee.version,
    )


def _differing(organisation_id: str, membership_id: str, form: Form[MemberDetails]) -> tuple[str, int]:
    # Read again: what the other saved, and the version to save anyway on.
    opened = _open_to_edit(organisation_id, membership_id)
    between = differences(typed_of(opened.employee.details), form.typed)
    page = replace(_edit_page(opened, form.typed), differences=between)
    return pages.render(page, menu=page.frame.menu), 409
