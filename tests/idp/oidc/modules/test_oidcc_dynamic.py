"""The modules of the plans oidcc-dynamic and oidcc-3rdparty-init-login that we mean to pass.

oidc.md 1.3, 2.1, 2.4, 2.9. Left out, as decided there: request_uri by reference, and the response
types and grants of implicit flows in discovery.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from idp.app import create_app
from idp.signing import rotation
from idp.wiring import Services
from tests.support.grants import a_key, assert_refused, public_jwks
from tests.support.json_server import JsonServer
from tests.support.product import HttpsClient
from tests.support.relying_party import CALLBACK, HOME, NewParty, RelyingParty, shows_error
from tests.support.sign_in import Browser

_QUERIED = f"{CALLBACK}?foo=bar"


@pytest.fixture
def client_server() -> Iterator[JsonServer]:
    """Yield the https server at which a relying party keeps its documents."""
    with JsonServer(tls=True) as server:
        yield server


@pytest.fixture
def reaching(demo: Services, client_server: JsonServer) -> Callable[[], FlaskClient]:
    """Return a maker of callers of a provider that may reach that server."""
    http = OutboundHttp(demo.settings.outbound, Mode.TEST, {client_server.port})
    app = create_app(demo.settings, services=replace(demo, http=http))
    app.config["TEST_BASE_URL"] = demo.settings.issuer
    app.test_client_class = HttpsClient
    return app.test_client


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_oidcc_idtoken_rs256(new_party: NewParty, browser: Browser, algorithm: str) -> None:
    """`oidcc-idtoken-rs256`, and the same of what else discovery lists (EdDSA: tests/clients)."""
    party = new_party("private_key_jwt", id_token_signed_response_alg=algorithm)

    assert party.sign_in(browser).header["alg"] == algorithm


def test_oidcc_idtoken_unsigned_cannot_be_had(idp: Callable[[], FlaskClient], demo: Services) -> None:
    body = {"redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"}

    assert_refused(idp().post("/register", json=body), "invalid_client_metadata")


def test_oidcc_userinfo_rs256(new_party: NewParty, browser: Browser) -> None:
    party = new_party("private_key_jwt", userinfo_signed_response_alg="RS256")

    party.sign_in(browser, scope="openid profile")

    assert "RS256" in party.metadata["userinfo_signing_alg_values_supported"]


def test_oidcc_ensure_redirect_uri_in_authorization_request(new_party: NewParty, browser: Browser) -> None:
    party = new_party(redirect_uris=[CALLBACK, f"{CALLBACK}2"])

    party.begin(browser, party.request(redirect_uri=None))

    assert shows_error(browser.page) and browser.location is None


def test_oidcc_redirect_uri_query_ok(new_party: NewParty, browser: Browser) -> None:
    party = new_party(redirect_uris=[_QUERIED])
    sent = party.request(prompt="none")

    party.begin(browser, sent)

    assert (browser.location or "").startswith(f"{_QUERIED}&error=login_required")
    code = party.authorize(browser)
    assert party.redeem(code, redirect_uri=_QUERIED).status_code == 200


@pytest.mark.parametrize(
    ("registered", "sent"),
    [([_QUERIED], f"{CALLBACK}?foo=baz"), ([CALLBACK], f"{CALLBACK}?foo=bar")],
    ids=["redirect-uri-query-mismatch", "redirect-uri-query-added"],
)
def test_oidcc_redirect_uri_query(new_party: NewParty, browser: Browser, registered: list[str], sent: str) -> None:
    """`oidcc-redirect-uri-query-mismatch`, `oidcc-redirect-uri-query-added`."""
    party = new_party(redirect_uris=registered)

    party.begin(browser, party.request(redirect_uri=sent))

    assert shows_error(browser.page) and browser.location is None


@pytest.mark.parametrize("uri", [f"{CALLBACK}#fragment", f"{CALLBACK}#"])
def test_oidcc_redirect_uri_regfrag(idp: Callable[[], FlaskClient], demo: Services, uri: str) -> None:
    assert_refused(idp().post("/register", json={"redirect_uris": [uri]}), "invalid_redirect_uri")


def test_oidcc_server_with_private_key_jwt(new_party: NewParty, browser: Browser) -> None:
    new_party("private_key_jwt").sign_in(browser)


@pytest.mark.parametrize("audience", ["issuer", "token_endpoint"])
def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(
    new_party: NewParty, browser: Browser, audience: str
) -> None:
    """Both audiences of a client assertion that are in use (Core section 9)."""
    party = new_party("private_key_jwt")
    proof = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": party.assertion(aud=party.metadata[audience]),
    }
    code = party.authorize(browser, nonce="n-0S6")

    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    response = party.http.post("/token", data={**form, **proof})

    party.redeemed(response, nonce="n-0S6")


def test_oidcc_registration_policy_and_tos_uri(new_party: NewParty, browser: Browser) -> None:
    """`oidcc-registration-policy-uri`, `oidcc-registration-tos-uri`: people see the links."""
    links = {"policy_uri": f"{HOME}/policy", "tos_uri": f"{HOME}/terms"}
    party = new_party(**links)

    party.begin(browser, party.request()).sign_in("demo.manager", "demo-Immo-2026")

    shown = {link.attributes["href"] for link in browser.page.all("a")}
    assert shown >= set(links.values())


def test_oidcc_registration_jwks_uri(
    demo: Services, reaching: Callable[[], FlaskClient], client_server: JsonServer
) -> None:
    party = RelyingParty(demo, reaching())
    uri = client_server.serve("/jwks.json", public_jwks(party.key))

    party.register("private_key_jwt", jwks=None, jwks_uri=uri)

    party.sign_in(Browser(reaching()))
    assert client_server.requests == 1


def test_oidcc_refresh_token_rp_key_rotation(
    demo: Services, reaching: Callable[[], FlaskClient], client_server: JsonServer, clock: FixedClock
) -> None:
    """A key that is not known yet makes us look again; the suite waits a minute before."""
    party = RelyingParty(demo, reaching())
    uri = client_server.serve("/jwks.json", public_jwks(party.key))
    both = ["authorization_code", "refresh_token"]
    party.register("private_key_jwt", jwks=None, jwks_uri=uri, grant_types=both)
    first = party.sign_in(Browser(reaching()), scope="openid offline_access", prompt="consent")

    party.key = a_key("RSA", "its-next-key")
    client_server.serve("/jwks.json", public_jwks(party.key))
    clock.advance(timedelta(seconds=60))

    token = first.tokens["refresh_token"]
    party.redeemed(party.token(grant_type="refresh_token", refresh_token=token), nonce=None)
    assert client_server.requests == 2


@pytest.mark.parametrize("listed", [[CALLBACK], []], ids=["registration-sector-uri", "registration-sector-bad"])
def test_oidcc_registration_sector(
    demo: Services, reaching: Callable[[], FlaskClient], client_server: JsonServer, listed: list[str]
) -> None:
    """`oidcc-registration-sector-uri`, `oidcc-registration-sector-bad` (Core section 8.1)."""
    uri = client_server.serve("/sector.json", listed)
    members: dict[str, Any] = {
        "redirect_uris": [CALLBACK], "sector_identifier_uri": uri, "subject_type": "pairwise",
    }  # fmt: skip

    if not listed:
        assert_refused(reaching().post("/register", json=members), "invalid_client_metadata")
        return
    party = RelyingParty(demo, reaching()).register(**members)
    public = RelyingParty(demo, reaching()).register()
    browser = Browser(reaching())
    assert party.sign_in(browser).id_token["sub"] != public.sign_in(browser).id_token["sub"]


def test_oidcc_server_rotate_keys(new_party: NewParty, browser: Browser, demo: Services, clock: FixedClock) -> None:
    """JWKS gains a key and keeps the old one; tokens of either verify; a hint of the old one counts."""
    party = new_party()
    first = party.sign_in(browser)
    before = {key["kid"] for key in party.http.get("/jwks").get_json(force=True)["keys"]}

    with demo.database.transaction() as session:
        kid = rotation.new_key(session, demo.keyring.private_keys, algorithm="RS256", now=clock.now())
    clock.advance(timedelta(hours=2))
    with demo.database.transaction() as session:
        rotation.activate(session, kid=kid, now=clock.now())
    demo.keyring.refresh()

    after = {key["kid"] for key in party.http.get("/jwks").get_json(force=True)["keys"]}
    second = party.sign_in(browser, id_token_hint=first.tokens["id_token"])
    assert after == before | {kid}
    assert second.header["kid"] == kid != first.header["kid"]
    assert jwt.decode(first.tokens["id_token"], party.keys()).claims == first.id_token


def test_oidcc_3rd_party_init_login(new_party: NewParty) -> None:
    """The address is echoed, and shown again by the configuration endpoint (RFC 7592)."""
    party = new_party(initiate_login_uri=f"{HOME}/initiate")

    bearer = {"Authorization": f"Bearer {party.registration['registration_access_token']}"}
    address = party.registration["registration_client_uri"].removeprefix(party.metadata["issuer"])
    shown = party.http.get(address, headers=bearer)

    assert party.registration["initiate_login_uri"] == f"{HOME}/initiate"
    assert (shown.status_code, shown.content_type) == (200, "application/json")
    assert shown.get_json()["initiate_login_uri"] == f"{HOME}/initiate"


def test_oidcc_3rd_party_init_login_nohttps(idp: Callable[[], FlaskClient], demo: Services) -> None:
    members = {"redirect_uris": [CALLBACK], "initiate_login_uri": "http://suite.example/initiate"}

    assert_refused(idp().post("/register", json=members), "invalid_client_metadata")


def test_what_the_suite_registers_is_echoed_and_can_be_removed(new_party: NewParty) -> None:
    """oidc.md 2.9: metadata, secret and its end, access to the configuration; 204 at clean-up."""
    party = new_party()
    told = party.registration

    assert (told["client_name"], told["response_types"]) == ("the suite", ["code"])
    assert told["contacts"] == ["certification@suite.example"]
    assert told["jwks"] == public_jwks(party.key)
    assert told["client_secret"] and told["client_secret_expires_at"] == 0
    assert "a_member_nobody_knows" not in told
    assert set(told["scope"].split()) >= {"openid", "profile", "email", "address", "phone", "offline_access"}
    bearer = {"Authorization": f"Bearer {told['registration_access_token']}"}
    address = told["registration_client_uri"].removeprefix(party.metadata["issuer"])
    assert party.http.delete(address, headers=bearer).status_code == 204
    assert party.http.get(address, headers=bearer).status_code == 401
