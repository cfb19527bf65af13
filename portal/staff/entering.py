"""The way to a desk through the provider, and back to where somebody wanted to go.

A form that was sent on the way is kept sealed for ten minutes and shown again, filled in: it is
neither lost nor carried out by itself.
"""

from datetime import timedelta

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import ImmoError
from core.staff.errors import NotStaff
from core.staff.roles import roles_of
from core.web.csrf import FormTokenInvalid
from portal import pages, session, staff_session, staff_tokens
from portal.actor import current_actor, require_actor
from portal.admin_client import AdminRefused
from portal.staff.pages import NoRolePage, RefusedPage, SendAgainPage
from portal.staff_area import NoStaffRole, frame, open_desk
from portal.staff_tokens import FRESH, MAX_AGE, StaffSignInNeeded
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("staff", __name__)

# What every form carries and nobody typed.
_OWN_FIELDS = frozenset({"csrf_token"})


def install(app: Flask) -> None:
    """Let the application send people to the provider who need a token, and turn away who has no role."""
    app.register_error_handler(StaffSignInNeeded, _send_to_provider)
    app.register_error_handler(NoStaffRole, _turn_away)
    app.register_error_handler(NotStaff, _turn_away)
    app.register_error_handler(AdminRefused, _show_refusal)
    app.after_request(_forget_sent_form)


@bp.get("/staff/sign-in")
def start() -> AnyResponse:
    """Send the browser to the provider for a token with every role that the person holds."""
    actor, found = require_actor(), services()
    with found.database.reading() as reading:
        held = roles_of(reading, actor.person_id)
    signed_in = session.current(found.store, found.clock.now())
    if not held or signed_in is None:
        raise NoStaffRole(person_id=actor.person_id)
    max_age = FRESH if "fresh" in request.args else MAX_AGE
    return staff_tokens.begin([role.value for role in held], signed_in.id_token, max_age)


@bp.get(staff_tokens.CALLBACK)
def callback() -> AnyResponse:
    """Take the provider's answer and go back to where the person wanted to go."""
    actor, found = require_actor(), services()
    staff_tokens.finish(actor.person_id)
    # More may be done in this browser from now on: a copy of its cookie is left outside.
    session.browser_session().rotate()
    kept = staff_session.kept_form(found.settings.secret, found.clock.now())
    wanted = staff_session.take_return()
    if kept is None or kept.path != wanted or _is_a_page(kept.path):
        return redirect(wanted, 303)
    return redirect(url_for(".send_again"), 303)


@bp.get("/staff/again")
def send_again() -> AnyResponse | str:
    """Show a form that was kept, where no page of its own can show it."""
    desk = open_desk()
    kept = staff_session.kept_form(desk.services.settings.secret, desk.now)
    if kept is None:
        return redirect("/", 303)
    shown = tuple((name, value) for name, value in kept.fields if value)
    around = frame(desk, kept.path)
    return pages.render(SendAgainPage(around, kept.path, kept.fields, shown), menu=around.menu)


def _send_to_provider(error: StaffSignInNeeded) -> AnyResponse:
    if request.method == "GET":
        staff_session.remember_return(request.full_path.rstrip("?"))
    else:
        _keep_form()
    is_fresh = error.max_age < timedelta(hours=1)
    return redirect(url_for("staff.start", fresh="1" if is_fresh else None), 303)


def _keep_form() -> None:
    """Keep the form that was sent, if it is one of ours: nobody is shown what another site filled in."""
    try:
        check_form()
    except FormTokenInvalid:
        return
    found = services()
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN_FIELDS]
    staff_session.remember_return(request.path)
    staff_session.keep_form(found.settings.secret, request.path, typed, now=found.clock.now())


def _show_refusal(error: AdminRefused) -> tuple[str, int]:
    """Say that the provider did not do it, where no page of the desk says so itself."""
    if error.code == NotStaff.code:
        return _turn_away(error)
    actor = current_actor()
    menu = None if actor is None else pages.name_menu(actor, None, here=request.path)
    return pages.render(RefusedPage(error.code), menu=menu), error.status


def _turn_away(_error: ImmoError) -> tuple[str, int]:
    actor = current_actor()
    menu = None if actor is None else pages.name_menu(actor, None, here=request.path)
    return pages.render(NoRolePage(), menu=menu), 403


def _forget_sent_form(response: AnyResponse) -> AnyResponse:
    """Forget a kept form once it was sent again and led somewhere else than to the provider."""
    if request.method != "POST" or (response.location or "").startswith(url_for("staff.start")):
        return response
    found = services()
    kept = staff_session.kept_form(found.settings.secret, found.clock.now())
    if kept is not None and kept.path == request.path:
        staff_session.forget_form()
    return response


def _is_a_page(path: str) -> bool:
    """Tell whether the address to which a form was sent also shows a page, which then holds that form."""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True
