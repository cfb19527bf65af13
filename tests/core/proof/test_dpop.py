"""DPoP proofs as the authorization server and every resource server judge them (RFC 9449 section 4.3)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from core.proof import dpop
from core.proof.dpop import TOLERANCE, Desk, InvalidProof, NonceNeeded, Proven, Target, thumbprint_of
from core.proof.dpop_nonces import SPAN, DpopNonces
from tests.support.at_once import at_once
from tests.support.dpop_proofs import a_proof, a_proof_key

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NONCES = DpopNonces(Secret("a secret of the tests"))
URL = "https://api.immo.test/wallet"
TOKEN = "an.access.token"
KEY = a_proof_key()
_KEYS = {algorithm: a_proof_key(algorithm) for algorithm in ("ES256", "EdDSA", "RS256")}


def a_good_proof(*, url: str = URL, now: datetime = NOW, key: Key = KEY, **changes: Any) -> str:
    """Return a proof for a call of the wallet with the token of these tests, changed as asked."""
    claims = {"nonce": NONCES.fresh(NOW), "ath": thumbprint_of(TOKEN)}
    return a_proof(key, changes.pop("method", "POST"), url, now, **(claims | changes))


def judged(proof: str | None, store: EphemeralStore, now: datetime = NOW, **more: Any) -> Proven:
    """Judge a proof at a desk that wants nonces, unless told otherwise."""
    desk = Desk(NONCES, store, more.pop("must_have_nonce", True))
    target = Target("POST", more.pop("urls", (URL,)), more.pop("token", TOKEN))
    return dpop.verify(proof, target, desk=desk, now=now, **more)


def test_the_key_that_was_shown_is_named_by_its_thumbprint(store: EphemeralStore) -> None:
    """RFC 9449 section 6.1."""
    assert judged(a_good_proof(), store, expected_jkt=KEY.thumbprint()) == Proven(KEY.thumbprint(), None)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "PS256"])
def test_each_algorithm_proves_a_key(store: EphemeralStore, algorithm: str) -> None:
    key = _KEYS["RS256" if algorithm == "PS256" else algorithm]

    assert judged(a_good_proof(key=key, signed_as=algorithm), store).jkt == key.thumbprint()


@pytest.mark.parametrize(
    "claims",
    [
        {"nbf": 0, "exp": 1},
        {"nbf": 4_000_000_000, "exp": 4_000_000_001},
        {"further": {"a": 1}, "header": {"further": "x", "kid": "of no account", "typ": "application/DPoP+JWT"}},
        {"iat": NOW.timestamp() + 9.5},
    ],
    ids=["nbf-exp-past", "nbf-exp-future", "extra", "fraction"],
)
def test_what_is_not_asked_for_is_not_judged(store: EphemeralStore, claims: dict[str, Any]) -> None:
    assert judged(a_good_proof(**claims), store).jkt


@pytest.mark.parametrize("seconds", [-60, -10, 0, 10, 60])
def test_clocks_may_differ_a_little(store: EphemeralStore, seconds: int) -> None:
    assert judged(a_good_proof(now=NOW + timedelta(seconds=seconds)), store).jkt


_OTHER = a_proof_key()
_SYMMETRIC = OctKey.generate_key(256)
_BROKEN: dict[str, Callable[[], str | None]] = {
    "none": lambda: None,
    "empty": lambda: "",
    "no-jwt": lambda: "a.b.c",
    "two-parts": lambda: a_good_proof().rpartition(".")[0],
    "four-parts": lambda: a_good_proof() + ".x",
    "not-ascii": lambda: a_good_proof() + "\u00e9",
    "too-long": lambda: a_good_proof(padding="x" * 5_000),
    "typ-missing": lambda: a_good_proof(header={"typ": None}),
    "typ-wrong": lambda: a_good_proof(header={"typ": "JWT"}),
    "alg-missing": lambda: a_good_proof(header={"alg": None}),
    "alg-none": lambda: a_good_proof(header={"alg": "none"}).rpartition(".")[0] + ".",
    "alg-RS256": lambda: a_good_proof(key=_KEYS["RS256"], signed_as="RS256"),
    "alg-HS256": lambda: a_good_proof(header={"alg": "HS256"}),
    "alg-no-text": lambda: a_good_proof(header={"alg": ["ES256"]}),
    "alg-of-another-key": lambda: a_good_proof(header={"alg": "EdDSA"}),
    "crit": lambda: a_good_proof(header={"crit": ["b64"], "b64": False}),
    "jwk-missing": lambda: a_good_proof(header={"jwk": None}),
    "jwk-private": lambda: a_good_proof(header={"jwk": KEY.as_dict(private=True)}),
    "jwk-private-in-part": lambda: a_good_proof(header={"jwk": {**KEY.as_dict(private=False), "p": "AA"}}),
    "jwk-symmetric": lambda: a_good_proof(header={"alg": "HS256", "jwk": _SYMMETRIC.as_dict(private=True)}),
    "jwk-of-another": lambda: a_good_proof(header={"jwk": _OTHER.as_dict(private=False)}),
    "jwk-no-object": lambda: a_good_proof(header={"jwk": "x"}),
    "jwk-half": lambda: a_good_proof(header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA"}}),
    "jwk-odd-members": lambda: a_good_proof(header={"jwk": {"kty": "EC", "crv": "P-256", "x": 1, "y": []}}),
    "jwk-not-on-the-curve": lambda: a_good_proof(header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
    "jwk-other-curve": lambda: a_good_proof(header={"jwk": ECKey.generate_key("P-384").as_dict(private=False)}),
    "jwk-X25519": lambda: a_good_proof(
        header={"alg": "EdDSA", "jwk": OKPKey.generate_key("X25519").as_dict(private=False)}
    ),
    "jwk-weak": lambda: a_good_proof(key=RSAKey.generate_key(1024), signed_as="PS256"),
    "jwk-for-another-alg": lambda: a_good_proof(header={"jwk": {**KEY.as_dict(private=False), "alg": "PS256"}}),
    "jwk-for-encryption": lambda: a_good_proof(header={"jwk": {**KEY.as_dict(private=False), "use": "enc"}}),
    "signature-of-another": lambda: a_good_proof(signed_by=_OTHER),
    "jti-missing": lambda: a_good_proof(jti=None),
    "jti-empty": lambda: a_good_proof(jti=""),
    "jti-no-text": lambda: a_good_proof(jti=1),
    "jti-too-long": lambda: a_good_proof(jti="x" * 256),
    "htm-missing": lambda: a_good_proof(htm=None),
    "htm-wrong": lambda: a_good_proof(htm="GET"),
    "htm-other-case": lambda: a_good_proof(htm="post"),
    "htu-missing": lambda: a_good_proof(htu=None),
    "htu-wrong": lambda: a_good_proof(htu="https://api.immo.test/"),
    "htu-other-scheme": lambda: a_good_proof(htu="http://api.immo.test/wallet"),
    "htu-other-host": lambda: a_good_proof(htu="https://api.immo.test.evil.test/wallet"),
    "htu-no-text": lambda: a_good_proof(htu=[URL]),
    "iat-missing": lambda: a_good_proof(iat=None),
    "iat-no-number": lambda: a_good_proof(iat=str(int(NOW.timestamp()))),
    "iat-an-hour-ago": lambda: a_good_proof(now=NOW - timedelta(hours=1)),
    "iat-in-an-hour": lambda: a_good_proof(now=NOW + timedelta(hours=1)),
    "iat-out-of-range": lambda: a_good_proof(iat=1e300),
    "iat-beyond-tolerance": lambda: a_good_proof(now=NOW - TOLERANCE - timedelta(seconds=1)),
    "ath-missing": lambda: a_good_proof(ath=None),
    "ath-wrong": lambda: a_good_proof(ath=thumbprint_of("another")),
    "ath-no-text": lambda: a_good_proof(ath=1),
}


@pytest.mark.filterwarnings("ignore:key size should be")
@pytest.mark.parametrize("case", _BROKEN)
def test_what_is_wrong_is_refused_and_spends_nothing(store: EphemeralStore, case: str) -> None:
    with pytest.raises(InvalidProof) as caught:
        judged(_BROKEN[case](), store)

    assert not isinstance(caught.value, NonceNeeded)
    assert caught.value.details["reason"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_JWK = st.fixed_dictionaries(
    {"kty": st.sampled_from(["EC", "RSA", "OKP", "oct"])},
    optional={
        name: _JSON | st.text("AQab01-_", max_size=43) for name in ("crv", "x", "y", "n", "e", "alg", "use", "kid")
    },
)


@given(
    header=st.fixed_dictionaries({}, optional={"typ": _JSON, "alg": _JSON, "jwk": _JSON | _JWK, "b64": _JSON}),
    claims=st.fixed_dictionaries({}, optional=dict.fromkeys(("jti", "htm", "htu", "iat", "ath", "nonce"), _JSON)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_judged(store: EphemeralStore, header: dict[str, Any], claims: dict[str, Any]) -> None:
    """A proof counts or is refused, in words of ours: nothing else ever comes out."""
    with suppress(InvalidProof):
        judged(a_good_proof(header=header, **claims), store)
    for text in (str(header), str(claims)):
        with pytest.raises(InvalidProof):
            judged(text, store)


def test_of_two_proofs_none_counts_and_the_log_says_why(store: EphemeralStore) -> None:
    """RFC 9449 section 4.3: repeated headers reach us as one value."""
    with pytest.raises(InvalidProof) as caught:
        judged(f"{a_good_proof()}, {a_good_proof()}", store)

    assert caught.value.details["reason"] == "sent more than once"


def test_a_proof_of_another_key_is_refused(store: EphemeralStore) -> None:
    for expected in (_OTHER.thumbprint(), "", "no thumbprint, \u00e9"):
        with pytest.raises(InvalidProof):
            judged(a_good_proof(), store, expected_jkt=expected)


def test_a_request_without_a_token_needs_no_hash_of_one(store: EphemeralStore) -> None:
    assert judged(a_good_proof(ath=None), store, token=None).jkt


def test_a_server_may_have_several_addresses(store: EphemeralStore) -> None:
    other = "https://mtls.immo.test:8443/wallet"

    assert judged(a_good_proof(url="HTTPS://MTLS.immo.test:8443/wallet?x=1"), store, urls=(URL, other)).jkt


class _Listening:
    """A store that tells how long it was asked to keep something."""

    def __init__(self, store: EphemeralStore) -> None:
        self._store = store
        self.life = timedelta(0)

    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        self.life = ttl
        return self._store.add(kind, key, value, ttl)


class TestReplay:
    """RFC 9449 section 11.1."""

    def test_a_proof_counts_once(self, store: EphemeralStore) -> None:
        proof = a_good_proof()
        judged(proof, store)

        with pytest.raises(InvalidProof):
            judged(proof, store)

    def test_it_is_remembered_as_long_as_it_would_be_good(self, store: EphemeralStore) -> None:
        """One from the future is good for twice the tolerance; the store goes by a clock of its own."""
        for skew in (-TOLERANCE, timedelta(0), TOLERANCE):
            listening = _Listening(store)
            desk, target = Desk(NONCES, cast(EphemeralStore, listening)), Target("POST", (URL,), TOKEN)
            dpop.verify(a_good_proof(now=NOW + skew), target, desk=desk, now=NOW)

            assert listening.life > skew + TOLERANCE

    def test_of_many_uses_at_once_one_counts(self, store: EphemeralStore) -> None:
        proof = a_good_proof()

        refused = at_once(*[lambda: judged(proof, store)] * 16)

        assert [error.details["reason"] for error in refused] == ["used before"] * 15

    def test_two_keys_may_choose_one_name_for_a_proof(self, store: EphemeralStore) -> None:
        judged(a_good_proof(jti="one"), store)

        assert judged(a_good_proof(key=_OTHER, jti="one"), store).jkt

    def test_a_refused_proof_does_not_spend_the_jti_of_a_good_one(self, store: EphemeralStore) -> None:
        for broken in ({"htm": "GET"}, {"nonce": None}, {"now": NOW - timedelta(hours=1)}):
            with pytest.raises(InvalidProof):
                judged(a_good_proof(jti="one", **broken), store)

        assert judged(a_good_proof(jti="one"), store).jkt


class TestNonces:
    """RFC 9449 sections 8 and 9."""

    @pytest.mark.parametrize("nonce", [None, "", "x", 1, DpopNonces(Secret("another")).fresh(NOW)])
    def test_without_a_good_one_the_one_to_use_is_told(self, store: EphemeralStore, nonce: object) -> None:
        with pytest.raises(NonceNeeded) as caught:
            judged(a_good_proof(nonce=nonce), store)

        assert judged(a_good_proof(nonce=caught.value.nonce), store).jkt

    def test_one_is_good_for_two_spans_and_the_next_is_told_in_the_second(self, store: EphemeralStore) -> None:
        first = NONCES.fresh(NOW)
        for spans, next_nonce in ((0, None), (1, NONCES.fresh(NOW + SPAN))):
            now = NOW + spans * SPAN
            assert judged(a_good_proof(now=now, nonce=first), store, now).next_nonce == next_nonce

        with pytest.raises(NonceNeeded):
            judged(a_good_proof(now=NOW + 2 * SPAN, nonce=first), store, NOW + 2 * SPAN)

    def test_one_of_a_time_to_come_is_not_good(self, store: EphemeralStore) -> None:
        with pytest.raises(NonceNeeded):
            judged(a_good_proof(nonce=NONCES.fresh(NOW + SPAN)), store)

    def test_where_it_is_offered_a_proof_without_one_counts_and_a_wrong_one_does_not(
        self, store: EphemeralStore
    ) -> None:
        proven = judged(a_good_proof(nonce=None), store, must_have_nonce=False)

        assert proven.next_nonce == NONCES.fresh(NOW)
        with pytest.raises(NonceNeeded):
            judged(a_good_proof(nonce="x"), store, must_have_nonce=False)

    def test_none_of_them_tells_the_secret_or_the_next(self) -> None:
        found = {NONCES.fresh(NOW + spans * SPAN) for spans in range(50)}

        assert len(found) == 50
        assert all(len(nonce) == 32 and nonce.isalnum() for nonce in found)
