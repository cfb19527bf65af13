from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from core.infra.store.interface import EphemeralStore
from core.proof.jws import InvalidJwt
from core.proof.keys import FixedKeys
from core.proof.logout_token import EVENT, VerifiedLogoutToken, verify

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://login.immo.test"
KEY = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
KEYS = FixedKeys.from_jwks({"keys": [KEY.as_dict(private=False)]})


def a_token(*, typ: str = "logout+jwt", without: str | None = None, **changes: Any) -> str:
    claims = {
        "iss": ISSUER,
        "sub": "usr_1",
        "aud": "portal",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 120,
        "jti": "one",
        "events": {EVENT: {}},
        "sid": "ses_1",
        **changes,
    }
    claims.pop(without or "", None)
    return jwt.encode({"alg": "ES256", "kid": "k", "typ": typ}, claims, KEY)


def judged(token: str, store: EphemeralStore, now: datetime = NOW) -> VerifiedLogoutToken:
    return verify(token, keys=KEYS, issuer=ISSUER, client_id="portal", store=store, now=now)


def test_genuine_token_names_session_and_person(store: EphemeralStore) -> None:
    assert judged(a_token(), store) == VerifiedLogoutToken("usr_1", "ses_1")


def test_either_sub_or_sid_is_enough(store: EphemeralStore) -> None:
    """Back-Channel Logout section 2.4."""
    assert judged(a_token(without="sid", jti="a"), store) == VerifiedLogoutToken("usr_1", None)
    assert judged(a_token(without="sub", jti="b"), store) == VerifiedLogoutToken(None, "ses_1")


def test_token_counts_once(store: EphemeralStore) -> None:
    token = a_token()
    judged(token, store)

    with pytest.raises(InvalidJwt):
        judged(token, store)


def test_refused_token_does_not_spend_the_jti_of_a_good_one(store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(nonce="n"), store)

    assert judged(a_token(), store).sid == "ses_1"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"aud": "cadastrefinder"},
        {"aud": ["cadastrefinder"]},
        {"nonce": "n"},
        {"nonce": None},
        {"events": {}},
        {"events": {EVENT: None}},
        {"events": [EVENT]},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"sub": 1},
        {"sid": ""},
        {"jti": 7},
        {"iat": int(NOW.timestamp()) + 61, "exp": int(NOW.timestamp()) + 120},
        {"exp": int(NOW.timestamp()) + 86_400},
    ],
)
def test_token_of_section_2_6_to_reject_is_refused(changes: dict[str, Any], store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(**changes), store)


@pytest.mark.parametrize("claim", ["iss", "aud", "iat", "exp", "jti", "events"])
def test_required_claims_are_required(claim: str, store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(without=claim), store)


def test_token_without_sub_and_sid_is_refused(store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(sid=None, without="sub"), store)


def test_expired_token_is_refused(store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(), store, NOW + timedelta(seconds=181))


@pytest.mark.parametrize("typ", ["JWT", "at+jwt"])
def test_id_token_does_not_pass_for_a_logout_token(typ: str, store: EphemeralStore) -> None:
    with pytest.raises(InvalidJwt):
        judged(a_token(typ=typ), store)
