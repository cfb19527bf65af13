"""`portal ledger`: proves that the books are right (W12)."""

import click

from core.infra.db import Database
from core.infra.errors import InvalidSettings
from core.infra.settings import Settings
from core.wallet.proof import differences

_SHOWN = 50


@click.group()
def ledger() -> None:
    """The wallets' ledger."""


@ledger.command()
def verify() -> None:
    """Prove every balance, counter and receipt by the postings; fail where something does not agree."""
    try:
        settings = Settings.from_environment()
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from error
    database = Database(settings.database_url)
    try:
        with database.snapshot() as session:
            found = list(differences(session))
    finally:
        database.close()
    for difference in found[:_SHOWN]:
        line = f"{difference.what} of {difference.of}: stands at {difference.stands}, proven {difference.proven}"
        click.echo(line, err=True)
    if found:
        raise click.ClickException(f"{len(found)} differences; nothing was changed")
    click.echo("The ledger is proven.")
