"""`idp accreditations`: registers are read in, people looked up again, single entries set right (docs/registers.md)."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import IO, BinaryIO

import click

from core.accreditations.feed import FileFormat, RegisterFile
from core.accreditations.importing import ImportReport, Wish, read_in
from core.accreditations.rules import RegisterStatus
from core.closing.accreditation_rounds import follow_days, linked_people
from core.closing.accreditations import Refreshed, refresh
from core.closing.correction import Correction, CorrectionReason, correct, take_away
from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in
from idp.cli.ground import connect, explained, require_reference
from idp.wiring import Services

_SHOWN = 20
_NOT_THEIRS = "not-theirs"
_DAY = click.DateTime(["%Y-%m-%d"])
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ"])


@click.group()
def accreditations() -> None:
    """Accreditations and the registers they come from."""


@accreditations.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "file_format", type=click.Choice([known.value for known in FileFormat]), help="Else by name.")
@click.option("--kind", help="Which kind the register keeps; a JSON file says so itself.")
@click.option("--published", type=_MOMENT, help="When the register wrote it, in UTC; CSV only, else now.")
@click.option("--next-update", type=_MOMENT, help="When the next one is there at the latest, in UTC; CSV only.")
@click.option("--accept-losses", is_flag=True, help="Also take it where more than a tenth are gone.")
@click.option("--dry-run", is_flag=True, help="Judge every entry and change nothing.")
@click.option("--report", type=click.File("w", encoding="utf-8"), help="Write what is wrong with which entry as CSV.")
@explained
def import_register(
    file: BinaryIO,
    file_format: str | None,
    kind: str | None,
    published: datetime | None,
    next_update: datetime | None,
    *,
    accept_losses: bool,
    dry_run: bool,
    report: IO[str] | None,
) -> None:
    """Read a register in from a CSV or JSON file; one that is not right changes nothing.

    The worker then looks up everybody with a linked card again.
    """
    services = connect()
    wish = Wish(kind, _utc(published), _utc(next_update), accept_losses=accept_losses, is_dry_run=dry_run)
    found = RegisterFile(file, _format(file, file_format))
    with click.progressbar(length=0, label="Reading", show_pos=True) as bar:
        made = read_in(
            services.database, services.number_keys, found, wish, now=services.clock.now(), on_entries=bar.update
        )
    if report is not None:
        _write(report, made)
    for line in _summary(made, is_dry_run=dry_run):
        click.echo(line)
    if made.refused is not None:
        raise click.exceptions.Exit(1)


@accreditations.command("refresh")
@click.argument("username", required=False)
@explained
def refresh_people(username: str | None) -> None:
    """Ask the registers now: about one person, or about everybody with a linked card."""
    services = connect()
    if username is not None:
        click.echo(_said(_refresh(services, _person(services, username))))
        return
    people, total = linked_people(services.database), Refreshed(is_linked=True)
    for person_id in people:
        found = _refresh(services, person_id)
        total = Refreshed(
            is_linked=True,
            appeared=total.appeared + found.appeared,
            changed=total.changed + found.changed,
            unanswered=tuple(sorted({*total.unanswered, *found.unanswered})),
            disputed=tuple(sorted({*total.disputed, *found.disputed})),
        )
    follow_days(services.database, now=services.clock.now())
    click.echo(f"{len(people)} people; {_said(total)}")


@accreditations.command("correct")
@click.argument("username")
@click.option("--kind", required=True, help="Such as be.biv.")
@click.option("--number", required=True, help="The accreditation's number.")
@click.option("--list", "list_", help="The register's list, such as tableau.")
@click.option("--column", help="Its column, such as intermediary.")
@click.option(
    "--status",
    required=True,
    type=click.Choice([*(known.value for known in RegisterStatus), _NOT_THEIRS]),
    help="How it stands; not-theirs takes it from this account.",
)
@click.option("--valid-from", type=_DAY, help="Its first day.")
@click.option("--valid-until", type=_DAY, help="Its last day.")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([known.value for known in CorrectionReason]),
    help="Why; it stays in the audit trail.",
)
@click.option("--reference", help="Where that is on file: a ticket's number. Never a name or an address.")
@explained
def correct_one(
    username: str,
    *,
    kind: str,
    number: str,
    list_: str | None,
    column: str | None,
    status: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
    reason: str,
    reference: str | None,
) -> None:
    """Add, correct or take away an accreditation by hand.

    It stands until its register says something else of it than it does now.
    """
    require_reference(reference)
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        raise click.ClickException("The last day is before the first one.")
    services = connect()
    person_id, now, why = _person(services, username), services.clock.now(), CorrectionReason(reason)
    is_theirs = status != _NOT_THEIRS
    said = RegisterStatus(status) if is_theirs else RegisterStatus.LAPSED
    wanted = Correction(kind, number, list_, column, said, _day(valid_from), _day(valid_until))
    with services.database.transaction() as session:
        if is_theirs:
            correct(session, person_id, wanted, reason=why, reference=reference, by=None, now=now)
        else:
            take_away(session, person_id, wanted, reason=why, reference=reference, by=None, now=now)
    click.echo("Corrected. What rested on it closes or opens within seconds, where the worker runs.")


def _format(file: BinaryIO, wanted: str | None) -> FileFormat:
    if wanted is not None:
        return FileFormat(wanted)
    ending = str(getattr(file, "name", "")).rpartition(".")[2].lower()
    if ending not in {known.value for known in FileFormat}:
        raise click.ClickException("--format must say csv or json: the name of the file does not.")
    return FileFormat(ending)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _person(services: Services, username: str) -> PersonId:
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
    if found is None:
        raise NotFound(username=username)
    return found.person_id


def _refresh(services: Services, person_id: PersonId) -> Refreshed:
    return refresh(services.database, services.registers, person_id, now=services.clock.now(), is_present=False)


def _said(found: Refreshed) -> str:
    if not found.is_linked:
        return "No identity card is linked, so no register was asked."
    said = [f"{found.appeared} appeared, {found.changed} changed"]
    if found.unanswered:
        said.append(f"no answer about {', '.join(found.unanswered)}: asked again by the worker")
    if found.disputed:
        said.append(f"recorded of somebody else: {', '.join(found.disputed)}")
    return "; ".join(said) + "."


def _summary(made: ImportReport, *, is_dry_run: bool) -> Sequence[str]:
    if made.refused is not None:
        wrong = len(made.problems) + made.further_problems
        lines = [f"{made.kind}: nothing was changed: {made.refused}" + (f" ({wrong})" if wrong else "")]
        lines += [f"entry {problem.place}: {problem.reason}" for problem in made.problems[:_SHOWN]]
        return [*lines, *(["… --report FILE lists more"] if wrong > _SHOWN else [])]
    if made.is_unchanged:
        return [f"{made.kind}: {made.entries} entries, the same as before"]
    counts = f"{made.entries} entries, {made.added} new, {made.changed} changed, {made.gone} gone"
    return [f"{made.kind}: {counts}" + ("; nothing was changed yet" if is_dry_run else "")]


def _write(file: IO[str], made: ImportReport) -> None:
    writer = csv.writer(file)
    writer.writerow(("place", "reason"))
    writer.writerows((problem.place, problem.reason) for problem in made.problems)
