"""The modules of the plan oidcc-backchannel-rp-initiated-logout (oidc.md 1.4, 2.10)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from joserfc import jwt

from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from idp.app import create_app
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support.product import HttpsClient
from tests.support.relying_party import GOODBYE, NewParty, RelyingParty
from tests.support.sign_in import Browser

_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def client_server() -> Iterator[Server]:
    """Yield a client that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


@pytest.fixture
def reaching(demo: Services, client_server: Server) -> Callable[[], FlaskClient]:
    """Return a maker of callers of a provider that may reach that client."""
    http = OutboundHttp(demo.settings.outbound, Mode.TEST, {client_server.port})
    app = create_app(demo.settings, services=replace(demo, http=http))
    app.config["TEST_BASE_URL"] = demo.settings.issuer
    app.test_client_class = HttpsClient
    return app.test_client


def test_oidcc_backchannel_discovery_endpoint_verification(new_party: NewParty) -> None:
    metadata = new_party().metadata

    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_oidcc_backchannel_rp_initiated_logout(
    demo: Services, reaching: Callable[[], FlaskClient], client_server: Server, algorithm: str
) -> None:
    """The logout token comes before the browser does, and is what section 2.4 says."""
    party = RelyingParty(demo, reaching()).register(
        backchannel_logout_uri=f"{client_server.url}/backchannel_logout",
        backchannel_logout_session_required=True,
        id_token_signed_response_alg=algorithm,
    )
    browser = Browser(reaching())
    signed_in = party.sign_in(browser)
    hint = {"id_token_hint": signed_in.tokens["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "s"}

    browser.get("/end_session", query_string=hint)

    assert browser.location == f"{GOODBYE}?state=s"
    (request,) = client_server.requests
    head, _, body = request.partition("\r\n\r\n")
    assert head.startswith("POST /backchannel_logout HTTP/1.1\r\n")
    assert "application/x-www-form-urlencoded" in head
    posted = parse_qs(body)
    assert posted.keys() == {"logout_token"}
    token = jwt.decode(posted["logout_token"][0], party.keys(), algorithms=[algorithm])
    now = demo.clock.now().timestamp()
    assert (token.header["typ"], token.header["kid"]) == ("logout+jwt", signed_in.header["kid"])
    assert token.claims.pop("jti")
    assert token.claims.pop("iat") == now
    assert now < token.claims.pop("exp") <= now + 120
    assert token.claims == {
        "iss": party.metadata["issuer"],
        "aud": party.client_id,
        "sub": signed_in.id_token["sub"],
        "sid": signed_in.id_token["sid"],
        "events": {_EVENT: {}},
    }
    assert party.refused(browser, prompt="none") == "login_required"
