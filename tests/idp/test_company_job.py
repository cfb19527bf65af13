"""The worker compares with the company register after an import, whoever started that, and not again at once."""

from pathlib import Path

from sqlalchemy import select

from core.companies.tables import CompanySnapshotRow
from core.organisations.suggestions import open_suggestions
from idp import jobs
from idp.wiring import Services
from tests.support.companies import ACompany, AnExtract, read_extract
from tests.support.tools import Office


def test_the_worker_compares_after_an_import(services: Services, made_office: Office, tmp_path: Path) -> None:
    (job,) = [job for job in jobs.periodic(services) if job.name == "compare-companies"]
    now = services.clock.now()
    job.function(now)
    read_extract(services.database, AnExtract(companies=[ACompany("0100001060")]), tmp_path, now)

    job.function(now)

    with services.database.reading() as session:
        assert session.scalars(select(CompanySnapshotRow.compared_at)).one() == now
        assert len(open_suggestions(session, made_office.noord)) == 2
