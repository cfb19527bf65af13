"""Provider, bank and ledger after a payment went its whole way: paid, given back in part, paid out, on a statement."""

from core.closing import reconciling
from core.infra.clock import FixedClock, belgian_date
from core.infra.db import Database
from core.infra.settings import Settings
from core.wallet import accounts
from core.wallet.payments import topups
from tests.support import payments
from tests.support.bank_files import NORTH_SENDER, a_statement, brought
from tests.support.offices import a_person
from tests.support.wallets import a_wallet


def test_a_payment_on_its_whole_way_leaves_nothing_open(
    database: Database, clock: FixedClock, settings: Settings
) -> None:
    now = clock.now()
    with payments.running() as sandbox:
        desk, book = payments.a_desk(sandbox, settings, database), sandbox.book
        with database.transaction() as session:
            wallet, by = a_wallet(session, now=now), a_person(session, "some.payer", now=now)
            intent = {"top_up_id": "top_1", "provider": desk.provider.name, "by": by, "language": "nl"}
            topups.intend(session, wallet, 80_00, **intent, now=now)
        desk.ask("top_1", now=now)
        payment = payments.only_payment(book)
        book.end(payment, "paid", "bancontact")
        book.refund(payment, 30_00)
        desk.ask("top_1", now=now)
        settled = book.settle()
        assert settled is not None

        on_its_way = reconciling.compare(database, desk.provider, now=now)
        paid_out = settled.gross_cents - settled.fees_cents
        statement = a_statement((paid_out, NORTH_SENDER, f"Payout {settled.reference}"), on=belgian_date(now))
        with database.transaction() as session:
            brought(session, statement, clock)
        arrived = reconciling.compare(database, desk.provider, now=now)

    assert on_its_way.differences == arrived.differences == ()
    assert arrived.balances == {
        "wallets": 50_00,
        "held": 0,
        accounts.PROVIDER_CLEARING: 0,
        accounts.BANK_CLEARING: -paid_out,
        accounts.PROVIDER_FEES: -settled.fees_cents,
        accounts.UNMATCHED: 0,
    }
