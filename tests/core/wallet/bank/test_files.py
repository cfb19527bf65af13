"""What CODA and CAMT.053 files say, of each shape that banks send, and what is refused as damaged."""

from datetime import date
from pathlib import Path

import coda
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.wallet.bank import files
from core.wallet.bank.errors import DamagedBankFile
from core.wallet.bank.values import BankEntry, BankStatement
from tests.support.bank_files import ACCOUNT, NORTH, NORTH_SENDER, SOUTH, SOUTH_SENDER, kept

# The columns of a CODA record that the tests alter, and of what.
_OLD_BALANCE, _MOVEMENT, _TRAILER = 1, 2, -1


def statements(name: str) -> tuple[BankStatement, ...]:
    return files.read(kept(name), ACCOUNT).statements


def test_both_forms_of_the_same_statements_say_the_same() -> None:
    coded, told = statements("several.cod"), statements("several.xml")

    assert [one.entries for one in coded] == [one.entries for one in told]
    for one, other in zip(coded, told, strict=True):
        assert (one.opening_cents, one.closing_cents, one.opened_on, one.closed_on) == (
            *(other.opening_cents, other.closing_cents, other.opened_on, other.closed_on),
        )


@pytest.mark.parametrize("name", ["several.cod", "several.xml"])
def test_statements_of_other_accounts_and_currencies_and_what_is_only_announced_are_passed_over(name: str) -> None:
    found = files.read(kept(name), ACCOUNT)

    first, second = found.statements
    assert found.others == 2
    assert [(one.opening_cents, one.closing_cents) for one in found.statements] == [(100000, 122225), (122225, 120225)]
    assert [entry.amount_cents for entry in first.entries] == [7500, 4000, 6050, 3300, -125, 1500]
    assert first.entries[0] == BankEntry(
        amount_cents=7500,
        booked_on=date(2026, 11, 2),
        bank_reference="0001150000001",
        counterparty_name="IMMO NOORD BV",
        counterparty_iban=NORTH_SENDER,
        structured=NORTH,
    )
    # A long free text goes over three records, and is in the alphabet of the bank.
    assert first.entries[2].message == (
        "Storting voor het gestructureerd bericht +++123/4567/89002+++ van ons kantoor te Liège, met dank"
    )
    assert [(entry.amount_cents, entry.is_reversal) for entry in second.entries] == [(-4000, True), (2000, False)]


def test_coda_tells_the_payments_of_a_total_apart_where_it_can() -> None:
    (found,) = statements("batches.cod")

    assert [(one.amount_cents, one.structured, one.is_batch) for one in found.entries] == [
        (7000, NORTH, False),
        (3000, None, False),
        (5500, None, True),
        (9000, SOUTH, False),
        (1200, SOUTH, False),
        (-200, None, False),
        (-100, None, False),
    ]
    assert found.entries[3].counterparty_iban == SOUTH_SENDER


def test_camt_tells_the_payments_of_a_batch_apart_where_they_add_up_and_takes_pages_one_by_one() -> None:
    first, second = statements("batches.xml")

    assert (first.statement_id, second.statement_id) == ("20261104", "20261104 2")
    assert (first.opening_cents, first.closing_cents, second.closing_cents) == (50000, 65500, 68900)
    assert [(one.amount_cents, one.structured, one.is_batch) for one in first.entries] == [
        (7000, NORTH, False),
        (3000, None, False),
        (5500, None, True),
    ]
    # Parts that do not add up, a reference of ISO 11649, a payment of ours that came back, one that we made.
    assert [(one.amount_cents, one.structured, one.is_batch, one.is_reversal) for one in second.entries] == [
        (4000, None, True, False),
        (1200, None, False, False),
        (1000, None, False, True),
        (-2800, None, False, False),
    ]
    assert second.entries[1].message == "RF18539007547034"
    assert second.entries[3].counterparty_iban == "BE68539007547034"


def test_a_statement_without_movements_is_one() -> None:
    (found,) = statements("nothing.cod")

    assert (found.entries, found.opening_cents) == ((), found.closing_cents)


def test_statements_that_the_bank_does_not_number_are_told_apart_and_known_again() -> None:
    unnumbered = kept("several.cod").replace(b"211\r\n", b"000\r\n").replace(b"212\r\n", b"000\r\n")

    first, second = files.read(unnumbered, ACCOUNT).statements
    assert (first.sequence, second.sequence) == (None, None)
    assert first.statement_id != second.statement_id
    assert files.read(unnumbered + b"\n", ACCOUNT).statements == (first, second)


def test_a_file_that_a_bank_made_is_read() -> None:
    """The file is the parser's own sample, of a Belgian bank, with a number of before IBAN."""
    sample = Path(coda.__file__).with_name("CODA.txt").read_bytes()

    (found,) = files.read(sample, "BE47435000000080").statements
    assert found.closing_cents == 940_529_699
    assert sum(entry.amount_cents for entry in found.entries) == found.closing_cents - found.opening_cents


def altered(record: int, start: int, text: str) -> bytes:
    """Return the file of batches with some columns of one record overwritten."""
    records = kept("batches.cod").decode("windows-1252").split("\r\n")[:-1]
    records[record] = records[record][:start] + text + records[record][start + len(text) :]
    return "\r\n".join(records).encode("windows-1252")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"0000",
        kept("several.cod")[:-130],
        kept("several.cod")[:-131],
        kept("several.cod")[130:],
        kept("several.cod").replace(b"IMMO NOORD BV", b"IMMO NOORD", 1),
        altered(_MOVEMENT, 31, "0000000000100010"),
        altered(_MOVEMENT, 31, "000000000010000X"),
        altered(_MOVEMENT, 31, "             NaN"),
        altered(_MOVEMENT, 0, "5"),
        altered(_MOVEMENT, 115, "321326"),
        altered(_OLD_BALANCE, 42, "0000000001202251"),
        altered(_OLD_BALANCE, 42, "0000000001202260"),
        altered(_TRAILER, 16, "000099"),
        altered(_TRAILER, 22, "000000000000010"),
        altered(_TRAILER, 127, "1"),
        altered(0, 127, "1"),
        kept("batches.cod").replace(b"\r\n", b"\r\n\r\n", 1),
    ],
)
def test_a_damaged_coda_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(DamagedBankFile):
        files.read(content, ACCOUNT)


CAMT = kept("several.xml")


@pytest.mark.parametrize(
    "content",
    [
        CAMT[:-20],
        CAMT.replace(b">75.00<", b">75.01<", 1),
        CAMT.replace(b">75.00<", b">-75.00<", 1),
        # As parts of an entry they add up.
        kept("batches.xml").replace(b">70.00<", b">130.00<", 1).replace(b">30.00<", b">-30.00<", 1),
        CAMT.replace(b">75.00<", b">seventy-five<", 1),
        CAMT.replace(b">75.00<", b"><", 1),
        CAMT.replace(b"<Cd>CLBD</Cd>", b"<Cd>CLAV</Cd>"),
        CAMT.replace(b'"EUR">75', b'"USD">75', 1),
        CAMT.replace(b"<Cd>BOOK</Cd>", b"<Cd>SURE</Cd>", 1),
        CAMT.replace(b"<Id>BE71-20261102</Id>", b"<Id></Id>", 1),
        CAMT.replace(b"2026-11-02T", b"2026-13-02T", 1),
        CAMT.replace(b"<ElctrncSeqNb>300", b"<ElctrncSeqNb>CCC", 1),
        CAMT.replace(b"<CdtDbtInd>CRDT</CdtDbtInd>", b"", 1),
        CAMT.replace(b"camt.053", b"camt.052", 1),
        CAMT.replace(b"<Document", b"<!DOCTYPE Document [<!ENTITY a 'b'>]><Document", 1),
        CAMT.replace(b"<Document", b"<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><Document").replace(
            b"zonder mededeling", b"&f;"
        ),
        b"<Document/>",
        b"<?xml version='1.0'?>",
        b"\x89PNG\r\n",
        b" " * (files.BYTES_MAX + 1),
    ],
)
def test_a_damaged_camt_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(DamagedBankFile):
        files.read(content, ACCOUNT)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["several.cod", "batches.cod", "several.xml", "batches.xml"]), st.data())
def test_one_wrong_byte_is_refused_or_changes_no_money(name: str, data: st.DataObject) -> None:
    content = kept(name)
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.one_of(st.sampled_from(b"0123456789 XA<"), st.integers(0, 255)))

    try:
        found = files.read(content[:place] + bytes([byte]) + content[place + 1 :], ACCOUNT).statements
    except DamagedBankFile:
        return

    right = {(one.opening_cents, one.closing_cents, one.credited_cents) for one in statements(name)}
    assert {(one.opening_cents, one.closing_cents, one.credited_cents) for one in found} <= right
