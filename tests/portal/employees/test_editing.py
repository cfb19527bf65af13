"""Changing employee data: managers all of it, the person their own function and contact, nobody over another."""

import pytest

from core.organisations.states import MembershipStatus
from tests.portal.employees.conftest import World
from tests.portal.employees.test_acts import mails, member, said
from tests.portal.employees.test_confirming import hidden

FULL = {"function": "Broker", "employee_type": "trainee", "work_email": "bram@office.example", "work_phone": ""}


def test_a_manager_changes_all_of_it_and_the_person_is_told(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.bram}/edit"

    done = anna.post(url, **{**hidden(anna.get(url), "form.narrow"), **FULL})

    assert said(done) == "saved"
    row = member(world, world.bram)
    assert (row.function, row.type, row.email, row.phone_number) == ("Broker", "trainee", "bram@office.example", None)
    assert mails(world, "membership-details-changed") == [world.people["bram"]]
    anna.post(url, **{**hidden(anna.get(url), "form.narrow"), **FULL})
    assert len(mails(world, "membership-details-changed")) == 1
    assert member(world, world.bram).version == 2


@pytest.mark.parametrize("who", ["bram", "chris"])
def test_people_change_their_own_function_and_contact_but_never_their_type(world: World, who: str) -> None:
    visitor, membership_id = world.of(who), getattr(world, who)
    url, before = f"{world.url}/{membership_id}/edit", member(world, membership_id).type
    form = visitor.get(url)

    done = visitor.post(url, **{**hidden(form, "form.narrow"), **FULL, "employee_type": "manager", "is_manager": "yes"})

    assert not form.has("#employee-type")
    assert said(done) == "saved"
    row = member(world, membership_id)
    assert (row.function, row.email, row.type, row.is_manager) == ("Broker", "bram@office.example", before, False)
    assert row.status == (MembershipStatus.ACTIVE if who == "bram" else MembershipStatus.REQUESTED)
    assert mails(world, "membership-details-changed") == []


def test_the_data_of_others_are_a_managers(world: World) -> None:
    for who, others in (
        ("bram", (world.anna, world.chris)),
        ("chris", (world.anna, world.bram)),
        ("dirk", (world.dirk,)),
    ):
        visitor = world.of(who)
        for membership_id in others:
            url = f"{world.url}/{membership_id}/edit"
            assert visitor.get(url).status in (403, 404)
            assert visitor.post(url, version="1", **FULL).status in (403, 404)
    assert world.of("elsa").post(f"{world.url}/{world.bram}/edit", version="1", **FULL).status == 404
    assert [member(world, one).function for one in (world.anna, world.bram)] == [None, None]


def test_who_saves_second_sees_what_the_other_changed_and_may_save_anyway(world: World) -> None:
    world.make_manager("bram")
    anna, bram, url = world.of("anna"), world.of("bram"), f"{world.url}/{world.anna}/edit"
    theirs, mine = hidden(bram.get(url), "form.narrow"), hidden(anna.get(url), "form.narrow")
    bram.post(url, **{**theirs, **FULL, "function": "Managing director"})

    late = anna.post(url, **{**mine, **FULL, "function": "Founder"})

    assert late.status == 409
    assert "Managing director" in late.one("#differences").text
    assert "Founder" in late.one("#differences").text
    assert late.one("#function").attributes["value"] == "Founder"
    assert member(world, world.anna).function == "Managing director"
    saved = anna.post(url, **{**hidden(late, "form.narrow"), **FULL, "function": "Founder"})
    assert said(saved) == "saved"
    assert (member(world, world.anna).function, member(world, world.anna).version) == ("Founder", 3)


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999999999999"])
def test_a_form_of_no_version_overwrites_nothing(world: World, version: str) -> None:
    page = world.of("anna").post(f"{world.url}/{world.bram}/edit", version=version, **FULL)

    assert page.status == 409
    assert member(world, world.bram).function is None


def test_what_is_wrong_is_said_and_what_was_typed_stays(world: World) -> None:
    anna, url = world.of("anna"), f"{world.url}/{world.bram}/edit"

    page = anna.post(
        url, **{**hidden(anna.get(url), "form.narrow"), **FULL, "work_email": "nobody", "work_phone": "+1"}
    )

    assert page.status == 422
    assert page.has("#work-email-error")
    assert page.has("#work-phone-error")
    assert page.one("#work-email").attributes["value"] == "nobody"
    assert page.one("form.narrow").attributes["data-unsaved"] == "yes"


def test_data_of_somebody_who_waits_are_changed_by_confirming_them(world: World) -> None:
    page = world.of("anna").get(f"{world.url}/{world.chris}/edit")

    assert page.headers["Location"] == f"{world.url}/{world.chris}/confirm"
