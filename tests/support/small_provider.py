"""A small OpenID provider that a test controls word by word: the other side of a relying party.

It stands for a provider that errs or is hostile, which ours never does: the test says what the
ID token, the userinfo answer and the logout token contain. It speaks real HTTP.
"""

import json
import secrets
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class SmallProvider:
    """Grants codes, answers the token and userinfo endpoints, signs whatever it is told."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = _key("first")
        self.published = [self.key]
        self.token_requests: list[dict[str, str]] = []
        self.jwks_requests = 0
        self.is_down = False
        self._made = 0
        self._grants: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def answer(self, location: str, *, id_token: Mapping[str, Any] = {}, userinfo: Mapping[str, Any] = {}) -> str:
        """Return the query of a successful answer to the authorization request in `location`.

        `id_token` and `userinfo` change or, where the value is None, remove claims.
        """
        asked = dict(parse_qsl(urlsplit(location).query))
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "usr_anna", "aud": asked["client_id"], "iat": now, "exp": now + 600,
            "auth_time": now, "nonce": asked["nonce"], "sid": "ses_1", "acr": "urn:immo-connect:acr:pwd",
        }  # fmt: skip
        person = {"sub": "usr_anna", "name": "Anna Peeters", "email": "anna@immo-demo.example"}
        code = secrets.token_urlsafe(16)
        self._grants[code] = (_changed(claims, id_token), _changed(person, userinfo))
        return f"code={code}&state={asked['state']}&iss={self.issuer}"

    def sign(self, claims: Mapping[str, Any], *, typ: str = "JWT", key: RSAKey | None = None) -> str:
        """Return the claims as a JWS."""
        signer = key or self.key
        return jwt.encode({"alg": "RS256", "kid": signer.kid, "typ": typ}, dict(claims), signer)

    def logout_token(self, client_id: str, /, *, typ: Any = "logout+jwt", key: Any = None, **claims: Any) -> str:
        """Return a good logout token, or one changed by `claims`, where None removes."""
        now = int(time.time())
        good = {
            "iss": self.issuer, "aud": client_id, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(8),
            "sid": "ses_1", "sub": "usr_anna", "events": {LOGOUT_EVENT: {}},
        }  # fmt: skip
        return self.sign(_changed(good, claims), typ=typ, key=key)

    def new_key(self) -> RSAKey:
        """Return a key that is not published."""
        self._made += 1
        return _key(f"made-{self._made}")

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: str) -> tuple[int, Any]:
        """Answer one request with a status and a JSON value."""
        if self.is_down:
            return 503, {"error": "temporarily_unavailable"}
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, self._metadata()
            case "GET", "/jwks":
                self.jwks_requests += 1
                return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
            case "POST", "/token":
                return self._token(headers, body)
            case "GET", "/userinfo":
                code = headers["Authorization"].removeprefix("Bearer at-")
                return 200, self._grants[code][1]
            case _:
                return 404, {}

    def _metadata(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "end_session"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()},
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, headers: Mapping[str, str], body: str) -> tuple[int, Any]:
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        if headers.get("Authorization", "").startswith("Basic "):
            name, _, secret = b64decode(headers["Authorization"][6:]).decode().partition(":")
            sent["client_id"], sent["client_secret"] = unquote_plus(name), unquote_plus(secret)
        self.token_requests.append(sent)
        if sent["code"] not in self._grants:
            return 400, {"error": "invalid_grant"}
        claims = self._grants[sent["code"]][0]
        return 200, {
            "access_token": f"at-{sent['code']}", "token_type": "Bearer", "expires_in": 600,
            "id_token": self.sign(claims),
        }  # fmt: skip


def present() -> datetime:
    """Return the machine's present moment, which libraries read for themselves."""
    return datetime.now(UTC)


@cache
def _key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})


def _changed(claims: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


@contextmanager
def running() -> Iterator[SmallProvider]:
    """Run a small provider on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

        def _answer(self, body: str) -> None:
            status, value = provider.respond(self.command, urlsplit(self.path).path, dict(self.headers), body)
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = SmallProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
