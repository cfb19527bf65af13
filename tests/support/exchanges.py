"""Tokens of people at a tool, and what clients exchange them for (RFC 8693)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from joserfc.jwk import Key
from werkzeug.test import TestResponse

from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services
from tests.support.dpop_proofs import a_proof
from tests.support.grants import CHALLENGE, VERIFIER, basic, post_token
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


@dataclass
class Caller:
    """A client at the token endpoint; with a key it proves that with every request."""

    services: Services
    http: FlaskClient
    client: RegisteredClient
    key: Key | None = None

    def post(self, **form: Any) -> TestResponse:
        """Send a token request, once more where a nonce was missing."""
        response = self._post(None, form)
        nonce = response.headers.get("DPoP-Nonce")
        return self._post(nonce, form) if response.status_code == 400 and nonce else response

    def exchange(self, subject_token: str | None, **form: str | None) -> TestResponse:
        """Bring a token; a parameter that is None is left out."""
        sent = {"grant_type": EXCHANGE, "subject_token": subject_token, "subject_token_type": ACCESS_TOKEN}
        return self.post(**{name: value for name, value in {**sent, **form}.items() if value is not None})

    def exchanged(self, subject_token: str, **form: str | None) -> dict[str, Any]:
        """Return what a token is exchanged for."""
        response = self.exchange(subject_token, **form)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store"), response.text
        members: dict[str, Any] = response.get_json()
        return members

    def refused(self, subject_token: str | None, **form: str | None) -> str:
        """Return the error that an exchange is refused with."""
        response = self.exchange(subject_token, **form)
        assert response.status_code == 400, response.text
        return str(response.get_json()["error"])

    def signed_in(self, browser: Browser, choose: Callable[[Browser], object], **request: str) -> dict[str, Any]:
        """Return the tokens of somebody who signs in at the client."""
        browser.authorize(self.client.client_id, code_challenge=CHALLENGE, code_challenge_method="S256", **request)
        choose(browser.sign_in())
        response = self.post(
            grant_type="authorization_code",
            code=browser.answer["code"],
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
        )
        assert response.status_code == 200, response.text
        members: dict[str, Any] = response.get_json()
        return members

    def _post(self, nonce: str | None, form: dict[str, Any]) -> TestResponse:
        headers = {} if self.client.is_public else basic(self.client, f"{self.client.client_id}-secret")
        if self.key is not None:
            url = f"{self.services.settings.issuer}/token"
            headers["DPoP"] = a_proof(self.key, "POST", url, self.services.clock.now(), nonce=nonce)
        return post_token(self.http, self.client, headers=headers, **form)
