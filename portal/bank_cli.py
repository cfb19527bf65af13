"""`portal bank`: files of the bank are read in (docs/bank-files.md)."""

from contextlib import closing
from pathlib import Path

import click

from core.infra import log
from core.infra.clock import SystemClock
from core.infra.db import Database
from core.infra.errors import ImmoError, InvalidSettings
from core.infra.settings import Settings
from core.wallet.bank.files import BYTES_MAX
from core.wallet.bank.statements import Imported, import_file


@click.group()
def bank() -> None:
    """Our account at the bank."""


@bank.command("import")
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@click.option("--skip-numbers", is_flag=True, help="Also take statements between which the bank left a number out.")
def import_files(files: tuple[Path, ...], *, skip_numbers: bool) -> None:
    """Book files of the bank, CODA or CAMT.053, in the order in which they are named.

    Each is booked whole or not at all, and once. The first one that is refused stops the rest.
    """
    try:
        settings = Settings.from_environment()
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from error
    log.configure(settings.log_level)
    with closing(Database(settings.database_url)) as database:
        for file in files:
            made = _import(database, file, settings.wallet.bank.iban, may_skip_numbers=skip_numbers)
            click.echo(f"{file.name}: {_summary(made)}")


def _import(database: Database, file: Path, account: str, *, may_skip_numbers: bool) -> Imported:
    with file.open("rb") as opened:
        # One more than may be, so that what is too large is refused and not cut off.
        content = opened.read(BYTES_MAX + 1)
    try:
        with database.transaction() as session:
            return import_file(
                session, content, account=account, by=None, may_skip_numbers=may_skip_numbers, now=SystemClock().now()
            )
    except ImmoError as error:
        # What watches the log is told, also where nobody reads what the command says.
        log.event("bank_file_refused", log.ERROR, error_code=error.code, file=file.name)
        details = ", ".join(f"{name}: {value}" for name, value in error.details.items())
        raise click.ClickException(f"{file.name}: {error.code} ({details}); nothing of it was booked") from error


def _summary(made: Imported) -> str:
    if made.is_known:
        return "was read before"
    return (
        f"{made.statements} statements, {made.known} known before, {made.others} of other accounts; {made.credited} "
        f"payments credited, {made.waiting} wait for a decision, {made.booked} given back, {made.not_ours} not ours"
    )
