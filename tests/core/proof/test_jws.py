import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws as reference
from joserfc.jwk import ECKey, OctKey, RSAKey

from core.proof.jws import InvalidJwt, verify
from core.proof.keys import FixedKeys

CLAIMS = {"sub": "usr_1"}


@pytest.fixture(scope="module")
def rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})


@pytest.fixture(scope="module")
def ec_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256", "use": "sig"})


@pytest.fixture(scope="module")
def keys(rsa_key: RSAKey, ec_key: ECKey) -> FixedKeys:
    return FixedKeys.from_jwks({"keys": [rsa_key.as_dict(private=False), ec_key.as_dict(private=False)]})


def signed(key: Any, header: dict[str, Any], claims: Any = CLAIMS) -> str:
    algorithms = [str(header["alg"])]
    return reference.serialize_compact(header, json.dumps(claims), key, algorithms=algorithms)


def part(token: str, number: int) -> Any:
    return json.loads(urlsafe_b64decode(token.split(".")[number] + "=="))


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_good_token_gives_its_claims(keys: FixedKeys, rsa_key: RSAKey, ec_key: ECKey) -> None:
    assert verify(signed(rsa_key, {"alg": "RS256", "kid": "rsa"}), keys=keys, typ=None) == CLAIMS
    assert verify(signed(ec_key, {"alg": "ES256", "kid": "ec"}), keys=keys, typ=None) == CLAIMS


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_type_is_compared_as_a_media_type(typ: str, keys: FixedKeys, ec_key: ECKey) -> None:
    """RFC 7515 section 4.1.9."""
    token = signed(ec_key, {"alg": "ES256", "kid": "ec", "typ": typ})

    assert verify(token, keys=keys, typ="at+jwt") == CLAIMS


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "logout+jwt"}, {}])
def test_token_of_another_type_is_refused(header: dict[str, str], keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec", **header})

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ="at+jwt")


def test_plain_jwt_with_a_special_type_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec", "typ": "at+jwt"})

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ=None)


def test_altered_claims_are_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    header, _, signature = signed(ec_key, {"alg": "ES256", "kid": "ec"}).split(".")

    with pytest.raises(InvalidJwt):
        verify(f"{header}.{encoded({'sub': 'usr_2'})}.{signature}", keys=keys, typ=None)


def test_altered_signature_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})
    changed = "A" if token[-10] != "A" else "B"

    with pytest.raises(InvalidJwt):
        verify(token[:-10] + changed + token[-9:], keys=keys, typ=None)


def test_unsigned_token_is_refused(keys: FixedKeys) -> None:
    """RFC 8725 section 3.1: `none` is no algorithm."""
    for kid in ("ec", "rsa"):
        with pytest.raises(InvalidJwt):
            verify(f"{encoded({'alg': 'none', 'kid': kid})}.{encoded(CLAIMS)}.", keys=keys, typ=None)


def test_public_key_is_no_symmetric_secret(keys: FixedKeys, rsa_key: RSAKey) -> None:
    """The classic confusion: HS256 with the public key's text as the secret (RFC 8725 section 2.1)."""
    secret = OctKey.import_key(rsa_key.as_pem(private=False).decode().replace("BEGIN", "begin"))
    token = signed(secret, {"alg": "HS256", "kid": "rsa"})

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ=None)


def test_key_serves_its_own_algorithm_alone(keys: FixedKeys, rsa_key: RSAKey) -> None:
    token = signed(RSAKey.import_key(_unbound(rsa_key)), {"alg": "PS256", "kid": "rsa"})

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ=None)


def _unbound(key: RSAKey) -> Any:
    return {name: value for name, value in key.as_dict(private=True).items() if name not in {"alg", "use"}}


def test_key_in_the_header_is_not_trusted(keys: FixedKeys) -> None:
    """RFC 7515 section 4.1.3 lets a header carry a key; nobody may choose what judges them."""
    foreign = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "kid": "ec", "jwk": foreign.as_dict(private=False)}

    with pytest.raises(InvalidJwt):
        verify(signed(foreign, header), keys=keys, typ=None)


def test_token_of_an_unknown_key_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    for header in ({"alg": "ES256", "kid": "another"}, {"alg": "ES256"}):
        with pytest.raises(InvalidJwt):
            verify(signed(ec_key, header), keys=keys, typ=None)


def test_algorithm_that_the_caller_does_not_allow_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ=None, algorithms=("PS256",))


def test_critical_header_that_we_do_not_know_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    """RFC 7515 section 4.1.11."""
    header = {"alg": "ES256", "kid": "ec", "crit": ["exp"], "exp": 1}
    signing_input = f"{encoded(header)}.{encoded(CLAIMS)}"
    good = signed(ec_key, {"alg": "ES256", "kid": "ec"}).split(".")[2]

    with pytest.raises(InvalidJwt):
        verify(f"{signing_input}.{good}", keys=keys, typ=None)


@pytest.mark.parametrize("payload", ["[]", '"text"', "1", "not json", ""])
def test_payload_that_is_no_object_is_refused(payload: str, keys: FixedKeys, ec_key: ECKey) -> None:
    header = {"alg": "ES256", "kid": "ec"}
    token = reference.serialize_compact(header, payload, ec_key, algorithms=["ES256"])

    with pytest.raises(InvalidJwt):
        verify(token, keys=keys, typ=None)


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "a.b.c", "a.b", "a.b.c.d", "é.é.é", "\ud800", "e30.e30.", "bnVsbA.e30.AAAA",
        "eyJhbGciOjF9.e30.AAAA", "eyJhbGciOiJFUzI1NiIsImtpZCI6MX0.e30.AAAA", "A" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_and_not_a_crash(text: str, keys: FixedKeys) -> None:
    with pytest.raises(InvalidJwt):
        verify(text, keys=keys, typ=None)


def test_segments_are_base64url_without_padding_and_nothing_else(keys: FixedKeys, rsa_key: RSAKey) -> None:
    """RFC 7515 section 2: one token has one spelling, so that a list of refused ones is not evaded."""
    head, payload, signature = signed(rsa_key, {"alg": "RS256", "kid": "rsa"}).split(".")
    standard = signature.replace("-", "+").replace("_", "/")
    assert standard != signature

    for spelling in (f"{signature}==", f"{signature[:9]}\n{signature[9:]}", f"{signature}!", standard, f" {signature}"):
        with pytest.raises(InvalidJwt):
            verify(f"{head}.{payload}.{spelling}", keys=keys, typ=None)


def test_token_with_more_or_fewer_parts_is_refused(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})
    head, payload, signature = token.split(".")

    for text in (f"{token}.", f".{token}", f"{head}.{signature}", f"{head}.{payload}.{payload}.{signature}"):
        with pytest.raises(InvalidJwt):
            verify(text, keys=keys, typ=None)


def test_token_verified_before_is_refused_once_its_key_is_gone(keys: FixedKeys, ec_key: ECKey) -> None:
    """A signature is verified once; whether its key counts is asked each time."""
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})
    assert verify(token, keys=keys, typ=None) == CLAIMS

    with pytest.raises(InvalidJwt):
        verify(token, keys=FixedKeys.from_jwks({"keys": []}), typ=None)


def test_token_verified_before_is_refused_for_another_key_of_that_name(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})
    assert verify(token, keys=keys, typ=None) == CLAIMS
    other = ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256", "use": "sig"})

    with pytest.raises(InvalidJwt):
        verify(token, keys=FixedKeys.from_jwks({"keys": [other.as_dict(private=False)]}), typ=None)


def test_what_one_caller_does_to_the_claims_reaches_no_other(keys: FixedKeys, ec_key: ECKey) -> None:
    token = signed(ec_key, {"alg": "ES256", "kid": "ec"})
    claims = verify(token, keys=keys, typ=None)
    assert isinstance(claims, dict)

    claims["sub"] = "usr_2"

    assert verify(token, keys=keys, typ=None) == CLAIMS
