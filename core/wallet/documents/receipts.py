"""Receipts: for each transaction that succeeded a file that says what, when and how much, and that it is no invoice.

A receipt is frozen per language when it is first asked for (W5): later names and translations do not
change it, and the file that is made of it is the same to the byte.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import JSON, bindparam, select, text
from sqlalchemy.orm import Session

from core.infra import log
from core.infra.catalogues import translations
from core.infra.dates import moment_in_words
from core.infra.db import Moment
from core.infra.errors import NotFound
from core.infra.messages import N_
from core.infra.money import euros
from core.infra.typesetting import Content, pdf
from core.wallet.documents.tables import ReceiptRow
from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow

_TEMPLATE = Path(__file__).parent / "receipt.typ"
_TITLE = N_("Receipt")
_FOR = N_("For")
NO_INVOICE = N_("This is no invoice. What was delivered is invoiced once a month.")
_PAID, _GAINED = N_("Taken from the wallet"), N_("Added to the wallet")
_WHAT: Mapping[TransactionKind, str] = {
    TransactionKind.TOOL: N_("Payment to %(tool)s"),
    TransactionKind.DEPOSIT_ONLINE: N_("Recharged online"),
    TransactionKind.DEPOSIT_BANK: N_("Recharged by bank transfer"),
    TransactionKind.TRANSFER: N_("Transfer between wallets"),
    TransactionKind.REFUND: N_("Refund by %(tool)s"),
    TransactionKind.PAY_OUT: N_("Paid back to the payer"),
    TransactionKind.CHARGEBACK: N_("Payment undone by the payer's bank"),
    TransactionKind.CORRECTION: N_("Correction"),
}
# The first of two at the same time freezes it for both; the same words on both databases.
_KEEP = text(
    "INSERT INTO wallet_receipt (transaction_id, language, content, digest, made_at) "
    "VALUES (:transaction_id, :language, :content, :digest, :made_at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("content", type_=JSON()), bindparam("made_at", type_=Moment()))


@dataclass(frozen=True, slots=True)
class Party:
    """Who stands on a document: a name, and lines below it."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What a wallet knows by identifier only, in words: who sells, whose it is, and what each tool is called."""

    seller: Party
    organisation: Party
    tools: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as a file, and its number in the wallet and the year."""

    number: str
    pdf: bytes


def receipt_number(year: int, number: int) -> str:
    """Return the number of a receipt as it is written: 2026-000017."""
    return f"{year}-{number:06d}"


def kept(session: Session, wallet_id: WalletId, transaction_id: str, *, language: str) -> Receipt | None:
    """Return a receipt that was frozen in a language; None: nobody asked for it yet.

    Raises `NotFound` for a transaction that is not of this wallet, failed or is still open.
    """
    transaction = _succeeded(session, wallet_id, transaction_id)
    row = session.get(ReceiptRow, (transaction_id, language))
    if row is None:
        return None
    made = _file(row.content, transaction)
    if not hmac.compare_digest(_digest(made), row.digest):
        # It says the same; another version of the typesetter or of the template set it.
        log.event("receipt_set_otherwise", log.WARNING, transaction=transaction_id, language=language)
    return Receipt(_number(transaction), made)


def freeze(
    session: Session, wallet_id: WalletId, transaction_id: str, names: Names, *, language: str, now: datetime
) -> None:
    """Write down for good what a receipt says in a language; one that is there stays. Raises as `kept`."""
    transaction = _succeeded(session, wallet_id, transaction_id)
    content = _content(transaction, names, language)
    made = {"content": content, "digest": _digest(_file(content, transaction)), "made_at": now}
    session.connection().execute(_KEEP, {"transaction_id": transaction_id, "language": language, **made})


def _succeeded(session: Session, wallet_id: WalletId, transaction_id: str) -> TransactionRow:
    row = session.scalar(
        select(TransactionRow).where(
            TransactionRow.id == TransactionId(transaction_id),
            TransactionRow.wallet_id == wallet_id,
            TransactionRow.status == TransactionStatus.SUCCEEDED.value,
        )
    )
    if row is None:
        raise NotFound(transaction=transaction_id)
    return row


def _content(row: TransactionRow, names: Names, language: str) -> Content:
    """Return everything that the receipt says, in words."""
    say = translations(language).gettext
    tool = names.tools.get(row.tool_code or "", row.tool_code or "")
    facts = (
        (N_("Transaction"), str(row.number)),
        (N_("What"), say(_WHAT[TransactionKind(row.kind)]) % {"tool": tool}),
        (N_("Description"), row.description),
        (N_("Reference"), row.reference),
        (N_("Date"), moment_in_words(_settled_at(row), language)),
        (N_("Balance afterwards"), euros(row.balance_after_cents, language)),
    )
    return {
        "language": language,
        "title": say(_TITLE),
        "number": _number(row),
        "sender": {"name": names.seller.name, "lines": names.seller.lines},
        "receiver": {"label": say(_FOR), "name": names.organisation.name, "lines": names.organisation.lines},
        "facts": [{"label": say(label), "value": value} for label, value in facts if value],
        "amount": {
            "label": say(_PAID if row.amount_cents < 0 else _GAINED),
            "value": euros(abs(row.amount_cents), language),
        },
        "note": say(NO_INVOICE),
    }


def _file(content: Content, row: TransactionRow) -> bytes:
    return pdf(_TEMPLATE, content, made_at=_settled_at(row))


def _number(row: TransactionRow) -> str:
    assert row.receipt_year is not None and row.receipt_number is not None
    return receipt_number(row.receipt_year, row.receipt_number)


def _settled_at(row: TransactionRow) -> datetime:
    assert row.settled_at is not None
    return row.settled_at


def _digest(made: bytes) -> str:
    return hashlib.sha256(made).hexdigest()
