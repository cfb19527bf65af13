"""Confirming in two steps on one way: nothing is stored between them, all of it in one transaction at the end."""

import pytest
from sqlalchemy import select

from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.organisations.states import MembershipStatus
from core.tools.tables import AccessRow
from tests.portal.employees.conftest import Visitor, World
from tests.portal.employees.test_acts import deeds, mails, member, said
from tests.support.html_page import Page

DATA = {
    "step": "details",
    "function": "Senior negotiator",
    "employee_type": "self_employed",
    "work_email": "chris.c@office.example",
    "work_phone": "03 555 01 10",
}


def hidden(page: Page, form: str) -> dict[str, str]:
    fields = page.one(form).walk()
    return {
        element.attributes["name"]: element.attributes["value"]
        for element in fields
        if element.attributes.get("type") == "hidden"
    }


def send(visitor: Visitor, url: str, fields: dict[str, str]) -> Page:
    return visitor.post(url, **{name: value for name, value in fields.items() if name != "csrf_token"})


def roles(world: World) -> dict[str, str | None]:
    with world.portal.services.database.reading() as session:
        return {row.membership_id: row.role for row in session.scalars(select(AccessRow))}


def lapse(world: World) -> None:
    """Anna's accreditation, on which the tool rests, is no longer valid."""
    with world.portal.services.database.transaction() as session:
        accreditation_changed(
            session,
            world.office.accreditation_id,
            status=AccreditationStatus.SUSPENDED,
            valid_until=None,
            by=None,
            now=world.portal.clock.now(),
        )


def test_the_request_is_checked_changed_and_confirmed_with_access(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"

    first = anna.get(url)
    second = send(anna, url, {**hidden(first, "#employee-data"), **DATA})
    before = member(world, world.chris).status
    done = send(
        anna, url, {**hidden(second, "#tools"), "step": "access", f"role-{world.registration_id}": "supervisor"}
    )

    assert first.one("#function").attributes["value"] == "Negotiator"
    assert first.one("#work-email").attributes["value"] == "chris@office.example"
    assert [option.text for option in second.one(f"#role-{world.registration_id}").walk()][1:] == ["user", "supervisor"]
    assert before == MembershipStatus.REQUESTED
    assert said(done) == "employee-confirm"
    row = member(world, world.chris)
    assert (row.status, row.type, row.function, row.email, row.phone_number, row.is_manager) == (
        *(MembershipStatus.ACTIVE, "self_employed", "Senior negotiator", "chris.c@office.example"),
        *("+3235550110", False),
    )
    assert roles(world)[world.chris] == "supervisor"
    assert mails(world, "membership-confirmed").count(world.people["chris"]) == 1
    assert anna.follow(done).has("#done")


def test_nobody_is_user_of_a_tool_by_default_and_a_manager_is_made_by_a_tick(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"
    second = send(anna, url, {**hidden(anna.get(url), "#employee-data"), **DATA, "is_manager": "yes"})

    done = send(anna, url, {**hidden(second, "#tools"), "step": "access"})

    assert said(done) == "employee-confirm"
    assert member(world, world.chris).is_manager
    assert world.chris not in roles(world)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"function": " "}, "function"),
        ({"employee_type": ""}, "employee-type"),
        ({"employee_type": "boss"}, "employee-type"),
        ({"work_email": "nobody"}, "work-email"),
        ({"work_phone": "12"}, "work-phone"),
    ],
)
@pytest.mark.parametrize("step", ["details", "access"])
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    world: World, wrong: dict[str, str], field: str, step: str
) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"

    page = send(anna, url, {**DATA, "version": "1", **wrong, "step": step})

    assert page.status == 422
    assert page.has(f"#{field}-error")
    kept = {"function": "Senior negotiator", "work-email": "chris.c@office.example"}
    (name,) = (name for name in kept if name != field and name in kept) if field in kept else ("function",)
    assert page.one(f"#{name}").attributes["value"] == kept[name]
    assert member(world, world.chris).status == MembershipStatus.REQUESTED


def test_back_to_the_data_loses_nothing(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"
    second = send(anna, url, {**hidden(anna.get(url), "#employee-data"), **DATA})
    role = {f"role-{world.registration_id}": "user"}

    first = send(anna, url, {**hidden(second, "#tools"), **role, "step": "back"})
    again = send(anna, url, {**hidden(first, "#employee-data"), **DATA})

    assert first.one("#function").attributes["value"] == "Senior negotiator"
    chosen = [
        option for option in again.one(f"#role-{world.registration_id}").walk() if "selected" in option.attributes
    ]
    assert [option.attributes["value"] for option in chosen] == ["user"]


def test_a_tool_the_person_cannot_use_says_so_and_takes_no_role(world: World) -> None:
    lapse(world)
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm?language=en"
    second = send(anna, url, {**hidden(anna.get(url), "#employee-data"), **DATA})

    forced = send(anna, url, {**hidden(second, "#tools"), "step": "access", f"role-{world.registration_id}": "user"})

    line = second.one(f"li[data-registration={world.registration_id}]")
    assert "Accreditation not valid" in line.text
    assert "does not hold the accreditation: be.biv" in line.text
    assert "disabled" in second.one(f"#role-{world.registration_id}").attributes
    assert forced.status == 409
    assert forced.has(".error-summary")
    assert member(world, world.chris).status == MembershipStatus.REQUESTED
    assert world.people["chris"] not in mails(world, "membership-confirmed")


@pytest.mark.parametrize("role", ["boss", "user' --"])
def test_a_role_nobody_offered_confirms_nobody(world: World, role: str) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"

    page = send(anna, url, {**DATA, "version": "1", "step": "access", f"role-{world.registration_id}": role})
    foreign = send(anna, url, {**DATA, "version": "1", "step": "access", "role-reg_unknown": "user"})

    assert (page.status, foreign.status) == (409, 409)
    assert member(world, world.chris).status == MembershipStatus.REQUESTED


def test_what_the_person_changed_meanwhile_is_seen_before_it_is_confirmed(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"
    second = send(anna, url, {**hidden(anna.get(url), "#employee-data"), **DATA})
    chris, own = world.of("chris"), f"{world.url}/{world.chris}/edit"
    version = hidden(chris.get(own), "form.narrow")["version"]
    chris.post(own, version=version, function="Director", work_email="chris@office.example")

    late = send(anna, url, {**hidden(second, "#tools"), "step": "access"})
    assert late.status == 409
    assert "Director" in late.one("#differences").text
    assert late.one("#function").attributes["value"] == "Senior negotiator"
    assert member(world, world.chris).status == MembershipStatus.REQUESTED

    second = send(anna, url, {**hidden(late, "#employee-data"), **DATA})
    assert said(send(anna, url, {**hidden(second, "#tools"), "step": "access"})) == "employee-confirm"


def test_a_second_manager_sees_that_it_is_done_and_no_second_mail_leaves(world: World) -> None:
    world.make_manager("bram")
    anna, bram, url = world.of("anna"), world.of("bram"), f"{world.url}/{world.chris}/confirm"
    both = [send(one, url, {**hidden(one.get(url), "#employee-data"), **DATA}) for one in (anna, bram)]

    done = send(anna, url, {**hidden(both[0], "#tools"), "step": "access"})
    late = send(bram, url, {**hidden(both[1], "#tools"), "step": "access", f"role-{world.registration_id}": "user"})

    assert (said(done), said(late)) == ("employee-confirm", "done-already")
    assert said(bram.get(url)) == "done-already"
    assert bram.follow(late).one("#employee").attributes["data-status"] == "active"
    assert mails(world, "membership-confirmed").count(world.people["chris"]) == 1
    assert deeds(world, "membership-confirmed") == 2  # Bram, long ago, and Chris
    assert world.chris not in roles(world)


def test_both_steps_can_block_and_refuse_at_first_sight(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.chris}/confirm"
    first = anna.get(url)
    second = send(anna, url, {**hidden(first, "#employee-data"), **DATA})

    for page in (first, second):
        assert page.one("#block-employee").attributes["href"] == f"{world.url}/{world.chris}/block"
        assert page.one("#refuse-employee").attributes["href"] == f"{world.url}/{world.chris}/refuse"
    assert said(anna.post(f"{world.url}/{world.chris}/block")) == "employee-block"
    assert said(anna.get(url)) == "changed-meanwhile"


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "elsa"])
def test_only_managers_confirm(world: World, who: str) -> None:
    visitor, url = world.of(who), f"{world.url}/{world.chris}/confirm"

    assert visitor.get(url).status in (403, 404)
    assert send(visitor, url, {**DATA, "version": "1", "step": "access"}).status in (403, 404)
    assert member(world, world.chris).status == MembershipStatus.REQUESTED
