"""Signed answers (JARM) of clients without a profile, in each mode, for success and refusal alike."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from idp.oidc.profiles import Profile
from idp.wiring import Services
from tests.support.fapi_party import FapiParty
from tests.support.relying_party import RelyingParty
from tests.support.sign_in import Browser


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], demo: Services) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
def test_success_and_refusal_are_signed(
    idp: Callable[[], FlaskClient], demo: Services, browser: Browser, mode: str
) -> None:
    """By RS256 where nothing was registered; with the state, or without where none was sent."""
    party = RelyingParty(demo, idp(), mode).register()

    assert party.refused(browser, prompt="none") == "login_required"
    assert party.refused(browser, prompt="none login", state=None) == "invalid_request"
    assert party.authorize(browser)
    assert party.authorize(browser, state=None)


def test_every_algorithm_signs_an_answer(idp: Callable[[], FlaskClient], demo: Services, browser: Browser) -> None:
    offered = RelyingParty(demo, idp()).register().metadata["authorization_signing_alg_values_supported"]
    for algorithm in offered:
        members: dict[str, Any] = {"authorization_signed_response_alg": algorithm}
        party = FapiParty(demo, idp(), "jwt", response_algorithm=algorithm).store(Profile.OIDC, **members)

        assert party.refused(browser, prompt="none") == "login_required"
    assert set(offered) == {"RS256", "PS256", "ES256", "EdDSA"}


@pytest.mark.parametrize(
    ("mode", "response_type", "place", "error"),
    [
        ("jwt", "id_token", "fragment", "unsupported_response_type"),
        ("jwt", "code token", "fragment", "unsupported_response_type"),
        ("query.jwt", "id_token", "query", "unsupported_response_type"),
        ("fragment.jwt", "code", "fragment", "invalid_request"),
        ("web_message.jwt", "code", "query", "invalid_request"),
        ("jwt", "unheard-of", "query", "unsupported_response_type"),
    ],
)
def test_a_refusal_is_signed_where_it_is_looked_for(
    idp: Callable[[], FlaskClient],
    demo: Services,
    browser: Browser,
    mode: str,
    response_type: str,
    place: str,
    error: str,
) -> None:
    """JARM section 2.3.4: `jwt` is the mode of the response type, signed."""
    party = RelyingParty(demo, idp(), mode).register()
    party.begin(browser, party.request(response_type=response_type))
    parts = urlsplit(browser.location or "")
    other = parts.query if place == "fragment" else parts.fragment
    sent = {name: values[0] for name, values in parse_qs(getattr(parts, place)).items()}

    assert not other
    assert party.unwrapped(sent)["error"] == error
