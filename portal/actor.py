"""The person who acts: read from the session for pages; rights are asked of `core` at each change."""

from dataclasses import dataclass

from core.infra.errors import ImmoError
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.staff.states import StaffRole
from portal import confirmation, session
from portal.wiring import services


class SignInNeeded(ImmoError):
    """The page is for people who are signed in; the way on is to sign in."""

    code = "sign-in-needed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, how a page addresses them, for which organisation they now work, how surely they signed in.

    `staff_roles` are those of a moment ago, for menus.
    """

    person_id: PersonId
    name: str
    organisation_id: OrganisationId | None
    acr: Acr = Acr.PASSWORD
    staff_roles: frozenset[StaffRole] = frozenset()


def current_actor() -> Actor | None:
    """Return who is signed in in this browser, or None.

    Raises `SessionUnconfirmed` where the provider would have to say so and does not answer.
    """
    found = services()
    signed_in = session.current(found.store, found.clock.now())
    if signed_in is None:
        return None
    known = confirmation.confirmed(signed_in)
    if known is None:
        session.end()
        return None
    return Actor(known.person_id, known.name, known.organisation_id, known.acr, known.staff_roles)


def require_actor() -> Actor:
    """Return who is signed in; raise `SignInNeeded` when nobody is."""
    actor = current_actor()
    if actor is None:
        raise SignInNeeded
    return actor
