from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from core.proof.keys import FixedKeys, InvalidKey, PublicKey


def a_jwk(**changes: Any) -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
    return {**key.as_dict(private=False), **changes}


def test_public_key_belongs_to_one_algorithm() -> None:
    key = PublicKey.from_jwk(a_jwk())

    assert (key.kid, key.algorithm) == ("k", "ES256")


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": None}, {"kid": 1}, {"alg": None}, {"alg": "HS256"}, {"alg": "none"}, {"alg": "RS256"},
        {"alg": "EdDSA"}, {"alg": ["ES256"]}, {"kty": "oct"}, {"x": "!"}, {"x": ""}, {"use": "enc"},
    ],
)  # fmt: skip
def test_key_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidKey):
        PublicKey.from_jwk(a_jwk(**changes))


@pytest.mark.filterwarnings("ignore:key size should be")
def test_weak_rsa_key_is_refused() -> None:
    """RFC 7518 section 3.3: 2048 bits or more."""
    weak = RSAKey.generate_key(1024, {"kid": "weak", "alg": "RS256"})

    with pytest.raises(InvalidKey):
        PublicKey.from_jwk(weak.as_dict(private=False))


@pytest.mark.parametrize(("bits", "exponent"), [(16_384, 65_537), (2_048, 2**2_047 + 1), (2_048, 1)])
def test_rsa_key_that_is_there_to_cost_us_is_refused(bits: int, exponent: int) -> None:
    """Whoever sends a DPoP proof brings a key; some take a hundred times as long as others."""
    modulus = 2**bits - 1
    numbers = {"n": _number(modulus), "e": _number(exponent)}

    with pytest.raises(InvalidKey):
        PublicKey.from_jwk({"kty": "RSA", "kid": "k", "alg": "PS256", **numbers})
    usual = {"kty": "RSA", "kid": "k", "alg": "PS256", "n": _number(2**2_048 - 1), "e": "AQAB"}
    assert PublicKey.from_jwk(usual).algorithm == "PS256"


def _number(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def test_curve_is_the_one_of_the_algorithm() -> None:
    for jwk in (
        ECKey.generate_key("P-384", {"kid": "k", "alg": "ES256"}).as_dict(private=False),
        OKPKey.generate_key("X25519", {"kid": "k", "alg": "EdDSA"}).as_dict(private=False),
    ):
        with pytest.raises(InvalidKey):
            PublicKey.from_jwk(jwk)


def test_private_key_is_refused() -> None:
    """Whoever publishes a private key has lost it."""
    key = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})

    with pytest.raises(InvalidKey):
        PublicKey.from_jwk(key.as_dict(private=True))


def test_unknown_keys_of_a_document_are_passed_over() -> None:
    """RFC 7517 section 5."""
    unknown = {"kty": "AKP", "kid": "new", "alg": "ML-DSA-44", "pub": "AA"}
    symmetric = OctKey.generate_key(256, {"kid": "shared", "alg": "HS256"}).as_dict(private=True)

    keys = FixedKeys.from_jwks({"keys": [unknown, symmetric, "text", None, a_jwk()]})

    assert keys.find("k") is not None
    assert keys.find("new") is None
    assert keys.find("shared") is None


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": "k"}])
def test_document_without_a_list_holds_no_key(document: dict[str, Any]) -> None:
    assert FixedKeys.from_jwks(document).find("k") is None
