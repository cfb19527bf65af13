"""Somebody opens a page of the staff: who they are, in which role, and with which token.

Every view of such a page begins with `open_desk`, every view that changes something with
`visit.check_form` before it. What lies in `core` is changed by use cases that ask the role again
in their transaction; what lies with the provider by `desk.admin`, where it is asked as well.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.infra.errors import ImmoError
from core.staff import approvals
from core.staff.desks import desks_of
from core.staff.roles import roles_of
from core.staff.states import StaffRole
from core.web.name_menu import NameMenu
from portal import notices, pages, staff_session, staff_tokens
from portal.actor import Actor, require_actor
from portal.admin_client import AdminClient
from portal.staff_tokens import FRESH, StaffSignInNeeded
from portal.wiring import Services, services


class NoStaffRole(ImmoError):
    """Somebody opened a page of the staff and does not hold the role."""

    code = "no-staff-role"


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of the staff, opened by somebody who holds the role now.

    `roles` are all that they hold; `signed_in_at` is when they last proved who they are.
    """

    services: Services
    actor: Actor
    role: StaffRole
    roles: frozenset[StaffRole]
    admin: AdminClient
    signed_in_at: datetime
    now: datetime

    @property
    def is_fresh(self) -> bool:
        """Tell whether the person proved who they are within the last five minutes."""
        return self.now <= self.signed_in_at + FRESH

    def require_fresh(self) -> None:
        """Raise `StaffSignInNeeded` unless the person proved who they are within the last five minutes.

        For acts of `core` that are dangerous; the provider asks it itself. The form that was sent is
        kept and shown again after the way to the provider and back (`typed`).
        """
        if not self.is_fresh:
            raise StaffSignInNeeded(FRESH)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A line of the staff's navigation; `count` says how many wait for this person there."""

    label: str
    url: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class StaffFrame:
    """The part of a page that is the same on all pages of the staff."""

    menu: NameMenu
    navigation: tuple[NavigationLink, ...]
    csrf_token: str
    notice: str | None


def open_desk(*roles: StaffRole) -> Desk:
    """Return the desk of whoever is signed in and holds one of these roles; none named: any role.

    Raises `SignInNeeded` where nobody is signed in, `NoStaffRole` for everybody without the role, and
    `StaffSignInNeeded` where there is no token yet: the way on leads through the provider and back.
    """
    actor, found = require_actor(), services()
    with found.database.reading() as session:
        held = roles_of(session, actor.person_id)
    role = next((role for role in roles or tuple(StaffRole) if role in held), None)
    if role is None:
        raise NoStaffRole(person_id=actor.person_id)
    tokens = staff_tokens.usable(actor.person_id, role)
    admin = AdminClient(found.settings.issuer, staff_tokens.send)
    return Desk(found, actor, role, held, admin, tokens.signed_in_at, found.clock.now())


def frame(desk: Desk, here: str) -> StaffFrame:
    """Return what stands around a page; `here` is the address of the desk or list that it belongs to."""
    with desk.services.database.reading() as session:
        waiting = approvals.count_to_decide(session, desk.actor.person_id, desk.roles, now=desk.now)
    links = [NavigationLink(_(label), url, url == here) for url, label in desks_of(desk.roles)]
    if desk.roles - {StaffRole.DEVELOPER}:
        links.append(NavigationLink(_("Approvals"), "/staff/approvals", here == "/staff/approvals", waiting))
    return StaffFrame(
        menu=pages.name_menu(desk.actor, None, here=here),
        navigation=tuple(links),
        csrf_token=pages.form_token(),
        notice=notices.current(),
    )


def typed() -> MultiDict[str, str]:
    """Return what was typed into the form of this page before its person had to prove anew who they are.

    Empty where nothing was. A page with a form begins with it, so that nothing is typed twice; what
    is here was not carried out. It is forgotten when a form is sent to this address.
    """
    found = services()
    kept = staff_session.kept_form(found.settings.secret, found.clock.now())
    return MultiDict(kept.fields if kept is not None and kept.path == request.path else ())
