"""The command line of the portal: each command calls one use case."""

import json

import click

from core.infra.errors import InvalidSettings
from core.infra.settings import Settings
from portal.bank_cli import bank
from portal.client_key import ClientKey
from portal.companies_cli import companies
from portal.invoices_cli import invoices
from portal.ledger_cli import ledger


@click.group()
def main() -> None:
    """Immo-Connect's portal."""


main.add_command(bank)
main.add_command(companies)
main.add_command(invoices)
main.add_command(ledger)


@main.group()
def key() -> None:
    """The key with which the portal authenticates at the provider."""


@key.command()
def ensure() -> None:
    """Make the key if there is none, and print its public half as a JWK set."""
    try:
        settings = Settings.from_environment()
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(ClientKey.ensure(settings.keys_directory).jwks(), indent=2))
