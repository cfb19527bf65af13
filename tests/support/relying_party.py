"""A relying party that registers itself and judges every answer as the conformance suite does.

It knows the provider from discovery alone and speaks HTTP to the whole application. What the
suite checks in each of its modules is checked here in each step; what a module is about stands
in its test (`tests/idp/oidc/modules`).
"""

import math
import re
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote_plus

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from idp.wiring import Services
from tests.support.grants import ASSERTION_TYPE, a_key, public_jwks
from tests.support.html_page import Page
from tests.support.sign_in import Browser

WELL_KNOWN = "/.well-known/openid-configuration"
PASSWORD = "demo-Immo-2026"
HOME = "https://suite.example/test/a/immo"
CALLBACK = f"{HOME}/callback"
GOODBYE = f"{HOME}/post_logout_redirect"
EVERY_SCOPE = "openid profile email address phone"
# OpenID Connect Core section 5.4: these travel by userinfo when there is an access token.
SCOPE_CLAIMS = {
    "profile": frozenset({
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    }),
    "email": frozenset({"email", "email_verified"}),
    "address": frozenset({"address"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
}  # fmt: skip
_ERROR_MEMBERS = frozenset({"error", "error_description", "error_uri", "state", "iss"})
_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


@contextmanager
def without_remark() -> Iterator[None]:
    """Leave out that the library remarks that RFC 9864 renames EdDSA: clients know that name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield


@cache
def _kept_key() -> Any:
    # Made once: an RSA key costs more than a whole module.
    return a_key("RSA", "of-the-party")


@dataclass(frozen=True)
class SignedIn:
    """What one authorization gave: token response, ID token with its header, and userinfo."""

    tokens: dict[str, Any]
    id_token: dict[str, Any]
    header: dict[str, Any]
    userinfo: dict[str, Any]


@dataclass
class RelyingParty:
    """One client of the suite; `response_mode` is that of all its requests, query where None."""

    services: Services
    http: FlaskClient
    response_mode: str | None = None
    registration: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    verifier: str = field(default_factory=lambda: token_urlsafe(48))
    key: Any = field(default_factory=_kept_key, repr=False)
    algorithm: str = "RS256"
    token_type: str = "Bearer"
    response_algorithm: str = "RS256"

    def register(self, method: str = "client_secret_basic", **members: Any) -> "RelyingParty":
        """Read discovery and register with what the suite sends, and no `scope`."""
        self.metadata = self.http.get(WELL_KNOWN).get_json()
        asked = {
            "client_name": "the suite", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": [CALLBACK], "jwks": public_jwks(self.key), "token_endpoint_auth_method": method,
            "contacts": ["certification@suite.example"], "post_logout_redirect_uris": [GOODBYE],
            "a_member_nobody_knows": True,
        }  # fmt: skip
        response = self.http.post("/register", json={**asked, **members})
        assert (response.status_code, response.content_type) == (201, "application/json"), response.text
        self.registration = response.get_json()
        return self

    @property
    def client_id(self) -> str:
        """Return the identifier that the provider gave."""
        return str(self.registration["client_id"])

    def request(self, **changes: str | None) -> dict[str, str]:
        """Return an authorization request in the suite's order; None leaves a parameter out."""
        sent: dict[str, str | None] = {
            "client_id": self.client_id, "redirect_uri": self.registration["redirect_uris"][0],
            "scope": "openid", "state": token_urlsafe(96), "nonce": token_urlsafe(24), "response_type": "code",
            "response_mode": self.response_mode,
        }  # fmt: skip
        return {name: value for name, value in {**sent, **changes}.items() if value is not None}

    def begin(self, browser: Browser, sent: Mapping[str, str], *, by_post: bool = False) -> Browser:
        """Send an authorization request and follow it to a page or to the party."""
        if by_post:
            return browser.post("/authorize", data=sent)
        return browser.get("/authorize", query_string=dict(sent))

    def answer(self, browser: Browser, sent: Mapping[str, str]) -> dict[str, str]:
        """Return the answer of the authorization endpoint, checked: how it came, `state` and `iss`."""
        members = self.outer(browser, sent)
        if (self.response_mode or "").endswith("jwt"):
            members = self.unwrapped(members)
        assert members.get("state") == sent.get("state")
        assert members["iss"] == self.metadata["issuer"]
        if "error" in members:
            assert set(members) <= _ERROR_MEMBERS
            assert _DESCRIPTION.fullmatch(members["error_description"])
        else:
            assert entropy(members["code"]) >= 96
        return members

    def unwrapped(self, outer: Mapping[str, str]) -> dict[str, str]:
        """Return what a signed answer says, checked: JARM sections 2.1 and 2.4."""
        assert set(outer) == {"response"}
        found = self.verified(outer["response"], self.response_algorithm)
        members, now = dict(found.claims), self.services.clock.now().timestamp()
        assert found.header["kid"] in {key.kid for key in self.keys().keys}
        assert members.pop("aud") == self.client_id
        assert 10 <= members.pop("exp") - now <= 600
        assert members.keys() <= {"code", "error", "error_description", "state", "iss"}
        return members

    def outer(self, browser: Browser, sent: Mapping[str, str]) -> dict[str, str]:
        """Return what came back to the redirect URI, in the way that was asked for."""
        if self.response_mode is not None and self.response_mode.startswith("form_post"):
            return _posted(browser, sent["redirect_uri"])
        assert (browser.location or "").startswith(sent["redirect_uri"])
        return browser.answer

    def refused(self, browser: Browser, **changes: str | None) -> str:
        """Send a request that is refused without any page, and return the error."""
        sent = self.request(**changes)
        return self.answer(self.begin(browser, sent), sent)["error"]

    def authorize(self, browser: Browser, **changes: str | None) -> str:
        """Send a request, sign in and allow where the provider asks, and return the code."""
        sent = self.request(**changes)
        return self.answer(pass_pages(self.begin(browser, sent)), sent)["code"]

    def sign_in(self, browser: Browser, **changes: str | None) -> SignedIn:
        """Go the whole way: code, tokens, userinfo, each of them checked."""
        nonce = changes.pop("nonce", token_urlsafe(24))
        code = self.authorize(browser, nonce=nonce, **changes)
        return self.redeemed(self.redeem(code), nonce=nonce)

    def token(self, **form: str) -> TestResponse:
        """Call the token endpoint."""
        return self.call("/token", headers=None, **form)

    def call(self, endpoint: str, *, headers: Mapping[str, str] | None = None, **form: str) -> TestResponse:
        """Post to an endpoint, authenticated as registered."""
        own, proof = self._proof()
        return self.http.post(endpoint, data={**form, **proof}, headers={**own, **(headers or {})})

    def redeem(self, code: str, **form: str) -> TestResponse:
        """Present a code."""
        values = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.token(**{**values, **form})

    def redeemed(self, response: TestResponse, *, nonce: str | None) -> SignedIn:
        """Return what a token response gave, checked (oidc.md 2.4 to 2.6)."""
        assert (response.status_code, response.content_type) == (200, "application/json"), response.text
        assert response.headers["Cache-Control"] == "no-store"
        tokens = response.get_json()
        assert tokens["token_type"].lower() == self.token_type.lower()
        assert isinstance(tokens["expires_in"], int) and 0 < tokens["expires_in"] <= 365 * 24 * 3600
        assert entropy(tokens["access_token"]) >= 96
        claims, header = self.read_id_token(tokens["id_token"], tokens["access_token"])
        assert claims.get("nonce") == nonce
        return SignedIn(tokens, claims, header, self.userinfo(tokens["access_token"], claims["sub"]))

    def read_id_token(self, id_token: str, access_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the claims and the header of an ID token, checked (oidc.md 2.4)."""
        found = self.verified(id_token, self.registration["id_token_signed_response_alg"])
        claims, now = dict(found.claims), self.services.clock.now().timestamp()
        assert found.header["kid"] in {key.kid for key in self.keys().keys}
        assert (claims["iss"], claims["aud"]) == (self.metadata["issuer"], self.client_id)
        assert claims["exp"] > now and abs(now - claims["iat"]) < 300
        assert isinstance(claims["auth_time"], int) and now - 365 * 24 * 3600 < claims["auth_time"] <= now
        assert claims["acr"] in self.metadata["acr_values_supported"]
        assert claims["sub"].isascii() and 0 < len(claims["sub"]) <= 255
        assert claims["sid"]
        assert not claims.keys() & frozenset().union(*SCOPE_CLAIMS.values())
        if "at_hash" in claims and found.header["alg"] != "EdDSA":
            half = sha256(access_token.encode()).digest()[:16]
            assert claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
        return claims, dict(found.header)

    def ask_userinfo(self, access_token: str, how: str = "get") -> TestResponse:
        """Call userinfo in one of its three ways."""
        header = {"Authorization": f"Bearer {access_token}"}
        match how:
            case "get":
                return self.http.get("/userinfo", headers=header)
            case "post-header":
                return self.http.post("/userinfo", headers=header)
            case _:
                return self.http.post("/userinfo", data={"access_token": access_token})

    def userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """Return what userinfo says, checked (oidc.md 2.5)."""
        response = self.ask_userinfo(access_token)
        assert response.status_code == 200, response.text
        assert response.headers["Cache-Control"] == "no-store"
        algorithm = self.registration.get("userinfo_signed_response_alg")
        if algorithm is None:
            assert response.content_type == "application/json"
            claims = dict(response.get_json())
        else:
            assert response.content_type.startswith("application/jwt")
            signed = self.verified(response.text, algorithm)
            claims = dict(signed.claims)
            assert (claims.pop("iss"), claims.pop("aud")) == (self.metadata["issuer"], self.client_id)
            assert signed.header["kid"] and "nonce" not in claims
        assert claims["sub"] == subject
        assert None not in claims.values() and "" not in claims.values()
        return claims

    def verified(self, token: str, algorithm: str) -> jwt.Token:
        """Return a token of the provider whose signature is right, by this algorithm and no other."""
        with without_remark():
            return jwt.decode(token, self.keys(), algorithms=[algorithm])

    def keys(self) -> KeySet:
        """Return the provider's public keys as they are now."""
        return KeySet.import_key_set(self.http.get("/jwks").get_json(force=True))

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        match self.registration["token_endpoint_auth_method"]:
            case "client_secret_post":
                return {}, {"client_id": self.client_id, "client_secret": self.registration["client_secret"]}
            case "none" | "tls_client_auth" | "self_signed_tls_client_auth":
                return {}, {"client_id": self.client_id}
            case "private_key_jwt":
                return {}, {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
            case _:
                pair = f"{quote_plus(self.client_id)}:{quote_plus(self.registration['client_secret'])}"
                return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, {}

    def assertion(self, **changes: Any) -> str:
        """Return a client assertion as the suite makes it: for the token endpoint, for a minute."""
        now = int(self.services.clock.now().timestamp())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.metadata["token_endpoint"],
            "jti": token_urlsafe(24), "iat": now, "nbf": now, "exp": now + 60, **changes,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        with without_remark():
            header = {"alg": self.algorithm} | ({} if self.key.kid is None else {"kid": self.key.kid})
            return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


NewParty = Callable[..., RelyingParty]


def pass_pages(browser: Browser) -> Browser:
    """Sign in and allow where the provider asks for it."""
    if browser.location is None and browser.page.has("#login"):
        browser.sign_in("demo.manager", PASSWORD)
    if browser.location is None and browser.page.has("#allow"):
        browser.press("#allow")
    return browser


def shows_error(page: Page) -> bool:
    """Tell whether a page says that something is wrong, with a status that says so too."""
    return page.has("#error") and page.status >= 400


def _posted(browser: Browser, redirect_uri: str) -> dict[str, str]:
    """Return what the form_post page will post (Form Post Response Mode section 2)."""
    assert browser.location is None and browser.status == 200
    form = browser.page.one("form#response")
    assert (form.attributes["method"].lower(), form.attributes["action"]) == ("post", redirect_uri)
    assert "no-store" in browser.page.headers["Cache-Control"]
    assert "form-action" not in browser.page.headers["Content-Security-Policy"]
    inputs = [element.attributes for element in form.walk() if element.tag == "input"]
    return {found["name"]: found["value"] for found in inputs}


def entropy(value: str) -> float:
    """Return the suite's estimate of randomness in bits: Shannon per character, times length."""
    counts = Counter(value).values()
    return len(value) * -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
