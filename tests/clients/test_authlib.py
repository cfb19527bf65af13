"""Authlib's client, unmodified, through discovery: registration, code with PKCE, refresh, userinfo, logout."""

import json
import secrets
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.support.form_browser import FormBrowser
from tests.support.running_product import RunningProduct
from tests.support.steps import sign_in

CALLBACK = "https://client.example/callback"
GOODBYE = "https://client.example/goodbye"


@dataclass
class Client:
    """Authlib's session of one registered client, with what discovery said."""

    session: OAuth2Session
    metadata: dict[str, Any]
    registration: dict[str, Any]
    verifier: str
    nonce: str
    state: str = ""

    def begin(self, **parameters: str) -> str:
        """Return the address of an authorization request."""
        url, self.state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"],
            code_verifier=self.verifier,
            nonce=self.nonce,
            **parameters,
        )
        return str(url)

    def redeem(self, came_back: str) -> dict[str, Any]:
        """Redeem the code in the address that the browser came back to, state checked."""
        token: dict[str, Any] = self.session.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=came_back,
            state=self.state,
            code_verifier=self.verifier,
        )
        return token

    def id_token(self, token: dict[str, Any], *, nonce: str | None) -> dict[str, Any]:
        """Return the claims of an ID token, validated as Authlib validates them."""
        keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=10).json())
        found = jwt.decode(token["id_token"], keys)
        claims = CodeIDToken(
            found.claims,
            found.header,
            {"iss": {"value": self.metadata["issuer"]}, "aud": {"value": self.session.client_id}},
            {"nonce": nonce, "client_id": self.session.client_id, "access_token": token["access_token"]},
        )
        claims.validate()
        return dict(claims)


def a_client(product: RunningProduct, *, method: str = "client_secret_basic", **members: Any) -> Client:
    """Register a client of its own and return Authlib's session for it."""
    issuer = product.addresses.issuer
    metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    key = ECKey.generate_key("P-256", {"kid": "of-the-client"})
    asked = {
        "client_name": "Authlib",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [GOODBYE],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": method,
        **members,
    }
    if method == "private_key_jwt":
        asked["jwks"] = {"keys": [{**key.as_dict(private=False), "alg": "ES256", "use": "sig"}]}
    answer = requests.post(metadata["registration_endpoint"], json=asked, timeout=10)
    assert answer.status_code == 201, answer.text
    registration = answer.json()
    session = OAuth2Session(
        client_id=registration["client_id"],
        client_secret=key if method == "private_key_jwt" else registration.get("client_secret"),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
        default_timeout=10,
    )
    session.register_client_auth_method(
        PrivateKeyJWT(metadata["token_endpoint"], alg="ES256", headers={"kid": key.kid})
    )
    return Client(session, metadata, registration, secrets.token_urlsafe(48), secrets.token_urlsafe(16))


@pytest.fixture
def browser(product: RunningProduct) -> FormBrowser:
    """Return a browser that stops before the client's own addresses."""
    return product.browser(stays_out_of=("https://client.example/",))


def consented(browser: FormBrowser, client: Client) -> str:
    """Sign in and consent; return the address that the browser came back to."""
    browser.open(client.begin(prompt="consent"))
    sign_in(browser, "demo.manager")
    return browser.submit("#allow").url


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"])
def test_authlib_goes_the_whole_way(product: RunningProduct, browser: FormBrowser, method: str) -> None:
    client = a_client(product, method=method)

    token = client.redeem(consented(browser, client))
    claims = client.id_token(token, nonce=client.nonce)
    person = client.session.get(client.metadata["userinfo_endpoint"]).json()
    refreshed = client.session.refresh_token(client.metadata["token_endpoint"])
    again = client.session.get(client.metadata["userinfo_endpoint"]).json()

    assert browser.answer["state"] == client.state
    assert browser.answer["iss"] == product.addresses.issuer
    assert claims["sub"] == person["sub"] == again["sub"]
    assert person["preferred_username"] == "demo.manager"
    assert "name" not in claims
    assert client.id_token(refreshed, nonce=None)["auth_time"] == claims["auth_time"]
    assert refreshed["access_token"] != token["access_token"]


def test_scopes_decide_what_userinfo_says(product: RunningProduct, browser: FormBrowser) -> None:
    client = a_client(product)
    client.session.scope = "openid email"

    client.redeem(consented(browser, client))
    person = client.session.get(client.metadata["userinfo_endpoint"]).json()

    assert set(person) == {"sub", "email", "email_verified"}


def test_signing_out_by_post_comes_back_with_the_state(product: RunningProduct, browser: FormBrowser) -> None:
    client = a_client(product)
    token = client.redeem(consented(browser, client))

    page = browser.post(
        client.metadata["end_session_endpoint"],
        {"id_token_hint": token["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "s-1"},
    )
    silent = browser.open(client.begin(prompt="none"))

    assert page.url == f"{GOODBYE}?{urlencode({'state': 's-1'})}"
    assert browser.answer["error"] == "login_required"
    assert "code" not in browser.answer
    assert silent.url.startswith(CALLBACK)


def test_silent_sign_in_succeeds_while_the_session_lives(product: RunningProduct, browser: FormBrowser) -> None:
    client = a_client(product)
    first = client.id_token(client.redeem(consented(browser, client)), nonce=client.nonce)

    came_back = browser.open(client.begin(prompt="none")).url
    second = client.id_token(client.redeem(came_back), nonce=client.nonce)

    assert (second["sub"], second["sid"], second["auth_time"]) == (first["sub"], first["sid"], first["auth_time"])


def test_code_works_once_and_its_second_use_revokes_what_it_gave(product: RunningProduct, browser: FormBrowser) -> None:
    """RFC 6749 section 4.1.2."""
    client = a_client(product)
    came_back = consented(browser, client)
    client.redeem(came_back)
    assert client.session.get(client.metadata["userinfo_endpoint"]).status_code == 200
    kept = dict(client.session.token)

    with pytest.raises(OAuthError) as refused:
        client.redeem(came_back)

    assert refused.value.error == "invalid_grant"
    client.session.token = kept
    assert client.session.get(client.metadata["userinfo_endpoint"]).status_code == 401
    with pytest.raises(OAuthError) as dead:
        client.session.refresh_token(client.metadata["token_endpoint"], refresh_token=kept["refresh_token"])
    assert dead.value.error == "invalid_grant"


def test_wrong_verifier_is_refused(product: RunningProduct, browser: FormBrowser) -> None:
    """RFC 7636 section 4.6."""
    client = a_client(product)
    came_back = consented(browser, client)
    client.verifier = secrets.token_urlsafe(48)

    with pytest.raises(OAuthError) as refused:
        client.redeem(came_back)

    assert refused.value.error == "invalid_grant"


def test_userinfo_comes_signed_where_the_client_registered_so(product: RunningProduct, browser: FormBrowser) -> None:
    client = a_client(product, userinfo_signed_response_alg="RS256")
    client.redeem(consented(browser, client))

    answer = client.session.get(client.metadata["userinfo_endpoint"])

    assert answer.headers["Content-Type"].startswith("application/jwt")
    keys = KeySet.import_key_set(requests.get(client.metadata["jwks_uri"], timeout=10).json())
    said = jwt.decode(answer.text, keys).claims
    assert (said["iss"], said["aud"]) == (product.addresses.issuer, client.session.client_id)
    assert said["preferred_username"] == "demo.manager"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "EdDSA"])
def test_id_token_is_signed_as_registered_with_the_key_it_names(
    product: RunningProduct, browser: FormBrowser, algorithm: str
) -> None:
    client = a_client(product, id_token_signed_response_alg=algorithm)

    token = client.redeem(consented(browser, client))

    header = json.loads(urlsafe_b64decode(token["id_token"].split(".")[0] + "=="))
    published = requests.get(client.metadata["jwks_uri"], timeout=10).json()["keys"]
    assert header["alg"] == algorithm
    assert [key["alg"] for key in published if key["kid"] == header["kid"]] == [algorithm]


def test_client_reads_changes_and_removes_its_registration(product: RunningProduct) -> None:
    """RFC 7592 section 2."""
    client = a_client(product)
    address = client.registration["registration_client_uri"]
    headers = {"Authorization": f"Bearer {client.registration['registration_access_token']}"}

    read = requests.get(address, headers=headers, timeout=10)
    ours = {"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"}
    asked = {name: value for name, value in read.json().items() if name not in ours} | {"client_name": "Renamed"}
    changed = requests.put(address, json=asked, headers=headers, timeout=10)
    removed = requests.delete(address, headers=headers, timeout=10)
    gone = requests.get(address, headers=headers, timeout=10)

    assert (read.status_code, read.json()["client_name"]) == (200, "Authlib")
    assert (changed.status_code, changed.json()["client_name"]) == (200, "Renamed")
    assert (removed.status_code, gone.status_code) == (204, 401)
