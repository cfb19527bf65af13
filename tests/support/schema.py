"""The schema that tests run on."""

import importlib
from contextlib import closing
from importlib.util import find_spec

from sqlalchemy import Table

from core.infra.db import Base, Database

_TABLES = (
    "core.infra.outbox", "core.infra.audit", "core.people.tables", "core.accreditations.tables",
    "core.organisations.tables", "core.tools.tables", "core.wallet.tables", "idp.oidc.tables",
    "idp.credentials.tables", "idp.signing.tables",
)


def build_schema(url: str) -> None:
    """Create every table that exists so far."""
    for name in _TABLES:
        if find_spec(name):
            importlib.import_module(name)
    with closing(Database(url)) as database:
        complete = [table for table in Base.metadata.tables.values() if _is_complete(table)]
        Base.metadata.create_all(database.engine, tables=complete)


def _is_complete(table: Table) -> bool:
    names = {key.target_fullname.partition(".")[0] for key in table.foreign_keys}
    return names <= set(Base.metadata.tables)
