"""The person who acts: read from the session for pages; rights are asked of `core` at each change."""

from dataclasses import dataclass

from core.infra.errors import ImmoError
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from portal import confirmation, session
from portal.wiring import services


class SignInNeeded(ImmoError):
    """The page is for people who are signed in; the way on is to sign in."""

    code = "sign-in-needed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, how a page addresses them, for which organisation they now work, how surely they signed in."""

    person_id: PersonId
    name: str
    organisation_id: OrganisationId | None
    acr: Acr = Acr.PASSWORD


def current_actor() -> Actor | None:
    """Return who is signed in in this browser, or None.

    Raises `SessionUnconfirmed` where the provider would have to say so and does not answer.
    """
    found = services()
    signed_in = session.current(found.store, found.clock.now())
    if signed_in is None:
        return None
    if not confirmation.still_lives(signed_in):
        session.end()
        return None
    return Actor(signed_in.person_id, signed_in.name, signed_in.organisation_id, signed_in.acr)


def require_actor() -> Actor:
    """Return who is signed in; raise `SignInNeeded` when nobody is."""
    actor = current_actor()
    if actor is None:
        raise SignInNeeded
    return actor
