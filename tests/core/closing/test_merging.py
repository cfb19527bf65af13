"""Two accounts of one person become one (A20): nothing of either is lost, nothing is counted twice."""

from dataclasses import asdict, dataclass
from datetime import date

import pytest
from sqlalchemy import select

from core.accreditations.tables import AccreditationRow
from core.closing import merging
from core.closing.merging import SameAccount, gained
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.secret import Secret
from core.organisations import employees, invitations
from core.organisations.enrolment import add_member, request_membership
from core.organisations.identifiers import OrganisationId
from core.organisations.merging import BlockedInOne
from core.organisations.rules import MemberDetails
from core.organisations.tables import InvitationRow, MembershipRow, OrganisationRow
from core.organisations.wallet_rights import WalletRights, rights_of, write
from core.people.eid import HolderFacts
from core.people.identifiers import PersonId
from core.people.merging import BothIdentified
from core.people.profile_editing import own_profile
from core.people.profiles import find_for_sign_in, person_facts
from core.people.tables import EidLinkRow, PersonRow
from core.tools.assignments import assign_role
from core.tools.tables import AccessRow
from core.wallet.control import choices
from core.wallet.control.limits import Limit
from core.wallet.queries import wallet_of
from tests.support.cards import NUMBER, OTHER_NUMBER, link_card
from tests.support.tools import a_person, a_registration, a_tool, an_organisation

NOORD, OOST = "0100001060", "0100002050"


@dataclass(frozen=True)
class Two:
    """Anna, who stays, manages Noord; her older account `old.anna` manages Oost."""

    anna: PersonId
    old: PersonId
    noord: OrganisationId
    oost: OrganisationId


@pytest.fixture
def two(database: Database, clock: FixedClock) -> Two:
    with database.transaction() as session:
        anna, old = (a_person(session, name, now=clock.now()) for name in ("anna.peeters", "old.anna"))
        noord = an_organisation(session, "Noord", NOORD, by=anna, now=clock.now())
        oost = an_organisation(session, "Oost", OOST, by=old, now=clock.now())
    return Two(anna, old, noord, oost)


def merge(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        merging.take_over(session, kept=two.anna, given_up=two.old, now=clock.now())


def live(database: Database, person_id: PersonId) -> dict[str, tuple[str, bool]]:
    with database.reading() as session:
        rows = session.scalars(select(MembershipRow).where(MembershipRow.person_id == person_id))
        return {row.organisation_id: (row.status, row.is_manager) for row in rows if row.status != "left"}


def managers(database: Database, organisation_id: OrganisationId) -> tuple[int, int]:
    """Return how many managers an organisation says it has, and how many it has."""
    with database.reading() as session:
        said = session.get_one(OrganisationRow, organisation_id).manager_count
        rows = session.scalars(select(MembershipRow).where(MembershipRow.organisation_id == organisation_id)).all()
    return said, sum(row.is_manager and row.status == "active" for row in rows)


def test_organisations_of_the_other_account_come_along(database: Database, clock: FixedClock, two: Two) -> None:
    with database.reading() as session:
        assert gained(session, given_up=two.old).organisations == ("Oost",)

    merge(database, clock, two)

    assert live(database, two.anna) == {two.noord: ("active", True), two.oost: ("active", True)}
    assert live(database, two.old) == {}
    assert managers(database, two.oost) == (1, 1)


def test_where_both_are_members_one_membership_goes_on_with_the_rights_of_both(
    database: Database, clock: FixedClock, two: Two
) -> None:
    with database.transaction() as session:
        there = add_member(session, two.oost, two.anna, by=two.old, details=MemberDetails(), now=clock.now())
        tool = a_tool(session, "atlas", now=clock.now())
        registration = a_registration(session, two.oost, tool, by=two.old, now=clock.now())

    merge(database, clock, two)

    assert live(database, two.anna)[two.oost] == ("active", True)
    assert managers(database, two.oost) == (1, 1)
    with database.reading() as session:
        (access,) = session.scalars(select(AccessRow).where(AccessRow.registration_id == registration)).all()
        assert (access.membership_id, access.status, access.role) == (there.id, "granted", "user")


def test_two_managers_who_are_one_person_are_counted_once(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        there = add_member(session, two.noord, two.old, by=two.anna, details=MemberDetails(), now=clock.now())
        employees.promote(session, there.id, by=two.anna, now=clock.now())
    assert managers(database, two.noord) == (2, 2)

    merge(database, clock, two)

    assert managers(database, two.noord) == (1, 1)


def test_who_waits_with_one_account_and_is_active_with_the_other_is_active(
    database: Database, clock: FixedClock, two: Two
) -> None:
    with database.transaction() as session:
        request_membership(session, two.oost, by=two.anna, details=MemberDetails(), now=clock.now())

    merge(database, clock, two)

    assert live(database, two.anna)[two.oost] == ("active", True)


@pytest.mark.parametrize("blocked", ["anna", "old"])
def test_a_block_is_neither_undone_nor_passed_on(database: Database, clock: FixedClock, two: Two, blocked: str) -> None:
    organisation, manager, person = (
        (two.oost, two.old, two.anna) if blocked == "anna" else (two.noord, two.anna, two.old)
    )
    with database.transaction() as session:
        there = add_member(session, organisation, person, by=manager, details=MemberDetails(), now=clock.now())
        employees.block(session, there.id, by=manager, now=clock.now())
    before = live(database, two.anna), live(database, two.old)

    with pytest.raises(BlockedInOne):
        merge(database, clock, two)

    assert (live(database, two.anna), live(database, two.old)) == before


def test_roles_that_only_the_other_account_had_are_kept(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        there = add_member(session, two.noord, two.old, by=two.anna, details=MemberDetails(), now=clock.now())
        tool = a_tool(session, "atlas", now=clock.now())
        registration = a_registration(session, two.noord, tool, by=two.anna, now=clock.now())
        assign_role(session, registration, there.id, "user", by=two.anna, now=clock.now())

    merge(database, clock, two)

    with database.reading() as session:
        rows = session.scalars(select(AccessRow).where(AccessRow.registration_id == registration)).all()
        own = session.scalars(select(MembershipRow.id).where(MembershipRow.person_id == two.anna)).all()
    assert len(rows) == 1
    assert rows[0].membership_id in own


def test_what_the_account_that_stays_lacks_comes_from_the_other(
    database: Database, clock: FixedClock, two: Two
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, two.old).phone_number = "+32470000000"

    merge(database, clock, two)

    with database.reading() as session:
        facts = person_facts(session, two.anna)
        assert facts is not None
        assert (facts.username, facts.phone_number) == ("anna.peeters", "+32470000000")
        assert facts.email == "anna.peeters@people.example"


def test_identity_card_and_accreditations_come_along(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        link_card(session, two.old, now=clock.now())

    merge(database, clock, two)

    with database.reading() as session:
        assert session.get(EidLinkRow, two.anna) is not None
        assert session.scalars(select(AccreditationRow).where(AccreditationRow.person_id == two.old)).all() == []


def test_all_that_the_other_account_s_card_proved_comes_along_and_stays_locked(
    database: Database, clock: FixedClock, two: Two
) -> None:
    proven = HolderFacts("An Maria", "Peeters", date(1979, 4, 16), "Antwerpen", "female", "Belg")
    with database.transaction() as session:
        session.get_one(PersonRow, two.anna).birthdate = date(1980, 1, 1)
        session.get_one(PersonRow, two.anna).nationality = "Nederlander"
        link_card(session, two.old, facts=proven, now=clock.now())

    merge(database, clock, two)

    with database.reading() as session:
        own = own_profile(session, two.anna)
        details = own.profile.details
    assert {name: getattr(details, name) for name in proven.proven()} == asdict(proven)
    assert own.locked == set(proven.proven())


def test_what_the_card_of_the_account_that_stays_proved_is_not_overwritten(
    database: Database, clock: FixedClock, two: Two
) -> None:
    with database.transaction() as session:
        link_card(session, two.anna, facts=HolderFacts("An", "Peeters", date(1979, 4, 16)), now=clock.now())
        theirs = session.get_one(PersonRow, two.old)
        theirs.given_name, theirs.birthdate, theirs.gender = "Anna", date(1980, 1, 1), "female"

    merge(database, clock, two)

    with database.reading() as session:
        row = session.get_one(PersonRow, two.anna)
        assert (row.given_name, row.birthdate, row.gender) == ("An", date(1979, 4, 16), "female")


@pytest.mark.parametrize("own_locality", [None, "Gent"])
def test_an_address_comes_along_as_a_whole_or_not_at_all(
    database: Database, clock: FixedClock, two: Two, own_locality: str | None
) -> None:
    with database.transaction() as session:
        session.get_one(PersonRow, two.anna).locality = own_locality
        theirs = session.get_one(PersonRow, two.old)
        theirs.street_address, theirs.postal_code, theirs.locality = "Nieuwstraat 1", "2000", "Antwerpen"

    merge(database, clock, two)

    expected = (None, None, "Gent") if own_locality else ("Nieuwstraat 1", "2000", "Antwerpen")
    with database.reading() as session:
        row = session.get_one(PersonRow, two.anna)
        assert (row.street_address, row.postal_code, row.locality) == expected


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_telephone_number_comes_along_with_its_proof(
    database: Database, clock: FixedClock, two: Two, *, is_proven: bool
) -> None:
    with database.transaction() as session:
        theirs = session.get_one(PersonRow, two.old)
        theirs.phone_number, theirs.phone_number_verified = "+32470000000", is_proven

    merge(database, clock, two)

    with database.reading() as session:
        row = session.get_one(PersonRow, two.anna)
        assert (row.phone_number, row.phone_number_verified) == ("+32470000000", is_proven)


def test_two_identity_cards_are_for_the_helpdesk(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        link_card(session, two.anna, NUMBER, now=clock.now())
        link_card(session, two.old, OTHER_NUMBER, now=clock.now())

    with pytest.raises(BothIdentified):
        merge(database, clock, two)

    assert two.oost not in live(database, two.anna)


def test_an_account_is_not_merged_with_itself_or_with_nobody(database: Database, clock: FixedClock, two: Two) -> None:
    with pytest.raises(SameAccount), database.transaction() as session:
        merging.take_over(session, kept=two.anna, given_up=two.anna, now=clock.now())
    with pytest.raises(NotFound), database.transaction() as session:
        merging.take_over(session, kept=two.anna, given_up=PersonId("usr_nobody"), now=clock.now())

    with database.reading() as session:
        assert find_for_sign_in(session, "anna.peeters") is not None


def test_invitations_of_the_other_account_go_on_and_hold_nothing_of_it(
    database: Database, clock: FixedClock, two: Two
) -> None:
    wished = invitations.Wished("new.one@people.example", "nl", MemberDetails(function="Broker"), {})
    with database.transaction() as session:
        invitations.invite(session, two.oost, wished, by=two.old, secret=Secret("x" * 40), now=clock.now())

    merge(database, clock, two)

    with database.reading() as session:
        assert session.scalars(select(InvitationRow.invited_by)).one() == two.anna


def test_what_managers_bounded_for_either_account_holds_for_the_one_that_stays(
    database: Database, clock: FixedClock, two: Two
) -> None:
    now = clock.now()
    with database.transaction() as session:
        member = add_member(session, two.noord, two.old, by=two.anna, details=MemberDetails(), now=now)
        write(session.get_one(MembershipRow, member.id), WalletRights(recharges=False))
        wallet = wallet_of(session, two.noord)
        assert wallet is not None
        limits = {two.anna: ("finder", 5_00, None), two.old: ("finder", 9_00, 20_00)}
        for person, bounds in limits.items():
            choices.replace_limits(session, wallet.id, person, [Limit(person, *bounds)], now=now)

    merge(database, clock, two)

    with database.reading() as session:
        assert choices.limited_people(session, wallet.id) == {two.anna}
        assert choices.limits_of(session, wallet.id, two.anna) == (Limit(two.anna, "finder", 5_00, 20_00),)
        live_row = select(MembershipRow).where(MembershipRow.person_id == two.anna, MembershipRow.status == "active")
        row = session.scalars(live_row.where(MembershipRow.organisation_id == two.noord)).one()
        assert rights_of(row) == WalletRights(recharges=False)
