"""Registering a tool from the portal, in the order of T1 (manual 1.2.5 and 2.2.6 a)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.organisations.enrolment import add_member
from core.people.assurance import Acr
from core.tools.publishing import set_requirement
from core.tools.requirements import Requirement
from core.tools.tables import AccessRequestRow, AccessRow, MandateRow, RegistrationRow
from tests.portal.tools.world import USAGE, World
from tests.support.offices import NO_DETAILS


def test_a_tool_with_terms_is_registered_once_they_are_accepted(world: World) -> None:
    browser, path = world.browser(world.bram), world.url("rentals", USAGE, "register")
    page = browser.open(path)
    assert page.one("#usage").attributes["data-doable"] == "register"

    refused = browser.press(page, "#register-tool")
    assert (refused.status, refused.has("#accept-tool-terms-error")) == (422, True)

    done = browser.press(refused, "#register-tool", **{"accept-tool-terms": "yes"})

    assert (done.status, done.has("#done")) == (200, True)
    assert done.one("#start").attributes["href"].startswith("https://tool.example/sign-in?organization=")
    with world.portal.services.database.reading() as session:
        row = session.scalars(select(RegistrationRow).where(RegistrationRow.tool_id == world.rentals)).one()
        assert (row.registered_by, row.terms_version) == (world.bram, "v1")
    assert ("tool-registered", world.anna) in world.letters()


def test_the_registration_rests_on_the_accreditation_of_whoever_registers(world: World) -> None:
    browser = world.browser(world.celine)

    browser.press(browser.open(world.url("appraiser", USAGE, "register")), "#register-tool")

    with world.portal.services.database.reading() as session:
        mandate = session.scalars(select(MandateRow).where(MandateRow.tool_id == world.appraiser)).one()
    assert (mandate.accreditation_id, mandate.accepted_acr) == (world.lent_by_celine, Acr.PASSWORD)


def test_who_lacks_what_is_needed_reads_what_and_cannot_register(world: World) -> None:
    browser, path = world.browser(world.bram), world.url("appraiser", USAGE, "register")
    page = browser.open(path)

    assert page.one("#usage").attributes["data-doable"] == "shut"
    assert page.has("li.need-missing")
    assert page.one("#link-my-eid").attributes["href"].endswith("/account/accreditations")
    token = page.all("input[name=csrf_token]")[0].attributes["value"]
    browser.client.post(path, data={"csrf_token": token, "decision": "register"})
    with world.portal.services.database.reading() as session:
        assert session.scalars(select(RegistrationRow).where(RegistrationRow.tool_id == world.appraiser)).all() == []


def test_the_blue_arrow_leads_to_the_same_for_another_organisation(world: World) -> None:
    page = world.browser(world.fons).open(world.url("rentals", USAGE, "register", organisation=world.elsewhere))
    assert not page.has("a.switch-organisation")

    page = world.browser(world.anna).open(world.url("rentals", USAGE, "register"))
    assert not page.has("a.switch-organisation")
    world.act(
        lambda session: add_member(
            session, world.elsewhere, world.anna, by=world.fons, details=NO_DETAILS, now=world.now
        )
    )
    page = world.browser(world.anna).open(world.url("rentals", USAGE, "register"))

    (link,) = page.all("a.switch-organisation")
    assert link.attributes["href"] == world.url("rentals", USAGE, "register", organisation=world.elsewhere)


def test_what_is_registered_already_is_asked_for_once_and_can_be_reminded(world: World) -> None:
    browser, path = world.browser(world.bram), world.url("finder", USAGE, "register")

    asked = browser.press(browser.open(path), "#ask-access")

    assert asked.one("#usage").attributes["data-doable"] == "wait"
    assert not asked.has("#remind-access")
    assert world.letters().count(("tool-access-requested", world.anna)) == 1

    world.act(lambda session: session.execute(update(AccessRequestRow).values(asked_at=world.now - timedelta(days=2))))
    reminded = browser.press(browser.open(path), "#remind-access")
    assert reminded.has("#done")
    assert ("tool-access-reminder", world.anna) in world.letters()
    with world.portal.services.database.reading() as session:
        assert len(session.scalars(select(AccessRequestRow)).all()) == 1


def test_a_manager_takes_a_role_without_asking(world: World) -> None:
    browser = world.browser(world.celine)
    browser.press(browser.open(world.url("appraiser", USAGE, "register")), "#register-tool")
    manager = world.browser(world.anna)

    page = manager.press(manager.open(world.url("appraiser", USAGE, "register")), "#give-myself-access")

    assert page.one("#usage").attributes["data-doable"] == "start"
    with world.portal.services.database.reading() as session:
        roles = session.scalars(select(AccessRow.role).where(AccessRow.membership_id == world.manager.id)).all()
    assert roles == ["user", "user"]


def test_a_colleague_who_was_first_is_told_as_it_stands(world: World) -> None:
    celine, anna = world.browser(world.celine), world.browser(world.anna)
    mine, theirs = (one.open(world.url("appraiser", USAGE, "register")) for one in (anna, celine))
    celine.press(theirs, "#register-tool")

    page = anna.press(mine, "#register-tool")

    assert page.one("#usage").attributes["data-doable"] == "take"
    assert page.has("#done")


def test_terms_that_changed_meanwhile_are_shown_anew(world: World) -> None:
    browser = world.browser(world.bram)
    page = browser.open(world.url("rentals", USAGE, "register"))
    world.act(
        lambda session: set_requirement(
            session, world.rentals, USAGE, Requirement(terms="v2"), applies_from=world.now, by=None, now=world.now
        )
    )

    again = browser.press(page, "#register-tool", **{"accept-tool-terms": "yes"})

    assert again.status == 422
    assert again.one("input[name=terms-version]").attributes["value"] == "v2"


@pytest.mark.parametrize("token", ["", "made.up"])
def test_a_form_that_is_not_ours_registers_nothing(world: World, token: str) -> None:
    browser = world.browser(world.celine)

    answer = browser.client.post(
        world.url("appraiser", USAGE, "register"), data={"csrf_token": token, "decision": "register"}
    )

    assert answer.status_code == 400
