"""How many statements a token costs: one for each fact, so that none grows unseen (`performance.md`)."""

from flask.testing import FlaskClient

from core.proof.dpop_nonces import DpopNonces
from idp.oidc import codes
from idp.oidc.codes import CodeGrant
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.wiring import Services
from tests.support import grants
from tests.support.call_trail import followed
from tests.support.dpop_proofs import a_proof, a_proof_key
from tests.support.grants import (
    WALLET,
    a_client,
    a_grant,
    a_public_client,
    ask_userinfo,
    basic,
    claims_of,
    exchange,
    granted,
    post_token,
    refresh,
)
from tests.support.statements import counted


def _in_a_context(services: Services, client: RegisteredClient) -> CodeGrant:
    office = grants.an_office(services, grants.a_person(services))
    scope = ("openid", "organization", "roles", "offline_access")
    return a_grant(services, client, office.person_id, context=office.context, scope=scope)


def _pair(services: Services, change: str) -> list[str]:
    """Return how a change and the row that goes with it begin: one statement where the database can."""
    return [change, "INSERT"] if services.database.is_sqlite else ["WITH"]


def test_code_costs_one_question_and_one_change(services: Services, endpoints: FlaskClient) -> None:
    """Person and context together; the family with its refresh token, in two statements on SQLite."""
    client = a_client(services)
    grant = _in_a_context(services, client)
    granted(services, endpoints, client, a_grant(services, client, grant.subject.person_id))
    code = codes.issue(services.store, grant)

    with counted(services.database) as asked:
        response = exchange(endpoints, client, code)

    assert "refresh_token" in response.get_json()
    assert [statement.split()[0] for statement in asked] == ["SELECT", *_pair(services, "INSERT")]


def test_refresh_with_rotation_costs_two_questions_and_one_change(services: Services, endpoints: FlaskClient) -> None:
    """The token, person and context together; the token that is spent with the one that follows."""
    client = a_public_client(services)
    first = granted(services, endpoints, client, _in_a_context(services, client))

    with counted(services.database) as asked:
        response = refresh(endpoints, client, first["refresh_token"])

    assert response.status_code == 200
    assert [statement.split()[0] for statement in asked] == ["SELECT", "SELECT", *_pair(services, "UPDATE")]


def test_token_for_the_wallet_asks_once_more_for_the_limits_and_tells_them_to_the_wallet_alone(
    services: Services, endpoints: FlaskClient
) -> None:
    """The way of a tool that charges: a token for userinfo first, then one for the wallet (RFC 8707 section 2.2)."""
    wanted = ("organization", "roles", "wallet", "wallet:charge")
    scope = ("openid", "offline_access", *wanted)
    client = a_client(services, policy=ClientPolicy(scope=scope, resources=(WALLET,)))
    office = grants.an_office(services, grants.a_person(services))
    grant = a_grant(services, client, office.person_id, context=office.context, scope=scope, resource=(WALLET,))
    userinfo = f"{services.settings.issuer}/userinfo"
    first = exchange(endpoints, client, codes.issue(services.store, grant), resource=userinfo).get_json()

    with counted(services.database) as asked:
        form = {"resource": WALLET, "scope": " ".join(wanted)}
        members = refresh(endpoints, client, first["refresh_token"], **form).get_json()

    assert [statement.split()[0] for statement in asked] == ["SELECT", "SELECT", "SELECT"]
    assert claims_of(services, first["access_token"], typ="at+jwt")["aud"] == userinfo
    claims = claims_of(services, members["access_token"], typ="at+jwt")
    assert (claims["aud"], claims["scope"], members["expires_in"]) == (WALLET, form["scope"], 300)
    assert claims["org_id"] == office.context.organisation_id
    assert claims["urn:immo-connect:claims:wallet"]["can"] == ["charge", "read"]
    assert "id_token" not in members


def test_userinfo_asks_for_person_and_context_at_once(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    token = granted(services, endpoints, client, _in_a_context(services, client))["access_token"]

    with counted(services.database) as asked:
        response = ask_userinfo(endpoints, token)

    assert response.status_code == 200
    assert len(asked) == 1


def test_introspection_asks_the_database_nothing(services: Services, endpoints: FlaskClient) -> None:
    """Clients are kept for seconds; whether a token was revoked stands in the store."""
    api = "https://api.tool.immo.test"
    server = a_client(services, policy=ClientPolicy(scope=(), resources=(api,), introspection=True))
    form = {"grant_type": "client_credentials", "resource": api}
    token = endpoints.post("/token", data=form, headers=basic(server)).get_json()["access_token"]

    with counted(services.database) as asked:
        response = endpoints.post("/introspect", data={"token": token}, headers=basic(server))

    assert response.get_json()["active"] is True
    assert asked == []


def test_a_proof_costs_one_step_in_the_store_and_no_statement(services: Services, endpoints: FlaskClient) -> None:
    """It is spent there; the key that a refresh token is bound to lies in its family."""
    client, key = a_public_client(services), a_proof_key()
    grant = _in_a_context(services, client)
    endpoint = f"{services.settings.issuer}/token"

    def headers() -> dict[str, str]:
        now = services.clock.now()
        return {"DPoP": a_proof(key, "POST", endpoint, now, nonce=DpopNonces(services.settings.secret).fresh(now))}

    first = exchange(endpoints, client, codes.issue(services.store, grant), headers=headers()).get_json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    with counted(services.database) as asked, followed(services.database) as trail:
        response = post_token(endpoints, client, headers=headers(), **form)

    assert response.get_json()["token_type"] == "DPoP"
    assert [statement.split()[0] for statement in asked] == ["SELECT", "SELECT"]
    assert trail.calls.count("/core/proof/dpop.py:_spend") == 1


def test_who_brings_no_proof_pays_for_none(services: Services, endpoints: FlaskClient) -> None:
    """Bearer tokens: nothing of proofs and certificates runs at the token endpoint or at userinfo."""
    client = a_client(services)
    grant = _in_a_context(services, client)
    with followed(services.database) as trail:
        members = exchange(endpoints, client, codes.issue(services.store, grant)).get_json()
        answer = ask_userinfo(endpoints, members["access_token"])

    assert answer.status_code == 200
    called = {call.partition(":")[0] for call in trail.calls}
    assert not called & {"/core/proof/dpop.py", "/core/proof/dpop_nonces.py", "/core/proof/target_uri.py"}
