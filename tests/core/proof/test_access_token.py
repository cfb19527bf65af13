from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from core.proof.access_token import VerifiedAccessToken, verify
from core.proof.jws import InvalidJwt
from core.proof.keys import FixedKeys

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://login.immo.test"
AUDIENCE = "https://portal.immo.test/api/wallet/v1"
KEY = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
KEYS = FixedKeys.from_jwks({"keys": [KEY.as_dict(private=False)]})


def a_token(*, typ: str = "at+jwt", without: str | None = None, **changes: Any) -> str:
    claims = {
        "iss": ISSUER,
        "sub": "usr_1",
        "aud": AUDIENCE,
        "client_id": "cadastrefinder",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
        "jti": "grt_1.secret",
        "scope": "wallet:read wallet:charge",
        **changes,
    }
    claims.pop(without or "", None)
    return jwt.encode({"alg": "ES256", "kid": "k", "typ": typ}, claims, KEY)


def judged(token: str, now: datetime = NOW) -> VerifiedAccessToken:
    return verify(token, keys=KEYS, issuer=ISSUER, audience=AUDIENCE, now=now)


def test_genuine_token_says_who_for_what_and_until_when() -> None:
    token = judged(a_token(org_id="org_1"))

    assert token.subject == "usr_1"
    assert token.client_id == "cadastrefinder"
    assert token.scope == {"wallet:read", "wallet:charge"}
    assert token.expires_at == NOW + timedelta(minutes=10)
    assert token.family_id == "grt_1"
    assert token.claims["org_id"] == "org_1"


def test_token_for_several_resources_is_good_for_each() -> None:
    assert judged(a_token(aud=["https://other.test", AUDIENCE])).audience == ("https://other.test", AUDIENCE)


def test_token_without_scope_has_none() -> None:
    assert judged(a_token(without="scope")).scope == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"iss": f"{ISSUER}/"},
        {"aud": "https://portal.immo.test"},
        {"aud": []},
        {"aud": [1]},
        {"aud": f"{AUDIENCE}/more"},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e400},
        {"sub": ""},
        {"sub": 1},
        {"client_id": None},
        {"jti": None},
    ],
)
def test_token_that_is_not_for_us_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(**changes))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "client_id", "iat", "exp", "jti"])
def test_required_claims_are_required(claim: str) -> None:
    """RFC 9068 section 2.2."""
    with pytest.raises(InvalidJwt):
        judged(a_token(without=claim))


def test_token_is_over_at_its_very_second() -> None:
    """RFC 7519 section 4.1.4: on or after exp it is not accepted."""
    token = a_token()

    assert judged(token, NOW + timedelta(seconds=599)).subject == "usr_1"
    with pytest.raises(InvalidJwt):
        judged(token, NOW + timedelta(seconds=600))


def test_token_from_the_future_is_refused() -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(), NOW - timedelta(seconds=61))


def test_small_differences_of_clocks_are_borne() -> None:
    assert judged(a_token(), NOW - timedelta(seconds=30)).subject == "usr_1"


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt"])
def test_other_kinds_of_token_are_refused(typ: str) -> None:
    """RFC 9068 section 4."""
    with pytest.raises(InvalidJwt):
        judged(a_token(typ=typ))
