"""Identifiers and secrets: made here and nowhere else.

An identifier is a prefix that names the kind and a UUIDv7 in Crockford's base 32, so that it
sorts by creation, never repeats, and can be shown to other systems as it is.
"""

import hashlib
import os
import time

from core.infra import base64url

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SECRET_BYTES = 32

# Of the 26 digits of a UUIDv7 ten are its milliseconds and sixteen the rest, of which the first
# holds the version and a random bit, the fourth a random bit, the variant and two random bits
# (RFC 9562 section 5.7). So time and chance become digits apart, chance by a table for its octets.
_MILLISECONDS_PLACES = (40, 30, 20, 10, 0)
_RANDOM_DIGITS = 16
_DIGIT_OF = bytes(ord(_ALPHABET[octet & 31]) for octet in range(256))
_VERSION_7 = [_ALPHABET[0b01110 | octet & 1] for octet in range(256)]
_VARIANT = [_ALPHABET[0b01000 | octet & 0b10011] for octet in range(256)]


def new_id(prefix: str) -> str:
    """Return a new identifier such as `org_01k9…`: RFC 9562 UUIDv7 behind a prefix for its kind."""
    milliseconds = time.time_ns() // 1_000_000
    when = "".join([_PAIRS[(milliseconds >> place) & 0x3FF] for place in _MILLISECONDS_PLACES])
    octets = os.urandom(_RANDOM_DIGITS)
    digits = octets.translate(_DIGIT_OF).decode("ascii")
    return f"{prefix}_{when}{_VERSION_7[octets[0]]}{digits[1:3]}{_VARIANT[octets[3]]}{digits[4:]}"


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters, for codes, tokens and session cookies."""
    return base64url.encode(os.urandom(_SECRET_BYTES))


def digest(secret: str) -> str:
    """Return the SHA-256 of a high-entropy secret in hexadecimal: the only form that is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
