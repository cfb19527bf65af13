"""The command line of the provider: each command calls one use case."""

import signal
import threading
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

import click

from core.infra import log
from core.infra.errors import ImmoError, InvalidSettings
from core.infra.outbox import run_worker
from core.infra.settings import Settings
from core.proof.keys import ALGORITHMS
from idp import jobs
from idp.demo import world
from idp.signing import rotation
from idp.wiring import Services, build_services
from migrations.upgrade import upgrade_to_head

P = ParamSpec("P")
R = TypeVar("R")


def _explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an expected failure into a readable message and exit status 1."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InvalidSettings as error:
            raise click.ClickException(str(error)) from error
        except ImmoError as error:
            details = ", ".join(f"{name}: {value}" for name, value in error.details.items())
            raise click.ClickException(f"{error.code} ({details})" if details else error.code) from error

    return wrapper


def _services() -> Services:
    settings = Settings.from_environment()
    log.configure(settings.log_level)
    return build_services(settings)


@click.group()
def main() -> None:
    """Immo-Connect's identity provider."""


@main.command()
@_explained
def settings() -> None:
    """Print every setting: meaning, default, value in force."""
    for setting in Settings.from_environment().listing:
        click.echo(f"{setting.name} = {setting.value}")
        click.echo(f"    {setting.meaning}; default: {setting.default or 'none'}")


@main.group()
def database() -> None:
    """The database's schema."""


@database.command()
@_explained
def upgrade() -> None:
    """Bring the schema to the newest version; does nothing when it is there."""
    upgrade_to_head(Settings.from_environment().database_url)
    click.echo("The schema is up to date.")


@main.group()
def keys() -> None:
    """Signing keys: published, active, retiring, retired."""


@keys.command()
@_explained
def ensure() -> None:
    """Make an active key for each algorithm that has none."""
    services = _services()
    made = rotation.ensure_keys(services.database, services.settings.keys_directory, now=services.clock.now())
    click.echo(f"{len(made)} signing keys made." if made else "Every algorithm has its active key.")


@keys.command("list")
@_explained
def list_keys() -> None:
    """Show every key and its state."""
    with _services().database.reading() as session:
        for key in rotation.list_keys(session):
            click.echo(f"{key.kid}  {key.algorithm:<6} {key.state:<10} since {key.changed_at:%Y-%m-%d %H:%M} UTC")


@keys.command()
@click.argument("algorithm", type=click.Choice(list(ALGORITHMS)))
@_explained
def new(algorithm: str) -> None:
    """Make a key and publish it; activate it once everybody has fetched the JWKS."""
    services = _services()
    directory = services.settings.keys_directory
    with services.database.transaction() as session:
        kid = rotation.new_key(session, directory, algorithm=algorithm, now=services.clock.now())
    click.echo(kid)


@keys.command()
@click.argument("kid")
@click.option("--at-once", is_flag=True, help="Do not wait for caches of the JWKS; for a leaked key.")
@_explained
def activate(kid: str, at_once: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Let a published key sign; the one that signed so far becomes retiring."""
    services = _services()
    with services.database.transaction() as session:
        rotation.activate(session, kid=kid, now=services.clock.now(), at_once=at_once)
    click.echo("active")


@keys.command()
@click.argument("kid")
@click.option("--at-once", is_flag=True, help="Do not wait for its tokens to expire; for a leaked key.")
@_explained
def retire(kid: str, at_once: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Take a retiring key out of the JWKS: what it signed is no longer valid."""
    services = _services()
    with services.database.transaction() as session:
        rotation.retire(session, kid=kid, now=services.clock.now(), at_once=at_once)
    click.echo("retired")


@main.group()
def demo() -> None:
    """The demo world."""


@demo.command()
@click.option("--people", default=0, show_default=True, help="How many people to add for measurements.")
@click.option("--organisations", default=0, show_default=True, help="Over how many organisations to spread them.")
@_explained
def load(people: int, organisations: int) -> None:
    """Load the demo world; what is there already stays as it is."""
    world.load(_services(), people=people, organisations=organisations)
    click.echo("The demo world is loaded.")


@main.command()
@_explained
def worker() -> None:
    """Deliver mails and logout notices, and do what is due regularly, until stopped."""
    services = _services()
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
        periodic=jobs.periodic(services),
    )
