"""`idp people staff`: who works for Immo-Connect; the first operator is made here, the others in the portal."""

import click

from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.profiles import find_for_sign_in
from core.staff import roles
from core.staff.states import StaffRole
from idp.cli.ground import connect, explained
from idp.wiring import Services

_ROLE = click.Choice([role.value for role in StaffRole])


@click.group()
def staff() -> None:
    """People who work for Immo-Connect, and developers of tools."""


@staff.command()
@click.argument("username")
@click.argument("role", type=_ROLE)
@explained
def add(username: str, role: str) -> None:
    """Give somebody a role."""
    services = connect()
    person_id = _person(services, username)
    with services.database.transaction() as session:
        given = roles.give(session, person_id, StaffRole(role), by=None, why=None, now=services.clock.now())
    click.echo(f"{username} has the role {role} now." if given else f"{username} has the role {role} already.")


@staff.command()
@click.argument("username")
@click.argument("role", type=_ROLE)
@explained
def remove(username: str, role: str) -> None:
    """Take a role away; the last operator stays."""
    services = connect()
    person_id = _person(services, username)
    with services.database.transaction() as session:
        taken = roles.take_away(session, person_id, StaffRole(role), by=None, why=None, now=services.clock.now())
    click.echo(f"{username} no longer has the role {role}." if taken else f"{username} does not have the role {role}.")


@staff.command("list")
@explained
def list_staff() -> None:
    """Show who holds which role, and since when."""
    with connect().database.reading() as session:
        found = roles.all_staff(session)
    for member in found:
        click.echo(f"{member.role:<10} {member.username}  {member.name}, since {member.given_at:%Y-%m-%d}")
    if not found:
        click.echo("Nobody holds a role.")


def _person(services: Services, username: str) -> PersonId:
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
    if found is None:
        raise NotFound(username=username)
    return found.person_id
