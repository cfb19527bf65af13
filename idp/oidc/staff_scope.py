"""The scopes of staff: given to whoever holds the role at this very moment, and to nobody else.

Judged when a request is answered, when its code is redeemed and at each refresh; the staff's
interface asks once more, in the transaction of each act.
"""

from dataclasses import replace

from core.people.identifiers import PersonId
from core.staff.roles import roles_of
from core.staff.states import StaffRole
from idp.oidc.checks.scope import STAFF
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import InvalidScope
from idp.wiring import Services


def held(services: Services, scope: tuple[str, ...], person_id: PersonId) -> tuple[str, ...]:
    """Return the scope without the roles that the person does not hold now.

    Raises `InvalidScope` where nothing is left. Costs nothing where no such scope is asked for.
    """
    if STAFF.isdisjoint(scope):
        return scope
    with services.database.statements() as connection:
        roles = roles_of(connection, person_id)
    left = tuple(value for value in scope if value not in STAFF or StaffRole(value) in roles)
    if not left:
        raise InvalidScope("The user does not hold the role that the scope stands for.")
    return left


def still_held(services: Services, grant: CodeGrant) -> CodeGrant:
    """Return what a code stands for with the scope that `held` leaves; raises as that does."""
    left = held(services, grant.scope, grant.subject.person_id)
    return grant if left is grant.scope else replace(grant, scope=left)
