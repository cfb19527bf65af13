"""The pages of an organisation's wallet, to be put into the application."""

from portal.wallet import bank_transfer, export, overview, receipts, recharge, webhook

BLUEPRINTS = (overview.bp, export.bp, bank_transfer.bp, receipts.bp, recharge.bp, webhook.bp)
