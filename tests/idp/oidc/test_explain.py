"""A token asks why each claim is there or missing: `claims.md`, "Requirements" C6."""

from typing import Any

from flask.testing import FlaskClient

from core.wallet.control.choices import replace_limits
from core.wallet.control.limits import Limit
from core.wallet.queries import wallet_of
from idp.claims.catalogue import CLAIMS
from idp.claims.explanation import EXPLANATIONS, Missing
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.registered_client import CONTEXT_SCOPE, DEFAULT_SCOPE, ClientPolicy
from idp.wiring import Services
from tests.support.grants import (
    Office,
    a_client,
    a_grant,
    a_person,
    an_office,
    ask_userinfo,
    assert_refused,
    claims_of,
    granted,
)

ALL = ClientPolicy(scope=(*DEFAULT_SCOPE, *CONTEXT_SCOPE))
ORGANIZATION = "urn:immo-connect:claims:organization"
WALLET = "urn:immo-connect:claims:wallet"


def asked(services: Services, endpoints: FlaskClient, **grant: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tokens of a grant, and what is explained of it: claims by name."""
    client = a_client(services, policy=grant.pop("policy", ALL))
    person = grant.pop("person_id", None) or a_person(services)
    tokens = granted(services, endpoints, client, a_grant(services, client, person, **grant))
    answer = endpoints.get("/docs/claims/explain", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return tokens, {claim["name"]: claim for claim in answer.get_json()["claims"]}


def a_limit(services: Services, office: Office, *, cents: int) -> None:
    """Let nobody spend more at once from the wallet of the office."""
    with services.database.transaction() as session:
        wallet = wallet_of(session, office.context.organisation_id)
        assert wallet is not None
        limit = Limit(None, None, per_charge_cents=cents, per_month_cents=None)
        replace_limits(session, wallet.id, None, {limit}, now=services.clock.now())


def test_every_claim_is_explained_and_present_ones_are_what_tokens_and_userinfo_say(
    services: Services, endpoints: FlaskClient
) -> None:
    person = a_person(services)
    office = an_office(services, person)
    a_limit(services, office, cents=50_00)

    tokens, found = asked(
        services,
        endpoints,
        person_id=person,
        scope=("openid", "profile", "organization", "roles", "wallet"),
        context=office.context,
    )

    assert set(found) == {claim.name for claim in CLAIMS}
    id_token, access_token = (
        claims_of(services, tokens["id_token"]),
        claims_of(services, tokens["access_token"], typ="at+jwt"),
    )
    userinfo = ask_userinfo(endpoints, tokens["access_token"]).get_json()
    for name, claim in found.items():
        assert claim["values"].get("id_token") == id_token.get(name), name
        assert claim["values"].get("access_token") == access_token.get(name), name
        assert claim["values"].get("userinfo") == userinfo.get(name), name
        assert bool(claim["values"]) is (claim["missing"] is None), name
    assert found[ORGANIZATION]["values"]["userinfo"]["id"] == office.context.organisation_id
    assert found[WALLET]["values"]["access_token"]["max_charge"] == 5_000


def test_what_is_missing_says_why(services: Services, endpoints: FlaskClient) -> None:
    _, found = asked(
        services,
        endpoints,
        policy=ClientPolicy(scope=("openid", "profile", "email", "organization", "identity")),
        scope=("openid", "profile", "organization", "identity"),
    )

    assert found["family_name"]["missing"] is None
    assert found["nickname"]["missing"] == "not-known"
    assert found["email"]["missing"] == "scope-not-granted"
    assert found["phone_number"]["missing"] == "scope-not-allowed"
    assert found[ORGANIZATION]["missing"] == "no-context"
    assert found["verified_claims"]["missing"] == "card-not-linked"
    assert found["nickname"]["explanation"] == EXPLANATIONS[Missing.NOT_KNOWN]


def test_a_claim_asked_for_by_name_stands_where_it_was_asked(services: Services, endpoints: FlaskClient) -> None:
    claims = ClaimsRequest(id_token=(RequestedClaim("email"),))

    _, found = asked(services, endpoints, scope=("openid",), claims=claims)

    assert found["email"]["values"] == {"id_token": "anna.peeters@immo.test"}
    assert found["name"]["missing"] == "scope-not-granted"


def test_nobody_without_a_token_is_told_anything(services: Services, endpoints: FlaskClient) -> None:
    assert endpoints.get("/docs/claims/explain").status_code == 401
    wrong = endpoints.get("/docs/claims/explain", headers={"Authorization": "Bearer nothing"})
    assert_refused(wrong, "invalid_token", 401)
