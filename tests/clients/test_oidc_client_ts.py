"""oidc-client-ts, unmodified, in a real browser and through discovery: code with PKCE, silent renewal, signing out."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.clients.driven import PACKAGES, install
from tests.support.running_product import PASSWORD, RunningProduct
from tests.support.windows import a_window

_PAGES = Path(__file__).parent / "single_page"
_LIBRARY = "/oidc-client-ts.min.js"


class _Files(http.server.SimpleHTTPRequestHandler):
    """The application's files, and the library as it was published."""

    def translate_path(self, path: str) -> str:
        if path == _LIBRARY:
            return str(PACKAGES / "oidc-client-ts" / "dist" / "browser" / _LIBRARY[1:])
        name = path.partition("?")[0].strip("/")
        return str(_PAGES / (name if name == "application.js" else "index.html"))

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture(scope="module")
def application() -> Iterator[str]:
    """Yield the address of the application, an origin of its own."""
    install()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files)) as server:
        behind = threading.Thread(target=server.serve_forever, args=(0.02,))
        behind.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        behind.join()


@contextmanager
def _window(chromium: Browser, *, challenges: bool) -> Iterator[Page]:
    """Open a window in which a script is refused nothing but a proof without the server's nonce (RFC 9449)."""
    if not challenges:
        with a_window(chromium) as page:
            yield page
        return
    context = chromium.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    # Once by the token endpoint, once by userinfo; the package keeps each nonce for the next time.
    assert len(refused) == 2, refused
    assert all("status of 40" in words for words in refused), refused


def _registered(issuer: str, application: str, *, binds: bool) -> str:
    asked = {
        "client_name": "Application in the browser",
        "redirect_uris": [f"{application}/"],
        "post_logout_redirect_uris": [f"{application}/goodbye"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        "dpop_bound_access_tokens": binds,
    }
    answer = requests.post(f"{issuer}/register", json=asked, timeout=10)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["client_id"])


def _signed_in(page: Page, application: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Sign in from the application; return what it holds then."""
    page.goto(application)
    with page.expect_navigation():
        page.evaluate("settings => void application.begin(settings)", settings)
    page.evaluate("() => void application.signIn()")
    page.fill("#username", "demo.manager")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#allow")
    page.wait_for_function("'arrived' in window")
    user: dict[str, Any] = page.evaluate("arrived")
    assert "error" not in user, user
    return user


@pytest.mark.parametrize("renewal", ["by frame", "by token", "by bound token"])
def test_application_signs_in_renews_without_a_page_and_signs_out(
    product: RunningProduct, chromium: Browser, application: str, renewal: str
) -> None:
    issuer = product.addresses.issuer
    by_token, binds = renewal != "by frame", renewal == "by bound token"
    scope = "openid profile offline_access" if by_token else "openid profile"
    settings = {
        "authority": issuer,
        "client_id": _registered(issuer, application, binds=binds),
        "scope": scope,
        "binds": binds,
    }
    if by_token:
        # Without it offline_access counts for nothing (OpenID Connect Core 1.0 section 11).
        settings["prompt"] = "consent"
    with _window(chromium, challenges=binds) as page:
        user = _signed_in(page, application, settings)
        silent: list[str] = []
        page.on("request", lambda request: silent.append(request.url.partition("?")[0]))
        renewed = page.evaluate("application.renew()")

        assert user["refreshes"] is by_token
        assert (user["token_type"], renewed["token_type"]) == (("DPoP", "DPoP") if binds else ("Bearer", "Bearer"))
        assert (f"{issuer}/authorize" in silent) is not by_token
        assert (user["claims"]["iss"], user["claims"]["aud"]) == (issuer, settings["client_id"])
        person = page.evaluate("application.person()") if binds else user
        assert person["claims"]["preferred_username"] == "demo.manager"
        assert ('error="use_dpop_nonce"' in person.get("challenge", "")) is binds
        assert renewed["claims"]["sub"] == user["claims"]["sub"]
        assert renewed["claims"]["auth_time"] == user["claims"]["auth_time"]
        assert renewed["access_token"] != user["access_token"]

        page.evaluate("() => void application.signOut()")
        page.wait_for_url(f"{application}/goodbye*")
        page.goto(f"{product.addresses.cadastrefinder}/sign-in")
        expect(page.locator("form#login")).to_be_visible()
