"""Organisations compared with the company register: suggested once, decided by managers, closed, reopened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations import company_comparison, departures, employees, suggestions
from core.organisations.company_comparison import COMPARED_EVERY, Comparison
from core.organisations.enrolment import request_membership
from core.organisations.errors import ChangedMeanwhile, CompanyHasStopped, CompanyUnknown, NotManager
from core.organisations.rules import Membership
from core.organisations.states import OrganisationStatus, Succession, SuggestedField
from core.organisations.suggestions import Suggestion
from core.organisations.tables import OrganisationRow
from tests.support.at_once import at_once
from tests.support.companies import ACompany, AnExtract, company_number, read_extract
from tests.support.offices import NO_DETAILS, a_company, a_member, a_person, an_office

SEAT = ("9000", "Gent", "Gand", "Veldstraat", "Rue des Champs", "12", "")
NUMBER = a_company().company_number
SAME = ACompany(NUMBER, (("2", "001", "Immo Test"),), address=None)


class World:
    """An office of Anna's with an ordinary member, and a register that the test writes."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder
        self.extract = 100
        with database.transaction() as session:
            self.office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
            bram = a_person(session, "bram.claes", now=clock.now())
            self.colleague = a_member(session, self.office, bram, now=clock.now())
        self.mails()

    def register_says(self, *companies: ACompany) -> Comparison | None:
        """Read a full extract in that names these companies, and compare as the worker would."""
        extract = AnExtract(self.extract, companies=[*companies, ACompany(company_number(1))])
        self.extract += 1
        self.clock.advance(timedelta(days=30))
        read_extract(self.database, extract, self.folder, self.clock.now(), accept_losses=True)
        return company_comparison.follow(self.database, now=self.clock.now())

    def open(self) -> tuple[Suggestion, ...]:
        with self.database.reading() as session:
            return suggestions.open_suggestions(session, self.office.organisation_id)

    def decide(self, deed: Callable[..., Any], suggestion_id: str, by: Membership | None = None) -> None:
        with self.database.transaction() as session:
            deed(
                session,
                self.office.organisation_id,
                suggestion_id,
                by=(by or self.office).person_id,
                now=self.clock.now(),
            )

    def organisation(self) -> OrganisationRow:
        with self.database.reading() as session:
            return session.get_one(OrganisationRow, self.office.organisation_id)

    def mails(self) -> list[tuple[str, str]]:
        """Return the mails that were written since the last time: which, and to whom."""
        with self.database.transaction() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == MailRequested.topic)).all()
            for row in rows:
                session.delete(row)
            return sorted((str(row.body["template"]), str(row.body["recipient_person_id"])) for row in rows)

    def actions(self) -> list[str]:
        """Return what the organisation's history says of the register."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(AuditRow)
                .where(AuditRow.organisation_id == self.office.organisation_id)
                .order_by(AuditRow.at, AuditRow.id)
            )
            return [row.action for row in rows if row.action.startswith(("company-", "organisation-"))][1:]


@pytest.fixture
def world(database: Database, clock: FixedClock, tmp_path: Path) -> World:
    return World(database, clock, tmp_path)


def test_a_difference_is_suggested_once_and_overwrites_nothing(world: World) -> None:
    renamed = ACompany(NUMBER, (("2", "001", "Immo Nieuw"),), address=SEAT)

    first = world.register_says(renamed)

    assert first == Comparison(compared=1, differing=1)
    assert [(one.field, one.ours, one.theirs) for one in world.open()] == [
        (SuggestedField.NAME, {"name": "Immo Test BV"}, {"name": "Immo Nieuw"}),
        (
            SuggestedField.ADDRESS,
            {"street_address": None, "postal_code": None, "locality": None},
            {"street_address": "Veldstraat 12", "postal_code": "9000", "locality": "Gent"},
        ),
    ]
    assert world.organisation().name == "Immo Test BV"
    assert world.mails() == [("company-differs", world.office.person_id)]
    assert world.register_says(renamed) == Comparison(compared=1, differing=1)
    assert world.mails() == []
    assert world.actions() == ["company-differences-found"]


def test_two_workers_at_once_write_to_the_managers_once(world: World) -> None:
    world.register_says(SAME)
    stopped = AnExtract(world.extract, companies=[ACompany(company_number(1))])
    read_extract(world.database, stopped, world.folder, world.clock.now(), accept_losses=True)

    def compare() -> Comparison:
        return company_comparison.compare_all(world.database, now=world.clock.now())

    assert at_once(compare, compare) == []
    assert world.mails() == [("company-stopped", world.office.person_id)]
    assert world.actions() == ["organisation-closing"]


def test_nothing_is_said_where_both_say_the_same(world: World) -> None:
    assert world.register_says(SAME) == Comparison(compared=1)
    assert (world.open(), world.mails(), world.actions()) == ((), [], [])


def test_a_manager_takes_over_what_the_register_says(world: World) -> None:
    world.register_says(ACompany(NUMBER, address=SEAT))
    name, address = world.open()
    version = world.organisation().version

    world.decide(suggestions.take, address.id)

    organisation = world.organisation()
    assert (organisation.street_address, organisation.postal_code, organisation.locality) == (
        *("Veldstraat 12", "9000"),
        "Gent",
    )
    assert (organisation.name, organisation.version) == ("Immo Test BV", version + 1)
    assert [one.id for one in world.open()] == [name.id]
    assert world.actions() == ["company-differences-found", "company-suggestion-taken"]
    with pytest.raises(NotFound):
        world.decide(suggestions.take, address.id)


def test_what_was_declined_comes_back_only_when_the_register_says_something_new(world: World) -> None:
    renamed = ACompany(NUMBER, (("2", "001", "Immo Nieuw"),), address=None)
    world.register_says(renamed)
    world.decide(suggestions.decline, world.open()[0].id)
    world.mails()

    world.register_says(renamed)

    assert (world.open(), world.mails()) == ((), [])
    world.register_says(replace(renamed, names=(("2", "001", "Immo Nieuwst"),)))
    assert [one.theirs for one in world.open()] == [{"name": "Immo Nieuwst"}]
    assert world.mails() == [("company-differs", world.office.person_id)]


def test_only_managers_decide_and_only_about_their_own(world: World) -> None:
    world.register_says(ACompany(NUMBER, address=None))
    (found,) = world.open()

    for deed in (suggestions.take, suggestions.decline):
        with pytest.raises(NotManager):
            world.decide(deed, found.id, by=world.colleague)
        with pytest.raises(NotFound):
            world.decide(deed, "sug_unknown")

    assert world.open() == (found,)
    assert world.organisation().name == "Immo Test BV"


def test_what_was_edited_meanwhile_is_not_overwritten(world: World) -> None:
    world.register_says(ACompany(NUMBER, address=None))
    (found,) = world.open()
    with world.database.transaction() as session:
        session.get_one(OrganisationRow, world.office.organisation_id).name = "Immo Anders"

    with pytest.raises(ChangedMeanwhile):
        world.decide(suggestions.take, found.id)

    assert world.organisation().name == "Immo Anders"
    world.register_says(ACompany(NUMBER, address=None))
    assert [one.ours for one in world.open()] == [{"name": "Immo Anders"}]


def test_two_managers_at_once_decide_once(world: World) -> None:
    world.register_says(ACompany(NUMBER, address=None))
    (found,) = world.open()

    refused = at_once(
        lambda: world.decide(suggestions.take, found.id), lambda: world.decide(suggestions.decline, found.id)
    )

    assert [type(error) for error in refused] == [NotFound]
    assert len([action for action in world.actions() if action.startswith("company-suggestion")]) == 1


def test_a_difference_that_went_away_is_no_longer_suggested(world: World) -> None:
    world.register_says(ACompany(NUMBER, address=None))
    assert world.open()

    world.register_says(SAME)

    assert world.open() == ()


def test_a_company_that_stopped_lets_its_organisation_close_and_reopens_it(world: World) -> None:
    world.register_says(SAME)

    stopped = world.register_says()

    assert stopped == Comparison(compared=1, closed=1)
    assert world.organisation().status == OrganisationStatus.CLOSING
    assert world.mails() == [("company-stopped", world.office.person_id)]
    with world.database.transaction() as session:
        dirk = a_person(session, "dirk.maes", now=world.clock.now())
    with pytest.raises(NotFound), world.database.transaction() as session:
        request_membership(session, world.office.organisation_id, by=dirk, details=NO_DETAILS, now=world.clock.now())
    assert world.register_says() == Comparison(compared=1)
    assert world.mails() == []

    back = world.register_says(SAME)

    assert back == Comparison(compared=1, reopened=1)
    organisation = world.organisation()
    assert (organisation.status, organisation.company_stopped_at) == (OrganisationStatus.ACTIVE, None)
    assert world.mails() == [("company-active-again", world.office.person_id)]
    assert world.actions() == ["organisation-closing", "organisation-reopened"]


def test_suggestions_go_with_an_organisation_that_ends_with_its_last_member(world: World) -> None:
    """In a company of one, its address is that person's."""
    world.register_says(ACompany(NUMBER, address=SEAT))
    with world.database.transaction() as session:
        employees.block(session, world.colleague.id, by=world.office.person_id, now=world.clock.now())
    assert world.open()

    with world.database.transaction() as session:
        departures.locked(session, world.office.person_id)
        (departure,) = departures.departures(session, world.office.person_id)
        departures.depart(session, departure, by=world.office.person_id, now=world.clock.now())

    assert departure.succession is Succession.ENDS
    assert world.open() == ()


def test_a_company_that_the_register_never_named_is_counted_and_left(world: World) -> None:
    assert world.register_says() == Comparison(compared=1, unknown=1)
    assert world.organisation().status == OrganisationStatus.ACTIVE


def test_it_is_compared_after_an_import_and_each_month_and_not_between(world: World) -> None:
    assert company_comparison.follow(world.database, now=world.clock.now()) is None
    assert world.register_says(SAME) is not None
    assert company_comparison.follow(world.database, now=world.clock.now()) is None

    world.clock.advance(COMPARED_EVERY)

    assert company_comparison.follow(world.database, now=world.clock.now()) == Comparison(compared=1)


def test_only_what_the_register_names_as_active_can_be_added_once_it_is_there(world: World) -> None:
    named, stopped, unknown = (a_company(position) for position in (5, 6, 7))
    world.register_says(SAME, ACompany(named.company_number), ACompany(stopped.company_number))
    world.register_says(SAME, ACompany(named.company_number))
    with world.database.transaction() as session:
        founder = a_person(session, "celine.dubois", now=world.clock.now())

    for company, error in ((stopped, CompanyHasStopped), (unknown, CompanyUnknown)):
        with pytest.raises(error), world.database.transaction() as session:
            an_office(session, founder, now=world.clock.now(), number=int(company.company_number[:8]) - 7_000_000)
    with world.database.transaction() as session:
        assert an_office(session, founder, now=world.clock.now(), number=5).is_manager


def test_all_organisations_are_compared_batch_by_batch(
    database: Database, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company_comparison, "_BATCH", 3)
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        for position in range(1, 8):
            an_office(session, anna, now=clock.now(), number=position)
    companies = [
        ACompany(
            a_company(position).company_number, (("2", "001", "Immo Test" if position % 2 else "Other"),), address=None
        )
        for position in range(1, 8)
    ]
    read_extract(database, AnExtract(companies=companies), tmp_path, clock.now())

    assert company_comparison.compare_all(database, now=clock.now()) == Comparison(compared=7, differing=3)
