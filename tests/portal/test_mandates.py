"""My accreditations as others work under them: asked, accepted, seen, renewed, withdrawn (manual 2.2.6 d, T4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.closing import membership
from core.people.assurance import Acr
from core.tools.mandates import TEXT_VERSION
from core.tools.registrations import ShownRegistration, registrations_of
from core.tools.tables import MandateRow
from tests.portal.conftest import Portal
from tests.portal.tools.world import USAGE, World


@pytest.fixture
def world(portal: Portal) -> World:
    """Return the office with its tools."""
    return World(portal)


def registration(world: World) -> ShownRegistration:
    with world.portal.services.database.reading() as session:
        return registrations_of(session, world.organisation, world.finder)[USAGE]


def asked(world: World) -> str:
    """Let Anna ask for Celine's accreditation from its page and return the mandate."""
    browser = world.browser(world.anna)
    page = browser.open(world.url("finder", USAGE, "mandate"))
    answer = browser.press(page, "#propose-mandate", accreditation=world.lent_by_celine, colleagues="all")
    assert answer.has("#proposed")
    proposed = registration(world).proposed
    assert proposed is not None
    return proposed.id


def test_a_manager_chooses_among_what_qualifies(world: World) -> None:
    page = world.browser(world.anna).open(world.url("finder", USAGE, "mandate"))

    offered = [one.attributes["value"] for one in page.all("input[name=accreditation]")]
    assert offered == [world.lent_by_anna, world.lent_by_celine]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "accreditation"),
        ({"accreditation": "acr_unknown"}, "accreditation"),
        ({"colleagues": "list"}, "colleagues"),
    ],
)
def test_a_choice_that_is_none_is_said_and_asks_nobody(world: World, fields: dict[str, str], wrong: str) -> None:
    browser = world.browser(world.anna)
    page = browser.open(world.url("finder", USAGE, "mandate"))
    chosen = {"accreditation": world.lent_by_celine, **fields} if wrong == "colleagues" else fields

    answer = browser.press(page, "#propose-mandate", **chosen)

    assert answer.status == 422
    assert answer.one("div.error-summary").text
    assert registration(world).proposed is None


def test_its_holder_accepts_and_the_level_of_the_sign_in_is_kept(world: World) -> None:
    mandate = asked(world)
    assert ("mandate-proposed", world.celine) in world.letters()
    browser = world.browser(world.celine)
    page = browser.open("/mandates")
    assert "onder uw verantwoordelijkheid" in page.one(f"#mandate-{mandate}").text
    assert "nummer" not in page.one("#asked-title").text

    page = browser.press(page, f"#accept-{mandate}")

    assert page.has("#done")
    found = registration(world)
    assert found.proposed is None
    assert found.mandate is not None
    assert found.mandate.holder_id == world.celine
    with world.portal.services.database.reading() as session:
        row = session.get_one(MandateRow, mandate)
    assert (row.accepted_acr, row.text_version) == (Acr.PASSWORD, TEXT_VERSION)
    assert ("mandate-accepted", world.anna) in world.letters()


def test_its_holder_declines_and_what_held_before_holds(world: World) -> None:
    mandate = asked(world)
    browser = world.browser(world.celine)

    page = browser.press(browser.open("/mandates"), f"#decline-{mandate}")

    assert page.has("div.empty-state")
    found = registration(world)
    assert (found.proposed, found.is_suspended) == (None, False)
    assert found.mandate is not None
    assert found.mandate.holder_id == world.anna


def test_a_holder_sees_the_use_and_withdraws_at_once(world: World) -> None:
    world.give("user", to=world.colleague)
    mandate = registration(world).mandate
    assert mandate is not None
    browser = world.browser(world.anna)
    page = browser.open("/mandates")
    use = page.one("#use").attributes
    assert (use["data-users"], use["data-tools"]) == ("1", "1")

    question = browser.open(f"/mandates/{mandate.id}/withdraw")
    assert "1 collega" in question.text
    page = browser.press(question, "#withdraw-yes")

    assert page.has("#done")
    found = registration(world)
    assert (found.mandate, found.is_suspended) == (None, True)
    assert browser.open(world.url("finder")).one("#suspended").attributes["data-reason"] == "mandate-ended"


def test_a_manager_ends_it_after_a_question_and_the_holder_hears_so(world: World) -> None:
    mandate = asked(world)
    celine = world.browser(world.celine)
    celine.press(celine.open("/mandates"), f"#accept-{mandate}")
    browser = world.browser(world.anna)

    page = browser.press(browser.open(world.url("finder", USAGE, "mandate", "end")), "#end-mandate-yes")

    assert page.has("#suspended")
    assert ("mandate-withdrawn-by-manager", world.celine) in world.letters()


def test_a_manager_who_chooses_their_own_accepts_it_themselves(world: World) -> None:
    browser = world.browser(world.anna)
    page = browser.open(world.url("finder", USAGE, "mandate"))

    page = browser.press(page, "#propose-mandate", accreditation=world.lent_by_anna, colleagues="all")

    proposed = registration(world).proposed
    assert proposed is not None
    assert page.has(f"#accept-{proposed.id}")


def test_near_its_end_it_is_renewed(world: World) -> None:
    mandate = registration(world).mandate
    assert mandate is not None
    browser = world.browser(world.anna)
    assert not browser.open("/mandates").has(f"#renew-{mandate.id}")
    soon = (world.now + timedelta(days=20)).date()
    world.act(lambda session: setattr(session.get_one(MandateRow, mandate.id), "valid_until", soon))

    page = browser.press(browser.open("/mandates"), f"#renew-{mandate.id}")

    assert page.has("#done")
    renewed = registration(world).mandate
    assert renewed is not None
    assert renewed.valid_until > soon
    with world.portal.services.database.reading() as session:
        assert session.get_one(MandateRow, mandate.id).end_reason == "renewed"


def test_somebody_who_is_blocked_sees_that_it_has_ended(world: World) -> None:
    mandate = asked(world)
    browser = world.browser(world.celine)
    page = browser.open("/mandates")
    world.act(lambda session: membership.block(session, world.celines_membership.id, by=world.anna, now=world.now))

    answer = browser.press(page, f"#accept-{mandate}")

    assert answer.has("#done")
    assert answer.has("div.empty-state")


@pytest.mark.parametrize("who", ["anna", "bram", "fons"])
def test_nobody_answers_for_somebody_else(world: World, who: str) -> None:
    mandate = asked(world)
    browser = world.browser(getattr(world, who))
    token = browser.open("/mandates").all("input[name=csrf_token]")[0].attributes["value"]

    answers = {
        act: browser.client.post(f"/mandates/{mandate}/{act}", data={"csrf_token": token}).status_code
        for act in ("accept", "decline", "renew", "withdraw")
    }

    # The use cases refuse the first and the third, and the page says how it stands.
    assert answers == {"accept": 303, "decline": 404, "renew": 303, "withdraw": 404}
    proposed = registration(world).proposed
    assert proposed is not None
    assert proposed.id == mandate


def test_what_was_answered_in_another_window_is_said(world: World) -> None:
    mandate = asked(world)
    browser = world.browser(world.celine)
    first, second = browser.open("/mandates"), browser.open("/mandates")
    browser.press(first, f"#accept-{mandate}")

    page = browser.press(second, f"#accept-{mandate}")

    assert page.has("#done")
    assert len(_mandates(world)) == 2


@pytest.mark.parametrize("token", ["", "made.up"])
def test_a_form_that_is_not_ours_answers_nothing(world: World, token: str) -> None:
    mandate = asked(world)

    answer = world.browser(world.celine).client.post(f"/mandates/{mandate}/accept", data={"csrf_token": token})

    assert answer.status_code == 400


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(world: World) -> None:
    answer = world.portal.browser().get("/mandates")

    assert (answer.status_code, answer.location.endswith("/sign-in")) == (303, True)


def _mandates(world: World) -> list[str]:
    with world.portal.services.database.reading() as session:
        return list(session.scalars(select(MandateRow.id)))
