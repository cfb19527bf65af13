"""Identifiers sort by creation and never repeat; secrets are random and stored as digests."""

import re
import time
from functools import reduce
from operator import and_, or_

from core.infra.ids import digest, new_id, new_secret

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def number(identifier: str) -> int:
    value = 0
    for character in identifier.partition("_")[2]:
        value = value * 32 + _BASE32.index(character)
    return value


def test_an_identifier_is_its_kind_and_a_uuid_version_7() -> None:
    """RFC 9562 section 5.7: 48 bits of milliseconds, version 7, variant 10."""
    before = time.time_ns() // 1_000_000

    identifier = new_id("org")

    value = number(identifier)
    assert re.fullmatch(r"org_[0-7][0-9a-hjkmnp-tv-z]{25}", identifier)
    assert before <= value >> 80 <= time.time_ns() // 1_000_000
    assert (value >> 76) & 0xF == 7
    assert (value >> 62) & 0b11 == 0b10


def test_identifiers_never_repeat() -> None:
    assert len({new_id("usr") for _ in range(20_000)}) == 20_000


def test_every_bit_that_may_be_random_is() -> None:
    """RFC 9562 section 5.7: 12 bits beside the version and 62 beside the variant."""
    numbers = [number(new_id("usr")) for _ in range(200)]

    random_bits = (0xFFF << 64) | ((1 << 62) - 1)
    assert reduce(or_, numbers) & random_bits == random_bits
    assert reduce(and_, numbers) & random_bits == 0


def test_identifiers_sort_by_creation() -> None:
    first = new_id("usr")
    time.sleep(0.003)
    second = new_id("usr")

    assert first < second


def test_identifiers_fit_their_column() -> None:
    assert len(new_id("usr")) == 30


def test_a_secret_has_256_bits_and_travels_in_urls() -> None:
    secrets = {new_secret() for _ in range(1_000)}

    assert len(secrets) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_a_digest_is_sha_256_in_hexadecimal() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
