"""The part of flask-babel that we use; the package ships no types of its own."""

from collections.abc import Callable

from babel import Locale
from babel.support import NullTranslations
from flask import Flask

class Domain:
    def get_translations(self) -> NullTranslations: ...

class Babel:
    def init_app(
        self,
        app: Flask,
        default_locale: str = ...,
        *,
        locale_selector: Callable[[], str | None] | None = ...,
    ) -> None: ...

def get_locale() -> Locale | None: ...
def gettext(string: str, **variables: object) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def refresh() -> None: ...
