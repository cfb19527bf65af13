"""Records of a card's files are read in one way or not at all (eid.md 1.3)."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.eid.card_files import der_part, records, without_padding
from idp.eid.problems import EidProblem, EidRefused
from tests.support.card_registers import written

# As a card orders them: tag 0, where it is there, comes first.
RECORDS = st.dictionaries(st.integers(0, 0xFF), st.binary(max_size=600), min_size=1, max_size=8).map(
    lambda found: dict(sorted(found.items()))
)


@given(content=RECORDS, padding=st.integers(0, 40))
@example(content={0: b"", 1: b""}, padding=0)
@example(content={1: bytes(0xFF)}, padding=1)
@example(content={1: bytes(0xFE), 2: bytes(2 * 0xFF)}, padding=0)
def test_what_a_card_writes_is_read_again(content: dict[int, bytes], padding: int) -> None:
    assert records(written(content) + bytes(padding), "identity") == content


@given(content=st.binary(max_size=2048))
@example(content=b"\x01")
@example(content=b"\x01\xff")
@example(content=b"\x01\x00\x00\x00")
def test_any_bytes_are_read_or_refused_as_a_file(content: bytes) -> None:
    with contextlib.suppress(EidRefused):
        found = records(content, "identity")
        assert written(found) == content[: len(written(found))]
        assert not any(content[len(written(found)) :])


@pytest.mark.parametrize("content", [b"\x01", b"\x01\x02a", b"\x01\xff", b"\x01\x00\x01\x00", b"\x01\x00\x00\x01"])
def test_records_that_are_none_are_told_as_files_of_no_card(content: bytes) -> None:
    with pytest.raises(EidRefused) as refused:
        records(content, "identity")

    assert refused.value.problem is EidProblem.FILES_INVALID


@given(content=RECORDS, cut=st.integers(1, 600))
def test_a_file_that_ends_too_early_is_never_read_as_another(content: dict[int, bytes], cut: int) -> None:
    whole = written(content)
    with contextlib.suppress(EidRefused):
        found = records(whole[: max(0, len(whole) - cut)], "identity")
        assert found.items() <= content.items()


@given(content=st.binary(max_size=300), padding=st.integers(0, 1100))
def test_a_sequence_is_cut_to_its_length(content: bytes, padding: int) -> None:
    sequence = b"\x30\x82" + len(content).to_bytes(2) + content

    assert der_part(sequence + bytes(padding), "rrnCertificate") == sequence


@given(content=st.binary(max_size=200))
@example(content=b"")
@example(content=b"\x30\x82\xff\xff")
@example(content=b"\x30\x80\x00\x00")
@example(content=bytes(64))
def test_what_is_no_sequence_is_refused_and_what_is_one_keeps_its_bytes(content: bytes) -> None:
    with contextlib.suppress(EidRefused):
        found = der_part(content, "rrnCertificate")
        assert content.startswith(found)
        assert not any(content[len(found) :])
        assert found[0] == 0x30


@pytest.mark.parametrize("length", [3, 0x7F, 0x80, 0xFF, 0x100, 0x3FF])
def test_each_way_to_write_a_length_is_read(length: int) -> None:
    if length < 0x80:
        header = bytes((length,))
    elif length < 0x100:
        header = bytes((0x81, length))
    else:
        header = b"\x82" + length.to_bytes(2)
    sequence = b"\x30" + header + bytes(length - 1) + b"\x01"

    assert der_part(sequence + bytes(9), "identitySignature") == sequence


def test_padding_is_the_zero_bytes_at_the_end_alone() -> None:
    assert without_padding(b"\0\1\0\2\0\0") == b"\0\1\0\2"
