"""People by the thousand for measurements: `load.1`, `load.2`, … with one usable context each."""

from collections.abc import Callable, Iterator
from datetime import datetime

from core.closing.imports import ImportedOffice, ImportedPerson, ImportedUse, import_offices
from core.infra.db import Database
from core.organisations.numbers import check_digits
from core.organisations.queries import find_by_company_number
from core.people.profiles import find_for_sign_in
from core.tools.identifiers import ToolId
from idp.credentials.passwords import hash_password, store_passwords
from idp.demo.kinds import BIV
from idp.demo.people import PASSWORD

# Company numbers from here on belong to the crowd, accreditation numbers of six digits likewise.
_FIRST_COMPANY = 5_000_000
_FIRST_ACCREDITATION = 600_000
MOST_OFFICES = 999_999 - _FIRST_ACCREDITATION
_PEOPLE_AT_ONCE = 2_000
_LANGUAGES = ("nl", "fr", "en")


def load(
    database: Database,
    cadastrefinder: ToolId,
    *,
    people: int,
    organisations: int,
    largest: int = 0,
    now: datetime,
) -> int:
    """Add people up to `load.<people>`, in offices up to the number wanted; return how many are new.

    What is there stays: further people come in offices of their own, so that nobody's office
    changes. Each office is managed by its first person, whose accreditation the others work under.
    With `largest` the first new office has so many people, the others share the rest.
    """
    with database.reading() as session:
        there = _count(lambda number: find_for_sign_in(session, username(number)) is not None)
        offices = _count(lambda number: find_by_company_number(session, company_number(number)) is not None)
    missing = people - there
    if missing <= 0:
        return 0
    wanted = min(max(organisations - offices, 1), missing)
    use = ImportedUse(cadastrefinder, "estate-agent", "user", BIV, "tableau")
    shared = hash_password(PASSWORD)
    for batch in _batches(_offices(there, offices, _sizes(missing, wanted, largest))):
        with database.transaction() as session:
            new = import_offices(session, batch, use, now=now)
            store_passwords(session, new, hashed=shared, now=now)
    return missing


def username(number: int) -> str:
    """Return the user name of one of the crowd, counted from 1."""
    return f"load.{number}"


def company_number(number: int) -> str:
    """Return the company number of one office of the crowd, counted from 1."""
    first_eight = f"{_FIRST_COMPANY + number:08d}"
    return first_eight + check_digits(first_eight)


def _count(exists: Callable[[int], bool]) -> int:
    """Return how many there are of what is numbered from 1 without gaps, asking few questions."""
    beyond = 1
    while exists(beyond):
        beyond *= 2
    known = beyond // 2
    while beyond - known > 1:
        middle = (known + beyond) // 2
        if exists(middle):
            known = middle
        else:
            beyond = middle
    return known


def _sizes(people: int, offices: int, largest: int) -> list[int]:
    """Return how many people each office has: as even as numbers allow, but for one large one."""
    first = [min(largest, people - offices + 1)] if largest and offices > 1 else []
    left, others = people - sum(first), offices - len(first)
    return first + [left // others + (1 if position < left % others else 0) for position in range(others)]


def _offices(there: int, offices: int, sizes: list[int]) -> Iterator[ImportedOffice]:
    number = there + 1
    for office, size in enumerate(sizes, offices + 1):
        yield ImportedOffice(
            company_number=company_number(office),
            name=f"Immo Load {office} BV",
            people=tuple(_person(number + offset) for offset in range(size)),
            accreditation_number=f"{_FIRST_ACCREDITATION + office}",
        )
        number += size


def _person(number: int) -> ImportedPerson:
    name = username(number)
    return ImportedPerson(
        username=name,
        email=f"{name}@load.example",
        given_name="Load",
        family_name=f"Number {number}",
        language=_LANGUAGES[number % len(_LANGUAGES)],
    )


def _batches(offices: Iterator[ImportedOffice]) -> Iterator[list[ImportedOffice]]:
    batch: list[ImportedOffice] = []
    size = 0
    for office in offices:
        batch.append(office)
        size += len(office.people)
        if size >= _PEOPLE_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
