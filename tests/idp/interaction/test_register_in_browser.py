"""Registering in a real browser: what the scripts add, that the page's policy lets them, and that axe is content."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from core.people.profiles import NewPerson, create
from development.ports import free_port
from idp.app import create_app
from idp.wiring import Services
from tests.idp.interaction.registering import NEW_PASSWORD, mailed_code
from tests.support.accessibility import violations

# What a browser draws, and what its scripts do before anything is sent, meets no store.
drawn_alike = pytest.mark.only_on("sqlite")


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    """Yield the address of the provider on a port of its own."""
    port = free_port()
    settings = replace(services.settings, issuer=f"http://localhost:{port}")
    app = create_app(settings, services=replace(services, settings=settings))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield settings.issuer
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def opened(chromium: Browser, site: str, *, scripts: bool = True, language: str = "en") -> Iterator[Page]:
    """Open the registration page; at the end the browser must have refused nothing."""
    context = chromium.new_context(java_script_enabled=scripts, locale=language)
    context.set_default_timeout(15_000)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/account/register")
    yield page
    context.close()
    assert [text for text in refused if "422" not in text and "429" not in text] == [], "the browser complained"


def fill(page: Page, **changes: str) -> None:
    """Fill in the form as Clara would."""
    values = {
        "given-name": "Clara",
        "family-name": "Van den Broeck",
        "email": "clara@people.example",
        "password": NEW_PASSWORD,
        "password-again": NEW_PASSWORD,
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    for name, value in values.items():
        page.fill(f"#{name}", value)
    page.check("#accept-terms")


def register_first(services: Services, username: str) -> None:
    """Let somebody have a username already."""
    with services.database.transaction() as session:
        create(session, NewPerson(username, "other@people.example", "Other", "Person", "nl"), now=services.clock.now())


def test_a_username_appears_while_the_name_is_typed(chromium: Browser, site: str, services: Services) -> None:
    register_first(services, "clara.vandenbroeck")
    with opened(chromium, site) as page:
        page.locator("#given-name").press_sequentially("Clara")
        expect(page.locator("#username")).to_have_value("clara.immo")
        page.locator("#family-name").press_sequentially("Van den Broeck")
        expect(page.locator("#username")).to_have_value("claravandenbroeck")


@drawn_alike
def test_a_username_that_somebody_chose_stays(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        page.fill("#username", "my-own-name")
        with page.expect_response("**/proposal"):
            page.locator("#given-name").press_sequentially("Clara")
        expect(page.locator("#username")).to_have_value("my-own-name")


def test_an_offices_address_is_said_at_once_and_then_taken(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        expect(page.locator("#role-address")).to_be_hidden()
        fill(page, email="info@kantoor.example")
        expect(page.locator("#role-address")).to_be_visible()
        expect(page.locator("#username")).to_have_value("clara.vandenbroeck")
        page.click("#create-account")
        expect(page.locator("#activation-code")).to_be_visible()


@drawn_alike
def test_the_strength_of_a_password_is_said_in_words(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        said = page.locator("[data-strength]")
        expect(said).to_be_hidden()
        page.fill("#password", "kort")
        expect(said).to_have_text("Strength: too short")
        page.fill("#password", "langer-woord")
        expect(said).to_have_text("Strength: good")


@drawn_alike
def test_what_was_typed_survives_a_change_of_language(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        fill(page)
        page.click("#language-fr")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.locator("#family-name")).to_have_value("Van den Broeck")
        expect(page.locator("#email")).to_have_value("clara@people.example")
        expect(page.locator("#password")).to_have_value("")


def test_the_button_for_another_code_waits_with_the_clock(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        fill(page, username="clara.vdb")
        page.click("#create-account")
        expect(page.locator("#resend-code")).to_be_disabled()
        first = page.locator("[data-countdown] time").inner_text()
        expect(page.locator("[data-countdown] time")).not_to_have_text(first)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_whole_way(chromium: Browser, site: str, services: Services, scripts: bool) -> None:  # noqa: FBT001
    with opened(chromium, site, scripts=scripts) as page:
        fill(page)
        if scripts:
            expect(page.locator("#username")).to_have_value("clara.vandenbroeck")
        page.click("#create-account")
        if not scripts:
            expect(page.locator("#username")).to_have_value("clara.vandenbroeck")
            page.fill("#password", NEW_PASSWORD)
            page.fill("#password-again", NEW_PASSWORD)
            page.click("#create-account")
        expect(page.locator("#activation-code")).to_be_visible()
        page.fill("#activation-code", mailed_code(services).lower())
        page.click("#activate")
        page.wait_for_url("**/account/profile")


@drawn_alike
def test_axe_is_content_where_scripts_have_added_something(chromium: Browser, site: str) -> None:
    with opened(chromium, site) as page:
        fill(page, email="info@kantoor.example")
        expect(page.locator("#role-address")).to_be_visible()

        assert violations(page) == []
