"""Whose tokens count: genuine, for this interface, alive, from their holder, with the scope (RFC 9068, RFC 9449)."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import Key
from werkzeug.test import TestResponse

from core.infra.ids import new_id
from core.infra.store.interface import Kind
from core.proof.dpop import thumbprint_of
from idp.oidc.tokens import refresh_token
from tests.support.dpop_proofs import a_proof_key
from tests.support.tool_calls import BASE, PURCHASE, ToolDesk

METADATA = "/.well-known/oauth-protected-resource/api/wallet/v1"


def challenge(answer: TestResponse, status: int, code: str) -> str:
    assert (answer.status_code, answer.get_json()["code"]) == (status, code), answer.text
    said = answer.headers["WWW-Authenticate"]
    assert f'resource_metadata="https://portal.immo.test{METADATA}"' in said
    return str(said)


def test_without_a_token_the_answer_says_which_schemes_do_and_where_to_get_one(desk: ToolDesk) -> None:
    said = challenge(desk.post("/charges", None, PURCHASE), 401, "token-missing")

    assert said.startswith('Bearer realm="Immo-Connect", resource_metadata=')
    assert ', DPoP realm="Immo-Connect"' in said
    assert "error=" not in said
    found = desk.client.get(METADATA).get_json()
    assert found["resource"] == f"https://portal.immo.test{BASE}"
    assert found["authorization_servers"] == [desk.provider.issuer]
    assert (found["scopes_supported"], found["bearer_methods_supported"]) == (
        ["wallet:charge", "wallet:read"],
        ["header"],
    )


def test_a_token_that_is_not_genuine_for_this_interface_and_alive_opens_nothing(desk: ToolDesk) -> None:
    bram = desk.bram
    now = int(desk.clock.now().timestamp())
    good = desk.token(bram)
    forged = [
        desk.token(bram, iss="https://other.example"),
        desk.token(bram, aud=f"{desk.provider.issuer}/userinfo"),
        desk.token(bram, aud="https://portal.immo.test"),
        desk.token(bram, exp=now),
        desk.token(bram, iat=now + 61),
        desk.token(bram, jti=None),
        desk.token(bram, sub=None),
        desk.token(bram, act={"sub": "a-client-that-it-was-passed-on-to"}),
        desk.provider.sign({"sub": bram.person_id}, typ="JWT"),
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        "not.a.token",
    ]

    answers = [desk.post("/charges", token, PURCHASE) for token in forged]

    assert {challenge(answer, 401, "invalid_token")[:6] for answer in answers} == {"Bearer"}
    assert desk.balance(desk.anna) == 1_000


def test_a_key_that_is_not_published_signs_nothing_for_us(desk: ToolDesk) -> None:
    claims = {"iss": desk.provider.issuer, "sub": "finder", "client_id": "finder", "jti": "grt_1.x"}

    token = desk.provider.sign(claims, typ="at+jwt", key=desk.provider.new_key())

    challenge(desk.post("/charges", token, PURCHASE), 401, "invalid_token")


def test_a_revoked_token_is_refused_whatever_of_its_line_was_revoked(desk: ToolDesk) -> None:
    for place in range(3):
        jti = f"{new_id('grt')}.one.two"
        desk.grant(jti.partition(".")[0], desk.bram)
        token = desk.token(desk.bram, jti=jti)
        assert desk.get("/charges?reference=r", token).status_code == 200

        desk.services.store.put(Kind.REVOKED_FAMILY, ".".join(jti.split(".")[: place + 1]), b"1", timedelta(minutes=11))

        challenge(desk.post("/charges", token, PURCHASE), 401, "invalid_token")
    assert desk.balance(desk.anna) == 1_000


def test_a_client_that_is_kept_out_reaches_nothing_with_a_token_of_its_own_until_it_is_let_in(
    desk: ToolDesk,
) -> None:
    database, store, now = desk.services.database, desk.services.store, desk.clock.now()
    own = desk.token(None)
    with database.transaction() as session:
        refresh_token.revoke_client(session, store, "finder", now)

    challenge(desk.get("/charges?reference=r", own), 401, "invalid_token")
    challenge(desk.post("/charges", desk.token(desk.bram), PURCHASE), 401, "invalid_token")

    refresh_token.let_client_in(store, "finder")
    assert desk.get("/charges?reference=r", desk.token(None)).status_code == 200


def test_a_token_whose_grant_nobody_remembers_is_refused_and_not_taken_for_the_clients_own(desk: ToolDesk) -> None:
    token = desk.token(desk.bram, jti=f"{new_id('grt')}.one")

    challenge(desk.get("/charges?reference=r", token), 401, "invalid_token")


def test_the_person_of_a_pairwise_sub_is_known_by_the_grant(desk: ToolDesk) -> None:
    answer = desk.post("/charges", desk.token(desk.bram, sub="a-pairwise-digest"), PURCHASE)

    assert answer.status_code == 201, answer.text


def test_each_operation_needs_its_scope_and_buying_needs_a_person_in_a_context(desk: ToolDesk) -> None:
    reading, charging = desk.token(desk.bram, scope="openid wallet:read"), desk.token(desk.bram)
    own = desk.token(None, scope="wallet:charge wallet:read")
    for path, token, scope in (
        ("/charges", reading, "wallet:charge"), ("/holds", reading, "wallet:charge"),
        ("/charges", own, "wallet:charge"), ("/holds", own, "wallet:charge"),
    ):  # fmt: skip
        assert f'scope="{scope}"' in challenge(desk.post(path, token, PURCHASE), 403, "insufficient_scope")
    for token in (charging, own):
        assert 'scope="wallet:read"' in challenge(desk.get("/balance", token), 403, "insufficient_scope")
    family_id = new_id("grt")
    desk.grant(family_id, None, desk.bram.person_id)
    nowhere = desk.token(desk.bram, jti=f"{family_id}.one")

    for answer in (desk.post("/charges", nowhere, PURCHASE), desk.get("/charges?reference=r", nowhere)):
        assert (answer.status_code, answer.get_json()["code"]) == (403, "no-context")
    assert desk.balance(desk.anna) == 1_000


def bound_to(key: Key) -> dict[str, Any]:
    return {"cnf": {"jkt": key.thumbprint()}}


def test_a_bound_token_counts_with_a_proof_of_its_key_for_this_very_request_and_once(desk: ToolDesk) -> None:
    key, path = a_proof_key(), "/charges"
    token = desk.token(desk.bram, **bound_to(key))
    first = desk.post(path, None, PURCHASE, **desk.proven(key, "POST", path, token, ath=thumbprint_of(token)))
    assert 'error="use_dpop_nonce"' in challenge(first, 401, "use_dpop_nonce")
    good = {"ath": thumbprint_of(token), "nonce": first.headers["DPoP-Nonce"]}
    proof = desk.proven(key, "POST", path, token, **good)

    assert desk.post(path, None, PURCHASE, **proof).status_code == 201

    wrong = [
        proof,
        desk.proven(a_proof_key(), "POST", path, token, **good),
        desk.proven(key, "GET", path, token, **good),
        desk.proven(key, "POST", "/holds", token, **good),
        desk.proven(key, "POST", path, token, **good | {"ath": thumbprint_of("another")}),
        {"Authorization": f"DPoP {token}"},
    ]
    for headers in wrong:
        assert challenge(desk.post(path, None, PURCHASE, **headers), 401, "invalid_dpop_proof").startswith("DPoP ")
    assert challenge(desk.post(path, token, PURCHASE), 401, "invalid_token").startswith("DPoP ")
    unbound = desk.token(desk.bram)
    headers = desk.proven(key, "POST", path, unbound, **good | {"ath": thumbprint_of(unbound)})
    assert challenge(desk.post(path, None, PURCHASE, **headers), 401, "invalid_token").startswith("Bearer ")
    assert desk.balance(desk.anna) == 750


def test_a_token_bound_to_a_certificate_opens_nothing_where_no_certificate_is_seen(desk: ToolDesk) -> None:
    token = desk.token(desk.bram, cnf={"x5t#S256": "x" * 43})

    challenge(desk.post("/charges", token, PURCHASE), 401, "invalid_token")


def test_other_methods_and_addresses_are_told_apart(desk: ToolDesk) -> None:
    token = desk.token(desk.bram)

    wrong = desk.client.delete(f"{BASE}/charges", headers={"Authorization": f"Bearer {token}"})

    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert desk.get("/charges/txn_of-nobody", token).get_json()["code"] == "not-found"
    assert desk.get(f"/charges/{new_id('txn')}", token).get_json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/", "/charge", "/charges/a/b/c"])
def test_where_there_is_nothing_a_program_is_told_so_in_its_own_words(desk: ToolDesk, path: str) -> None:
    """Also for a form of another site: nothing here reads one."""
    for answer in (desk.client.get(BASE + path), desk.client.post(BASE + path, data={"amount_cents": "1"})):
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.get_json()["code"] == "not-found"
