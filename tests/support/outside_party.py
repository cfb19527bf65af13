"""A relying party outside of the running product: it sends a browser, and redeems what comes back."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import Page

from core.infra.db import Database
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from tests.support.running_product import RunningProduct

_SECONDS = 20


@dataclass(frozen=True)
class Received:
    """The claims of the ID token and of userinfo, and every byte that was received."""

    id_token: dict[str, Any]
    userinfo: dict[str, Any]
    everything: str


class OutsideParty:
    """A client of the running product, which may ask for these scopes; some page must lie at `callback`."""

    def __init__(self, product: RunningProduct, callback: str, *scope: str) -> None:
        self._issuer = product.addresses.issuer
        self._callback = callback
        self._scope = scope
        self._client_id = f"party-{token_urlsafe(6)}"
        self._secret = token_urlsafe()
        self._nonce = token_urlsafe()
        client = RegisteredClient(
            client_id=self._client_id,
            name="A party",
            tool_id=None,
            enabled=True,
            secret_digest=None,
            token_endpoint_auth_method="client_secret_basic",
            redirect_uris=(callback,),
            policy=ClientPolicy(scope=scope),
        )
        # What only tools of the catalogue may ask for is given by the operator, not by registering.
        with closing(Database(product.database_url)) as database, database.transaction() as session:
            store_client(session, client, secret=self._secret, now=datetime.now(UTC))

    def send(self, page: Page, **more: str) -> None:
        """Send a browser to sign in, with further parameters."""
        request = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback,
            "scope": " ".join(self._scope),
            "state": "state",
            "nonce": self._nonce,
            **more,
        }
        page.goto(f"{self._issuer}/authorize?{urlencode(request)}")

    def receive(self, page: Page) -> Received:
        """Wait for the browser to be back, and redeem the code that it brings."""
        page.wait_for_url(f"{self._callback}**")
        [code] = parse_qs(urlsplit(page.url).query)["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._callback}
        proof = (self._client_id, self._secret)
        tokens = requests.post(f"{self._issuer}/token", data=form, auth=proof, timeout=_SECONDS)
        assert tokens.status_code == 200, tokens.text
        bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
        userinfo = requests.get(f"{self._issuer}/userinfo", headers=bearer, timeout=_SECONDS)
        keys = requests.get(f"{self._issuer}/jwks", timeout=_SECONDS).json()
        claims = dict(jwt.decode(tokens.json()["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"]).claims)
        assert claims["nonce"] == self._nonce
        return Received(claims, userinfo.json(), page.url + tokens.text + userinfo.text + str(claims))
