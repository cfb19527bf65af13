"""Dates and moments in words, as people read them in their language; the time is Brussels'."""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_datetime

from core.infra.clock import BRUSSELS

# As Belgium writes them; whatever else a language tag says changes no date of ours.
_LOCALES = {"nl": Locale("nl", "BE"), "fr": Locale("fr", "BE"), "en": Locale("en", "GB")}


def moment_in_words(moment: datetime, language: str) -> str:
    """Return a moment such as `2 November 2026, 10:05`, in English where we do not have the language."""
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=BRUSSELS, locale=locale_of(language))


def date_in_words(day: date, language: str) -> str:
    """Return a calendar date such as `2 November 2026`, in English where we do not have the language."""
    return format_date(day, "long", locale=locale_of(language))


def locale_of(language: str) -> Locale:
    """Return how Belgium writes dates and numbers in a language; English where we do not have it."""
    return _LOCALES.get(language, _LOCALES["en"])


def moment_in_figures(moment: datetime) -> str:
    """Return a moment such as `02/11/2026 10:05`, for tables: our three languages write it alike."""
    return moment.astimezone(BRUSSELS).strftime("%d/%m/%Y %H:%M")


def month_in_words(day: date, language: str) -> str:
    """Return the month of a day such as `November 2026`, in English where we do not have the language."""
    return format_date(day, "MMMM y", locale=locale_of(language))


def month_in_short(day: date, language: str) -> str:
    """Return the month of a day such as `Nov`, in English where we do not have the language."""
    return format_date(day, "LLL", locale=locale_of(language)).rstrip(".")
