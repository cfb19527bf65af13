"""From what core knows of employees to the lines of pages, in the language of the page."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.localised import Localised
from core.organisations.employee_lists import LISTED, Employee, WaitingEmployee
from core.organisations.invitations import OpenInvitation
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType
from core.organisations.waiting import Wait
from core.people.phone_numbers import phone_for_reading
from core.tools.access_states import AccessState
from core.tools.candidates import CandidateTool, RolesWished
from core.tools.employee_access import EmployeeAccess
from core.web.locale import current_language
from portal.employees import words
from portal.employees.opening import employee_url, employees_url
from portal.employees.pages import EmployeeLine, InvitationLine, ToolLine, WaitingLine
from portal.frame import Section, organisation_url
from portal.visit import Visit

Kinds = Mapping[str, Localised]


def employee_lines(visit: Visit, employees: Iterable[Employee]) -> tuple[EmployeeLine, ...]:
    """Return the lines of the list; each word is translated once, however many lines it stands in."""
    types = {type_: words.type_text(type_) for type_ in (None, *MembershipType)}
    states = {status: words.state_text(status) for status in LISTED}
    return tuple(
        EmployeeLine(
            id=employee.id,
            url=employee_url(visit.organisation.id, employee.id),
            name=employee.name,
            is_own=employee.id == visit.membership_id,
            is_manager=employee.is_manager,
            type=types[employee.details.type],
            function=employee.details.function or "",
            email=employee.details.email or "",
            phone=phone(employee.details),
            status=employee.status,
            status_text=states[employee.status],
        )
        for employee in employees
    )


def waiting_line(visit: Visit, employee: WaitingEmployee) -> WaitingLine:
    """Return one of those who wait."""
    url = employee_url(visit.organisation.id, employee.id)
    return WaitingLine(
        id=employee.id,
        name=employee.name,
        function=employee.details.function or "",
        email=employee.details.email or "",
        since=waits_since(employee.wait, visit.now),
        ends=date_in_words(belgian_date(employee.wait.ends_at), current_language()),
        url=url,
        confirm_url=f"{url}/confirm",
    )


def invitation_line(visit: Visit, invitation: OpenInvitation) -> InvitationLine:
    """Return one open invitation."""
    language = current_language()
    return InvitationLine(
        id=invitation.id,
        address=invitation.address,
        function=invitation.details.function or "",
        sent=date_in_words(belgian_date(invitation.sent_at), language),
        until=date_in_words(belgian_date(invitation.expires_at), language),
        url=f"{employees_url(visit.organisation.id)}/invitations/{invitation.id}",
        may_be_sent_again=visit.now >= invitation.may_be_sent_again_from,
    )


def candidate_lines(tools: Iterable[CandidateTool], kinds: Kinds, chosen: RolesWished) -> tuple[ToolLine, ...]:
    """Return the tools of the second step, with the roles that were chosen so far."""
    language = current_language()
    return tuple(
        ToolLine(
            id=tool.registration_id,
            name=tool.tool.text(language),
            usage=tool.usage.text(language),
            roles=tuple((role.code, role.name.text(language)) for role in tool.roles),
            chosen=chosen.get(tool.registration_id, ""),
            role_name="",
            is_blocked=False,
            is_suspended=tool.is_suspended,
            lacks=() if tool.reason is None else words.lacking(tool.reason, kinds),
        )
        for tool in tools
    )


def access_lines(visit: Visit, tools: Iterable[EmployeeAccess], kinds: Kinds) -> tuple[ToolLine, ...]:
    """Return the tools of the organisation as they stand for a member."""
    language, url = current_language(), organisation_url(visit.organisation.id, Section.TOOLS)
    return tuple(
        ToolLine(
            id=tool.registration_id,
            name=tool.tool_name.text(language),
            usage=tool.usage_name.text(language),
            roles=(),
            chosen=tool.judged.role or "",
            role_name="" if tool.role_name is None else tool.role_name.text(language),
            is_blocked=tool.judged.state is AccessState.BLOCKED,
            is_suspended=tool.is_suspended,
            lacks=() if tool.judged.reason is None else words.lacking(tool.judged.reason, kinds),
            url=f"{url}/{tool.tool_code}/{tool.usage}",
        )
        for tool in tools
    )


def phone(details: MemberDetails) -> str:
    """Return a number in groups, as people say it; empty where there is none."""
    return "" if details.phone_number is None else phone_for_reading(details.phone_number)


def waits_since(wait: Wait, now: datetime) -> str:
    """Return since when somebody waits, as a sentence."""
    day = date_in_words(belgian_date(wait.asked_at), current_language())
    days = wait.days(now)
    if days == 0:
        return (
            _("Asked on %(day)s, today", day=day)
            if belgian_date(now) == belgian_date(wait.asked_at)
            else _("Asked on %(day)s", day=day)
        )
    return ngettext("Asked on %(day)s, %(num)s day ago", "Asked on %(day)s, %(num)s days ago", days, day=day)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
