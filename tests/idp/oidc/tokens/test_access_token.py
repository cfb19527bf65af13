from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from core.infra.clock import FixedClock
from core.proof import access_token as proof
from core.proof.confirmation import UNBOUND, Confirmation
from core.proof.jws import InvalidJwt
from idp.claims.claim import Target
from idp.claims.contextual import NAMESPACE
from idp.docs.schemas import token_schema
from idp.oidc.tokens.access_token import access_token
from idp.signing.keyring import Keyring
from tests.support.claims import EVERY_SCOPE, SIGNED_IN, a_claims_context, a_client, an_offered_context

ISSUER = "https://login.immo.test"
USERINFO = f"{ISSUER}/userinfo"
WALLET = "https://portal.immo.test/api/wallet/v1"


@pytest.fixture
def make(keyring: Keyring, clock: FixedClock) -> Any:
    """Return a maker of access tokens whose arguments can be changed one by one."""

    def make(context: Any = None, **changes: Any) -> Any:
        arguments: dict[str, Any] = {
            "client": a_client(),
            "issuer": ISSUER,
            "audience": (USERINFO,),
            "scope": EVERY_SCOPE,
            "family_id": "grt_1",
            "confirmation": UNBOUND,
            "now": clock.now(),
            "keyring": keyring,
        }
        return access_token(context, **(arguments | changes))

    return make


@pytest.fixture
def judged(keyring: Keyring, clock: FixedClock) -> Any:
    """Return what a resource server learns from a token."""

    def judged(token: str, audience: str = USERINFO) -> proof.VerifiedAccessToken:
        keys = keyring.verification_keys()
        return proof.verify(token, keys=keys, issuer=ISSUER, audience=audience, now=clock.now())

    return judged


def test_resource_server_learns_who_and_in_which_context(make: Any, judged: Any) -> None:
    """RFC 9068 sections 2.2 and 2.2.1."""
    claims = judged(make(a_claims_context()).token).claims

    assert claims["sub"] == "usr_01kbq3v9m2e8rj4t6w0x5y7zab"
    assert claims["client_id"] == "cadastrefinder"
    assert claims["aud"] == USERINFO
    assert claims["auth_time"] == int(SIGNED_IN.timestamp())
    assert claims["acr"] == "urn:immo-connect:acr:pwd"
    assert claims["amr"] == ["pwd"]
    assert claims["scope"] == " ".join(EVERY_SCOPE)
    assert claims["org_id"] == "org_01kbq3v9m2e8rj4t6w0x5y7zac"
    assert claims["roles"] == ["user"]
    assert claims["entitlements"] == ["search"]
    assert claims[NAMESPACE + "wallet"] == {
        "id": "wal_01kbq3v9m2e8rj4t6w0x5y7zah", "currency": "EUR", "can": ["charge", "read"],
    }  # fmt: skip


def test_nothing_about_the_person_but_the_subject_is_in_it(make: Any, judged: Any) -> None:
    """An access token travels to others: what tools learn of the person they learn from userinfo."""
    text = str(judged(make(a_claims_context()).token).claims)

    for secret in ("Anna", "Peeters", "anna", "1980", "500123", "Kerkstraat"):
        assert secret not in text


def test_scope_that_was_not_granted_says_nothing(make: Any, judged: Any) -> None:
    claims = judged(make(a_claims_context(), scope=("openid",)).token).claims

    assert not {"org_id", "org_name", "roles", "entitlements", NAMESPACE + "wallet"} & set(claims)


def test_client_without_a_person_is_its_own_subject(make: Any, judged: Any) -> None:
    """RFC 9068 section 2.2: client credentials."""
    token = judged(make(None, scope=()).token)

    assert token.subject == token.client_id == "cadastrefinder"
    assert not {"acr", "amr", "auth_time", "scope", "org_id"} & set(token.claims)


def test_token_names_the_family_that_revokes_it_and_is_otherwise_unique(make: Any, judged: Any) -> None:
    one, other = make(a_claims_context()), make(a_claims_context())

    assert one.jti != other.jti
    assert judged(one.token).jti == one.jti
    assert judged(one.token).family_id == "grt_1"
    assert len(one.jti.removeprefix("grt_1.")) == 43


def test_token_for_several_resources_names_each(make: Any, judged: Any) -> None:
    token = make(a_claims_context(), audience=(USERINFO, WALLET)).token

    assert judged(token, USERINFO).audience == judged(token, WALLET).audience == (USERINFO, WALLET)


def test_token_for_one_resource_is_no_good_for_another(make: Any, judged: Any) -> None:
    with pytest.raises(InvalidJwt):
        judged(make(a_claims_context(), audience=(WALLET,)).token)


@pytest.mark.parametrize(("audience", "seconds"), [((USERINFO,), 600), ((WALLET,), 300), ((USERINFO, WALLET), 300)])
def test_token_lives_ten_minutes_and_five_for_the_wallet(
    audience: tuple[str, ...], seconds: int, make: Any, judged: Any, clock: FixedClock
) -> None:
    """claims.md, "Claims"."""
    issued = make(a_claims_context(), audience=audience)

    assert issued.expires_in_seconds == seconds
    assert judged(issued.token, audience[0]).expires_at == clock.now() + timedelta(seconds=seconds)


def test_token_ends_with_what_its_context_rests_on(make: Any, judged: Any, clock: FixedClock) -> None:
    """claims.md, principle 8."""
    soon = clock.now() + timedelta(seconds=42)

    issued = make(a_claims_context(context=an_offered_context(expires_at=soon)))

    assert issued.expires_in_seconds == 42
    assert judged(issued.token).expires_at == soon


@pytest.mark.parametrize("scope", [(), ("openid",), EVERY_SCOPE])
def test_real_token_is_valid_by_its_published_schema(scope: tuple[str, ...], make: Any, judged: Any) -> None:
    claims = judged(make(a_claims_context(), scope=scope).token).claims

    schema = dict(token_schema(Target.ACCESS_TOKEN, ISSUER))
    jsonschema.validate(dict(claims), schema, jsonschema.Draft202012Validator)


def test_token_of_a_full_context_stays_under_two_kibibytes(make: Any) -> None:
    """claims.md, principle 7."""
    assert len(make(a_claims_context(), audience=(USERINFO, WALLET)).token) < 2048


@pytest.mark.parametrize(
    ("confirmation", "expected"),
    [
        (Confirmation(jkt="a-key"), {"jkt": "a-key"}),
        (Confirmation(x5t_s256="a-certificate"), {"x5t#S256": "a-certificate"}),
        (UNBOUND, None),
    ],
)
def test_token_says_what_it_is_bound_to(
    confirmation: Confirmation, expected: dict[str, str] | None, make: Any, judged: Any
) -> None:
    """RFC 9449 section 6.1, RFC 8705 section 3.1; of a client alone as of a person."""
    for context in (a_claims_context(), None):
        claims = judged(make(context, confirmation=confirmation).token).claims

        assert claims.get("cnf") == expected
        assert Confirmation.of_claim(claims.get("cnf", {})) == confirmation
        jsonschema.validate(
            dict(claims), dict(token_schema(Target.ACCESS_TOKEN, ISSUER)), jsonschema.Draft202012Validator
        )
