"""Newtypes of the identifiers in this slice."""

from typing import NewType

WalletId = NewType("WalletId", str)
EntryId = NewType("EntryId", str)
HoldId = NewType("HoldId", str)
TransactionId = NewType("TransactionId", str)
InvoiceId = NewType("InvoiceId", str)
