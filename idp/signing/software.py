"""Signing keys in files: one PEM of PKCS#8 per key, named by its kid, readable by us alone.

A file appears under its name only when it is complete, so a crash leaves no half key.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from idp.signing.public_half import COORDINATE_BYTES, public_jwk
from idp.signing.signer import PrivateKeyUnusable

_RSA_BITS = 2048
# Made once: they say how to sign and hold nothing of what is signed.
_HASH = SHA256()
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(mgf=padding.MGF1(_HASH), salt_length=SHA256.digest_size)
_ECDSA = ec.ECDSA(_HASH)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class KeyFileUnusable(PrivateKeyUnusable):
    """The file of a key is missing, or holds another key."""

    code = "key-file-unusable"


class SoftwareSigner:
    """A private key in this process; implements `Signer`."""

    def __init__(self, algorithm: str, key: PrivateKey) -> None:
        self._key = key
        self._sign = _signing(algorithm, key)
        self._algorithm = algorithm
        self._public_jwk = public_jwk(key.public_key(), algorithm)
        self._kid = self._public_jwk["kid"]

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        return self._kid

    @property
    def algorithm(self) -> str:
        """The JOSE algorithm the key is for, and no other."""
        return self._algorithm

    def public_jwk(self) -> Mapping[str, str]:
        """Return the public key as a JWK with kid, alg and use."""
        return self._public_jwk

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature in the form of RFC 7518 section 3 or RFC 8037 section 3.1."""
        return self._sign(signing_input)

    def to_pem(self) -> bytes:
        """Return the private key for its file."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def generate(algorithm: str) -> SoftwareSigner:
    """Make a new key for RS256, PS256, ES256 or EdDSA; raise ValueError for any other."""
    key: PrivateKey
    match algorithm:
        case "RS256" | "PS256":
            key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        case "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            key = ed25519.Ed25519PrivateKey.generate()
        case _:
            raise ValueError(f"no signing keys are made for {algorithm}")
    return SoftwareSigner(algorithm, key)


def write(signer: SoftwareSigner, directory: Path) -> None:
    """Write the private key below the directory with mode 0600, whole or not at all."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp creates the file with mode 0600 and never follows what is already there.
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=".new-", suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(signer.to_pem())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(key_file(directory, signer.kid))
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync(directory)


def read(directory: Path, kid: str, algorithm: str) -> SoftwareSigner:
    """Read a private key; raise `KeyFileUnusable` when it is missing or another key."""
    path = key_file(directory, kid)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileUnusable(path=str(path), reason=type(error).__name__) from error
    if not isinstance(key, PrivateKey):
        raise KeyFileUnusable(path=str(path), reason="kind of key")
    try:
        signer = SoftwareSigner(algorithm, key)
    except ValueError as error:
        raise KeyFileUnusable(path=str(path), reason=str(error)) from error
    if signer.kid != kid:
        raise KeyFileUnusable(path=str(path), reason="another key")
    return signer


def key_file(directory: Path, kid: str) -> Path:
    """Return where the private key of that name lies."""
    return directory / f"{kid}.pem"


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _signing(algorithm: str, key: PrivateKey) -> Callable[[bytes], bytes]:
    match algorithm, key:
        case "RS256", rsa.RSAPrivateKey():
            return lambda message: key.sign(message, _PKCS1, _HASH)
        case "PS256", rsa.RSAPrivateKey():
            return lambda message: key.sign(message, _PSS, _HASH)
        case "ES256", ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            return lambda message: _fixed_width(key.sign(message, _ECDSA))
        case "EdDSA", ed25519.Ed25519PrivateKey():
            return key.sign
        case _:
            raise ValueError(f"the key does not fit {algorithm}")


def _fixed_width(der: bytes) -> bytes:
    # JOSE wants R and S side by side, not the DER that X9.62 gives (RFC 7518 section 3.4).
    r, s = decode_dss_signature(der)
    return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
