"""A session here is confirmed by the provider: what ended there in a lost moment ends here as well."""

from dataclasses import replace
from datetime import timedelta

from flask import session
from flask.testing import FlaskClient

from portal.app import create_app
from tests.portal.conftest import Portal
from tests.portal.organisations.test_overview import NOORD, ZUID, a_person, an_organisation, look


def is_signed_in(browser: FlaskClient) -> bool:
    return 'id="sign-out"' in browser.get("/").text


def started_again(portal: Portal) -> Portal:
    """Return the portal as a new process on the same store."""
    services = replace(portal.services, started_at=portal.clock.now())
    app = create_app(services.settings, services=services)
    app.config["TEST_BASE_URL"] = services.settings.portal_url
    app.test_client_class = portal.app.test_client_class
    return replace(portal, app=app, services=services)


def carried(browser: FlaskClient, portal: Portal) -> FlaskClient:
    """Return the same browser, which now meets that process."""
    cookie = browser.get_cookie("__Host-immo-portal", "portal.immo.test")
    assert cookie is not None
    same = portal.browser()
    same.set_cookie(cookie.key, cookie.value, domain="portal.immo.test", secure=True)
    return same


def test_provider_is_asked_once_a_minute_while_somebody_works(portal: Portal) -> None:
    browser = portal.signed_in()

    seen = [is_signed_in(browser) for _page in range(3)]
    asked_within = list(portal.provider.refreshed)
    portal.clock.advance(timedelta(seconds=60))
    seen += [is_signed_in(browser) for _page in range(3)]

    assert seen == [True] * 6
    assert (asked_within, portal.provider.refreshed) == ([], ["rt-ses_1"])


def test_a_lost_notice_keeps_nobody_signed_in_for_longer_than_a_minute(portal: Portal) -> None:
    browser, other = portal.signed_in(), portal.signed_in(sid="ses_2")
    portal.provider.ended.add("ses_1")

    portal.clock.advance(timedelta(seconds=60))

    assert (is_signed_in(browser), is_signed_in(other)) == (False, True)
    # And stays so, whatever the provider would say of it later.
    portal.provider.ended.clear()
    assert not is_signed_in(browser)


def test_what_ended_while_the_portal_was_down_is_over_with_its_first_page(portal: Portal) -> None:
    browser = portal.signed_in()
    portal.provider.ended.add("ses_1")
    portal.clock.advance(timedelta(seconds=1))

    again = started_again(portal)

    assert not is_signed_in(carried(browser, again))


def test_form_of_a_session_that_is_over_changes_nothing(portal: Portal) -> None:
    anna = a_person(portal, "anna.p")
    for number, name in ((NOORD, "Immo Demo Noord BV"), (ZUID, "Immo Demo Zuid SRL")):
        an_organisation(portal, number, name, manager=anna)
    browser = portal.signed_in(anna)
    form = look(browser, "/context")
    token = form.all("input[name=csrf_token]")[0].attributes["value"]
    chosen = form.all("button.choose-organisation")[1].attributes["value"]
    portal.provider.ended.add("ses_1")
    portal.clock.advance(timedelta(seconds=60))

    answer = browser.post("/context", data={"csrf_token": token, "organisation": chosen})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert not is_signed_in(browser)


def test_provider_that_does_not_answer_is_borne_for_ten_minutes_and_hardly_asked(portal: Portal) -> None:
    browser = portal.signed_in()
    portal.provider.is_down = True

    portal.clock.advance(timedelta(minutes=9, seconds=59))
    borne = [is_signed_in(browser) for _page in range(5)]
    asked = portal.provider.asked_in_vain
    portal.clock.advance(timedelta(seconds=20))
    refused = browser.get("/")

    assert (borne, asked) == ([True] * 5, 1)
    assert refused.status_code == 503
    assert 'data-code="unavailable"' in refused.text
    # Nobody was signed out by it: once the provider is back, the person goes on.
    portal.provider.is_down = False
    portal.clock.advance(timedelta(seconds=20))
    assert is_signed_in(browser)


def test_a_new_process_does_not_bear_a_provider_that_is_silent(portal: Portal) -> None:
    """It may have been down when the notice came."""
    browser = portal.signed_in()
    portal.provider.is_down = True
    portal.clock.advance(timedelta(seconds=1))

    assert carried(browser, started_again(portal)).get("/").status_code == 503


def test_refresh_token_lies_sealed(portal: Portal) -> None:
    browser = portal.signed_in()

    with browser:
        browser.get("/")
        held = str(dict(session))

    assert "id_token" in held
    assert "rt-ses_1" not in held


def test_sign_in_without_a_refresh_token_is_none(portal: Portal) -> None:
    browser = portal.browser()
    portal.provider.gives_refresh_token = False
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{portal.provider.answer(location)}")

    assert (answer.status_code, is_signed_in(browser)) == (400, False)
