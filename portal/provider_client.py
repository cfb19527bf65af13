"""Authlib's client as one of the FAPI 2.0 Security Profile.

Requests are pushed (PAR, RFC 9126), and every request to the provider that gives or uses a token
carries a proof (DPoP, RFC 9449). A token that is bound to nobody is not accepted.
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Auth, OAuth2Session
from requests import Response

from portal.proofs import Proofs


def _as_bound(token: str, uri: str, headers: Any, body: Any, _placement: str) -> tuple[str, Any, Any]:
    headers["Authorization"] = f"DPoP {token}"
    return uri, headers, body


class BoundToken(OAuth2Auth):  # type: ignore[misc]
    """Sends a token that is bound to our key, and refuses to send any other (RFC 9449 section 7.1)."""

    SIGN_METHODS = {"dpop": _as_bound}  # noqa: RUF012 - Authlib's name


class ProvingSession(OAuth2Session):  # type: ignore[misc]
    """Authlib's session, with a proof in every request that proves the client or carries a token."""

    token_auth_class = BoundToken

    def __init__(self, *args: Any, proofs: Proofs, **members: Any) -> None:
        super().__init__(*args, **members)
        self._proofs = proofs

    def request(self, method: str, url: str, withhold_token: bool = False, auth: Any = None, **sent: Any) -> Response:  # noqa: FBT001, FBT002
        """Send a request; a second time where the provider demands its nonce in the proof."""
        if withhold_token and auth is None:
            return cast(Response, super().request(method, url, withhold_token=True, **sent))
        answer = self._proven(method, url, auth, sent)
        return self._proven(method, url, auth, sent) if self._proofs.take_nonce(answer) else answer

    def _proven(self, method: str, url: str, auth: Any, sent: Mapping[str, Any]) -> Response:
        # The client's assertion is signed anew by `auth` each time: it is good for one request as well.
        token = self.token["access_token"] if auth is None else None
        # RFC 9449 section 4.2: without what stands behind the question mark.
        headers = {**(sent.get("headers") or {}), "DPoP": self._proofs.make(method, url.partition("?")[0], token)}
        return cast(Response, super().request(method, url, auth=auth, **{**sent, "headers": headers}))


class PushingClient(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client, which pushes its requests and sends the browser with a reference."""

    client_cls = ProvingSession

    def create_authorization_url(self, redirect_uri: str | None = None, **wishes: Any) -> dict[str, Any]:
        """Return where the browser has to go; raise `OAuthError` when the provider refuses the request."""
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
