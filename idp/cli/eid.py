"""`idp people unlink-eid` and `idp people reseal`: identity cards by the helpdesk's and the operator's hand."""

import click

from core.accreditations import snapshots
from core.infra.errors import NotFound
from core.people.eid import UnlinkReason
from core.people.profiles import find_for_sign_in, person_facts
from core.people.resealing import reseal as reseal_numbers
from idp.account import unlinking
from idp.cli.ground import connect, explained, require_reference

_OWN = "What it proved stays in the profile, but can be edited again."
_OF_SOMEBODY_ELSE = (
    "What it proved is taken from the profile, and the accreditations that registers gave to its holder with it."
)


@click.command("unlink-eid")
@click.argument("username")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in UnlinkReason]),
    help="Why; it stays in the audit trail.",
)
@click.option("--reference", help="Where that is on file: a ticket's number. Never a name or an address.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@explained
def unlink_eid(username: str, reason: str, reference: str | None, *, yes: bool) -> None:
    """Remove the identity card of an account: its fields are unlocked, its sign-ins with the card end (E1)."""
    require_reference(reference)
    services = connect()
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
        facts = None if found is None else person_facts(session, found.person_id)
    if facts is None:
        raise NotFound(username=username)
    if facts.eid is None:
        raise click.ClickException(f"No identity card is linked to {facts.username}.")
    why = UnlinkReason(reason)
    if not yes:
        click.echo(f"The card linked to {facts.username} on {facts.eid.linked_at:%Y-%m-%d} will no longer open it.")
        click.echo(_OF_SOMEBODY_ELSE if why.is_of_somebody_else else _OWN)
        click.confirm("Go on?", abort=True)
    ended = unlinking.unlink(services, facts.id, by=None, reason=why, reference=reference, now=services.clock.now())
    click.echo(f"The card is no longer linked. Sign-ins that ended: {ended}.")


@click.command("reseal")
@explained
def reseal() -> None:
    """Encrypt every national number under the first key of IMMO_NATIONAL_NUMBER_KEYS (docs/operations.md)."""
    services = connect()
    keys = services.number_keys
    found = reseal_numbers(services.database, keys)
    with services.database.reading() as session:
        older = snapshots.under_other_keys(session, keys.current)
    click.echo(f"National numbers that moved under the key {keys.current}: {found.done}.")
    if older:
        click.echo(f"Import these registers again before you take an earlier key away: {', '.join(older)}.")
    if found.unreadable:
        raise click.ClickException(
            f"{found.unreadable} could not be read: their key is not among IMMO_NATIONAL_NUMBER_KEYS. Put it back "
            "and repeat, or let their owners link their cards again."
        )
