"""One interaction in one browser: tabs, second presses, the back button, expiry (oidc.md 2, style 4.7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import Kind
from idp.oidc import codes
from idp.wiring import Services
from tests.support.sign_in import HOST, Browser
from tests.support.tools import Office, a_client, a_registration, an_organisation


def tab(browser: Browser) -> Browser:
    """Return another tab of the same browser: one set of cookies."""
    return Browser(browser.client)


def test_interaction_of_another_browser_is_refused(browser: Browser, stranger: Browser) -> None:
    """Knowing the address is worth nothing without the cookie that was set with it."""
    browser.authorize("plain")

    stranger.get(browser.url)

    assert (stranger.status, stranger.error_code) == (403, "interaction-elsewhere")
    assert stranger.page.one("#back").attributes["href"] == "https://tool.example/"


def test_form_from_another_browser_is_refused(browser: Browser, stranger: Browser) -> None:
    """Nobody can be signed in as somebody else by a form that a stranger prepared (login CSRF)."""
    browser.authorize("plain")
    fields = browser.fields("#sign-in", username="anna.peeters", password="correct horse battery")

    stranger.post(*browser.form("#sign-in"), data=fields)

    assert stranger.error_code == "interaction-elsewhere"
    assert stranger.cookie("immo-idp") is None


def test_altered_cookie_of_an_interaction_is_refused(browser: Browser) -> None:
    browser.authorize("plain")
    uid = browser.url.split("/")[2]
    browser.client.set_cookie(f"__Host-immo-interaction-{uid}", "altered", domain=HOST, secure=True)

    assert browser.get(browser.url).error_code == "interaction-elsewhere"


@pytest.mark.parametrize("path", ["", "/login", "/consent"])
def test_unknown_interaction_says_how_to_start_again(browser: Browser, path: str) -> None:
    browser.get(f"/interaction/itx_unknown{path}")

    assert (browser.status, browser.error_code) == (404, "interaction-unknown")


def test_expired_interaction_leads_back_to_the_tool(services: Services, browser: Browser, clock: FixedClock) -> None:
    a_client(services, "plain", initiate_login_uri="https://tool.example/start?x=1")
    browser.authorize("plain")
    clock.advance(timedelta(minutes=30))

    browser.sign_in()

    assert (browser.status, browser.error_code) == (410, "interaction-over")
    back = "https://tool.example/start?x=1&iss=https%3A%2F%2Flogin.immo.test"
    assert browser.page.one("#back").attributes["href"] == back
    assert browser.cookie("immo-idp") is None


def test_way_back_is_never_a_script(services: Services, browser: Browser, clock: FixedClock) -> None:
    a_client(services, "plain", client_uri="javascript:alert(1)")
    browser.authorize("plain")
    clock.advance(timedelta(minutes=30))

    assert "javascript:" not in browser.get(browser.url).page.body


def test_two_tabs_at_once_each_reach_their_tool(browser: Browser, office: Office) -> None:
    one, two = browser.authorize("atlas", state="one"), tab(browser).authorize("rent", state="two")

    one.sign_in().start(office.noord_atlas)
    two.get(two.url.removesuffix("/login"))
    two.start(office.zuid_rent)

    assert (one.answer["state"], two.answer["state"]) == ("one", "two")


def test_second_tab_whose_form_was_open_goes_on_as_whoever_it_names(
    services: Services, browser: Browser, office: Office
) -> None:
    """What somebody types decides who they are, also where another tab was first."""
    one, two = browser.authorize("plain", state="one"), tab(browser).authorize("plain", state="two")

    one.sign_in("anna.peeters").press("#allow")
    two.sign_in("bert.janssens").press("#allow")

    grant = codes.redeem(services.store, two.answer["code"], "plain")
    assert grant.subject.person_id == office.bert


def test_consent_page_of_one_person_is_not_accepted_from_the_next(
    services: Services, browser: Browser, office: Office
) -> None:
    with services.database.transaction() as session:
        bakker = an_organisation(session, "Bakker BV", "0403019261", by=office.bert, now=services.clock.now())
        a_registration(session, bakker, office.rent, by=office.bert, now=services.clock.now(), terms="v1")
    one, two = browser.authorize("rent"), tab(browser).authorize("plain")
    one.sign_in("anna.peeters")
    two.sign_in("bert.janssens")

    one.start(office.noord_rent)

    assert one.error_code == "form-token-invalid"
    assert tab(browser).get(one.url).page.has("#cancel")


def test_choice_of_one_person_is_never_granted_to_the_next(browser: Browser, office: Office) -> None:
    one, two = browser.authorize("rent"), tab(browser).authorize("plain")
    one.sign_in("anna.peeters")
    uid = one.url.split("/")[2]
    browser.client.post(*one.form("#cancel"), data=one.fields(f"button.start-context[value={office.noord_rent}]"))
    two.sign_in("bert.janssens")

    one.get(f"/interaction/{uid}")

    assert one.location is None
    assert not one.page.has("button.start-context")


def test_signing_in_as_another_person_ends_the_session_of_the_first(services: Services, browser: Browser) -> None:
    browser.authorize("plain").sign_in("anna.peeters").press("#allow")
    first = codes.redeem(services.store, browser.answer["code"], "plain")
    browser.authorize("plain", prompt="login").sign_in("bert.janssens").press("#allow")
    second = codes.redeem(services.store, browser.answer["code"], "plain")

    assert first.subject.sid != second.subject.sid


def test_pressing_twice_is_answered_twice(services: Services, browser: Browser, clock: FixedClock) -> None:
    """A browser drops the first answer when a button is pressed again: the second must work."""
    browser.authorize("plain").sign_in()
    url, fields = browser.form("#allow")[0], browser.fields("#allow")

    first = browser.post(url, data=fields).answer
    clock.advance(timedelta(seconds=2))
    second = browser.post(url, data=fields).answer

    assert first["state"] == second["state"]
    assert codes.redeem(services.store, second["code"], "plain").client_id == "plain"


def test_signing_in_twice_with_one_form_signs_in_once(browser: Browser) -> None:
    browser.authorize("plain")
    url = browser.form("#sign-in")[0]
    fields = browser.fields("#sign-in", username="anna.peeters", password="correct horse battery")

    browser.post(url, data=fields)
    session = browser.cookie("immo-idp")
    browser.post(url, data=fields)

    assert browser.page.has("#allow")
    assert browser.cookie("immo-idp") == session


@pytest.mark.parametrize("path", ["", "/login", "/consent"])
def test_going_back_after_the_answer_says_how_to_start_again(browser: Browser, clock: FixedClock, path: str) -> None:
    browser.authorize("plain").sign_in()
    uid = browser.url.split("/")[2]
    browser.press("#allow")
    clock.advance(timedelta(seconds=11))

    browser.get(f"/interaction/{uid}{path}")

    assert (browser.status, browser.error_code) == (410, "interaction-over")
    assert browser.page.has("#back")


def test_old_form_after_the_answer_does_nothing(browser: Browser, clock: FixedClock) -> None:
    browser.authorize("plain")
    url = browser.form("#sign-in")[0]
    fields = browser.fields("#sign-in", username="bert.janssens", password="correct horse battery")
    browser.sign_in("anna.peeters").press("#allow")
    session = browser.cookie("immo-idp")

    for seconds in (0, 11):
        clock.advance(timedelta(seconds=seconds))
        browser.post(url, data=fields)
        assert browser.cookie("immo-idp") == session


def test_step_that_is_not_due_leads_to_the_one_that_is(browser: Browser) -> None:
    browser.authorize("plain")
    base = browser.url.removesuffix("/login")
    assert browser.get(f"{base}/consent").page.has("#login")

    browser.sign_in()

    assert browser.get(f"{base}/login").page.has("#allow")


def test_consent_cannot_be_sent_before_signing_in(browser: Browser) -> None:
    browser.authorize("plain")
    token = browser.fields("#sign-in")["csrf_token"]
    base = browser.url.removesuffix("/login")

    browser.post(f"{base}/consent", data={"csrf_token": token, "decision": "allow"})

    assert browser.page.has("#login")


def test_client_that_went_away_meanwhile_gets_nothing(services: Services, browser: Browser) -> None:
    browser.authorize("plain").sign_in()
    a_client(services, "plain", enabled=False)

    browser.press("#allow")

    assert (browser.error_code, browser.location) == ("unknown-client", None)


def test_redirect_uri_that_went_away_meanwhile_gets_nothing(services: Services, browser: Browser) -> None:
    browser.authorize("plain").sign_in()
    a_client(services, "plain", redirect_uris=("https://tool.example/new",))

    browser.press("#allow")

    assert (browser.error_code, browser.location) == ("redirect-uri-not-registered", None)


def test_abandoned_interactions_do_not_pile_up_in_the_browser(browser: Browser) -> None:
    for _ in range(20):
        browser.client.get("/authorize", query_string={})
        browser.authorize("plain")

    held = [cookie.key for cookie in (browser.client._cookies or {}).values() if "interaction" in cookie.key]
    assert 0 < len(held) <= 6
    assert browser.sign_in().page.has("#allow")


def test_session_that_ended_in_another_tab_asks_to_sign_in_again(browser: Browser) -> None:
    browser.authorize("plain").sign_in()
    base = browser.url.removesuffix("/consent")
    tab(browser).get("/end_session").press("#sign-out")

    assert browser.get(base).page.has("#login")


def test_person_who_was_erased_is_asked_to_sign_in(
    services: Services, browser: Browser, office: Office, erase: Callable[[str], None]
) -> None:
    browser.authorize("plain").sign_in().press("#allow")
    erase(office.anna)

    assert browser.authorize("plain", prompt="none").answer["error"] == "login_required"
    assert browser.authorize("plain").page.has("#login")


def test_lost_store_means_starting_again_and_nothing_worse(services: Services, browser: Browser) -> None:
    browser.authorize("plain").sign_in()
    services.store.delete(Kind.PENDING, digest(browser.url.split("/")[2]))

    assert browser.press("#allow").error_code == "interaction-unknown"
