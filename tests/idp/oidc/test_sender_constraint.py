"""What tokens are bound to, by registration and by what is shown (RFC 9449 section 5, RFC 8705 section 3)."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import Key
from werkzeug.test import TestResponse

from core.infra.ids import new_id
from core.infra.settings import DpopNonce, Settings
from core.proof.dpop import thumbprint_of
from core.proof.dpop_nonces import DpopNonces
from idp.oidc import codes
from idp.oidc.clients import announce_change
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.dpop_proofs import a_proof, a_proof_key
from tests.support.grants import (
    REDIRECT_URI,
    VERIFIER,
    a_client,
    a_grant,
    a_person,
    a_public_client,
    an_application,
    assert_refused,
    basic,
    claims_of,
    nothing_stored,
)
from tests.support.ground import START
from tests.support.program_certificates import MTLS_HOST, Holder, behind_proxy, issue, with_mtls_host

KEY, OTHER = a_proof_key(), a_proof_key()
HOLDER, STRANGER = issue(START), issue(START)
CREDENTIALS = {"grant_type": "client_credentials"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return the settings of an installation with a host for certificates."""
    return with_mtls_host(settings)


def proof(services: Services, path: str, *, key: Key = KEY, method: str = "POST", **claims: Any) -> dict[str, str]:
    """Return the header of a good proof for one of our endpoints."""
    now, issuer = services.clock.now(), services.settings.issuer
    values = {"nonce": DpopNonces(services.settings.secret).fresh(now), **claims}
    return {"DPoP": a_proof(key, method, values.pop("url", f"{issuer}{path}"), now, **values)}


def redeem(
    services: Services, endpoints: FlaskClient, client: RegisteredClient, headers: dict[str, str], **grant: Any
) -> TestResponse:
    """Redeem a new code with these headers, the client proven by its secret where it has one."""
    code = codes.issue(
        services.store, a_grant(services, client, a_person(services, f"person-{new_id('p')[2:]}".lower()), **grant)
    )
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    if client.is_public:
        return endpoints.post("/token", data={**form, "client_id": client.client_id}, headers=headers)
    return endpoints.post("/token", data=form, headers={**basic(client), **headers})


def ask(
    services: Services, endpoints: FlaskClient, token: str, *, key: Key | None = None, holder: Holder | None = None
) -> TestResponse:
    """Call userinfo, with a proof of the key or a certificate where they are given."""
    headers = {} if holder is None else behind_proxy(holder)
    if key is None:
        return endpoints.get("/userinfo", headers={**headers, "Authorization": f"Bearer {token}"})
    shown = proof(services, "/userinfo", key=key, method="GET", ath=thumbprint_of(token))
    return endpoints.get("/userinfo", headers={**headers, **shown, "Authorization": f"DPoP {token}"})


def test_a_client_that_need_not_gets_what_it_shows(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    plain = redeem(services, endpoints, client, {}).get_json()
    bound = redeem(services, endpoints, client, proof(services, "/token")).get_json()

    assert (plain["token_type"], bound["token_type"]) == ("Bearer", "DPoP")
    assert "cnf" not in claims_of(services, plain["access_token"], typ="at+jwt")
    assert claims_of(services, bound["access_token"], typ="at+jwt")["cnf"] == {"jkt": KEY.thumbprint()}
    assert ask(services, endpoints, plain["access_token"]).status_code == 200
    assert ask(services, endpoints, bound["access_token"], key=KEY).status_code == 200
    assert_refused(ask(services, endpoints, plain["access_token"], key=KEY), "invalid_token", 401)
    assert_refused(ask(services, endpoints, bound["access_token"]), "invalid_token", 401)


def test_each_algorithm_of_the_document_proves_a_key(services: Services, endpoints: FlaskClient) -> None:
    """And none that is not listed: RS256 signs no proof here."""
    document = endpoints.get("/.well-known/openid-configuration").get_json()
    client = a_client(services)
    for algorithm in ("ES256", "PS256", "EdDSA", "RS256"):
        key = a_proof_key(algorithm)
        shown = proof(services, "/token", key=key, signed_as=algorithm)
        answer = endpoints.post("/token", data=CREDENTIALS, headers={**basic(client), **shown})
        if algorithm in document["dpop_signing_alg_values_supported"]:
            claims = claims_of(services, answer.get_json()["access_token"], typ="at+jwt")
            assert claims["cnf"] == {"jkt": key.thumbprint()}
        else:
            assert_refused(answer, "invalid_dpop_proof")


def test_scripts_may_send_proofs_and_read_nonces(endpoints: FlaskClient) -> None:
    """Fetch section 3.3: a browser asks before it sends the header, and shows no other of the answer."""
    for path in ("/token", "/userinfo", "/par"):
        preflight = endpoints.options(path).headers
        assert "DPoP" in preflight["Access-Control-Allow-Headers"].split(", ")
        assert "DPoP-Nonce" in preflight["Access-Control-Expose-Headers"].split(", ")


def test_a_proof_counts_nothing_beside_a_bearer_token(services: Services, endpoints: FlaskClient) -> None:
    """Some clients send one with each request; the token decides whether it is judged."""
    token = redeem(services, endpoints, a_client(services), {}).get_json()["access_token"]

    answer = endpoints.get("/userinfo", headers={"Authorization": f"Bearer {token}", "DPoP": "nothing good"})

    assert answer.status_code == 200


def test_a_wrong_proof_gives_no_bearer_token_instead(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    for wrong in ({"DPoP": "nothing good"}, {"DPoP": ""}, proof(services, "/token", htm="GET")):
        assert_refused(redeem(services, endpoints, client, wrong), "invalid_dpop_proof")
    assert_refused(redeem(services, endpoints, client, proof(services, "/token", nonce=None)), "use_dpop_nonce")


def test_a_client_that_must_show_a_key_and_does_not_gets_nothing(services: Services, endpoints: FlaskClient) -> None:
    """By its registration, a certificate does not do instead; nothing is spent by the refusal."""
    client = a_client(services, dpop_bound_access_tokens=True)
    with nothing_stored(services):
        for headers in ({}, behind_proxy(HOLDER)):
            refused = endpoints.post("/token", data=CREDENTIALS, headers={**basic(client), **headers})
            assert_refused(refused, "invalid_dpop_proof")

    shown = proof(services, "/token")
    answer = endpoints.post("/token", data=CREDENTIALS, headers={**basic(client), **shown})
    assert answer.get_json()["token_type"] == "DPoP"


def test_a_proof_is_for_the_host_that_was_called(services: Services, endpoints: FlaskClient) -> None:
    """A client that authenticates by certificate calls the host for certificates (RFC 8705 section 5)."""
    client, there = a_client(services), f"https://{MTLS_HOST}/token"
    for headers, url, status in (
        (behind_proxy(HOLDER), there, 200),
        (behind_proxy(HOLDER), f"{services.settings.issuer}/token", 400),
        ({}, there, 400),
    ):
        shown = proof(services, "/token", url=url)
        answer = endpoints.post("/token", data=CREDENTIALS, headers={**basic(client), **headers, **shown})
        assert answer.status_code == status, answer.text


def test_a_bearer_token_of_a_client_that_must_be_bound_counts_no_more(
    services: Services, endpoints: FlaskClient
) -> None:
    """What it was given before it was held to a key."""
    client = a_client(services)
    token = redeem(services, endpoints, client, {}).get_json()["access_token"]
    with services.database.transaction() as session:
        store_client(session, replace(client, dpop_bound_access_tokens=True), now=services.clock.now())
    announce_change(services.database, services.store)

    assert_refused(ask(services, endpoints, token), "invalid_token", 401)


def test_introspection_tells_what_a_token_is_bound_to(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9449 section 6.2: the resource server judges the proof."""
    api = "https://api.tool.immo.test"
    server = a_client(services, policy=ClientPolicy(scope=(), resources=(api,), introspection=True))
    form, headers = {**CREDENTIALS, "resource": api}, {**basic(server), **proof(services, "/token")}
    token = endpoints.post("/token", data=form, headers=headers).get_json()["access_token"]

    said = endpoints.post("/introspect", data={"token": token}, headers=basic(server)).get_json()

    assert (said["active"], said["token_type"], said["cnf"]) == (True, "DPoP", {"jkt": KEY.thumbprint()})


def test_where_nonces_are_offered_a_proof_without_one_counts(services: Services) -> None:
    """`IMMO_DPOP_NONCE=offered`: the answer brings one for the next time."""
    lenient = replace(services, settings=replace(services.settings, dpop_nonce=DpopNonce.OFFERED))
    endpoints = an_application(lenient).test_client()

    answer = redeem(lenient, endpoints, a_client(lenient), proof(lenient, "/token", nonce=None))

    assert answer.get_json()["token_type"] == "DPoP"
    assert answer.headers["DPoP-Nonce"] == DpopNonces(lenient.settings.secret).fresh(lenient.clock.now())


def test_only_its_key_refreshes_for_a_public_client(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9449 section 5: nothing else binds it; RFC 9700 section 2.2.2: then it is kept."""
    client = a_public_client(services)
    first = redeem(services, endpoints, client, proof(services, "/token")).get_json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": first, "client_id": client.client_id}

    assert_refused(endpoints.post("/token", data=form), "invalid_grant")
    by_other = endpoints.post("/token", data=form, headers=proof(services, "/token", key=OTHER))
    assert_refused(by_other, "invalid_grant")
    for _ in range(2):
        answer = endpoints.post("/token", data=form, headers=proof(services, "/token"))
        assert (answer.status_code, answer.get_json()["token_type"]) == (200, "DPoP")
        assert "refresh_token" not in answer.get_json()


def test_a_refresh_token_that_came_without_a_key_is_rotated(services: Services, endpoints: FlaskClient) -> None:
    """A key that is shown later binds the access token of that answer and nothing else."""
    client = a_public_client(services)
    token = redeem(services, endpoints, client, {}).get_json()["refresh_token"]
    form = {"grant_type": "refresh_token", "client_id": client.client_id}

    answer = endpoints.post(
        "/token", data={**form, "refresh_token": token}, headers=proof(services, "/token")
    ).get_json()
    again = endpoints.post("/token", data={**form, "refresh_token": answer["refresh_token"]})

    assert (answer["token_type"], again.get_json()["token_type"]) == ("DPoP", "Bearer")


def test_a_code_that_was_bound_needs_its_key(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9449 section 10: who stole code and verifier has no tokens by them."""
    client, bound = a_public_client(services), {"dpop_jkt": KEY.thumbprint()}

    for headers in ({}, proof(services, "/token", key=OTHER)):
        assert_refused(redeem(services, endpoints, client, headers, **bound), "invalid_grant")
    assert redeem(services, endpoints, client, proof(services, "/token"), **bound).status_code == 200


def test_token_counts_with_its_certificate_alone(services: Services, endpoints: FlaskClient) -> None:
    """RFC 8705 section 3, for a client that proves itself by its secret."""
    client = a_client(services, tls_client_certificate_bound_access_tokens=True)

    members = redeem(services, endpoints, client, behind_proxy(HOLDER)).get_json()

    token = members["access_token"]
    assert members["token_type"] == "Bearer"
    assert claims_of(services, token, typ="at+jwt")["cnf"] == {"x5t#S256": HOLDER.x5t_s256}
    assert ask(services, endpoints, token, holder=HOLDER).status_code == 200
    for answer in (
        ask(services, endpoints, token),
        ask(services, endpoints, token, holder=STRANGER),
        ask(services, endpoints, token, key=KEY, holder=HOLDER),
    ):
        assert_refused(answer, "invalid_token", 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_without_a_certificate_nothing_is_given(services: Services, endpoints: FlaskClient) -> None:
    """A proof does not do instead: the client registered for certificates."""
    client = a_client(services, tls_client_certificate_bound_access_tokens=True)

    assert_refused(redeem(services, endpoints, client, {}), "invalid_request")
    assert_refused(redeem(services, endpoints, client, proof(services, "/token")), "invalid_request")


def test_a_certificate_binds_no_tokens_of_a_client_that_did_not_ask_for_it(
    services: Services, endpoints: FlaskClient
) -> None:
    token = redeem(services, endpoints, a_client(services), behind_proxy(HOLDER)).get_json()["access_token"]

    assert ask(services, endpoints, token).status_code == 200
