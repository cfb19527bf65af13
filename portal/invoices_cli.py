"""`portal invoices`: makes the invoices that are due, and lists where they stand (docs/invoices.md)."""

from contextlib import closing
from datetime import date, datetime, timedelta

import click

from core.closing.invoicing import MonthNotInvoiced, invoice_months
from core.infra.clock import SystemClock, belgian_date
from core.infra.db import Database
from core.infra.errors import InvalidSettings
from core.infra.money import euros
from core.infra.settings import Settings
from core.wallet.documents.invoices import InvoiceFacts, invoices_issued
from core.wallet.states import InvoiceKind, InvoiceStatus

_LISTED_DAYS = timedelta(days=40)


@click.group()
def invoices() -> None:
    """The invoices of what tools delivered."""


@invoices.command()
def run() -> None:
    """Invoice the months that are over, as the worker does by itself; nothing is invoiced twice."""
    settings = _settings()
    with closing(Database(settings.database_url)) as database:
        try:
            made = invoice_months(database, settings.wallet.seller, now=SystemClock().now())
        except MonthNotInvoiced as error:
            wallets, others = error.details["wallets"], error.details["made"]
            raise click.ClickException(f"Not invoiced: {wallets}; the log says why. Made: {others}.") from error
    click.echo(f"Made: {made}.")


@invoices.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in InvoiceStatus]), help="Only those that stand so."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Issued since this day; else in the last forty days.")
def list_(status: str | None, since: datetime | None) -> None:
    """List invoices and credit notes, the newest first: number, date, amount with VAT, where it stands."""
    settings = _settings()
    first = _forty_days_ago() if since is None else since.date()
    with closing(Database(settings.database_url)) as database, database.reading() as session:
        found = invoices_issued(session, since=first, status=None if status is None else InvoiceStatus(status))
    for one in found:
        click.echo(_line(one))
    click.echo(f"{len(found)} since {first.isoformat()}")


def _line(one: InvoiceFacts) -> str:
    sign = -1 if one.kind is InvoiceKind.CREDIT_NOTE else 1
    return f"{one.number}  {one.issued_on.isoformat()}  {euros(sign * one.paid_cents, 'en'):>12}  {one.status.value}"


def _forty_days_ago() -> date:
    return belgian_date(SystemClock().now() - _LISTED_DAYS)


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from error
