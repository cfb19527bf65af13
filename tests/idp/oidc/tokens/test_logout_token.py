from typing import Any

import pytest

from core.infra.clock import FixedClock
from core.infra.store.interface import EphemeralStore
from core.proof import logout_token as proof
from core.proof.logout_token import VerifiedLogoutToken
from idp.oidc.tokens.logout_token import logout_token
from idp.signing import jws
from idp.signing.keyring import Keyring
from tests.support.claims import a_client

ISSUER = "https://login.immo.test"


def made(keyring: Keyring, clock: FixedClock, **changes: Any) -> str:
    arguments: dict[str, Any] = {
        "client": a_client(),
        "issuer": ISSUER,
        "subject_identifier": "usr_1",
        "sid": "ses_1",
        "now": clock.now(),
        "keyring": keyring,
    }
    return logout_token(**(arguments | changes))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("sid", ["ses_1", None])
def test_relying_party_accepts_it(
    algorithm: str, sid: str | None, keyring: Keyring, clock: FixedClock, store: EphemeralStore
) -> None:
    """Back-Channel Logout 1.0 section 2.6, by the checks of our own portal."""
    client = a_client(id_token_signed_response_alg=algorithm)

    token = made(keyring, clock, client=client, sid=sid)

    verified = proof.verify(
        token,
        keys=keyring.verification_keys(),
        issuer=ISSUER,
        client_id="cadastrefinder",
        store=store,
        now=clock.now(),
    )
    assert verified == VerifiedLogoutToken("usr_1", sid)


def test_it_says_what_section_2_4_asks_and_no_more(keyring: Keyring, clock: FixedClock) -> None:
    """oidc.md 2.10: one event with an empty object, no nonce."""
    claims = jws.decode(keyring, made(keyring, clock), typ="logout+jwt")

    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"}
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert claims["exp"] - claims["iat"] == 120


def test_each_is_made_to_count_once(keyring: Keyring, clock: FixedClock) -> None:
    one, other = (jws.decode(keyring, made(keyring, clock), typ="logout+jwt") for _ in range(2))

    assert one["jti"] != other["jti"]
