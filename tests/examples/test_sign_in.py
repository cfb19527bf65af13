"""A tool's sign-in: what it sends, what it accepts, and what it refuses kindly."""

import sqlite3
import stat
import time
from base64 import urlsafe_b64encode
from contextlib import closing
from hashlib import sha256

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.examples.conftest import NOORD, Tool


def test_request_carries_pkce_state_nonce_and_the_page_language(tool: Tool) -> None:
    answer = tool.browser().get("/sign-in?language=fr")

    sent = tool.provider.asked(answer.location)
    assert answer.location.startswith(tool.provider.issuer + "/authorize?")
    assert sent["client_id"] == tool.client_id
    assert sent["redirect_uri"] == f"{tool.url}/callback"
    assert sent["response_type"] == "code"
    charging = {"wallet", "wallet:charge"} if tool.client_id == "cadastrefinder" else set()
    assert set(sent["scope"].split()) == {
        "openid", "profile", "email", "organization", "roles", "accreditations", *charging,
    }  # fmt: skip
    assert sent.get("resource") == ("http://localhost:8081/api/wallet/v1" if charging else None)
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["code_challenge"]) == 43
    assert len(sent["state"]) >= 20
    assert len(sent["nonce"]) >= 20
    assert sent["ui_locales"] == "fr"
    assert "prompt" not in sent


def test_changing_the_context_asks_for_the_choice_again(tool: Tool) -> None:
    answer = tool.signed_in().get("/sign-in?prompt=select_account")

    assert tool.provider.asked(answer.location)["prompt"] == "select_account"


def test_a_prompt_that_is_not_ours_is_left_out(tool: Tool) -> None:
    answer = tool.browser().get("/sign-in?prompt=none")

    assert "prompt" not in tool.provider.asked(answer.location)


def test_the_portal_says_for_which_organisation_and_usage_it_starts(tool: Tool) -> None:
    answer = tool.browser().get("/sign-in?organization=org_1&usage=estate-agent&scope=identity")

    sent = tool.provider.asked(answer.location)
    assert (sent["organization"], sent["usage"]) == ("org_1", "estate-agent")
    assert "identity" not in sent["scope"]


def test_user_is_greeted_under_the_organisation_of_the_token(tool: Tool) -> None:
    browser = tool.signed_in()

    page = browser.get("/?language=en").text

    assert "You work for Immo Demo Noord BV as estate agent" in page
    assert 'data-organization="0100001060"' in page
    assert "Anna Peeters" in page


@pytest.mark.parametrize(
    ("language", "greeting", "way_in"),
    [
        ("nl", "U werkt voor Immo Demo Noord BV als vastgoedmakelaar", "Aanmelden"),
        ("fr", "Vous travaillez pour Immo Demo Noord BV comme agent immobilier", "Connexion"),
        ("en", "You work for Immo Demo Noord BV as estate agent", "Sign in"),
    ],
)
def test_the_tool_speaks_three_languages_and_remembers_which(
    tool: Tool, language: str, greeting: str, way_in: str
) -> None:
    stranger = tool.browser()
    stranger.get(f"/?language={language}")
    browser = tool.signed_in()
    browser.get(f"/?language={language}")

    assert f">{way_in}</a>" in stranger.get("/").text
    assert f'<html lang="{language}">' in stranger.get("/").text
    assert greeting in browser.get("/").text


def test_code_is_redeemed_with_the_verifier_of_this_browser_by_the_client_alone(tool: Tool) -> None:
    browser = tool.browser()
    location = browser.get("/sign-in").location

    browser.get(f"/callback?{tool.provider.answer(location)}")

    sent = tool.provider.token_requests[0]
    challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert challenge == tool.provider.asked(location)["code_challenge"]
    if tool.client_id == "cadastrefinder":
        assert (sent["client_id"], sent["client_secret"]) == (tool.client_id, f"{tool.client_id}-demo-secret")
    else:
        published = KeySet.import_key_set(tool.browser().get("/jwks").json or {})  # type: ignore[arg-type]
        said = jwt.decode(sent["client_assertion"], published, algorithms=["ES256"]).claims
        assert (said["iss"], said["sub"], said["aud"]) == (tool.client_id, tool.client_id, tool.provider.issuer)
    assert sent["redirect_uri"] == f"{tool.url}/callback"


def test_claims_json_is_what_the_id_token_said(tool: Tool) -> None:
    claims = tool.signed_in().get("/claims.json").json

    assert claims is not None
    assert claims["sub"] == "usr_anna"
    assert {name: claims[name] for name in NOORD} == NOORD


def test_claims_json_is_refused_to_a_stranger(tool: Tool) -> None:
    answer = tool.browser().get("/claims.json")

    assert (answer.status_code, answer.json) == (401, {"error": "not_signed_in"})


def test_session_cookie_changes_with_the_sign_in_and_the_old_one_opens_nothing(tool: Tool) -> None:
    browser = tool.browser()
    location = browser.get("/sign-in").location
    planted = browser.get_cookie(tool.client_id)
    assert planted is not None

    browser.get(f"/callback?{tool.provider.answer(location)}")

    now_held = browser.get_cookie(tool.client_id)
    assert now_held is not None
    assert now_held.value != planted.value
    assert now_held.http_only
    assert now_held.same_site == "Lax"
    thief = tool.browser()
    thief.set_cookie(tool.client_id, planted.value)
    assert thief.get("/claims.json").status_code == 401


def test_a_session_ends_twelve_hours_after_the_sign_in(tool: Tool) -> None:
    browser = tool.signed_in()
    with closing(sqlite3.connect(tool.file)) as file, file:
        (ends,) = file.execute("SELECT max(expires_at) FROM session").fetchone()
        file.execute("UPDATE session SET expires_at = ?", (time.time(),))

    assert 0 <= time.time() + 12 * 3600 - ends < 60
    assert browser.get("/claims.json").status_code == 401


def test_file_of_sessions_is_ours_alone_and_holds_no_cookie(tool: Tool) -> None:
    cookie = tool.signed_in().get_cookie(tool.client_id)

    assert cookie is not None
    assert stat.S_IMODE(tool.file.stat().st_mode) == 0o600
    assert cookie.value.encode() not in tool.file.read_bytes()


def test_over_https_the_cookie_is_secure_and_no_other_host_can_plant_it(tool: Tool) -> None:
    cookie = tool.over_https().test_client().get("/sign-in", base_url="https://tool.example").headers["Set-Cookie"]

    assert cookie.startswith(f"__Host-{tool.client_id}=")
    assert "; Secure" in cookie
    assert "Domain" not in cookie


def test_a_restart_signs_nobody_out(tool: Tool) -> None:
    cookie = tool.signed_in().get_cookie(tool.client_id)
    assert cookie is not None

    browser = tool.restart().test_client()
    browser.set_cookie(tool.client_id, cookie.value)

    assert browser.get("/claims.json").status_code == 200


WRONG_ID_TOKENS = {
    "another nonce": {"nonce": "of-another-browser"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-tool"},
    "another audience that names us as azp": {"aud": ["another-tool"], "azp": "cadastrefinder"},
    "expired": {"exp": 1_000_000_000},
}


@pytest.mark.parametrize("change", WRONG_ID_TOKENS.values(), ids=WRONG_ID_TOKENS)
def test_an_id_token_that_is_wrong_signs_nobody_in(tool: Tool, change: dict[str, object]) -> None:
    browser = tool.browser()
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{tool.provider.answer(location, id_token=change)}")

    assert answer.status_code == 400
    assert 'data-code="invalid_token"' in answer.text
    assert browser.get("/claims.json").status_code == 401


def test_userinfo_of_somebody_else_signs_nobody_in(tool: Tool) -> None:
    """OpenID Connect Core section 5.3.2: the two subjects must be the same."""
    browser = tool.browser()
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{tool.provider.answer(location, userinfo={'sub': 'usr_bert'})}")

    assert answer.status_code == 400
    assert browser.get("/claims.json").status_code == 401


def test_an_answer_of_another_issuer_is_refused_before_the_code_leaves(tool: Tool) -> None:
    """RFC 9207 section 2.4."""
    browser = tool.browser()
    location = browser.get("/sign-in").location
    query = tool.provider.answer(location).replace(f"iss={tool.provider.issuer}", "iss=https://evil.example")

    answer = browser.get(f"/callback?{query}")

    assert answer.status_code == 400
    assert tool.provider.token_requests == []


def test_an_answer_to_another_browsers_request_is_refused(tool: Tool) -> None:
    location = tool.browser().get("/sign-in").location

    answer = tool.browser().get(f"/callback?{tool.provider.answer(location)}")

    assert answer.status_code == 400
    assert 'data-code="mismatching_state"' in answer.text
    assert tool.provider.token_requests == []


def test_an_answer_works_once(tool: Tool) -> None:
    browser = tool.browser()
    query = tool.provider.answer(browser.get("/sign-in").location)
    browser.get(f"/callback?{query}")

    again = browser.get(f"/callback?{query}")

    assert again.status_code == 400
    assert browser.get("/claims.json").status_code == 200


def test_who_stops_the_sign_in_reads_so_and_finds_a_way_on(tool: Tool) -> None:
    browser = tool.browser()
    browser.get("/sign-in")

    answer = browser.get(f"/callback?error=access_denied&state=x&iss={tool.provider.issuer}&language=en")

    assert answer.status_code == 403
    assert "You stopped the sign-in" in answer.text
    assert 'href="/sign-in"' in answer.text


def test_who_stops_changing_the_context_keeps_the_old_one(tool: Tool) -> None:
    browser = tool.signed_in()
    browser.get("/sign-in?prompt=select_account")

    browser.get(f"/callback?error=access_denied&state=x&iss={tool.provider.issuer}")

    assert browser.get("/claims.json").json["org_name"] == "Immo Demo Noord BV"  # type: ignore[index]


def test_words_from_the_address_bar_do_not_reach_the_page(tool: Tool) -> None:
    answer = tool.browser().get(f"/callback?error=Call+0900+12345&iss={tool.provider.issuer}")

    assert "0900" not in answer.text
    assert 'data-code="unknown"' in answer.text


def test_provider_that_does_not_answer_is_said_so(tool: Tool) -> None:
    tool.provider.is_down = True

    answer = tool.browser().get("/sign-in?language=en")

    assert answer.status_code == 502
    assert "Immo-Connect does not answer" in answer.text


def test_pages_of_users_are_not_shown_to_strangers(tool: Tool) -> None:
    for path in ("/claims", "/search?q=gent") if tool.client_id == "cadastrefinder" else ("/claims",):
        assert tool.browser().get(path).location == "/sign-in"


def test_every_page_forbids_foreign_content_and_keeping(tool: Tool) -> None:
    answer = tool.signed_in().get("/")

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
