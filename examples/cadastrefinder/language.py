"""Which of three languages CadastreFinder speaks in this request.

The order: the switch on the page, what the browser chose before, what the browser prefers, Dutch.
The same choice travels to Immo-Connect as `ui_locales`, so that the user makes it only once.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

from examples.cadastrefinder.words import KINDS, ROLES, USAGES, WORDS

LANGUAGES = ("nl", "fr", "en")
NAMES = {"nl": "Nederlands", "fr": "Français", "en": "English"}
COOKIE = "cadastrefinder-language"
# One script of another origin, the name menu; forms that sign out go on to Immo-Connect and back.
SAFE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src {portal}/menu.js; form-action 'self' {issuer}; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def language() -> str:
    """Return the language of this request."""
    for wish in (request.args.get("language"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or "nl"


def say(key: str, **values: object) -> str:
    """Return the text in the language of this request."""
    return WORDS[key][LANGUAGES.index(language())] % values


def term(terms: dict[str, tuple[str, str, str]], code: str) -> str:
    """Return a usage or role in words; one we do not know yet stays as its code."""
    return terms[code][LANGUAGES.index(language())] if code in terms else code


def address_in(code: str) -> str:
    """Return the address of this page in another language; answers to a sign-in are not repeated."""
    if request.method != "GET" or request.path in {"/callback", "/signed-out"}:
        return "/?" + urlencode({"language": code})
    return request.path + "?" + urlencode({**request.args.to_dict(), "language": code})


def number(value: int) -> str:
    """Return a whole number as this language groups it."""
    return f"{value:,}".replace(",", {"nl": ".", "fr": "\N{NARROW NO-BREAK SPACE}", "en": ","}[language()])


def euros(cents: int) -> str:
    """Return an amount of money as this language writes it."""
    whole, part = number(cents // 100), f"{cents % 100:02}"
    return {
        "nl": f"€\N{NO-BREAK SPACE}{whole},{part}",
        "fr": f"{whole},{part}\N{NO-BREAK SPACE}€",
        "en": f"€{whole}.{part}",
    }[language()]


def install(app: Flask) -> None:
    """Give the templates their words, and every answer its headers and the remembered language."""
    policy = SAFE.format(portal=app.config["PORTAL_URL"], issuer=app.config["ISSUER"])

    @app.context_processor
    def texts() -> dict[str, Any]:
        return {
            "say": say,
            "usage": lambda code: term(USAGES, code),
            "kind": lambda code: term(KINDS, code),
            "role": lambda code: term(ROLES, code),
            "language": language(),
            "languages": NAMES,
            "address_in": address_in,
            "number": number,
        }

    @app.after_request
    def finish(response: Response) -> Response:
        if request.args.get("language") in LANGUAGES:
            response.set_cookie(
                COOKIE,
                request.args["language"],
                max_age=365 * 86400,
                httponly=True,
                samesite="Lax",
                secure=app.config["URL"].startswith("https://"),
            )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
