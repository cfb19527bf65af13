"""openid-client from npm, unmodified, through discovery: registration, code with PKCE, refresh, userinfo, logout."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from development.programs import NODE, NPM, require
from tests.support.running_product import RunningProduct
from tests.support.steps import sign_in

FOLDER = Path(__file__).parent
CALLBACK = "https://client.example/callback"
GOODBYE = "https://client.example/goodbye"


class Driven:
    """The client as a process: it says one JSON object a line, and is told where the browser came back to."""

    def __init__(self, issuer: str, *, method: str, algorithm: str) -> None:
        settings = {
            "issuer": issuer,
            "callback": CALLBACK,
            "goodbye": GOODBYE,
            "method": method,
            "algorithm": algorithm,
        }
        self._process = subprocess.Popen(
            [require(NODE), str(FOLDER / "openid_client.mjs"), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def hear(self, name: str) -> Any:
        """Return what the client says next, which must have this name."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the client stopped before {name}:\n{self._last_words()}"
        said: dict[str, Any] = json.loads(line)
        assert list(said) == [name]
        return said[name]

    def tell(self, line: str) -> None:
        """Answer what the client waits for."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """End the client, whatever it does."""
        self._process.kill()
        self._process.communicate()

    def _last_words(self) -> str:
        return self._process.communicate(timeout=20)[1]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    """See that the locked packages are there; the first run on a machine fetches them."""
    if not (FOLDER / "node_modules" / "openid-client").exists():
        subprocess.run([require(NPM), "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [
        ("client_secret_basic", "RS256"),
        ("client_secret_post", "ES256"),
        ("private_key_jwt", "PS256"),
        ("none", "EdDSA"),
    ],
)
def test_openid_client_goes_the_whole_way(product: RunningProduct, method: str, algorithm: str) -> None:
    browser = product.browser(stays_out_of=("https://client.example/",))
    client = Driven(product.addresses.issuer, method=method, algorithm=algorithm)
    try:
        registered = client.hear("registered")
        assert registered["has_secret"] is method.startswith("client_secret")

        browser.open(client.hear("authorize"))
        consent = sign_in(browser, "demo.manager")
        assert not consent.has("button.start-context")
        came_back = browser.submit("#allow")
        client.tell(came_back.url)

        claims, header = client.hear("claims"), client.hear("header")
        assert claims["iss"] == product.addresses.issuer
        assert claims["aud"] == registered["client_id"]
        assert header["alg"] == algorithm
        assert "org_id" not in claims
        person = client.hear("userinfo")
        assert (person["sub"], person["preferred_username"]) == (claims["sub"], "demo.manager")
        assert person["email_verified"] is True

        refreshed = client.hear("refreshed")
        assert refreshed["rotated"] is (method == "none")
        assert {name: refreshed["claims"][name] for name in ("iss", "sub", "aud", "auth_time")} == {
            name: claims[name] for name in ("iss", "sub", "aud", "auth_time")
        }
        assert client.hear("userinfo") == person
        assert client.hear("after_revocation") == "invalid_grant"

        goodbye = browser.open(client.hear("end_session"))
        assert goodbye.url == f"{GOODBYE}?state=of-the-logout"
        assert browser.open(f"{product.addresses.cadastrefinder}/sign-in").has("form#login")
    finally:
        client.stop()
