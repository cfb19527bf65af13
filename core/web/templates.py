"""The Jinja environment of both applications: strict, ours, with the brand's parts at hand."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined

from core.infra.dates import date_in_words, moment_in_words
from core.infra.settings import Settings
from core.web import brand_files
from core.web.headers import csp_nonce
from core.web.locale import current_language, language_links


def install(app: Flask, settings: Settings, folders: Sequence[Path]) -> None:
    """Make templates out of an application's own folders and the brand's, which is `brand/…`.

    A name that a template uses and nobody gave is an error, never an empty string.
    """
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.loader = ChoiceLoader(
        [FileSystemLoader(folders), PrefixLoader({"brand": FileSystemLoader(brand_files.DIRECTORY)})]
    )
    environment.globals.update(
        brand_url=brand_files.brand_url,
        csp_nonce=csp_nonce,
        current_language=current_language,
        help_url=f"{settings.issuer}/help",
        icon=brand_files.icon,
        language_links=language_links,
        support_address=settings.support.address,
    )
    environment.filters.update(day=_day, moment=_moment, company_number=company_number, zip=zip)


def company_number(digits: str) -> str:
    """Return a Belgian company number as people write it: 0123.456.749."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}" if len(digits) == 10 else digits


def _moment(value: datetime) -> str:
    return moment_in_words(value, current_language())


def _day(value: date) -> str:
    return date_in_words(value, current_language())
