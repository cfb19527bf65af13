"""The tab of devices: where the person is signed in, and ending that (A17)."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra.errors import NotFound
from core.web import csrf
from idp import session as sso
from idp.account import devices_page, notices, page
from idp.account.access import Visitor, open_account
from idp.account.devices_page import DevicesPage, EndDevicePage
from idp.account.page import Section
from idp.credentials import sign_ins
from idp.credentials.sign_ins import SignIn
from idp.oidc import ending
from idp.web import browser

bp = Blueprint("devices", __name__)


@bp.get("/account/devices")
def show() -> Response:
    """Show every browser in which the person is signed in."""
    visitor = open_account()
    shown = DevicesPage(
        frame=page.frame(visitor, Section.DEVICES),
        csrf_token=page.form_token(visitor),
        devices=tuple(_device(visitor, found) for found in _present(visitor)),
        end_others_url=url_for("devices.ask_to_end_others"),
    )
    return page.answer(shown)


@bp.get("/account/devices/<sid>/end")
def ask_to_end(sid: str) -> Response:
    """Ask before one device is signed out."""
    visitor = open_account()
    found = next((found for found in _present(visitor) if found.sid == sid), None)
    if found is None:
        raise NotFound(kind="sign-in")
    return page.answer(_question(visitor, found))


@bp.post("/account/devices/<sid>/end")
def end(sid: str) -> Response:
    """Sign one device out; this one too, which is then a sign-out like any other."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    with visitor.services.database.transaction() as session:
        ended = ending.end(
            session, visitor.services.store, person_id=visitor.session.person_id, sid=sid, now=visitor.now
        )
    ending.settle(visitor.services, ended, now=visitor.now)
    if sid != visitor.session.sid:
        return notices.done(Section.DEVICES.url, "device-ended")
    response = browser.see_other(url_for("home.home"))
    browser.clear_session(response)
    return response


@bp.get("/account/devices/end-others")
def ask_to_end_others() -> Response:
    """Ask before all other devices are signed out."""
    return page.answer(_question(open_account(), None))


@bp.post("/account/devices/end-others")
def end_others() -> Response:
    """Sign all other devices out."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    own = visitor.session
    with visitor.services.database.transaction() as session:
        ended = ending.end_all(session, visitor.services.store, person_id=own.person_id, but=own.sid, now=visitor.now)
    ending.settle(visitor.services, ended, now=visitor.now)
    return notices.done(Section.DEVICES.url, "devices-ended")


def _present(visitor: Visitor) -> tuple[SignIn, ...]:
    """Return the sign-ins whose sessions are not over, this one first."""
    with visitor.services.database.reading() as session:
        found = sign_ins.list_for(session, visitor.session.person_id)
    digests = [sign_in.cookie_digest for sign_in in found]
    alive = sso.present(visitor.services.store, digests, visitor.now)
    present = [sign_in for sign_in in found if sign_in.cookie_digest in alive]
    return tuple(sorted(present, key=lambda sign_in: sign_in.sid != visitor.session.sid))


def _device(visitor: Visitor, found: SignIn) -> devices_page.Device:
    return devices_page.device(
        found,
        is_this=found.sid == visitor.session.sid,
        end_url=url_for("devices.ask_to_end", sid=found.sid),
    )


def _question(visitor: Visitor, found: SignIn | None) -> EndDevicePage:
    return EndDevicePage(
        frame=page.frame(visitor, Section.DEVICES),
        csrf_token=page.form_token(visitor),
        action=request.path,
        back_url=Section.DEVICES.url,
        device=None if found is None else _device(visitor, found),
    )
