"""The access table: four states, one save, two managers at once (manual 2.2.6 c, T3)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.outbox import OutboxRow
from core.organisations import employees
from core.organisations.tables import MembershipRow
from core.tools import access_requests
from core.tools.access_states import Decided
from core.tools.assignments import assign_role, block_access
from core.tools.identifiers import MandateId
from core.tools.mandates import withdraw
from core.tools.tables import AccessRow, MandateRow
from tests.portal.tools.world import USAGE, World
from tests.support.html_page import Page
from tests.support.offices import a_member, a_person
from tests.support.statements import counted


def path(world: World, query: str = "") -> str:
    return world.url("finder", USAGE, "access") + query


def states(page: Page) -> dict[str, str]:
    return {row.attributes["data-member"]: row.attributes["data-state"] for row in page.all("tr[data-member]")}


def decided(world: World) -> dict[str, str]:
    with world.portal.services.database.reading() as session:
        rows = session.scalars(select(AccessRow).where(AccessRow.registration_id == world.registration))
        return {row.membership_id: Decided.of(row.status, row.role).word for row in rows}


def test_every_active_employee_has_one_of_four_states(world: World) -> None:
    """Who waits or is blocked in the organisation is no employee."""
    page = world.browser(world.anna).open(path(world))
    assert states(page) == {
        world.manager.id: "user",
        world.colleague.id: "no-user",
        world.celines_membership.id: "no-user",
    }
    user = next(row for row in page.all("tr[data-member]") if row.attributes["data-state"] == "user")
    assert "Estate agent: user" in user.text

    world.act(
        lambda session: block_access(
            session, world.registration, world.celines_membership.id, by=world.anna, now=world.now
        )
    )
    world.act(lambda session: withdraw(session, _mandate(session), by=world.anna, now=world.now))
    page = world.browser(world.anna).open(path(world))
    # Anna uses it with her own accreditation, but the registration rests on nothing any more.
    assert states(page) == {
        world.manager.id: "user",
        world.colleague.id: "invalid",
        world.celines_membership.id: "blocked",
    }
    assert len(page.all("details.why")) == 2


def test_one_save_changes_what_was_changed_and_writes_to_those_concerned(world: World) -> None:
    browser = world.browser(world.anna)
    page = browser.open(browser.open(path(world)).one("#change-access").attributes["href"])
    before = len(world.letters())

    saved = browser.press(
        page,
        "#save-access",
        **{
            f"access-{world.colleague.id}": "role:supervisor",
            f"access-{world.celines_membership.id}": "blocked",
        },
    )

    assert saved.has("#done")
    assert not saved.has("#save-access")
    assert decided(world) == {
        world.manager.id: "role:user",
        world.colleague.id: "role:supervisor",
        world.celines_membership.id: "blocked",
    }
    assert world.letters()[before:] == [("tool-role-given", world.bram), ("tool-access-blocked", world.celine)]


def test_a_save_without_changes_writes_nothing(world: World) -> None:
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))
    with world.portal.services.database.reading() as session:
        before = len(session.scalars(select(OutboxRow.id)).all())

    saved = browser.press(page, "#save-access")

    assert saved.has("#done")
    with world.portal.services.database.reading() as session:
        assert len(session.scalars(select(OutboxRow.id)).all()) == before


def test_what_another_manager_changed_meanwhile_is_shown_and_not_overwritten(world: World) -> None:
    world.act(lambda session: employees.promote(session, world.celines_membership.id, by=world.anna, now=world.now))
    anna, celine = world.browser(world.anna), world.browser(world.celine)
    mine = anna.open(path(world, "?edit=yes"))
    theirs = celine.open(path(world, "?edit=yes"))
    field = f"access-{world.colleague.id}"
    celine.press(theirs, "#save-access", **{field: "blocked"})

    page = anna.press(
        mine, "#save-access", **{field: "role:user", f"access-{world.celines_membership.id}": "role:user"}
    )

    assert (page.status, page.has("#not-saved")) == (409, True)
    assert states(page) == {world.colleague.id: "blocked"}
    assert decided(world)[world.colleague.id] == "blocked"
    assert decided(world)[world.celines_membership.id] == "role:user"

    # Looked at once more, the choice stands and can be saved.
    again = anna.press(page, "#save-access")
    assert again.has("#done")
    assert decided(world)[world.colleague.id] == "role:user"


def test_nobody_gets_a_role_without_what_the_usage_needs(world: World) -> None:
    world.act(lambda session: withdraw(session, _mandate(session), by=world.anna, now=world.now))
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))
    options = [option for option in page.one(f"#access-{world.colleague.id}").walk() if option.tag == "option"]
    assert [option.attributes["value"] for option in options if "disabled" in option.attributes] == [
        "role:user",
        "role:supervisor",
    ]

    refused = browser.press(page, "#save-access", **{f"access-{world.colleague.id}": "role:user"})

    assert refused.status == 409
    assert world.colleague.id not in decided(world)


def test_those_who_ask_stand_above_and_are_answered(world: World) -> None:
    world.act(lambda session: access_requests.ask(session, world.registration, by=world.bram, now=world.now))
    world.act(lambda session: access_requests.ask(session, world.registration, by=world.celine, now=world.now))
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))
    waiting = [row for row in page.one("#waiting").walk() if "data-member" in row.attributes]
    assert {row.attributes["data-member"] for row in waiting} == {world.colleague.id, world.celines_membership.id}

    # Left undecided nothing happens to it.
    assert browser.press(page, "#save-access").has("#done")
    assert browser.open(path(world)).has("#waiting")
    page = browser.open(path(world, "?edit=yes"))
    answered = browser.press(
        page,
        "#save-access",
        **{f"access-{world.colleague.id}": "role:user", f"access-{world.celines_membership.id}": "none"},
    )

    assert not answered.has("#waiting")
    assert decided(world) == {world.manager.id: "role:user", world.colleague.id: "role:user"}
    assert ("tool-access-refused", world.celine) in world.letters()
    assert world.letters().count(("tool-role-given", world.bram)) == 1


def test_a_long_list_is_searched_and_paged_without_a_statement_per_row(world: World) -> None:
    def many(session: Session) -> None:
        for number in range(60):
            person = a_person(session, f"person.{number:03}", now=world.now)
            a_member(session, world.manager, person, now=world.now)

    browser = world.browser(world.anna)
    browser.open(path(world, "?edit=yes"))
    with counted(world.portal.services.database) as few:
        browser.open(path(world, "?edit=yes"))
    world.act(many)
    with counted(world.portal.services.database) as asked:
        first = browser.open(path(world, "?edit=yes"))
    second = browser.open(first.one("#next-page").attributes["href"])
    found = browser.open(path(world, "?search=059+PERSON"))

    assert len(asked) == len(few) <= 6
    assert (len(states(first)), len(states(second))) == (50, 13)
    assert not set(states(first)) & set(states(second))
    assert not second.has("#next-page")
    assert len(states(found)) == 1
    assert browser.open(path(world, "?search=nobody")).has("div.empty-state")


def test_a_save_comes_back_to_the_same_place_of_the_list(world: World) -> None:
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes&search=bram"))
    assert list(states(page)) == [world.colleague.id]

    saved = browser.press(page, "#save-access", **{f"access-{world.colleague.id}": "role:user"})

    assert list(states(saved)) == [world.colleague.id]
    assert saved.has("#done")


@pytest.mark.parametrize(("who", "status"), [("bram", 403), ("dirk", 403), ("els", 403), ("fons", 404)])
def test_only_managers_see_and_save_the_table(world: World, who: str, status: int) -> None:
    browser = world.browser(getattr(world, who))
    assert browser.open(path(world)).status == status
    token = browser.open("/?language=en").all("input[name=csrf_token]")[0].attributes["value"]

    answer = browser.client.post(
        path(world),
        data={
            "csrf_token": token,
            f"seen-{world.colleague.id}": "none",
            f"access-{world.colleague.id}": "blocked",
        },
    )

    assert answer.status_code == status
    assert decided(world) == {world.manager.id: "role:user"}


@pytest.mark.parametrize("word", ["role:owner", "role:", "everything", ""])
def test_a_word_that_is_no_decision_changes_nothing(world: World, word: str) -> None:
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))

    answer = browser.press(page, "#save-access", **{f"access-{world.colleague.id}": word})

    assert answer.status in {200, 422}
    assert decided(world) == {world.manager.id: "role:user"}


def test_a_member_of_another_organisation_is_not_given_access(world: World) -> None:
    with world.portal.services.database.reading() as session:
        stranger = session.scalars(select(MembershipRow.id).where(MembershipRow.person_id == world.fons)).one()
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))

    answer = browser.press(page, "#save-access", **{f"seen-{stranger}": "none", f"access-{stranger}": "role:user"})

    assert answer.status == 404
    assert decided(world) == {world.manager.id: "role:user"}


def test_a_usage_that_is_not_registered_has_no_table(world: World) -> None:
    assert world.browser(world.anna).open(world.url("rentals", USAGE, "access")).status == 404


def test_a_role_somebody_has_already_is_not_given_again(world: World) -> None:
    world.act(
        lambda session: assign_role(
            session, world.registration, world.colleague.id, "user", by=world.anna, now=world.now
        )
    )
    browser = world.browser(world.anna)
    page = browser.open(path(world, "?edit=yes"))
    before = len(world.letters())

    browser.press(page, "#save-access", **{f"access-{world.colleague.id}": "role:user"})

    assert len(world.letters()) == before


def _mandate(session: Session) -> MandateId:
    return MandateId(session.scalars(select(MandateRow.id)).one())
