"""Accounts of the staff are not the helpdesk's to end: whoever takes an operator's role away is an operator."""

import pytest

from core.people.profiles import person_facts
from core.staff import roles
from core.staff.states import StaffRole
from tests.support.staff import WHY, StaffDesk


@pytest.mark.parametrize("body", [{"cause": "abuse"}, {"cause": "deceased", "leave_ownerless": True}])
def test_the_helpdesk_erases_nobody_of_the_staff(desk: StaffDesk, body: dict[str, object]) -> None:
    for person_id in (desk.gilles, desk.hannah, desk.ismael):
        answer = desk.as_helpdesk("POST", f"/people/{person_id}/anonymise", body)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "holds-role")

    answer = desk.as_helpdesk("POST", f"/people/{desk.gilles}/request-erasure")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "holds-role")


def test_nor_somebody_who_became_one_since_it_was_asked_for(desk: StaffDesk) -> None:
    asked = desk.as_helpdesk("POST", f"/people/{desk.anna}/anonymise", {"cause": "abuse"}).get_json()["approval"]
    with desk.services.database.transaction() as session:
        roles.give(session, desk.anna, StaffRole.OPERATOR, by=None, why=None, now=desk.services.clock.now())

    refused = desk.approve(asked, desk.ismael, "helpdesk")

    assert (refused.status_code, refused.get_json()["code"]) == (409, "holds-role")
    with desk.services.database.reading() as session:
        assert person_facts(session, desk.anna) is not None
    taken = desk.call(
        desk.token(desk.gilles, "operator"), "POST", f"/staff/{desk.anna}/take-operator", dict(WHY)
    ).get_json()["approval"]
    assert desk.approve(taken, desk.joke, "operator").status_code == 200
    assert desk.approve(asked, desk.ismael, "helpdesk").status_code == 200
