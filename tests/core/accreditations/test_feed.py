"""Files of registers: read piece by piece, and anything doubtful in them said with its place."""

import io
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from core.accreditations.feed import BadFile, FileFormat, Problem, RegisterFile
from core.accreditations.feed_lines import FeedEntry
from core.accreditations.json_stream import JsonStream, MalformedJson
from core.accreditations.rules import RegisterStatus
from tests.support.cards import NUMBER
from tests.support.registers import HEADER, an_entry, as_csv, as_json

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def pieces(content: bytes, file_format: FileFormat) -> list[FeedEntry | Problem]:
    return list(RegisterFile(io.BytesIO(content), file_format).entries())


def csv_of(*lines: str) -> list[FeedEntry | Problem]:
    return pieces("\n".join([HEADER, *lines, ""]).encode(), FileFormat.CSV)


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_entry_is_read_with_its_holder(file_format: FileFormat) -> None:
    content = as_csv([an_entry()]) if file_format is FileFormat.CSV else as_json([an_entry()], published=NOW)

    (found,) = pieces(content, file_format)

    assert isinstance(found, FeedEntry)
    assert found.holder == NUMBER
    assert (found.entry.number, found.entry.list, found.entry.column) == ("500123", "tableau", "intermediary")
    assert found.entry.status is RegisterStatus.ACTIVE
    assert (found.entry.valid_from, found.entry.valid_until) == (date(2020, 1, 1), date(2027, 12, 31))
    assert NUMBER.reveal() not in repr(found)


def test_json_says_what_it_is_before_its_entries() -> None:
    content = as_json([], published=NOW, next_update="2026-11-09T04:00:00+01:00")

    head = RegisterFile(io.BytesIO(content), FileFormat.JSON).head

    assert (head.kind, head.published_at) == ("be.biv", NOW)
    assert head.next_update == datetime(2026, 11, 9, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_csv_is_read_however_spreadsheets_write_it(delimiter: str, ending: str, mark: bytes) -> None:
    content = as_csv([an_entry(), an_entry("500124")]).decode().replace(",", delimiter).replace("\n", ending)

    found = pieces(mark + content.encode(), FileFormat.CSV)

    assert [piece.entry.number for piece in found if isinstance(piece, FeedEntry)] == ["500123", "500124"]


WRONG = [
    (an_entry(national_number="85061512391"), "national_number"),
    (an_entry(national_number=""), "national_number"),
    (an_entry(number=""), "number"),
    (an_entry(number="5" * 41), "number"),
    (an_entry(number="500 123\u00e9"), "number"),
    (an_entry(status=""), "status"),
    (an_entry(status="Active"), "status"),
    (an_entry(status="grace"), "status"),
    (an_entry(list="Tableau"), "list"),
    (an_entry(column="inter mediary"), "column"),
    (an_entry(valid_from="01/01/2020"), "valid_from"),
    (an_entry(valid_until="2027-02-30"), "valid_until"),
    (an_entry(valid_until="20271231"), "valid_until"),
    (an_entry(valid_from="2028-01-01"), "valid_until is before"),
]


@pytest.mark.parametrize(("entry", "named"), WRONG)
@pytest.mark.parametrize("file_format", list(FileFormat))
def test_wrong_entry_is_said_with_its_place_and_quotes_nothing(
    entry: dict[str, object], named: str, file_format: FileFormat
) -> None:
    entries = [an_entry(), entry, an_entry("500125")]
    content = as_csv(entries) if file_format is FileFormat.CSV else as_json(entries, published=NOW)

    found = pieces(content, file_format)

    (problem,) = [piece for piece in found if isinstance(piece, Problem)]
    assert problem.place == (3 if file_format is FileFormat.CSV else 2)
    assert named in problem.reason
    assert not any(str(value) in problem.reason for value in entry.values() if len(str(value)) > 6)
    assert len(found) == 3


@pytest.mark.parametrize(
    "entry", [5, None, "text", [], {}, {**an_entry(), "name": "Anna"}, {**an_entry(), "status": ["active"]},
              {**an_entry(), "national_number": 85061512390}, {**an_entry(), "valid_from": 20200101}],
)  # fmt: skip
def test_json_of_another_shape_is_a_problem(entry: object) -> None:
    assert [type(piece) for piece in pieces(as_json([entry], published=NOW), FileFormat.JSON)] == [Problem]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "line",
    ["85061512390,500123,tableau,intermediary,active,2020-01-01", "a,b,c,d,e,f,g,h"],
)
def test_csv_line_of_another_shape_is_a_problem(line: str) -> None:
    assert [type(piece) for piece in csv_of(line)] == [Problem]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"number,status\n",
        HEADER.encode() + b",name\n",
        HEADER.encode() + b",number\n",
        b"\xff\xfe" + HEADER.encode("utf-16-le"),
        HEADER.encode() + b"\n\xff\xff\n",
        as_csv([an_entry()])[:-1],
        as_csv([an_entry()])[:-20],
        as_csv([an_entry()]) + b'"85061512390,500124,tableau\n',
        HEADER.encode() + b"\n" + b"x" * 100_000 + b"\n",
        HEADER.encode(),
    ],
)
def test_csv_that_cannot_be_read_on_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        pieces(content, FileFormat.CSV)


GOOD = as_json([an_entry(), an_entry("500124")], published=NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b"null", b'{"entries": []}', b'{"kind": "be.biv", "entries": []}',
        GOOD.replace(b"register-1", b"register-2"),
        GOOD.replace(b'"kind":"be.biv",', b""),
        GOOD.replace(b'"kind":"be.biv"', b'"kind":5'),
        GOOD.replace(b'"kind":"be.biv"', b'"kind":"be.biv","kind":"be.ipav"'),
        GOOD.replace(b'"kind":"be.biv"', b'"kind":"be.biv","more":1'),
        GOOD.replace(b"2026-11-02T09:00:00+00:00", b"yesterday"),
        GOOD.replace(b"2026-11-02T09:00:00+00:00", b"2026-11-02T09:00:00"),
        GOOD.replace(b'"entries":[', b'"entries":{'),
        GOOD[:-1] + b',"count":3}',
        GOOD[:-1] + b',"more":2}',
        GOOD + b"x",
        GOOD.replace(b'"500124"', b"NaN"),
        GOOD.replace(b'"500124"', b'"500124","number":"500125"'),
        GOOD.replace(b'"500124"', b"[" * 60_000),
        GOOD.replace(b'"500124"', b"1" * 5_000),
        GOOD.replace(b'"500124"', b'"' + b"5" * 200_000 + b'"'),
        GOOD.replace(b"500124", b"50\xff24"),
        GOOD.replace(b"be.biv", b"be\xff.biv"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_read_on_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        pieces(content, FileFormat.JSON)


def test_json_that_was_cut_off_anywhere_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(BadFile):
            pieces(GOOD[:length], FileFormat.JSON)


def test_count_after_the_entries_is_compared() -> None:
    assert len(pieces(GOOD[:-1] + b',"count":2}', FileFormat.JSON)) == 2


def test_digest_is_of_the_whole_file() -> None:
    file = RegisterFile(io.BytesIO(GOOD), FileFormat.JSON)
    list(file.entries())

    again = RegisterFile(io.BytesIO(GOOD + b" "), FileFormat.JSON)
    list(again.entries())

    assert len(file.digest) == 64
    assert file.digest != again.digest


def test_large_file_is_never_held_as_a_whole() -> None:
    lines = 30_000
    file = _Endless(as_csv([an_entry()]).splitlines(keepends=True), lines)

    read = 0
    for piece in RegisterFile(file, FileFormat.CSV).entries():
        assert isinstance(piece, FeedEntry)
        read += 1
        # What was taken from the file is never far ahead of what was handed on.
        assert file.taken - read * len(file.line) < 200_000
    assert read == lines


class _Endless(io.BytesIO):
    """A file that makes its lines when they are asked for."""

    def __init__(self, header_and_line: list[bytes], lines: int) -> None:
        super().__init__()
        header, self.line = header_and_line
        self._rest = self._pieces(header, lines)
        self.taken = 0

    def _pieces(self, header: bytes, lines: int) -> Iterator[bytes]:
        yield header
        for _ in range(lines):
            yield self.line

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        found = next(self._rest, b"")
        self.taken += len(found)
        return found


@pytest.mark.parametrize("seed", range(20))
def test_json_is_the_same_however_it_arrives(seed: int) -> None:
    chance = random.Random(seed)
    text = '{"a": 12, "b": "\u00e9[]{}", "entries": [1, -2.5e3, "x", {"y": [true, null]}, 34567], "count": 5}'
    rest = list(text)

    def read(_size: int) -> str:
        taken = rest[: (size := chance.randint(1, 5))]
        del rest[:size]
        return "".join(taken)

    stream = JsonStream(read)

    assert list(stream.members_before("entries")) == [("a", 12), ("b", "\u00e9[]{}")]
    assert list(stream.elements()) == [1, -2500.0, "x", {"y": [True, None]}, 34567]
    assert stream.rest() == {"count": 5}


def test_json_without_the_array_is_refused() -> None:
    text = iter(['{"a": 1}'])

    with pytest.raises(MalformedJson):
        list(JsonStream(lambda _: next(text, "")).members_before("entries"))
