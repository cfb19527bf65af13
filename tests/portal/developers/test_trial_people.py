"""The people to test with: one in every state, told as they stand now."""

from datetime import timedelta

from core.closing.trial_people import trial_organisation
from core.infra.settings import Mode
from core.organisations.states import MembershipStatus
from idp.demo import kinds, trial_office
from idp.demo import tools as demo_tools
from tests.support.staff_portal import StaffPortal


def load(ground: StaffPortal) -> None:
    now = ground.clock.now()
    with ground.database.transaction() as session:
        kinds.load(session)
        tools = demo_tools.load(session, ground.provider.settings, now=now - timedelta(days=400))
        for _again in range(2):
            trial_office.load(session, tools, now=now)


def test_there_is_somebody_in_every_state(staff_portal: StaffPortal) -> None:
    load(staff_portal)

    with staff_portal.database.reading() as session:
        office = trial_organisation(session)

    assert office is not None
    standings = {found.status for person in office.people for found in person.accreditations}
    assert standings == {"active", "grace", "suspended", "lapsed"}
    assert {found.list for person in office.people for found in person.accreditations} == {"tableau", "trainees"}
    assert any(not person.accreditations for person in office.people)
    memberships = {person.membership for person in office.people}
    active, waiting = MembershipStatus.ACTIVE, MembershipStatus.REQUESTED
    assert memberships == {active, waiting, MembershipStatus.INVITED, MembershipStatus.BLOCKED}
    assert [person.username for person in office.people if person.is_manager] == ["test.manager"]


def test_they_are_listed_for_developers(staff_portal: StaffPortal) -> None:
    load(staff_portal)

    browser = staff_portal.browser("hannah.developer").get("/sign-in").get("/developers/test-people")

    assert browser.status == 200
    assert "test.suspended" in {row.attributes["data-username"] for row in browser.page.all("tr[data-username]")}


def test_without_the_demo_world_there_is_nobody(staff_portal: StaffPortal) -> None:
    assert staff_portal.services.settings.mode is Mode.TEST

    assert staff_portal.browser("hannah.developer").get("/sign-in").get("/developers/test-people").status == 404
