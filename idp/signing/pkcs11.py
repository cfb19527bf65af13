"""Signing keys in a PKCS#11 token: made there, never outside it, found by their kid.

A key pair is stored with CKA_ID and CKA_LABEL equal to its kid; the private half is sensitive and
cannot be extracted. Imported only where a token is configured: other processes load no module.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, assert_never

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from pkcs11 import MGF, Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, SignMixin
from pkcs11 import exceptions as refusals

from core.infra.errors import ImmoError
from core.infra.token_settings import TokenSettings
from idp.signing.public_half import COORDINATE_BYTES, PublicHalf, public_jwk
from idp.signing.signer import PrivateKeyUnusable
from idp.signing.token_sessions import Seat, TokenSessions

_RSA_BITS = 2048
_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=SHA256.digest_size)
_USE = MechanismFlag.SIGN | MechanismFlag.VERIFY
_SECRET = {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
# Object identifiers of P-256 and Ed25519 in DER (RFC 5480 section 2.1.1.1, RFC 8410 section 3).
_P256 = bytes.fromhex("06082a8648ce3d030107")
_ED25519 = bytes.fromhex("06032b6570")
_POINT_BYTES = {KeyType.EC: 1 + 2 * COORDINATE_BYTES, KeyType.EC_EDWARDS: 32}
_PROOF = b"immo-connect: does this key sign?"
# To make a key and to sign with it.
_MECHANISMS = {
    "RS256": (Mechanism.RSA_PKCS_KEY_PAIR_GEN, Mechanism.SHA256_RSA_PKCS),
    "PS256": (Mechanism.RSA_PKCS_KEY_PAIR_GEN, Mechanism.SHA256_RSA_PKCS_PSS),
    "ES256": (Mechanism.EC_KEY_PAIR_GEN, Mechanism.ECDSA),
    "EdDSA": (Mechanism.EC_EDWARDS_KEY_PAIR_GEN, Mechanism.EDDSA),
}


class TokenCannot(ImmoError):
    """The token has no mechanism for the algorithm; `in_files` of its file keeps such keys in files."""

    code = "token-cannot"


class TokenKeyUnusable(PrivateKeyUnusable):
    """The token does not hold the key, or what it holds is not that key."""

    code = "token-key-unusable"


class TokenSigner:
    """A private key in a token; implements `Signer`."""

    def __init__(self, sessions: TokenSessions, jwk: Mapping[str, str]) -> None:
        self._sessions = sessions
        self._jwk = jwk

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        return self._jwk["kid"]

    @property
    def algorithm(self) -> str:
        """The JOSE algorithm the key is for, and no other."""
        return self._jwk["alg"]

    def public_jwk(self) -> Mapping[str, str]:
        """Return the public key as a JWK with kid, alg and use."""
        return self._jwk

    def sign(self, signing_input: bytes) -> bytes:
        """Return the token's signature as JOSE wants it; raise `Unavailable` while the token is gone."""
        return self._sessions.run(
            lambda seat: _sign(_present_key(seat, self.kid.encode()), self.algorithm, signing_input)
        )


class TokenKeys:
    """The signing keys that lie in one token."""

    def __init__(self, settings: TokenSettings) -> None:
        self._sessions = TokenSessions(settings)

    def make(self, algorithm: str) -> TokenSigner:
        """Make a key pair in the token; raise `TokenCannot` or `Unavailable`."""
        try:
            jwk = self._sessions.run(lambda seat: _made(seat, algorithm))
        except (refusals.MechanismInvalid, refusals.DomainParamsInvalid, refusals.FunctionNotSupported) as error:
            raise TokenCannot(algorithm=algorithm) from error
        return self.read(jwk["kid"], algorithm)

    def read(self, kid: str, algorithm: str) -> TokenSigner:
        """Return a key of the token; raise `TokenKeyUnusable`, or `Unavailable` while the token is gone.

        It signs once here and the signature is verified: a key that cannot sign is found now and
        not at the first person's sign-in.
        """
        try:
            public = self._sessions.run(lambda seat: _found(seat, kid.encode()))
            jwk = public_jwk(public, algorithm)
            if jwk["kid"] != kid:
                raise TokenKeyUnusable(kid=kid, reason="another key")
            signer = TokenSigner(self._sessions, jwk)
            _verify(public, algorithm, signer.sign(_PROOF))
        except (refusals.PKCS11Error, InvalidSignature, ValueError) as error:
            raise TokenKeyUnusable(kid=kid, reason=type(error).__name__) from error
        return signer

    def holds(self, kid: str) -> bool:
        """Tell whether the token has a private key of that name; raise `Unavailable`."""
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: kid.encode()}
        return bool(self._sessions.run(lambda seat: list(seat.session.get_objects(wanted))))

    def destroy(self, kid: str) -> None:
        """Take both halves of a key out of the token, for good; raise `Unavailable`."""
        self._sessions.run(lambda seat: _destroy(seat, kid.encode()))

    def close(self) -> None:
        """End every session with the token."""
        self._sessions.close()


def _made(seat: Seat, algorithm: str) -> dict[str, str]:
    if not set(_MECHANISMS[algorithm]) <= set(seat.session.token.slot.get_mechanisms()):
        raise TokenCannot(algorithm=algorithm)
    with seat.session.token.open(rw=True) as session:
        public, private = _pair(session, algorithm)
        jwk = public_jwk(_public_half(public), algorithm)
        for half in (private, public):
            half[Attribute.ID] = jwk["kid"].encode()
            half[Attribute.LABEL] = jwk["kid"]
    return jwk


def _pair(session: pkcs11.Session, algorithm: str) -> tuple[pkcs11.PublicKey, pkcs11.PrivateKey]:
    how: dict[str, Any] = {"store": True, "capabilities": _USE, "private_template": _SECRET}
    match algorithm:
        case "RS256" | "PS256":
            return session.generate_keypair(KeyType.RSA, _RSA_BITS, **how)
        case "ES256":
            curve = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: _P256}, local=True)
        case "EdDSA":
            curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True)
        case _:
            raise ValueError(f"no signing keys are made for {algorithm}")
    return curve.generate_keypair(**how)


def _found(seat: Seat, name: bytes) -> PublicHalf:
    public = seat.session.get_key(object_class=ObjectClass.PUBLIC_KEY, id=name)
    assert isinstance(public, pkcs11.PublicKey)
    return _public_half(public)


def _destroy(seat: Seat, name: bytes) -> None:
    with seat.session.token.open(rw=True) as session:
        for key in list(session.get_objects({Attribute.ID: name})):
            key.destroy()


def _present_key(seat: Seat, name: bytes) -> SignMixin:
    """Return a key that was there when its signer was made: without it the token is gone, or not wholly back yet."""
    try:
        return seat.private_key(name)
    except refusals.NoSuchKey:
        raise refusals.TokenNotPresent from None


def _sign(key: SignMixin, algorithm: str, message: bytes) -> bytes:
    match algorithm:
        case "RS256":
            return key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS)
        case "PS256":
            pss = (Mechanism.SHA256, MGF.SHA256, SHA256.digest_size)
            return key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=pss)
        case "ES256":
            # Hashed here: tokens that know ECDSA alone are more than those that hash for it.
            return key.sign(hashlib.sha256(message).digest(), mechanism=Mechanism.ECDSA)
        case "EdDSA":
            return key.sign(message, mechanism=Mechanism.EDDSA)
        case _:
            raise ValueError(f"nothing is signed with {algorithm}")


def _verify(public: PublicHalf, algorithm: str, signature: bytes) -> None:
    match public:
        case rsa.RSAPublicKey():
            scheme = _PSS if algorithm == "PS256" else padding.PKCS1v15()
            public.verify(signature, _PROOF, scheme, SHA256())
        case ec.EllipticCurvePublicKey():
            halves = (signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:])
            r, s = (int.from_bytes(half, "big") for half in halves)
            public.verify(encode_dss_signature(r, s), _PROOF, ec.ECDSA(SHA256()))
        case ed25519.Ed25519PublicKey():
            public.verify(signature, _PROOF)
        case unreachable:
            assert_never(unreachable)


def _public_half(key: pkcs11.PublicKey) -> PublicHalf:
    match key.key_type:
        case KeyType.RSA:
            modulus, exponent = (
                int.from_bytes(key[name], "big") for name in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
            )
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
        case KeyType.EC:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _point(key))
        case KeyType.EC_EDWARDS:
            return ed25519.Ed25519PublicKey.from_public_bytes(_point(key))
        case _:
            raise ValueError("a kind of key that signs no tokens")


def _point(key: pkcs11.PublicKey) -> bytes:
    # An OCTET STRING around the point, says the standard; some modules leave it out.
    point: bytes = key[Attribute.EC_POINT]
    length = _POINT_BYTES[key.key_type]
    return point[2:] if point[:2] == bytes([4, length]) and len(point) == length + 2 else point
