"""Signing in on another device in a real browser: on a telephone, without scripts, while the device waits."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from development.ports import free_port
from idp.app import create_app
from idp.wiring import Services
from tests.support.device import Device, a_device_client
from tests.support.grants import claims_of
from tests.support.tools import PASSWORD, Office
from tests.support.windows import a_window


@pytest.fixture
def provider(services: Services, office: Office) -> Iterator[Flask]:
    """Yield the provider, listening on a port of its own."""
    port = free_port()
    settings = replace(services.settings, issuer=f"http://localhost:{port}")
    app = create_app(settings, services=replace(services, settings=settings))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_person_lets_a_device_in_by_telephone(
    chromium: Browser, provider: Flask, services: Services, office: Office
) -> None:
    client = a_device_client(services, "rent", tool_id=office.rent)
    device = Device(provider.test_client(), client).begin(scope="openid organization roles")
    with a_window(chromium, width=360, scripts=False) as screen:
        screen.set_content(f'<img id="qr" width="200" src="{device.answer["verification_qr_code_uri"]}">')
        expect(screen.locator("#qr")).to_have_js_property("complete", value=True)
        assert screen.locator("#qr").evaluate("picture => picture.naturalWidth") > 0

    with a_window(chromium, width=360, scripts=False) as page:
        page.goto(device.answer["verification_uri"])
        page.fill("#user-code", "bcdf")
        page.click("#use-code")
        expect(page.locator("#user-code")).to_be_focused()
        page.fill("#user-code", device.user_code.lower())
        page.click("#use-code")
        page.fill("#username", "anna.peeters")
        page.fill("#password", PASSWORD)
        page.click("#sign-in")
        page.click("#skip-eid")
        expect(page.locator("#device-warning")).to_be_visible()
        assert device.hears() == "authorization_pending"
        page.click(f"button.start-context[value='{office.noord_rent}']")
        expect(page.locator("#device-answered")).to_have_attribute("data-outcome", "approved")
        page.click("#connections")
        expect(page.locator("h1")).to_be_visible()

    tokens = device.tokens()
    assert claims_of(services, tokens["id_token"])["org_id"] == office.noord
