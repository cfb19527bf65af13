"""mod_auth_openidc of Debian in a real Apache, unmodified, through discovery: sign-in, claims, both sign-outs."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from joserfc.jwk import RSAKey

from tests.support.apache import apache
from tests.support.form_browser import FormBrowser
from tests.support.running_product import OTHERS_PORT, RunningProduct
from tests.support.steps import sign_in

_MODULES = ("headers", "auth_openidc")
_CONFIGURATION = """
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {address}/callback
OIDCCryptoPassphrase known-to-this-test-alone
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCResponseMode {response_mode}
OIDCPublicKeyFiles of-apache#public.pem
OIDCPrivateKeyFiles of-apache#private.pem
OIDCProviderTokenEndpointAuth {method}
OIDCRemoteUserClaim sub
<Location />
    AuthType openid-connect
    Require claim preferred_username:demo.manager
    Header always set X-Person "expr=%{{REMOTE_USER}}"
    Header always set X-Mail "expr=%{{reqenv:OIDC_CLAIM_email}}"
</Location>
<Location /goodbye.html>
    AuthType none
    Require all granted
</Location>
"""


@dataclass(frozen=True)
class Site:
    """A site that Apache shows to one person only, and the client that it is."""

    address: str
    client_id: str


@pytest.fixture(params=[("query", "client_secret_basic"), ("form_post", "private_key_jwt")], ids=":".join)
def site(request: pytest.FixtureRequest, product: RunningProduct) -> Iterator[Site]:
    """Yield the site, registered as a client with its response mode and its way to prove itself."""
    response_mode, method = request.param
    # The provider sends its notices there.
    port = product.addresses.base_port + OTHERS_PORT
    address, issuer = f"http://localhost:{port}", product.addresses.issuer
    key = RSAKey.generate_key(2048, {"kid": "of-apache", "use": "sig", "alg": "RS256"})
    asked = {
        "client_name": "Apache",
        "redirect_uris": [f"{address}/callback"],
        "post_logout_redirect_uris": [f"{address}/goodbye.html"],
        "backchannel_logout_uri": f"{address}/callback?logout=backchannel",
        "backchannel_logout_session_required": True,
        "token_endpoint_auth_method": method,
        **({"jwks": {"keys": [key.as_dict(private=False)]}} if method == "private_key_jwt" else {}),
    }
    answer = requests.post(f"{issuer}/register", json=asked, timeout=10)
    assert answer.status_code == 201, answer.text
    known = answer.json()
    content = _CONFIGURATION.format(
        issuer=issuer,
        address=address,
        response_mode=response_mode,
        method=method,
        client_id=known["client_id"],
        client_secret=known.get("client_secret", "none"),
    )
    files = {"public.pem": key.as_pem(private=False), "private.pem": key.as_pem(private=True)}
    with apache(content, port, modules=_MODULES, files=files):
        yield Site(address, known["client_id"])


def _arrive(browser: FormBrowser, username: str, *, consents: bool = True) -> None:
    """Sign in on the way to the site's page, and consent; hand over an answer that comes as a form."""
    sign_in(browser, username)
    if consents:
        browser.submit("#allow")
    if browser.page.status == 200 and browser.page.has("form[method=post]"):
        browser.submit("button")


def test_apache_lets_in_whom_it_names_and_signs_out_both_ways(product: RunningProduct, site: Site) -> None:
    browser = product.browser()
    browser.open(f"{site.address}/")
    _arrive(browser, "demo.manager")

    inside = browser.page
    assert (inside.url, inside.status) == (f"{site.address}/", 200)
    assert inside.headers["x-mail"].startswith("demo.manager@")
    assert len(inside.headers["x-person"]) > 20

    # The provider ends the session at the site, without the browser (Back-Channel Logout 1.0).
    browser.open(f"{product.addresses.issuer}/end_session")
    browser.submit("#sign-out")
    assert browser.open(f"{site.address}/").has("form#login")

    _arrive(browser, "demo.manager", consents=False)
    assert browser.page.url == f"{site.address}/"
    # The site ends the session at the provider (RP-Initiated Logout 1.0).
    goodbye = browser.open(f"{site.address}/callback?logout={site.address}/goodbye.html")
    assert goodbye.url == f"{site.address}/goodbye.html"
    assert browser.open(f"{site.address}/").has("form#login")

    stranger = product.browser()
    stranger.open(f"{site.address}/")
    _arrive(stranger, "demo.employee")
    assert stranger.page.status == 401
