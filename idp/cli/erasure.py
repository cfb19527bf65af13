"""`idp people erase`: an account that goes by the helpdesk's hand (A15, S1)."""

import click

from core.closing import person
from core.closing.person import Consequences, ErasureCause, Fate, NeedsManager
from core.infra.errors import NotFound
from core.organisations.states import Succession
from core.people.profiles import find_for_sign_in
from idp.account import erasure
from idp.cli.ground import connect, explained, require_reference

_CAUSES = [cause.value for cause in ErasureCause if cause not in {ErasureCause.REQUEST, ErasureCause.NEVER_ACTIVATED}]
_FATES = {
    Fate.DELETED: "The account has no activity: it is deleted.",
    Fate.ANONYMISED: "The account has activity: it is anonymised, and its history stays without a name.",
}


@click.command("erase")
@click.argument("username")
@click.option("--reason", required=True, type=click.Choice(_CAUSES), help="Why; it stays in the audit trail.")
@click.option("--reference", help="Where that is on file: a ticket's number. Never a name or an address.")
@click.option(
    "--leave-ownerless", is_flag=True, help="Also where an organisation with colleagues loses its last manager."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@explained
def erase(username: str, reason: str, reference: str | None, *, leave_ownerless: bool, yes: bool) -> None:
    """Delete an account for good, or anonymise it where it was active; at once, without a waiting period."""
    require_reference(reference)
    services = connect()
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
        if found is None:
            raise NotFound(username=username)
        planned = person.consequences(session, found.person_id)
    for line in _lines(planned):
        click.echo(line)
    if not yes:
        click.confirm("This cannot be undone. Go on?", abort=True)
    try:
        fate = erasure.erase(
            services,
            found.person_id,
            by=None,
            cause=ErasureCause(reason),
            reference=reference,
            may_leave_ownerless=leave_ownerless,
            now=services.clock.now(),
        )
    except NeedsManager as refused:
        names = ", ".join(departure.organisation_name for departure in refused.organisations)
        raise click.ClickException(
            f"Nothing was done: {names} would be left without a manager. Let somebody else be made manager first, "
            "or repeat with --leave-ownerless: its tools then work for thirty days."
        ) from refused
    click.echo(fate.value)


def _lines(planned: Consequences) -> list[str]:
    said = {
        Succession.GOES_ON: "the membership ends",
        Succession.NEEDS_MANAGER: "loses its last manager while others work there",
        Succession.ENDS: "ends with its only member",
    }
    organisations = [f"{found.organisation_name}: {said[found.succession]}" for found in planned.departures]
    lent = [
        f"{found.organisation_name}, {found.tool.en}: rests on their accreditation; used by {found.colleagues} others"
        for found in planned.lent
    ]
    return [_FATES[planned.fate], *organisations, *lent]
