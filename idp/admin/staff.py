"""Who is staff: listed, given and taken by operators.

Who decides as second person is made by two as well: otherwise one operator alone could make the
two people of the helpdesk whose agreement a dangerous act needs.
"""

from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.staff import roles
from core.staff.approvals import Act
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation

GIVE_OPERATOR = Act("give-operator", StaffRole.OPERATOR)
GIVE_HELPDESK = Act("give-helpdesk", StaffRole.OPERATOR)
TAKE_OPERATOR = Act("take-operator", StaffRole.OPERATOR)
_OPERATOR = (StaffRole.OPERATOR,)
_GIVEN_BY_ONE, _TAKEN_BY_ONE = (StaffRole.DEVELOPER.value,), (StaffRole.HELPDESK.value, StaffRole.DEVELOPER.value)


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
    """Give somebody the role of a developer."""
    role = StaffRole(call.body.text("role"))
    return {"changed": roles.give(call.session, _person(call), role, by=call.by, why=call.reason, now=call.now)}


def take(call: Call) -> Json:
    """Take a role of the helpdesk or of a developer away."""
    role = StaffRole(call.body.text("role"))
    return {"changed": roles.take_away(call.session, _person(call), role, by=call.by, why=call.reason, now=call.now)}


def ask_for_role(call: Call) -> Json:
    """Make sure that there is somebody to give the role to, or take it from; a second operator decides."""
    _person(call)
    return {}


def _person(call: Call) -> PersonId:
    person_id = PersonId(call.names["person_id"])
    if person_facts(call.session, person_id) is None:
        raise NotFound(person=person_id)
    return person_id


_CHANGED = (Member("changed", Kind.FLAG, "False where it was so already."),)
_GIVEN, _TAKEN = (Member("role", choices=_GIVEN_BY_ONE),), (Member("role", choices=_TAKEN_BY_ONE),)
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
        takes=_GIVEN,
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("takeRole", "POST", "/staff/{person_id}/take", _OPERATOR, "Take a role away", take),
        takes=_TAKEN,
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("giveOperator", "POST", "/staff/{person_id}/give-operator", _OPERATOR),
        *("Make somebody an operator", ask_for_role),
        is_fresh=True,
        second_person=GIVE_OPERATOR,
    ),
    Operation(
        *("giveHelpdesk", "POST", "/staff/{person_id}/give-helpdesk", _OPERATOR),
        *("Let somebody work for the helpdesk", ask_for_role),
        is_fresh=True,
        second_person=GIVE_HELPDESK,
    ),
    Operation(
        *("takeOperator", "POST", "/staff/{person_id}/take-operator", _OPERATOR),
        *("Let somebody be an operator no longer", ask_for_role),
        is_fresh=True,
        second_person=TAKE_OPERATOR,
    ),
)
