"""The name menu of the provider's pages, for whoever is signed in in this browser (G5, C2).

The organisation it shows is the context that was chosen last in this session. Everything about
organisations is at the portal.
"""

from flask import request, url_for
from flask_babel import gettext as _

from core.people.facts import PersonFacts
from core.people.profiles import person_facts
from core.staff.desks import desks_of
from core.staff.roles import roles_of
from core.tools.context_names import ContextNames, context_names
from core.web import csrf
from core.web.locale import current_language
from core.web.name_menu import NameMenu, Places, entries
from idp import session as sso
from idp.oidc import participants
from idp.session import SsoSession
from idp.web import browser
from idp.wiring import Services, services

_PROFILE = "/account/profile"


def menu_here() -> NameMenu | None:
    """Return the menu of a page that needs nobody signed in; None where nobody is."""
    found, cookie = services(), browser.session_cookie()
    session = sso.find(found.store, cookie, found.clock.now())
    if session is None or cookie is None:
        return None
    with found.database.connection() as connection:
        person = person_facts(connection, session.person_id)
    return None if person is None else menu_of(found, session, person, cookie)


def menu_of(found: Services, session: SsoSession, person: PersonFacts, cookie: str) -> NameMenu:
    """Return the menu of somebody who is signed in; `cookie` is what their forms are bound to."""
    with found.database.reading() as reading:
        chosen = participants.latest_context(reading, session.sid)
        active = None if chosen is None else context_names(reading, chosen.registration_id)
        roles = roles_of(reading, person.id)
    portal = found.settings.portal_url
    desks = tuple((f"{portal}{path}", _(label)) for path, label in desks_of(roles))
    return NameMenu(
        person_name=display_name(person),
        organisation_name=active.organisation if active else None,
        usage_name=active.usage.text(current_language()) if active else None,
        entries=entries(_places(portal, active, desks), here=request.path),
        sign_out_url=url_for("account.sign_out"),
        csrf_token=csrf.token(found.settings.secret, cookie),
    )


def display_name(person: PersonFacts) -> str:
    """Return what pages call a person: first and last name, or the username where none is known."""
    return " ".join(name for name in (person.given_name, person.family_name) if name) or person.username


def _places(portal: str, active: ContextNames | None, desks: tuple[tuple[str, str], ...]) -> Places:
    organisations = f"{portal}/organisations"
    return Places(
        change_context=f"{portal}/context",
        profile=_PROFILE,
        organisations=organisations,
        tools=f"{organisations}/{active.organisation_id}/tools" if active else organisations,
        wallet=f"{organisations}/{active.organisation_id}/wallet" if active else organisations,
        desks=desks,
    )
