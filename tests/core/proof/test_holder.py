"""Who a token comes from, as every resource server must judge it (RFC 9449 section 7, RFC 8705 section 3)."""

from datetime import UTC, datetime

import pytest

from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore
from core.proof.challenge import Scheme
from core.proof.confirmation import UNBOUND, Confirmation
from core.proof.dpop import Desk, InvalidProof, Proven, thumbprint_of
from core.proof.dpop_nonces import DpopNonces
from core.proof.holder import Call, Presented, WrongHolder, read_authorization, require_holder
from tests.support.dpop_proofs import a_proof, a_proof_key

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NONCES = DpopNonces(Secret("a secret of the tests"))
URL, TOKEN = "https://api.immo.test/wallet", "an.access.token"
KEY = a_proof_key()
BY_KEY, BY_CERTIFICATE = Confirmation(jkt=KEY.thumbprint()), Confirmation(x5t_s256="of-the-holder")


def judged(
    store: EphemeralStore,
    confirmation: Confirmation,
    scheme: Scheme,
    *,
    has_proof: bool = False,
    certificate: str | None = None,
) -> Proven | None:
    proof = a_proof(KEY, "GET", URL, NOW, nonce=NONCES.fresh(NOW), ath=thumbprint_of(TOKEN)) if has_proof else None
    call = Call("GET", (URL,), proof, certificate)
    return require_holder(Presented(TOKEN, scheme), call, confirmation, desk=Desk(NONCES, store), now=NOW)


def test_whoever_shows_what_a_token_is_bound_to_is_its_holder(store: EphemeralStore) -> None:
    assert judged(store, BY_KEY, Scheme.DPOP, has_proof=True) == Proven(KEY.thumbprint(), None)
    assert judged(store, BY_CERTIFICATE, Scheme.BEARER, certificate="of-the-holder") is None
    assert judged(store, UNBOUND, Scheme.BEARER) is None
    assert judged(store, UNBOUND, Scheme.BEARER, has_proof=True, certificate="of-somebody") is None


@pytest.mark.parametrize(
    ("confirmation", "scheme", "has_proof", "certificate", "would_count"),
    [
        (BY_KEY, Scheme.BEARER, True, None, Scheme.DPOP),
        (BY_KEY, Scheme.BEARER, False, "of-the-holder", Scheme.DPOP),
        (UNBOUND, Scheme.DPOP, True, None, Scheme.BEARER),
        (BY_CERTIFICATE, Scheme.DPOP, True, "of-the-holder", Scheme.BEARER),
        (BY_CERTIFICATE, Scheme.BEARER, True, None, Scheme.BEARER),
        (BY_CERTIFICATE, Scheme.BEARER, False, "of-somebody", Scheme.BEARER),
    ],
)
def test_nobody_else_is(
    store: EphemeralStore,
    confirmation: Confirmation,
    scheme: Scheme,
    *,
    has_proof: bool,
    certificate: str | None,
    would_count: Scheme,
) -> None:
    with pytest.raises(WrongHolder) as caught:
        judged(store, confirmation, scheme, has_proof=has_proof, certificate=certificate)

    assert caught.value.scheme is would_count


def test_a_key_without_its_proof_is_nothing(store: EphemeralStore) -> None:
    with pytest.raises(InvalidProof):
        judged(store, BY_KEY, Scheme.DPOP)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer abc", Presented("abc")),
        ("bEARER  abc ", Presented("abc")),
        ("dpop abc", Presented("abc", Scheme.DPOP)),
        ("Basic abc", None),
        ("DPoP", None),
        ("Bearer ", None),
        ("", None),
        (None, None),
    ],
)
def test_the_header_is_read_in_any_case(header: str | None, expected: Presented | None) -> None:
    assert read_authorization(header) == expected
