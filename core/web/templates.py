"""The Jinja environment of both applications: strict, ours, with the brand's parts at hand."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.bccache import Bucket

from core.infra.company_numbers import company_number
from core.infra.dates import date_in_words, moment_in_words
from core.infra.money import euros, whole_euros
from core.infra.settings import Settings
from core.web import brand_files
from core.web.headers import csp_nonce
from core.web.locale import current_language, language_links


class _Compiled(BytecodeCache):
    """Templates compiled once in a process, however many applications it makes; tests make thousands."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what was compiled from the same source."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def install(app: Flask, settings: Settings, folders: Sequence[Path]) -> None:
    """Make templates out of an application's own folders and the brand's, which is `brand/…`.

    A name that a template uses and nobody gave is an error, never an empty string.
    """
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.bytecode_cache = _COMPILED
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
    environment.filters.update(
        day=_day, moment=_moment, euros=_euros, whole_euros=_whole_euros, company_number=company_number, zip=zip
    )


def _moment(value: datetime) -> str:
    return moment_in_words(value, current_language())


def _euros(cents: int) -> str:
    return euros(cents, current_language())


def _whole_euros(amount: int) -> str:
    return whole_euros(amount, current_language())


def _day(value: date) -> str:
    return date_in_words(value, current_language())
