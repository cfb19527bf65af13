"""The portal's sign-out: started here, or told by the provider."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.portal.conftest import Portal


def _form_token(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)
    assert found is not None
    return found.group(1)


def _is_signed_in(browser: FlaskClient) -> bool:
    return 'id="sign-out"' in browser.get("/").text


def _tell(portal: Portal, **claims: object) -> int:
    token = portal.provider.logout_token("portal", **claims)
    return portal.browser().post("/back-channel-logout", data={"logout_token": token}).status_code


def test_signing_out_ends_the_session_here_and_goes_to_the_provider(portal: Portal) -> None:
    browser = portal.signed_in()

    answer = browser.post("/sign-out", data={"csrf_token": _form_token(browser)})

    sent = dict(parse_qsl(urlsplit(answer.location).query))
    assert answer.status_code == 303
    assert answer.location.startswith(portal.provider.issuer + "/end_session?")
    assert sent["post_logout_redirect_uri"] == "https://portal.immo.test/signed-out"
    assert sent["id_token_hint"].count(".") == 2
    assert not _is_signed_in(browser)
    assert 'id="signed-out"' in browser.get("/signed-out").text


def test_page_with_the_sign_out_form_lets_its_way_end_at_the_provider(portal: Portal) -> None:
    """Browsers apply form-action to the whole chain of redirects."""
    signed_in = portal.signed_in().get("/").headers["Content-Security-Policy"]
    stranger = portal.browser().get("/").headers["Content-Security-Policy"]

    assert "form-action" not in signed_in
    assert "form-action 'self'" in stranger


@pytest.mark.parametrize("token", [None, "", "made.up"])
def test_a_form_that_is_not_ours_signs_nobody_out(portal: Portal, token: str | None) -> None:
    browser = portal.signed_in()

    answer = browser.post("/sign-out", data={} if token is None else {"csrf_token": token})

    assert answer.status_code == 400
    assert 'data-code="form-token-invalid"' in answer.text
    assert _is_signed_in(browser)


def test_a_form_of_another_browser_signs_nobody_out(portal: Portal) -> None:
    browser = portal.signed_in()

    browser.post("/sign-out", data={"csrf_token": _form_token(portal.signed_in(sid="ses_2"))})

    assert _is_signed_in(browser)


def test_the_provider_ends_the_session_by_its_sid_and_no_other(portal: Portal) -> None:
    browser, colleague = portal.signed_in(), portal.signed_in(sid="ses_2")

    assert _tell(portal, sid="ses_1") == 200

    assert (_is_signed_in(browser), _is_signed_in(colleague)) == (False, True)


def test_a_logout_token_without_sid_ends_the_sessions_of_the_person_until_now(portal: Portal) -> None:
    """Back-Channel Logout 1.0 section 2.7."""
    before = [portal.signed_in(), portal.signed_in(sid="ses_2")]
    stranger = portal.signed_in("usr_bert", sid="ses_3")

    assert _tell(portal, sid=None, sub="usr_anna") == 200
    portal.clock.advance(timedelta(seconds=1))
    later = portal.signed_in(sid="ses_4")

    assert [_is_signed_in(browser) for browser in (*before, stranger, later)] == [False, False, True, True]


def test_a_logout_is_not_undone_by_a_request_that_writes_the_session_later(portal: Portal) -> None:
    browser = portal.signed_in()
    cookie = browser.get_cookie("__Host-immo-portal", "portal.immo.test")
    assert cookie is not None

    with portal.app.test_request_context(
        "/", base_url="https://portal.immo.test", headers={"Cookie": f"{cookie.key}={cookie.value}"}
    ) as slow:
        slow.session["seen"] = True
        _tell(portal)
        portal.app.session_interface.save_session(portal.app, slow.session, portal.app.make_response(""))

    assert not _is_signed_in(browser)


WRONG_CLAIMS: dict[str, dict[str, object]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-tool"},
    "expired": {"exp": 1_000_000_000},
    "no jti": {"jti": None},
    "no event": {"events": {}},
    "a nonce": {"nonce": "n"},
    "neither sid nor sub": {"sid": None, "sub": None},
}


@pytest.mark.parametrize("change", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_wrong_logout_token_ends_nothing(portal: Portal, change: dict[str, object]) -> None:
    """Back-Channel Logout 1.0 section 2.6."""
    browser = portal.signed_in()

    assert _tell(portal, **change) == 400

    assert _is_signed_in(browser)


def test_a_token_of_an_unpublished_key_ends_nothing_and_fetches_keys_at_most_once_a_minute(portal: Portal) -> None:
    browser = portal.signed_in()
    _tell(portal, sid="ses_9")
    before = portal.provider.jwks_requests

    statuses = [_tell(portal, key=portal.provider.new_key()) for _ in range(3)]

    assert statuses == [400, 400, 400]
    assert portal.provider.jwks_requests == before
    assert _is_signed_in(browser)


def test_a_new_key_of_the_provider_is_found_after_a_minute(portal: Portal) -> None:
    browser = portal.signed_in()
    _tell(portal, sid="ses_9")
    portal.provider.key = portal.provider.new_key()
    portal.provider.published.append(portal.provider.key)

    portal.clock.advance(timedelta(minutes=1))

    assert _tell(portal) == 200
    assert not _is_signed_in(browser)


def test_a_logout_token_counts_once(portal: Portal) -> None:
    token = portal.provider.logout_token("portal")

    statuses = [
        portal.browser().post("/back-channel-logout", data={"logout_token": token}).status_code for _ in range(2)
    ]

    assert statuses == [200, 400]
