"""The two example tools, each against a small provider that the test controls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from examples.cadastrefinder.app import create_app as create_cadastrefinder
from examples.myrent.app import create_app as create_myrent
from tests.support import small_provider
from tests.support.small_provider import SmallProvider

NOORD = {
    "org_id": "org_noord",
    "org_name": "Immo Demo Noord BV",
    "roles": ["user"],
    "urn:immo-connect:claims:usage": {"code": "estate-agent", "registration": "reg_1"},
    "urn:immo-connect:claims:organization": {"id": "org_noord", "company_number": "0100001060", "country": "BE"},
    "urn:immo-connect:claims:accreditations": [{"type": "be.biv", "number": "500123", "basis": "own"}],
}


@dataclass(frozen=True)
class Tool:
    """One of the examples, running against `provider`; `restart` builds it anew on the same files."""

    client_id: str
    url: str
    provider: SmallProvider
    restart: Callable[[], Flask]
    over_https: Callable[[], Flask]
    app: Flask
    file: Path

    def browser(self) -> FlaskClient:
        """Return a browser that was never here."""
        return self.app.test_client()

    def signed_in(self, **claims: object) -> FlaskClient:
        """Return a browser that is signed in, under Noord where `claims` say nothing else."""
        browser = self.browser()
        location = browser.get("/sign-in").location
        answer = browser.get(f"/callback?{self.provider.answer(location, id_token={**NOORD, **claims})}")
        assert answer.status_code == 303, answer.text
        return browser


@pytest.fixture
def provider() -> Iterator[SmallProvider]:
    """Yield a small provider on a port of its own."""
    with small_provider.running() as running:
        yield running


@pytest.fixture(params=["cadastrefinder", "myrent-pro"])
def tool(request: pytest.FixtureRequest, provider: SmallProvider, tmp_path: Path) -> Tool:
    """Return each of the two tools in turn."""
    create, prefix, url = {
        "cadastrefinder": (create_cadastrefinder, "CADASTREFINDER", "http://localhost:8082"),
        "myrent-pro": (create_myrent, "MYRENT", "http://localhost:8083"),
    }[request.param]
    environment = {
        "IMMO_ISSUER": provider.issuer,
        f"{prefix}_URL": url,
        f"{prefix}_SESSIONS": str(tmp_path / "sessions.sqlite3"),
        f"{prefix}_KEYS": str(tmp_path / "keys"),
    }
    at_https = {**environment, f"{prefix}_URL": "https://tool.example"}
    return Tool(
        client_id=request.param,
        url=url,
        provider=provider,
        restart=lambda: create(environment),
        over_https=lambda: create(at_https),
        app=create(environment),
        file=tmp_path / "sessions.sqlite3",
    )
