"""Identifiers and secrets: made here and nowhere else.

An identifier is a prefix that names the kind and a UUIDv7 in Crockford's base 32, so that it
sorts by creation, never repeats, and can be shown to other systems as it is.
"""

import hashlib
import os
import time

from core.infra import base64url

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two digits at a time: the identifier of every request is made here.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PLACES = range(120, -1, -10)
_TIMESTAMP_BITS = 48
_RANDOM_BYTES = 10
_SECRET_BYTES = 32
_VERSION_7 = 0x7
_VARIANT = 0b10


def _uuid7() -> int:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(_RANDOM_BYTES), "big")
    high = random >> 68  # 12 bits
    low = random & ((1 << 62) - 1)
    timestamp = milliseconds & ((1 << _TIMESTAMP_BITS) - 1)
    return (timestamp << 80) | (_VERSION_7 << 76) | (high << 64) | (_VARIANT << 62) | low


def new_id(prefix: str) -> str:
    """Return a new identifier such as `org_01k9…`: RFC 9562 UUIDv7 behind a prefix for its kind."""
    number = _uuid7()
    digits = [_PAIRS[(number >> place) & 0x3FF] for place in _PLACES]
    return f"{prefix}_{''.join(digits)}"


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters, for codes, tokens and session cookies."""
    return base64url.encode(os.urandom(_SECRET_BYTES))


def digest(secret: str) -> str:
    """Return the SHA-256 of a high-entropy secret in hexadecimal: the only form that is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
