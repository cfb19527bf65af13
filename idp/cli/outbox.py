"""`idp outbox`: messages that no attempt could deliver."""

import click

from core.infra import dead_letters
from idp.cli.ground import connect, explained


@click.group()
def outbox() -> None:
    """Messages that could not be delivered."""


@outbox.command("list")
@explained
def list_dead() -> None:
    """Show what was given up, the latest first; contents are not shown."""
    with connect().database.reading() as session:
        letters = dead_letters.dead_letters(session)
    for letter in letters:
        click.echo(f"{letter.id}  {letter.topic:<16} {letter.dead_at:%Y-%m-%d %H:%M} UTC  {letter.last_error or ''}")
    if not letters:
        click.echo("Nothing was given up.")


@outbox.command()
@click.argument("message_id")
@explained
def revive(message_id: str) -> None:
    """Send a message on its way again."""
    services = connect()
    with services.database.transaction() as session:
        dead_letters.revive(session, message_id, now=services.clock.now())
    click.echo("on its way")
