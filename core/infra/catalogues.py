"""The message catalogues, read from `translations/<language>/LC_MESSAGES/messages.po` as they are.

No compiled files: what translators edit is what runs, and nothing can be stale. Pages and mails
read through here.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("nl", "fr", "en")
SOURCE_LANGUAGE = "en"
DIRECTORY = Path(__file__).parents[2] / "translations"


@cache
def translations(language: str) -> Translations:
    """Return the catalogue of a language, read once per process.

    The source language, and any language we do not have, gives every string back as it is.
    """
    path = catalogue_path(language)
    if language not in LANGUAGES or not path.exists():
        return Translations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def catalogue_path(language: str) -> Path:
    """Return where the catalogue of a language lies; the source language has none."""
    return DIRECTORY / language / "LC_MESSAGES" / "messages.po"
