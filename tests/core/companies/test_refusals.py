"""An extract that is damaged, foreign or means harm is refused, says where, and changes nothing."""

import io
import itertools
import threading
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.companies import archive, csv_rows, imports, progress
from core.companies.errors import ExtractRefused, ImportOvertaken, ImportRunning
from core.companies.queries import find_company
from core.companies.states import ImportPhase, ImportState
from core.companies.tables import CompanyImportRow, CompanyRow, CompanySnapshotRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from tests.support.companies import (
    CODES,
    HEADERS,
    ACompany,
    AnExtract,
    as_csv,
    company_number,
    in_folder,
    in_zip,
    read_extract,
    written,
)

ONE, TWO = company_number(1), company_number(2)
Change = Callable[[dict[str, bytes]], Mapping[str, bytes]]


def the_rest(database: Database) -> tuple[int, int, bool]:
    """Return how many companies and snapshots there are, and whether the first company is there."""
    with database.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(CompanyRow)) or 0,
            session.scalar(select(func.count()).select_from(CompanySnapshotRow)) or 0,
            find_company(session, ONE, "nl") is not None,
        )


def replaced(name: str, before: bytes, after: bytes) -> Change:
    def change(files: dict[str, bytes]) -> Mapping[str, bytes]:
        assert before in files[name]
        return {**files, name: files[name].replace(before, after)}

    return change


def without(name: str) -> Change:
    return lambda files: {key: value for key, value in files.items() if key != name}


def cut(name: str, octets: int) -> Change:
    return lambda files: {**files, name: files[name][:-octets]}


WRONG: dict[str, tuple[Change, str | None, int | None]] = {
    "no meta": (without("meta.csv"), "meta.csv", None),
    "no addresses": (without("address.csv"), "address.csv", None),
    "another version": (replaced("meta.csv", b'"1.0.0"', b'"2.0.0"'), "meta.csv", None),
    "another type": (replaced("meta.csv", b'"full"', b'"half"'), "meta.csv", None),
    "no number": (replaced("meta.csv", b'"101"', b'"-1"'), "meta.csv", None),
    "no day": (replaced("meta.csv", b"30-10-2026", b"30-13-2026"), "meta.csv", None),
    "from the future": (replaced("meta.csv", b"30-10-2026", b"30-10-2027"), None, None),
    "a variable twice": (replaced("meta.csv", b'"Version"', b'"ExtractType"'), "meta.csv", 6),
    "a column is missing": (replaced("enterprise.csv", b'"StartDate"', b'"Started"'), "enterprise.csv", 1),
    "a column stands twice": (replaced("enterprise.csv", b'"JuridicalSituation"', b'"Status"'), "enterprise.csv", 1),
    "a value too many": (replaced("enterprise.csv", b',"000",', b',"000","1",'), "enterprise.csv", 2),
    "check digits": (replaced("enterprise.csv", written(TWO).encode(), b"1000.000.234"), "enterprise.csv", 2),
    "no such number": (replaced("denomination.csv", written(TWO).encode(), b"2.000.000"), "denomination.csv", 2),
    "no such day": (replaced("enterprise.csv", b"03-05-2011", b"31-02-2011"), "enterprise.csv", 2),
    "another way to write a day": (replaced("enterprise.csv", b"03-05-2011", b"2011-05-03"), "enterprise.csv", 2),
    "a kind nobody knows": (replaced("enterprise.csv", b',"2","014"', b',"7","014"'), "enterprise.csv", 2),
    "a legal form that is none": (replaced("enterprise.csv", b'"610"', b'"six"'), "enterprise.csv", 2),
    "a name that is too long": (replaced("denomination.csv", b"Immo Bakker", b"x" * 321), "denomination.csv", 2),
    "a zero octet": (replaced("denomination.csv", b"Bakker", b"Bak\0ker"), "denomination.csv", 2),
    "Latin-1": (replaced("address.csv", b"Gand", "Liège".encode("latin-1")), "address.csv", None),
    "quotation marks": (replaced("denomination.csv", b"Bakker", b'Bak"ker'), "denomination.csv", 2),
    "a huge line": (replaced("denomination.csv", b"Bakker", b"x" * 40_000), "denomination.csv", 2),
    "a quotation that never ends": (replaced("denomination.csv", b'Bakker"', b"Bakker"), "denomination.csv", None),
    "no codes": (lambda files: {**files, "code.csv": as_csv(HEADERS["code"], CODES[-1:])}, "code.csv", None),
    "nobody": (lambda files: {**files, "enterprise.csv": as_csv(HEADERS["enterprise"], ())}, None, None),
    "a company twice": (
        lambda files: {**files, "enterprise.csv": files["enterprise.csv"] + files["enterprise.csv"].splitlines()[1]},
        "enterprise.csv",
        None,
    ),
    "not a table": (lambda files: {**files, "enterprise.csv": b"%PDF-1.7\n"}, "enterprise.csv", 1),
    "empty": (lambda files: {**files, "contact.csv": b""}, "contact.csv", None),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_refused_with_its_place(
    database: Database, clock: FixedClock, tmp_path: Path, wrong: str
) -> None:
    read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())
    change, file, line = WRONG[wrong]
    files = change(AnExtract(101, companies=[ACompany(TWO)]).files())

    with pytest.raises(ExtractRefused) as refused:
        imports.run(database, in_zip(files, tmp_path / "wrong.zip"), None, clock.now())

    assert refused.value.details.get("file") == file
    if line is not None:
        assert refused.value.details.get("line") == line
    assert the_rest(database) == (1, 1, True)
    with database.reading() as session:
        newest = next(one for one in imports.imports(session) if one.state is not ImportState.DONE)
    assert newest.state is ImportState.REFUSED
    assert (newest.reason, newest.file) == (refused.value.details["reason"], file)


@pytest.mark.parametrize("octets", [1, 5, 40])
def test_a_file_that_was_cut_off_is_noticed_without_a_check_sum(
    database: Database, clock: FixedClock, tmp_path: Path, octets: int
) -> None:
    files = cut("address.csv", octets)(AnExtract(companies=[ACompany(ONE)]).files())

    with pytest.raises(ExtractRefused):
        imports.run(database, in_folder(files, tmp_path / "x"), None, clock.now())

    assert the_rest(database) == (0, 0, False)


def halved(made: bytes) -> bytes:
    """Return the first half of a file."""
    return made[: len(made) // 2]


def foreign(_made: bytes) -> bytes:
    """Return the beginning of something that is no zip file."""
    return b"%PDF-1.7"


def damaged(made: bytes) -> bytes:
    """Return a zip file with some octets of its largest member turned."""
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        largest = max(found.infolist(), key=lambda member: member.compress_size)
    middle = largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2
    return made[:middle] + bytes(octet ^ 0xFF for octet in made[middle : middle + 8]) + made[middle + 8 :]


def encrypted(made: bytes) -> bytes:
    """Return a zip file whose members say that they are encrypted."""
    changed = bytearray(made)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(signature)
        while at >= 0:
            changed[at + place] |= 1
            at = made.find(signature, at + 4)
    return bytes(changed)


@pytest.mark.parametrize("harm", [halved, foreign, damaged, encrypted])
def test_a_damaged_zip_file_is_refused(
    database: Database, clock: FixedClock, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    companies = [ACompany(company_number(position)) for position in range(300)]
    path = in_zip(AnExtract(companies=companies).files(), tmp_path / "x.zip")
    path.write_bytes(harm(path.read_bytes()))

    with pytest.raises(ExtractRefused):
        imports.run(database, path, None, clock.now())

    assert the_rest(database) == (0, 0, False)


def test_a_zip_bomb_is_not_unpacked(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    files = AnExtract(companies=[ACompany(ONE)]).files()
    files["contact.csv"] += b"\n" * 8 * 1024**2

    with pytest.raises(ExtractRefused) as refused:
        imports.run(database, in_zip(files, tmp_path / "x.zip"), None, clock.now())

    assert refused.value.details["file"] == "contact.csv"


def test_more_octets_than_all_companies_need_are_refused(
    database: Database, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.companies.extract.MOST_OCTETS", 100)

    with pytest.raises(ExtractRefused):
        read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())


def test_files_of_one_name_and_too_many_files_are_refused(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    files = AnExtract(companies=[ACompany(ONE)]).files()
    twice = in_zip({**files, "other/meta.csv": files["meta.csv"]}, tmp_path / "twice.zip")
    many = in_zip({**files, **{f"{position}.txt": b"" for position in range(80)}}, tmp_path / "many.zip")

    for path in (twice, many, tmp_path / "nothing.zip"):
        with pytest.raises(ExtractRefused):
            imports.run(database, path, None, clock.now())


def test_an_update_that_is_wrong_at_its_end_changes_nothing(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())
    files = AnExtract(101, "update", deleted={"enterprise": [ONE]}, companies=[ACompany(TWO)]).files()
    files["contact_insert.csv"] += b'"x","ENT"\n'

    with pytest.raises(ExtractRefused) as refused:
        imports.run(database, in_folder(files, tmp_path / "x"), None, clock.now())

    assert refused.value.details["line"] == 3
    assert the_rest(database) == (1, 1, True)


def test_one_import_runs_at_a_time_and_a_dead_one_makes_room(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    extract = AnExtract(companies=[ACompany(ONE)])
    dead = progress.Progress(database, clock.now())

    with pytest.raises(ImportRunning):
        read_extract(database, extract, tmp_path, clock.now())
    clock.advance(progress.DEAD_AFTER + timedelta(minutes=1))
    read_extract(database, extract, tmp_path, clock.now())

    assert the_rest(database) == (1, 1, True)
    with pytest.raises(ImportOvertaken):
        dead.tell({"done": 1}, at_once=True)
    with database.reading() as session:
        assert {one.id: one.state for one in imports.imports(session)}[dead.id] is ImportState.DIED


def test_an_import_that_was_overtaken_while_it_wrote_puts_nothing_in_force(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    def overtake(phase: ImportPhase, _done: int, _total: int) -> None:
        if phase is ImportPhase.SWITCHING:
            with database.transaction() as session:
                ended = {"state": ImportState.DIED, "ended_at": clock.now()}
                session.execute(update(CompanyImportRow).values(**ended))

    path = in_zip(AnExtract(companies=[ACompany(ONE)]).files(), tmp_path / "x.zip")
    with pytest.raises(ImportOvertaken):
        imports.run(database, path, None, clock.now(), on_progress=overtake)

    assert the_rest(database) == (0, 0, False)


def test_whoever_interrupts_leaves_nothing_behind(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())

    def interrupt(phase: ImportPhase, _done: int, _total: int) -> None:
        if phase is ImportPhase.SWITCHING:
            raise KeyboardInterrupt

    path = in_zip(AnExtract(101, companies=[ACompany(ONE), ACompany(TWO)]).files(), tmp_path / "x.zip")
    with pytest.raises(KeyboardInterrupt):
        imports.run(database, path, None, clock.now(), on_progress=interrupt)

    assert the_rest(database) == (1, 1, True)
    with database.reading() as session:
        assert imports.imports(session)[0].error == "KeyboardInterrupt"


def test_who_reads_finds_every_company_at_every_moment(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    numbers = [company_number(position) for position in range(40)]

    def extract(number: int, name: str) -> AnExtract:
        return AnExtract(number, companies=[ACompany(one, (("2", "001", name),)) for one in numbers])

    read_extract(database, extract(100, "Before"), tmp_path, clock.now())
    seen, stop = list[str | None](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            with database.connection() as connection:
                found = [find_company(connection, one, "nl") for one in numbers]
            seen.extend(None if one is None else one.name for one in found)

    reader = threading.Thread(target=read)
    reader.start()
    read_extract(database, extract(101, "After"), tmp_path, clock.now())
    stop.set()
    reader.join()

    changes = [after for before, after in itertools.pairwise(["Before", *seen]) if before != after]
    assert len(seen) >= len(numbers)
    assert changes in ([], ["After"])


def test_memory_does_not_grow_with_a_line(tmp_path: Path) -> None:
    """A file that is one endless line is given up after the longest line there can be."""
    folder = in_folder({"contact.csv": b'"' + b"x" * 1_000_000}, tmp_path / "x")

    with archive.opened(folder) as found, pytest.raises(ExtractRefused) as refused:
        list(csv_rows.CsvFile(found, "contact.csv").rows(("Value",)))

    assert "too long" in str(refused.value.details["reason"])
