"""The ways to a forgotten password that begin without a tool: from the account, and by the link in the mail.

The link opens nothing by itself: it leads to the page that asks for the code. In the browser that asked
it leads back to where that stands; in another one nothing waits, and nobody is signed in by it.
"""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from core.infra.errors import NotFound
from idp import session as sso
from idp.interaction import recovering
from idp.interaction.recover_pages import RecoveredPage
from idp.interaction.recovering import Recovering
from idp.oidc import pending
from idp.oidc.request import LocalRequest
from idp.web import browser
from idp.web.local import start_local
from idp.web.page import answer
from idp.wiring import services

bp = Blueprint("recover_link", __name__)

_ACCOUNT = "/account"


@bp.get("/account/recover")
def start() -> Response:
    """Begin with the address, for a page of ours; also for somebody who is signed in and forgot it."""
    return start_local(_ACCOUNT, wants_proof=_is_signed_in(), step="recover")


@bp.get("/account/recover/<code_id>")
def by_link(code_id: str) -> Response:
    """Lead to the page that asks for the code of a mail."""
    found, now = services(), services().clock.now()
    if not code_id.isprintable():
        raise NotFound  # no mail of ours says so, and no column takes it
    record = None if _is_signed_in() else recovering.waiting_interaction(found, now)
    if record is not None:
        before = recovering.find(found.store, record.uid)
        state = Recovering(code_id, None if before is None else before.address)
        recovering.keep(found.store, record.uid, state)
        return browser.see_other(url_for("recover.show_code", uid=record.uid))
    is_elsewhere = not _is_signed_in()
    record, cookie = pending.park(found.store, LocalRequest(_ACCOUNT, wants_proof=not is_elsewhere), now)
    recovering.keep(found.store, record.uid, Recovering(code_id, is_elsewhere=is_elsewhere))
    response = browser.see_other(url_for("recover.show_code", uid=record.uid))
    browser.set_interaction(response, record.uid, cookie)
    return response


@bp.get("/account/recovered")
def recovered() -> Response:
    """Say that the password is changed, and where to go on."""
    return answer(RecoveredPage(account_url=_ACCOUNT))


def _is_signed_in() -> bool:
    found = services()
    return sso.find(found.store, browser.session_cookie(), found.clock.now()) is not None
