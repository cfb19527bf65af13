"""Client authentication over HTTP: RFC 6749 section 2.3, OpenID Connect Core section 9."""

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, Key
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from idp.oidc import client_keys
from idp.oidc.clients import announce_change
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.grants import (
    ASSERTION_TYPE,
    SECRET,
    a_client,
    a_key,
    a_public_client,
    an_application,
    an_assertion,
    assert_refused,
    basic,
    nothing_stored,
    public_jwks,
)
from tests.support.json_server import JsonServer

_GRANT = {"grant_type": "client_credentials"}


def _by_assertion(endpoints: FlaskClient, assertion: str, **form: str) -> TestResponse:
    sent = {**_GRANT, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion} | form
    return endpoints.post("/token", data=sent)


def _key_client(services: Services, key: Key, **members: Any) -> RegisteredClient:
    values = {"token_endpoint_auth_method": "private_key_jwt", "jwks": public_jwks(key)} | members
    return a_client(services, secret=None, **values)


def _assert_unproven(response: TestResponse) -> None:
    assert_refused(response, "invalid_client", 401)
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("secret", [SECRET, "plain", "with space", "a+b/c%d:e", "été"])
def test_basic_credentials_are_form_decoded(services: Services, endpoints: FlaskClient, secret: str) -> None:
    """The conformance suite encodes id and secret before base64 (`oidc.md` 2.6)."""
    client = a_client(services, secret=secret)

    assert endpoints.post("/token", data=_GRANT, headers=basic(client, secret)).status_code == 200


@pytest.mark.parametrize("secret", ["wrong", "", SECRET + "x"])
def test_a_wrong_secret_is_refused(services: Services, endpoints: FlaskClient, secret: str) -> None:
    client = a_client(services)

    with nothing_stored(services):
        _assert_unproven(endpoints.post("/token", data=_GRANT, headers=basic(client, secret)))


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"no-colon").decode(),
        "Basic " + b64encode(b":secret").decode(),
        "Basic " + b64encode(b"\xff\xfe:secret").decode(),
        "Basic " + b64encode(b"client:%ff%fe").decode(),
        "Basic " + b64encode(b"a\x00b:secret").decode(),
        "Basic " + b64encode(b"a" * 300 + b":secret").decode(),
        "Bearer something",
        "Negotiate",
    ],
)
def test_an_unreadable_header_is_401_and_never_500(services: Services, endpoints: FlaskClient, header: str) -> None:
    with nothing_stored(services):
        _assert_unproven(endpoints.post("/token", data=_GRANT, headers={"Authorization": header}))


def test_a_secret_in_the_form_proves_a_client_registered_so(services: Services, endpoints: FlaskClient) -> None:
    """`server-client-secret-post`."""
    client = a_client(services, token_endpoint_auth_method="client_secret_post")
    proof = {"client_id": client.client_id, "client_secret": SECRET}

    assert endpoints.post("/token", data={**_GRANT, **proof}).status_code == 200
    _assert_unproven(endpoints.post("/token", data={**_GRANT, **proof, "client_secret": "wrong"}))


def test_another_method_than_the_registered_one_fails(services: Services, endpoints: FlaskClient) -> None:
    by_header = a_client(services)
    by_form = a_client(services, token_endpoint_auth_method="client_secret_post")
    public = a_public_client(services)
    proof = {"client_id": by_header.client_id, "client_secret": SECRET}

    with nothing_stored(services):
        _assert_unproven(endpoints.post("/token", data={**_GRANT, **proof}))
        _assert_unproven(endpoints.post("/token", data=_GRANT, headers=basic(by_form)))
        _assert_unproven(endpoints.post("/token", data={**_GRANT, "client_id": by_header.client_id}))
        _assert_unproven(endpoints.post("/token", data=_GRANT, headers=basic(public, "")))
        _assert_unproven(_by_assertion(endpoints, an_assertion(services, by_header, a_key())))


def test_unknown_disabled_and_wrong_are_told_alike(services: Services, endpoints: FlaskClient) -> None:
    known = a_client(services)
    disabled = a_client(services, enabled=False)
    unknown = replace(known, client_id="cli_nobody")

    answers = [
        endpoints.post("/token", data=_GRANT, headers=headers)
        for headers in (basic(known, "wrong"), basic(disabled), basic(unknown))
    ]

    assert len({answer.text for answer in answers}) == 1
    for answer in answers:
        _assert_unproven(answer)


def test_no_client_at_all_is_refused(endpoints: FlaskClient) -> None:
    _assert_unproven(endpoints.post("/token", data=_GRANT))


def test_two_methods_in_one_request_are_refused(services: Services, endpoints: FlaskClient) -> None:
    """RFC 6749 section 2.3."""
    client = a_client(services)
    assertion = an_assertion(services, client, a_key())

    with nothing_stored(services):
        both = endpoints.post("/token", data={**_GRANT, "client_secret": SECRET}, headers=basic(client))
        assert_refused(both, "invalid_request")
        assert_refused(_by_assertion(endpoints, assertion, client_secret=SECRET), "invalid_request")
        sent = {**_GRANT, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        assert_refused(endpoints.post("/token", data=sent, headers=basic(client)), "invalid_request")


def test_a_client_id_that_contradicts_the_proof_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client, key = a_client(services), a_key()
    signing = _key_client(services, key)

    other = endpoints.post("/token", data={**_GRANT, "client_id": "other"}, headers=basic(client))
    assert_refused(other, "invalid_request")
    with nothing_stored(services):
        response = _by_assertion(endpoints, an_assertion(services, signing, key), client_id="other")
    assert_refused(response, "invalid_request")


def test_a_public_client_cannot_act_by_itself(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)

    with nothing_stored(services):
        response = endpoints.post("/token", data={**_GRANT, "client_id": client.client_id})

    assert_refused(response, "unauthorized_client")


def test_a_change_of_the_client_counts_at_once(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    assert endpoints.post("/token", data=_GRANT, headers=basic(client)).status_code == 200
    with services.database.transaction() as session:
        store_client(session, replace(client, enabled=False), now=services.clock.now(), secret=SECRET)
    announce_change(services.database, services.store)

    _assert_unproven(endpoints.post("/token", data=_GRANT, headers=basic(client)))


@pytest.mark.parametrize("audience", ["issuer", "token endpoint", "list of both"])
def test_an_assertion_for_us_proves_the_client(services: Services, endpoints: FlaskClient, audience: str) -> None:
    """`ensure-client-assertion-with-iss-aud-succeeds` and the token endpoint's address."""
    issuer, key = services.settings.issuer, a_key()
    named = {"issuer": issuer, "token endpoint": f"{issuer}/token", "list of both": [issuer, f"{issuer}/token"]}

    client = _key_client(services, key)

    assert _by_assertion(endpoints, an_assertion(services, client, key, aud=named[audience])).status_code == 200


@pytest.mark.parametrize(("algorithm", "kind"), [("RS256", "RSA"), ("PS256", "RSA"), ("ES256", "EC")])
def test_the_client_chooses_its_algorithm(
    services: Services, endpoints: FlaskClient, algorithm: str, kind: str
) -> None:
    key = a_key(kind)
    client = _key_client(services, key, token_endpoint_auth_signing_alg=algorithm)

    assert _by_assertion(endpoints, an_assertion(services, client, key, algorithm=algorithm)).status_code == 200


def test_another_algorithm_than_the_registered_one_fails(services: Services, endpoints: FlaskClient) -> None:
    """FAPI2 ensure-signed-client-assertion-with-RS256-fails."""
    key = a_key("RSA")
    client = _key_client(services, key, token_endpoint_auth_signing_alg="PS256")

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, an_assertion(services, client, key, algorithm="RS256")))


def test_a_key_without_a_name_serves_too(services: Services, endpoints: FlaskClient) -> None:
    """A kid is only needed among several keys (Core section 10.1)."""
    key = a_key(kid=None)
    client = _key_client(services, key)

    assert _by_assertion(endpoints, an_assertion(services, client, key)).status_code == 200


def test_an_assertion_works_once(services: Services, endpoints: FlaskClient) -> None:
    key = a_key()
    client = _key_client(services, key)
    assertion = an_assertion(services, client, key)
    assert _by_assertion(endpoints, assertion).status_code == 200

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, assertion))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.immo.test"},
        {"aud": ["https://login.immo.test", "https://elsewhere.immo.test"]},
        {"aud": []},
        {"aud": None},
        {"aud": 7},
        {"iss": "somebody"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "cli_nobody"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 300},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e30},
        {"exp": 253_402_300_799},
    ],
)
def test_an_assertion_with_a_wrong_claim_fails(
    services: Services, endpoints: FlaskClient, claims: dict[str, Any]
) -> None:
    """FAPI2 client-assertion modules: wrong-aud, no-sub and their like."""
    key = a_key()
    client = _key_client(services, key)

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, an_assertion(services, client, key, **claims)))


@pytest.mark.parametrize(
    ("claim", "seconds", "works"),
    [
        ("exp", -300, False),
        ("exp", -29, True),
        ("exp", 3_600, True),
        ("exp", 3_700, False),
        ("nbf", 8, True),
        ("nbf", 61, False),
        ("iat", 8, True),
        ("iat", 61, False),
    ],
)
def test_the_clocks_may_differ_a_little(
    services: Services, endpoints: FlaskClient, claim: str, seconds: int, *, works: bool
) -> None:
    """FAPI2: 8 seconds of skew are accepted, more than 60 are not; a life is an hour at most."""
    key = a_key()
    client = _key_client(services, key)
    claims: dict[str, Any] = {claim: int(services.clock.now().timestamp()) + seconds}

    response = _by_assertion(endpoints, an_assertion(services, client, key, **claims))

    assert (response.status_code == 200) is works


@pytest.mark.parametrize(
    ("typ", "works"),
    [
        ("JWT", True),
        ("client-authentication+jwt", True),
        ("oauth-authz-req+jwt", False),
        ("dpop+jwt", False),
    ],
)
def test_what_was_signed_for_something_else_is_no_assertion(
    services: Services, endpoints: FlaskClient, typ: str, *, works: bool
) -> None:
    """RFC 9101 section 10.8: a request object is seen by browsers, and must not prove its client."""
    key = a_key()
    assertion = an_assertion(services, _key_client(services, key), key, typ=typ)

    assert (_by_assertion(endpoints, assertion).status_code == 200) is works


def test_an_assertion_of_a_foreign_key_fails(services: Services, endpoints: FlaskClient) -> None:
    client = _key_client(services, a_key())

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, an_assertion(services, client, a_key())))


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "é.é.é"])
def test_what_is_no_signed_jwt_fails(services: Services, endpoints: FlaskClient, assertion: str) -> None:
    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, assertion))


def test_an_unknown_type_of_assertion_fails(services: Services, endpoints: FlaskClient) -> None:
    key = a_key()
    client = _key_client(services, key)

    with nothing_stored(services):
        response = _by_assertion(
            endpoints, an_assertion(services, client, key), client_assertion_type="urn:ietf:params:oauth:other"
        )

    _assert_unproven(response)


def test_a_hash_made_with_the_public_key_is_no_signature(services: Services, endpoints: FlaskClient) -> None:
    """RFC 8725 section 2.1: the public half as an HMAC secret."""
    key = a_key("RSA")
    client = _key_client(services, key)
    forged = an_assertion(services, client, key, algorithm="RS256").split(".")
    forged[0] = b64encode(b'{"alg":"HS256","kid":"key-1"}').decode().rstrip("=")

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, ".".join(forged)))


@pytest.fixture
def jwks_server() -> Iterator[JsonServer]:
    """Yield a client's own server of keys."""
    with JsonServer() as server:
        yield server


@pytest.fixture
def reaching(services: Services, jwks_server: JsonServer) -> Services:
    """Return services whose HTTP client may reach the client's server."""
    http = OutboundHttp(services.settings.outbound, Mode.TEST, {jwks_server.port})
    return replace(services, http=http)


def test_keys_are_fetched_once_and_again_for_an_unknown_name(
    reaching: Services, jwks_server: JsonServer, clock: FixedClock
) -> None:
    """`refresh-token-rp-key-rotation`: at most one fetch a minute."""
    endpoints = an_application(reaching).test_client()
    old, new = a_key(kid="old"), a_key(kid="new")
    uri = jwks_server.serve("/jwks", public_jwks(old))
    client = a_client(reaching, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    for _ in range(3):
        assert _by_assertion(endpoints, an_assertion(reaching, client, old)).status_code == 200
    assert jwks_server.requests == 1
    jwks_server.serve("/jwks", public_jwks(old, new))

    for _ in range(3):
        _assert_unproven(_by_assertion(endpoints, an_assertion(reaching, client, new)))
    assert jwks_server.requests == 1
    clock.advance(timedelta(minutes=1))
    assert _by_assertion(endpoints, an_assertion(reaching, client, new)).status_code == 200

    assert jwks_server.requests == 2


def test_of_many_who_meet_an_unknown_name_at_once_one_fetches(
    reaching: Services, jwks_server: JsonServer, clock: FixedClock
) -> None:
    uri = jwks_server.serve("/jwks", public_jwks(a_key(kid="known")))
    client = a_client(reaching, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    client_keys.candidates(client, "known", "ES256", http=reaching.http, now=clock.now())
    clock.advance(timedelta(minutes=1))
    barrier = Barrier(8)

    def look(_: int) -> int:
        barrier.wait()
        return len(client_keys.candidates(client, "unknown", "ES256", http=reaching.http, now=clock.now()))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(look, range(8))) == [0] * 8

    assert jwks_server.requests == 2


def test_keys_that_cannot_be_fetched_prove_nothing_until_they_can(
    reaching: Services, jwks_server: JsonServer, clock: FixedClock
) -> None:
    endpoints, key = an_application(reaching).test_client(), a_key()
    uri = jwks_server.serve("/jwks", {"keys": "none"})
    client = a_client(reaching, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    jwks_server.status = 500
    _assert_unproven(_by_assertion(endpoints, an_assertion(reaching, client, key)))
    jwks_server.status = 200
    jwks_server.serve("/jwks", public_jwks(key))
    clock.advance(timedelta(minutes=1))

    assert _by_assertion(endpoints, an_assertion(reaching, client, key)).status_code == 200


def test_known_keys_stay_in_force_while_the_client_does_not_answer(
    reaching: Services, jwks_server: JsonServer, clock: FixedClock
) -> None:
    endpoints, key = an_application(reaching).test_client(), a_key()
    uri = jwks_server.serve("/jwks", public_jwks(key))
    client = a_client(reaching, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
    assert _by_assertion(endpoints, an_assertion(reaching, client, key)).status_code == 200
    jwks_server.status = 500
    clock.advance(timedelta(minutes=11))

    assert _by_assertion(endpoints, an_assertion(reaching, client, key)).status_code == 200


def test_a_key_set_within_the_network_is_not_fetched(
    services: Services, endpoints: FlaskClient, jwks_server: JsonServer
) -> None:
    """Server-side request forgery by registration."""
    key = a_key()
    uri = jwks_server.serve("/jwks", public_jwks(key))
    client = a_client(services, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)

    _assert_unproven(_by_assertion(endpoints, an_assertion(services, client, key)))

    assert jwks_server.requests == 0


def test_encryption_keys_and_weak_keys_verify_nothing(services: Services, endpoints: FlaskClient) -> None:
    key = a_key()
    other_curve = ECKey.generate_key("P-384", {"kid": "p384"})
    encryption = {"keys": [{**key.as_dict(private=False), "use": "enc"}, other_curve.as_dict(private=False)]}
    client = _key_client(services, key, jwks=encryption)

    with nothing_stored(services):
        _assert_unproven(_by_assertion(endpoints, an_assertion(services, client, key)))
