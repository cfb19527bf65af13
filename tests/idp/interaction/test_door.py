"""The door of /authorize: who is answered before a page begins, and who is left to the pages as they came."""

from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder

from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.web.programs import Answer, ProgramRequest
from idp.interaction.door import answer_at_once
from idp.oidc import codes
from idp.wiring import Services
from tests.support.sign_in import Browser, request_of


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """Return a browser in which Anna signed in and allowed `plain`."""
    return browser.authorize("plain").sign_in().press("#allow")


def at_the_door(services: Services, browser: Browser | None, **changes: str | None) -> Answer | None:
    """Return what the door answers a browser, or one without any cookie."""
    sent = urlencode(request_of(**{"client_id": "plain", **changes}))
    cookies = ""
    if browser is not None:
        cookie = browser.client.get_cookie("__Host-immo-idp", domain="login.immo.test")
        assert cookie is not None
        cookies = f"other=1; __Host-immo-idp={cookie.value}; __Host-immo-idp=second"
    built = EnvironBuilder("/authorize", services.settings.issuer, query_string=sent, headers=[("Cookie", cookies)])
    return answer_at_once(services, ProgramRequest(built.get_environ()))


def test_who_is_signed_in_goes_on_at_once_and_gets_what_the_pages_would_give(
    services: Services, signed_in: Browser
) -> None:
    at_door = at_the_door(services, signed_in)
    assert at_door is not None
    location = at_door.headers["Location"]
    given = signed_in.authorize("plain", response_mode="query").answer

    assert (at_door.status, at_door.body) == (303, b"")
    code = location.partition("code=")[2].partition("&")[0]
    assert location == signed_in.location.replace(given["code"], code)  # type: ignore[union-attr]
    granted, beside = (codes.redeem(services.store, value, "plain") for value in (code, given["code"]))
    assert granted.subject == beside.subject


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "login"},
        {"scope": "openid email"},
        {"response_mode": "form_post"},
        {"response_type": "token"},
        {"client_id": "nobody"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"request": "x.y.z"},
        {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_needs_a_page_is_left_to_it(services: Services, signed_in: Browser, changes: dict[str, str]) -> None:
    sent = {"response_mode": None, **changes}

    assert at_the_door(services, signed_in, **sent) is None


def test_without_a_session_the_pages_decide(services: Services, signed_in: Browser) -> None:
    assert at_the_door(services, None, prompt="none") is None

    cookie = signed_in.client.get_cookie("__Host-immo-idp", domain="login.immo.test")
    assert cookie is not None
    services.store.delete(Kind.SSO_SESSION, digest(cookie.value))
    refused = at_the_door(services, signed_in, prompt="none")
    assert refused is not None and "error=login_required" in refused.headers["Location"]
    assert at_the_door(services, signed_in) is None
