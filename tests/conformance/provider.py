"""The provider that the suite looks at: one that runs already, or our own product over https."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import requests

from core.infra.clock import SystemClock
from development.addresses import Addresses
from development.certificates import ensure_certificate
from development.ports import LASTING, free_port, is_taken
from development.product import ROOT, environment, programs, set_up
from development.supervisor import Supervisor
from development.tls import server_context
from tests.conformance import mutual_tls
from tests.conformance.configuration import StaticClient
from tests.conformance.plans import PlanChoice
from tests.conformance.resource import Resource, serving

_TIMEOUT_SECONDS = 20
# Every worker reads the keys anew within this time.
_SEEN_SECONDS = 120


@dataclass(frozen=True)
class Provider:
    """A running provider, and the environment in which `idp` works on its data; `trust` as `requests` takes it."""

    issuer: str
    environment: Mapping[str, str]
    trust: bool | str = True
    # Where tokens without `openid` are good.
    resource: str | None = None

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document."""
        found: dict[str, Any] = self._get("/.well-known/openid-configuration")
        return found

    def key_ids(self) -> set[str]:
        """Return the identifiers of the keys that are published now."""
        return {key["kid"] for key in self._get("/jwks")["keys"]}

    def register(self, plan: PlanChoice, client: StaticClient) -> None:
        """Register a client as an operator does, for the plan's profile."""
        self._add(client.client_id, client.metadata, "--profile", plan.profile)

    def introspect(self, token: str, credentials: tuple[str, str]) -> dict[str, Any]:
        """Return what the provider says of a token to a resource server."""
        address = f"{self.issuer}/introspect"
        answer = requests.post(
            address, data={"token": token}, auth=credentials, timeout=_TIMEOUT_SECONDS, verify=self.trust
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def register_resource_server(self) -> tuple[str, str]:
        """Register a resource server for the tokens that nobody asked for another, and return its credentials."""
        name = f"resource-{token_hex(4)}"
        members = {"client_name": "A resource", "grant_types": ["client_credentials"], "redirect_uris": []}
        # Whom tokens are for when nobody asks: userinfo for a person's, the issuer for a client's own.
        options = ("--introspection", "--resource", self.issuer, "--resource", f"{self.issuer}/userinfo")
        told = json.loads(self._add(name, members, *options))
        return name, str(told["client_secret"])

    def _add(self, client_id: str, metadata: Mapping[str, object], *options: str) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(metadata, file)
            file.flush()
            return self._idp("clients", "add", file.name, "--id", client_id, *options)

    def rotate(self) -> str:
        """Make a signing key, publish it, let it sign, and return its identifier once everybody sees it.

        The key that signed so far stays published, so that what it signed can be verified.
        """
        kid = self._idp("keys", "new", "RS256").strip()
        end = time.monotonic() + _SEEN_SECONDS
        while kid not in self.key_ids():
            if time.monotonic() > end:
                raise RuntimeError(f"the key {kid} is not published after {_SEEN_SECONDS} seconds")
            time.sleep(1)
        self._idp("keys", "activate", kid, "--at-once")
        return kid

    def _get(self, path: str) -> Any:
        answer = requests.get(f"{self.issuer}{path}", timeout=_TIMEOUT_SECONDS, verify=self.trust)
        answer.raise_for_status()
        return answer.json()

    def _idp(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "idp", *arguments],
            env=dict(self.environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"idp {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout


@contextmanager
def our_own(given: Mapping[str, str]) -> Iterator[Provider]:
    """Run our product with the demo world over https, on free ports and in a folder of its own.

    Fetches may reach a suite on this machine with a certificate of its own making, and the limits
    that a hundred sign-ins in a row would meet are lifted.
    """
    kept = {name: value for name, value in given.items() if not name.startswith("IMMO_")}
    with tempfile.TemporaryDirectory() as name:
        folder, addresses = Path(name), _free_addresses()
        mtls_port = free_port()
        own = {
            "IMMO_MODE": "test", "IMMO_OUTBOUND_INSECURE": "1", "IMMO_REGISTRATION": "open",
            "IMMO_MTLS_URL": f"https://localhost:{mtls_port}", "IMMO_MTLS_PROXY_SECRET": mutual_tls.SECRET,
        }  # fmt: skip
        found = environment(addresses, folder, {**kept, **own})
        set_up(found, lambda _words: None)
        started = tuple(programs(addresses, found, folder))
        supervisor = Supervisor(started, folder=ROOT, logs=folder / "log")
        try:
            supervisor.start()
            provider = Provider(addresses.issuer, found, str(folder / "tls" / "authority.pem"))
            with mutual_tls.proxy(folder, mtls_port, started), _resource(provider, folder) as address:
                yield replace(provider, resource=address)
        finally:
            supervisor.stop()


@contextmanager
def _resource(provider: Provider, folder: Path) -> Iterator[str]:
    """Serve a resource of somebody else's beside the provider, and yield its address."""
    port, credentials = free_port(), provider.register_resource_server()
    address = f"https://localhost:{port}/accounts"
    resource = Resource(address, lambda token: provider.introspect(token, credentials), SystemClock(), folder)
    with serving(resource, port, server_context(ensure_certificate(folder / "tls").pairs)):
        yield address


def running(issuer: str, given: Mapping[str, str]) -> Provider:
    """Return a provider that somebody started; `idp` works on its data with what the environment says."""
    kept = {name: value for name, value in given.items() if not name.startswith("IMMO_CONFORMANCE_")}
    return Provider(issuer.rstrip("/"), kept, os.environ.get("REQUESTS_CA_BUNDLE") or True)


def _free_addresses() -> Addresses:
    rows = (Addresses(port, tls=True) for port in LASTING[::10])
    return next(row for row in rows if not any(is_taken(port) for port in row.ports()))
