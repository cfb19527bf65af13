"""Every table of the product, by importing the modules that declare one."""

from importlib import import_module

from sqlalchemy import MetaData

from core.infra.db import Base

_MODULES = (
    "core.accreditations.tables",
    "core.companies.tables",
    "core.infra.audit",
    "core.infra.job_runs",
    "core.infra.outbox",
    "core.infra.sent_mails",
    "core.organisations.presentation_tables",
    "core.organisations.tables",
    "core.people.tables",
    "core.staff.tables",
    "core.tools.tables",
    "core.wallet.bank.tables",
    "core.wallet.control.tables",
    "core.wallet.documents.tables",
    "core.wallet.payments.tables",
    "core.wallet.tables",
    "idp.credentials.tables",
    "idp.help.tables",
    "idp.oidc.tables",
    "idp.signing.tables",
)


def schema() -> MetaData:
    """Return the schema as the models say it is; a test compares it with the migrated one."""
    for module in _MODULES:
        import_module(module)
    return Base.metadata
