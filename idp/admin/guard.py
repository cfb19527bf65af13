"""Who calls the staff's interface: somebody of the staff, through the portal, with a token bound to its key.

The token alone opens nothing: `require_role` asks in the transaction of the operation whether its
person holds the role now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.infra.db import Session
from core.people.identifiers import PersonId
from core.proof import protected_resource
from core.proof.challenge import Scheme
from core.proof.step_up import Demand, unmet
from core.staff import assurance, roles
from core.staff.errors import NotStaff
from core.staff.states import StaffRole
from core.web.programs import ProgramRequest
from idp.admin.operation import Operation
from idp.oidc import protect
from idp.oidc.checks import resource
from idp.oidc.errors import InsufficientScope, InvalidToken
from idp.oidc.proof_errors import InsufficientUserAuthentication
from idp.oidc.protect import Caller
from idp.wiring import Services

# How long ago somebody may have signed in who works at a desk, and who does something dangerous.
MAX_AGE = timedelta(hours=8)
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Staff:
    """Whoever calls: their roles by token and client, and the headers that the answer brings."""

    person_id: PersonId
    roles: tuple[StaffRole, ...]
    headers: Mapping[str, str]


def require(ground: Services, request: ProgramRequest, operation: Operation) -> Staff:
    """Return who calls an operation; raises the `ProtocolError` that tells a client what is missing.

    RFC 9068 and RFC 9449 by `protect.require`; a token that is bound to no key counts nothing here,
    and one of a client that the operator gave no such scope neither. RFC 9470 for the sign-in.
    """
    audience = resource.staff(ground.settings.issuer)
    wanted = tuple(role.value for role in operation.roles)
    caller = protect.require(ground, request, audience=audience, scope=wanted[0], or_scope=wanted[1:])
    try:
        held = _entitled(caller, operation, audience)
        _require_sign_in(ground, caller, is_fresh=operation.is_fresh)
    except (InvalidToken, InsufficientScope) as error:
        error.schemes = (Scheme.DPOP,)
        error.parameters = {**error.parameters, "resource_metadata": protected_resource.metadata_url(audience)}
        raise
    return Staff(caller.grant.subject.person_id, held, caller.headers)


def require_role(session: Session, staff: Staff) -> StaffRole:
    """Return a role of theirs that opens the operation and that they hold now; raise `NotStaff`.

    It stays theirs until the transaction ends.
    """
    for role in staff.roles:
        try:
            roles.require(session, staff.person_id, role)
        except NotStaff:
            continue
        return role
    raise NotStaff(person_id=staff.person_id)


def _entitled(caller: Caller, operation: Operation, audience: str) -> tuple[StaffRole, ...]:
    if caller.token.confirmation.jkt is None:
        raise InvalidToken("The access token must be bound to a key of the client.")
    policy = caller.client.policy
    held = tuple(role for role in operation.roles if role in caller.token.scope and role in policy.scope)
    if audience not in policy.resources or not held:
        raise InsufficientScope(client_id=caller.client.client_id)
    return held


def _require_sign_in(ground: Services, caller: Caller, *, is_fresh: bool) -> None:
    max_age = FRESH if is_fresh else MAX_AGE
    demand = Demand(assurance.levels(ground.settings.staff_acr), int(max_age.total_seconds()))
    left = unmet(caller.token, demand, now=ground.clock.now())
    if left is not None:
        raise InsufficientUserAuthentication(left)
