"""A device without a browser: it asks for a code, shows it, and polls (RFC 8628)."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services
from tests.support.grants import basic, post_token
from tests.support.tools import TOOL_SCOPE, a_client

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = ("authorization_code", "refresh_token", DEVICE_CODE)


def a_device_client(services: Services, client_id: str = "screen", **members: Any) -> RegisteredClient:
    """Store a client that signs people in on devices without a browser."""
    members.setdefault("policy", {"scope": TOOL_SCOPE})
    return a_client(services, client_id, **({"grant_types": GRANTS, "redirect_uris": ()} | members))


@dataclass
class Device:
    """One device of a client; `answer` is what it was told when it began."""

    http: FlaskClient
    client: RegisteredClient
    answer: dict[str, Any] = field(default_factory=dict)

    def ask(self, **form: str) -> TestResponse:
        """Ask for codes."""
        headers = {} if self.client.is_public else basic(self.client, f"{self.client.client_id}-secret")
        own = {"client_id": self.client.client_id} if self.client.is_public else {}
        return self.http.post("/device_authorization", data={"scope": "openid profile", **own, **form}, headers=headers)

    def begin(self, **form: str) -> "Device":
        """Ask for codes, and get them."""
        response = self.ask(**form)
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        assert response.headers["Cache-Control"] == "no-store"
        self.answer = response.get_json()
        return self

    @property
    def user_code(self) -> str:
        """Return the code that it shows."""
        return str(self.answer["user_code"])

    def poll(self, proof: dict[str, str] | None = None) -> TestResponse:
        """Ask once whether somebody has answered; `proof` are headers that prove a key."""
        sent = {"grant_type": DEVICE_CODE, "device_code": self.answer["device_code"]}
        headers = {} if self.client.is_public else basic(self.client, f"{self.client.client_id}-secret")
        return post_token(self.http, self.client, headers={**headers, **(proof or {})}, **sent)

    def hears(self) -> str:
        """Return the error that it is told now."""
        response = self.poll()
        assert response.status_code == 400, response.text
        return str(response.get_json()["error"])

    def tokens(self) -> dict[str, Any]:
        """Return the tokens that it is given now."""
        response = self.poll()
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.get_json()
        return found
