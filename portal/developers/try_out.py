"""The try-out: a real sign-in at the provider, and every claim of its answer explained (C6).

The portal acts here as a client of its own kind for each tool, without a secret, and keeps nothing of
the answer: what it says is shown once.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import NotFound, Unavailable
from core.infra.messages import N_
from core.proof import jws
from core.proof.jws import InvalidJwt
from core.staff.states import StaffRole
from core.tools.catalogue import listed_tools
from core.web.locale import current_language
from portal import pages
from portal.developers import desk as overview
from portal.developers.answers import explained
from portal.developers.pages import TryOutPage
from portal.session import browser_session
from portal.staff_area import Desk, frame, open_desk
from portal.visit import check_form
from portal.wiring import services

bp = Blueprint("try_out", __name__)

URL = f"{overview.URL}/try-out"
_KEPT = "try_out"
_SECONDS = 10
# What can be asked for, and what is ticked at first.
SCOPES = (
    *(("profile", True), ("email", False), ("address", False), ("phone", False), ("organization", True)),
    *(("roles", True), ("accreditations", True), ("wallet", True), ("identity", False)),
)
_PROMPTS = ("", "login", "select_account", "consent", "none")
_PROBLEMS = {
    "stale": N_("This try-out was started in another window, or its answer was shown already. Start again."),
    "unavailable": N_("The provider does not answer. Try again in a few minutes."),
    "not-genuine": N_("The answer is not genuine. Start again, and tell the helpdesk if it happens once more."),
    "no-such-tool": N_("Choose one of the tools."),
}


@dataclass(frozen=True, slots=True)
class _Begun:
    """A try-out on its way: what its answer has to match."""

    tool: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str


@bp.get(URL)
def show() -> str:
    """Show what can be asked for."""
    desk = open_desk(StaffRole.DEVELOPER)
    return _page(desk, {"tool": request.args.get("tool", ""), "prompt": "select_account"})


@bp.post(URL)
def begin() -> AnyResponse | tuple[str, int]:
    """Send the browser to the provider as a tool would."""
    check_form()
    desk = open_desk(StaffRole.DEVELOPER)
    try:
        made = desk.admin.act("try-outs", tool=request.form.get("tool", ""))
    except NotFound:
        return _page(desk, request.form, problem="no-such-tool"), 422
    try:
        endpoint = _endpoint("authorization_endpoint")
    except (RequestException, KeyError, ValueError):
        return _page(desk, request.form, problem="unavailable"), 503
    begun = _Begun(
        tool=request.form.get("tool", ""),
        client_id=made["client_id"],
        redirect_uri=made["redirect_uri"],
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
    )
    browser_session()[_KEPT] = {name: getattr(begun, name) for name in _Begun.__slots__}
    return redirect(f"{endpoint}?{urlencode(_asked(begun))}", 303)


@bp.get(f"{URL}/callback")
def callback() -> AnyResponse | str | tuple[str, int]:
    """Take the answer, fetch tokens and explanation, and show all of it this once."""
    desk = open_desk(StaffRole.DEVELOPER)
    kept = browser_session().pop(_KEPT, None)
    if kept is None or not _is_answer_to(_Begun(**kept)):
        return _page(desk, {}, problem="stale"), 400
    begun = _Begun(**kept)
    if "error" in request.args:
        page = explained(frame(desk, overview.URL), begun.tool, refusal=dict(request.args))
        return pages.render(page, menu=page.frame.menu)
    try:
        tokens = _tokens(begun)
        documents = {
            "id_token": dict(_verified(tokens["id_token"], begun)),
            "access_token": dict(jws.verify(tokens["access_token"], keys=services().provider_keys, typ="at+jwt")),
            "userinfo": _ask(_endpoint("userinfo_endpoint"), tokens["access_token"]),
        }
        told = _ask(f"{services().settings.issuer}/docs/claims/explain", tokens["access_token"])
    except (RequestException, Unavailable):
        return _page(desk, {"tool": begun.tool}, problem="unavailable"), 503
    except (InvalidJwt, KeyError, TypeError, ValueError):
        return _page(desk, {"tool": begun.tool}, problem="not-genuine"), 400
    page = explained(frame(desk, overview.URL), begun.tool, told=told, documents=documents)
    return pages.render(page, menu=page.frame.menu)


def _asked(begun: _Begun) -> dict[str, str]:
    challenge = urlsafe_b64encode(sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    scope = " ".join(("openid", *(name for name, _on in SCOPES if f"scope-{name}" in request.form)))
    prompt = request.form.get("prompt", "")
    asked = {
        "client_id": begun.client_id,
        "redirect_uri": begun.redirect_uri,
        "response_type": "code",
        "scope": scope,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": current_language(),
        "prompt": prompt if prompt in _PROMPTS else "",
        "claims": request.form.get("claims", "").strip(),
        "acr_values": request.form.get("acr-values", "").strip(),
    }
    return {name: value for name, value in asked.items() if value}


def _is_answer_to(begun: _Begun) -> bool:
    is_own = hmac.compare_digest(request.args.get("state", "").encode(), begun.state.encode())
    return is_own and request.args.get("iss") == services().settings.issuer  # RFC 9207 section 2.4


def _tokens(begun: _Begun) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "client_id": begun.client_id,
        "code": request.args.get("code", ""),
        "redirect_uri": begun.redirect_uri,
        "code_verifier": begun.verifier,
    }
    answer = requests.post(_endpoint("token_endpoint"), data=form, timeout=_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found


def _verified(id_token: str, begun: _Begun) -> Mapping[str, Any]:
    claims = jws.verify(id_token, keys=services().provider_keys, typ=None)
    wanted = {"iss": services().settings.issuer, "aud": begun.client_id, "nonce": begun.nonce}
    if any(claims.get(name) != value for name, value in wanted.items()):
        raise InvalidJwt(reason="of another try-out")
    return claims


def _ask(url: str, access_token: str) -> Any:
    answer = requests.get(
        url, headers={"Authorization": f"Bearer {access_token}"}, timeout=_SECONDS, allow_redirects=False
    )
    answer.raise_for_status()
    return answer.json()


def _endpoint(name: str) -> str:
    issuer = services().settings.issuer
    answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    return str(answer.json()[name])


def _page(desk: Desk, typed: Mapping[str, str], problem: str | None = None) -> str:
    with desk.services.database.reading() as session:
        tools = tuple((code, name.text(current_language())) for code, name in listed_tools(session))
    is_sent = "csrf_token" in typed
    page = TryOutPage(
        frame=frame(desk, overview.URL),
        tools=tools,
        scopes=tuple((name, f"scope-{name}" in typed if is_sent else is_on) for name, is_on in SCOPES),
        typed=typed,
        problem=None if problem is None else _(_PROBLEMS[problem]),
    )
    return pages.render(page, menu=page.frame.menu)
