"""What holds for every page of an interaction, whichever step it is: taken from the application's own map."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from idp.interaction.steps import Step
from idp.oidc.pending import PENDING_LIFE
from idp.wiring import Services
from tests.support.factors import with_authenticator
from tests.support.sign_in import Browser
from tests.support.tools import Office

# Open to whoever has yet to sign in.
_BESIDE_THE_SIGN_IN = ("/login", "/register", "/recover", "/eid")
# Answers a script of the form, which asks for a username to propose.
_FOR_A_SCRIPT = "/register/username"
# Only where the installation has a second host name that asks for the card's certificate.
_AT_CARD_HOST = "/eid/certificate"


def paths(app: Flask, method: str) -> list[str]:
    """Return what can follow the address of an interaction, for requests of this method."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/interaction/<uid>")]
    found = {rule.rule.removeprefix("/interaction/<uid>") for rule in rules if method in (rule.methods or ())}
    return sorted(found)


def requests(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield every request that an interaction can get, but for those with more in their address."""
    for method in ("GET", "POST"):
        for path in paths(app, method):
            if "<" not in path:
                yield method, path


def send(browser: Browser, method: str, url: str) -> Browser:
    return browser.get(url) if method == "GET" else browser.post(url, data={"decision": "cancel"})


def test_every_step_has_its_page(idp_app: Flask) -> None:
    """The policy can send people to each."""
    assert {f"/{step}" for step in Step} <= set(paths(idp_app, "GET"))
    assert {f"/{step}" for step in Step} <= set(paths(idp_app, "POST"))


def test_unknown_interaction_is_unknown_to_every_page(idp_app: Flask, browser: Browser) -> None:
    for method, path in requests(idp_app):
        send(browser, method, f"/interaction/itx_unknown{path}")

        assert (browser.status, browser.error_code) == (404, "interaction-unknown"), (method, path)


def test_no_page_is_open_to_another_browser(idp_app: Flask, browser: Browser, stranger: Browser) -> None:
    base = browser.authorize("plain").url.removesuffix("/login")

    for method, path in requests(idp_app):
        send(stranger, method, base + path)

        assert (stranger.status, stranger.error_code) == (403, "interaction-elsewhere"), (method, path)
    assert browser.get(base).page.has("#login")


def test_every_page_says_that_time_is_over(idp_app: Flask, browser: Browser, clock: FixedClock) -> None:
    base = browser.authorize("plain").url.removesuffix("/login")
    clock.advance(PENDING_LIFE)

    for method, path in requests(idp_app):
        send(browser, method, base + path)

        assert (browser.status, browser.error_code) == (410, "interaction-over"), (method, path)
        assert browser.page.has("#back"), (method, path)


def test_after_the_answer_no_page_does_anything(idp_app: Flask, browser: Browser, clock: FixedClock) -> None:
    base = browser.authorize("plain").url.removesuffix("/login")
    browser.sign_in().press("#allow")
    session = browser.cookie("immo-idp")
    clock.advance(timedelta(seconds=11))

    for method, path in requests(idp_app):
        send(browser, method, base + path)

        assert (browser.status, browser.error_code) == (410, "interaction-over"), (method, path)
        assert browser.cookie("immo-idp") == session


def at_login(browser: Browser, _services: Services, _office: Office) -> None:
    browser.authorize("atlas")


def at_second_factor(browser: Browser, services: Services, office: Office) -> None:
    with_authenticator(services.database, services.settings.secret, office.anna, now=services.clock.now())
    browser.authorize("atlas").sign_in()


def at_card(browser: Browser, _services: Services, _office: Office) -> None:
    browser.skips_card = False
    browser.authorize("atlas").sign_in()


def at_organisation(browser: Browser, _services: Services, _office: Office) -> None:
    browser.authorize("atlas").sign_in("bert.janssens")


def at_tool(browser: Browser, _services: Services, _office: Office) -> None:
    browser.authorize("atlas").sign_in().press("#add-context")


def at_choice(browser: Browser, _services: Services, _office: Office) -> None:
    browser.authorize("atlas").sign_in()


@pytest.mark.parametrize("arrive", [at_login, at_second_factor, at_card, at_organisation, at_tool, at_choice])
def test_whatever_address_is_opened_leads_to_what_is_due(
    idp_app: Flask,
    services: Services,
    office: Office,
    browser: Browser,
    arrive: Callable[[Browser, Services, Office], None],
) -> None:
    """The back button, a bookmark, a guess: never a loop, never a step that is not due."""
    arrive(browser, services, office)
    base, _, due = browser.url.rpartition("/")
    heading = browser.page.one("h1").text

    for path in paths(idp_app, "GET"):
        is_beside = due == "login" and path.startswith(_BESIDE_THE_SIGN_IN)
        if "<" in path or is_beside or path == _FOR_A_SCRIPT or path.startswith(_AT_CARD_HOST):
            continue
        browser.get(base + path)

        assert (browser.status, browser.page.one("h1").text) == (200, heading), path


@pytest.mark.parametrize("arrive", [at_login, at_second_factor, at_card, at_organisation, at_tool, at_choice])
def test_form_without_its_token_changes_nothing(
    idp_app: Flask,
    services: Services,
    office: Office,
    browser: Browser,
    arrive: Callable[[Browser, Services, Office], None],
) -> None:
    arrive(browser, services, office)
    here, base = browser.url, browser.url.rpartition("/")[0]
    heading = browser.page.one("h1").text

    for path in paths(idp_app, "POST"):
        if "<" not in path:
            browser.post(base + path, data={"decision": "cancel", "csrf_token": "x"})

            assert browser.location is None, path
            assert browser.get(here).page.one("h1").text == heading, path


def test_each_step_can_be_left_for_the_tool(services: Services, office: Office, idp: Callable[[], FlaskClient]) -> None:
    """No dead end: the cancel button of every page answers the tool."""
    for arrive in (at_login, at_card, at_organisation, at_choice, at_second_factor):
        browser = Browser(idp())
        arrive(browser, services, office)

        assert browser.press("#cancel").answer["error"] == "access_denied", arrive


def test_wish_can_be_given_up_for_the_choice(browser: Browser, services: Services, office: Office) -> None:
    at_tool(browser, services, office)

    assert browser.press("#cancel").page.has("button.start-context")
