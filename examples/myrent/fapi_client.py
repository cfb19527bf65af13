"""MyRent Pro's client of Immo-Connect after the FAPI 2.0 Security Profile, on top of Authlib's.

Three things are added to an ordinary client. Requests are pushed to Immo-Connect and the browser
carries a reference alone (PAR, RFC 9126); a key of our own stands in place of a secret
(private_key_jwt, RFC 7523); a second key signs a proof into each request, and what we are given
works for its holder only (DPoP, RFC 9449).
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Auth, OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey
from requests import Response

ALGORITHM = "ES256"


class Keys:
    """The two keys of this tool, made when it first starts; only their public halves ever leave it."""

    def __init__(self, folder: Path) -> None:
        self.client = _ensure(folder / "client.pem")
        self.proof = _ensure(folder / "proof.pem")
        self.nonce: str | None = None

    def jwks(self) -> dict[str, Any]:
        """Return what we register with Immo-Connect, at /jwks (RFC 7517 section 5)."""
        public = self.client.as_dict(private=False)
        return {"keys": [{**public, "kid": self.client.thumbprint(), "alg": ALGORITHM, "use": "sig"}]}

    def authentication(self, issuer: str) -> PrivateKeyJWT:
        """Return what signs us in at Immo-Connect; in FAPI an assertion is for the issuer and nobody else."""
        return PrivateKeyJWT(issuer, alg=ALGORITHM, headers={"kid": self.client.thumbprint()})

    def prove(self, method: str, url: str, access_token: str | None) -> str:
        """Return a proof for one request (RFC 9449 section 4.2)."""
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        if access_token is not None:
            digest = hashlib.sha256(access_token.encode()).digest()
            claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.nonce is not None:
            claims["nonce"] = self.nonce
        header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": self.proof.as_dict(private=False)}
        return jwt.encode(header, claims, self.proof)

    def wants_another(self, answer: Response) -> bool:
        """Keep the nonce that an answer brings; tell whether it asks for a proof with that one (section 8)."""
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        if answer.status_code == 400:
            return bool(answer.json().get("error") == "use_dpop_nonce")
        return answer.status_code == 401 and "use_dpop_nonce" in answer.headers.get("WWW-Authenticate", "")


def _ensure(path: Path) -> ECKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Aside first, so that half a key is never taken for one.
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
        fresh.replace(path)
    return ECKey.import_key(path.read_bytes())


def _as_bound(token: str, uri: str, headers: Any, body: Any, _placement: str) -> tuple[str, Any, Any]:
    headers["Authorization"] = f"DPoP {token}"
    return uri, headers, body


class BoundToken(OAuth2Auth):  # type: ignore[misc]
    """Sends a token that is bound to our key; one that anybody could use is not accepted."""

    SIGN_METHODS = {"dpop": _as_bound}  # noqa: RUF012 - Authlib's name


class ProvingSession(OAuth2Session):  # type: ignore[misc]
    """Authlib's session with a proof in every request that needs one."""

    token_auth_class = BoundToken

    def __init__(self, *args: Any, keys: Keys, **members: Any) -> None:
        super().__init__(*args, **members)
        self._keys = keys

    def request(self, method: str, url: str, withhold_token: bool = False, auth: Any = None, **sent: Any) -> Response:  # noqa: FBT001, FBT002
        """Send a request; once more where Immo-Connect wants its own nonce in the proof."""
        if withhold_token and auth is None:
            return cast(Response, super().request(method, url, withhold_token=True, **sent))
        answer = self._proven(method, url, auth, sent)
        return self._proven(method, url, auth, sent) if self._keys.wants_another(answer) else answer

    def _proven(self, method: str, url: str, auth: Any, sent: Mapping[str, Any]) -> Response:
        # Authlib signs the client's assertion anew each time, too: neither is good for two requests.
        token = self.token["access_token"] if auth is None else None
        headers = {**(sent.get("headers") or {}), "DPoP": self._keys.prove(method, url, token)}
        return cast(Response, super().request(method, url, auth=auth, **{**sent, "headers": headers}))


class PushingClient(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client, which pushes what it asks for and sends the browser with a reference."""

    client_cls = ProvingSession

    def create_authorization_url(self, redirect_uri: str | None = None, **wishes: Any) -> dict[str, Any]:
        """Return where the browser has to go; raise `OAuthError` when Immo-Connect refuses the request."""
        asked: dict[str, Any] = super().create_authorization_url(redirect_uri, **wishes)
        metadata = self.load_server_metadata()
        with self._get_oauth_client(**metadata) as session:
            answer = session.post(
                metadata["pushed_authorization_request_endpoint"],
                data=dict(parse_qsl(urlsplit(asked["url"]).query)),
                auth=session.client_auth("private_key_jwt"),
            )
        if answer.status_code in {400, 401}:
            raise OAuthError(answer.json().get("error"))
        answer.raise_for_status()
        reference = {"client_id": self.client_id, "request_uri": answer.json()["request_uri"]}
        return {**asked, "url": f"{metadata['authorization_endpoint']}?{urlencode(reference)}"}
