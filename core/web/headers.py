"""What every response says to the browser: load nothing foreign, frame nothing, keep nothing.

The content security policy allows our own style sheet, scripts and pictures. The one inline
script (the form_post page) carries a nonce. Browsers apply `form-action` to the whole chain of
redirects, so pages whose submission may end at a tool leave it out (`open_form_action`).
"""

import secrets

from flask import Flask, Response, g

from core.infra.settings import Mode, Settings

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_HSTS = "max-age=63072000"
_PAGE_POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
_OTHER_POLICY = "default-src 'none'; frame-ancestors 'none'"


def csp_nonce() -> str:
    """Return the nonce that lets one inline script of this response run; made when first asked."""
    if "immo_nonce" not in g:
        g.immo_nonce = secrets.token_urlsafe(16)
    nonce: str = g.immo_nonce
    return nonce


def open_form_action() -> None:
    """Let the forms of this page end at another origin: it is part of a way back to a tool."""
    g.immo_open_form_action = True


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every response; what a view has set itself stands."""
    says_hsts = settings.mode is Mode.PRODUCTION and settings.is_https

    @app.after_request
    def add(response: Response) -> Response:
        defaults = {
            "Content-Security-Policy": _policy(response),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": _PERMISSIONS,
        }
        if says_hsts:
            defaults["Strict-Transport-Security"] = _HSTS
        for name, value in defaults.items():
            response.headers.setdefault(name, value)
        return response


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return _OTHER_POLICY
    nonce = f" 'nonce-{g.immo_nonce}'" if "immo_nonce" in g else ""
    directives = [*_PAGE_POLICY, f"script-src 'self'{nonce}"]
    if not g.get("immo_open_form_action", False):
        directives.append("form-action 'self'")
    return "; ".join(directives)
