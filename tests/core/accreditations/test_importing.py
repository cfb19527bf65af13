"""A register is read in beside the one in force and switched at once; what is not right changes nothing."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from core.accreditations.errors import RegisterRefused, UnknownKind
from core.accreditations.feed import BadFile, FileFormat, RegisterFile
from core.accreditations.holders import Kind, define_kind
from core.accreditations.importing import Wish, read_in
from core.accreditations.rules import AttachesTo, RegisterAnswer, RegisterEntry, RegisterStatus
from core.accreditations.snapshots import look_up
from core.accreditations.tables import RegisterEntryRow, RegisterSnapshotRow
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.secret import Secret
from core.people.national_number import NationalNumber, NumberKeys
from tests.support.cards import KEYS, NUMBER, OTHER_NUMBER
from tests.support.offices import kinds, same
from tests.support.registers import an_entry, as_csv, as_json, read_json

ENTRY = RegisterEntry("500123", "tableau", "intermediary", RegisterStatus.ACTIVE, date(2020, 1, 1), date(2027, 12, 31))
NEWER = NumberKeys((("newer", Secret("a newer key for national numbers, in tests")), *KEYS.keys))


@pytest.fixture(autouse=True)
def _kinds(database: Database) -> None:
    with database.transaction() as session:
        kinds(session)


def answer(
    database: Database, clock: FixedClock, holder: NationalNumber = NUMBER, keys: NumberKeys = KEYS
) -> tuple[RegisterAnswer, ...]:
    with database.reading() as session:
        return look_up(session, keys, holder, now=clock.now()).answers


def rows(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        snapshots = session.scalars(select(RegisterSnapshotRow.id)).all()
        return len(snapshots), len(session.scalars(select(RegisterEntryRow.number)).all())


def test_holder_is_found_by_number_and_nobody_else(database: Database, clock: FixedClock) -> None:
    report = read_json(database, [an_entry(), an_entry("500124", OTHER_NUMBER)], now=clock.now())

    assert (report.kind, report.entries, report.added, report.refused) == ("be.biv", 2, 2, None)
    assert answer(database, clock) == (RegisterAnswer("be.biv", (ENTRY,)),)
    stranger = NationalNumber.parse("79041699815")
    assert answer(database, clock, stranger) == (RegisterAnswer("be.biv", ()),)


def test_the_number_itself_lies_nowhere(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now())

    with database.reading() as session:
        names = ("register_snapshot", "register_entry", "audit", "outbox", "accreditation")
        written = [str(row) for name in names for row in session.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
    assert written
    assert [row for row in written if NUMBER.reveal() in row] == []


def test_the_same_file_again_changes_nothing(database: Database, clock: FixedClock) -> None:
    content = as_csv([an_entry()])
    wish = Wish(kind="be.biv")
    read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.CSV), wish, now=clock.now())
    clock.advance(timedelta(hours=36))

    again = read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.CSV), wish, now=clock.now())

    assert again.is_unchanged
    assert (again.added, again.changed, again.gone) == (0, 0, 0)
    assert rows(database) == (1, 1)
    # But its register stands by it anew: an hour past the two days of the first it still counts.
    clock.advance(timedelta(hours=13))
    assert answer(database, clock) == (RegisterAnswer("be.biv", (ENTRY,)),)


def test_next_file_replaces_the_whole_of_the_one_before(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry(), an_entry("500124", OTHER_NUMBER), an_entry("500125")], now=clock.now())
    clock.advance(timedelta(days=1))

    report = read_json(
        database,
        [an_entry(), an_entry("500124", OTHER_NUMBER, status="suspended"), an_entry("500126")],
        now=clock.now(),
    )

    assert (report.entries, report.added, report.changed, report.gone) == (3, 1, 1, 1)
    (found,) = answer(database, clock)
    assert [entry.number for entry in found.entries] == ["500123", "500126"]
    assert rows(database) == (1, 3)
    with database.reading() as session:
        deeds = session.scalars(select(AuditRow).where(AuditRow.action == "register-imported").order_by(AuditRow.at))
        assert [deed.details for deed in deeds] == [
            {"entries": 3, "added": 3, "changed": 0, "gone": 0},
            {"entries": 3, "added": 1, "changed": 1, "gone": 1},
        ]


BROKEN = [
    as_csv([an_entry("500200")])[:-10],
    as_csv([an_entry("500200"), an_entry("500201", status="gone")]),
    as_csv([an_entry("500200"), an_entry("12")]),
    as_csv([an_entry("500200"), an_entry("500200", OTHER_NUMBER)]),
    as_csv([]),
    b"%PDF-1.7\n",
]


@pytest.mark.parametrize("content", BROKEN)
def test_broken_file_changes_nothing(database: Database, clock: FixedClock, content: bytes) -> None:
    read_json(database, [an_entry()], now=clock.now())
    clock.advance(timedelta(hours=1))
    file = RegisterFile(io.BytesIO(content), FileFormat.CSV)

    try:
        refused = read_in(database, KEYS, file, Wish(kind="be.biv"), now=clock.now()).refused
    except BadFile:
        refused = "unreadable"

    assert refused is not None
    assert rows(database) == (1, 1)
    assert answer(database, clock) == (RegisterAnswer("be.biv", (ENTRY,)),)


def test_every_wrong_entry_is_reported(database: Database, clock: FixedClock) -> None:
    entries = [an_entry(), an_entry("500124", status="gone"), an_entry("7"), an_entry("500125", list="A B")]

    report = read_json(database, entries, now=clock.now())

    assert [problem.place for problem in report.problems] == [2, 3, 4]
    assert rows(database) == (0, 0)


def test_reader_sees_the_old_one_until_the_switch(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now())
    clock.advance(timedelta(hours=1))
    seen = []

    def look(_read: int) -> None:
        seen.append(answer(database, clock))

    content = as_json([an_entry("500999")], published=clock.now())
    file = RegisterFile(io.BytesIO(content), FileFormat.JSON)
    read_in(database, KEYS, file, Wish(accept_losses=True), now=clock.now(), on_entries=look)

    assert seen == [(RegisterAnswer("be.biv", (ENTRY,)),)]
    assert [entry.number for entry in answer(database, clock)[0].entries] == ["500999"]


def test_import_that_died_is_cleared_away_by_a_later_one(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        moment = clock.now()
        session.add(
            RegisterSnapshotRow(
                id="rgs_left",
                kind="be.biv",
                number_key="test",
                published_at=moment,
                next_update=moment,
                imported_at=moment,
            )
        )
    read_json(database, [an_entry()], now=clock.now())
    assert rows(database) == (2, 1)
    clock.advance(timedelta(hours=7))

    read_json(database, [an_entry()], now=clock.now())

    assert rows(database) == (1, 1)


def many(count: int) -> list[dict[str, object]]:
    return [an_entry(str(600_000 + position), OTHER_NUMBER) for position in range(count)]


def test_file_that_lost_many_is_taken_only_when_that_is_said_to_be_right(database: Database, clock: FixedClock) -> None:
    read_json(database, many(200), now=clock.now())
    clock.advance(timedelta(hours=1))

    refused = read_json(database, many(170), now=clock.now())
    few = read_json(database, many(185), now=clock.now())
    accepted = read_json(database, many(100), now=clock.now(), accept_losses=True)

    assert refused.refused is not None
    assert refused.gone == 30
    assert (few.refused, few.gone) == (None, 15)
    assert (accepted.refused, accepted.gone) == (None, 85)


def test_dry_run_says_what_would_be_and_changes_nothing(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now())
    clock.advance(timedelta(hours=1))

    report = read_json(database, [an_entry(), an_entry("500124")], now=clock.now(), is_dry_run=True)

    assert (report.entries, report.added, report.refused) == (2, 1, None)
    assert rows(database) == (1, 1)


def test_older_file_does_not_come_back(database: Database, clock: FixedClock) -> None:
    earlier = clock.now()
    clock.advance(timedelta(days=1))
    read_json(database, [an_entry()], now=clock.now())
    content = as_json([an_entry("500124")], published=earlier, next_update="2026-12-01T00:00:00Z")

    with pytest.raises(RegisterRefused, match="register-file-refused"):
        read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.JSON), Wish(), now=clock.now())

    assert answer(database, clock) == (RegisterAnswer("be.biv", (ENTRY,)),)


@pytest.mark.parametrize(("published", "until"), [(timedelta(hours=1), None), (timedelta(days=-9), timedelta(days=-8))])
def test_file_of_another_time_is_refused(
    database: Database, clock: FixedClock, published: timedelta, until: timedelta | None
) -> None:
    head = {} if until is None else {"next_update": (clock.now() + until).isoformat()}
    content = as_json([an_entry()], published=clock.now() + published, **head)

    with pytest.raises(RegisterRefused):
        read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.JSON), Wish(), now=clock.now())

    assert rows(database) == (0, 0)


def test_file_that_is_not_replaced_in_time_has_no_say(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now(), next_update=clock.now() + timedelta(days=3))
    clock.advance(timedelta(days=3))

    with database.reading() as session:
        found = look_up(session, KEYS, NUMBER, now=clock.now())

    assert (found.answers, found.outdated) == ((), ("be.biv",))


def test_alias_is_the_kind_it_stands_for(database: Database, clock: FixedClock) -> None:
    content = as_json([an_entry()], published=clock.now(), kind="be.ipav")

    report = read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.JSON), Wish(), now=clock.now())

    assert report.kind == "be.biv"


@pytest.mark.parametrize("kind", [None, "be.surveyor", "be.unknown"])
def test_kind_must_be_known_and_be_the_same_everywhere(database: Database, clock: FixedClock, kind: str | None) -> None:
    content = as_csv([an_entry()]) if kind is None else as_json([an_entry()], published=clock.now())
    file_format = FileFormat.CSV if kind is None else FileFormat.JSON

    with pytest.raises((RegisterRefused, UnknownKind)):
        read_in(database, KEYS, RegisterFile(io.BytesIO(content), file_format), Wish(kind=kind), now=clock.now())


def test_register_of_organisations_is_not_read_as_one_of_persons(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        define_kind(session, Kind("be.firm", same("firm"), "issuer", "[0-9]{6}", AttachesTo.ORGANISATION))
    content = as_json([an_entry()], published=clock.now(), kind="be.firm")

    with pytest.raises(UnknownKind):
        read_in(database, KEYS, RegisterFile(io.BytesIO(content), FileFormat.JSON), Wish(), now=clock.now())


def test_holder_is_found_after_the_keys_were_rotated(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now())

    assert answer(database, clock, keys=NEWER) == (RegisterAnswer("be.biv", (ENTRY,)),)


def test_register_under_a_key_that_is_gone_says_nothing_instead_of_naming_nobody(
    database: Database, clock: FixedClock
) -> None:
    read_json(database, [an_entry()], now=clock.now())
    only_newer = NumberKeys(NEWER.keys[:1])

    with database.reading() as session:
        found = look_up(session, only_newer, NUMBER, now=clock.now())

    assert (found.answers, found.outdated) == ((), ("be.biv",))


def test_the_same_file_is_read_in_again_under_a_new_key(database: Database, clock: FixedClock) -> None:
    read_json(database, [an_entry()], now=clock.now())

    report = read_json(database, [an_entry()], now=clock.now(), keys=NEWER)

    assert (report.is_unchanged, report.added, report.changed, report.gone) == (False, 0, 0, 0)
    assert answer(database, clock, keys=NumberKeys(NEWER.keys[:1])) == (RegisterAnswer("be.biv", (ENTRY,)),)


def test_large_register_is_read_in_batches(database: Database, clock: FixedClock) -> None:
    told: list[int] = []
    content = as_csv([an_entry(str(100_000 + number)) for number in range(4_500)])
    file = RegisterFile(io.BytesIO(content), FileFormat.CSV)

    report = read_in(database, KEYS, file, Wish(kind="be.biv"), now=clock.now(), on_entries=told.append)

    assert (report.refused, report.entries) == (None, 4_500)
    assert (len(told), sum(told)) == (3, 4_500)
    assert rows(database) == (1, 4_500)
