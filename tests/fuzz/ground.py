"""A provider with everything that could leak, and what must be true of each of its answers."""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from werkzeug.test import TestResponse

from core.infra.log import SecretFilter
from idp.oidc import codes
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.wiring import Services
from tests.fuzz.values import EVIL
from tests.support.grants import (
    ASSERTION_TYPE,
    REDIRECT_URI,
    SECRET,
    VERIFIER,
    a_client,
    a_grant,
    a_key,
    a_person,
    a_public_client,
    basic,
    granted,
    public_jwks,
)  # fmt: skip

_FORM_ACTION = re.compile(r"<form[^>]*action=\"([^\"]*)\"")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
GOODBYE = "https://tool.immo.test/goodbye"


class Log(logging.Handler):
    """Keeps what the log says, masked as every handler of ours masks it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.addFilter(SecretFilter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record, with its fields and its traceback."""
        self.lines.append(f"{record.getMessage()} {getattr(record, 'immo_fields', '')} {record.exc_text}")


@dataclass
class Ground:
    """The provider, its clients, and `secrets`: what was handed out and must never be seen again."""

    services: Services
    app: Flask
    log: "Log"
    key: Any = field(default_factory=a_key)
    numbers: Iterator[int] = field(default_factory=count)
    nonce: str | None = None
    bound: str = ""

    def __post_init__(self) -> None:
        every = ("authorization_code", "refresh_token", "client_credentials", DEVICE, EXCHANGE)
        policy = ClientPolicy(scope=(*DEFAULT_SCOPE, "organization"), token_exchange=True)
        self.client = a_client(self.services, grant_types=every, post_logout_redirect_uris=(GOODBYE,), policy=policy)
        self.public = a_public_client(self.services)
        own_key: dict[str, Any] = {
            "secret": None, "token_endpoint_auth_method": "private_key_jwt", "jwks": public_jwks(self.key),
            "token_endpoint_auth_signing_alg": "ES256",
        }  # fmt: skip
        self.keyed = a_client(self.services, **own_key)
        policies = {profile: ClientPolicy(profile=profile, scope=DEFAULT_SCOPE) for profile in Profile}
        self.strict = a_client(
            self.services, **own_key, policy=policies[Profile.FAPI2_SECURITY], id_token_signed_response_alg="PS256"
        )
        self.signing = a_client(
            self.services, **own_key, policy=policies[Profile.FAPI2_MESSAGE_SIGNING],
            id_token_signed_response_alg="PS256",
        )  # fmt: skip
        self.person_id = a_person(self.services, "somebody.else")
        caller = self.app.test_client()
        self.tokens = granted(self.services, caller, self.client, a_grant(self.services, self.client, self.person_id))
        asked = caller.post("/device_authorization", data={"scope": "openid"}, headers=basic(self.client))
        self.device_code = str(asked.get_json()["device_code"])
        self.code = codes.issue(self.services.store, a_grant(self.services, self.client, self.person_id))
        self.registered = {
            uri for client in self.clients for uri in (*client.redirect_uris, *client.post_logout_redirect_uris)
        }
        self.secrets: tuple[str, ...] = (
            SECRET, VERIFIER, self.code, self.tokens["access_token"], self.tokens["refresh_token"],
            self.services.settings.secret.reveal(), self._bound_token(), self.device_code,
        )  # fmt: skip

    @property
    def clients(self) -> tuple[RegisteredClient, ...]:
        """Return one client of each kind."""
        return (self.client, self.public, self.keyed, self.strict, self.signing)

    def claims(self, client: RegisteredClient, **more: object) -> dict[str, object]:
        """Return the claims of a good assertion or request object of a client."""
        now = int(self.services.clock.now().timestamp())
        return {
            "iss": client.client_id, "sub": client.client_id, "aud": self.services.settings.issuer, "iat": now,
            "nbf": now, "exp": now + 60, "jti": "a-jti", **more,
        }  # fmt: skip

    def signed(self, claims: Mapping[str, object], **header: object) -> str:
        """Return claims signed with the key of the clients that have one."""
        payload, told = json.dumps(claims).encode(), {"alg": "ES256", "kid": self.key.kid, **header}
        return jws.serialize_compact(told, payload, self.key, algorithms=["ES256"])

    def proof_claims(self, method: str, path: str, **more: object) -> dict[str, object]:
        """Return the claims of a good DPoP proof."""
        claims = {"htm": method, "htu": f"{self.services.settings.issuer}{path}", "nonce": self.nonce, **more}
        return self.claims(self.strict, **{name: value for name, value in claims.items() if value is not None})

    @property
    def proof_header(self) -> dict[str, object]:
        """Return what a DPoP proof says of its key."""
        return {"typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}

    def _bound_token(self) -> str:
        """Return an access token that is bound to the key; keep the nonce that was asked for."""
        self.nonce = self._redeem_strictly(0).headers["DPoP-Nonce"]
        self.bound = str(self._redeem_strictly(1).get_json()["access_token"])
        return self.bound

    def _redeem_strictly(self, number: int) -> TestResponse:
        code = codes.issue(self.services.store, a_grant(self.services, self.strict, self.person_id))
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER,
            "client_assertion": self.signed(self.claims(self.strict, jti=f"own-{number}")),
            "client_assertion_type": ASSERTION_TYPE,
        }  # fmt: skip
        proof = self.signed(self.proof_claims("POST", "/token", jti=f"proof-{number}"), **self.proof_header)
        return self.caller().post("/token", data=form, headers={"DPoP": proof})

    def caller(self) -> FlaskClient:
        """Return a caller without cookies."""
        return self.app.test_client()

    def check(self, response: TestResponse, *, ours: Iterable[str] = ()) -> TestResponse:
        """Assert of an answer what is true of every answer; `ours` may be shown back to who sent it."""
        assert response.status_code < 500, response.text[:2000]
        told = f"{response.headers}\n{response.text}"
        plain, logged = unquote(told), "\n".join(self.log.lines)
        self.log.lines.clear()
        for secret in self.secrets:
            assert secret in ours or (secret not in told and secret not in plain), "a secret came back"
            assert secret not in logged, "a secret was logged"
        assert "X-Injected" not in response.headers
        assert "Traceback" not in told
        location = response.headers.get("Location")
        if location is not None:
            self._check_target(location)
        for action in _FORM_ACTION.findall(response.text) if response.mimetype == "text/html" else ():
            self._check_target(unescape(action) or "/")
        return response

    def _check_target(self, target: str) -> None:
        if target.startswith("/") and not target.startswith(("//", "/\\")):
            return
        parts = urlsplit(target)
        base = parts._replace(query="", fragment="").geturl()
        home = urlsplit(self.services.settings.issuer)
        is_home = (parts.scheme, parts.netloc) == (home.scheme, home.netloc)
        assert base in self.registered or is_home, f"sent to {target}"
        assert EVIL[8:] not in base


def good_authorization(client: RegisteredClient) -> dict[str, str]:
    """Return an authorization request that is right."""
    return {
        "client_id": client.client_id, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": "openid profile",
        "state": "s", "nonce": "n", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }  # fmt: skip
