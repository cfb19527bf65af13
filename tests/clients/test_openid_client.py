"""openid-client from npm, unmodified, through discovery.

A client that registered itself, one of FAPI 2.0, and a device without a browser.
"""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.clients.driven import GOODBYE, Driven
from tests.clients.registered import registered
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


@pytest.mark.parametrize("profile", ["fapi2-security", "fapi2-message-signing"])
def test_openid_client_goes_the_whole_way_of_fapi(product: RunningProduct, profile: str) -> None:
    browser = product.browser(stays_out_of=("https://client.example/",))
    signs = profile == "fapi2-message-signing"
    with Driven("openid_client_fapi.mjs", issuer=product.addresses.issuer, signs=signs) as client:
        known = registered(
            product,
            profile=profile,
            jwks=client.hear("jwks"),
            token_endpoint_auth_method="private_key_jwt",
            id_token_signed_response_alg="ES256",
            **({"authorization_signed_response_alg": "ES256"} if signs else {}),
        )
        client.tell(known["client_id"])

        request = client.hear("authorize")
        assert set(dict(parse_qsl(urlsplit(request).query))) == {"client_id", "request_uri"}
        browser.open(request)
        sign_in(browser, "demo.manager")
        came_back = browser.submit("#allow").url
        assert set(browser.answer) == ({"response"} if signs else {"code", "state", "iss"})
        client.tell(came_back)

        claims = client.hear("claims")
        assert (claims["iss"], claims["aud"]) == (product.addresses.issuer, known["client_id"])
        assert client.hear("token_type") == "dpop"
        person = client.hear("userinfo")
        assert (person["sub"], person["preferred_username"]) == (claims["sub"], "demo.manager")
        refreshed = client.hear("refreshed")
        assert not refreshed["rotated"]
        assert refreshed["claims"]["auth_time"] == claims["auth_time"]
        assert client.hear("userinfo") == person
        assert client.hear("stolen") == 401


def test_openid_client_signs_in_devices_without_a_browser(product: RunningProduct) -> None:
    """RFC 8628; one of the two binds its tokens by DPoP. Both wait at the same time, some seconds long."""
    issuer = product.addresses.issuer
    plain, bound = (Driven("openid_client_device.mjs", issuer=issuer, binds=binds) for binds in (False, True))
    with plain, bound:
        browser = product.browser()
        for device in (plain, bound):
            told = device.hear("device")
            browser.open(told["verification_uri"])
            page = browser.submit("#use-code", **{"user-code": told["user_code"]})
            if page.has("form#login"):
                sign_in(browser, "demo.manager")
            assert browser.submit("#allow").one("#device-answered").attributes["data-outcome"] == "approved"

        for device, token_type in ((plain, "bearer"), (bound, "dpop")):
            claims = device.hear("claims")
            assert claims["iss"] == issuer
            assert device.hear("token_type") == token_type
            person = device.hear("userinfo")
            assert (person["sub"], person["preferred_username"]) == (claims["sub"], "demo.manager")
