"""Reads CODA, version 2: records of 128 characters, as Febelfin's standard for coded statements has them.

The columns are the parser's. What it takes for granted is asked here before: whole records in
their order. That sums and counts agree it asserts itself, and the statement's value once more.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from coda import CODA, Move, Statement
from stdnum import iban

from core.wallet.bank import rules, values
from core.wallet.bank.errors import DamagedBankFile
from core.wallet.bank.values import CURRENCY, BankEntry, BankFile, BankStatement
from core.wallet.states import BankFormat

_LENGTH = 128
_ENCODINGS = ("utf-8", "windows-1252")
# Header, old balance, movements with information, new balance, free text, trailer: for each statement.
_ORDER = re.compile(r"(?:01[23]*8?4*9)+")
_ANOTHER_FOLLOWS = "1"
_TYPE, _VALUE_DATE, _ENTRY_DATE, _NO_DATE = slice(53, 54), slice(47, 53), slice(115, 121), "000000"
_BATCHES, _PARTS = frozenset("12"), frozenset("567")
_STRUCTURED = frozenset({"101", "102"})
_CORRECTION = "49"
_NO_RETURN = frozenset({"", "0"})


def looks_like(content: bytes) -> bool:
    """Tell whether a file begins as one of this form does."""
    return re.match(rb"\xef?\xbb?\xbf?0000[0-9]{10}05", content) is not None


def read(content: bytes, account: str) -> BankFile:
    """Return the statements of an account; raises `DamagedBankFile`."""
    records = map(_understood, _records(content))
    try:
        found = CODA(records).statements
        ours = [one for one in found if _account(one) == account and one.account_currency == CURRENCY]
        statements = tuple(_statement(one) for one in ours)
    except (AssertionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Whatever the parser stumbles over is not as the standard says.
        raise DamagedBankFile(problem="record") from error
    return BankFile(BankFormat.CODA, statements, others=len(found) - len(ours))


def _records(content: bytes) -> list[str]:
    for encoding in _ENCODINGS:
        try:
            records = content.decode(encoding).removeprefix("\ufeff").rstrip("\r\n\x1a").split("\n")
        except UnicodeDecodeError:
            continue
        records = [record.rstrip("\r") for record in records]
        if all(len(record) == _LENGTH for record in records):
            break
    else:
        raise DamagedBankFile(problem="length of a record")
    order = "".join(record[0] for record in records)
    if _ORDER.fullmatch(order) is None or records[-1].endswith(_ANOTHER_FOLLOWS):
        raise DamagedBankFile(problem="order of records")
    return records


def _understood(record: str) -> str:
    """Return a record as the parser can read it: a value date that is not known, and details of details, stop it."""
    if not record.startswith("21"):
        return record
    if record[_VALUE_DATE] == _NO_DATE:
        record = record[: _VALUE_DATE.start] + record[_ENTRY_DATE] + record[_VALUE_DATE.stop :]
    if record[_TYPE] == "9":
        record = record[: _TYPE.start] + "8" + record[_TYPE.stop :]
    return record


def _account(statement: Statement) -> str:
    number = str(statement.account)
    if statement.account_country is None:
        return number
    # A Belgian number of before IBAN.
    return f"BE{iban.calc_check_digits('BE00' + number)}{number}"


def _statement(found: Statement) -> BankStatement:
    sequence = int(found.coda_sequence) or None
    # The bank counts from one every year.
    read = BankStatement(
        statement_id=f"{found.new_balance_date.year}-{sequence or 0:03}",
        sequence=sequence,
        opening_cents=values.cents(found.old_balance),
        closing_cents=values.cents(found.new_balance),
        opened_on=found.old_balance_date,
        closed_on=found.new_balance_date,
        entries=tuple(entry for move in found.moves for entry in _entries(move)),
    )
    # Where it does not count, a statement has no name but what it says.
    return read if sequence else replace(read, statement_id=sha256(repr(read).encode()).hexdigest()[:32])


def _entries(move: Move) -> Iterator[BankEntry]:
    """Yield a movement, or the payments that it is the sum of; one of nothing is none."""
    is_batch = move.transaction_type in _BATCHES
    parts = [part for part in move.moves if part.transaction_type in _PARTS]
    if is_batch and parts and sum(part.amount for part in parts) == move.amount:
        yield from (_entry(part, is_batch=False) for part in parts if part.amount)
    elif move.amount:
        yield _entry(move, is_batch=is_batch)


def _entry(move: Move, *, is_batch: bool) -> BankEntry:
    said, is_structured = move.communication or "", move.communication_type in _STRUCTURED
    return BankEntry(
        amount_cents=values.cents(move.amount),
        booked_on=move.entry_date,
        bank_reference=values.reference(move.bank_reference),
        counterparty_name=values.name(move.counterparty_name),
        counterparty_iban=values.account((move.counterparty_account or "")[:34]),
        structured=rules.digits_of(said) if is_structured else None,
        message="" if is_structured else values.message(said),
        is_reversal=move.transaction_transaction == _CORRECTION or (move.r_transaction or "") not in _NO_RETURN,
        is_batch=is_batch,
    )
