"""Reads a file of the bank, in whichever of both forms it is."""

from core.wallet.bank.errors import DamagedBankFile
from core.wallet.bank.values import BankFile

# Statements of a month and more have less.
BYTES_MAX = 8 * 1024 * 1024


def read(content: bytes, account: str) -> BankFile:
    """Return the statements of an account in euros; raises `DamagedBankFile`."""
    # A file comes once a day: no idle worker should hold what reads one.
    from core.wallet.bank import camt, coda  # noqa: PLC0415

    if len(content) > BYTES_MAX:
        raise DamagedBankFile(problem="size")
    return coda.read(content, account) if coda.looks_like(content) else camt.read(content, account)
