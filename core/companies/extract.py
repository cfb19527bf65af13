"""What an extract says of itself (meta.csv), and what its codes mean (code.csv)."""

import re
from dataclasses import dataclass
from datetime import date

from core.companies.archive import MOST_OCTETS, Archive
from core.companies.csv_rows import CsvFile
from core.companies.errors import ExtractRefused
from core.companies.states import ExtractType
from core.companies.values import day, legal_form, text

META, CODES = "meta.csv", "code.csv"
PARTS = ("enterprise", "denomination", "address", "contact")

_VERSION = re.compile(r"1\.\d{1,3}\.\d{1,3}")
_NUMBER = re.compile(r"\d{1,6}")
# A meta.csv has five.
_MOST_VARIABLES = 50
_LONGEST_WORDS = 200
_LANGUAGES = ("NL", "FR", "DE", "EN")


@dataclass(frozen=True, slots=True)
class Extract:
    """Which extract it is; `snapshot_date` is the day whose state it tells."""

    number: int
    type: ExtractType
    snapshot_date: date

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files that are read besides meta.csv, in their order."""
        match self.type:
            case ExtractType.FULL:
                return (CODES, *(f"{part}.csv" for part in PARTS))
            case ExtractType.UPDATE:
                return (CODES, *(f"{part}_{what}.csv" for part in PARTS for what in ("delete", "insert")))


@dataclass(frozen=True, slots=True)
class LegalForm:
    """The words for a code, in the languages that have one."""

    code: str
    nl: str | None = None
    fr: str | None = None
    de: str | None = None
    en: str | None = None


def read_extract(archive: Archive) -> tuple[Extract, int]:
    """Return which extract it is, and how many octets there are to read; raise `ExtractRefused`."""
    file = CsvFile(archive, META)
    said: dict[str, str] = {}
    for name, value in file.rows(("Variable", "Value")):
        if name in said or len(said) >= _MOST_VARIABLES:
            raise file.refused("a variable stands twice, or there are too many")
        said[name] = value
    if not _VERSION.fullmatch(said.get("Version", "")):
        raise ExtractRefused("its Version is not 1.x.x, the only one that is known", file=META)
    if not _NUMBER.fullmatch(said.get("ExtractNumber", "")):
        raise ExtractRefused("its ExtractNumber is no number", file=META)
    kind = said.get("ExtractType", "").lower()
    if kind not in {known.value for known in ExtractType}:
        raise ExtractRefused("its ExtractType is neither full nor update", file=META)
    try:
        taken_on = day(said.get("SnapshotDate", ""))
    except ValueError:
        taken_on = None
    if taken_on is None:
        raise ExtractRefused("its SnapshotDate is no day written as dd-mm-yyyy", file=META)
    extract = Extract(int(said["ExtractNumber"]), ExtractType(kind), taken_on)
    return extract, _octets(archive, extract)


def _octets(archive: Archive, extract: Extract) -> int:
    for name in extract.files:
        if name not in archive.sizes:
            raise ExtractRefused(f"it is missing from an extract of the type {extract.type.value}", file=name)
    total = sum(archive.sizes[name] for name in extract.files)
    if total > MOST_OCTETS:
        raise ExtractRefused(f"its files hold {total} octets, more than all companies need")
    return total


def legal_forms(file: CsvFile) -> tuple[LegalForm, ...]:
    """Return the legal forms of code.csv; raise `ExtractRefused`."""
    words: dict[str, dict[str, str]] = {}
    for category, code, language, description in file.rows(("Category", "Code", "Language", "Description")):
        if category != "JuridicalForm" or language not in _LANGUAGES:
            continue
        try:
            named = words.setdefault(legal_form(code) or "", {})
            named.setdefault(language.lower(), text(description)[:_LONGEST_WORDS])
        except ValueError:
            raise file.refused("a legal form has a code or a description that is none") from None
    words.pop("", None)
    if not words:
        raise ExtractRefused("it names no legal form", file=file.name)
    return tuple(LegalForm(code, **named) for code, named in sorted(words.items()))
