"""Bringing invoices to an access point: once, whatever gets lost on the way; what it answers is kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.closing.invoicing import invoice_months
from core.infra.db import Database
from core.infra.errors import ImmoError, Unavailable
from core.infra.http import OutboundHttp
from core.infra.outbox import MAX_ATTEMPTS
from core.infra.secret import Secret
from core.infra.settings import Mode, OutboundSettings, Settings
from core.infra.wallet_settings import AccessPointSettings
from core.wallet import charging
from core.wallet.documents.access_point import AccessPoint
from core.wallet.documents.sending import send
from core.wallet.documents.tables import InvoiceRow
from core.wallet.identifiers import InvoiceId
from core.wallet.states import InvoiceStatus
from tests.support.access_point import SECRET, SmallAccessPoint
from tests.support.wallets import a_wallet, an_order

NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def small() -> Iterator[SmallAccessPoint]:
    with SmallAccessPoint() as running:
        yield running


@pytest.fixture
def invoice(database: Database, settings: Settings) -> InvoiceId:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=1_000, now=NOVEMBER)
        charging.charge(session, an_order(wallet, cents=250), now=NOVEMBER)
    invoice_months(database, settings.wallet.seller, now=DECEMBER)
    with database.reading() as session:
        return InvoiceId(session.scalars(select(InvoiceRow.id)).one())


@pytest.fixture
def attempt(database: Database, small: SmallAccessPoint, invoice: InvoiceId) -> Callable[..., None]:
    """Return what makes one attempt at the invoice."""
    http = OutboundHttp(OutboundSettings(frozenset(), insecure=False), Mode.TEST, [small.port])

    def attempt(number: int = 1, *, secret: str = SECRET, url: str = small.url) -> None:
        access_point = AccessPoint(http, AccessPointSettings(url, Secret(secret)))
        send(database, access_point, invoice, attempt=number, now=DECEMBER)

    return attempt


def kept(database: Database) -> tuple[str, int, bytes | None]:
    with database.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
        assert (row.sent_at is not None) == (row.status == InvoiceStatus.SENT)
        return row.status, row.attempts, row.response


def test_an_invoice_is_brought_under_the_names_of_the_network(
    database: Database, settings: Settings, small: SmallAccessPoint, invoice: InvoiceId, attempt: Callable[..., None]
) -> None:
    attempt()
    attempt()

    assert kept(database) == ("sent", 1, b'{"overallSuccess": true}')
    assert small.submissions == 1
    (received,) = small.received.values()
    with database.reading() as session:
        row = session.get_one(InvoiceRow, invoice)
        buyer = row.content["buyer"]["number"]
        assert received.xml == row.xml
    assert received.parts == (
        f"iso6523-actorid-upis::0208:{settings.wallet.seller.number}",
        f"iso6523-actorid-upis::0208:{buyer}",
        f"busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##{_BILLING}::2.1",
        "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "BE",
    )


def test_an_answer_that_was_lost_sends_nothing_twice(
    database: Database, small: SmallAccessPoint, attempt: Callable[..., None]
) -> None:
    small.loses = True
    with pytest.raises(Unavailable):
        attempt()
    assert kept(database)[:2] == ("queued", 1)

    attempt(2)

    assert small.submissions == 1
    assert kept(database)[:2] == ("sent", 2)


def test_what_the_access_point_is_still_at_is_asked_for_again(
    database: Database, small: SmallAccessPoint, invoice: InvoiceId, attempt: Callable[..., None]
) -> None:
    small.becomes = "failed"
    with pytest.raises(Unavailable):
        attempt()
    assert kept(database)[0] == "queued"

    small.states[invoice] = "sent"
    attempt(2)

    assert kept(database)[0] == "sent"
    assert small.submissions == 1


@pytest.mark.parametrize(
    ("becomes", "status"), [(None, "refused"), ("rejected", "refused"), ("permanently_failed", "not-reachable")]
)
def test_what_is_not_taken_or_cannot_be_brought_is_over(
    database: Database, small: SmallAccessPoint, attempt: Callable[..., None], becomes: str | None, status: str
) -> None:
    small.becomes = becomes

    attempt()

    assert kept(database)[:2] == (status, 1)
    assert kept(database)[2]


@pytest.mark.parametrize("wrong", [{"secret": "not-the-secret-of-this-access-point"}, {"url": "http://127.0.0.1:1"}])
def test_after_the_last_attempt_the_customer_counts_as_not_reachable(
    database: Database, small: SmallAccessPoint, attempt: Callable[..., None], wrong: dict[str, str]
) -> None:
    """Whatever was wrong; a message that is sent again from the dead letters begins anew."""
    with pytest.raises(ImmoError):
        attempt(MAX_ATTEMPTS, **wrong)

    assert kept(database)[:2] == ("not-reachable", 1)
    assert small.received == {}
    attempt()
    assert kept(database)[:2] == ("sent", 2)
