"""What the chip computes: signatures over what it is handed, padded as its algorithm says (eid.md 1.6)."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from idp.eid.card.software.card import sign_digest
from idp.eid.card.software.issuing import PrivateKey
from tests.support.virtual_card.commands import StatusWord

_LONGEST_DIGEST_INFO = 245
_SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
# The only ones that the agent and the modules use; the lengths of what may be handed over.
_RSA_LENGTHS = {0x01: range(1, _LONGEST_DIGEST_INFO + 1), 0x08: range(32, 33)}
_EC_LENGTHS = {0x01: (32,), 0x02: (48,), 0x04: (64,), 0x40: (20, 28, 32, 48, 64)}
_DIGESTS: dict[int, hashes.HashAlgorithm] = {
    20: hashes.SHA1(),  # noqa: S303 - a card signs what it is handed
    28: hashes.SHA224(),
    32: hashes.SHA256(),
    48: hashes.SHA384(),
    64: hashes.SHA512(),
}


def algorithms(applet: int) -> frozenset[int]:
    """Return the algorithm bytes that a card with this applet takes."""
    return frozenset(_RSA_LENGTHS if applet == 17 else _EC_LENGTHS)


def sign(key: PrivateKey, algorithm: int, handed: bytes) -> bytes:
    """Sign; raises `StatusWord` 6A80 where the algorithm takes no input of this length."""
    lengths = _RSA_LENGTHS if isinstance(key, rsa.RSAPrivateKey) else _EC_LENGTHS
    if len(handed) not in lengths[algorithm]:
        raise StatusWord(0x6A80)
    if isinstance(key, rsa.RSAPrivateKey):
        return _pkcs1(key, handed if algorithm == 0x01 else _SHA256_INFO + handed)
    return sign_digest(key, handed, _DIGESTS[len(handed)])


def _pkcs1(key: rsa.RSAPrivateKey, info: bytes) -> bytes:
    # The card pads whatever it is handed; the library only what it has hashed or knows the name of.
    numbers = key.private_numbers()
    length = key.key_size // 8
    padded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
    signed = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n)
    return signed.to_bytes(length, "big")
