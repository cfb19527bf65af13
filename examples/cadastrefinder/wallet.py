"""Letting an organisation's wallet pay, at the wallet API of Immo-Connect.

A charge carries a name of ours, twice. As its Idempotency-Key it happens once, however often it is sent:
where no answer came, send it again. As its `reference` it is found again, by us and by Immo-Connect.
"""

from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError

# What the token must carry: the right to charge, and for which organisation, tool and role.
SCOPE = "organization roles wallet wallet:charge"
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody is about to buy: our name for it, the price with VAT, what their bookkeeper reads."""

    name: str
    amount_cents: int
    description: str


class Refused(Exception):
    """Nothing was paid; `code` says why, and `topup_url` where the wallet can be recharged, if that helps."""

    def __init__(self, code: str, topup_url: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.topup_url = topup_url


class SignInOver(Exception):
    """Immo-Connect gives no more tokens for this sign-in: the user has to sign in again."""


class Wallet:
    """The wallet API; its address is also the resource that tokens for it name (RFC 8707)."""

    def __init__(self, url: str, provider: Any) -> None:
        self.url = url
        self._provider = provider

    def charge(self, charge: Charge, refresh_token: str) -> str:
        """Let the organisation of the sign-in pay, and return what the wallet calls it, for a refund.

        Raises `Refused` and `SignInOver`; and `RequestException` where nobody knows whether it was paid:
        the same charge can be sent again.
        """
        answer = requests.post(
            f"{self.url}/charges",
            json={
                "amount_cents": charge.amount_cents,
                "currency": "EUR",
                "description": charge.description,
                "reference": charge.name,
            },
            headers={"Authorization": f"Bearer {self._token(refresh_token)}", "Idempotency-Key": charge.name},
            timeout=_SECONDS,
            allow_redirects=False,
        )
        if answer.status_code == requests.codes.created:
            return str(answer.json()["id"])
        if answer.status_code == requests.codes.unauthorized:
            raise SignInOver
        if answer.status_code == requests.codes.too_many_requests or answer.status_code >= requests.codes.server_error:
            answer.raise_for_status()
        problem = answer.json()
        raise Refused(problem["code"], problem.get("topup_url"))

    def _token(self, refresh_token: str) -> str:
        """Return a token for the wallet alone, made now: it lives five minutes (RFC 6749 section 6)."""
        try:
            given = self._provider.fetch_access_token(
                grant_type="refresh_token", refresh_token=refresh_token, resource=self.url, scope=SCOPE
            )
        except OAuthError as error:
            raise SignInOver if error.error == "invalid_grant" else Refused(error.error) from error
        return str(given["access_token"])
