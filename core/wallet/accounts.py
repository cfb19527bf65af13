"""The accounts of the ledger, by name. Pure.

Positive is credit: what stands on a wallet is what we owe its organisation. What the payment
provider or the bank owes us is negative. All accounts together are zero at all times.
"""

from core.wallet.identifiers import WalletId

PROVIDER_CLEARING = "psp:clearing"
BANK_CLEARING = "bank:clearing"
PROVIDER_FEES = "fees:psp"
VAT_DUE = "vat:due"
UNMATCHED = "suspense:unmatched"
REFUNDS_PAYABLE = "refunds:payable"
PROMOTION = "promo:expense"

_WALLET, _HELD, _REVENUE = "wallet:", "held:", "revenue:"


def wallet(wallet_id: WalletId) -> str:
    """Return the account of what an organisation can spend."""
    return _WALLET + wallet_id


def held(wallet_id: WalletId) -> str:
    """Return the account of what is set aside for an organisation's holds."""
    return _HELD + wallet_id


def revenue(tool_code: str) -> str:
    """Return the account of what a tool earned."""
    return _REVENUE + tool_code


def wallet_of(account: str) -> WalletId | None:
    """Return whose wallet an account belongs to, also that of its holds; None for all others."""
    for prefix in (_WALLET, _HELD):
        if account.startswith(prefix):
            return WalletId(account.removeprefix(prefix))
    return None


def is_held(account: str) -> bool:
    """Tell whether an account is that of a wallet's holds."""
    return account.startswith(_HELD)


def is_revenue(account: str) -> bool:
    """Tell whether an account is that of what a tool earned."""
    return account.startswith(_REVENUE)
