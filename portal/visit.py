"""Somebody opens a page of an organisation: who they are, how they stand there, what they may.

Every view of such a page begins with `open_organisation`, every view that changes something with
`check_form` before it. What is shown here is asked of `core` again when something is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from core.infra.errors import ImmoError, NotFound
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rights import Right, Standing, may
from core.organisations.standing import OrganisationAtAGlance, Place, manager_names, place_of
from core.web import csrf
from portal import session
from portal.actor import Actor, require_actor
from portal.wiring import Services, services


class NotAllowed(ImmoError):
    """A member opened what is not theirs to see or do; the page names who can."""

    code = "not-allowed"

    def __init__(self, visit: "Visit", right: Right, managers: tuple[str, ...]) -> None:
        super().__init__(organisation=visit.organisation.id, right=right.value)
        self.visit = visit
        self.managers = managers
        # Nothing that only managers could change: it opens once they have confirmed the person.
        self.is_for_members = may(Standing.EMPLOYEE, right) and visit.standing is not Standing.EMPLOYEE


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of an organisation, opened by somebody who may see it."""

    services: Services
    actor: Actor
    place: Place
    now: datetime

    @property
    def organisation(self) -> OrganisationAtAGlance:
        """Return the organisation whose page it is."""
        return self.place.organisation

    @property
    def standing(self) -> Standing:
        """Return how the actor stands to it."""
        return self.place.standing

    @property
    def membership_id(self) -> MembershipId | None:
        """Return the actor's own live membership; every `Standing` but STRANGER has one."""
        return self.place.membership_id

    def may(self, right: Right) -> bool:
        """Tell whether the actor may see or do this here."""
        return self.place.may(right)


def open_organisation(organisation_id: str, right: Right) -> Visit:
    """Return the visit of whoever is signed in to a page that wants this right.

    Raises `SignInNeeded`; `NotFound` for an organisation that is not there and, alike, for one that
    the person has nothing to do with; `NotAllowed` for those who belong to it but lack the right.
    """
    actor, found = require_actor(), services()
    with found.database.reading() as reading:
        place = place_of(reading, OrganisationId(organisation_id), actor.person_id)
        if place is None or place.standing is Standing.STRANGER:
            raise NotFound(organisation=organisation_id)
        visit = Visit(found, actor, place, found.clock.now())
        if not visit.may(right):
            raise NotAllowed(visit, right, manager_names(reading, place.organisation.id))
    return visit


def check_form(sent: Mapping[str, str] | None = None) -> None:
    """Make sure that a form comes from a page of ours in this browser; raises `FormTokenInvalid`.

    `sent` are its texts where it carries a file and was not read in the usual way. One with a zero byte,
    which no browser sends and no column of PostgreSQL takes, is a bad request.
    """
    texts = request.form if sent is None else sent
    csrf.check(services().settings.secret, session.browser_session().secret, texts.get(csrf.FIELD))
    pairs = texts.items(multi=True) if isinstance(texts, MultiDict) else texts.items()
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest
