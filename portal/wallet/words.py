"""What kinds and states of transactions, and the reasons why some failed, are called on the wallet's pages."""

from collections.abc import Mapping

from flask_babel import gettext as _

from core.infra.localised import Localised
from core.infra.messages import N_
from core.wallet.statements import StatementLine
from core.wallet.states import TransactionKind, TransactionStatus

_KINDS = {
    TransactionKind.TOOL: N_("Use of a tool"),
    TransactionKind.DEPOSIT_ONLINE: N_("Recharged online"),
    TransactionKind.DEPOSIT_BANK: N_("Recharged by bank transfer"),
    TransactionKind.TRANSFER: N_("Transfer between wallets"),
    TransactionKind.REFUND: N_("Refund by a tool"),
    TransactionKind.PAY_OUT: N_("Paid back to the payer"),
    TransactionKind.CHARGEBACK: N_("Payment undone by the payer's bank"),
    TransactionKind.CORRECTION: N_("Correction"),
}
_STATUSES = {
    TransactionStatus.PENDING: N_("In progress"),
    TransactionStatus.SUCCEEDED: N_("Succeeded"),
    TransactionStatus.FAILED: N_("Failed"),
}


def kind_text(kind: TransactionKind) -> str:
    """Return what a kind of transaction is called."""
    return _(_KINDS[kind])


def status_text(status: TransactionStatus) -> str:
    """Return what a state is called."""
    return _(_STATUSES[status])


def tool_text(code: str | None, tools: Mapping[str, Localised], language: str) -> str:
    """Return a tool's name, its code where the tool is no longer known, nothing where no tool took part."""
    if code is None:
        return ""
    return tools[code].text(language) if code in tools else code


def description_text(line: StatementLine) -> str:
    """Return what a line is about: what the tool sold, else what kind of transaction it is."""
    return line.description or kind_text(line.kind)
