"""Loads the demo world: idempotent and additive, so it may run at every start."""

from datetime import timedelta

from core.infra.errors import RuleError
from core.infra.settings import Mode
from idp.demo import clients, companies, crowd, kinds, offices, registers, tools, trial_office, wallets
from idp.demo import people as persons
from idp.oidc.clients import announce_change
from idp.wiring import Services

# The tools were there before the offices that registered them.
_CATALOGUE_AGE = timedelta(days=500)


class DemoRefused(RuleError):
    """The demo world, whose passwords everybody knows, is never loaded or served in production."""

    code = "demo-refused"


def load(services: Services, people: int = 0, organisations: int = 0, largest: int = 0) -> None:
    """Add what is missing of the demo world; what is there stays as it is.

    Only the addresses of tools and clients follow the settings each time. `people` and
    `organisations` add a crowd for measurements, `largest` of them in one office. Raises
    `DemoRefused` in production, and for more organisations than people, since each needs a manager.
    """
    settings, database, now = services.settings, services.database, services.clock.now()
    if settings.mode is Mode.PRODUCTION:
        raise DemoRefused(mode=settings.mode.value)
    if organisations > min(people, crowd.MOST_OFFICES):
        raise DemoRefused(people=people, organisations=organisations)
    with database.transaction() as session:
        kinds.load(session)
        catalogue = tools.load(session, settings, now=now - _CATALOGUE_AGE)
        cast = persons.load(session, services.number_keys, now=now)
        offices.load(session, cast, catalogue, now=now)
        trial_office.load(session, catalogue, now=now)
        wallets.load(session, employee=cast["demo.employee"], now=now)
        clients.load(session, settings, catalogue, now=now)
    registers.load(database, services.number_keys, now=now)
    companies.load(database, now=now)
    announce_change(database, services.store)
    if people:
        cadastrefinder = catalogue["cadastrefinder"]
        crowd.load(database, cadastrefinder, people=people, organisations=organisations, largest=largest, now=now)


def refuse_in_production(services: Services) -> None:
    """Raise `DemoRefused` where a production would serve a database that the demo was loaded into."""
    if services.settings.mode is not Mode.PRODUCTION:
        return
    with services.database.reading() as session:
        if clients.is_loaded(session):
            raise DemoRefused(mode=services.settings.mode.value)
