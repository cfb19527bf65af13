"""What the register says of one company: to prefill a form, and to tell whether it is active (O9, O11)."""

from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.companies.facts import Address, CompanyFacts
from core.companies.states import CompanyKind, CompanyStatus
from core.companies.tables import CompanyRow, CompanySnapshotRow, LegalFormRow

# After the reader's own language.
_NAME_ORDER = ("nl", "fr", "other", "de", "en")
_WORDS_ORDER = ("nl", "fr", "de", "en")


def find_company(session: Session | Connection, number: str, language: str) -> CompanyFacts | None:
    """Return what the register in force says of the company with these ten digits; one statement.

    None where it names no such company, or no extract was ever read in: see `is_imported`.
    """
    company, forms = CompanyRow.__table__.c, LegalFormRow.__table__.c
    words = [getattr(forms, each).label(f"form_{each}") for each in _WORDS_ORDER]
    row = session.execute(
        select(*company, *words)
        .select_from(CompanyRow.__table__)
        .join(CompanySnapshotRow.__table__, CompanySnapshotRow.id == company.snapshot_id)
        .outerjoin(LegalFormRow.__table__, forms.code == company.legal_form)
        .where(CompanySnapshotRow.is_current, company.number == number)
    ).one_or_none()
    return None if row is None else facts(dict(row._mapping), language)  # noqa: SLF001 - SQLAlchemy's public name


def is_imported(session: Session | Connection) -> bool:
    """Tell whether an extract of the register was read in, so that a company missing from it means something."""
    return session.scalar(select(CompanySnapshotRow.id).where(CompanySnapshotRow.is_current)) is not None


def facts(row: dict[str, object], language: str) -> CompanyFacts:
    """Return a row of `company` in one language; `form_nl` and its like beside it are the words of its legal form."""
    kind, postal_code = row["kind"], _text(row["postal_code"])
    addresses = {each: _address(row, each, postal_code) for each in ("nl", "fr")}
    seat = addresses["fr" if language == "fr" else "nl"] or addresses["nl"] or addresses["fr"]
    started_on = row["started_on"]
    return CompanyFacts(
        number=str(row["number"]),
        status=CompanyStatus(str(row["status"])),
        kind=None if kind is None else CompanyKind(str(kind)),
        name=_in_words(row, "name", (language, *_NAME_ORDER)),
        legal_form=_in_words(row, "form", (language, *_WORDS_ORDER)),
        started_on=started_on if isinstance(started_on, date) else None,
        street_address=None if seat is None else seat.street_address,
        postal_code=None if seat is None else seat.postal_code,
        locality=None if seat is None else seat.locality,
        email=_text(row["email"]),
        names=tuple(filter(None, (_text(row[name]) for name in _NAMES))),
        addresses=tuple(dict.fromkeys(found for found in addresses.values() if found is not None)),
    )


_NAMES = (*(f"name_{each}" for each in _NAME_ORDER), "commercial_name", "abbreviation")


def _address(row: dict[str, object], language: str, postal_code: str | None) -> Address | None:
    street, town = _text(row[f"street_{language}"]), _text(row[f"municipality_{language}"])
    if street is None or town is None or postal_code is None:
        return None
    house_number, box = _text(row["house_number"]), _text(row["box"])
    before_box = "bus" if language == "nl" else "boîte"
    boxed = None if box is None else f"{before_box} {box}"
    return Address(" ".join(filter(None, (street, house_number, boxed))), postal_code, town)


def _in_words(row: dict[str, object], what: str, languages: tuple[str, ...]) -> str | None:
    found = (_text(row.get(f"{what}_{language}")) for language in languages)
    return next((text for text in found if text is not None), None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
