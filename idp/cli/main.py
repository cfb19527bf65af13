"""The command `idp` and its parts."""

import signal
import threading
from types import FrameType

import click

from core.infra.job_runs import recorded
from core.infra.outbox import run_worker
from core.infra.settings import Settings
from idp import jobs
from idp.cli.accreditations import accreditations
from idp.cli.clients import clients
from idp.cli.eid import reseal, unlink_eid
from idp.cli.erasure import erase
from idp.cli.ground import connect, explained
from idp.cli.keys import keys
from idp.cli.outbox import outbox
from idp.cli.people import people
from idp.cli.staff import staff
from idp.demo import world
from migrations.upgrade import upgrade_to_head


@click.group()
def main() -> None:
    """Immo-Connect's identity provider."""


main.add_command(keys)
main.add_command(clients)
main.add_command(outbox)
main.add_command(people)
main.add_command(accreditations)
people.add_command(erase)
people.add_command(staff)
people.add_command(unlink_eid)
people.add_command(reseal)


@main.command()
@explained
def settings() -> None:
    """Print every setting: meaning, default, value in force."""
    for setting in Settings.from_environment().listing:
        click.echo(f"{setting.name} = {setting.value}")
        click.echo(f"    {setting.meaning}; default: {setting.default or 'none'}")


@main.group()
def database() -> None:
    """The database's schema."""


@database.command()
@explained
def upgrade() -> None:
    """Bring the schema to the newest version; does nothing when it is there."""
    upgrade_to_head(Settings.from_environment().database_url)
    click.echo("The schema is up to date.")


@main.group()
def demo() -> None:
    """The demo world."""


@demo.command()
@click.option("--people", default=0, show_default=True, help="How many people to add for measurements.")
@click.option("--organisations", default=0, show_default=True, help="Over how many organisations to spread them.")
@click.option("--largest", default=0, show_default=True, help="How many of them to put into one organisation.")
@explained
def load(people: int, organisations: int, largest: int) -> None:
    """Load the demo world; what is there already stays as it is."""
    world.load(connect(), people=people, organisations=organisations, largest=largest)
    click.echo("The demo world is loaded.")


@main.command()
@explained
def worker() -> None:
    """Deliver mails and logout notices, and do what is due regularly, until stopped."""
    services = connect()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    run_worker(
        services.database,
        jobs.handlers(services),
        clock=services.clock,
        stop=stop,
        periodic=tuple(recorded(services.database, job) for job in jobs.periodic(services)),
    )
