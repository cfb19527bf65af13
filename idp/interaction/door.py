"""The door for requests that need no page: somebody signed in comes back from a tool and goes on at once.

Most authorization requests are answered here, before anything begins that a page needs. Whatever
else arrives is left to the pages (`flow.py`), with nothing changed: a page to show, a form to post, an
error, what was pushed and is spent by its use.
"""

from core.infra.errors import ImmoError
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.interaction import judging
from idp.oidc import authorize
from idp.oidc.authorize import Asked, client_finder
from idp.oidc.checks import parameters
from idp.web import browser
from idp.wiring import Services


def answer_at_once(ground: Services, request: ProgramRequest) -> Answer | None:
    """Send the browser back to the tool; None where that is for the pages to decide."""
    cookie = browser.session_cookie_of(request.environ, ground.settings)
    if cookie is None or request.method == "HEAD":
        return None
    asked = Asked(parameters.read(request.query_string, parameters.AUTHORIZATION))
    if asked.parameters.get("request") is not None or asked.parameters.get("request_uri") is not None:
        return None
    try:
        target = authorize.locate(asked.parameters, client_finder(ground))
        if target.to.response_mode.is_posted or not target.to.redirect_uri.isascii():
            return None
        settled = judging.judge(ground, asked, target, cookie=cookie, at_once=True).settled
        if settled is None:
            return None
        return Answer(status=303, headers={"Location": judging.answer(ground, settled, cookie).location()})
    except ImmoError:
        return None  # the pages come to the same, and can say so


ENDPOINTS = (Endpoint("/authorize", {"GET": answer_at_once}, is_before_pages=True),)
