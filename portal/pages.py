"""What each page of the portal shows: one frozen value per template, and `render`."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from flask import render_template
from flask_babel import gettext as _

from core.organisations.identifiers import OrganisationId
from core.organisations.rights import Standing
from core.staff.desks import desks_of
from core.web import csrf, headers
from core.web.name_menu import NameMenu, Places, entries
from portal import session
from portal.actor import Actor
from portal.wiring import services


class Active(Protocol):
    """The organisation that the menu names: for which one works, or whose page it is."""

    @property
    def id(self) -> OrganisationId:
        """Return its identifier."""
        ...

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...


class Page(Protocol):
    """Anything with a template."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """The front door, for somebody who is not signed in."""

    template: ClassVar[str] = "welcome.html"


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """Says that the session is over."""

    template: ClassVar[str] = "signed_out.html"


@dataclass(frozen=True, slots=True)
class SignInFailedPage:
    """Why the sign-in did not succeed, and the way on; `code` is the provider's or ours."""

    template: ClassVar[str] = "sign_in_failed.html"

    code: str


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """What went wrong and what to do now; `reference` finds it in the log."""

    template: ClassVar[str] = "problem.html"

    code: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NotAllowedPage:
    """Somebody who belongs to an organisation opened what they may not, and who its managers are.

    `standing` says why: blocked, or waiting or invited where every member may; None: only managers may.
    """

    template: ClassVar[str] = "not_allowed.html"

    organisation_name: str
    organisation_url: str
    managers: tuple[str, ...]
    standing: Standing | None = None


def render(page: Page, *, menu: NameMenu | None = None) -> str:
    """Return the page as HTML in the language of the request, with the name menu if signed in.

    The menu signs out by a form whose way ends at the provider, so such a page says nothing about
    where forms may lead (see `core.web.headers`).
    """
    if menu is not None:
        headers.open_form_action()
    return render_template(page.template, page=page, actor=menu)


def name_menu(actor: Actor, active: Active | None, *, here: str, waiting: int = 0) -> NameMenu:
    """Return the menu under the person's name; `here` is the address of the current page.

    `active` is the organisation for which they work now, or whose page it is; `waiting` counts who
    waits for them at their organisations, where the page knows.
    """
    places = Places(
        change_context="/context",
        profile=f"{services().settings.issuer}/account/profile",
        organisations="/",
        tools=f"/organisations/{active.id}/tools" if active else "/",
        wallet=f"/organisations/{active.id}/wallet" if active else "/",
        desks=tuple((url, _(label)) for url, label in desks_of(actor.staff_roles)),
    )
    return NameMenu(
        person_name=actor.name,
        organisation_name=active.name if active else None,
        entries=entries(places, here=here, waiting=waiting),
        sign_out_url="/sign-out",
        csrf_token=form_token(),
    )


def form_token() -> str:
    """Return a form token bound to this browser's session."""
    return csrf.token(services().settings.secret, session.browser_session().require_secret())
