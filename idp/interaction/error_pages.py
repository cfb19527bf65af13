"""Errors as pages: what went wrong, what to do now, a reference for the helpdesk.

The texts belong to the stable code of an error; what an error knows beyond it goes to the log
under the same reference and never on the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Response
from flask_babel import gettext as _

from core.infra import log
from core.infra.errors import ImmoError, RateLimited, Unavailable
from core.infra.ids import new_id
from core.infra.messages import N_
from core.web.csrf import FormTokenInvalid
from idp.interaction.access import InteractionGone
from idp.interaction.pages import ErrorPage
from idp.oidc.end_session import ForeignReturn, HintInvalid
from idp.oidc.errors import ForeignRedirectUri, InvalidRequestUri, ProtocolError, UnknownClient
from idp.oidc.registered_client import RegisteredClient
from idp.web import browser
from idp.web.page import RequestingTool, render
from idp.wiring import services


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    explanation: str
    remedy: str


_START_AGAIN = N_("Go back to the tool and sign in again from there.")
_TELL_THE_TOOL = N_(
    "Go back to the tool and try again. If it happens again, tell the tool's helpdesk what stands on this page."
)
_WORDS: Mapping[str, _Words] = {
    "unknown-client": _Words(
        N_("This tool is not known here"),
        N_("The tool that sent you is not registered with Immo-Connect, or no longer."),
        _TELL_THE_TOOL,
    ),
    "redirect-uri-not-registered": _Words(
        N_("This tool cannot be answered"),
        N_("The tool asked for the answer at an address that is not registered for it."),
        _TELL_THE_TOOL,
    ),
    "invalid-request": _Words(
        N_("This request cannot be used"),
        N_("The tool sent a request that is not correct."),
        _TELL_THE_TOOL,
    ),
    "request-uri-spent": _Words(
        N_("This link to sign in was used, or is too old"),
        N_("The tool sent you with a request that works once and for a short time."),
        _START_AGAIN,
    ),
    "interaction-unknown": _Words(
        N_("This sign-in is no longer known"),
        N_("It was started too long ago, or the address is not complete."),
        _START_AGAIN,
    ),
    "interaction-over": _Words(
        N_("This sign-in is over"),
        N_("It was completed already, or it took longer than half an hour."),
        _START_AGAIN,
    ),
    "interaction-elsewhere": _Words(
        N_("This sign-in was started in another browser"),
        N_("It can only go on in the browser in which it began, and that browser must accept cookies."),
        _START_AGAIN,
    ),
    "form-token-invalid": _Words(
        N_("This form cannot be accepted"),
        N_("The page was too old, or something in it was changed. Nothing was saved."),
        N_("Go back, load the page again and send it once more."),
    ),
    "sign-out-hint-invalid": _Words(
        N_("This sign-out request cannot be trusted"),
        N_("The tool sent a proof of your sign-in that did not come from Immo-Connect. You are still signed in."),
        N_("To sign out all the same, go on from here and confirm."),
    ),
    "sign-out-return-not-registered": _Words(
        N_("The way back to the tool is not known"),
        N_("The tool asked to send you to an address that is not registered for it. You are still signed in."),
        N_("To sign out all the same, go on from here and confirm."),
    ),
    "rate-limited": _Words(
        N_("Too many attempts"),
        N_("There were too many attempts in a short time."),
        N_("Wait a few minutes and try again."),
    ),
    "unavailable": _Words(
        N_("Something does not answer for the moment"),
        N_("A service that is needed here cannot be reached."),
        N_("Try again in a few minutes."),
    ),
    "not-found": _Words(
        N_("There is nothing here"),
        N_("The address does not exist, or no longer."),
        N_("Check the address, or start from the tool you want to use."),
    ),
    "error": _Words(
        N_("Something went wrong"),
        N_("An unexpected error happened on our side."),
        N_("Try again; if it happens again, tell the helpdesk the reference below."),
    ),
}


def show(
    error: ImmoError,
    *,
    status: int | None = None,
    tool: RequestingTool | None = None,
    back_url: str | None = None,
) -> Response:
    """Return the page of an error; its details go to the log under the reference on the page."""
    code = public_code(error)
    reference = log.request_id.get() or new_id("ref")
    answered = status or _status(error)
    level = log.ERROR if answered >= 500 else log.INFO
    log.event("error_page", level, error_code=code, reference=reference, details=dict(error.details))
    words = _WORDS.get(code, _WORDS["error"])
    page = ErrorPage(
        code=code,
        title=_(words.title),
        explanation=_(words.explanation),
        remedy=_(words.remedy),
        reference=reference,
        tool=tool,
        back_url=back_url,
        # The store is not asked: it may be what failed. Whose session is over is led to sign in there.
        home_url="/" if browser.session_cookie() is None else "/account",
    )
    response = Response(render(page), status=answered, content_type="text/html; charset=utf-8")
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def show_gone(error: InteractionGone) -> Response:
    """Return the page of an interaction that cannot go on, with the way back to its tool or page."""
    client = error.client
    if client is None or error.start_again is not None:
        return show(error, back_url=error.start_again)
    return show(error, tool=RequestingTool(client.name), back_url=start_again_url(client))


def show_spent(error: InvalidRequestUri, client: RegisteredClient) -> Response:
    """Return the page of a pushed request that was used or is over, with the way back to its tool."""
    return show(error, tool=RequestingTool(client.name), back_url=start_again_url(client))


def start_again_url(client: RegisteredClient) -> str | None:
    """Return where the tool begins a sign-in, or its home page; None where it registered neither.

    OpenID Connect Core section 4: the tool is told which issuer is meant.
    """
    if client.initiate_login_uri is not None and _is_web_address(client.initiate_login_uri):
        separator = "&" if urlsplit(client.initiate_login_uri).query else "?"
        issuer = urlencode({"iss": services().settings.issuer})
        return f"{client.initiate_login_uri}{separator}{issuer}"
    if client.client_uri is not None and _is_web_address(client.client_uri):
        return client.client_uri
    return None


def public_code(error: ImmoError) -> str:
    """Return the code under which pages, helpdesk and tests know an error."""
    match error:
        case UnknownClient():
            return "unknown-client"
        case ForeignRedirectUri():
            return "redirect-uri-not-registered"
        case HintInvalid():
            return "sign-out-hint-invalid"
        case ForeignReturn():
            return "sign-out-return-not-registered"
        case InvalidRequestUri():
            return "request-uri-spent"
        case ProtocolError() if error.status < 500:
            return "invalid-request"
        case Unavailable():
            return "unavailable"
        case _:
            return error.code if error.code in _WORDS else "error"


def _status(error: ImmoError) -> int:
    match error:
        case ProtocolError():
            # 401 would need a challenge that no browser could meet.
            return 400 if error.status == 401 else error.status
        case InteractionGone():
            return 410 if error.code == "interaction-over" else 404 if error.client is None else 403
        case FormTokenInvalid():
            return 403
        case RateLimited():
            return 429
        case Unavailable():
            return 503
        case _:
            return 404 if error.code == "not-found" else 500


def _is_web_address(url: str) -> bool:
    # Registered by strangers: a link must not become a script.
    return urlsplit(url).scheme in {"http", "https"}
