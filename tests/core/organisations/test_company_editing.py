"""An organisation's data and pictures are changed by its managers, on the version they saw (O5, O10)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import employees
from core.organisations.company_data import FIELD_NAMES, CompanyData, differing
from core.organisations.company_editing import described, save
from core.organisations.errors import ChangedMeanwhile, NotManager
from core.organisations.pictures import picture_ids, remove_picture, replace_picture
from core.organisations.states import OrganisationKind, PictureKind
from core.people.pictures import EncodedPicture
from core.people.web_addresses import Network
from tests.support.at_once import at_once
from tests.support.offices import a_member, a_person, an_office

DATA = CompanyData("Immo Anders", phone_number="+3235550110", social={Network.X: "https://x.com/immo"})
PICTURE = EncodedPicture(b"picture", "image/jpeg")


def test_every_field_has_a_name_and_is_compared() -> None:
    nothing = CompanyData("One")
    other = CompanyData(
        *("Other", OrganisationKind.NATURAL_PERSON, *("other",) * 9), social=dict.fromkeys(Network, "other")
    )

    assert set(differing(nothing, other)) == set(FIELD_NAMES) - {"logo", "cover"}


def test_an_old_version_is_refused_and_nothing_changes(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        organisation, by = office.organisation_id, office.person_id

        assert save(session, organisation, DATA, version=1, by=by, now=clock.now()) == ("name", "phone_number", "x")
        with pytest.raises(ChangedMeanwhile):
            save(session, organisation, replace(DATA, name="Late"), version=1, by=by, now=clock.now())

        found = described(session, organisation)
        assert (found.company, found.version) == (DATA, 2)


def test_only_a_manager_changes_anything(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        now = clock.now()
        office = an_office(session, a_person(session, "anna.peeters", now=now), now=now)
        bram = a_member(session, office, a_person(session, "bram.claes", now=now), now=now).person_id
        organisation = office.organisation_id

        for act in (
            lambda: save(session, organisation, DATA, version=1, by=bram, now=now),
            lambda: replace_picture(session, organisation, PictureKind.LOGO, PICTURE, by=bram, now=now),
            lambda: remove_picture(session, organisation, PictureKind.LOGO, by=bram, now=now),
        ):
            with pytest.raises(NotManager):
                act()

        assert described(session, organisation).version == 1
        assert picture_ids(session, [organisation]) == {}


def test_whoever_is_demoted_at_the_same_moment_saves_before_or_not_at_all(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        now = clock.now()
        office = an_office(session, a_person(session, "anna.peeters", now=now), now=now)
        other = a_member(session, office, a_person(session, "bram.claes", now=now), now=now)
        employees.promote(session, other.id, by=office.person_id, now=now)

    def demote() -> None:
        with database.transaction() as session:
            employees.demote(session, other.id, by=office.person_id, now=now)

    def write() -> None:
        with database.transaction() as session:
            save(session, office.organisation_id, DATA, version=1, by=other.person_id, now=now)

    refused = at_once(demote, write)

    assert all(isinstance(error, NotManager) for error in refused)
    with database.reading() as session:
        changed = described(session, office.organisation_id).version
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.at, AuditRow.id)).all()
    assert changed == 2 - len(refused)
    assert actions.count("organisation-changed") == 1 - len(refused)


def test_two_saves_at_once_leave_one(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

    def write(name: str) -> None:
        with database.transaction() as session:
            wanted = replace(DATA, name=name)
            save(session, office.organisation_id, wanted, version=1, by=office.person_id, now=clock.now())

    refused = at_once(lambda: write("One"), lambda: write("Two"))

    assert [type(error) for error in refused] == [ChangedMeanwhile]
    with database.reading() as session:
        assert described(session, office.organisation_id).version == 2


def test_two_logos_at_once_leave_one(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

    def put(content: bytes) -> None:
        with database.transaction() as session:
            picture = EncodedPicture(content, "image/jpeg")
            replace_picture(
                session, office.organisation_id, PictureKind.LOGO, picture, by=office.person_id, now=clock.now()
            )

    assert at_once(lambda: put(b"one"), lambda: put(b"two")) == []
    with database.reading() as session:
        assert len(picture_ids(session, [office.organisation_id])) == 1
