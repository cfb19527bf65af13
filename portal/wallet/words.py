"""What kinds and states of transactions, and the reasons why some failed, are called on the wallet's pages."""

from collections.abc import Mapping

from flask_babel import gettext as _

from core.infra.localised import Localised
from core.infra.messages import N_
from core.wallet.statements import StatementLine
from core.wallet.states import TransactionKind, TransactionStatus

Tools = Mapping[str, Localised]

_KINDS = {
    TransactionKind.TOOL: N_("Use of a tool"),
    TransactionKind.DEPOSIT_ONLINE: N_("Recharged online"),
    TransactionKind.DEPOSIT_BANK: N_("Recharged by bank transfer"),
    TransactionKind.TRANSFER: N_("Transfer between wallets"),
    TransactionKind.REFUND: N_("Refund by a tool"),
    TransactionKind.PAY_OUT: N_("Paid back to the payer"),
    TransactionKind.CHARGEBACK: N_("Payment undone by the bank"),
    TransactionKind.CORRECTION: N_("Correction"),
}
_STATUSES = {
    TransactionStatus.PENDING: N_("In progress"),
    TransactionStatus.SUCCEEDED: N_("Succeeded"),
    TransactionStatus.FAILED: N_("Failed"),
}
# Other reasons are of no use to whoever reads the page.
_REASONS = {
    "insufficient-funds": N_("The balance was too low."),
    "limit-reached": N_("It was more than a manager allows."),
    "wallet-frozen": N_("The wallet was blocked after a payment was undone."),
    "hold-voided": N_("The tool did not need the money."),
    "hold-expired": N_("The tool did not take the money in time."),
    "cancelled": N_("The payment was cancelled."),
    "expired": N_("The payment was not finished in time."),
    **dict.fromkeys(
        ("amount-differs", "currency-differs", "reference-differs"),
        N_("What was paid is not what we asked for. Our helpdesk looks into it."),
    ),
}


def kind_text(kind: TransactionKind) -> str:
    """Return what a kind of transaction is called."""
    return _(_KINDS[kind])


def status_text(status: TransactionStatus) -> str:
    """Return what a state is called."""
    return _(_STATUSES[status])


def reason_text(reason: str | None) -> str:
    """Return why a transaction failed; nothing where it did not, or nobody could do anything about it."""
    return _(_REASONS[reason]) if reason in _REASONS else ""


def tool_text(code: str | None, tools: Tools, language: str) -> str:
    """Return a tool's name, its code where the tool is no longer known, nothing where no tool took part."""
    if code is None:
        return ""
    return tools[code].text(language) if code in tools else code


def description_text(line: StatementLine) -> str:
    """Return what a line is about: what the tool sold, else what kind of transaction it is."""
    if line.kind is TransactionKind.TOOL and line.description:
        return line.description
    return f"{kind_text(line.kind)}: {line.description}" if line.description else kind_text(line.kind)
