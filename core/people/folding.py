"""Names without what people type differently: capitals, accents, spaces, hyphens. Pure."""

import unicodedata

# Letters that a decomposition leaves whole, as people write them where the letter is missing.
_SPELT_OUT = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "ng",
    }
)


def plain_letters(text: str) -> str:
    """Return a text in small letters without accents; everything else in it stays."""
    small = unicodedata.normalize("NFKC", text).casefold().translate(_SPELT_OUT)
    plain = (mark for mark in unicodedata.normalize("NFKD", small) if not unicodedata.combining(mark))
    return unicodedata.normalize("NFKC", "".join(plain))


def search_text(*texts: str | None) -> str:
    """Return texts as they are searched and sorted: plain letters and digits, one space between words.

    What was stored and what is looked for go through it alike, so `De Smét-Claes` is found by
    `de smet claes`.
    """
    letters = plain_letters(" ".join(text for text in texts if text))
    return " ".join("".join(mark if mark.isalnum() else " " for mark in letters).split())
