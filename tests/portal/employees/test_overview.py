"""The list of employees: who sees whom, how it is narrowed down, paged, and how few statements it takes."""

from dataclasses import replace

from core.infra.ids import new_id
from core.organisations import enrolment
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.profiles import NewPerson, create
from tests.portal.employees.conftest import WORK, World
from tests.support.html_page import Page
from tests.support.offices import a_person, an_office
from tests.support.statements import counted


def names(page: Page) -> list[str]:
    return [row.text for row in page.all("th[scope=row]")]


def shown(page: Page) -> list[str]:
    return [row.attributes["data-membership"] for row in page.all("tr[data-membership]")]


def a_crowd(world: World, size: int) -> None:
    """Add members whose names sort as they are numbered, some of them with the same name."""
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        for number in range(size):
            person = NewPerson(
                f"crowd.{number:04}", f"c{number}@people.example", "Zoë", f"Zwart {number // 2:04}", "nl"
            )
            person_id = create(session, person, email_verified=True, now=now)
            session.add(
                MembershipRow(
                    id=new_id("mem"),
                    organisation_id=world.organisation_id,
                    person_id=person_id,
                    status=MembershipStatus.ACTIVE,
                    created_at=now,
                    changed_at=now,
                )
            )


def test_a_manager_sees_everybody_and_those_who_wait_first(world: World) -> None:
    page = world.of("anna").get(f"{world.url}?language=en")

    assert shown(page) == [world.anna, world.bram, world.dirk]
    assert [row.attributes["data-status"] for row in page.all("tr[data-membership]")] == ["active", "active", "blocked"]
    (waiting,) = page.all("li[data-membership]")
    assert waiting.attributes["data-membership"] == world.chris
    assert "Negotiator" in waiting.text
    (bar,) = page.all("a.waiting-bar")
    assert bar.attributes["href"] == f"{world.url}/{world.chris}/confirm"
    assert "Manager" in names(page)[0]
    assert len(page.all("span.status-manager")) == 2


def test_an_employee_sees_active_colleagues_without_state_and_nobody_else(world: World) -> None:
    bram = world.of("bram")

    page = bram.get(f"{world.url}?language=en")

    assert shown(page) == [world.anna, world.bram]
    assert not page.has("#waiting")
    assert not page.has("#add-employee")
    assert not page.has("#status")
    assert shown(bram.get(f"{world.url}?status=blocked")) == []
    assert bram.get(f"{world.url}?show=waiting").has("#employees")
    assert bram.get(f"{world.url}/{world.dirk}").status == 404
    assert bram.get(f"{world.url}/{world.chris}").status == 404


def test_contact_data_are_those_of_the_membership_and_never_of_the_account(world: World) -> None:
    page = world.of("anna").get(world.url)

    assert "people.example" not in page.body
    assert "chris@office.example" in page.body
    assert "+32 470 55 01 22" in page.body


def test_who_does_not_belong_here_sees_nothing(world: World) -> None:
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        frank = a_person(session, "frank.foreign", now=now)
        an_office(session, frank, now=now, number=2, name="Other BV")
    others = replace(world, people={**world.people, "frank": frank})

    answers = {name: others.of(name).get(world.url).status for name in ("chris", "dirk", "elsa", "frank")}

    assert answers == {"chris": 403, "dirk": 403, "elsa": 404, "frank": 404}
    assert world.portal.browser().get(world.url).location == "/sign-in"
    assert others.of("frank").get("/organisations/org_unknown/employees").status == 404


def test_a_name_is_found_however_it_is_typed_and_filters_add_up(world: World) -> None:
    a_crowd(world, 1)
    anna = world.of("anna")

    assert len(shown(anna.get(f"{world.url}?search=ZOE+zwart"))) == 1
    assert len(shown(anna.get(f"{world.url}?search=zwart%25"))) == 1
    assert shown(anna.get(f"{world.url}?search=%25")) == []
    assert shown(anna.get(f"{world.url}?status=blocked&type=employee")) == [world.dirk]
    narrowed = anna.get(f"{world.url}?search=nobody&type=trainee&language=en")
    assert "2 filters" in narrowed.one("#filters").text
    assert narrowed.one("#clear-filters").attributes["href"] == world.url
    assert narrowed.has(".empty-state")
    assert shown(anna.get(f"{world.url}?status=made-up&type=made-up")) == [
        *(world.anna, world.bram, world.dirk),
        *shown(anna.get(f"{world.url}?search=zwart")),
    ]


def test_pages_follow_each_other_both_ways_and_miss_nobody(world: World) -> None:
    a_crowd(world, 107)
    anna = world.of("anna")

    pages = [anna.get(world.url)]
    while pages[-1].has("#later"):
        pages.append(anna.get(pages[-1].one("#later").attributes["href"]))
    back = [pages[-1]]
    while back[-1].has("#earlier"):
        back.append(anna.get(back[-1].one("#earlier").attributes["href"]))

    listed = [found for page in pages for found in shown(page)]
    assert [len(shown(page)) for page in pages] == [50, 50, 10]
    assert len(set(listed)) == len(listed) == 110
    assert [shown(page) for page in reversed(back)] == [shown(page) for page in pages]
    assert not pages[0].has("#earlier")
    narrowed = anna.get(f"{world.url}?search=zwart")
    assert "search=zwart" in narrowed.one("#later").attributes["href"]


def test_a_place_of_another_organisation_tells_nothing(world: World) -> None:
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        zed = a_person(session, "zed.zimmer", now=now)
        other = an_office(session, zed, now=now, number=2, name="Other BV")

    page = world.of("anna").get(f"{world.url}?after={other.id}")

    # As after somebody who is not there: from the start, not from where Zed would stand.
    assert shown(page) == [world.anna, world.bram, world.dirk]


def test_a_page_takes_at_most_six_statements_however_many_work_here(world: World) -> None:
    a_crowd(world, 60)
    with world.portal.services.database.transaction() as session:
        for name in ("gina.goris", "hugo.haan", "ines.ibens"):
            person = a_person(session, name, now=world.portal.clock.now())
            enrolment.request_membership(
                session, world.organisation_id, by=person, details=WORK, now=world.portal.clock.now()
            )
    anna = world.of("anna")
    anna.get(world.url)

    for query in ("", "?search=zwart", "?status=active&type=employee", "?show=waiting"):
        with counted(world.portal.services.database) as statements:
            page = anna.get(world.url + query)
        assert page.status == 200
        assert len(statements) <= 6, statements


def test_only_those_who_wait_are_shown_where_the_orange_icon_leads(world: World) -> None:
    anna = world.of("anna")

    page = anna.get(f"{world.url}?show=waiting")
    assert page.has("#waiting")
    assert not page.has("#employees")

    anna.post(f"{world.url}/{world.chris}/refuse")
    empty = anna.get(f"{world.url}?show=waiting")
    assert empty.has(".empty-state")
    assert empty.one("#all-employees").attributes["href"] == world.url


def test_an_office_of_one_says_what_to_do_next(world: World) -> None:
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        office = an_office(session, world.people["elsa"], now=now, number=3, name="Alone BV")
        enrolment.add_member(
            session,
            office.organisation_id,
            world.people["bram"],
            by=world.people["elsa"],
            details=MemberDetails(),
            now=now,
        )

    page = world.of("elsa").get(f"/organisations/{office.organisation_id}/employees")

    assert page.has("#add-employee")
    assert page.has("#invite-employee")
    assert page.has("#import-employees")
