"""openid-client from npm, unmodified, through discovery: registration, code with PKCE, refresh, userinfo, logout."""

import pytest

from tests.clients.driven import GOODBYE, Driven
from tests.support.running_product import RunningProduct
from tests.support.steps import sign_in


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
    with Driven("openid_client.mjs", issuer=product.addresses.issuer, method=method, algorithm=algorithm) as client:
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
