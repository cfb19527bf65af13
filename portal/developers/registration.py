"""Registers programs at the provider, as any client is registered (RFC 7591), and manages them (RFC 7592)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import requests
from requests import RequestException, Response

from core.infra.errors import ImmoError, NotFound, Unavailable

_SECONDS = 10


class ProgramRefused(ImmoError):
    """The provider takes no such program: its error and what it says about it (RFC 7591 section 3.2.2)."""

    def __init__(self, error: str, description: str) -> None:
        self.description = description
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Registered:
    """A program as the provider registered it; the secrets are told this once."""

    client_id: str
    members: Mapping[str, Any] = field(repr=False)

    @property
    def secret(self) -> str | None:
        """Return the client's secret, if it has one."""
        found = self.members.get("client_secret")
        return found if isinstance(found, str) else None

    @property
    def management_token(self) -> str | None:
        """Return the registration access token."""
        found = self.members.get("registration_access_token")
        return found if isinstance(found, str) else None


class Registrar:
    """The provider's registration endpoint."""

    def __init__(self, issuer: str) -> None:
        self._address = f"{issuer}/register"

    def register(self, members: Mapping[str, Any], *, token: str) -> Registered:
        """Register a program with an initial access token; raises `ProgramRefused`, `Unavailable`."""
        return _registered(self._send("POST", self._address, token, members))

    def change(self, client_id: str, members: Mapping[str, Any], *, token: str) -> Registered:
        """Put other metadata in the place of a program's; raises as `register`, and `NotFound`."""
        sent = {**members, "client_id": client_id}
        return _registered(self._send("PUT", self._of(client_id), token, sent))

    def remove(self, client_id: str, *, token: str) -> None:
        """Remove a program; raises `NotFound`, `Unavailable`."""
        _require_taken(self._send("DELETE", self._of(client_id), token, None))

    def _of(self, client_id: str) -> str:
        return f"{self._address}/{quote(client_id, safe='')}"

    def _send(self, method: str, url: str, token: str, members: Mapping[str, Any] | None) -> Response:
        try:
            return requests.request(
                method,
                url,
                json=members,
                headers={"Authorization": f"Bearer {token}"},
                timeout=_SECONDS,
                allow_redirects=False,
            )
        except RequestException as error:
            raise Unavailable(reason="the provider does not answer") from error


def _registered(answer: Response) -> Registered:
    _require_taken(answer)
    members = answer.json()
    return Registered(str(members["client_id"]), members)


def _require_taken(answer: Response) -> None:
    if answer.ok:
        return
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        raise NotFound(status=answer.status_code)
    try:
        members = answer.json()
    except ValueError:
        members = {}
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or "error" not in members:
        raise Unavailable(reason="the provider cannot answer", status=answer.status_code)
    raise ProgramRefused(str(members["error"]), str(members.get("error_description", "")))
