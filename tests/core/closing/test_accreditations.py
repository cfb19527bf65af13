"""A person's accreditations follow the registers, and what rests on them with them (E5, R3, T6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from core.accreditations import sync
from core.accreditations.errors import InvalidNumber, NumberTaken
from core.accreditations.queries import MyAccreditation, accreditations_of, last_inquiry
from core.accreditations.rules import AccreditationStatus, RegisterStatus, StatusReason
from core.accreditations.tables import AccreditationRow
from core.closing.accreditation_rounds import SILENT_AFTER, follow_days, follow_registers
from core.closing.accreditations import refresh
from core.closing.correction import Correction, CorrectionReason, correct, take_away
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.outbox import OutboxRow
from core.infra.register_settings import RegisterSettings
from core.infra.secret import Secret
from core.people.assurance import Acr
from core.people.eid import UnlinkReason, unlink
from core.people.identifiers import PersonId
from core.tools.assignments import assign_role
from core.tools.registration import register
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow
from tests.support.cards import OTHER_NUMBER, link_card
from tests.support.offices import Office, a_person, a_staffed_office, an_accreditation, kinds
from tests.support.registers import an_entry, read_json, registers

# Nobody listens there.
SILENT = RegisterSettings("be.biv", "http://127.0.0.1:9", Secret("a secret that a register shares with us"))
WAITS = timedelta(minutes=2)


def a_holder(database: Database, clock: FixedClock, name: str = "anna.peeters") -> PersonId:
    """Return somebody whose card is linked."""
    with database.transaction() as session:
        kinds(session)
        person = a_person(session, name, now=clock.now())
        link_card(session, person, now=clock.now())
    return person


def an_office(database: Database, clock: FixedClock) -> Office:
    """Return an office whose tool rests on the accreditation of its manager, whose card is linked."""
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        link_card(session, office.manager.person_id, now=clock.now())
        by = office.manager.person_id
        registration = register(
            session, office.organisation_id, office.tool_id, "estate-agent", by=by, acr=Acr.HIGH, now=clock.now()
        )
        assign_role(session, registration, office.colleague.id, "user", by=by, now=clock.now())
    return office


def theirs(database: Database, person: PersonId) -> list[MyAccreditation]:
    with database.reading() as session:
        return list(accreditations_of(session, person))


def mails(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "mail-requested").order_by(OutboxRow.id))
        return [(str(row.body["template"]), str(row.body["recipient_person_id"])) for row in rows]


def waiting(database: Database, topic: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row.body) for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == topic))]


def forget_messages(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("DELETE FROM outbox"))


def status_of_registration(database: Database) -> tuple[str, str | None]:
    with database.reading() as session:
        row = session.scalars(select(RegistrationRow)).one()
        return row.status, row.status_reason


def test_what_the_register_says_appears(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    entries = [an_entry(), an_entry("500777", list="trainees", column=None), an_entry("500124", OTHER_NUMBER)]
    read_json(database, entries, now=clock.now())

    found = refresh(database, registers(database), person, now=clock.now())

    assert (found.is_linked, found.appeared, found.changed, found.unanswered) == (True, 2, 0, ())
    first, second = theirs(database, person)
    assert (first.number, first.list, first.column, first.status) == (
        "500123", "tableau", "intermediary", AccreditationStatus.ACTIVE,
    )  # fmt: skip
    assert (first.valid_from, first.valid_until) == (date(2020, 1, 1), date(2027, 12, 31))
    assert (first.source, first.checked_at) == ("register", clock.now())
    assert (second.number, second.list, second.column) == ("500777", "trainees", None)


def test_nobody_without_a_card_is_asked_about(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
        person = a_person(session, "anna.peeters", now=clock.now())
    read_json(database, [an_entry()], now=clock.now())

    assert not refresh(database, registers(database), person, now=clock.now()).is_linked
    assert theirs(database, person) == []


def test_asking_again_writes_nothing_but_when(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    read_json(database, [an_entry()], now=clock.now())
    refresh(database, registers(database), person, now=clock.now())
    (before,) = theirs(database, person)
    forget_messages(database)
    clock.advance(timedelta(hours=5))

    again = refresh(database, registers(database), person, now=clock.now())

    (after,) = theirs(database, person)
    assert (again.appeared, again.changed) == (0, 0)
    assert (after.id, after.checked_at) == (before.id, clock.now())
    assert waiting(database, "mail-requested") == waiting(database, "access-changed") == []
    with database.reading() as session:
        deeds = session.scalars(select(AuditRow.action).where(AuditRow.subject_id == person)).all()
        assert deeds.count("accreditation-entered") == 1
        assert "accreditation-changed" not in deeds


@pytest.mark.parametrize(
    ("entries", "status", "reason", "letter"),
    [
        ([an_entry("500001", status="suspended")], "suspended", None, "accreditation-suspended"),
        ([an_entry("500001", status="lapsed")], "lapsed", None, "accreditation-lapsed"),
        ([an_entry("500002", OTHER_NUMBER)], "lapsed", "not-in-register", "accreditation-lapsed"),
        ([an_entry("500001", valid_until="2026-11-01")], "lapsed", "last-day-passed", "accreditation-lapsed"),
    ],
)
def test_lapse_closes_what_rests_on_it_in_one_transaction(
    database: Database,
    clock: FixedClock,
    entries: list[dict[str, object]],
    status: str,
    reason: str | None,
    letter: str,
) -> None:
    office = an_office(database, clock)
    forget_messages(database)
    read_json(database, entries, now=clock.now())

    refresh(database, registers(database), office.manager.person_id, now=clock.now())

    (row,) = theirs(database, office.manager.person_id)
    assert (row.number, row.status.value, row.status_reason) == ("500001", status, reason)
    assert status_of_registration(database) == (RegistrationStatus.SUSPENDED, "accreditation-lapsed")
    told = {body["person_id"] for body in waiting(database, "access-changed")}
    assert told == {office.manager.person_id, office.colleague.person_id}
    assert mails(database) == [
        ("registration-suspended", office.manager.person_id),
        (letter, office.manager.person_id),
    ]


def test_managers_are_told_which_colleague_could_step_in(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    with database.transaction() as session:
        an_accreditation(session, office.colleague.person_id, "500002", now=clock.now())
    forget_messages(database)
    read_json(database, [an_entry("500009", OTHER_NUMBER)], now=clock.now())

    refresh(database, registers(database), office.manager.person_id, now=clock.now())

    (told,) = [
        body for body in waiting(database, "mail-requested") if body["template"] == "registration-suspended-replaceable"
    ]
    with database.reading() as session:
        name = session.execute(
            text("SELECT given_name || ' ' || family_name FROM person WHERE id = :id"),
            {"id": office.colleague.person_id},
        ).scalar_one()
    assert told["values"]["colleagues"] == name
    assert told["values"]["organisation"]


def test_restored_accreditation_opens_everything_again(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    read_json(database, [an_entry("500001", status="suspended")], now=clock.now())
    refresh(database, registers(database), office.manager.person_id, now=clock.now())
    forget_messages(database)
    clock.advance(timedelta(days=1))
    read_json(database, [an_entry("500001")], now=clock.now())

    refresh(database, registers(database), office.manager.person_id, now=clock.now())

    assert status_of_registration(database) == (RegistrationStatus.ACTIVE, None)
    assert mails(database) == [
        ("registration-resumed", office.manager.person_id),
        ("accreditation-restored", office.manager.person_id),
    ]


def test_crash_half_way_leaves_all_as_it_was(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    forget_messages(database)
    read_json(database, [an_entry("500009", OTHER_NUMBER)], now=clock.now())
    with database.transaction() as session:
        # The last thing that is written fails, as a full disk would.
        if database.is_sqlite:
            session.execute(
                text(
                    "CREATE TRIGGER full_disk BEFORE INSERT ON outbox WHEN NEW.topic = 'access-changed' "
                    "BEGIN SELECT RAISE(ABORT, 'full'); END"
                )
            )
        else:
            session.execute(text("ALTER TABLE outbox ADD CONSTRAINT full_disk CHECK (topic <> 'access-changed')"))

    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the database says
        refresh(database, registers(database), office.manager.person_id, now=clock.now())

    (row,) = theirs(database, office.manager.person_id)
    assert row.status is AccreditationStatus.ACTIVE
    assert status_of_registration(database) == (RegistrationStatus.ACTIVE, None)
    assert mails(database) == []


def test_silent_register_changes_nothing_and_is_asked_again(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    forget_messages(database)

    found = refresh(database, registers(database, SILENT), office.manager.person_id, now=clock.now())

    assert (found.unanswered, found.changed) == (("be.biv",), 0)
    (row,) = theirs(database, office.manager.person_id)
    assert row.status is AccreditationStatus.ACTIVE
    assert waiting(database, "registers-unanswered") == [{"version": 1, "person_id": office.manager.person_id}]
    with database.reading() as session:
        inquiry = last_inquiry(session, office.manager.person_id)
        assert inquiry is not None
        assert (inquiry.asked_at, inquiry.answered_at) == (clock.now(), None)


def test_card_unlinked_meanwhile_gets_nothing(database: Database, clock: FixedClock) -> None:
    """The answer is about the holder of a card that the account no longer has."""
    person = a_holder(database, clock)
    read_json(database, [an_entry()], now=clock.now())
    inquiry = sync.inquire(database, registers(database), person, now=clock.now())
    assert inquiry is not None
    with database.transaction() as session:
        unlink(session, person, by=None, reason=UnlinkReason.REQUEST, now=clock.now())

    with database.transaction() as session:
        assert sync.write(session, inquiry, now=clock.now()) is None

    assert theirs(database, person) == []


def test_number_of_somebody_else_is_left_to_the_helpdesk(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    with database.transaction() as session:
        other = a_person(session, "bram.claes", now=clock.now())
        an_accreditation(session, other, "500123", now=clock.now())
    read_json(database, [an_entry(), an_entry("500124")], now=clock.now())

    found = refresh(database, registers(database), person, now=clock.now())

    assert (found.disputed, found.appeared) == (("be.biv",), 1)
    assert [row.number for row in theirs(database, person)] == ["500124"]
    assert [row.number for row in theirs(database, other)] == ["500123"]
    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "accreditation-disputed")).one()
        assert (deed.subject_id, deed.details) == (person, {"kind": "be.biv"})


def test_nobody_present_is_written_to_about_what_appeared(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    forget_messages(database)
    read_json(database, [an_entry()], now=clock.now())

    assert follow_registers(database, registers(database), now=clock.now(), seconds=5) == 1

    assert mails(database) == [("accreditation-found", person)]


def test_everybody_has_a_turn_each_night_and_after_an_import(database: Database, clock: FixedClock) -> None:
    a_holder(database, clock)
    known = registers(database)

    def asked() -> int:
        return follow_registers(database, known, now=clock.now(), seconds=5)

    assert [asked(), asked()] == [1, 0]
    clock.advance(timedelta(hours=16, minutes=59))  # 2.59 in Brussels
    assert asked() == 0
    clock.advance(timedelta(minutes=2))
    assert [asked(), asked()] == [1, 0]
    clock.advance(timedelta(minutes=5))
    read_json(database, [an_entry()], now=clock.now())
    clock.advance(timedelta(minutes=5))
    assert [asked(), asked()] == [1, 0]


def test_silent_register_is_asked_again_within_the_day(database: Database, clock: FixedClock) -> None:
    a_holder(database, clock)
    known = registers(database, SILENT)

    def asked() -> int:
        return follow_registers(database, known, now=clock.now(), seconds=5)

    assert [asked(), asked()] == [1, 0]
    clock.advance(timedelta(hours=1))
    assert [asked(), asked()] == [1, 0]


def test_card_whose_key_is_gone_holds_up_nobody(database: Database, clock: FixedClock) -> None:
    a_holder(database, clock)
    with database.transaction() as session:
        session.execute(text("UPDATE eid_link SET number_key = 'gone'"))
        other = a_person(session, "bram.claes", now=clock.now())
        link_card(session, other, OTHER_NUMBER, now=clock.now())
    read_json(database, [an_entry("500124", OTHER_NUMBER)], now=clock.now())
    clock.advance(timedelta(minutes=1))

    assert follow_registers(database, registers(database), now=clock.now(), seconds=5) == 2
    assert follow_registers(database, registers(database), now=clock.now(), seconds=5) == 0
    assert [row.number for row in theirs(database, other)] == ["500124"]


def test_silence_is_grace_and_then_the_end(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    person = office.manager.person_id
    read_json(database, [an_entry("500001", valid_until=None)], now=clock.now(), next_update=clock.now() + WAITS)
    refresh(database, registers(database), person, now=clock.now())
    forget_messages(database)

    def on(days: float) -> tuple[str, str, int]:
        clock.advance(timedelta(days=days))
        refresh(database, registers(database), person, now=clock.now())
        follow_days(database, now=clock.now())
        (row,) = theirs(database, person)
        return row.status.value, status_of_registration(database)[0], len(mails(database))

    assert timedelta(days=2) == SILENT_AFTER
    assert on(1.9) == ("active", "active", 0)
    assert on(0.2) == ("grace", "active", 0)
    assert on(4.8) == ("grace", "active", 0)
    assert on(0.2) == ("lapsed", "suspended", 2)
    (row,) = theirs(database, person)
    assert row.status_reason == StatusReason.REGISTER_SILENT
    assert {template for template, _ in mails(database)} == {"registration-suspended", "accreditation-unconfirmed"}

    read_json(database, [an_entry("500001")], now=clock.now())
    assert on(0.1) == ("active", "active", 4)


def test_accreditation_of_an_unlinked_card_ends_after_grace(database: Database, clock: FixedClock) -> None:
    """Nobody can be asked about it any more, so nothing may go on resting on it."""
    person = a_holder(database, clock)
    read_json(database, [an_entry()], now=clock.now())
    refresh(database, registers(database), person, now=clock.now())
    with database.transaction() as session:
        unlink(session, person, by=None, reason=UnlinkReason.REQUEST, now=clock.now())

    clock.advance(timedelta(days=7, minutes=1))
    follow_days(database, now=clock.now())

    (row,) = theirs(database, person)
    assert (row.status, row.status_reason) == (AccreditationStatus.LAPSED, StatusReason.REGISTER_SILENT)


def test_last_day_counts_until_its_midnight_in_brussels(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    with database.transaction() as session:
        session.execute(text("UPDATE accreditation SET valid_until = '2026-11-02'"))
    forget_messages(database)

    clock.advance(timedelta(hours=13, minutes=59))
    assert follow_days(database, now=clock.now()) == 0
    assert status_of_registration(database)[0] == "active"
    clock.advance(timedelta(minutes=2))
    assert follow_days(database, now=clock.now()) == 1

    (row,) = theirs(database, office.manager.person_id)
    assert (row.status, row.status_reason) == (AccreditationStatus.LAPSED, StatusReason.LAST_DAY_PASSED)
    assert status_of_registration(database)[0] == "suspended"
    # The mails went once, however often the day is looked at.
    assert len(mails(database)) == 2
    assert follow_days(database, now=clock.now()) == 0
    assert len(mails(database)) == 2


def test_first_day_opens_what_waited_for_it(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    read_json(database, [an_entry("500001", valid_from="2026-11-04")], now=clock.now())
    refresh(database, registers(database), office.manager.person_id, now=clock.now())
    assert status_of_registration(database)[0] == "suspended"

    clock.advance(timedelta(days=1))
    follow_days(database, now=clock.now())
    assert status_of_registration(database)[0] == "suspended"
    clock.advance(timedelta(days=1))
    follow_days(database, now=clock.now())

    assert status_of_registration(database)[0] == "active"


CORRECTION = Correction("be.biv", "500123", "tableau", "intermediary", RegisterStatus.ACTIVE)


def correct_it(database: Database, clock: FixedClock, person: PersonId, correction: Correction = CORRECTION) -> None:
    with database.transaction() as session:
        correct(
            session,
            person,
            correction,
            reason=CorrectionReason.DOCUMENT_SEEN,
            reference="T-17",
            by=None,
            now=clock.now(),
        )


def test_helpdesk_adds_what_no_register_names(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    read_json(database, [an_entry("500124", OTHER_NUMBER)], now=clock.now())

    correct_it(database, clock, person)
    refresh(database, registers(database), person, now=clock.now())
    refresh(database, registers(database), person, now=clock.now())

    (row,) = theirs(database, person)
    assert (row.status, row.source) == (AccreditationStatus.ACTIVE, "helpdesk")
    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "accreditation-corrected")).one()
        assert deed.details == {"accreditation": row.id, "reason": "document-seen", "reference": "T-17"}


def test_correction_stands_until_the_register_says_something_else(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    read_json(database, [an_entry(status="suspended")], now=clock.now())
    refresh(database, registers(database), person, now=clock.now())
    clock.advance(timedelta(hours=1))

    correct_it(database, clock, person)
    refresh(database, registers(database), person, now=clock.now())
    (corrected,) = theirs(database, person)
    clock.advance(timedelta(hours=1))
    read_json(database, [an_entry(status="lapsed")], now=clock.now())
    refresh(database, registers(database), person, now=clock.now())
    (after,) = theirs(database, person)

    assert (corrected.status, corrected.source) == (AccreditationStatus.ACTIVE, "helpdesk")
    assert (after.status, after.source) == (AccreditationStatus.LAPSED, "register")


def test_register_that_names_what_the_helpdesk_added_takes_over(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    correct_it(database, clock, person)
    read_json(database, [an_entry(status="suspended")], now=clock.now())

    refresh(database, registers(database), person, now=clock.now())

    (row,) = theirs(database, person)
    assert (row.status, row.source) == (AccreditationStatus.SUSPENDED, "register")


def test_correction_closes_what_rests_on_it(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)

    lapsed = Correction("be.biv", "500001", "tableau", "intermediary", RegisterStatus.LAPSED)
    correct_it(database, clock, office.manager.person_id, lapsed)

    assert status_of_registration(database)[0] == "suspended"


def test_number_taken_from_the_wrong_account_is_free_for_the_right_one(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)
    with database.transaction() as session:
        other = a_person(session, "bram.claes", now=clock.now())
        an_accreditation(session, other, "500123", now=clock.now())
    read_json(database, [an_entry()], now=clock.now())
    with pytest.raises(NumberTaken):
        correct_it(database, clock, person)

    with database.transaction() as session:
        take_away(
            session, other, CORRECTION, reason=CorrectionReason.WRONG_ACCOUNT, reference=None, by=None, now=clock.now()
        )
    refresh(database, registers(database), person, now=clock.now())

    assert theirs(database, other) == []
    assert [row.number for row in theirs(database, person)] == ["500123"]


def test_accreditation_that_a_mandate_names_is_emptied(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    wanted = Correction("be.biv", "500001", "tableau", "intermediary", RegisterStatus.LAPSED)

    with database.transaction() as session:
        take_away(
            session,
            office.manager.person_id,
            wanted,
            reason=CorrectionReason.WRONG_ACCOUNT,
            reference=None,
            by=None,
            now=clock.now(),
        )

    assert theirs(database, office.manager.person_id) == []
    assert status_of_registration(database)[0] == "suspended"
    with database.reading() as session:
        assert session.scalars(select(AccreditationRow.number)).one() != "500001"


def test_bad_correction_is_refused(database: Database, clock: FixedClock) -> None:
    person = a_holder(database, clock)

    with pytest.raises(InvalidNumber):
        correct_it(database, clock, person, Correction("be.biv", "12", None, None, RegisterStatus.ACTIVE))
    with pytest.raises(NotFound):
        correct_it(database, clock, PersonId("usr_nobody"))
    assert theirs(database, person) == []
