"""What refuses the acts of operators, and what states are called. Source strings."""

from collections.abc import Mapping

from core.accreditations.states import UploadState
from core.companies.states import ImportState
from core.infra.messages import N_

CHANGED = N_("This has changed meanwhile, so it cannot be done now. Look at how it stands and try again.")
_MEANWHILE = N_(
    "Somebody else changed this while you were typing. Theirs stands beside yours. Save again to let yours stand."
)
REFUSALS: Mapping[str, str] = {
    "changed-meanwhile": _MEANWHILE,
    "client-changed-meanwhile": _MEANWHILE,
    "code-taken": N_("There is one with this code already. Choose another code."),
    "unknown-role": N_("The tool has no such role. Add the role first."),
    "unknown-accreditation-kind": N_("There is no such kind of accreditation, or it cannot be an alias."),
    "invalid-requirement": N_(
        "This requirement names what the tool has not declared: a kind of accreditation, or a version of its terms."
    ),
    "unusable-pattern": N_("This pattern cannot be used: it is no regular expression, or it could take for ever."),
    "already-asked-for": N_("Exactly this waits for a second person already. It is under Approvals."),
    "too-early": N_(
        "This is too early: others may not have seen the key yet, or still need it. Look at the times below."
    ),
    "wrong-key-state": N_("The key is not in the state from which this step leads."),
    "last-operator": N_("Nobody would be left who can give roles. First make somebody else an operator."),
    "bad-register-file": N_("This file cannot be read. Choose a CSV or JSON file of at most 8 MB."),
    "too-many-registration-tokens": N_("This person has as many tokens as one may have."),
    "unknown-organisation": N_("No organisation here has this company number."),
    "insufficient-funds": N_("There is less on the wallet than is to be taken from it."),
    "wallet-frozen": N_("The wallet is below zero: nothing can be taken from it."),
    "damaged-bank-file": N_(
        "This file is no CODA or CAMT.053, was cut off or altered, or its sums do not agree. Nothing of it was booked."
    ),
    "no-account-of-ours": N_("This file holds no statement of our account in euros."),
    "statement-gap": N_(
        "A statement does not begin where the last one ended. Read the missing one in first. Nothing was booked."
    ),
    "statement-number-gap": N_(
        "The bank's numbers leave a statement out. Read it in first, or say that there is none. Nothing was booked."
    ),
    "statement-repeated": N_("Somebody else read this file in at the same moment. Look at the statements below."),
    "bank-file-known": N_("Everything in this file was booked before. There is nothing to do."),
    "bank-file-waits": N_("This file was brought already and waits for a second operator. It is under Approvals."),
    "no-such-wallet": N_("There is no organisation with this company number here. Look at the number again."),
    "no-sender": N_("The bank does not say from which account it came, so it cannot be given back."),
    "invalid-amount": N_("This is more than may be put on a wallet at once."),
    "not-found": N_("It is not there any more."),
    "invalid-input": N_("Something in this form is not accepted. Look at it again."),
}

UPLOADS: Mapping[UploadState, str] = {
    UploadState.WAITING: N_("Waits for the worker"),
    UploadState.RUNNING: N_("Is being read"),
    UploadState.DONE: N_("Read in"),
    UploadState.REFUSED: N_("Refused"),
    UploadState.FAILED: N_("Failed"),
}

IMPORTS: Mapping[ImportState, str] = {
    ImportState.RUNNING: N_("Is being read"),
    ImportState.DONE: N_("Read in"),
    ImportState.REFUSED: N_("Refused"),
    ImportState.FAILED: N_("Failed"),
    ImportState.DIED: N_("Stopped without a word"),
}

KEYS: Mapping[str, str] = {
    "published": N_("Published: everybody can see it, it does not sign yet"),
    "active": N_("Active: it signs"),
    "retiring": N_("Retiring: it signs no more, what it signed is still valid"),
    "retired": N_("Retired: nobody sees it any more"),
}

TOPICS: Mapping[str, str] = {
    "mail-requested": N_("Mail"),
    "logout-notice": N_("Sign-out told to a tool"),
    "access-changed": N_("Contexts to close"),
    "help-requested": N_("Request for help"),
    "registers-unanswered": N_("Question to the registers"),
    "wallet-low": N_("Warning of a low balance"),
    "wallet-credited": N_("Transfer that arrived on a wallet"),
    "invoice-issued": N_("Invoice or credit note to be sent"),
}
