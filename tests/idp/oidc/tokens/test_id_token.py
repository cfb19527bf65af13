import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.infra.clock import FixedClock
from core.people.assurance import Acr, Authentication
from idp.claims.claim import Target
from idp.claims.contextual import NAMESPACE
from idp.docs.schemas import token_schema
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.registered_client import ClientPolicy
from idp.oidc.tokens.id_token import id_token
from idp.signing import jws
from idp.signing.keyring import Keyring
from tests.support.claims import (
    EVERY_SCOPE,
    SIGNED_IN,
    a_claims_context,
    a_client,
    a_mandated_accreditation,
    an_accreditation,
    an_offered_context,
    an_organisation,
)

ISSUER = "https://login.immo.test"


@pytest.fixture
def make(keyring: Keyring, clock: FixedClock) -> Any:
    """Return a maker of ID tokens whose arguments can be changed one by one."""

    def make(**changes: Any) -> str:
        arguments: dict[str, Any] = {
            "context": a_claims_context(),
            "client": a_client(),
            "issuer": ISSUER,
            "scope": EVERY_SCOPE,
            "nonce": None,
            "requested": ClaimsRequest(),
            "access_token": None,
            "now": clock.now(),
            "keyring": keyring,
        }
        arguments |= changes
        return id_token(arguments.pop("context"), **arguments)

    return make


@pytest.fixture
def read(keyring: Keyring) -> Any:
    return lambda token: dict(jws.decode(keyring, token, typ=None))


def test_token_says_who_signed_in_where_when_and_how(make: Any, read: Any, clock: FixedClock) -> None:
    """OpenID Connect Core section 2; oidc.md 2.4."""
    claims = read(make(scope=("openid",)))

    assert claims == {
        "iss": ISSUER,
        "sub": "usr_01kbq3v9m2e8rj4t6w0x5y7zab",
        "aud": "cadastrefinder",
        "iat": int(clock.now().timestamp()),
        "exp": int(clock.now().timestamp()) + 600,
        "auth_time": int(SIGNED_IN.timestamp()),
        "acr": "urn:immo-connect:acr:pwd",
        "amr": ["pwd"],
        "sid": "ses_01kbq3v9m2e8rj4t6w0x5y7zai",
    }


def test_nonce_is_echoed_byte_for_byte_and_absent_otherwise(make: Any, read: Any) -> None:
    nonce = 'n-0S6 "é" \\ ' + "x" * 384

    assert read(make(nonce=nonce))["nonce"] == nonce
    assert read(make(nonce=""))["nonce"] == ""
    assert "nonce" not in read(make(nonce=None))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_client_chooses_the_algorithm(algorithm: str, make: Any, keyring: Keyring) -> None:
    token = make(client=a_client(id_token_signed_response_alg=algorithm))

    header = json.loads(urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"alg": algorithm, "kid": keyring.signer(algorithm).kid}


def test_default_algorithm_is_rs256_with_a_kid(make: Any, keyring: Keyring) -> None:
    """oidc.md 1.2, module idtoken-signature."""
    header = json.loads(urlsafe_b64decode(make().split(".")[0] + "=="))

    assert (header["alg"], header["kid"]) == ("RS256", keyring.signer("RS256").kid)


@pytest.mark.parametrize(
    ("algorithm", "function", "octets"),
    [("RS256", "sha256", 16), ("PS256", "sha256", 16), ("ES256", "sha256", 16), ("EdDSA", "sha512", 32)],
)
def test_at_hash_is_the_left_half_of_the_signature_s_hash(
    algorithm: str, function: str, octets: int, make: Any, read: Any
) -> None:
    """OpenID Connect Core section 3.1.3.6."""
    token = make(
        context=a_claims_context(context=None),
        client=a_client(id_token_signed_response_alg=algorithm),
        access_token="an-access-token",
    )

    half = hashlib.new(function, b"an-access-token").digest()[:octets]
    assert read(token)["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()


def test_without_an_access_token_there_is_no_at_hash(make: Any, read: Any) -> None:
    assert "at_hash" not in read(make(context=a_claims_context(context=None)))


def test_token_with_a_context_has_no_room_for_at_hash(make: Any, read: Any) -> None:
    assert "at_hash" not in read(make(access_token="an-access-token"))


def test_pairwise_subject_replaces_the_person(make: Any, read: Any) -> None:
    assert read(make(context=a_claims_context(subject_identifier="pairwise-1")))["sub"] == "pairwise-1"


def test_token_ends_with_what_its_context_rests_on(make: Any, read: Any, clock: FixedClock) -> None:
    """claims.md, principle 8."""
    soon = clock.now() + timedelta(seconds=90)
    offered = an_offered_context(expires_at=soon)

    assert read(make(context=a_claims_context(context=offered)))["exp"] == int(soon.timestamp())


def test_far_end_of_a_context_does_not_prolong_the_token(make: Any, read: Any, clock: FixedClock) -> None:
    offered = an_offered_context(expires_at=clock.now() + timedelta(days=400))

    claims = read(make(context=a_claims_context(context=offered)))

    assert claims["exp"] - claims["iat"] == 600


def test_claims_parameter_asks_for_the_id_token_apart_from_userinfo(make: Any, read: Any) -> None:
    requested = ClaimsRequest(
        id_token=(RequestedClaim("email"), RequestedClaim("address", essential=True), RequestedClaim("unknown")),
        userinfo=(RequestedClaim("name", essential=True),),
    )

    claims = read(make(scope=("openid",), requested=requested))

    assert claims["email"] == "anna.peeters@example.com"
    assert claims["address"]["locality"] == "Gent"
    assert not {"name", "unknown"} & set(claims)


def test_claims_parameter_stays_within_what_the_client_may_ask_for(make: Any, read: Any) -> None:
    client = a_client(policy=ClientPolicy(scope=("openid", "email")))
    requested = ClaimsRequest(id_token=(RequestedClaim("email"), RequestedClaim("phone_number")))

    claims = read(make(client=client, scope=("openid",), requested=requested))

    assert "email" in claims
    assert "phone_number" not in claims


def test_claims_parameter_cannot_set_a_protocol_claim(make: Any, read: Any) -> None:
    wishes = tuple(RequestedClaim(name, essential=True, values=("forged",)) for name in ("sub", "acr", "iss", "aud"))

    claims = read(make(scope=("openid",), requested=ClaimsRequest(id_token=wishes)))

    assert "forged" not in claims.values()


def test_level_is_the_one_of_this_sign_in_and_not_of_the_account(make: Any, read: Any) -> None:
    """claims.md, principle 4."""
    strong = Authentication(SIGNED_IN, ("sc", "pin", "mfa"), Acr.HIGH)

    assert read(make())["acr"] == "urn:immo-connect:acr:pwd"
    claims = read(make(context=a_claims_context(authentication=strong)))
    assert (claims["acr"], claims["amr"]) == ("http://eidas.europa.eu/LoA/high", ["sc", "pin", "mfa"])


@pytest.mark.parametrize("scope", [("openid",), EVERY_SCOPE])
def test_real_token_is_valid_by_its_published_schema(scope: tuple[str, ...], make: Any, read: Any) -> None:
    claims = read(make(scope=scope, nonce="n", access_token="an-access-token"))

    jsonschema.validate(claims, dict(token_schema(Target.ID_TOKEN, ISSUER)), jsonschema.Draft202012Validator)


def test_token_of_a_full_context_stays_under_two_kibibytes(make: Any) -> None:
    """claims.md, principle 7: its own example, in the largest signature and with a nonce of 256 bits."""
    token = make(nonce="n" * 43, access_token="an-access-token")

    assert len(token) < 2048


def test_claims_stay_under_two_kibibytes_with_long_names_and_two_accreditations(make: Any, read: Any) -> None:
    offered = an_offered_context(
        organisation=an_organisation(name="Vastgoedkantoor Van den Broeck, Vandenbroucke en Vennoten BV"),
        accreditations=(an_accreditation(), a_mandated_accreditation()),
    )

    token = make(context=a_claims_context(context=offered), nonce="n" * 64, access_token="an-access-token")

    assert len(json.dumps(read(token))) < 2048


def test_no_token_speaks_of_two_organisations(make: Any, read: Any) -> None:
    offered = an_offered_context(accreditations=(an_accreditation(), a_mandated_accreditation()))

    text = json.dumps(read(make(context=a_claims_context(context=offered))))

    assert {part.split('"')[0] for part in text.split('"org_')[1:]} <= {"id", "name", "01kbq3v9m2e8rj4t6w0x5y7zac"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(identifier=st.from_regex(r"org_[0-9a-z]{26}", fullmatch=True), scope=st.sets(st.sampled_from(EVERY_SCOPE)))
def test_organisation_in_the_token_is_the_one_that_was_chosen(
    identifier: str, scope: set[str], make: Any, read: Any
) -> None:
    offered = an_offered_context(organisation=an_organisation(id=identifier))

    claims = read(make(context=a_claims_context(context=offered), scope=scope | {"organization"}))

    assert claims["org_id"] == claims[NAMESPACE + "organization"]["id"] == identifier
