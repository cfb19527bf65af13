"""The modules of the plan oidcc-rp-initiated-logout (oidc.md 1.4, 2.1, 2.10).

Each ends as the suite's do: with a silent request that fails where the session is over. Where the
suite accepts a page of any kind, ours is an error, or asks whether to sign out.
"""

from secrets import token_urlsafe

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from tests.support.relying_party import CALLBACK, GOODBYE, NewParty, RelyingParty, shows_error
from tests.support.sign_in import Browser

_END = "/end_session"


@pytest.fixture
def party(new_party: NewParty) -> RelyingParty:
    """Return a party that registered where to come back to."""
    return new_party()


def sign_out(browser: Browser, **sent: str | None) -> Browser:
    """Ask to sign out; None leaves a parameter out."""
    return browser.get(_END, query_string={name: value for name, value in sent.items() if value is not None})


def is_signed_in(party: RelyingParty, browser: Browser) -> bool:
    """Tell whether a silent request succeeds."""
    sent = party.request(prompt="none")
    return "code" in party.answer(party.begin(browser, sent), sent)


def signed_otherwise(id_token: str, header: dict[str, str]) -> str:
    """Return the claims of an ID token, signed by a key that is not the provider's."""
    payload = jws.extract_compact(id_token.encode()).payload
    return jws.serialize_compact(header, payload, RSAKey.generate_key(2048))


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(party: RelyingParty) -> None:
    assert party.metadata["end_session_endpoint"] == "https://login.immo.test/end_session"


@pytest.mark.parametrize("by_post", [False, True])
def test_oidcc_rp_initiated_logout(party: RelyingParty, browser: Browser, *, by_post: bool) -> None:
    """RP-Initiated Logout section 2: by GET and by POST, back at once with the exact state."""
    state = token_urlsafe(96)
    id_token = party.sign_in(browser).tokens["id_token"]
    sent = {"id_token_hint": id_token, "post_logout_redirect_uri": GOODBYE, "state": state}

    if by_post:
        browser.post(_END, data=sent)
    else:
        sign_out(browser, **sent)

    assert browser.location == f"{GOODBYE}?state={state}"
    assert not is_signed_in(party, browser)


def test_oidcc_rp_initiated_logout_no_state(party: RelyingParty, browser: Browser) -> None:
    id_token = party.sign_in(browser).tokens["id_token"]

    assert sign_out(browser, id_token_hint=id_token, post_logout_redirect_uri=GOODBYE).location == GOODBYE
    assert not is_signed_in(party, browser)


def test_state_of_any_characters_comes_back_with_a_registered_query(new_party: NewParty, browser: Browser) -> None:
    party = new_party(post_logout_redirect_uris=[f"{GOODBYE}?a=b"])
    id_token = party.sign_in(browser, client_id=party.client_id).tokens["id_token"]

    sign_out(browser, id_token_hint=id_token, post_logout_redirect_uri=f"{GOODBYE}?a=b", state="ä &=#+/%20")

    assert browser.location == f"{GOODBYE}?a=b&state=%C3%A4%20%26%3D%23%2B%2F%2520"


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://suite.example/another", id="bad-post-logout-redirect-uri"),
        pytest.param(f"{GOODBYE}?foo=bar", id="query-added-to-post-logout-redirect-uri"),
        pytest.param(CALLBACK, id="redirect-uri-is-no-post-logout-redirect-uri"),
    ],
)
def test_oidcc_rp_initiated_logout_unregistered_uri(party: RelyingParty, browser: Browser, uri: str) -> None:
    """`oidcc-rp-initiated-logout-bad-post-logout-redirect-uri`, `-query-added-to-post-logout-redirect-uri`."""
    id_token = party.sign_in(browser).tokens["id_token"]

    sign_out(browser, id_token_hint=id_token, post_logout_redirect_uri=uri, state="s")

    assert shows_error(browser.page) and browser.location is None


@pytest.mark.parametrize("kind", ["bad-id-token-hint", "modified-id-token-hint"])
def test_oidcc_rp_initiated_logout_hint_of_a_foreign_key(party: RelyingParty, browser: Browser, kind: str) -> None:
    """`oidcc-rp-initiated-logout-bad-id-token-hint`: another key under our kid; `-modified-…`: alg none."""
    signed_in = party.sign_in(browser)
    id_token = signed_in.tokens["id_token"]
    foreign = signed_otherwise(id_token, {"alg": "RS256", "kid": signed_in.header["kid"]})
    hint = {
        "bad-id-token-hint": foreign,
        "modified-id-token-hint": f"eyJhbGciOiJub25lIn0.{id_token.split('.')[1]}.",
    }[kind]

    sign_out(browser, id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state="s")

    assert shows_error(browser.page) and browser.location is None
    assert is_signed_in(party, browser)


def test_oidcc_rp_initiated_logout_no_id_token_hint(party: RelyingParty, browser: Browser) -> None:
    """A confirmation, and no way back that nobody vouches for."""
    party.sign_in(browser)

    sign_out(browser, post_logout_redirect_uri=GOODBYE, state="s")
    assert browser.page.has("#sign-out") and browser.location is None
    browser.press("#sign-out")

    assert browser.page.has("#signed-out") and browser.location is None
    assert GOODBYE not in browser.page.body
    assert not is_signed_in(party, browser)


@pytest.mark.parametrize("sent", [{}, {"state": "s"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_without_hint(party: RelyingParty, browser: Browser, sent: dict[str, str]) -> None:
    """`oidcc-rp-initiated-logout-no-params`, `-only-state`: asked, signed out, told so."""
    party.sign_in(browser)

    sign_out(browser, **sent).press("#sign-out")

    assert browser.page.has("#signed-out") and browser.location is None
    assert not is_signed_in(party, browser)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(party: RelyingParty, browser: Browser) -> None:
    id_token = party.sign_in(browser).tokens["id_token"]

    sign_out(browser, id_token_hint=id_token)

    assert browser.page.has("#signed-out") and browser.location is None
    assert not is_signed_in(party, browser)
