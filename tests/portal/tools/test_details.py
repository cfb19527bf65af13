"""The page of one tool, its terms, and the end of its registration (manual 2.2.6 b, T2)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.people.assurance import Acr
from core.tools import requirement_changes
from core.tools.publishing import set_requirement
from core.tools.registration import register
from core.tools.registrations import registrations_of
from core.tools.requirements import AccreditationNeeded, Requirement
from core.tools.tables import ToolRow
from tests.portal.tools.world import USAGE, World


def with_terms(world: World, version: str, *, after: timedelta) -> None:
    """Register `rentals` and let its terms change."""
    world.act(
        lambda session: register(
            session,
            world.organisation,
            world.rentals,
            USAGE,
            by=world.anna,
            acr=Acr.HIGH,
            accepted_terms="v1",
            now=world.now,
        )
    )
    world.act(
        lambda session: set_requirement(
            session,
            world.rentals,
            USAGE,
            Requirement(terms=version),
            applies_from=world.now + after,
            by=None,
            now=world.now,
        )
    )


def test_a_manager_sees_what_it_is_what_it_needs_and_on_what_it_rests(world: World) -> None:
    page = world.browser(world.anna).open(world.url("finder"))

    assert page.has("#start")
    assert page.one("#access").attributes["href"] == world.url("finder", USAGE, "access")
    assert "Publisher" in page.text
    assert "support@tool.example" in page.text
    assert len(page.all("section.needs")) == 2
    mandate = page.one("#mandate")
    assert "Anna.Peeters Peeters" in mandate.text
    assert "500001" in mandate.text
    assert page.one("a.my-mandates").attributes["href"] == "/mandates"
    assert page.has("#change-mandate")
    assert page.has("#end-registration")


def test_an_employee_sees_the_same_without_what_managers_do(world: World) -> None:
    page = world.browser(world.bram).open(world.url("finder", USAGE))

    assert page.one("#usage").attributes["data-doable"] == "ask"
    assert page.has("#get-access")
    for managers in ("#access", "#change-mandate", "#end-registration", "#start"):
        assert not page.has(managers)
    assert "500001" in page.one("#mandate").text
    assert not page.has("a.my-mandates")


def test_what_is_not_registered_leads_to_registering(world: World) -> None:
    page = world.browser(world.bram).open(world.url("appraiser"))

    assert page.one("#register").attributes["href"] == world.url("appraiser", USAGE, "register")
    assert not page.has("#mandate")
    assert page.has("li.need-missing")


def test_a_tool_that_is_retired_goes_on_for_those_who_have_it_and_for_no_others(world: World) -> None:
    world.act(lambda session: session.execute(update(ToolRow).values(retired_at=world.now)))
    browser = world.browser(world.celine)

    assert world.browser(world.anna).open(world.url("finder")).has("#start")
    assert not browser.open(world.url("appraiser")).has("#register")
    page = browser.open(world.url("appraiser", USAGE, "register"))
    assert page.one("#usage").attributes["data-doable"] == "shut"


def test_a_suspended_registration_says_why_and_what_to_do(world: World) -> None:
    world.act(
        lambda session: accreditation_changed(
            session,
            world.lent_by_anna,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=world.now,
        )
    )

    manager = world.browser(world.anna).open(world.url("finder"))
    employee = world.browser(world.bram).open(world.url("finder"))

    assert manager.one("#suspended").attributes["data-reason"] == "accreditation-lapsed"
    assert manager.one("#resolve-suspended").attributes["href"] == world.url("finder", USAGE, "mandate")
    assert employee.has("#suspended")
    assert not employee.has("#resolve-suspended")
    assert not manager.has("#start")


def test_new_terms_are_accepted_before_their_day(world: World) -> None:
    with_terms(world, "v2", after=timedelta(days=30))
    browser = world.browser(world.anna)
    page = browser.open(world.url("rentals"))
    assert page.one("#new-terms").attributes["data-version"] == "v2"
    assert page.has("#start")

    form = browser.open(page.one("#read-terms").attributes["href"])
    refused = browser.press(form, "#accept-terms")
    assert (refused.status, refused.has("#accept-tool-terms-error")) == (422, True)
    page = browser.press(refused, "#accept-terms", **{"accept-tool-terms": "yes"})

    assert page.has("#done")
    assert not page.has("#new-terms")
    assert browser.open(world.url("rentals", USAGE, "terms")).has("div.empty-state")


def test_what_it_will_need_from_a_day_on_is_shown_beforehand(world: World) -> None:
    with_terms(world, "v1", after=timedelta(days=1))
    assert not world.browser(world.anna).open(world.url("rentals")).has("#change")
    needed = Requirement(register=AccreditationNeeded("be.biv", lists=("trainees",)))
    later = world.now + timedelta(days=9)
    world.act(
        lambda session: set_requirement(
            session, world.appraiser, USAGE, needed, applies_from=later, by=None, now=world.now
        )
    )

    page = world.browser(world.anna).open(world.url("appraiser"))

    assert len([line for line in page.one("#change").walk() if "need-missing" in line.attributes.get("class", "")]) == 1


def test_terms_that_are_needed_already_close_it_until_they_are_accepted(world: World) -> None:
    with_terms(world, "v2", after=timedelta())
    requirement_changes.carry_out(world.portal.services.database, now=world.now)
    browser = world.browser(world.anna)
    page = browser.open(world.url("rentals"))
    assert page.one("#usage").attributes["data-doable"] == "shut"
    assert page.has("#new-terms")
    assert not world.browser(world.bram).open(world.url("rentals")).has("#read-terms")

    form = browser.open(world.url("rentals", USAGE, "terms"))
    page = browser.press(form, "#accept-terms", **{"accept-tool-terms": "yes"})

    assert page.one("#usage").attributes["data-doable"] == "start"


def test_terms_that_nobody_asks_for_are_not_accepted(world: World) -> None:
    with_terms(world, "v2", after=timedelta(days=30))
    browser = world.browser(world.anna)
    form = browser.open(world.url("rentals", USAGE, "terms"))

    answer = browser.press(form, "#accept-terms", **{"accept-tool-terms": "yes", "terms-version": "v9"})

    assert answer.status == 422
    with world.portal.services.database.reading() as session:
        found = registrations_of(session, world.organisation, world.rentals)[USAGE]
    assert found.terms == ("v1", None)


def test_a_registration_is_ended_after_a_question_and_can_be_made_anew(world: World) -> None:
    world.give("user", to=world.colleague)
    browser = world.browser(world.anna)
    question = browser.open(world.url("finder", USAGE, "end"))
    assert "2 medewerkers" in question.text

    page = browser.press(question, "#end-registration-yes")

    assert page.has("#register")
    assert not page.has("#mandate")
    again = browser.press(browser.open(world.url("finder", USAGE, "register")), "#register-tool")
    assert again.has("#start")
    assert world.browser(world.bram).open(world.url("finder")).one("#usage").attributes["data-doable"] == "ask"


@pytest.mark.parametrize(("who", "status"), [("bram", 403), ("dirk", 403), ("els", 403), ("fons", 404)])
def test_only_managers_end_accept_and_change(world: World, who: str, status: int) -> None:
    browser = world.browser(getattr(world, who))
    token = browser.open("/?language=en").all("input[name=csrf_token]")[0].attributes["value"]

    for page in ("end", "terms", "mandate", "mandate/end"):
        path = world.url("finder", USAGE, page)
        assert browser.open(path).status == status, page
        answer = browser.client.post(path, data={"csrf_token": token, "accept-tool-terms": "yes"})
        assert answer.status_code == status, page

    with world.portal.services.database.reading() as session:
        found = registrations_of(session, world.organisation, world.finder)[USAGE]
    assert found.mandate is not None


@pytest.mark.parametrize("path", ["nowhere", f"nowhere/{USAGE}", "finder/nobody", "finder/nobody/register"])
def test_a_tool_or_a_usage_that_is_not_there_is_not_found(world: World, path: str) -> None:
    assert world.browser(world.anna).open(world.url(path)).status == 404


def test_a_manager_of_another_organisation_changes_nothing_here(world: World) -> None:
    """Their own organisation in the address, the other's registration behind it: there is none."""
    browser = world.browser(world.fons)

    assert browser.open(world.url("finder", USAGE, "end", organisation=world.elsewhere)).status == 404
    assert browser.open(world.url("finder", USAGE, "mandate", organisation=world.elsewhere)).status == 404
    assert browser.open(world.url("finder", USAGE, "access", organisation=world.elsewhere)).status == 404
