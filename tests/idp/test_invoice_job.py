"""The worker ends a month: its invoices are made, and brought to the access point where there is one (W13)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from core.infra.http import OutboundHttp
from core.infra.outbox import drain
from core.infra.secret import Secret
from core.infra.settings import Mode
from core.infra.topics import InvoiceIssued
from core.infra.wallet_settings import AccessPointSettings
from core.organisations.states import Notices
from core.organisations.tables import MembershipRow, OrganisationRow
from core.wallet import charging
from core.wallet.documents.tables import InvoiceRow
from idp import jobs
from idp.wiring import Services
from tests.support.access_point import SECRET, SmallAccessPoint
from tests.support.letters import letters
from tests.support.wallets import a_wallet, an_order

NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
# In Brussels half past one and half past two.
TOO_EARLY, DECEMBER = datetime(2026, 12, 1, 0, 30, tzinfo=UTC), datetime(2026, 12, 1, 1, 30, tzinfo=UTC)


@pytest.fixture
def small() -> Iterator[SmallAccessPoint]:
    with SmallAccessPoint() as running:
        yield running


def end_month(services: Services, now: datetime) -> list[str]:
    """Run the job, and return where invoices stand."""
    (job,) = (job for job in jobs.periodic(services) if job.name == "issue-invoices")
    job.function(now)
    with services.database.reading() as session:
        return list(session.scalars(select(InvoiceRow.status)))


def test_a_month_that_is_over_is_invoiced_and_brought(services: Services, small: SmallAccessPoint) -> None:
    with services.database.transaction() as session:
        wallet = a_wallet(session, cents=1_000, now=NOVEMBER)
        charging.charge(session, an_order(wallet, cents=250), now=NOVEMBER)
        # Whoever wants no notices still gets the invoice.
        session.execute(update(MembershipRow).values(notices=Notices.NONE.value))

    assert end_month(services, TOO_EARLY) == []
    assert end_month(services, DECEMBER) == ["queued"]
    assert end_month(services, DECEMBER) == ["queued"]
    (mail,) = letters(services, "invoice-ready")
    assert all(part in mail.text for part in ("2026-000001", "november 2026", "€\xa02,50"))
    with services.database.reading() as session:
        joined = InvoiceRow.wallet_id == OrganisationRow.wallet_id
        invoice_id, owner = session.execute(
            select(InvoiceRow.id, OrganisationRow.id).join_from(InvoiceRow, OrganisationRow, joined)
        ).one()
    assert f"{services.settings.portal_url}/organisations/{owner}/wallet/invoices/{invoice_id}" in mail.text

    # There is no access point: the message waits, and is delivered once there is.
    waiting = drain(services.database, jobs.handlers(services), now=DECEMBER, only=[InvoiceIssued.topic])
    assert waiting.handled == 0
    wallet_settings = replace(services.settings.wallet, access_point=AccessPointSettings(small.url, Secret(SECRET)))
    connected = replace(
        services,
        settings=replace(services.settings, wallet=wallet_settings),
        http=OutboundHttp(services.settings.outbound, Mode.TEST, [small.port]),
    )
    brought = drain(connected.database, jobs.handlers(connected), now=DECEMBER, only=[InvoiceIssued.topic])
    assert brought.delivered == 1
    assert end_month(connected, DECEMBER) == ["sent"]
    assert len(small.received) == 1
