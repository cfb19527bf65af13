"""Modules of fapi2-security-profile-final about DPoP at a resource (oidc.md 1.5, 2.11)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from tests.support.dpop_calls import ask, proof_for
from tests.support.dpop_proofs import a_proof_key
from tests.support.fapi_party import FapiParty, NewFapiParty, ath
from tests.support.grants import assert_refused
from tests.support.sign_in import Browser

NAME = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a"
ODD_HEADERS = {
    "x-fapi-interaction-id": NAME,
    "x-fapi-auth-date": "Tue, 11 Sep 2012 19:43:31 GMT",
    "x-fapi-customer-ip-address": "2001:db8::1",
    "Accept": "application/json;q=0.5, */*",
}


@pytest.fixture
def party(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a party that proves itself, and what it holds, with keys."""
    return new_fapi_party()


@pytest.fixture
def token(party: FapiParty, browser: Browser) -> str:
    """Return an access token of the party, which is bound to its key."""
    return str(party.sign_in(browser).tokens["access_token"])


def test_happy_flow(new_fapi_party: NewFapiParty, browser: Browser) -> None:
    """Two clients; odd headers; a token in the query; the token of one with the key of the other."""
    one, other = new_fapi_party(), new_fapi_party()
    given = one.sign_in(browser, scope="openid email")
    token = given.tokens["access_token"]
    other.sign_in(browser)

    answer = ask(one, token, proof_for(one, token), **ODD_HEADERS)
    in_query = one.http.get("/userinfo", query_string={"access_token": token})
    by_other = ask(one, token, proof_for(one, token, key=other.dpop_key), **ODD_HEADERS)

    assert given.tokens["token_type"] == "DPoP"
    assert (answer.status_code, answer.headers["x-fapi-interaction-id"]) == (200, NAME)
    assert answer.get_json()["sub"] == given.id_token["sub"]
    assert_refused(in_query, "invalid_request")
    assert_refused(by_other, "invalid_dpop_proof", 401)
    assert by_other.headers["x-fapi-interaction-id"] == NAME


def test_a_name_that_is_none_does_not_come_back(party: FapiParty, token: str) -> None:
    """What is written into an answer is judged first."""
    for name in ("x" * 65, "a b", "<script>", ""):
        answer = ask(party, token, proof_for(party, token), **{"x-fapi-interaction-id": name})

        assert answer.status_code == 200
        assert "x-fapi-interaction-id" not in answer.headers


# The module sends about thirty proofs to one resource; what each of them errs in is its name here.
_OTHER = a_proof_key()
_RSA = a_proof_key("RS256")
_NEGATIVE: dict[str, Callable[[FapiParty, str], TestResponse]] = {
    "no proof": ask,
    "two proofs": lambda p, t: ask(p, t, proof_for(p, t), proof_for(p, t)),
    "no JWT": lambda p, t: ask(p, t, "not a JWT"),
    "empty": lambda p, t: ask(p, t, ""),
    "typ missing": lambda p, t: ask(p, t, proof_for(p, t, header={"typ": None})),
    "typ wrong": lambda p, t: ask(p, t, proof_for(p, t, header={"typ": "jwt"})),
    "alg missing": lambda p, t: ask(p, t, proof_for(p, t, header={"alg": None})),
    "alg none": lambda p, t: ask(p, t, proof_for(p, t, header={"alg": "none"}).rpartition(".")[0] + "."),
    "alg RS256": lambda p, t: ask(p, t, proof_for(p, t, key=_RSA, signed_as="RS256")),
    "alg of another key": lambda p, t: ask(p, t, proof_for(p, t, header={"alg": "PS256"})),
    "jwk missing": lambda p, t: ask(p, t, proof_for(p, t, header={"jwk": None})),
    "jwk private": lambda p, t: ask(p, t, proof_for(p, t, header={"jwk": p.dpop_key.as_dict(private=True)})),
    "jwk of another": lambda p, t: ask(p, t, proof_for(p, t, header={"jwk": _OTHER.as_dict(private=False)})),
    "signature": lambda p, t: ask(p, t, proof_for(p, t, signed_by=_OTHER)),
    "other key": lambda p, t: ask(p, t, proof_for(p, t, key=_OTHER)),
    "jti missing": lambda p, t: ask(p, t, proof_for(p, t, jti=None)),
    "htm missing": lambda p, t: ask(p, t, proof_for(p, t, htm=None)),
    "htm wrong": lambda p, t: ask(p, t, proof_for(p, t, htm="POST")),
    "htu missing": lambda p, t: ask(p, t, proof_for(p, t, htu=None)),
    "htu wrong": lambda p, t: ask(p, t, proof_for(p, t, url=f"{p.metadata['issuer']}/token")),
    "htu of another host": lambda p, t: ask(p, t, proof_for(p, t, url="https://other.test/userinfo")),
    "iat missing": lambda p, t: ask(p, t, proof_for(p, t, iat=None)),
    "iat an hour ago": lambda p, t: ask(p, t, proof_for(p, t, after=timedelta(hours=-1))),
    "iat in an hour": lambda p, t: ask(p, t, proof_for(p, t, after=timedelta(hours=1))),
    "ath missing": lambda p, t: ask(p, t, proof_for(p, t, ath=None)),
    "ath wrong": lambda p, t: ask(p, t, proof_for(p, t, ath=ath("another"))),
}


def test_dpop_negative_tests(party: FapiParty, token: str) -> None:
    """RFC 9449 sections 4.3 and 7.1: each is refused for its fault, with a challenge, and spends nothing."""
    answers = {name: send(party, token) for name, send in _NEGATIVE.items()}

    for name, answer in answers.items():
        assert_refused(answer, "invalid_dpop_proof", 401)
        assert answer.headers["WWW-Authenticate"].startswith("DPoP "), name
        assert 'error="invalid_dpop_proof"' in answer.headers["WWW-Authenticate"], name
    assert ask(party, token, proof_for(party, token)).status_code == 200


def test_dpop_negative_tests_bearer_downgrade(party: FapiParty, new_fapi_party: NewFapiParty, token: str) -> None:
    """RFC 9449 section 7.1: a bound token is no bearer token, whatever comes with it, in header or body."""
    proof = proof_for(party, token)
    answers = [
        ask(party, token, scheme="Bearer"),
        ask(party, token, proof, scheme="Bearer"),
        party.http.post("/userinfo", data={"access_token": token}),
        party.http.post("/userinfo", data={"access_token": token}, headers={"DPoP": proof_for(party, token)}),
    ]

    for answer in answers:
        assert_refused(answer, "invalid_token", 401)
        assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    assert ask(party, token, proof).status_code == 200


def test_dpop_negative_tests_that_must_succeed(party: FapiParty, token: str) -> None:
    """RFC 9449 section 4.3, RFC 3986 section 6.2: what means the same, and what nobody asked for."""
    url, issuer = party.metadata["userinfo_endpoint"], party.metadata["issuer"]
    host = issuer.removeprefix("https://")
    answers = {
        "header in capitals": ask(party, token, proof_for(party, token), name="DPOP"),
        "htu with a query": ask(party, token, proof_for(party, token, url=f"{url}?a=b")),
        "htu with a fragment": ask(party, token, proof_for(party, token, url=f"{url}#x")),
        "htu host in capitals": ask(party, token, proof_for(party, token, url=f"https://{host.upper()}/userinfo")),
        "htu with its port": ask(party, token, proof_for(party, token, url=f"https://{host}:443/userinfo")),
        "more claims": ask(party, token, proof_for(party, token, more={"a": 1})),
        "more headers": ask(party, token, proof_for(party, token, header={"more": "a"})),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)


def test_dpop_negative_tests_replay(party: FapiParty, token: str) -> None:
    """RFC 9449 section 11.1."""
    proof = proof_for(party, token)
    assert ask(party, token, proof).status_code == 200

    assert_refused(ask(party, token, proof), "invalid_dpop_proof", 401)


def test_a_nonce_is_asked_for_and_replaced_in_time(party: FapiParty, token: str, clock: FixedClock) -> None:
    """RFC 9449 sections 8.2 and 9: asked for with a challenge, told anew before the old one is over."""
    asked = ask(party, token, proof_for(party, token, nonce=None))
    assert_refused(asked, "use_dpop_nonce", 401)
    assert asked.headers["WWW-Authenticate"].startswith('DPoP realm="Immo-Connect", error="use_dpop_nonce"')
    party.nonce = asked.headers["DPoP-Nonce"]
    assert "DPoP-Nonce" not in ask(party, token, proof_for(party, token)).headers

    clock.advance(timedelta(minutes=5))
    renewed = ask(party, token, proof_for(party, token))

    assert renewed.status_code == 200
    assert renewed.headers["DPoP-Nonce"] != party.nonce
    assert "DPoP-Nonce" in renewed.headers["Access-Control-Expose-Headers"]
    assert ask(party, token, proof_for(party, token, nonce=renewed.headers["DPoP-Nonce"])).status_code == 200


def test_check_dpop_proof_nbf_exp(party: FapiParty, token: str) -> None:
    for nbf, exp in ((1, 2), (4_000_000_000, 4_000_000_001)):
        assert ask(party, token, proof_for(party, token, nbf=nbf, exp=exp)).status_code == 200


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP", "dPoP"])
def test_access_token_type_header_case_sensitivity(party: FapiParty, token: str, scheme: str) -> None:
    assert ask(party, token, proof_for(party, token), scheme=scheme).status_code == 200
