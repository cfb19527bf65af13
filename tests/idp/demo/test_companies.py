"""The company register of the demo world: something to try, and one difference to see."""

import pytest
from sqlalchemy import select

from core.companies.queries import find_company
from core.companies.tables import CompanyImportRow
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations.company_check import require_active_company
from core.organisations.errors import CompanyHasStopped, CompanyUnknown
from core.organisations.queries import find_by_company_number
from core.organisations.suggestions import open_suggestions
from idp.demo import world
from idp.wiring import Services

NOORD, ZUID, STOPPED = "0100001060", "0100002050", "0100006010"


@pytest.mark.usefixtures("demo")
def test_the_register_differs_from_one_office_and_nobody_was_written_to(database: Database) -> None:
    with database.reading() as session:
        offices = [find_by_company_number(session, number) for number in (NOORD, ZUID)]
        found = [open_suggestions(session, office) for office in offices if office is not None]
        mails = [row.body["template"] for row in session.scalars(select(OutboxRow)) if row.topic == MailRequested.topic]

    assert [[one.theirs.get("street_address") for one in each] for each in found] == [[], ["Rue de Fer 42"]]
    assert "company-differs" not in mails


@pytest.mark.usefixtures("demo")
def test_companies_can_be_added_unless_they_stopped(database: Database) -> None:
    with database.reading() as session:
        for number in ("0100003040", "0100004030", "0100005020", "0100007097"):
            require_active_company(session, number)
        with pytest.raises(CompanyHasStopped):
            require_active_company(session, STOPPED)
        with pytest.raises(CompanyUnknown):
            require_active_company(session, "0403019261")
        brussels = find_company(session, "0100005020", "fr")

    assert brussels is not None
    assert (brussels.name, brussels.locality) == ("Immo Démo Centre", "Bruxelles")


@pytest.mark.usefixtures("demo")
def test_loading_again_reads_nothing_in(services: Services) -> None:
    world.load(services)

    with services.database.reading() as session:
        assert len(session.scalars(select(CompanyImportRow.id)).all()) == 2
