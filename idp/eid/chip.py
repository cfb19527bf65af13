"""What the identity file vouches for by digest: the photo, and the key of the chip itself (eid.md 2.1, 2.5)."""

import hashlib
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

from idp.eid.card_files import CHIP_KEY, CHIP_SIGNATURE, PHOTO, der_part, invalid

_LABEL = b"immo-connect eid chip"
# By their length in bytes; SHA-1 still stands on cards whose files were signed anew.
_DIGESTS = {20: "sha1", 32: "sha256", 48: "sha384"}
_CURVE = "secp384r1"
_HALF = 48


def challenge(origin: str, nonce: str) -> bytes:
    """Return the 48 bytes that a chip is asked to sign, for one origin and one nonce."""
    return hashlib.sha384(_LABEL + origin.encode() + nonce.encode()).digest()


def require_photo(photo: bytes | None, expected: bytes | None) -> None:
    """Refuse a photo that is not the one of the identity file."""
    if photo is None:
        return
    algorithm = _DIGESTS.get(len(expected or b""))
    if algorithm is None or expected is None:
        raise invalid("no-digest", PHOTO)
    if not compare_digest(hashlib.new(algorithm, photo).digest(), expected):
        raise invalid("digest", PHOTO)


def require_chip(key: bytes | None, signature: bytes | None, expected: bytes | None, asked: bytes | None) -> None:
    """Refuse a key that is not the one of the identity file, and a signature that is not of it over what we asked."""
    if key is None and signature is None:
        return
    if key is None or expected is None or not compare_digest(hashlib.sha384(key).digest(), expected):
        raise invalid("digest", CHIP_KEY)
    if signature is not None:
        _require_signature(key, signature, asked)


def _require_signature(key: bytes, signature: bytes, asked: bytes | None) -> None:
    try:
        public = load_der_public_key(der_part(key, CHIP_KEY))
    except (ValueError, UnsupportedAlgorithm):
        raise invalid("key", CHIP_KEY) from None
    if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != _CURVE:
        raise invalid("key", CHIP_KEY)
    if asked is None or len(signature) != 2 * _HALF:
        raise invalid("signature", CHIP_SIGNATURE)
    numbers = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        public.verify(encode_dss_signature(*numbers), asked, ECDSA(Prehashed(SHA384())))
    except InvalidSignature:
        raise invalid("signature", CHIP_SIGNATURE) from None
