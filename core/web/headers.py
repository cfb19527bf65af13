"""What every response says to the browser: load nothing foreign, frame nothing, keep nothing.

The content security policy allows our own style sheet, scripts and pictures. The one inline
script (the form_post page) carries a nonce. Browsers apply `form-action` to the whole chain of
redirects, so pages whose submission may end at a tool leave it out (`open_form_action`).
"""

import secrets
from collections.abc import Mapping

from flask import Flask, Response, g

from core.infra.settings import Mode, Settings

_HSTS = "max-age=63072000"
_PAGE_POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
_POLICY = "Content-Security-Policy"
# Under names as `str.title` writes them; the policy is that of everything but pages.
_DEFAULTS = {
    _POLICY: "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def csp_nonce() -> str:
    """Return the nonce that lets one inline script of this response run; made when first asked."""
    if "immo_nonce" not in g:
        g.immo_nonce = secrets.token_urlsafe(16)
    nonce: str = g.immo_nonce
    return nonce


def open_form_action() -> None:
    """Let the forms of this page end at another origin: it is part of a way back to a tool."""
    g.immo_open_form_action = True


def open_connection(origin: str) -> None:
    """Let the scripts of this page reach a program at the user's own machine: the card agent."""
    g.immo_open_connection = origin


def defaults_for(settings: Settings) -> Mapping[str, str]:
    """Return the headers of every response that is not a page and says nothing else itself."""
    if settings.mode is Mode.PRODUCTION and settings.is_https:
        return {**_DEFAULTS, "Strict-Transport-Security": _HSTS}
    return _DEFAULTS


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every response; what a view has set itself stands."""
    defaults = defaults_for(settings)

    @app.after_request
    def add(response: Response) -> Response:
        is_page = response.mimetype == "text/html"
        wanted = {**defaults, _POLICY: _page_policy()} if is_page else defaults
        # In one step: looked for and added one by one they cost more than many an answer.
        present = {name.title() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in wanted.items() if name not in present])
        return response


def _page_policy() -> str:
    nonce = f" 'nonce-{g.immo_nonce}'" if "immo_nonce" in g else ""
    origin = f" {g.immo_open_connection}" if "immo_open_connection" in g else ""
    directives = [*_PAGE_POLICY, f"script-src 'self'{nonce}", f"connect-src 'self'{origin}"]
    if not g.get("immo_open_form_action", False):
        directives.append("form-action 'self'")
    return "; ".join(directives)
