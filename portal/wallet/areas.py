"""The pages of an organisation's wallet, to be put into the application."""

from portal.wallet import (
    bank_transfer,
    control,
    employee_control,
    export,
    invoices,
    mine,
    overview,
    receipts,
    recharge,
    spending,
    transfer,
    webhook,
)

BLUEPRINTS = (
    overview.bp,
    export.bp,
    spending.bp,
    bank_transfer.bp,
    receipts.bp,
    invoices.bp,
    recharge.bp,
    webhook.bp,
    transfer.bp,
    control.bp,
    employee_control.bp,
    mine.bp,
)
