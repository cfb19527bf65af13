"""Signing keys: their states, and the steps from one to the next."""

from core.infra.errors import NotFound
from core.proof.keys import ALGORITHMS
from core.staff.approvals import Act
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation
from idp.signing import rotation, states
from idp.signing.states import KeyState

RETIRE = Act("retire-signing-key", StaffRole.OPERATOR)
DESTROY = Act("destroy-signing-key", StaffRole.OPERATOR)
_OPERATOR = (StaffRole.OPERATOR,)


def all_keys(call: Call) -> Json:
    """List every key that ever was."""
    return {
        "keys": [
            {
                "kid": key.kid,
                "algorithm": key.algorithm,
                "state": key.state.value,
                "created_at": key.created_at.isoformat(),
                "changed_at": key.changed_at.isoformat(),
                "place": _place(call, key.kid),
            }
            for key in rotation.list_keys(call.session)
        ]
    }


def new(call: Call) -> Json:
    """Make a key and publish it."""
    keys = call.services.keyring.private_keys
    return {"kid": rotation.new_key(call.session, keys, algorithm=call.body.text("algorithm"), now=call.now)}


def activate(call: Call) -> Json:
    """Let a published key sign."""
    rotation.activate(call.session, kid=call.names["kid"], now=call.now, at_once=call.body.flag("at_once"))
    return {}


def retire(call: Call) -> Json:
    """Make sure that a key could be retired now; a second person decides."""
    found = _key(call)
    states.retired(found.state, since=found.changed_at, now=call.now, at_once=call.body.flag("at_once"))
    return {}


def destroy(call: Call) -> Json:
    """Make sure that a key could be destroyed now; a second person decides."""
    states.require_retired(_key(call).state)
    return {}


def _key(call: Call) -> rotation.ListedKey:
    found = next((key for key in rotation.list_keys(call.session) if key.kid == call.names["kid"]), None)
    if found is None:
        raise NotFound(kid=call.names["kid"])
    return found


def _place(call: Call, kid: str) -> str | None:
    place = call.services.keyring.private_keys.place_of(kid)
    return None if place is None else str(place)


_AT_ONCE = (Member("at_once", Kind.FLAG, "Do not wait for others to notice; for a leaked key.", is_required=False),)
_KEYS = (
    Member(
        "keys",
        Kind.OBJECTS,
        members=(
            Member("kid"),
            Member("algorithm"),
            Member("state", choices=tuple(KeyState)),
            Member("created_at"),
            Member("changed_at"),
            Member("place", is_nullable=True, meaning="Where the private half lies; null: it was destroyed."),
        ),
    ),
)

OPERATIONS = (
    Operation("listKeys", "GET", "/signing-keys", _OPERATOR, "Every signing key", all_keys, gives=_KEYS),
    Operation(
        *("newKey", "POST", "/signing-keys", _OPERATOR, "Make a key and publish it", new),
        takes=(Member("algorithm", choices=tuple(ALGORITHMS)),),
        gives=(Member("kid"),),
        is_fresh=True,
    ),
    Operation(
        *("activateKey", "POST", "/signing-keys/{kid}/activate", _OPERATOR, "Let a published key sign", activate),
        takes=_AT_ONCE,
        is_fresh=True,
    ),
    Operation(
        *("retireKey", "POST", "/signing-keys/{kid}/retire", _OPERATOR, "Take a key out of the JWKS", retire),
        takes=_AT_ONCE,
        is_fresh=True,
        second_person=RETIRE,
    ),
    Operation(
        *("destroyKey", "POST", "/signing-keys/{kid}/destroy", _OPERATOR),
        *("Remove the private half of a retired key for good", destroy),
        is_fresh=True,
        second_person=DESTROY,
    ),
)
