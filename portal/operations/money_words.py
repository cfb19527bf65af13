"""What the daily comparison found is called at the operators' desk. Source strings."""

from collections.abc import Mapping

from core.infra.messages import N_

FOUND: Mapping[str, str] = {
    "provider-clearing": N_("What the provider owes us differs from its payments and settlements"),
    "provider-late": N_("The provider has not paid out for more than ten days"),
    "provider-overpaid": N_("The provider paid out more than its payments came to"),
    "provider-unanswered": N_("The provider did not say what it paid out"),
    "bank-clearing": N_("What stands at the bank differs from its statements"),
    "bank-silent": N_("No statement of the bank for days"),
    "settlement-missing": N_("Paid out by the provider, and on no statement after five days"),
    "suspense": N_("What waits for a decision differs from the transfers that do"),
    "suspense-old": N_("A transfer has waited for more than two weeks; give it back"),
    "payment-flagged": N_("A payment is not what was asked for, and was not credited"),
    "payment-open": N_("A payment is undecided after two days"),
    "hold-overdue": N_("A hold was not freed in time; does the worker run?"),
    "wallet-below-zero": N_("A wallet is below zero after a payment was undone"),
}
# Of everything else that is found, the books do not prove themselves: `portal ledger verify` says the same.
BOOKS = N_("The books disagree with themselves: %(what)s")
# Figures that count something and are no money.
COUNTED = frozenset({"bank-silent", "postings", "lines", "receipts"})
