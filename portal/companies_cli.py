"""`portal companies`: extracts of the company register are read in (docs/companies.md)."""

from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from core.companies import imports
from core.companies.progress import CompanyImport
from core.companies.states import ImportPhase, ImportState
from core.infra import log
from core.infra.clock import SystemClock
from core.infra.db import Database
from core.infra.errors import ImmoError, InvalidSettings
from core.infra.settings import Settings
from core.organisations import company_comparison

P = ParamSpec("P")

_DOING = {
    ImportPhase.READING: "Reading the files",
    ImportPhase.WRITING: "Writing companies",
    ImportPhase.SWITCHING: "Comparing with the register in force",
}


def _explained(command: Callable[P, None]) -> Callable[P, None]:
    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InvalidSettings as error:
            raise click.ClickException(str(error)) from error
        except ImmoError as error:
            details = ", ".join(f"{name}: {value}" for name, value in error.details.items())
            raise click.ClickException(f"{error.code} ({details})" if details else error.code) from error

    return wrapper


@click.group()
def companies() -> None:
    """The Belgian company register."""


@companies.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--accept-losses", is_flag=True, help="Also take a full extract that lacks more than a tenth.")
@_explained
def import_extract(file: Path, *, accept_losses: bool) -> None:
    """Read an extract in, from a zip file or a folder, and compare the organisations with it.

    A full extract replaces what is there, an update follows the one before. One that is not right
    changes nothing.
    """
    with closing(_database()) as database:
        made = imports.run(
            database, file, None, SystemClock().now(), accept_losses=accept_losses, on_progress=_Terminal().tell
        )
        click.echo(err=True)
        click.echo(_summary(made))
        found = company_comparison.compare_all(database, now=SystemClock().now())
    click.echo(
        f"{found.compared} organisations compared: {found.differing} differ, {found.closed} close because their "
        f"company stopped, {found.reopened} reopen, {found.unknown} are not in the register."
    )


@companies.command("list")
@_explained
def list_imports() -> None:
    """Show the last imports, newest first, the one that is running included."""
    with closing(_database()) as database, database.reading() as session:
        for made in imports.imports(session):
            click.echo(f"{made.started_at:%Y-%m-%d %H:%M} {made.state.value}: {_summary(made)}")


def _database() -> Database:
    settings = Settings.from_environment()
    log.configure(settings.log_level)
    return Database(settings.database_url)


def _summary(made: CompanyImport) -> str:
    what = "an unknown extract"
    if made.extract_type is not None:
        what = f"extract {made.extract_number} ({made.extract_type.value}, as of {made.snapshot_date})"
    match made.state:
        case ImportState.RUNNING:
            return f"{what}, {made.phase.value}, {made.percent} %"
        case ImportState.DONE:
            return (
                f"{what}, {made.companies} companies: {made.added} added, {made.changed} changed, "
                f"{made.stopped} stopped, {made.returned} active again, {made.skipped} passed over."
            )
        case _:
            place = "".join(f", {name} {value}" for name, value in (("in", made.file), ("line", made.line)) if value)
            return f"{what}, {made.reason or made.error or 'nothing was heard of it any more'}{place}"


class _Terminal:
    """Says how far an import is: a line for each phase, and a percentage that goes on in it."""

    def __init__(self) -> None:
        self._phase: ImportPhase | None = None
        self._percent = -1

    def tell(self, phase: ImportPhase, done: int, total: int) -> None:
        percent = min(100, done * 100 // total) if total else 0
        if (phase, percent) == (self._phase, self._percent):
            return
        before = "" if self._phase is None else "\r" if phase is self._phase else "\n"
        click.echo(f"{before}{_DOING[phase]}: {f'{percent} %' if total else '…'}", nl=False, err=True)
        self._phase, self._percent = phase, percent
