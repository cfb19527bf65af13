"""The portal signs people in as any relying party must."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from portal.client_key import ClientKey
from tests.portal.conftest import Portal
from tests.support.html_page import parse

COOKIE = "__Host-immo-portal"


def _is_signed_in(browser: object) -> bool:
    return 'id="sign-out"' in browser.get("/").text  # type: ignore[attr-defined]


def test_request_is_pushed_with_pkce_state_and_nonce(portal: Portal) -> None:
    answer = portal.browser().get("/sign-in?language=fr")

    sent = portal.provider.asked(answer.location)
    assert answer.location.startswith(portal.provider.issuer + "/authorize?")
    assert sent["client_id"] == "portal"
    assert sent["redirect_uri"] == "https://portal.immo.test/callback"
    assert sent["scope"] == "openid profile email"
    assert sent["code_challenge_method"] == "S256"
    assert sent["ui_locales"] == "fr"
    assert len(sent["state"]) >= 20
    assert len(sent["nonce"]) >= 20


def test_portal_proves_itself_with_a_short_lived_assertion_for_the_issuer(portal: Portal) -> None:
    """RFC 7523 section 3, and FAPI 2.0 Security Profile section 5.3.2.1 for the audience."""
    portal.signed_in()

    sent = portal.provider.token_requests[0]
    published = KeySet.import_key_set(portal.browser().get("/jwks").json or {})  # type: ignore[arg-type]
    said = jwt.decode(sent["client_assertion"], published, algorithms=["ES256"]).claims
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in sent
    assert (said["iss"], said["sub"], said["aud"]) == ("portal", "portal", portal.provider.issuer)
    assert said["exp"] - said["iat"] == 60
    assert said["jti"]


def test_every_assertion_has_an_identifier_of_its_own(portal: Portal) -> None:
    portal.signed_in()
    portal.signed_in()

    first, second = (sent["client_assertion"] for sent in portal.provider.token_requests)
    assert first != second


def test_published_key_is_the_public_half_only(portal: Portal) -> None:
    document = portal.browser().get("/jwks").json

    assert document is not None
    (key,) = document["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert key["kid"] == portal.services.client_key.kid
    assert "d" not in key


def test_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        kids = {key.kid for key in pool.map(lambda _: ClientKey.ensure(tmp_path / "keys"), range(8))}

    (file,) = (tmp_path / "keys").iterdir()
    assert kids == {ClientKey.ensure(tmp_path / "keys").kid}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_signed_in_person_is_named_in_the_menu(portal: Portal) -> None:
    page = portal.signed_in().get("/?language=en").text

    assert "Anna Peeters" in page
    assert 'id="sign-out"' in page


def test_stranger_sees_the_way_in_and_nothing_else(portal: Portal) -> None:
    page = portal.browser().get("/?language=fr").text

    assert 'id="sign-in"' in page
    assert 'id="name-menu"' not in page


def test_page_for_members_leads_to_the_sign_in_and_back_again(portal: Portal) -> None:
    browser = portal.browser()

    to_sign_in = browser.get("/context")
    location = browser.get(to_sign_in.location).location
    back = browser.get(f"/callback?{portal.provider.answer(location)}")

    assert (to_sign_in.status_code, to_sign_in.location) == (303, "/sign-in")
    assert (back.status_code, back.location) == (303, "/context")


def test_session_secret_changes_at_the_sign_in_and_the_old_one_opens_nothing(portal: Portal) -> None:
    browser = portal.browser()
    location = browser.get("/sign-in").location
    planted = browser.get_cookie(COOKIE, "portal.immo.test")
    assert planted is not None

    browser.get(f"/callback?{portal.provider.answer(location)}")

    held = browser.get_cookie(COOKIE, "portal.immo.test")
    assert held is not None
    assert held.value != planted.value
    assert (held.secure, held.http_only, held.same_site) == (True, True, "Lax")
    thief = portal.browser()
    thief.set_cookie(COOKIE, planted.value, domain="portal.immo.test", secure=True)
    assert not _is_signed_in(thief)


def test_a_session_ends_twelve_hours_after_the_sign_in_at_the_provider(portal: Portal) -> None:
    """However late its person arrived here."""
    browser = portal.signed_in(auth_time=int(portal.clock.now().timestamp()) - 3 * 3600)

    portal.clock.advance(timedelta(hours=8, minutes=59))
    before = _is_signed_in(browser)
    portal.clock.advance(timedelta(minutes=1))

    assert (before, _is_signed_in(browser)) == (True, False)


WRONG_ID_TOKENS = {
    "another nonce": {"nonce": "of-another-browser"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-tool"},
    "another audience that names us as azp": {"aud": ["another-tool"], "azp": "portal"},
    "expired": {"exp": 1_000_000_000},
    "no sid, so it could not be ended": {"sid": None},
    "no auth_time, so nobody knows when it ends": {"auth_time": None},
}


@pytest.mark.parametrize("change", WRONG_ID_TOKENS.values(), ids=WRONG_ID_TOKENS)
def test_an_id_token_that_is_wrong_signs_nobody_in(portal: Portal, change: dict[str, object]) -> None:
    """OpenID Connect Core section 3.1.3.7."""
    browser = portal.browser()
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{portal.provider.answer(location, id_token=change)}")

    assert answer.status_code == 400
    assert 'data-code="failed"' in answer.text
    assert not _is_signed_in(browser)


def test_userinfo_of_somebody_else_signs_nobody_in(portal: Portal) -> None:
    """OpenID Connect Core section 5.3.2."""
    browser = portal.browser()
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{portal.provider.answer(location, userinfo={'sub': 'usr_bert'})}")

    assert answer.status_code == 400
    assert not _is_signed_in(browser)


def test_an_answer_of_another_issuer_is_refused_before_the_code_leaves(portal: Portal) -> None:
    """RFC 9207 section 2.4."""
    browser = portal.browser()
    location = browser.get("/sign-in").location
    query = portal.provider.answer(location).replace(f"iss={portal.provider.issuer}", "iss=https://evil.example")

    answer = browser.get(f"/callback?{query}")

    assert answer.status_code == 400
    assert 'data-code="foreign_answer"' in answer.text
    assert portal.provider.token_requests == []


def test_an_answer_to_another_browsers_request_is_refused(portal: Portal) -> None:
    location = portal.browser().get("/sign-in").location

    answer = portal.browser().get(f"/callback?{portal.provider.answer(location)}")

    assert answer.status_code == 400
    assert 'data-code="mismatching_state"' in answer.text
    assert portal.provider.token_requests == []


def test_who_stops_the_sign_in_finds_a_way_on(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")

    answer = browser.get(f"/callback?error=access_denied&iss={portal.provider.issuer}")

    assert answer.status_code == 403
    assert 'data-code="access_denied"' in answer.text
    assert 'id="again"' in answer.text


def test_words_from_the_address_bar_do_not_reach_the_page(portal: Portal) -> None:
    answer = portal.browser().get(f"/callback?error=Call+0900+12345&iss={portal.provider.issuer}")

    assert "0900" not in parse("/callback", 400, dict(answer.headers.to_wsgi_list()), answer.text).text
    assert 'data-code="failed"' in answer.text


def test_provider_that_does_not_answer_is_said_so(portal: Portal) -> None:
    portal.provider.is_down = True

    answer = portal.browser().get("/sign-in")

    assert answer.status_code == 503
    assert 'data-code="unavailable"' in answer.text
