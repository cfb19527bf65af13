"""What acts, reasons and parameters are called on the pages of the staff. Source strings.

An area adds a line for each of its acts.
"""

from collections.abc import Mapping

from core.closing.wallet_corrections import WALLET
from core.infra.messages import N_
from core.staff.reasons import StaffReason
from core.staff.states import StaffRole
from core.wallet import accounts
from core.wallet.control import reconciliation

ACTS: Mapping[str, str] = {
    "anonymise-person": N_("Erase an account"),
    "settle-dispute": N_("Settle a dispute about an organisation"),
    "confirm-represented": N_("Confirm that an organisation is represented by law"),
    "make-manager": N_("Make somebody the manager of an organisation that has none"),
    "unpublish-tool": N_("Take a tool out of the catalogue"),
    "correct-wallet": N_("Correct a balance"),
    "read-bank-file": N_("Book a file of the bank"),
    "book-bank-entry": N_("Put a payment to our account on a wallet"),
    "give-back-bank-entry": N_("Give a payment back to its sender"),
    "dismiss-bank-entry": N_("Leave a payment to our account to no wallet"),
    "retire-signing-key": N_("Retire a signing key"),
    "destroy-signing-key": N_("Destroy a signing key"),
    "disable-client": N_("Disable a program"),
    "give-operator": N_("Make somebody an operator"),
    "give-helpdesk": N_("Let somebody work for the helpdesk"),
    "take-operator": N_("Take the role of operator from somebody"),
}

PARAMETERS: Mapping[str, str] = {
    "person_id": N_("Person"),
    "organisation_id": N_("Organisation"),
    "client_id": N_("Program"),
    "kid": N_("Key"),
    "from_account": N_("From"),
    "to_account": N_("To"),
    "amount_cents": N_("Amount"),
    "account": N_("Account at the bank"),
    "statements": N_("Statements to be booked"),
    "credited_cents": N_("Money in on these statements"),
    "closed_on": N_("Day of the last statement"),
    "closing_cents": N_("Closing balance of the last statement"),
    "numbers": N_("Numbers of statements"),
    "bank_entry": N_("Payment to our account"),
    "cause": N_("Cause"),
    "at_once": N_("Without waiting"),
    "role": N_("Role"),
    "level": N_("Evidence level"),
    "tool": N_("Tool"),
    "usage": N_("Usage"),
    "source": N_("Proven by"),
    "settlement": N_("How it ends"),
    "leave_ownerless": N_("Also where an organisation then has no manager"),
}

# Identifiers that say nothing to a reader, who sees person and organisation beside them.
UNSAID = frozenset({"dispute_id", "membership_id", "upload"})

# Parameters that are whole cents.
AMOUNTS = frozenset({"amount_cents", "credited_cents", "closing_cents"})

# Parameters that are a day, as `date.isoformat` writes it.
DAYS = frozenset({"closed_on"})

# Accounts of the ledger, and sums of some of them.
ACCOUNTS: Mapping[str, str] = {
    WALLET: N_("The wallet of an organisation"),
    reconciliation.WALLETS: N_("All wallets, free to spend"),
    reconciliation.HELD: N_("Set aside for holds"),
    reconciliation.REVENUE: N_("What tools earned, without VAT"),
    accounts.VAT_DUE: N_("VAT due"),
    accounts.PROVIDER_CLEARING: N_("Payment provider"),
    accounts.BANK_CLEARING: N_("Bank account"),
    accounts.PROVIDER_FEES: N_("Fees of the payment provider"),
    accounts.UNMATCHED: N_("Transfers that wait for a decision"),
    accounts.REFUNDS_PAYABLE: N_("To be paid back to senders"),
    accounts.PROMOTION: N_("Goodwill"),
}

# Values of parameters that are words of ours.
VALUES: Mapping[str, str] = {
    **ACCOUNTS,
    "numbers-skipped": N_("Also where the bank left one out"),
    "kept": N_("It stays with those who manage it"),
    "taken-over": N_("The claimant takes it over"),
    "shared": N_("Both sides manage it together"),
    "company-register": N_("Function in the company register"),
    "legal-representative": N_("Legal representative according to the authorities"),
    "official-document": N_("Statute or official document"),
    "helpdesk-request": N_("The person asked for it"),
    "deceased": N_("The person has died"),
    "authority": N_("An authority or a court demands it"),
    "abuse": N_("Abuse"),
}

REASONS: Mapping[StaffReason, str] = {
    StaffReason.PERSON_ASKED: N_("The person asked for it"),
    StaffReason.ORGANISATION_ASKED: N_("The organisation asked for it"),
    StaffReason.TOOL_ASKED: N_("The maker of the tool asked for it"),
    StaffReason.DECEASED: N_("The person has died"),
    StaffReason.AUTHORITY: N_("An authority or a court demands it"),
    StaffReason.ABUSE: N_("Abuse"),
    StaffReason.SECURITY: N_("A danger for security"),
    StaffReason.CORRECTION: N_("Something was wrong and is corrected"),
    StaffReason.DISPUTE: N_("A dispute"),
    StaffReason.MAINTENANCE: N_("Maintenance"),
}

ROLES: Mapping[StaffRole, str] = {
    StaffRole.HELPDESK: N_("helpdesk"),
    StaffRole.OPERATOR: N_("operator"),
    StaffRole.DEVELOPER: N_("developer of a tool"),
}
