"""`/menu.js`: the name menu for the pages of tools, one script of one element (docs/name-menu.md).

It holds addresses and words and nothing about anybody: the tool says who is signed in. It may be
read from any origin and is the same for everybody, so that browsers keep it.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from core.infra.catalogues import LANGUAGES, translations
from core.infra.messages import N_
from portal.actor import require_actor
from portal.wiring import services

bp = Blueprint("menu", __name__)

VERSION = "v"
_SOURCE = Path(__file__).with_name("menu.js")
_KEEP = "public, max-age=31536000, immutable"
# Long enough to cost nothing, short enough that a new release is everywhere the same day.
_ASK_AGAIN = "public, max-age=3600"
_WORDS = {
    "menu": N_("Account of %(name)s"),
    "change-context": N_("Change context"),
    "profile": N_("My profile"),
    "organisations": N_("My organisations"),
    "tools": N_("Tools"),
    "wallet": N_("Wallet"),
    "sign-out": N_("Sign out"),
}
_HOUSE = (
    "M21.9 4.8a3.2 3.2 0 0 1 4.2 0l16 13.9a4 4 0 0 1 1.4 3V38a5 5 0 0 1-5 5h-29a5 5 0 0 1-5-5V21.7a4 4 0 0 1 "
    "1.4-3ZM24 17.6a6 6 0 0 0-2.6 11.4l-1.9 7.8a1 1 0 0 0 1 1.2h7a1 1 0 0 0 1-1.2L26.6 29A6 6 0 0 0 24 17.6Z"
)


@bp.get("/menu.js")
def script() -> AnyResponse:
    """Send the script; under `?v=` with its present version it may be kept for ever."""
    found = services().settings
    content = _script(found.issuer, found.portal_url)
    version = _version(content)
    response = Response(content, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = _KEEP if request.args.get(VERSION) == version else _ASK_AGAIN
    # Modules of other origins are fetched without cookies, and only where they may be read by all.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(version)
    return response.make_conditional(request)


@bp.get("/organisations")
def organisations() -> AnyResponse:
    """Lead to my organisations, through the sign-in: whoever comes from elsewhere is not yet known here."""
    require_actor()
    return redirect("/", 303)


@cache
def _script(issuer: str, portal_url: str) -> bytes:
    settings = {
        "profile": f"{issuer}/account/profile",
        "organisations": f"{portal_url}/organisations",
        "house": _HOUSE,
        "words": {language: _words(language) for language in LANGUAGES},
    }
    line = f"const SETTINGS = {json.dumps(settings, ensure_ascii=False, separators=(',', ':'))};\n"
    return line.encode() + _SOURCE.read_bytes()


def _words(language: str) -> dict[str, str]:
    say = translations(language).gettext
    return {name: say(text) for name, text in _WORDS.items()}


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
