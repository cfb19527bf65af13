"""The provider's own front door."""

import pytest

from tests.support.sign_in import Browser


def test_a_stranger_is_shown_the_way_to_the_portal(browser: Browser) -> None:
    page = browser.get("/").page

    assert page.one("#portal").attributes["href"] == "https://portal.immo.test"
    assert not page.has("#sign-out-link")


def test_who_is_signed_in_is_named_and_shown_the_way_out(browser: Browser) -> None:
    browser.authorize("plain").sign_in()

    page = browser.get("/").page

    assert "Anna" in page.text
    assert page.one("#sign-out-link").attributes["href"] == "/end_session"


@pytest.mark.parametrize("path", ["/", "/end_session"])
def test_a_language_chosen_outside_a_sign_in_is_the_persons_on_every_device(
    browser: Browser, stranger: Browser, path: str
) -> None:
    browser.authorize("plain").sign_in("bert.janssens")
    assert browser.get(path).page.language == "fr"

    browser.get(path, query_string={"language": "en"})

    assert browser.get(path).page.language == "en"
    assert stranger.authorize("plain").sign_in("bert.janssens").page.language == "en"


@pytest.mark.parametrize("url", ["/account/nothing-here", "/nothing-here"])
def test_a_page_that_does_not_exist_leads_home(browser: Browser, stranger: Browser, url: str) -> None:
    browser.authorize("plain").sign_in()

    assert browser.get(url).page.one("#home").attributes["href"] == "/account"
    assert stranger.get(url).page.one("#home").attributes["href"] == "/"
    assert browser.status == stranger.status == 404


def test_the_terms_lead_back_to_the_start_page(stranger: Browser) -> None:
    assert stranger.get("/terms").page.one("#home").attributes["href"] == "/"
