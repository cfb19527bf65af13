"""Octets as text by base64url without padding (RFC 4648 section 5, RFC 7515 section 2)."""

from binascii import b2a_base64

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def encode(octets: bytes) -> str:
    """Return the octets as text that may stand in a URL, a header or a token."""
    # Below `base64`, whose layers cost more than the encoding: three parts of every token come by here.
    return b2a_base64(octets, newline=False).rstrip(b"=").translate(_TO_URL_SAFE).decode("ascii")
