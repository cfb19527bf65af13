"""Signing in on another device: the page that takes its code, and those that say what became of it.

RFC 8628 section 3.3. A right code begins an interaction like any other: the same dispatcher, the
same steps, and a consent that is always asked. What is decided goes to the device (`conclude`).
"""

from dataclasses import replace

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log, rate_limit
from core.infra.addresses import network_of
from core.infra.errors import NotFound, RateLimited
from core.infra.ids import new_secret
from core.infra.settings import Mode
from core.web import csrf, locale
from core.web.limited import too_often, with_wait
from idp import session as sso
from idp.interaction.device_pages import DeviceAnsweredPage, DevicePage
from idp.oidc import device_codes, pending, user_codes
from idp.oidc.authorize import client_finder
from idp.oidc.codes import CodeGrant
from idp.oidc.device_authorization import PAGE
from idp.oidc.device_codes import Answered, WaitingDevice
from idp.session import SsoSession
from idp.web import browser
from idp.web.language import person_language
from idp.web.page import FieldError, answer
from idp.wiring import Services, services

bp = Blueprint("device", __name__)

FIELD = "user-code"
# The rules said no, not the person.
_REFUSED = "refused"
_OUTCOMES = frozenset({*Answered, _REFUSED})


@bp.get(PAGE)
def show() -> Response:
    """Ask for the code of a device, or to compare the one that came along in the address."""
    _session(services())
    code = user_codes.read(request.args.get("user_code", ""))
    return _page(code or "", came_along=code is not None)


@bp.post(PAGE)
def submit() -> AnyResponse:
    """Begin the sign-in that a device waits for."""
    found = services()
    session = _session(found)
    csrf.check(found.settings.secret, browser.code_cookie(), request.form.get(csrf.FIELD))
    entered = request.form.get(FIELD, "")
    code = user_codes.read(entered)
    if code is None:
        return _page(entered[: user_codes.LONGEST_ENTRY], _no_code(), status=422)
    try:
        _count(found, session)
    except RateLimited as error:
        return with_wait(_page(code, too_often(error)), error)
    device = device_codes.find_by_user_code(found.store, found.settings.secret, code, found.clock.now())
    if device is None or not _is_known(found, device):
        _count_wrong(found, session)
        return _page(code, _unknown_code(), status=422)
    wanted = replace(device.request, device_code=device.key)
    record, cookie = pending.park(found.store, wanted, found.clock.now())
    response = browser.see_other(url_for("interaction.resume", uid=record.uid))
    browser.set_interaction(response, record.uid, cookie)
    return response


@bp.get(f"{PAGE}/<outcome>")
def answered(outcome: str) -> Response:
    """Say what became of the device, and how to go on."""
    if outcome not in _OUTCOMES:
        raise NotFound(kind="outcome of a device")
    _session(services())
    page = DeviceAnsweredPage(
        outcome=outcome,
        again_url=url_for("device.show"),
        connections_url=url_for("connections.show"),
        home_url=url_for("home.home"),
    )
    return answer(page)


def conclude(found: Services, key: str, grant: CodeGrant | None, *, by_person: bool = True) -> AnyResponse:
    """Give a device the answer, None where it is no, and tell the person which one stands.

    `by_person` is false where the rules refused, and nobody said no.
    """
    stands = device_codes.answer(found.store, key, grant, found.clock.now())
    log.event("device_answered", outcome=stands.value)
    outcome = _REFUSED if stands is Answered.DENIED and not by_person else stands.value
    return browser.see_other(url_for("device.answered", outcome=outcome))


def _session(found: Services) -> SsoSession | None:
    """Return the running session, if there is one, and answer in the language of its person."""
    session = sso.find(found.store, browser.session_cookie(), found.clock.now())
    locale.prefer(person=person_language(found, session))
    return session


def _is_known(found: Services, device: WaitingDevice) -> bool:
    client = client_finder(found)(device.request.client_id)
    return client is not None and client.enabled


def _count(found: Services, session: SsoSession | None) -> None:
    # A load generator is one machine: lifted for it and for nothing else (contract.md).
    if found.settings.mode is not Mode.TEST:
        for limit in user_codes.PER_NETWORK:
            rate_limit.hit(found.store, limit, network_of(request.remote_addr or ""))
    limit, key = _wrong_entries(session)
    if rate_limit.is_exceeded(found.store, limit, key):
        raise RateLimited(rate_limit.seconds_left(found.store, limit, key), limit=limit.name)


def _count_wrong(found: Services, session: SsoSession | None) -> None:
    for limit, key in {(user_codes.WRONG_OF_ALL, ""), _wrong_entries(session)}:
        try:
            rate_limit.hit(found.store, limit, key)
        except RateLimited:
            log.event("user_codes_guessed", log.WARNING, limit=limit.name)


def _wrong_entries(session: SsoSession | None) -> tuple[rate_limit.Limit, str]:
    """Return which wrong entries count against this one: their own, or those of everybody unknown."""
    if session is not None:
        return user_codes.WRONG_OF_PERSON, session.person_id
    return user_codes.WRONG_OF_ALL, ""


def _page(user_code: str, error: str | None = None, *, came_along: bool = False, status: int = 200) -> Response:
    found, cookie = services(), browser.code_cookie() or new_secret()
    page = DevicePage(
        action=url_for("device.submit"),
        csrf_token=csrf.token(found.settings.secret, cookie),
        user_code=user_code,
        came_along=came_along,
        errors=() if error is None else (FieldError(FIELD, error),),
    )
    response = answer(page, status=status)
    browser.set_code(response, cookie)
    return response


def _no_code() -> str:
    return _("A code has eight letters and no digits, such as BCDF-GHJK. Look at the device again.")


def _unknown_code() -> str:
    return _(
        "No device waits with this code. Compare it letter by letter; if the device has shown it for more than "
        "ten minutes, let it show a new one."
    )
