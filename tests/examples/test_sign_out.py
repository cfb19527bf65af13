"""A tool's sign-out: started here, or told by the provider."""

import time
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.examples.conftest import Tool
from tests.support.small_provider import LOGOUT_EVENT


def test_signing_out_ends_the_session_here_and_goes_to_the_provider(tool: Tool) -> None:
    browser = tool.signed_in()

    answer = browser.get("/sign-out?language=nl")

    sent = dict(parse_qsl(urlsplit(answer.location).query))
    assert answer.location.startswith(tool.provider.issuer + "/end_session?")
    assert sent["post_logout_redirect_uri"] == f"{tool.url}/signed-out"
    assert sent["id_token_hint"].count(".") == 2
    assert sent["ui_locales"] == "nl"
    assert browser.get("/claims.json").status_code == 401
    back = browser.get(f"/signed-out?state={sent['state']}")
    assert 'id="signed-out"' in back.text


def test_a_signed_out_page_that_nobody_asked_for_says_nothing(tool: Tool) -> None:
    assert 'id="signed-out"' not in tool.browser().get("/signed-out?state=made-up").text


def test_the_form_of_the_menu_signs_out_as_well(tool: Tool) -> None:
    browser = tool.signed_in()

    answer = browser.post("/sign-out")

    assert answer.location.startswith(tool.provider.issuer + "/end_session?")
    assert browser.get("/claims.json").status_code == 401


def test_a_foreign_page_signs_nobody_out(tool: Tool) -> None:
    browser = tool.signed_in()

    browser.get("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert browser.get("/claims.json").status_code == 200


def test_the_provider_ends_the_session_by_its_sid_and_no_other(tool: Tool) -> None:
    browser = tool.signed_in()
    colleague = tool.signed_in(sid="ses_2")

    answer = tool.browser().post(
        "/back-channel-logout", data={"logout_token": tool.provider.logout_token(tool.client_id)}
    )

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get("/claims.json").status_code == 401
    assert colleague.get("/claims.json").status_code == 200


def test_a_logout_token_without_sid_ends_all_sessions_of_the_person(tool: Tool) -> None:
    """Back-Channel Logout 1.0 section 2.7."""
    browsers = [tool.signed_in(), tool.signed_in(sid="ses_2")]

    tool.browser().post(
        "/back-channel-logout", data={"logout_token": tool.provider.logout_token(tool.client_id, sid=None)}
    )

    assert [browser.get("/claims.json").status_code for browser in browsers] == [401, 401]


def test_a_logout_that_arrives_during_a_request_is_not_undone_by_it(tool: Tool) -> None:
    browser = tool.signed_in()
    token = tool.provider.logout_token(tool.client_id)

    with browser:
        browser.get("/claims.json")
        with tool.app.test_request_context("/", headers={"Cookie": _cookie_header(browser, tool)}) as slow:
            slow.session["seen"] = True
            tool.browser().post("/back-channel-logout", data={"logout_token": token})
            tool.app.session_interface.save_session(tool.app, slow.session, tool.app.make_response(""))

    assert browser.get("/claims.json").status_code == 401


def _cookie_header(browser: object, tool: Tool) -> str:
    cookie = browser.get_cookie(tool.client_id)  # type: ignore[attr-defined]
    return f"{tool.client_id}={cookie.value}"


WRONG_CLAIMS: dict[str, dict[str, object]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-tool"},
    "expired": {"exp": int(time.time()) - 600},
    "no expiry": {"exp": None},
    # A day, because a suite that takes its time reads this long after it was written.
    "issued in the future": {"iat": int(time.time()) + 86_400},
    "no iat": {"iat": None},
    "no jti": {"jti": None},
    "no event": {"events": {}},
    "another event": {"events": {"https://schemas.example/other": {}}},
    "events is text": {"events": LOGOUT_EVENT},
    "a nonce": {"nonce": "n"},
    "neither sid nor sub": {"sid": None, "sub": None},
}


@pytest.mark.parametrize("change", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_wrong_logout_token_ends_nothing(tool: Tool, change: dict[str, object]) -> None:
    """Back-Channel Logout 1.0 section 2.6."""
    browser = tool.signed_in()

    answer = tool.browser().post(
        "/back-channel-logout", data={"logout_token": tool.provider.logout_token(tool.client_id, **change)}
    )

    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
    assert browser.get("/claims.json").status_code == 200


def test_an_id_token_is_no_logout_token(tool: Tool) -> None:
    browser = tool.signed_in()
    token = tool.provider.logout_token(tool.client_id, typ="JWT")

    assert tool.browser().post("/back-channel-logout", data={"logout_token": token}).status_code == 400
    assert browser.get("/claims.json").status_code == 200


def test_a_logout_token_counts_once(tool: Tool) -> None:
    data = {"logout_token": tool.provider.logout_token(tool.client_id)}

    first = tool.browser().post("/back-channel-logout", data=data)
    again = tool.browser().post("/back-channel-logout", data=data)

    assert (first.status_code, again.status_code) == (200, 400)


def test_a_token_of_an_unpublished_key_ends_nothing_and_fetches_keys_once(tool: Tool) -> None:
    browser = tool.signed_in()
    before = tool.provider.jwks_requests

    for _ in range(3):
        forged = tool.provider.logout_token(tool.client_id, key=tool.provider.new_key())
        assert tool.browser().post("/back-channel-logout", data={"logout_token": forged}).status_code == 400

    assert browser.get("/claims.json").status_code == 200
    assert tool.provider.jwks_requests <= before + 1


def test_a_new_key_of_the_provider_is_found(tool: Tool) -> None:
    browser = tool.signed_in()
    tool.provider.key = tool.provider.new_key()
    tool.provider.published.append(tool.provider.key)

    answer = tool.browser().post(
        "/back-channel-logout", data={"logout_token": tool.provider.logout_token(tool.client_id)}
    )

    assert answer.status_code == 200
    assert browser.get("/claims.json").status_code == 401


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_rubbish_is_refused(tool: Tool, text: str) -> None:
    tool.signed_in()

    assert tool.browser().post("/back-channel-logout", data={"logout_token": text}).status_code == 400
