"""The pages of an organisation's wallet, to be put into the application."""

from portal.wallet import bank_transfer, overview, receipts

BLUEPRINTS = (overview.bp, bank_transfer.bp, receipts.bp)
