"""A small OpenID provider that a test controls word by word: the other side of a relying party.

It stands for a provider that errs or is hostile, which ours never does: the test says what the
ID token, the userinfo answer and the logout token contain. It speaks real HTTP.
"""

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class SmallProvider:
    """Grants codes, answers the token and userinfo endpoints, signs whatever it is told."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = _key("first")
        self.published = [self.key]
        self.token_requests: list[dict[str, str]] = []
        # What was asked with refresh tokens, and the sessions that are over for them.
        self.gives_refresh_token = True
        self.refreshed: list[str] = []
        self.refresh_requests: list[dict[str, str]] = []
        self.ended: set[str] = set()
        self.jwks_requests = 0
        self.is_down = False
        self.asked_in_vain = 0
        # Of a client whose clock the test moves: what its proofs are judged by, in seconds since 1970.
        self.present: Callable[[], float] = time.time
        # Where a client proves its requests: the nonce it must use, its proofs that had it, and what was pushed.
        self.nonce = "first-nonce"
        self.token_type = "DPoP"
        self.push_error: str | None = None
        self.proofs: list[dict[str, Any]] = []
        self.pushed: dict[str, dict[str, str]] = {}
        self._made = 0
        self._grants: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def asked(self, location: str) -> dict[str, str]:
        """Return the parameters of an authorization request, pushed before or in its address."""
        sent = dict(parse_qsl(urlsplit(location).query))
        return self.pushed[sent["request_uri"]] if set(sent) == {"client_id", "request_uri"} else sent

    def answer(self, location: str, *, id_token: Mapping[str, Any] = {}, userinfo: Mapping[str, Any] = {}) -> str:
        """Return the query of a successful answer to the authorization request in `location`.

        `id_token` and `userinfo` change or, where the value is None, remove claims.
        """
        asked = self.asked(location)
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
            self.asked_in_vain += 1
            return 503, {"error": "temporarily_unavailable"}
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, self._metadata()
            case "GET", "/jwks":
                self.jwks_requests += 1
                return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
            case "POST", "/par":
                return self._demand(headers, method, path) or self._push(body)
            case "POST", "/token":
                return self._demand(headers, method, path) or self._token(headers, body)
            case "GET", "/userinfo":
                scheme, _, token = headers["Authorization"].partition(" ")
                assert (scheme == "DPoP") is ("DPoP" in headers)
                return self._demand(headers, method, path, token) or (200, self._grants[token[3:]][1])
            case _:
                return 404, {}

    def _demand(
        self, headers: Mapping[str, str], method: str, path: str, token: str | None = None
    ) -> tuple[int, Any] | None:
        """Judge the proof of a client that proves its requests; return what it is refused with."""
        if "DPoP" not in headers:
            return None
        jwk = json.loads(_decoded(headers["DPoP"].partition(".")[0]))["jwk"]
        proof = jwt.decode(headers["DPoP"], ECKey.import_key(jwk), algorithms=["ES256"])
        ath = None if token is None else urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
        assert proof.header == {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
        assert "d" not in jwk
        assert (proof.claims["htm"], proof.claims["htu"]) == (method, self.issuer + path)
        assert (abs(proof.claims["iat"] - self.present()) < 60, proof.claims.get("ath")) == (True, ath)
        if proof.claims.get("nonce") != self.nonce:
            return 400 if token is None else 401, {"error": "use_dpop_nonce"}
        self.proofs.append({"jwk": jwk, "path": path, **proof.claims})
        return None

    def _push(self, body: str) -> tuple[int, Any]:
        if self.push_error is not None:
            return 400, {"error": self.push_error}
        request_uri = f"urn:ietf:params:oauth:request_uri:{len(self.pushed)}"
        self.pushed[request_uri] = dict(parse_qsl(body))
        return 201, {"request_uri": request_uri, "expires_in": 90}

    def _metadata(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "end_session"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()},
            "pushed_authorization_request_endpoint": f"{self.issuer}/par",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, headers: Mapping[str, str], body: str) -> tuple[int, Any]:
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        if headers.get("Authorization", "").startswith("Basic "):
            name, _, secret = b64decode(headers["Authorization"][6:]).decode().partition(":")
            sent["client_id"], sent["client_secret"] = unquote_plus(name), unquote_plus(secret)
        if sent.get("grant_type") == "refresh_token":
            return self._refresh(sent)
        self.token_requests.append(sent)
        if sent["code"] not in self._grants:
            return 400, {"error": "invalid_grant"}
        claims = self._grants[sent["code"]][0]
        refresh = {"refresh_token": f"rt-{claims.get('sid', '')}"} if self.gives_refresh_token else {}
        return 200, {
            "access_token": f"at-{sent['code']}", "expires_in": 600, "id_token": self.sign(claims),
            "token_type": self.token_type if "DPoP" in headers else "Bearer",
            **refresh,
        }  # fmt: skip

    def _refresh(self, sent: Mapping[str, str]) -> tuple[int, Any]:
        """Answer as long as the session lives to which the token is bound."""
        self.refreshed.append(sent["refresh_token"])
        self.refresh_requests.append(dict(sent))
        if sent["refresh_token"].removeprefix("rt-") in self.ended:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "at-again", "expires_in": 600, "token_type": self.token_type}


def present() -> datetime:
    """Return the machine's present moment, which libraries read for themselves."""
    return datetime.now(UTC)


def _decoded(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


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
            self.send_header("DPoP-Nonce", provider.nonce)
            if status == 401:
                self.send_header("WWW-Authenticate", f'DPoP error="{value["error"]}"')
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
