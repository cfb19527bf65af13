"""The views of the operators, for the application."""

from portal.operations import (
    bank,
    clients,
    imports,
    keys,
    kinds,
    money,
    overview,
    requirements,
    staff,
    tokens,
    tool_parts,
    tools,
    work,
)

BLUEPRINTS = (
    overview.bp,
    tools.bp,
    requirements.bp,
    tool_parts.bp,
    kinds.bp,
    clients.bp,
    tokens.bp,
    imports.bp,
    money.bp,
    bank.bp,
    work.bp,
    keys.bp,
    staff.bp,
)
