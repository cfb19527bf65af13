"""Reads CAMT.053 of any version: bank to customer statements (ISO 20022, Febelfin's guideline for CAMT.053).

Entities and document types are refused: a statement needs none. Entries that are only announced
are passed over; they come again when they are booked.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain

from lxml import etree
from lxml.etree import _Element as Element

from core.wallet.bank import rules, values
from core.wallet.bank.errors import DamagedBankFile
from core.wallet.bank.values import CURRENCY, BankEntry, BankFile, BankStatement
from core.wallet.states import BankFormat

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
_SIGNS = {"CRDT": 1, "DBIT": -1}
_BOOKED, _ONLY_ANNOUNCED = "BOOK", frozenset({"PDNG", "INFO", "FUTR"})
# What a statement, or a page of one, begins and ends with.
_OPENING, _CLOSING, _BETWEEN = ("OPBD", "PRCD"), "CLBD", "ITBD"
_TRUE = frozenset({"true", "1"})


def read(content: bytes, account: str) -> BankFile:
    """Return the statements of an account; raises `DamagedBankFile`."""
    found = _all(_document(content), "BkToCstmrStmt/Stmt")
    if not found:
        raise DamagedBankFile(problem="no statement")
    ours = [
        one for one in found if values.account(_text(one, "Acct/Id/IBAN")) == account and _currency(one) == CURRENCY
    ]
    try:
        statements = tuple(_statement(one) for one in ours)
    except ValueError as error:
        raise DamagedBankFile(problem="date or number") from error
    return BankFile(BankFormat.CAMT_053, statements, others=len(found) - len(ours))


def _document(content: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedBankFile(problem="XML", line=error.lineno) from error
    name = etree.QName(root)
    if root.getroottree().docinfo.doctype or _NAMESPACE.fullmatch(name.namespace or "") is None:
        raise DamagedBankFile(problem="no CAMT.053")
    return root


def _statement(found: Element) -> BankStatement:
    balances = [(_text(one, "Tp/CdOrPrtry/Cd"), one) for one in _all(found, "Bal")]
    between = [one for code, one in balances if code == _BETWEEN]
    by_code = dict(balances)
    opening = next((by_code[code] for code in _OPENING if code in by_code), next(iter(between), None))
    closing = by_code.get(_CLOSING, next(reversed(between), None))
    if opening is None or closing is None:
        raise DamagedBankFile(problem="balances")
    sequence = _text(found, "ElctrncSeqNb") or _text(found, "LglSeqNb")
    page = _text(found, "StmtPgntn/PgNb")
    return BankStatement(
        # A page of a statement is one of its own: it begins where the one before it ended.
        statement_id=_required(found, "Id")[:56] + (f" {int(page)}" if page and int(page) > 1 else ""),
        sequence=int(sequence) if sequence else None,
        opening_cents=_signed(opening),
        closing_cents=_signed(closing),
        opened_on=_day(opening, "Dt"),
        closed_on=_day(closing, "Dt"),
        entries=tuple(entry for one in _all(found, "Ntry") for entry in _entries(one)),
    )


def _entries(entry: Element) -> Iterator[BankEntry]:
    """Yield an entry, or the payments that it is the sum of where the bank tells them apart."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status != _BOOKED:
        if status not in _ONLY_ANNOUNCED:
            raise DamagedBankFile(problem="status of an entry")
        return
    amount, details = _signed(entry), _all(entry, "NtryDtls/TxDtls")
    parts = [(detail, _part(entry, detail)) for detail in details]
    told = [(detail, part) for detail, part in parts if part is not None]
    if len(details) > 1 and len(told) == len(details) and sum(part for _, part in told) == amount:
        yield from (_entry(entry, detail, part, is_batch=False) for detail, part in told if part)
    elif amount:
        several = len(details) > 1 or int(_text(entry, "NtryDtls/Btch/NbOfTxs") or 1) > 1
        yield _entry(entry, details[0] if len(details) == 1 else None, amount, is_batch=several)


def _part(entry: Element, detail: Element) -> int | None:
    """Return the amount of one payment of a batch; None where it is not told in our currency."""
    amount = next(chain(_all(detail, "Amt"), _all(detail, "AmtDtls/TxAmt/Amt")), None)
    if amount is None or amount.get("Ccy") != CURRENCY:
        return None
    return _sign(detail if _text(detail, "CdtDbtInd") else entry) * _unsigned(amount)


def _entry(entry: Element, detail: Element | None, amount: int, *, is_batch: bool) -> BankEntry:
    about = entry if detail is None else detail
    is_reversal = _text(entry, "RvslInd") in _TRUE
    # The parties of a reversal are those of the payment that it takes back.
    party = "Dbtr" if (amount > 0) is not is_reversal else "Cdtr"
    structured = _structured(about)
    return BankEntry(
        amount_cents=amount,
        booked_on=_day(entry, "BookgDt"),
        bank_reference=values.reference(_text(about, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef")),
        counterparty_name=values.name(
            _text(about, f"RltdPties/{party}/Nm") or _text(about, f"RltdPties/{party}/Pty/Nm")
        ),
        counterparty_iban=values.account(_text(about, f"RltdPties/{party}Acct/Id/IBAN")),
        structured=structured,
        message=values.message(*_words(entry, about, structured)),
        is_reversal=is_reversal or bool(_all(about, "RtrInf")),
        is_batch=is_batch,
    )


def _structured(about: Element) -> str | None:
    """Return the Belgian message; references of ISO 11649 and several that differ are none."""
    given = [one for one in _all(about, "RmtInf/Strd/CdtrRefInf") if _text(one, "Tp/Issr") != "ISO"]
    found = {rules.digits_of(_text(one, "Ref") or "") for one in given} - {None}
    return found.pop() if len(found) == 1 else None


def _words(entry: Element, about: Element, structured: str | None) -> Iterator[str | None]:
    yield from (one.text for one in _all(about, "RmtInf/Ustrd"))
    if structured is None:
        yield from (one.text for one in _all(about, "RmtInf/Strd/CdtrRefInf/Ref"))
        yield _text(about, "AddtlTxInf") or _text(entry, "AddtlNtryInf")


def _currency(statement: Element) -> str | None:
    amounts = _all(statement, "Bal/Amt")
    return _text(statement, "Acct/Ccy") or (amounts[0].get("Ccy") if amounts else None)


def _signed(element: Element) -> int:
    amounts = _all(element, "Amt")
    if len(amounts) != 1 or amounts[0].get("Ccy") != CURRENCY:
        raise DamagedBankFile(problem="amount")
    return _sign(element) * _unsigned(amounts[0])


def _unsigned(amount: Element) -> int:
    """Return an amount, which never says itself whether it came or went."""
    found = values.cents(amount.text or "")
    if found < 0:
        raise DamagedBankFile(problem="amount")
    return found


def _sign(element: Element) -> int:
    sign = _SIGNS.get(_required(element, "CdtDbtInd"))
    if sign is None:
        raise DamagedBankFile(problem="credit or debit")
    return sign


def _day(element: Element, tag: str) -> date:
    return date.fromisoformat((_text(element, f"{tag}/Dt") or _required(element, f"{tag}/DtTm"))[:10])


def _required(element: Element, path: str) -> str:
    found = _text(element, path)
    if not found:
        raise DamagedBankFile(problem=f"no {path}")
    return found


def _text(element: Element, path: str) -> str | None:
    found = next(iter(_all(element, path)), None)
    return None if found is None else (found.text or "").strip()


def _all(element: Element, path: str) -> list[Element]:
    return element.findall("/".join(f"{{*}}{tag}" for tag in path.split("/")))
