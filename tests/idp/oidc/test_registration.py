"""Registration and its management over HTTP: RFC 7591, RFC 7592, `oidc.md` 2.9."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.infra.http import OutboundHttp
from core.infra.ids import digest
from core.infra.settings import Mode, Registration
from idp.oidc import codes
from idp.oidc.clients import announce_change, find_client
from idp.oidc.registered_client import CONTEXT_SCOPE, DEFAULT_SCOPE, RegisteredClient
from idp.oidc.registration import set_enabled, store_client
from idp.wiring import Services
from tests.support.grants import (
    REDIRECT_URI,
    a_client,
    a_grant,
    a_key,
    a_person,
    an_application,
    ask_userinfo,
    assert_refused,
    basic,
    exchange,
    nothing_stored,
    public_jwks,
    rows,
)
from tests.support.json_server import JsonServer

_PLAIN: dict[str, Any] = {"redirect_uris": [REDIRECT_URI]}


def _register(endpoints: FlaskClient, **members: Any) -> TestResponse:
    return endpoints.post("/register", json={**_PLAIN, **members})


def _registered(endpoints: FlaskClient, **members: Any) -> dict[str, Any]:
    response = _register(endpoints, **members)
    assert response.status_code == 201, response.text
    answered: dict[str, Any] = response.get_json()
    return answered


def _bearer(answered: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {answered['registration_access_token']}"}


def _path(answered: dict[str, Any]) -> str:
    return f"/register/{answered['client_id']}"


def _stored(services: Services, client_id: str) -> RegisteredClient | None:
    with services.database.connection() as connection:
        return find_client(connection, client_id)


def test_what_the_conformance_suite_sends_is_registered(services: Services, endpoints: FlaskClient) -> None:
    """All metadata echoed, unknown members ignored, a secret that never expires."""
    sent = {
        "client_name": "OIDF Conformance Suite",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [REDIRECT_URI],
        "jwks": public_jwks(a_key("RSA")),
        "token_endpoint_auth_method": "client_secret_basic",
        "contacts": ["certification@oidf.test"],
    }

    response = endpoints.post("/register", json={**sent, "unknown_member": {"a": 1}})

    answered = response.get_json()
    assert (response.status_code, response.mimetype) == (201, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    assert {name: answered[name] for name in sent} == sent
    assert "unknown_member" not in answered
    assert answered["client_secret_expires_at"] == 0
    assert answered["scope"] == " ".join(DEFAULT_SCOPE)
    assert answered["registration_client_uri"] == f"{services.settings.issuer}/register/{answered['client_id']}"
    assert answered["client_id_issued_at"] == int(services.clock.now().timestamp())


def test_secrets_are_stored_as_digests(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)

    (row,) = rows(services, "client")
    assert row["secret_digest"] == digest(answered["client_secret"])
    assert row["registration_token_digest"] == digest(answered["registration_access_token"])
    assert answered["client_secret"] not in str(row)
    assert answered["registration_access_token"] not in str(row)


def test_a_registered_client_redeems_a_code(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)
    client = _stored(services, answered["client_id"])
    assert client is not None
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))

    response = exchange(endpoints, client, code, headers=basic(client, answered["client_secret"]))

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "members"),
    [("none", {}), ("private_key_jwt", {"jwks_uri": "https://tool.immo.test/jwks"})],
)
def test_clients_without_a_secret_get_none(endpoints: FlaskClient, method: str, members: dict[str, Any]) -> None:
    answered = _registered(endpoints, token_endpoint_auth_method=method, **members)

    assert not {"client_secret", "client_secret_expires_at"} & answered.keys()


def test_every_default_is_told(endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)

    assert answered["token_endpoint_auth_method"] == "client_secret_basic"
    assert answered["grant_types"] == ["authorization_code"]
    assert answered["response_types"] == ["code"]
    assert answered["application_type"] == "web"
    assert answered["subject_type"] == "public"
    assert answered["id_token_signed_response_alg"] == "RS256"


def test_every_member_that_means_something_is_kept(services: Services, endpoints: FlaskClient) -> None:
    sent = {
        "client_name": "Tool",
        "client_name#nl": "Gereedschap",
        "post_logout_redirect_uris": ["https://tool.immo.test/bye?x=1"],
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "PS256",
        "backchannel_logout_uri": "https://tool.immo.test/logout",
        "backchannel_logout_session_required": True,
        "default_max_age": 3600,
        "require_auth_time": True,
        "default_acr_values": ["urn:immo-connect:acr:pwd"],
        "initiate_login_uri": "https://tool.immo.test/start",
        "logo_uri": "https://tool.immo.test/logo.svg",
        "client_uri": "https://tool.immo.test",
        "policy_uri": "https://tool.immo.test/policy",
        "tos_uri": "https://tool.immo.test/terms",
        "software_id": "tool",
        "software_version": "2",
    }

    answered = _registered(endpoints, **sent)

    assert {name: answered[name] for name in sent} == sent
    client = _stored(services, answered["client_id"])
    assert client is not None
    assert client.default_max_age_seconds == 3600
    assert client.backchannel_logout_session_required
    assert client.id_token_signed_response_alg == "ES256"


def test_a_scope_beyond_the_default_is_not_had_by_asking(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints, scope="openid email organization wallet:charge made-up")

    assert answered["scope"] == "openid email"
    client = _stored(services, answered["client_id"])
    assert client is not None
    assert client.policy.scope == ("openid", "email")
    assert not client.policy.first_party


@pytest.mark.parametrize(
    "uri",
    [
        "https://tool.immo.test/callback#fragment",
        "https://tool.immo.test/callback#",
        "http://tool.immo.test/callback",
        "/callback",
        "https:///callback",
        "https://user:password@tool.immo.test/callback",
        "https://tool.immo.test/call back",
        "https://tool.immo.test\\@elsewhere.test/",
        "https://tool.immo.test:port/",
        "javascript:alert(1)",
        "data:text/html,x",
        "com.example.app:/callback",
        "https://tool.immo.test/" + "a" * 2_048,
        "https://t\u00f6\u00f6l.immo.test/",
    ],
)
def test_a_redirect_uri_that_is_not_safe_is_refused(services: Services, endpoints: FlaskClient, uri: str) -> None:
    """`registration-regfrag` and RFC 9700 section 4.1."""
    with nothing_stored(services):
        response = _register(endpoints, redirect_uris=[REDIRECT_URI, uri])

    assert response.status_code == 400
    assert response.get_json()["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}


@pytest.mark.parametrize(
    "uri", ["com.example.app:/callback", "http://127.0.0.1/callback", "http://[::1]:8000/", "https://claimed.test/"]
)
def test_native_clients_have_addresses_of_their_own(endpoints: FlaskClient, uri: str) -> None:
    """RFC 8252 section 7."""
    answered = _registered(endpoints, redirect_uris=[uri], application_type="native", token_endpoint_auth_method="none")

    assert answered["redirect_uris"] == [uri]


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "myapp:/callback", "http://192.168.0.1/", "file:///etc/passwd"]
)
def test_native_clients_get_no_scheme_that_is_not_theirs(services: Services, endpoints: FlaskClient, uri: str) -> None:
    with nothing_stored(services):
        assert_refused(_register(endpoints, redirect_uris=[uri], application_type="native"), "invalid_redirect_uri")


@pytest.mark.parametrize(
    "members",
    [
        {"initiate_login_uri": "http://tool.immo.test/start"},
        {"initiate_login_uri": "http://localhost/start"},
        {"logo_uri": "javascript:alert(1)"},
        {"tos_uri": "http://tool.immo.test/terms"},
        {"policy_uri": 7},
        {"backchannel_logout_uri": "https://tool.immo.test/logout#x"},
        {"grant_types": ["implicit"], "response_types": ["token"]},
        {"response_types": ["code id_token"]},
        {"response_types": []},
        {"grant_types": ["client_credentials"], "response_types": ["code"]},
        {"grant_types": ["refresh_token"], "response_types": []},
        {"grant_types": ["client_credentials"], "response_types": [], "token_endpoint_auth_method": "none"},
        {"grant_types": "authorization_code"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_signing_alg": "HS256"},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"userinfo_signed_response_alg": "none"},
        {"id_token_encrypted_response_alg": "RSA-OAEP"},
        {"request_object_encryption_alg": "RSA-OAEP"},
        {"subject_type": "other"},
        {"application_type": "other"},
        {"jwks": {"keys": []}},
        {"jwks": "keys"},
        {"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}},
        {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "private"}]}},
        {"jwks": {"keys": [{"kty": "RSA"}]}, "jwks_uri": "https://tool.immo.test/jwks"},
        {"jwks_uri": "http://tool.immo.test/jwks"},
        {"client_name": ["a"]},
        {"client_name": "a\u0000b"},
        {"contacts": "me@tool.immo.test"},
        {"default_max_age": "3600"},
        {"default_max_age": -1},
        {"default_max_age": True},
        {"require_auth_time": "true"},
        {"redirect_uris": [REDIRECT_URI, 7]},
        {"redirect_uris": [f"{REDIRECT_URI}/{number}" for number in range(51)]},
        {"sector_identifier_uri": "http://tool.immo.test/sector"},
        {"subject_type": "pairwise", "redirect_uris": [REDIRECT_URI, "https://other.immo.test/"]},
    ],
)
def test_a_member_that_is_not_acceptable_is_refused(
    services: Services, endpoints: FlaskClient, members: dict[str, Any]
) -> None:
    """RFC 7591 section 3.2.2; `3rd_party-init-login-nohttps`."""
    with nothing_stored(services):
        assert_refused(_register(endpoints, **members), "invalid_client_metadata")


def test_a_client_that_uses_codes_needs_a_redirect_uri(services: Services, endpoints: FlaskClient) -> None:
    with nothing_stored(services):
        assert_refused(endpoints.post("/register", json={}), "invalid_redirect_uri")


def test_a_client_that_acts_by_itself_needs_none(endpoints: FlaskClient) -> None:
    response = endpoints.post("/register", json={"grant_types": ["client_credentials"]})

    assert response.status_code == 201


def test_http_on_this_machine_is_for_demo_and_test_only(services: Services) -> None:
    production = replace(services, settings=replace(services.settings, mode=Mode.PRODUCTION))

    for ground, status in ((services, 201), (production, 400)):
        response = _register(an_application(ground).test_client(), redirect_uris=["http://localhost:8082/callback"])
        assert response.status_code == status


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b'{"client_name": "\xff"}', "application/json"),
        (b"{}", "text/plain"),
        (b'{"client_name": "' + b"a" * 70_000 + b'"}', "application/json"),
    ],
)
def test_what_is_no_json_object_is_refused(
    services: Services, endpoints: FlaskClient, body: bytes, content_type: str
) -> None:
    with nothing_stored(services):
        response = endpoints.post("/register", data=body, content_type=content_type)

    assert_refused(response, "invalid_request")


def test_where_registration_is_closed_nobody_registers(services: Services) -> None:
    closed = replace(services, settings=replace(services.settings, registration=Registration.CLOSED))

    with nothing_stored(services):
        response = _register(an_application(closed).test_client())

    assert_refused(response, "access_denied", 403)
    assert "operator" in response.get_json()["error_description"]


@pytest.fixture
def sector_server() -> Iterator[JsonServer]:
    """Yield the https server of a sector's list."""
    with JsonServer(tls=True) as server:
        yield server


@pytest.fixture
def reaching(services: Services, sector_server: JsonServer) -> Services:
    """Return services whose HTTP client may reach the sector's server."""
    http = OutboundHttp(services.settings.outbound, Mode.TEST, {sector_server.port})
    return replace(services, http=http)


def test_a_sector_list_makes_clients_of_several_hosts_one_sector(reaching: Services, sector_server: JsonServer) -> None:
    """`registration-sector-uri`."""
    uris = [REDIRECT_URI, "https://other.immo.test/callback"]
    uri = sector_server.serve("/sector.json", [*uris, "https://third.immo.test/"])

    answered = _registered(
        an_application(reaching).test_client(), redirect_uris=uris, subject_type="pairwise", sector_identifier_uri=uri
    )

    assert answered["sector_identifier_uri"] == uri
    client = _stored(reaching, answered["client_id"])
    assert client is not None
    assert client.sector_identifier == "127.0.0.1"


@pytest.mark.parametrize("document", [[], ["https://other.immo.test/"], {"uris": [REDIRECT_URI]}, REDIRECT_URI, None])
@pytest.mark.parametrize("status", [200, 404])
def test_a_sector_list_without_every_redirect_uri_is_refused(
    reaching: Services, sector_server: JsonServer, document: object, status: int
) -> None:
    """`registration-sector-bad`, whatever the subject type."""
    uri = sector_server.serve("/sector.json", document)
    sector_server.status = status

    with nothing_stored(reaching):
        response = _register(an_application(reaching).test_client(), sector_identifier_uri=uri)

    assert_refused(response, "invalid_client_metadata")
    assert sector_server.requests == 1


def test_a_sector_list_that_cannot_be_fetched_is_refused(services: Services, endpoints: FlaskClient) -> None:
    """`registration-sector-bad`: nothing at that address answers, and nothing within may be asked."""
    for uri in ("https://sector.invalid/list", "https://127.0.0.1/list"):
        with nothing_stored(services):
            assert_refused(_register(endpoints, sector_identifier_uri=uri), "invalid_client_metadata")


def test_pairwise_clients_of_one_host_are_one_sector(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints, subject_type="pairwise")

    client = _stored(services, answered["client_id"])
    assert client is not None
    assert client.sector_identifier == "tool.immo.test"
    assert "sector_identifier" not in answered


def test_a_client_reads_itself(endpoints: FlaskClient) -> None:
    """RFC 7592 section 2.1; `3rd_party-init-login` looks for initiate_login_uri here."""
    answered = _registered(endpoints, initiate_login_uri="https://tool.immo.test/start")

    response = endpoints.get(_path(answered), headers=_bearer(answered))

    read = response.get_json()
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert read["initiate_login_uri"] == "https://tool.immo.test/start"
    secret_members = {"client_secret", "client_secret_expires_at"}
    assert read == {name: value for name, value in answered.items() if name not in secret_members}


def test_a_client_changes_itself(services: Services, endpoints: FlaskClient) -> None:
    """RFC 7592 section 2.2: what is left out falls back to its default."""
    answered = _registered(endpoints, client_name="Before", tos_uri="https://tool.immo.test/terms")

    response = endpoints.put(
        _path(answered),
        headers=_bearer(answered),
        json={
            "client_id": answered["client_id"],
            "client_secret": answered["client_secret"],
            "redirect_uris": ["https://tool.immo.test/new"],
            "client_name": "After",
        },
    )

    changed = response.get_json()
    assert response.status_code == 200
    assert (changed["client_name"], changed["redirect_uris"]) == ("After", ["https://tool.immo.test/new"])
    assert "tos_uri" not in changed
    client = _stored(services, answered["client_id"])
    assert client is not None
    assert client.secret_digest == digest(answered["client_secret"])


def test_a_change_leaves_what_an_operator_decided(services: Services, endpoints: FlaskClient) -> None:
    """A resource server that passes tokens on is no tool, and keeps what it may pass on all the same."""
    answered = _registered(endpoints)
    client = _stored(services, answered["client_id"])
    assert client is not None
    policy = replace(
        client.policy, scope=("openid", *CONTEXT_SCOPE), introspection=True, token_exchange=True,
        resources=("https://reports.immo.test/api",), passes_on_to=("https://ledger.immo.test/api",),
    )  # fmt: skip
    with services.database.transaction() as session:
        store_client(session, replace(client, policy=policy), now=services.clock.now())
    announce_change(services.database, services.store)

    changed = endpoints.put(
        _path(answered), json={**_PLAIN, "client_id": client.client_id, "scope": "openid"}, headers=_bearer(answered)
    )

    stored = _stored(services, client.client_id)
    assert changed.status_code == 200
    assert stored is not None and stored.policy == policy


def test_a_client_that_turns_to_a_secret_gets_one(endpoints: FlaskClient) -> None:
    answered = _registered(endpoints, token_endpoint_auth_method="none")

    response = endpoints.put(
        _path(answered), headers=_bearer(answered), json={**_PLAIN, "client_id": answered["client_id"]}
    )

    assert response.get_json()["client_secret"]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"client_id": "another"},
        {"client_id": None},
        {"client_secret": "wrong"},
        {"client_secret": 7},
        {"registration_access_token": "x"},
        {"registration_client_uri": "https://x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
    ],
)
def test_a_change_that_touches_what_is_ours_is_refused(
    services: Services, endpoints: FlaskClient, members: dict[str, Any]
) -> None:
    answered = _registered(endpoints)
    sent = {**_PLAIN, **({"client_id": answered["client_id"]} if members else {}), **members}

    with nothing_stored(services):
        assert_refused(endpoints.put(_path(answered), headers=_bearer(answered), json=sent), "invalid_request")


def test_a_bad_change_changes_nothing(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)
    sent = {"client_id": answered["client_id"], "redirect_uris": ["http://elsewhere.test/"]}

    with nothing_stored(services):
        assert_refused(endpoints.put(_path(answered), headers=_bearer(answered), json=sent), "invalid_redirect_uri")


def test_a_client_removes_itself_with_all_that_it_holds(services: Services, endpoints: FlaskClient) -> None:
    """RFC 7592 section 2.3: 204."""
    answered = _registered(endpoints, grant_types=["authorization_code", "refresh_token"])
    client = _stored(services, answered["client_id"])
    assert client is not None
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))
    secret = basic(client, answered["client_secret"])
    members = exchange(endpoints, client, code, headers=secret).get_json()

    response = endpoints.delete(_path(answered), headers=_bearer(answered))

    assert (response.status_code, response.data) == (204, b"")
    assert _stored(services, answered["client_id"]) is None
    assert (rows(services, "refresh_family"), rows(services, "refresh_token")) == ([], [])
    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)
    assert_refused(refresh_with(endpoints, secret, members["refresh_token"]), "invalid_client", 401)
    assert_refused(endpoints.get(_path(answered), headers=_bearer(answered)), "invalid_token", 401)


def refresh_with(endpoints: FlaskClient, headers: dict[str, str], token: str) -> TestResponse:
    """Present a refresh token with this proof of the client."""
    return endpoints.post("/token", data={"grant_type": "refresh_token", "refresh_token": token}, headers=headers)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("token", ["wrong", "another client's", None])
def test_only_the_registration_access_token_opens_the_configuration(
    services: Services, endpoints: FlaskClient, method: str, token: str | None
) -> None:
    answered, other = _registered(endpoints), _registered(endpoints)
    headers = {"another client's": _bearer(other), "wrong": {"Authorization": "Bearer wrong"}}.get(token or "", {})

    with nothing_stored(services):
        response = endpoints.open(
            _path(answered), method=method, headers=headers, json={**_PLAIN, "client_id": answered["client_id"]}
        )

    assert_refused(response, "invalid_token", 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_disabled_client_manages_nothing(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)
    with services.database.transaction() as session:
        set_enabled(session, services.store, answered["client_id"], enabled=False, now=services.clock.now())

    for method in ("get", "put", "delete"):
        sent = {**_PLAIN, "client_id": answered["client_id"]}
        refused = endpoints.open(_path(answered), method=method, headers=_bearer(answered), json=sent)
        assert_refused(refused, "invalid_token", 401)

    assert _stored(services, answered["client_id"]) is not None


def test_a_client_that_an_operator_made_manages_nothing(services: Services, endpoints: FlaskClient) -> None:
    """It has no registration access token, not even an empty one."""
    client = a_client(services)

    for header in ({"Authorization": "Bearer x"}, {"Authorization": "Bearer "}):
        response = endpoints.delete(f"/register/{client.client_id}", headers=header)
        assert_refused(response, "invalid_token", 401)

    assert _stored(services, client.client_id) is not None


def test_every_deed_is_in_the_audit_trail(services: Services, endpoints: FlaskClient) -> None:
    answered = _registered(endpoints)
    endpoints.put(_path(answered), headers=_bearer(answered), json={**_PLAIN, "client_id": answered["client_id"]})
    endpoints.delete(_path(answered), headers=_bearer(answered))

    deeds = [row["action"] for row in rows(services, "audit") if row["subject_id"] == answered["client_id"]]

    assert sorted(deeds) == ["client-changed", "client-deleted", "client-registered"]


def test_tokens_of_a_removed_client_do_not_come_back_with_a_new_one(services: Services, endpoints: FlaskClient) -> None:
    """Each registration gets a new identifier."""
    assert _registered(endpoints)["client_id"] != _registered(endpoints)["client_id"]
