"""response_mode=form_post, for success and error alike (`oidcc-formpost-*`, Form Post section 2)."""

import pytest

from tests.support.html_page import Page
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK


def posted(page: Page) -> dict[str, str]:
    """Return what the page will post to the tool, and check how."""
    form = page.one("form#response")
    assert form.attributes["method"].lower() == "post"
    assert form.attributes["action"] == CALLBACK
    assert page.has("#continue")
    fields = [e.attributes for e in form.walk() if e.tag == "input"]
    assert all(field["type"] == "hidden" for field in fields)
    return {field["name"]: field["value"] for field in fields}


def test_code_is_posted_and_nothing_is_in_an_address(browser: Browser) -> None:
    browser.authorize("plain", response_mode="form_post").sign_in().press("#allow")

    assert (browser.status, browser.location) == (200, None)
    assert set(posted(browser.page)) == {"code", "state", "iss"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"request": "x"}, "invalid_request_object"),
    ],
)
def test_errors_are_posted_too(browser: Browser, changes: dict[str, str | None], error: str) -> None:
    browser.authorize("plain", response_mode="form_post", **changes)

    sent = posted(browser.page)
    assert (sent["error"], sent["state"], sent["iss"]) == (error, "s-1", "https://login.immo.test")
    assert set(sent) == {"error", "error_description", "state", "iss"}


@pytest.mark.parametrize("state", ['"><script>alert(1)</script>', "a&b=c", "é€ 😀", "'x'", "%22"])
def test_state_is_escaped_and_returns_byte_for_byte(browser: Browser, state: str) -> None:
    browser.authorize("plain", response_mode="form_post", prompt="none", state=state)

    assert posted(browser.page)["state"] == state
    assert "<script>alert" not in browser.page.body


def test_denial_is_posted(browser: Browser) -> None:
    browser.authorize("plain", response_mode="form_post").sign_in().press("#cancel")

    assert posted(browser.page)["error"] == "access_denied"


def test_page_is_not_stored_and_may_post_to_the_tool(browser: Browser) -> None:
    browser.authorize("plain", response_mode="form_post", prompt="none")

    assert browser.response is not None
    policy = browser.response.headers["Content-Security-Policy"]
    assert browser.response.headers["Cache-Control"] == "no-store"
    assert "form-action" not in policy
    assert "'nonce-" in policy
