"""`idp clients token`: who may register clients where registration is not open to everybody."""

import json
from datetime import timedelta

import click

from core.infra.db import Session
from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in, person_facts
from idp.cli.ground import connect, explained
from idp.oidc import registration_tokens
from idp.oidc.profiles import Profile

_MOST_USES = 1_000
_MOST_DAYS = 365


@click.group()
def token() -> None:
    """Initial access tokens, each of a person who owns what is registered with it."""


@token.command()
@click.option("--owner", required=True, help="The user name of the person.")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.OIDC.value,
    show_default=True,
    help="The rules that its clients are held to.",
)
@click.option("--uses", type=click.IntRange(1, _MOST_USES), default=1, show_default=True, help="How many clients.")
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=7, show_default=True, help="How long it is good.")
@explained
def new(owner: str, *, profile: str, uses: int, days: int) -> None:
    """Make a token and print it, this once."""
    services = connect()
    with services.database.transaction() as session:
        found = find_for_sign_in(session, owner)
        if found is None:
            raise NotFound(username=owner)
        made = registration_tokens.make(
            session,
            found.person_id,
            profile=Profile(profile),
            uses=uses,
            life=timedelta(days=days),
            now=services.clock.now(),
        )
    click.echo(json.dumps({"id": made.id, "initial_access_token": made.value}, indent=2))


@token.command("list")
@explained
def list_() -> None:
    """Print every token that is kept, without its value."""
    services = connect()
    with services.database.reading() as session:
        shown = [
            {
                "id": one.id,
                "owner": username_of(session, one.owner_id),
                "profile": one.profile.value,
                "uses_left": one.uses_left,
                "expires_at": one.expires_at.isoformat(),
                "usable": one.is_usable,
            }
            for one in registration_tokens.listed(session, now=services.clock.now())
        ]
    click.echo(json.dumps(shown, indent=2))


def username_of(session: Session, person_id: PersonId | None) -> str | None:
    """Return the user name of an owner, for an operator to know whom to write to."""
    facts = None if person_id is None else person_facts(session, person_id)
    return None if facts is None else facts.username


@token.command()
@click.argument("token_id")
@explained
def revoke(token_id: str) -> None:
    """End a token; clients that were registered with it stay: see `idp clients disable`."""
    services = connect()
    with services.database.transaction() as session:
        if not registration_tokens.revoke(session, token_id, now=services.clock.now()):
            raise NotFound(token_id=token_id)
    click.echo(f"{token_id} is revoked.")
