"""`idp clients`: how an operator registers tools where registration is not open to everybody."""

import json
from dataclasses import replace
from typing import IO

import click

from core.tools.catalogue import tool_by_code
from core.tools.identifiers import ToolId
from idp.cli.ground import connect, explained
from idp.cli.registration_tokens import token, username_of
from idp.oidc import registration
from idp.oidc.clients import announce_change, find_client, metadata_of, policy_to_json
from idp.oidc.portal_client import portal_client
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import CONTEXT_SCOPE
from idp.wiring import Services


@click.group()
def clients() -> None:
    """Registered clients."""


clients.add_command(token)


@clients.command()
@click.argument("metadata", type=click.File("r", encoding="utf-8"))
@click.option("--id", "client_id", help="The client_id; made up when it is left out.")
@click.option("--tool", "code", help="The tool of the catalogue that it is; gives the scopes of contexts.")
@click.option("--resource", "resources", multiple=True, help="An audience it may have access tokens for.")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.OIDC.value,
    show_default=True,
    help="The rules that it is held to.",
)
@click.option("--token-exchange", is_flag=True, help="May switch a token's organisation, or pass one on (RFC 8693).")
@click.option("--passes-on-to", multiple=True, help="A resource that it may pass tokens on to, as a resource server.")
@click.option("--session-refresh", is_flag=True, help="Refresh tokens that end with the session.")
@click.option("--introspection", is_flag=True, help="May ask about tokens for its resources.")
@explained
def add(
    metadata: IO[str],
    *,
    client_id: str | None,
    code: str | None,
    resources: tuple[str, ...],
    profile: str,
    token_exchange: bool,
    passes_on_to: tuple[str, ...],
    session_refresh: bool,
    introspection: bool,
) -> None:
    """Register a client from a file of RFC 7591 metadata, and print what it must know.

    The secret and the registration access token are shown this once.
    """
    services = connect()
    try:
        members = json.load(metadata)
    except ValueError as error:
        raise click.ClickException(f"not JSON: {error}") from error
    if not isinstance(members, dict):
        raise click.ClickException("the file must hold one JSON object")
    client = registration.judge(
        members, client_id=client_id, profile=Profile(profile), settings=services.settings, http=services.http
    )
    tool_id = None if code is None else _tool(services, code)
    # What is passed on says no more than what came, but it may speak of a context.
    of_contexts = tool_id is not None or passes_on_to
    scope = (*client.policy.scope, *CONTEXT_SCOPE) if of_contexts else client.policy.scope
    policy = replace(
        client.policy,
        scope=scope,
        resources=resources,
        token_exchange=token_exchange,
        passes_on_to=passes_on_to,
        session_refresh=session_refresh,
        introspection=introspection,
    )
    with services.database.transaction() as session:
        if find_client(session, client.client_id) is not None:
            raise click.ClickException(f"there is a client {client.client_id} already")
        made = registration.register(session, replace(client, tool_id=tool_id, policy=policy), now=services.clock.now())
    announce_change(services.database, services.store)
    told = {"client_id": made.client.client_id, "registration_access_token": made.registration_access_token}
    click.echo(json.dumps(told if made.secret is None else {**told, "client_secret": made.secret}, indent=2))


@clients.command()
@explained
def portal() -> None:
    """Write our own portal's client, with the addresses of the settings, over what was there."""
    services = connect()
    with services.database.transaction() as session:
        registration.store_client(session, portal_client(services.settings), now=services.clock.now())
    announce_change(services.database, services.store)
    click.echo(f"The portal is {services.settings.portal_url}.")


@clients.command()
@click.argument("client_id")
@explained
def show(client_id: str) -> None:
    """Print what a client registered, and what we decided about it."""
    with connect().database.reading() as session:
        client = find_client(session, client_id)
        owner = username_of(session, registration.owner_of(session, client_id))
    if client is None:
        raise click.ClickException("there is no such client")
    shown = {
        "enabled": client.enabled,
        "owner": owner,
        "metadata": metadata_of(client),
        "policy": policy_to_json(client.policy),
    }
    click.echo(json.dumps(shown, indent=2, default=str))


@clients.command()
@click.argument("client_id")
@explained
def disable(client_id: str) -> None:
    """Keep a client out: it gets no answer any more, and everything that it holds ends now."""
    _set_enabled(client_id, enabled=False)


@clients.command()
@click.argument("client_id")
@explained
def enable(client_id: str) -> None:
    """Let a client in again; what ended when it was disabled stays ended."""
    _set_enabled(client_id, enabled=True)


def _set_enabled(client_id: str, *, enabled: bool) -> None:
    services = connect()
    with services.database.transaction() as session:
        changed = registration.set_enabled(
            session, services.store, client_id, enabled=enabled, now=services.clock.now()
        )
    announce_change(services.database, services.store)
    state = "enabled" if enabled else "disabled"
    click.echo(f"{client_id} is {state}." if changed else f"{client_id} was {state} already.")


def _tool(services: Services, code: str) -> ToolId:
    with services.database.reading() as session:
        found = tool_by_code(session, code)
    if found is None:
        raise click.ClickException(f"there is no tool {code} in the catalogue")
    return found
