"""`idp keys`: see `keys/README.md` for the states and the order of a rotation."""

import click

from core.proof.keys import ALGORITHMS
from idp.cli.ground import connect, explained
from idp.signing import rotation

# A key is named by a thumbprint in base64url: one in 64 begins with a dash, and is no option.
_NAMING_A_KEY = {"ignore_unknown_options": True}


@click.group()
def keys() -> None:
    """Signing keys: published, active, retiring, retired."""


@keys.command()
@explained
def ensure() -> None:
    """Make an active key for each algorithm that has none."""
    services = connect()
    made = rotation.ensure_keys(services.database, services.keyring.private_keys, now=services.clock.now())
    click.echo(f"{len(made)} signing keys made." if made else "Every algorithm has its active key.")


@keys.command("list")
@explained
def list_keys() -> None:
    """Show every key, its state and where its private half lies."""
    services = connect()
    with services.database.reading() as session:
        found = rotation.list_keys(session)
    for key in found:
        place = services.keyring.private_keys.place_of(key.kid) or "nowhere"
        since = f"since {key.changed_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{key.kid}  {key.algorithm:<6} {key.state:<10} {place:<8} {since}")


@keys.command()
@click.argument("algorithm", type=click.Choice(list(ALGORITHMS)))
@explained
def new(algorithm: str) -> None:
    """Make a key and publish it; activate it once everybody has fetched the JWKS."""
    services = connect()
    private_keys = services.keyring.private_keys
    with services.database.transaction() as session:
        kid = rotation.new_key(session, private_keys, algorithm=algorithm, now=services.clock.now())
    click.echo(kid)


@keys.command(context_settings=_NAMING_A_KEY)
@click.argument("kid")
@click.option("--at-once", is_flag=True, help="Do not wait for caches of the JWKS; for a leaked key.")
@explained
def activate(kid: str, at_once: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Let a published key sign; the one that signed so far becomes retiring."""
    services = connect()
    with services.database.transaction() as session:
        rotation.activate(session, kid=kid, now=services.clock.now(), at_once=at_once)
    click.echo("active")


@keys.command(context_settings=_NAMING_A_KEY)
@click.argument("kid")
@click.option("--at-once", is_flag=True, help="Do not wait for its tokens to expire; for a leaked key.")
@explained
def retire(kid: str, at_once: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Take a retiring key out of the JWKS: what it signed is no longer valid."""
    services = connect()
    with services.database.transaction() as session:
        rotation.retire(session, kid=kid, now=services.clock.now(), at_once=at_once)
    click.echo("retired")


@keys.command(context_settings=_NAMING_A_KEY)
@click.argument("kid")
@explained
def destroy(kid: str) -> None:
    """Remove the private half of a retired key, from its file or from the token, for good."""
    services = connect()
    with services.database.transaction() as session:
        rotation.destroy(session, services.keyring.private_keys, kid=kid, now=services.clock.now())
    click.echo("destroyed")
