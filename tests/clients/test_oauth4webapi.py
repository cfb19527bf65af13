"""oauth4webapi from npm, unmodified, through discovery, as a plain client and as one of FAPI 2.0."""

import json

import pytest

from tests.clients.driven import Driven
from tests.clients.registered import registered
from tests.support.running_product import RunningProduct
from tests.support.steps import sign_in


@pytest.mark.parametrize(
    ("profile", "method", "algorithm"),
    [("oidc", "client_secret_basic", "RS256"), ("fapi2-security", "private_key_jwt", "EdDSA")],
)
def test_oauth4webapi_goes_the_whole_way(product: RunningProduct, profile: str, method: str, algorithm: str) -> None:
    browser = product.browser(stays_out_of=("https://client.example/",))
    binds = profile != "oidc"
    with Driven("oauth4webapi.mjs", issuer=product.addresses.issuer, binds=binds, algorithm=algorithm) as client:
        keys = client.hear("jwks")
        known = registered(
            product,
            profile=profile,
            token_endpoint_auth_method=method,
            id_token_signed_response_alg=algorithm,
            **({"jwks": keys} if binds else {}),
        )
        client.tell(json.dumps(known))

        browser.open(client.hear("authorize"))
        sign_in(browser, "demo.manager")
        client.tell(browser.submit("#allow").url)

        claims = client.hear("claims")
        assert (claims["iss"], claims["aud"]) == (product.addresses.issuer, known["client_id"])
        assert client.hear("token_type") == ("dpop" if binds else "bearer")
        person = client.hear("userinfo")
        assert (person["sub"], person["preferred_username"]) == (claims["sub"], "demo.manager")
        assert client.hear("userinfo") == person
        # By the authorization server, whose nonces count at userinfo too.
        assert client.hear("challenges") == (1 if binds else 0)
        assert client.hear("after_revocation") == "invalid_token"
