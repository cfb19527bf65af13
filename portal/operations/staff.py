"""`/operations/staff`: who holds which role; given and taken, that of operators by two."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint
from flask_babel import gettext as _

from core.infra.forms import Reading
from core.infra.messages import N_
from core.people.profiles import find_for_sign_in
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from portal import pages
from portal.operations.asking import Answer, Field, Question, ask, carry_out, not_found, nothing
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk
from portal.staff_words import ROLES
from portal.visit import check_form

bp = Blueprint("operations_staff", __name__)

URL = Part.STAFF.value
_NOBODY = N_("Nobody has this username or e-mail address.")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role."""

    person_id: str
    name: str
    username: str
    role: str
    role_text: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Everybody who holds a role."""

    template: ClassVar[str] = "operations/staff.html"

    frame: OperationsFrame
    members: tuple[Member, ...]


@bp.get(URL)
def show() -> str:
    """Show everybody who holds a role."""
    desk = open_operations()
    page = StaffPage(around(desk, Part.STAFF), _members(desk))
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/give/<any(helpdesk, operator, developer):role>")
def show_giving(role: str) -> str:
    """Ask who is to have a role."""
    return ask(open_operations(), _giving(StaffRole(role)))


@bp.post(f"{URL}/give/<any(helpdesk, operator, developer):role>")
def give(role: str) -> Answer:
    """Give a role, or ask a second operator to agree."""
    check_form()
    desk, wanted = open_operations(), StaffRole(role)
    by_two = wanted is not StaffRole.DEVELOPER

    def do(person_id: str, why: Reason) -> None:
        if by_two:
            desk.admin.act("staff", person_id, f"give-{wanted.value}", why=why)
        else:
            desk.admin.act("staff", person_id, "give", why=why, role=wanted.value)

    return carry_out(
        desk,
        _giving(wanted),
        lambda reading: _person(desk, reading),
        do,
        to=URL,
        done="operations-asked" if by_two else "operations-done",
    )


@bp.get(f"{URL}/<person_id>/take/<any(helpdesk, operator, developer):role>")
def show_taking(person_id: str, role: str) -> str:
    """Ask before a role is taken away."""
    desk = open_operations()
    return ask(desk, _taking(desk, person_id, StaffRole(role)))


@bp.post(f"{URL}/<person_id>/take/<any(helpdesk, operator, developer):role>")
def take(person_id: str, role: str) -> Answer:
    """Take a role away, or ask a second operator to agree."""
    check_form()
    desk, wanted = open_operations(), StaffRole(role)
    is_operator = wanted is StaffRole.OPERATOR

    def do(_value: None, why: Reason) -> None:
        if is_operator:
            desk.admin.act("staff", person_id, "take-operator", why=why)
        else:
            desk.admin.act("staff", person_id, "take", why=why, role=wanted.value)

    return carry_out(
        desk,
        _taking(desk, person_id, wanted),
        nothing,
        do,
        to=URL,
        done="operations-asked" if is_operator else "operations-done",
    )


def _members(desk: Desk) -> tuple[Member, ...]:
    return tuple(
        Member(
            person_id=one["person_id"],
            name=one["name"],
            username=one["username"],
            role=one["role"],
            role_text=_role_text(one["role"]),
            given_at=datetime.fromisoformat(one["given_at"]),
        )
        for one in desk.admin.read("staff")["staff"]
    )


def _role_text(word: str) -> str:
    role = StaffRole(word)
    return _(ROLES[role])


def _giving(role: StaffRole) -> Question:
    by_two = role is not StaffRole.DEVELOPER
    return Question(
        code="give-role",
        part=Part.STAFF,
        title=_("Who is to be %(role)s?", role=_(ROLES[role])),
        back_url=URL,
        back=_("Staff"),
        url=f"{URL}/give/{role.value}",
        consequences=(_("A second operator has to agree."),) if by_two else (_("The role counts at once."),),
        fields=(Field("username", _("Username or e-mail address"), required=True, longest=254),),
        yes=_("Ask a second operator") if by_two else _("Give the role"),
    )


def _taking(desk: Desk, person_id: str, role: StaffRole) -> Question:
    member = next((one for one in _members(desk) if (one.person_id, one.role) == (person_id, role.value)), None)
    if member is None:
        raise not_found(person=person_id, role=role.value)
    is_operator = role is StaffRole.OPERATOR
    return Question(
        code="take-role",
        part=Part.STAFF,
        title=_("Take this role away?"),
        lead=f"{member.name} ({member.username}) · {member.role_text}",
        back_url=URL,
        back=_("Staff"),
        url=f"{URL}/{person_id}/take/{role.value}",
        consequences=(
            _("The desk closes for them at once, also where it is open."),
            *((_("A second operator has to agree."),) if is_operator else ()),
        ),
        yes=_("Yes, ask a second operator") if is_operator else _("Yes, take it away"),
        is_danger=True,
    )


def _person(desk: Desk, reading: Reading) -> str:
    typed = reading.text("username", longest=254, required=_NOBODY)
    if typed is None:
        return ""
    with desk.services.database.reading() as session:
        found = find_for_sign_in(session, typed)
    if found is None:
        reading.refuse("username", _NOBODY)
        return ""
    return found.person_id
