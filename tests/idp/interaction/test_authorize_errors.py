"""What cannot be answered is a page, everything else travels to the tool (oidc.md 2.1, 2.2)."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from idp.wiring import Services
from tests.support.sign_in import HOST, Browser, request_of
from tests.support.tools import CALLBACK, Office, a_client

ISSUER = "https://login.immo.test"
_ATLAS = "client_id=atlas&redirect_uri=https%3A%2F%2Ftool.example%2Fcallback"
_ALLOWED = {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}


def refused(browser: Browser, error: str, *, state: str | None = "s-1") -> None:
    """Fail unless the tool was sent this error, in the form of RFC 6749 and RFC 9207."""
    answer = browser.answer
    assert answer["error"] == error
    assert answer.get("state") == state
    assert answer["iss"] == ISSUER
    assert set(answer) <= {"error", "error_description", "state", "iss"}
    assert set(answer["error_description"]) <= _ALLOWED
    location = browser.location
    assert location is not None and location.startswith(CALLBACK + "?")


def shown(browser: Browser, code: str, status: int = 400) -> None:
    """Fail unless the error is a page, and the browser was sent nowhere."""
    assert (browser.status, browser.error_code, browser.location) == (status, code, None)


# 2.1: never redirected


def test_oidcc_ensure_registered_redirect_uri(browser: Browser) -> None:
    shown(browser.authorize(redirect_uri="https://evil.example/callback"), "redirect-uri-not-registered")


def test_oidcc_ensure_redirect_uri_in_authorization_request(browser: Browser) -> None:
    shown(browser.authorize(redirect_uri=None), "redirect-uri-not-registered")


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param(CALLBACK + "?added=1", id="oidcc-redirect-uri-query-added"),
        pytest.param(CALLBACK + "/", id="slash"),
        pytest.param(CALLBACK.upper(), id="case"),
        pytest.param(CALLBACK + "#fragment", id="fragment"),
        pytest.param("https://tool.example:443/callback", id="port"),
        pytest.param("https://tool.example/%63allback", id="escape"),
        pytest.param("https://tool.example/x/../callback", id="dots"),
        pytest.param("https://user@tool.example/callback", id="user"),
    ],
)
def test_redirect_uri_is_compared_character_by_character(browser: Browser, uri: str) -> None:
    shown(browser.authorize(redirect_uri=uri), "redirect-uri-not-registered")


def test_oidcc_redirect_uri_query_mismatch(services: Services, browser: Browser) -> None:
    a_client(services, "queried", redirect_uris=(CALLBACK + "?foo=bar",))

    browser.authorize("queried", redirect_uri=CALLBACK + "?foo=baz", scope="openid")

    shown(browser, "redirect-uri-not-registered")


def test_oidcc_redirect_uri_query_ok(services: Services, browser: Browser) -> None:
    a_client(services, "queried", redirect_uris=(CALLBACK + "?foo=bar%20x",))

    browser.authorize("queried", redirect_uri=CALLBACK + "?foo=bar%20x", scope="openid", prompt="none")

    location = browser.location
    assert location is not None and location.startswith(CALLBACK + "?foo=bar%20x&error=login_required&")


@pytest.mark.parametrize("client_id", [None, "nobody", "atlas ", "ATLAS", "atläs", "x" * 3000])
def test_unknown_client_is_a_page(browser: Browser, client_id: str | None) -> None:
    shown(browser.authorize(client_id=client_id), "unknown-client")


def test_disabled_client_is_a_page(services: Services, browser: Browser) -> None:
    a_client(services, "closed", enabled=False)

    shown(browser.authorize("closed"), "unknown-client")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("client_id=atlas&client_id=atlas", "unknown-client"),
        ("client_id=%FF%FE", "unknown-client"),
        (f"{_ATLAS}%FF", "redirect-uri-not-registered"),
        (f"{_ATLAS}&redirect_uri=https%3A%2F%2Ftool.example%2Fcallback", "redirect-uri-not-registered"),
        (f"{_ATLAS}%0d%0aSet-Cookie:x", "redirect-uri-not-registered"),
    ],
)
def test_duplicated_or_unreadable_client_and_redirect_uri_are_a_page(browser: Browser, query: str, code: str) -> None:
    shown(browser.get(f"/authorize?{query}"), code)


def test_error_page_shows_nothing_of_what_was_sent(browser: Browser) -> None:
    browser.authorize(redirect_uri="https://evil.example/<script>alert(1)</script>")

    assert "evil.example" not in browser.page.text
    assert "<script>alert" not in browser.page.body


# 2.2: to the tool


def test_oidcc_response_type_missing(browser: Browser) -> None:
    refused(browser.authorize(response_type=None), "invalid_request")


@pytest.mark.parametrize("response_type", ["none", 'co"de', "cöde", "tokens"])
def test_other_response_types_are_unsupported(browser: Browser, response_type: str) -> None:
    refused(browser.authorize(response_type=response_type), "unsupported_response_type")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
def test_whoever_wants_the_answer_in_the_fragment_is_refused_there(
    browser: Browser, asked: dict[str, str], error: str
) -> None:
    """oidc.md 2.2: an error in the query of such a flow is a failure (Multiple Response Types section 5)."""
    location = urlsplit(browser.authorize(**asked).location or "")

    sent = dict(parse_qsl(location.fragment))
    assert (sent["error"], sent["state"], sent["iss"]) == (error, "s-1", "https://login.immo.test")
    assert location.query == ""


def test_form_post_wins_over_the_fragment_of_a_response_type(browser: Browser) -> None:
    browser.authorize(response_type="id_token", response_mode="form_post")

    assert browser.location is None
    assert browser.page.one("input[name=error]").attributes["value"] == "unsupported_response_type"


def test_oidcc_request_object_is_refused_by_redirect(browser: Browser) -> None:
    """`oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`."""
    refused(browser.authorize(request="eyJhbGciOiJub25lIn0.e30."), "invalid_request_object")


def test_oidcc_request_uri_is_refused_by_redirect(browser: Browser) -> None:
    """`oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported`."""
    refused(browser.authorize(request_uri="https://tool.example/request.jwt"), "request_uri_not_supported")


def test_oidcc_ensure_request_object_with_redirect_uri(browser: Browser) -> None:
    """A foreign address inside the object does not matter: nobody signed it."""
    header_and_payload = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9."

    refused(browser.authorize(request=header_and_payload), "invalid_request_object")


def test_registration_parameter_is_refused(browser: Browser) -> None:
    refused(browser.authorize(registration="{}"), "registration_not_supported")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none unknown"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"max_age": "1" * 30}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": "[" * 8000}, "invalid_request"),
        ({"claims": '{"userinfo": []}'}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": 1}}'}, "invalid_request"),
        ({"id_token_hint": "nonsense"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "a" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "a" * 43}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"scope": "openid identity"}, "invalid_scope"),
        ({"resource": "https://other.example/api"}, "invalid_target"),
        ({"state": "x" * 5000}, "invalid_request"),
        ({"nonce": "x" * 3000}, "invalid_request"),
        ({"login_hint": "a\x00b"}, "invalid_request"),
        ({"nonce": "a\nb"}, "invalid_request"),
    ],
)
def test_malformed_parameters_are_answered_at_the_tool(browser: Browser, changes: dict[str, str], error: str) -> None:
    refused(browser.authorize(**changes), error, state=None if "state" in changes else "s-1")


@pytest.mark.parametrize(
    "name",
    ["response_type", "scope", "nonce", "prompt", "max_age", "claims", "code_challenge", "response_mode", "usage"],
)
def test_repeated_parameter_is_refused(browser: Browser, name: str) -> None:
    sent = [*request_of("atlas").items(), (name, "1"), (name, "2")]

    refused(browser.get("/authorize", query_string=sent), "invalid_request")


def test_repeated_state_is_refused_and_neither_is_returned(browser: Browser) -> None:
    sent = [*request_of("atlas").items(), ("state", "other")]

    refused(browser.get("/authorize", query_string=sent), "invalid_request", state=None)


@pytest.mark.parametrize("name", ["state", "nonce", "login_hint", "acr_values"])
def test_parameter_that_is_not_utf8_is_refused(browser: Browser, name: str) -> None:
    good = "&".join(f"{key}={value}" for key, value in request_of("atlas", state=None, nonce=None).items())

    browser.get(f"/authorize?{good}&{name}=%C3%28".replace("openid profile", "openid+profile"))

    refused(browser, "invalid_request", state=None)


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(browser: Browser) -> None:
    sent = [*request_of("plain", prompt="none").items(), ("extra", "a"), ("extra", "b"), ("bad", "\x00")]

    refused(browser.get("/authorize", query_string=sent), "login_required")


def test_parameter_without_a_value_counts_as_not_sent(browser: Browser) -> None:
    browser.authorize("plain", prompt="none", max_age="", claims="", id_token_hint="", state="")

    refused(browser, "login_required", state=None)


def test_oidcc_prompt_none_not_logged_in(browser: Browser) -> None:
    refused(browser.authorize("plain", prompt="none"), "login_required")


@pytest.mark.parametrize("state", ["a b&c=d%20/?#", "é€😀", "x" * 128, "~._-'()*", "+"])
def test_state_returns_byte_for_byte(browser: Browser, state: str) -> None:
    refused(browser.authorize("plain", prompt="none", state=state), "login_required", state=state)


def test_client_without_code_is_unauthorized(services: Services, browser: Browser) -> None:
    a_client(services, "machine", grant_types=("client_credentials",), response_types=())

    refused(browser.authorize("machine", scope="openid"), "unauthorized_client")


def test_public_client_without_challenge_is_refused(services: Services, browser: Browser) -> None:
    a_client(services, "spa", token_endpoint_auth_method="none")

    refused(browser.authorize("spa", scope="openid"), "invalid_request")


def test_filter_without_organization_scope_is_refused_and_never_ignored(browser: Browser) -> None:
    refused(browser.authorize("plain", organization="0100001060"), "invalid_request")


def test_request_that_is_too_large_is_a_page(browser: Browser) -> None:
    sent = "&".join(f"a{number}={'x' * 1000}" for number in range(80))

    shown(browser.get(f"/authorize?{sent}"), "unknown-client")


@pytest.mark.parametrize("changes", [{"claims": "{"}, {"redirect_uri": "https://evil.example"}, {"prompt": "none"}])
def test_refused_request_leaves_nothing_in_the_browser(browser: Browser, changes: dict[str, str]) -> None:
    browser.authorize(**changes)

    assert browser.response is not None and "Set-Cookie" not in browser.response.headers


# native clients, RFC 8252 section 7.3


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "http://[::1]:3000/cb", "http://localhost:9/cb"],
)
def test_native_client_may_use_any_port_of_loopback(services: Services, browser: Browser, uri: str) -> None:
    registered = ("http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:8000/cb")
    a_client(services, "app", redirect_uris=registered, metadata={"application_type": "native"})

    browser.authorize("app", redirect_uri=uri, scope="openid", prompt="none")

    location = browser.location
    assert location is not None and location.startswith(f"{uri}?error=login_required&")


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:51004/other",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:51004/cb#x",
        "http://user@127.0.0.1:51004/cb",
        "http://127.0.0.1.evil.example:80/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:80:80/cb",
        "http://127.0.0.2:80/cb",
        "http://127.0.0.1:\\@evil.example/cb",
    ],
)
def test_native_client_may_change_nothing_but_the_port(services: Services, browser: Browser, uri: str) -> None:
    a_client(services, "app", redirect_uris=("http://127.0.0.1/cb",), metadata={"application_type": "native"})

    shown(browser.authorize("app", redirect_uri=uri, scope="openid"), "redirect-uri-not-registered")


def test_web_client_may_not_change_the_port(services: Services, browser: Browser) -> None:
    a_client(services, "web", redirect_uris=("http://127.0.0.1/cb",))

    browser.authorize("web", redirect_uri="http://127.0.0.1:8000/cb")

    shown(browser, "redirect-uri-not-registered")


def test_private_scheme_of_a_native_client_is_left_as_it_is(services: Services, browser: Browser) -> None:
    a_client(services, "app", redirect_uris=("com.example.app:/cb",), metadata={"application_type": "native"})

    browser.authorize("app", redirect_uri="com.example.app:/cb", scope="openid", prompt="none")

    location = browser.location
    assert location is not None and location.startswith("com.example.app:/cb?error=login_required&")


# POST


def test_oidcc_ensure_post_request_succeeds(browser: Browser, office: Office) -> None:
    browser.post("/authorize", data=request_of("atlas")).sign_in().start(office.noord_atlas)

    assert browser.answer["state"] == "s-1"


def test_post_finds_the_session_in_the_request_after_it(browser: Browser, office: Office) -> None:
    """A POST from another site comes without the Lax cookie: prompt=none must not fail for that."""
    browser.authorize("plain").sign_in().press("#allow")
    client = browser.client
    kept = client.get_cookie("__Host-immo-idp", domain=HOST)
    assert kept is not None
    client.delete_cookie("__Host-immo-idp", domain=HOST)
    posted: TestResponse = client.post("/authorize", data=request_of("plain", prompt="none"))
    client.set_cookie("__Host-immo-idp", kept.value, domain=HOST, secure=True)

    browser.get(posted.headers["Location"])

    assert "code" in browser.answer


def test_post_ignores_the_query(browser: Browser) -> None:
    browser.post("/authorize?prompt=none&client_id=plain", data=request_of("plain"))

    assert browser.page.has("#login")


def test_post_of_another_type_is_a_page(browser: Browser) -> None:
    shown(browser.post("/authorize", json=request_of("plain")), "invalid-request")


def test_post_that_is_too_large_is_a_page(browser: Browser) -> None:
    shown(browser.post("/authorize", data={**request_of("plain"), "x": "y" * 70_000}), "invalid-request", 413)
