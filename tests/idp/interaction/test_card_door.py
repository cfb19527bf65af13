"""Signing in with the identity card alone (E2, E6): the door, what it asks for, and what it refuses."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.errors import RateLimited
from core.infra.settings import Mode, Settings
from core.people.assurance import Acr
from idp.eid.challenge import Purpose
from idp.eid.linking import CardSource
from idp.web.card_reading import PER_ADDRESS, Reading
from idp.web.card_request import CardRequest
from idp.wiring import Services
from tests.support.card_holder import AtPage, CardDesk, believing, link_to
from tests.support.factors import with_authenticator
from tests.support.sign_in import Browser, id_token
from tests.support.tools import Office

DEMANDED = json.dumps({"id_token": {"acr": {"essential": True, "value": Acr.HIGH.value}}})


@pytest.fixture
def services(services: Services, desk: CardDesk, tmp_path: Path) -> Services:
    """Return services that believe the test cards."""
    return believing(services, desk, tmp_path / "roots")


@pytest.fixture
def annas(services: Services, office: Office, desk: CardDesk) -> None:
    """Link card 1 to Anna's account."""
    link_to(services, office.anna, desk.card(1))


def at_door(browser: Browser, client_id: str = "plain", **changes: str) -> AtPage:
    browser.authorize(client_id, **changes)
    return AtPage(browser.get(browser.page.one("#eid-login").attributes["href"]))


def problem_of(response: object) -> tuple[int, str]:
    answer = response.get_json()  # type: ignore[attr-defined]
    return response.status_code, answer["problem"]  # type: ignore[attr-defined]


def refusals(services: Services) -> list[tuple[object, object, str | None]]:
    with services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "eid-refused").order_by(AuditRow.id)).all()
    return [(row.details["problem"], row.details["purpose"], row.subject_id) for row in rows]


@pytest.mark.usefixtures("annas")
def test_card_alone_signs_its_holder_in_at_the_level_high(browser: Browser, services: Services, desk: CardDesk) -> None:
    page = at_door(browser)

    page.go_on(page.present(desk.card(1)))

    claims = id_token(services, browser.press("#allow"))
    assert claims["acr"] == Acr.HIGH.value
    assert claims["amr"] == ["sc", "pin", "mfa"]
    assert claims["auth_time"] == int(services.clock.now().timestamp())


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("wish", [{"acr_values": Acr.HIGH.value}, {"claims": DEMANDED}])
def test_whoever_is_signed_in_is_told_that_the_card_is_asked_for(browser: Browser, wish: dict[str, str]) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    browser.authorize("plain", **wish)
    asked_for_card = browser.page.one(".banner").text
    browser.authorize("plain", prompt="login")

    assert "your identity card" in asked_for_card
    assert browser.page.one(".banner").text != asked_for_card


@pytest.mark.usefixtures("annas")
def test_card_needs_no_second_factor(browser: Browser, services: Services, office: Office, desk: CardDesk) -> None:
    with_authenticator(services.database, services.settings.secret, office.anna, now=services.clock.now())
    page = at_door(browser)

    assert page.go_on(page.present(desk.card(1))).page.has("#allow")


@pytest.mark.usefixtures("annas")
def test_session_is_another_one_after_the_sign_in(browser: Browser, desk: CardDesk) -> None:
    """A cookie that was planted before opens nothing afterwards."""
    browser.authorize("plain").sign_in().press("#allow")
    before = browser.cookie("immo-idp")
    page = at_door(browser, prompt="login")

    page.go_on(page.present(desk.card(1)))

    assert browser.cookie("immo-idp") not in {None, before}


@pytest.mark.usefixtures("annas")
def test_door_is_remembered_as_the_one_used_last(browser: Browser, desk: CardDesk) -> None:
    page = at_door(browser)
    page.go_on(page.present(desk.card(1)))

    assert browser.cookie("immo-door") == "card"


def test_card_without_an_account_opens_none_and_makes_none(
    browser: Browser, services: Services, desk: CardDesk
) -> None:
    page = at_door(browser)

    response = page.present(desk.card(3))

    assert problem_of(response) == (422, "not-linked")
    assert response.get_json()["next"] == f"/eid/problem/not-linked?uid={page.told['data-uid']}"
    assert browser.cookie("immo-idp") is None
    assert refusals(services) == []
    assert browser.get(response.get_json()["next"]).status == 200


@pytest.mark.usefixtures("annas")
def test_answer_counts_once(browser: Browser, services: Services, desk: CardDesk) -> None:
    page = at_door(browser)
    asked = page.challenge()
    first = page.post(desk.card(3), asked)

    again = page.post(desk.card(1), asked)

    assert problem_of(first) == (422, "not-linked")
    assert problem_of(again) == (409, "challenge-gone")
    assert refusals(services) == [("challenge-gone", "login", None)]
    assert browser.cookie("immo-idp") is None


@pytest.mark.usefixtures("annas")
def test_answer_to_the_challenge_of_another_browser_opens_nothing(
    browser: Browser, stranger: Browser, desk: CardDesk
) -> None:
    """Somebody who has an answer of Anna's card to a challenge of theirs is not she."""
    page, elsewhere = at_door(browser), at_door(stranger)
    page.challenge()

    response = page.post(desk.card(1), elsewhere.challenge())

    assert problem_of(response) == (422, "bad-signature")
    assert browser.cookie("immo-idp") is None


@pytest.mark.usefixtures("annas")
def test_answer_for_another_origin_opens_nothing(browser: Browser, desk: CardDesk) -> None:
    page = at_door(browser)
    asked = {**page.challenge(), "origin": "https://login.immo.test.example"}

    assert problem_of(page.post(desk.card(1), asked)) == (422, "bad-signature")


@pytest.mark.usefixtures("annas")
def test_later_challenge_ends_the_one_before(browser: Browser, desk: CardDesk) -> None:
    page = at_door(browser)
    asked = page.challenge()
    page.challenge()

    assert problem_of(page.post(desk.card(1), asked)) == (422, "bad-signature")


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_only_a_page_of_ours_may_ask_and_answer(browser: Browser, desk: CardDesk, headers: dict[str, str]) -> None:
    page = at_door(browser)
    asked = page.challenge()

    challenge = browser.client.get(page.told["data-challenge"], headers=headers)
    answer = browser.client.post("/eid/login", json=page.body(desk.card(1), asked), headers=headers)

    assert problem_of(challenge) == problem_of(answer) == (409, "challenge-gone")
    assert browser.cookie("immo-idp") is None
    # Nothing was spent by it: the page itself goes on.
    assert page.post(desk.card(1), asked).status_code == 200


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("csrf", [None, "", "x.y", 7])
def test_answer_without_the_token_of_its_page_is_refused(browser: Browser, desk: CardDesk, csrf: object) -> None:
    page = at_door(browser)
    asked = page.challenge()

    response = page.post(desk.card(1), asked, csrf=csrf)

    assert response.status_code in {409, 422}
    assert browser.cookie("immo-idp") is None
    assert page.post(desk.card(1), asked).status_code == 200


@pytest.mark.usefixtures("annas")
def test_form_of_another_site_cannot_post_an_answer(browser: Browser, desk: CardDesk) -> None:
    """A form can send text that looks like JSON, but cannot say that it is."""
    page = at_door(browser)
    asked = page.challenge()
    body = browser.client.application.json.dumps(page.body(desk.card(1), asked))

    response = browser.client.post("/eid/login", data=body, content_type="text/plain")

    assert problem_of(response) == (422, "bad-token")
    assert browser.cookie("immo-idp") is None


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', '{"uid": 7}', '{"token": {}, "files": 7}', "\x00"])
def test_what_no_page_of_ours_sends_is_refused(browser: Browser, body: str) -> None:
    response = browser.client.post("/eid/login", data=body, content_type="application/json")

    assert response.status_code in {409, 422}
    assert response.get_json()["problem"] in {"bad-token", "files-invalid", "challenge-gone"}
    assert response.headers["Cache-Control"] == "no-store"


def test_answer_that_is_too_large_is_not_read(browser: Browser, desk: CardDesk) -> None:
    page = at_door(browser)

    response = page.present(desk.card(1), files={"photo": "A" * 200_000})

    assert response.status_code == 413


def test_interaction_of_another_browser_gives_no_challenge(browser: Browser, stranger: Browser) -> None:
    page = at_door(browser)

    response = stranger.client.get(page.told["data-challenge"])

    assert problem_of(response) == (409, "challenge-gone")
    assert "nonce" not in response.get_json()


def test_challenge_is_kept_nowhere_and_is_new_each_time(browser: Browser) -> None:
    page = at_door(browser)
    response = browser.client.get(page.told["data-challenge"])

    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["origin"] == "https://login.immo.test"
    assert len(response.get_json()["nonce"]) == 44
    assert response.get_json()["nonce"] != page.challenge()["nonce"]


def test_page_may_reach_the_card_agent_and_no_other_page_may(browser: Browser, settings: Settings) -> None:
    browser.authorize("plain")
    elsewhere = browser.page.headers["Content-Security-Policy"]
    at_door(browser)
    here = browser.page.headers["Content-Security-Policy"]

    assert f"connect-src 'self' {settings.eid.agent_url};" in f"{here};"
    assert settings.eid.agent_url not in elsewhere


@pytest.mark.usefixtures("annas")
def test_card_of_somebody_else_proves_nothing_of_who_is_signed_in(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """At one's own account only one's own card is a proof; it does not change who is signed in."""
    link_to(services, office.bert, desk.card(2))
    browser.get("/account/sign-in").sign_in()
    session = browser.cookie("immo-idp")
    browser.get("/account/eid/link")
    page = AtPage(browser.get(browser.page.one("#eid-login").attributes["href"]))

    response = page.present(desk.card(2))

    assert problem_of(response) == (422, "other-holder")
    assert browser.cookie("immo-idp") == session
    assert refusals(services) == [("other-holder", "login", office.anna)]


@pytest.mark.usefixtures("annas")
def test_own_card_is_a_proof_at_the_account(browser: Browser, desk: CardDesk) -> None:
    browser.get("/account/sign-in").sign_in()
    browser.get("/account/eid/link")
    page = AtPage(browser.get(browser.page.one("#eid-login").attributes["href"]))

    page.go_on(page.present(desk.card(1)))

    assert browser.url == "/account/eid/link"


@pytest.mark.usefixtures("annas")
def test_renewed_card_opens_the_same_account(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """The link of the fixture was made with another certificate of the same number (E6)."""
    page = at_door(browser)

    page.go_on(page.present(desk.card(1)))

    with services.database.reading() as session:
        renewed = session.scalars(select(AuditRow).where(AuditRow.action == "eid-renewed")).all()
    assert [row.subject_id for row in renewed] == [office.anna]


@pytest.mark.usefixtures("annas")
def test_whoever_is_done_is_sent_on_and_not_signed_in_again(browser: Browser, desk: CardDesk) -> None:
    page = at_door(browser)
    asked = page.challenge()
    browser.get(f"/interaction/{page.told['data-uid']}/login").sign_in("bert.janssens")

    response = page.post(desk.card(1), asked)

    assert problem_of(response) == (409, "challenge-gone")
    assert response.get_json()["next"] == f"/interaction/{page.told['data-uid']}"


@pytest.mark.usefixtures("annas")
def test_expired_session_asks_for_a_fresh_answer_of_the_card(
    browser: Browser, clock: FixedClock, desk: CardDesk
) -> None:
    page = at_door(browser)
    page.go_on(page.present(desk.card(1))).press("#allow")
    clock.advance(timedelta(minutes=10))

    browser.authorize("plain", max_age="300")

    assert browser.page.has("#login")


@pytest.mark.usefixtures("annas")
def test_person_of_the_card_takes_the_place_of_who_was_signed_in(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """As with a password: whoever proves who they are is who is signed in, and nobody else's session is left."""
    browser.authorize("plain").sign_in("bert.janssens").press("#allow")
    page = at_door(browser, prompt="login")

    page.go_on(page.present(desk.card(1)))

    browser.press("#allow")
    of_anna = id_token(services, browser)["sub"]
    browser.authorize("plain", prompt="login").sign_in()
    assert id_token(services, browser)["sub"] == of_anna


def test_there_are_not_endless_attempts_from_one_address(idp_app: Flask, services: Services) -> None:
    """Each attempt costs a verification; in test mode the limit of an address is lifted."""
    demo = replace(services, settings=replace(services.settings, mode=Mode.DEMO))
    reading = Reading(demo, Purpose.LOGIN, "the cookie of a browser")
    with idp_app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        for _ in range(PER_ADDRESS.attempts):
            rate_limit.hit(services.store, PER_ADDRESS, "192.0.2.7")
        with pytest.raises(RateLimited):
            reading.issue()
        with pytest.raises(RateLimited):
            reading.verify(CardRequest(None, None, {}, {}, CardSource.AGENT))
    with idp_app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.8"}):
        assert len(reading.issue().nonce) == 44
