"""A resource server of somebody else's judges our tokens with what `core.proof` gives it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from idp.oidc.registered_client import ClientPolicy
from idp.wiring import Services
from tests.conformance.resource import Answer, Resource
from tests.support.fapi_party import FapiParty
from tests.support.grants import a_client, basic

URL = "https://resource.example/accounts"


@pytest.fixture
def party(services: Services, idp: Callable[[], FlaskClient]) -> FapiParty:
    return FapiParty(services, idp()).store(grant_types=("client_credentials",), redirect_uris=(), response_types=())


@pytest.fixture
def resource(services: Services, idp: Callable[[], FlaskClient], clock: FixedClock, tmp_path: Path) -> Resource:
    issuer = services.settings.issuer
    policy = ClientPolicy(introspection=True, resources=(issuer, f"{issuer}/userinfo"))
    server = a_client(services, policy=policy)

    def introspect(token: str) -> Mapping[str, Any]:
        found: dict[str, Any] = idp().post("/introspect", data={"token": token}, headers=basic(server)).get_json()
        return found

    return Resource(URL, introspect, clock, tmp_path)


def call(party: FapiParty, resource: Resource, token: str, *, scheme: str = "DPoP", **claims: Any) -> Answer:
    """Call the resource with a proof, and again with the nonce where it asks for one."""
    answer = _send(party, resource, token, scheme, claims)
    if answer[2].get("error") == "use_dpop_nonce":
        party.nonce = answer[1]["DPoP-Nonce"]
        answer = _send(party, resource, token, scheme, claims)
    return answer


def _send(party: FapiParty, resource: Resource, token: str, scheme: str, claims: Mapping[str, Any]) -> Answer:
    proof = party.proof("GET", URL, access_token=token, **claims)
    return resource.answer("GET", {"authorization": f"{scheme} {token}", "dpop": proof, "x-fapi-interaction-id": "a"})


def test_a_bound_token_is_good_with_its_key_and_not_without(party: FapiParty, resource: Resource) -> None:
    token = party.token(grant_type="client_credentials").get_json()["access_token"]
    party.nonce = None

    status, headers, members = call(party, resource, token)
    assert (status, headers["x-fapi-interaction-id"], members["client_id"]) == (200, "a", party.client_id)
    assert call(party, resource, token, htu=f"{URL}/other")[::2] == (401, {"error": "invalid_dpop_proof"})
    assert call(party, resource, token, scheme="Bearer")[::2] == (401, {"error": "invalid_token"})
    assert resource.answer("GET", {})[0] == 401
    party.call("/revoke", headers={}, token=token)
    assert call(party, resource, token)[::2] == (401, {"error": "invalid_token"})
