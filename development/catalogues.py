"""The message catalogues against the code: what is missing, unsure, unused or breaks a placeholder.

`python -m development.catalogues update` writes new strings into the catalogues, untranslated, and
drops what the code no longer says; `check` prints what is wrong and fails if anything is.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from core.infra.catalogues import LANGUAGES, SOURCE_LANGUAGE, catalogue_path

ROOT = Path(__file__).parent.parent
TARGETS = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
_SEARCHED = (
    ("python", "core/**/*.py"),
    ("python", "idp/**/*.py"),
    ("python", "portal/**/*.py"),
    ("jinja2", "core/web/brand/**/*.html"),
    ("jinja2", "consent_templates/**/*.html"),
    ("jinja2", "portal/templates/**/*.html"),
)
_KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd%]")


def extract() -> Catalog:
    """Return every string that the code marks for translation."""
    found = Catalog()
    for method, pattern in _SEARCHED:
        for path in sorted(ROOT.glob(pattern)):
            for message in extract_from_file(method, path, _KEYWORDS):
                found.add(message[1], context=message[3])
    return found


def read(language: str) -> Catalog:
    """Return the catalogue of a language, empty when there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring the catalogue of each language to the strings of the code; translations stay."""
    found = extract()
    for language in TARGETS:
        catalogue = read(language)
        catalogue.update(found, no_fuzzy_matching=True)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(
                file, catalogue, width=100, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
            )


def problems(found: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Say what is wrong with a catalogue, given the strings of the code; nothing when it is whole."""
    known = {message.id for message in catalogue if message.id}
    for message in found:
        if message.id and message.id not in known:
            yield f"missing: {_text(message)}"
    for message in catalogue:
        if not message.id:
            continue
        if found.get(message.id) is None:
            yield f"not in the code: {_text(message)}"
        if message.fuzzy:
            yield f"unsure: {_text(message)}"
        yield from _problems_of(message)


def _problems_of(message: Message) -> Iterator[str]:
    originals, translated = _forms(message.id), _forms(message.string)
    if not all(translated):
        yield f"not translated: {_text(message)}"
        return
    # A plural form may leave the number out, so a translation is held against the fullest original.
    wanted = max((_placeholders(text) for text in originals), key=len)
    for text in translated:
        if _placeholders(text) != wanted:
            yield f"other placeholders: {_text(message)} → {text}"


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def main() -> int:
    """Update or check all catalogues; return the exit status."""
    if sys.argv[1:] == ["update"]:
        update()
    found = extract()
    wrong = [f"{language}: {problem}" for language in TARGETS for problem in problems(found, read(language))]
    print("\n".join(wrong) or f"{', '.join(TARGETS)} complete: {len(found)} strings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
