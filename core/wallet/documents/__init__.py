"""Documents about a wallet: receipts and invoices, frozen when they are made."""
