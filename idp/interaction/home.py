"""The provider's own front door: who is signed in here, and the way to the portal."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from core.people.profiles import person_facts
from core.web import locale
from idp import session as sso
from idp.interaction.pages import HomePage
from idp.web import browser
from idp.web.language import person_language
from idp.web.page import render
from idp.wiring import services

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> Response:
    """Show who is signed in, with the way to the portal and out."""
    found = services()
    session = sso.find(found.store, browser.session_cookie(), found.clock.now())
    locale.prefer(person=person_language(found, session))
    name = None
    if session is not None:
        with found.database.connection() as connection:
            person = person_facts(connection, session.person_id)
        name = None if person is None else person.given_name or person.username
    page = HomePage(
        portal_url=found.settings.portal_url,
        account_url=url_for("account.start"),
        sign_out_url=url_for("sign_out.by_get"),
        person_name=name,
    )
    return Response(render(page), content_type="text/html; charset=utf-8")
