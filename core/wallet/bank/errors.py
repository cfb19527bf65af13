"""Refusals of a bank's file: whatever is wrong with it, nothing of it is booked."""

from core.infra.errors import Conflict, RuleError


class DamagedBankFile(RuleError):
    """The file is no CODA or CAMT.053, was cut off or altered, or its own sums do not agree; `problem` says where."""

    code = "damaged-bank-file"


class NoAccountOfOurs(RuleError):
    """The file holds no statement of our account in euros."""

    code = "no-account-of-ours"


class StatementGap(RuleError):
    """A statement does not begin where the last one ended: one is missing, or out of order."""

    code = "statement-gap"


class NumberGap(RuleError):
    """The balances follow each other, and the bank's numbers leave one out: money may have come and gone between."""

    code = "statement-number-gap"


class StatementRepeated(Conflict):
    """Somebody else read a statement in at the same moment; a second try tells what is left to do."""

    code = "statement-repeated"


class BankFileKnown(Conflict):
    """Everything that the file says was booked before: there is nothing to agree with."""

    code = "bank-file-known"


class BankFileWaits(Conflict):
    """Exactly this file was brought already, and waits for a second person."""

    code = "bank-file-waits"


class NoSuchWallet(RuleError):
    """The organisation for whose wallet money is to be is not here."""

    code = "no-such-wallet"


class NoSender(RuleError):
    """There is nothing to give back, or the bank did not say to which account."""

    code = "no-sender"
