"""Who is staff: listed, given and taken by operators; operators are made and unmade by two."""

from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.staff import roles
from core.staff.approvals import Act
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation

GIVE_OPERATOR = Act("give-operator", StaffRole.OPERATOR)
TAKE_OPERATOR = Act("take-operator", StaffRole.OPERATOR)
_OPERATOR = (StaffRole.OPERATOR,)
_BY_ONE = (StaffRole.HELPDESK.value, StaffRole.DEVELOPER.value)


def all_staff(call: Call) -> Json:
    """List everybody who holds a role."""
    return {
        "staff": [
            {
                "person_id": member.person_id,
                "username": member.username,
                "name": member.name,
                "role": member.role.value,
                "given_at": member.given_at.isoformat(),
            }
            for member in roles.all_staff(call.session)
        ]
    }


def give(call: Call) -> Json:
    """Give somebody a role of the helpdesk or of a developer."""
    role = StaffRole(call.body.text("role"))
    return {"changed": roles.give(call.session, _person(call), role, by=call.by, why=call.reason, now=call.now)}


def take(call: Call) -> Json:
    """Take such a role away."""
    role = StaffRole(call.body.text("role"))
    return {"changed": roles.take_away(call.session, _person(call), role, by=call.by, why=call.reason, now=call.now)}


def ask_for_operator(call: Call) -> Json:
    """Make sure that there is somebody to give the role to, or take it from; a second operator decides."""
    _person(call)
    return {}


def _person(call: Call) -> PersonId:
    person_id = PersonId(call.names["person_id"])
    if person_facts(call.session, person_id) is None:
        raise NotFound(person=person_id)
    return person_id


_CHANGED = (Member("changed", Kind.FLAG, "False where it was so already."),)
_ROLE = (Member("role", choices=_BY_ONE),)
_STAFF = (
    Member(
        "staff",
        Kind.OBJECTS,
        members=(
            Member("person_id"),
            Member("username"),
            Member("name", longest=420),
            Member("role", choices=tuple(StaffRole)),
            Member("given_at"),
        ),
    ),
)

OPERATIONS = (
    Operation("listStaff", "GET", "/staff", _OPERATOR, "Everybody who holds a role", all_staff, gives=_STAFF),
    Operation(
        *("giveRole", "POST", "/staff/{person_id}/give", _OPERATOR, "Give somebody a role", give),
        takes=_ROLE,
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("takeRole", "POST", "/staff/{person_id}/take", _OPERATOR, "Take a role away", take),
        takes=_ROLE,
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("giveOperator", "POST", "/staff/{person_id}/give-operator", _OPERATOR),
        *("Make somebody an operator", ask_for_operator),
        is_fresh=True,
        second_person=GIVE_OPERATOR,
    ),
    Operation(
        *("takeOperator", "POST", "/staff/{person_id}/take-operator", _OPERATOR),
        *("Let somebody be an operator no longer", ask_for_operator),
        is_fresh=True,
        second_person=TAKE_OPERATOR,
    ),
)
