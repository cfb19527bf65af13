"""Amounts as people write and read them; inside the product they are whole cents."""

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency

from core.infra.dates import locale_of

# Below a thousand million, in either way of writing.
_WRITTEN = re.compile(r"(\d{1,3}(?:[ .,'\u00a0\u202f]\d{3}){1,2}|\d{1,9})(?:[.,](\d{1,2}))?")
_SEPARATORS = re.compile(r"[ .,'\u00a0\u202f]")


# The same prices and balances stand in a page many times.
@lru_cache(maxsize=4_096)
def euros(cents: int, language: str) -> str:
    """Return an amount as the language writes it: `€ 1.234,50`, `1.234,50 €`, `€1,234.50`."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=locale_of(language))


def whole_euros(amount: int, language: str) -> str:
    """Return whole euros as the language writes them: `€ 1.200`, `1.200 €`, `€1,200`."""
    locale = locale_of(language)
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, "EUR", pattern, locale=locale, currency_digits=False)


def parse_euros(written: str) -> int | None:
    """Return the cents of an amount that somebody typed, such as `75`, `75,5` or `1.234,50`; None: it is none."""
    found = _WRITTEN.fullmatch(written.replace("€", "").strip())
    if found is None:
        return None
    whole, fraction = _SEPARATORS.sub("", found[1]), (found[2] or "").ljust(2, "0")
    return int(whole) * 100 + int(fraction)
