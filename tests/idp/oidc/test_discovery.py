import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.infra.settings import Registration, Settings
from idp.app import PROGRAM_ENDPOINTS
from idp.claims.scopes import SCOPE_NAMES
from idp.oidc.discovery import metadata
from idp.oidc.registered_client import DEFAULT_SCOPE
from idp.signing import rotation
from idp.signing.keyring import Keyring
from idp.wiring import Services

ADDRESSES = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.fixture
def browser(idp: Callable[[], FlaskClient]) -> FlaskClient:
    return idp()


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_well_known_addresses_give_the_same_document(
    address: str, browser: FlaskClient, settings: Settings
) -> None:
    """Discovery 1.0 section 4.2, RFC 8414 section 3.2."""
    response = browser.get(address)

    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json == metadata(settings)


def test_issuer_is_the_address_without_its_suffix(browser: FlaskClient) -> None:
    """Discovery 1.0 section 4.3; oidc.md 2.12."""
    document: Any = browser.get(ADDRESSES[0]).json

    assert document["issuer"] == "https://login.immo.test"


def test_every_endpoint_is_an_https_address_of_the_issuer_that_is_served(browser: FlaskClient, idp_app: Flask) -> None:
    """Only what is built is claimed: each address has a route."""
    document: Any = browser.get(ADDRESSES[0]).json
    routes = {rule.rule for rule in idp_app.url_map.iter_rules()} | {endpoint.path for endpoint in PROGRAM_ENDPOINTS}

    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri", "_documentation"))]
    assert len(addresses) == 11
    for address in addresses:
        assert address.startswith("https://login.immo.test/")
        assert address.removeprefix("https://login.immo.test") in routes


def test_document_claims_what_this_provider_does_and_no_more(browser: FlaskClient) -> None:
    document: Any = browser.get(ADDRESSES[0]).json

    assert document["response_types_supported"] == ["code"]
    assert document["response_modes_supported"] == [
        "query", "form_post", "jwt", "query.jwt", "form_post.jwt",
    ]  # fmt: skip
    assert document["grant_types_supported"] == [
        "authorization_code", "refresh_token", "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange",
    ]  # fmt: skip
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["subject_types_supported"] == ["public", "pairwise"]
    assert document["acr_values_supported"] == [
        "urn:immo-connect:acr:pwd",
        "urn:immo-connect:acr:mfa",
        "http://eidas.europa.eu/LoA/high",
    ]
    assert document["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic", "client_secret_post", "private_key_jwt", "none",
    ]  # fmt: skip
    assert document["request_parameter_supported"] is True
    for signed in ("request_object_signing_alg_values_supported", "authorization_signing_alg_values_supported"):
        assert set(document[signed]) == {"RS256", "PS256", "ES256", "EdDSA"}
    assert document["require_pushed_authorization_requests"] is False
    assert document["request_uri_parameter_supported"] is False
    assert document["claims_parameter_supported"] is True
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert document["dpop_signing_alg_values_supported"] == ["ES256", "PS256", "EdDSA"]
    for not_built in ("check_session_iframe", "frontchannel_logout_supported"):
        assert not_built not in document


def test_what_identity_cards_prove_is_announced(browser: FlaskClient) -> None:
    """OpenID Connect for Identity Assurance 1.0, metadata."""
    document: Any = browser.get(ADDRESSES[0]).json

    assert document["verified_claims_supported"] is True
    assert document["trust_frameworks_supported"] == ["eidas"]
    assert document["evidence_supported"] == ["document"]
    assert document["documents_supported"] == ["idcard", "residence_permit"]
    assert document["documents_check_methods_supported"] == ["vcrypt"]
    assert set(document["claims_in_verified_claims_supported"]) == {
        "given_name", "family_name", "birthdate", "gender", "place_of_birth", "nationalities",
    }  # fmt: skip


def test_unsigned_and_symmetric_algorithms_are_nowhere(browser: FlaskClient) -> None:
    document: Any = browser.get(ADDRESSES[0]).json

    for name, values in document.items():
        if name.endswith("_alg_values_supported"):
            assert set(values) | {"RS256"} == {"RS256", "PS256", "ES256", "EdDSA"}


def test_scopes_and_claims_come_from_the_table(browser: FlaskClient) -> None:
    document: Any = browser.get(ADDRESSES[0]).json

    assert document["scopes_supported"] == list(SCOPE_NAMES)
    assert set(DEFAULT_SCOPE) <= set(document["scopes_supported"])
    assert {"sub", "name", "email", "address", "phone_number", "org_id", "urn:immo-connect:claims:usage"} <= set(
        document["claims_supported"]
    )
    assert "verified_claims" in document["claims_supported"]
    assert len(document["claims_supported"]) == len(set(document["claims_supported"]))


@pytest.mark.parametrize(
    ("registration", "is_offered"),
    [(Registration.OPEN, True), (Registration.TOKEN, True), (Registration.CLOSED, False)],
)
def test_registration_endpoint_is_offered_where_somebody_can_register(
    registration: Registration, *, is_offered: bool, settings: Settings
) -> None:
    assert ("registration_endpoint" in metadata(replace(settings, registration=registration))) is is_offered


def test_jwks_is_public_and_named_by_discovery(browser: FlaskClient, keyring: Keyring) -> None:
    document: Any = browser.get(ADDRESSES[0]).json

    response = browser.get(document["jwks_uri"])

    assert response.status_code == 200
    assert response.content_type == "application/jwk-set+json"
    assert response.data == keyring.jwks().body
    assert {key["alg"] for key in json.loads(response.data)["keys"]} == {"RS256", "PS256", "ES256", "EdDSA"}


@pytest.mark.parametrize("address", [*ADDRESSES, "/jwks"])
def test_scripts_of_other_origins_may_read_it_and_caches_keep_it(address: str, browser: FlaskClient) -> None:
    headers = browser.get(address).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("address", [*ADDRESSES, "/jwks"])
def test_what_the_reader_has_is_not_sent_again(address: str, browser: FlaskClient) -> None:
    """RFC 9110 section 13.1.2."""
    etag = browser.get(address).headers["ETag"]

    for known in (etag, f'"other", {etag}', f"W/{etag}"):
        again = browser.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert browser.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_jwks_gains_a_new_key_and_keeps_the_old_ones(browser: FlaskClient, services: Services) -> None:
    """oidc.md 2.13, module server-rotate-keys (Core section 10.1.1)."""
    before = browser.get("/jwks")
    known: Any = json.loads(before.data)["keys"]
    with services.database.transaction() as session:
        rotation.new_key(session, services.keyring.private_keys, algorithm="RS256", now=services.clock.now())
    services.keyring.refresh()

    after = browser.get("/jwks", headers={"If-None-Match": before.headers["ETag"]})

    now_shown = json.loads(after.data)["keys"]
    assert len(now_shown) == len(known) + 1
    assert all(key in now_shown for key in known)
