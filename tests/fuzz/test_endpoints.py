"""Whatever is sent to any endpoint: never a failure of ours, never a stranger's address, never a secret back.

A fixed choice of examples (`derandomize`), so that a run says the same as the one before.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.infra.log import WARNING, event
from tests.fuzz.ground import DEVICE, EXCHANGE, GOODBYE, Ground, good_authorization
from tests.fuzz.values import EVIL, Pairs, bodies, encoded, headers, parameters, signed, text
from tests.support.fapi_party import ath
from tests.support.grants import ASSERTION_TYPE, REDIRECT_URI, SECRET, VERIFIER, basic

_FORM = "application/x-www-form-urlencoded"
_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
_AUTHORIZATION = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "response_mode", "prompt", "max_age",
    "acr_values", "claims",
    "id_token_hint", "login_hint", "ui_locales", "code_challenge", "code_challenge_method", "request", "request_uri",
    "registration",
    "resource", "organization", "usage", "dpop_jkt", "display",
)  # fmt: skip
_PROOF = ("client_id", "client_secret", "client_assertion", "client_assertion_type")


def fuzz(examples: int) -> Callable[[Any], Any]:
    """Return the settings of a test: so many examples, always the same."""
    allowed = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=allowed
    )


def authorization_values(ground: Ground) -> st.SearchStrategy[str]:
    """Return values that mean something to the authorization endpoint."""
    clients = [client.client_id for client in ground.clients]
    good = good_authorization(ground.keyed)
    objects = signed(ground.key, {**ground.claims(ground.keyed), **good}, {"alg": "ES256", "kid": ground.key.kid})
    known = st.sampled_from([
        *clients, REDIRECT_URI, f"{REDIRECT_URI}?x=1", f"{REDIRECT_URI}#x", f"{EVIL}/callback", "login", "none",
        "consent", "select_account",
        "code id_token", "token", "openid offline_access", "jwt", "query", "form_post.jwt", ground.tokens["id_token"],
        "0", "99999999999999999999",
    ])  # fmt: skip
    return st.one_of(known, objects)


@fuzz(350)
@given(data=st.data(), extra=headers, by_post=st.booleans(), number=st.integers(0, 4))
def test_the_authorization_endpoint(ground: Ground, data: Any, extra: Any, number: int, *, by_post: bool) -> None:
    good = good_authorization(ground.clients[number])
    sent = encoded(data.draw(parameters(good, _AUTHORIZATION, authorization_values(ground))))

    if by_post:
        answer = ground.caller().post("/authorize", data=sent, content_type=_FORM, headers=extra)
    else:
        answer = ground.caller().get(f"/authorize?{sent}", headers=extra)

    ground.check(answer)


@fuzz(250)
@given(data=st.data(), extra=headers, number=st.integers(2, 4))
def test_the_endpoint_of_pushed_requests(ground: Ground, data: Any, extra: Any, number: int) -> None:
    """And whatever it took leads the browser to no stranger either."""
    client = ground.clients[number]
    good = good_authorization(client) | proof(ground, number)
    sent = data.draw(parameters(good, (*_AUTHORIZATION, *_PROOF), authorization_values(ground)))

    answer = ground.check(ground.caller().post("/par", data=encoded(sent), content_type=_FORM, headers=extra))

    if answer.status_code == 201:
        query = {"client_id": client.client_id, "request_uri": answer.get_json()["request_uri"]}
        ground.check(ground.caller().get("/authorize", query_string=query))


def proof(ground: Ground, number: int) -> dict[str, str]:
    """Return how a client with a key proves itself."""
    claims = ground.claims(ground.clients[number], jti=f"jti-{next(ground.numbers)}")
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": ground.signed(claims)}


def token_requests(ground: Ground) -> st.SearchStrategy[dict[str, str]]:
    """Return token requests that are right, or were once."""
    return st.sampled_from([
        {"grant_type": "authorization_code", "code": ground.code, "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER},
        {"grant_type": "refresh_token", "refresh_token": ground.tokens["refresh_token"]},
        {"grant_type": "client_credentials", "scope": "a"},
        {"grant_type": DEVICE, "device_code": ground.device_code},
        {"grant_type": EXCHANGE, "subject_token": ground.tokens["access_token"], "subject_token_type": _TOKEN_TYPE},
    ])  # fmt: skip


_TOKEN = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "device_code",
    "subject_token",
    "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "audience", "organization",
    "usage",
)  # fmt: skip


@fuzz(300)
@given(data=st.data(), extra=headers, is_known=st.booleans())
def test_the_token_endpoint(ground: Ground, data: Any, extra: Mapping[str, str], *, is_known: bool) -> None:
    assertions = signed(ground.key, ground.claims(ground.keyed), {"alg": "ES256", "kid": ground.key.kid})
    values = st.one_of(st.sampled_from([client.client_id for client in ground.clients]), assertions)
    sent = data.draw(parameters(data.draw(token_requests(ground)), (*_TOKEN, *_PROOF), values))
    known = basic(ground.client) if is_known else {"Authorization": ""}

    answer = ground.caller().post("/token", data=encoded(sent), content_type=_FORM, headers={**known, **extra})

    # A client that proves itself gets what is its own: new tokens, and a refresh token that stays.
    ground.check(answer, ours=[ground.tokens["refresh_token"]] if answer.status_code == 200 else ())


@fuzz(150)
@given(data=st.data(), extra=headers, path=st.sampled_from(["/introspect", "/revoke", "/device_authorization"]))
def test_the_other_endpoints_of_clients(ground: Ground, data: Any, extra: Mapping[str, str], path: str) -> None:
    good = {"token": "x", "token_type_hint": "access_token", "scope": "openid", "client_id": ground.client.client_id}
    sent = data.draw(parameters(good, ("token", "token_type_hint", "scope", "resource", *_PROOF), text))

    answer = ground.caller().post(
        path, data=encoded(sent), content_type=_FORM, headers={**basic(ground.client), **extra}
    )

    ground.check(answer)


@fuzz(250)
@given(data=st.data(), extra=headers, method=st.sampled_from(["GET", "POST"]))
def test_userinfo_with_tokens_and_proofs_of_every_shape(ground: Ground, data: Any, extra: Any, method: str) -> None:
    good = ground.proof_claims(method, "/userinfo", ath=ath(ground.bound), jti=f"jti-{next(ground.numbers)}")
    proofs = signed(ground.key, good, {"alg": "ES256", **ground.proof_header})
    shaped = signed(ground.key, ground.claims(ground.strict), {"alg": "ES256", "typ": "at+jwt"})
    token = data.draw(st.one_of(st.just(ground.bound), st.just(ground.tokens["access_token"]), shaped))
    scheme = data.draw(st.sampled_from(["DPoP", "dpop", "Bearer", "Basic"]))
    sent = {"Authorization": f"{scheme} {token}", "DPoP": data.draw(proofs)}

    answer = ground.caller().open("/userinfo", method=method, headers={**sent, **extra})

    ground.check(answer)


_MEMBERS = (
    "redirect_uris", "grant_types", "response_types", "client_name", "scope", "jwks", "jwks_uri",
    "token_endpoint_auth_method", "contacts",
    "subject_type", "sector_identifier_uri", "initiate_login_uri", "logo_uri", "default_max_age",
    "id_token_signed_response_alg",
    "post_logout_redirect_uris", "backchannel_logout_uri", "dpop_bound_access_tokens", "tls_client_auth_san_ip",
    "software_statement",
)  # fmt: skip


@fuzz(150)
@given(data=st.data(), extra=headers)
def test_registration(ground: Ground, data: Any, extra: Mapping[str, str]) -> None:
    values = st.one_of(
        text, st.lists(text, max_size=2), st.none(), st.integers(), st.booleans(), st.just({"keys": [{}]})
    )
    odd = data.draw(st.dictionaries(st.sampled_from(_MEMBERS), values, max_size=3))

    made = ground.check(ground.caller().post("/register", json={"redirect_uris": [REDIRECT_URI], **odd}, headers=extra))

    if made.status_code == 201:
        told = made.get_json()
        key = {"Authorization": f"Bearer {told['registration_access_token']}"}
        changed = {"client_id": told["client_id"], "redirect_uris": [REDIRECT_URI], **odd}
        ground.check(ground.caller().put(f"/register/{told['client_id']}", json=changed, headers=key))
        uris = told.get("redirect_uris", [])
        assert not any(uri.startswith(("javascript:", "data:", "http://[", "//")) for uri in uris)


@fuzz(150)
@given(data=st.data(), extra=headers, by_post=st.booleans())
def test_signing_out(ground: Ground, data: Any, extra: Mapping[str, str], *, by_post: bool) -> None:
    names = ("id_token_hint", "post_logout_redirect_uri", "client_id", "state", "ui_locales", "logout_hint")
    good = {"id_token_hint": ground.tokens["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "s"}
    values = st.sampled_from(
        [REDIRECT_URI, f"{GOODBYE}?x", f"{EVIL}/", *(client.client_id for client in ground.clients)]
    )
    sent = encoded(data.draw(parameters(good, names, values)))

    if by_post:
        answer = ground.caller().post("/end_session", data=sent, content_type=_FORM, headers=extra)
    else:
        answer = ground.caller().get(f"/end_session?{sent}", headers=extra)

    ground.check(answer)


_EVERYWHERE = (
    "/token", "/par", "/introspect", "/revoke", "/register", "/register/x", "/userinfo", "/device_authorization",
    "/authorize", "/end_session",
    "/end_session/x", "/device", "/jwks", "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource/userinfo", "/device/qr.svg", "/device/approved", "/interaction/x",
    "/interaction/x/login", "/interaction/x/consent",
    "/eid/login", "/docs/claims", "/account", "/pictures/x", "/health/live", "/nothing",
)  # fmt: skip


@fuzz(300)
@given(
    path=st.sampled_from(_EVERYWHERE),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "QUERY"]),
    body=bodies,
    extra=headers,
    kind=st.sampled_from([_FORM, "application/json", "multipart/form-data; boundary=x", "text/plain", ""]),
    query=st.one_of(st.just(""), text),
)
def test_any_method_and_any_body_anywhere(
    ground: Ground, path: str, method: str, body: bytes | None, extra: Any, kind: str, query: str
) -> None:
    pairs: Pairs = [("client_id", query), (query, "x")]
    sent = {"Content-Type": kind, **extra}

    answer = ground.caller().open(path, method=method, data=body, headers=sent, query_string=encoded(pairs))

    ground.check(answer)


def test_the_check_sees_a_secret_a_stranger_a_failure_and_the_log(ground: Ground) -> None:
    """The net has no hole: each is found where it is planted."""
    for body, headers_, status in (
        (f"<p>{SECRET}</p>", {}, 200),
        ("", {"Location": f"{EVIL}/callback?code=x"}, 303),
        ("", {"Location": f"//{EVIL[8:]}"}, 303),
        (f'<form action="{EVIL}/">', {"Content-Type": "text/html"}, 200),
        ("", {}, 500),
    ):
        app = Flask(__name__)
        app.add_url_rule("/", view_func=lambda b=body, h=headers_, s=status: (b, s, h))
        with pytest.raises(AssertionError):
            ground.check(app.test_client().get("/"))
    event("planted", WARNING, where=SECRET)
    with pytest.raises(AssertionError, match="logged"):
        ground.check(ground.caller().get("/health/live"))
