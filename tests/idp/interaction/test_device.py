"""Signing in on another device, from both sides (RFC 8628)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.clock import FixedClock
from core.infra.settings import Mode
from idp.app import create_app
from idp.oidc import user_codes, withdrawal
from idp.oidc.device_authorization import PER_NETWORK
from idp.oidc.device_codes import DEVICE_LIFE
from idp.oidc.tables import RefreshFamilyRow
from idp.wiring import Services
from tests.support.device import Device, a_device_client
from tests.support.grants import ask_userinfo, claims_of
from tests.support.sign_in import Browser
from tests.support.tools import Office


@pytest.fixture
def device(services: Services, idp: Callable[[], FlaskClient], office: Office) -> Device:
    """Return a device of a plain OpenID client."""
    return Device(idp(), a_device_client(services))


@pytest.fixture
def tool_device(services: Services, idp: Callable[[], FlaskClient], office: Office) -> Device:
    """Return a device of the tool `rent`, where Anna has two contexts."""
    return Device(idp(), a_device_client(services, "rent", tool_id=office.rent))


def enter(browser: Browser, code: str) -> Browser:
    """Open the page and type a code."""
    return browser.get("/device").press("#use-code", **{"user-code": code})


def outcome(browser: Browser) -> str:
    """Return what the page says became of the device."""
    return browser.page.one("#device-answered").attributes["data-outcome"]


def test_a_person_lets_a_device_in(services: Services, device: Device, browser: Browser, office: Office) -> None:
    device.begin(nonce="n-7")
    assert device.hears() == "authorization_pending"

    enter(browser, device.user_code)
    assert browser.page.has("#login")
    assert "on another device" in browser.page.text
    assert browser.page.one("#cancel").text == "Cancel"
    browser.sign_in()
    assert browser.page.has("#device-warning")
    browser.press("#allow")

    assert outcome(browser) == "approved"
    assert browser.page.one("#connections").attributes["href"] == "/account/connections"
    tokens = device.tokens()
    claims = claims_of(services, tokens["id_token"])
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (office.anna, "screen", "n-7")
    assert (
        device.http.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).status_code == 200
    )


def test_the_address_of_the_qr_code_brings_the_code_along_and_skips_nothing(
    device: Device, browser: Browser, idp: Callable[[], FlaskClient]
) -> None:
    """RFC 8628 section 3.3.1: it is shown to be compared, and the button is still to be pressed."""
    browser.authorize("plain").sign_in().press("#allow")
    device.begin()
    picture = idp().get(device.answer["verification_qr_code_uri"])
    drawn = BytesIO()
    segno.make(device.answer["verification_uri_complete"], error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, nl=False, dark="#000", light="#fff", omitsize=True
    )

    browser.get(device.answer["verification_uri_complete"])

    assert (picture.mimetype, picture.data) == ("image/svg+xml", drawn.getvalue())
    assert browser.page.one("#user-code").attributes["value"] == device.user_code
    assert device.hears() == "authorization_pending"
    assert browser.press("#use-code").page.has("#device-warning")


def test_whoever_agreed_before_is_asked_again(device: Device, browser: Browser) -> None:
    enter(browser, device.begin().user_code)
    browser.sign_in().press("#allow")

    enter(browser, device.begin().user_code)

    assert browser.page.has("#allow")
    assert "You are asked again for each device." in browser.page.text
    assert device.hears() == "authorization_pending"


def test_a_tool_gets_the_context_that_was_chosen_for_the_device(
    services: Services, tool_device: Device, browser: Browser, office: Office
) -> None:
    tool_device.begin(scope="openid organization roles offline_access")
    enter(browser, tool_device.user_code.lower().replace("-", " "))
    browser.sign_in()
    assert browser.page.has("#device-warning")
    browser.start(office.zuid_rent)

    tokens = tool_device.tokens()

    assert claims_of(services, tokens["id_token"])["org_id"] == office.zuid
    assert tokens["refresh_token"]


@pytest.mark.parametrize("at", ["sign-in", "consent"])
def test_whoever_says_no_denies_the_device(device: Device, browser: Browser, at: str) -> None:
    enter(browser, device.begin().user_code)
    if at == "consent":
        browser.sign_in()
    browser.press("#cancel")

    assert outcome(browser) == "denied"
    assert browser.page.one("#another-code").attributes["href"] == "/device"
    assert device.hears() == device.hears() == "access_denied"
    assert enter(browser, device.user_code).status == 422


def test_what_the_rules_refuse_is_not_told_as_the_persons_no(tool_device: Device, browser: Browser) -> None:
    enter(browser, tool_device.begin(scope="openid organization", organization="0999999922").user_code)
    browser.sign_in()

    assert outcome(browser) == "refused"
    assert tool_device.hears() == "access_denied"


def test_a_code_is_over_after_ten_minutes(device: Device, browser: Browser, clock: FixedClock) -> None:
    enter(browser, device.begin().user_code).sign_in()
    clock.advance(DEVICE_LIFE)
    late = browser.url

    browser.press("#allow")

    assert outcome(browser) == "expired"
    assert device.hears() == "expired_token"
    assert enter(browser, device.user_code).status == 422
    clock.advance(timedelta(minutes=25))
    assert browser.get(late).page.one("#back").attributes["href"] == "/device"


def test_a_device_that_asks_too_often_is_slowed_down(device: Device, clock: FixedClock) -> None:
    """RFC 8628 section 3.5: five seconds longer each time, for this and all later polls."""
    assert device.begin().answer["interval"] == 5
    heard = []
    for seconds in (0, 2, 5, 16, 16):
        clock.advance(timedelta(seconds=seconds))
        heard.append(device.hears())

    pending, slow = "authorization_pending", "slow_down"
    assert heard == [pending, slow, slow, pending, pending]


def test_an_answer_is_given_at_once_and_one_time(
    services: Services, device: Device, browser: Browser, clock: FixedClock
) -> None:
    """Of parallel polls one wins and keeps what it got; whoever brings the code much later ends that."""
    device.begin()
    device.hears()
    enter(browser, device.user_code).sign_in().press("#allow")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(device.poll())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [answer.get_json() for answer in answers if answer.status_code == 200]
    lost = {answer.get_json()["error"] for answer in answers if answer.status_code == 400}
    given = won[0]["access_token"]

    assert (len(won), lost) == (1, {"invalid_grant"})
    assert ask_userinfo(device.http, given).status_code == 200
    clock.advance(timedelta(seconds=11))
    assert device.hears() == "invalid_grant"
    assert ask_userinfo(device.http, given).status_code == 401


def test_what_was_withdrawn_before_the_device_asked_is_not_given(
    services: Services, device: Device, browser: Browser, office: Office
) -> None:
    """Whoever sees too late that somebody sent them the code takes it back under their connections."""
    enter(browser, device.begin(scope="openid profile offline_access").user_code)
    browser.sign_in().press("#allow")

    with services.database.transaction() as session:
        assert withdrawal.withdraw(session, services.store, office.anna, "screen", now=services.clock.now())

    assert device.hears() == "access_denied"
    with services.database.transaction() as session:
        families = session.scalars(select(RefreshFamilyRow)).all()
    assert [family.revoked_at is None for family in families] == [False]


def test_the_first_answer_stands(device: Device, browser: Browser, stranger: Browser) -> None:
    """Two who entered one code: the second is not told that anything was given for them."""
    enter(stranger, device.begin().user_code).sign_in("bert.janssens")
    enter(browser, device.user_code).sign_in().press("#allow")

    assert outcome(stranger.press("#allow")) == "expired"
    assert outcome(browser) == "approved"


def test_a_page_that_is_pressed_twice_says_the_same(device: Device, browser: Browser) -> None:
    enter(browser, device.begin().user_code).sign_in()
    again = browser.url.removesuffix("/consent")
    browser.press("#allow")

    assert outcome(browser.get(again)) == "approved"
    assert device.tokens()["access_token"]


@pytest.mark.parametrize("entered", ["", "1234-5678", "BCDF-GHJ", "BCDF-GHJK-", "<b>'\0é"])
def test_what_cannot_be_a_code_or_is_nobodys_is_said_at_the_field(browser: Browser, entered: str) -> None:
    enter(browser, entered)

    assert browser.status == 422
    assert browser.page.one("#user-code").attributes["aria-invalid"] == "true"
    assert browser.page.has("#use-code")


def test_guessing_codes_is_limited_per_address(services: Services, office: Office) -> None:
    outside = _in_the_open(services).test_client
    device = Device(outside(), a_device_client(services)).begin()
    guesser, neighbour = Browser(outside()), Browser(outside())
    guesser.get("/device")
    (form,), fields = guesser.form("#use-code"), guesser.fields("#use-code")
    for _ in range(user_codes.PER_NETWORK[0].attempts):
        assert guesser.post(form, data={**fields, "user-code": user_codes.new()}).status == 422

    enter(neighbour, device.user_code)

    assert neighbour.status == 429
    assert 0 < int(neighbour.page.headers["Retry-After"]) <= 600
    assert neighbour.page.one("#user-code").attributes["value"] == device.user_code


def test_guesses_of_all_the_world_stop_only_those_who_are_not_signed_in(
    services: Services, device: Device, browser: Browser, stranger: Browser
) -> None:
    browser.authorize("plain").sign_in()
    for _ in range(user_codes.WRONG_OF_ALL.attempts):
        rate_limit.hit(services.store, user_codes.WRONG_OF_ALL, "")

    assert enter(stranger, device.begin().user_code).status == 429
    assert enter(browser, device.user_code).page.has("#allow")


def test_a_form_from_elsewhere_begins_nothing(device: Device, browser: Browser) -> None:
    browser.post("/device", data={"user-code": device.begin().user_code})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")


def test_one_device_after_another_asks_for_codes_and_then_must_wait(services: Services, office: Office) -> None:
    device = Device(_in_the_open(services).test_client(), a_device_client(services))
    for _ in range(PER_NETWORK.attempts):
        device.begin()

    refused = device.ask()

    assert (refused.status_code, refused.get_json()["error"]) == (429, "temporarily_unavailable")
    assert int(refused.headers["Retry-After"]) > 0


def _in_the_open(services: Services) -> Flask:
    """Return the provider where limits per address hold, as they do for everybody but load generators."""
    settings = replace(services.settings, mode=Mode.DEMO, issuer="http://localhost")
    return create_app(settings, services=replace(services, settings=settings))
