"""Octets as URL-safe text."""

import pytest

from core.infra import base64url

# RFC 4648 section 10, without padding, and RFC 7515 appendix C.
EXAMPLES = [
    (b"", ""),
    (b"f", "Zg"),
    (b"fo", "Zm8"),
    (b"foo", "Zm9v"),
    (b"foob", "Zm9vYg"),
    (bytes([3, 236, 255, 224, 193]), "A-z_4ME"),
]


@pytest.mark.parametrize(("octets", "text"), EXAMPLES)
def test_octets_are_the_text_of_the_specification(octets: bytes, text: str) -> None:
    assert base64url.encode(octets) == text
