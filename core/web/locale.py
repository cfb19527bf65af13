"""The language of a page: how it is chosen, remembered, and switched by a link.

First that is known wins: the choice made in this interaction, the tool's `ui_locales`, the
person's own, the cookie, what the browser prefers, Dutch. `?language=fr` on any page is a choice;
it is answered in that language and remembered in a cookie. Views that know more say so with
`prefer`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Flask, Response, g, request
from flask_babel import Babel, Domain, get_locale, refresh

from core.infra.catalogues import LANGUAGES, translations

COOKIE = "immo-language"
PARAMETER = "language"
_PARAMETER_IN_QUERY = PARAMETER.encode()
_DEFAULT = "nl"
_COOKIE_SECONDS = 365 * 24 * 3600
_ENDONYMS = {"nl": "Nederlands", "fr": "Français", "en": "English"}


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch."""

    language: str
    name: str
    url: str
    is_current: bool


def current_language() -> str:
    """Return the language in which the current request is answered: `nl`, `fr` or `en`."""
    locale = get_locale()
    return _DEFAULT if locale is None else locale.language


def requested_language() -> str | None:
    """Return the language this very request asks for by its link, if it does."""
    # Most requests do not: then nothing of a long query is taken apart for it.
    return supported(request.args.get(PARAMETER, "")) if _PARAMETER_IN_QUERY in request.query_string else None


def prefer(*, chosen: str | None = None, ui_locales: Iterable[str] = (), person: str | None = None) -> None:
    """Say what is known beyond the request: the interaction's choice, the tool's, the person's.

    `ui_locales` are language tags in the order of preference (Core section 3.1.2.1); unknown ones
    are passed over.
    """
    g.immo_languages = (chosen, *ui_locales, person)
    refresh()


def supported(tag: str | None) -> str | None:
    """Return our language for a tag of RFC 5646 such as `fr-BE`, or None when we do not have it."""
    language = (tag or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else None


def language_links() -> tuple[LanguageLink, ...]:
    """Return the links of the language switch: this same page in each language.

    An answer to a POST links to its address without the form, as a reload would.
    """
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k != PARAMETER]
    current = current_language()
    return tuple(
        LanguageLink(language, _ENDONYMS[language], _with_language(arguments, language), language == current)
        for language in LANGUAGES
    )


def install(app: Flask, *, secure: bool) -> None:
    """Choose the language of every page of an application and remember what was chosen."""
    _LivingBabel().init_app(app, default_locale=_DEFAULT, locale_selector=_select)

    @app.after_request
    def remember(response: Response) -> Response:
        # Only pages are in a language; what answers programs is not made to look for one.
        chosen = requested_language() if response.mimetype == "text/html" else None
        if chosen:
            response.set_cookie(COOKIE, chosen, max_age=_COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")
        return response


def _select() -> str:
    accepted = (tag for tag, quality in request.accept_languages if quality > 0)
    known = (requested_language(), *g.get("immo_languages", ()), request.cookies.get(COOKIE), *accepted)
    return next(filter(None, map(supported, known)), _DEFAULT)


def _with_language(arguments: list[tuple[str, str]], language: str) -> str:
    return "?" + urlencode([*arguments, (PARAMETER, language)])


class _Catalogues(Domain):
    """Gives flask-babel the catalogues that are read from their source."""

    def get_translations(self) -> NullTranslations:
        return translations(current_language())


class _LivingBabel(Babel):
    """Flask-babel on our own catalogues."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues()
