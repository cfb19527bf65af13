"""Signing in on another device, from both sides (RFC 8628)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from idp.oidc import user_codes
from idp.oidc.device_codes import DEVICE_LIFE
from idp.wiring import Services
from tests.support.device import Device, a_device_client
from tests.support.grants import claims_of
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
    browser.sign_in()
    assert browser.page.has("#device-warning")
    browser.press("#allow")

    assert outcome(browser) == "approved"
    assert browser.page.one("#connections").attributes["href"] == "/account/connections"
    tokens = device.tokens()
    claims = claims_of(services, tokens["id_token"])
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (office.anna, "screen", "n-7")
    assert device.http.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).status_code == 200
