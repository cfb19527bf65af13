"""A client of FAPI 2.0: pushed requests, private_key_jwt, and proofs of possession.

Its profile is the operator's business, so that it is stored and not registered. Whatever it asks is
pushed first; every answer is judged as by `RelyingParty`, whose child it is. A certificate that a
proxy in front of us would vouch for goes into `proxy_headers`, which travel with every call.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from idp.oidc.profiles import Profile
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy
from tests.support.grants import a_client, a_key, public_jwks
from tests.support.relying_party import CALLBACK, WELL_KNOWN, RelyingParty
from tests.support.sign_in import Browser


@cache
def _kept_key() -> Key:
    return a_key("EC", "of-the-fapi-party")


@dataclass
class FapiParty(RelyingParty):
    """One client of a FAPI plan; `dpop_key` proves possession, None for one that has a certificate."""

    key: Any = field(default_factory=_kept_key, repr=False)
    algorithm: str = "ES256"
    response_algorithm: str = "PS256"
    dpop_key: Any = field(default_factory=lambda: a_key("EC", None), repr=False)
    proxy_headers: dict[str, str] = field(default_factory=dict)
    nonce: str | None = None
    signs_requests: bool = False

    def store(self, profile: Profile = Profile.FAPI2_SECURITY, **members: Any) -> "FapiParty":
        """Read discovery, and have the operator store the client; members of it can be changed."""
        self.metadata = self.http.get(WELL_KNOWN).get_json()
        self.token_type = "Bearer" if self.dpop_key is None else "DPoP"
        values: dict[str, Any] = {
            "secret": None, "token_endpoint_auth_method": "private_key_jwt", "jwks": public_jwks(self.key),
            "redirect_uris": (CALLBACK,), "id_token_signed_response_alg": "PS256",
            "grant_types": ("authorization_code", "refresh_token"),
            "policy": ClientPolicy(profile=profile, scope=DEFAULT_SCOPE),
        }  # fmt: skip
        client = a_client(self.services, **(values | members))
        self.registration = {
            "client_id": client.client_id, "redirect_uris": list(client.redirect_uris),
            "token_endpoint_auth_method": client.token_endpoint_auth_method,
            "id_token_signed_response_alg": client.id_token_signed_response_alg,
            "userinfo_signed_response_alg": client.userinfo_signed_response_alg,
        }  # fmt: skip
        self.signs_requests = client.rules.signed_requests
        if self.response_mode is None and client.rules.signed_responses:
            self.response_mode = "jwt"
        return self

    def request(self, **changes: str | None) -> dict[str, str]:
        """Return an authorization request with a challenge; None leaves a parameter out."""
        challenge = _segment(sha256(self.verifier.encode()).digest())
        return super().request(**{"code_challenge": challenge, "code_challenge_method": "S256", **changes})

    def request_object(
        self,
        sent: Mapping[str, object],
        *,
        key: Key | None = None,
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a signed request object as the suite makes it; what is None is left out."""
        now = int(self.services.clock.now().timestamp())
        own = {"iss": self.client_id, "aud": self.metadata["issuer"], "iat": now, "nbf": now, "exp": now + 300}
        members = {name: value for name, value in {**own, **sent, **claims}.items() if value is not None}
        return self.signed(members, key=key, header={"typ": "oauth-authz-req+jwt", **(header or {})})

    def signed(self, claims: Mapping[str, Any], *, key: Key | None = None, header: Mapping[str, Any]) -> str:
        """Return claims signed with the client's key, or another; headers that are None are left out."""
        used = key or self.key
        members = {"alg": self.algorithm, "kid": used.kid, **header}
        kept = {name: value for name, value in members.items() if value is not None}
        # By hand: the library refuses to make what a server must refuse to take.
        signing_input = f"{_segment(json.dumps(kept).encode())}.{_segment(json.dumps(claims).encode())}"
        signature = JWSRegistry.algorithms[kept["alg"]].sign(signing_input.encode(), used)
        return f"{signing_input}.{_segment(signature)}"

    def push(self, sent: Mapping[str, str], *, headers: Mapping[str, str] | None = None, **form: str) -> TestResponse:
        """Push a request as it stands (RFC 9126 section 2.1)."""
        return self.call("/par", headers=headers, **{**sent, **form})

    def pushed(self, sent: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> str:
        """Push a request, signed where this client signs, and return its request_uri, checked."""
        if self.signs_requests:
            sent = {"client_id": self.client_id, "request": self.request_object(sent)}
        response = self.push(sent, headers=headers)
        assert (response.status_code, response.content_type) == (201, "application/json"), response.text
        assert response.headers["Cache-Control"] == "no-store"
        members = response.get_json()
        assert isinstance(members["expires_in"], int) and 5 <= members["expires_in"] < 600
        assert members["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
        return str(members["request_uri"])

    def begin(self, browser: Browser, sent: Mapping[str, str], *, by_post: bool = False) -> Browser:
        """Push a request, and open what was pushed."""
        return self.open(browser, self.pushed(sent), by_post=by_post)

    def open(self, browser: Browser, request_uri: str, *, by_post: bool = False, **more: str) -> Browser:
        """Send the browser with a request_uri, and nothing else that counts."""
        return super().begin(
            browser, {"client_id": self.client_id, "request_uri": request_uri, **more}, by_post=by_post
        )

    def call(self, endpoint: str, *, headers: Mapping[str, str] | None = None, **form: str) -> TestResponse:
        """Post to an endpoint, authenticated; at the token endpoint with a proof, and its nonce as it is asked for.

        Headers that are given stand in the place of the proof.
        """
        response = self._call(endpoint, headers, form)
        if headers is None and self._wants_nonce(response):
            response = self._call(endpoint, headers, form)
        return response

    def redeem(self, code: str, **form: str) -> TestResponse:
        """Present a code with its verifier."""
        return super().redeem(code, **{"code_verifier": self.verifier, **form})

    def proof(
        self,
        method: str,
        url: str,
        *,
        access_token: str | None = None,
        key: Key | None = None,
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a DPoP proof (RFC 9449 section 4.2); claims and headers that are None are left out."""
        used = key or self.dpop_key
        values: dict[str, Any] = {
            "jti": token_urlsafe(24), "htm": method, "htu": url, "nonce": self.nonce,
            "iat": int(self.services.clock.now().timestamp()), "ath": access_token and ath(access_token),
        }  # fmt: skip
        kept = {name: value for name, value in {**values, **claims}.items() if value is not None}
        public = {"typ": "dpop+jwt", "alg": "ES256", "kid": None, "jwk": used.as_dict(private=False)}
        return self.signed(kept, key=used, header={**public, **(header or {})})

    def address(self, endpoint: str) -> str:
        """Return where an endpoint is for this client: at the host for certificates where it has one."""
        host = self.proxy_headers.get("Host")
        return f"{self.metadata['issuer'] if host is None else f'https://{host}'}{endpoint}"

    def thumbprint(self, key: Key | None = None) -> str:
        """Return the RFC 7638 thumbprint of the key of the proofs, or of another."""
        return str((key or self.dpop_key).thumbprint())

    def ask_userinfo(self, access_token: str, how: str = "get") -> TestResponse:
        """Call userinfo with the token in the header, and a proof where the token is bound to a key."""
        method = "GET" if how == "get" else "POST"
        response = self._ask_userinfo(access_token, method)
        return self._ask_userinfo(access_token, method) if self._wants_nonce(response) else response

    def _call(self, endpoint: str, headers: Mapping[str, str] | None, form: Mapping[str, str]) -> TestResponse:
        _, proof = self._proof()
        sent = dict(headers or {})
        if headers is None and endpoint == "/token" and self.dpop_key is not None:
            sent["DPoP"] = self.proof("POST", self.address(endpoint))
        return self.http.post(endpoint, data={**proof, **form}, headers={**self.proxy_headers, **sent})

    def _ask_userinfo(self, access_token: str, method: str) -> TestResponse:
        headers = {**self.proxy_headers, "Authorization": f"{self.token_type} {access_token}"}
        if self.dpop_key is not None:
            headers["DPoP"] = self.proof(method, self.address("/userinfo"), access_token=access_token)
        return self.http.open("/userinfo", method=method, headers=headers)

    def _wants_nonce(self, response: TestResponse) -> bool:
        """Keep the nonce that an answer brings, and tell whether the request has to be sent again with it."""
        self.nonce = response.headers.get("DPoP-Nonce", self.nonce)
        said = response.headers.get("WWW-Authenticate", "") + (response.text if response.status_code == 400 else "")
        return response.status_code in {400, 401} and "use_dpop_nonce" in said

    def assertion(self, **changes: Any) -> str:
        """Return a client assertion as FAPI wants it: for the issuer and nobody else."""
        return super().assertion(**{"aud": self.metadata["issuer"], **changes})


def _segment(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def ath(access_token: str) -> str:
    """Return the hash of an access token that a proof carries (RFC 9449 section 4.2)."""
    return _segment(sha256(access_token.encode("ascii")).digest())


NewFapiParty = Callable[..., FapiParty]
