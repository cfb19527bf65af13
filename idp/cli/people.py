"""`idp people`: what an operator does with accounts until the portal has its pages."""

import csv
import time
from collections.abc import Sequence
from typing import IO

import click

from core.people.old_accounts import COLUMNS, REQUIRED, Refusal
from core.tools.catalogue import tool_codes
from idp.cli.ground import connect, explained
from idp.credentials.account_import import AccountImport, Remark, Report, ReportLine

_SHOWN = 20
_DELIMITERS = ",;\t"
_REFUSALS = {
    Refusal.UNKNOWN_TOOL: "the tool is not in the catalogue",
    Refusal.NO_EXTERNAL_ID: "external_id is missing or too long",
    Refusal.BAD_USERNAME: "the username is missing, too long, or has spaces or control characters",
    Refusal.BAD_EMAIL: "this cannot be an e-mail address",
    Refusal.BAD_VERIFIED: "email_verified must be yes, no or empty",
    Refusal.BAD_NAME: "a name is too long or has control characters",
    Refusal.BAD_LANGUAGE: "the language must be nl, fr or en",
    Refusal.BAD_PASSWORD_HASH: "the password hash is of no known form, or its parameters are out of bounds",
    Refusal.TWICE: "the same account stands in this file before",
}


@click.group()
def people() -> None:
    """People and their accounts."""


@people.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--dry-run", is_flag=True, help="Judge every line and write nothing.")
@click.option("--report", type=click.File("w", encoding="utf-8"), help="Write what became of each line as CSV.")
@explained
def import_accounts(file: IO[str], dry_run: bool, report: IO[str] | None) -> None:  # noqa: FBT001 - click's way
    """Take over accounts of the older tools from a CSV file (docs/import.md).

    May be repeated: an account that was imported before stays as it is.
    """
    services = connect()
    rows = _rows(file)
    with services.database.reading() as session:
        tools = tool_codes(session)
    began = time.monotonic()
    with click.progressbar(length=len(rows), label="Importing", show_pos=True) as bar:
        run = AccountImport(services.database, tools, services.clock.now(), is_dry_run=dry_run, on_lines=bar.update)
        found = run.run(rows)
    seconds = time.monotonic() - began
    if report is not None:
        _write(report, found)
    for line in _summary(found, seconds, is_dry_run=dry_run):
        click.echo(line)
    if found.refused:
        raise click.exceptions.Exit(1)


def _rows(file: IO[str]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with their line numbers; refuse a file that is not one of accounts."""
    try:
        header = file.readline()
        delimiter = max(_DELIMITERS, key=header.count)
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
        missing = [name for name in REQUIRED if name not in names]
        unknown = [name for name in names if name not in COLUMNS]
        if missing or unknown or len(set(names)) != len(names):
            raise click.ClickException(_wrong_header(missing, unknown))
        reader = csv.DictReader(file, names, delimiter=delimiter, strict=True, restkey="")
        return [(reader.line_num + 1, row) for row in reader]
    except UnicodeDecodeError as error:
        raise click.ClickException("the file is not UTF-8") from error
    except csv.Error as error:
        raise click.ClickException(f"the file is no CSV: {error}") from error


def _wrong_header(missing: Sequence[str], unknown: Sequence[str]) -> str:
    said = [f"missing: {', '.join(missing)}"] if missing else []
    said += [f"unknown: {', '.join(unknown)}"] if unknown else []
    return f"the first line must name the columns, each once ({'; '.join(said) or 'one stands twice'})"


def _summary(found: Report, seconds: float, *, is_dry_run: bool) -> list[str]:
    verb, wrapped = ("would be imported", "to be wrapped") if is_dry_run else ("imported", "wrapped")
    lines = [f"{len(found.imported)} {verb}, {len(found.known)} known already, {len(found.refused)} refused"]
    said = {
        Remark.PASSWORD_WRAPPED: f"with a weak password hash, {wrapped} in argon2id",
        Remark.NO_PASSWORD: "without a password: their owners recover it by mail",
        Remark.ADDRESS_TO_BE_ASKED: "whose e-mail address is asked for at the first sign-in",
        Remark.USERNAME_CHANGED: "under another username, because theirs was taken",
    }
    lines += [f"  {len(told)} {words}" for remark, words in said.items() if (told := found.with_remark(remark))]
    lines += [f"line {line.number}: {_reason(line)}" for line in found.refused[:_SHOWN]]
    if len(found.refused) > _SHOWN:
        lines.append(f"… and {len(found.refused) - _SHOWN} more: --report FILE lists them all")
    return [*lines, f"It took {seconds:.1f} s."]


def _reason(line: ReportLine) -> str:
    return "" if line.refusal is None else _REFUSALS[line.refusal]


def _write(file: IO[str], found: Report) -> None:
    writer = csv.writer(file)
    writer.writerow(("line", "outcome", "username", "remarks"))
    for line in found.lines:
        outcome = line.refusal or ("known" if line.is_known else "imported")
        writer.writerow((line.number, outcome, line.username or "", " ".join(sorted(line.remarks))))
