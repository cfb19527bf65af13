"""The worker follows online payments: what nobody looked after any more, and what was announced."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.organisations.tables import MembershipRow
from core.wallet.payments import topups
from core.wallet.tables import WalletRow
from idp.jobs import periodic
from idp.wiring import Services
from tests.support import payments
from tests.support.wallets import a_wallet


def test_an_intent_is_taken_up_and_an_announced_payment_is_on_the_wallet_in_seconds(
    services: Services, clock: FixedClock
) -> None:
    database = services.database
    with payments.running() as sandbox:
        pointed = payments.pointed_at(sandbox, services.settings)
        reaching = replace(services, settings=pointed, http=OutboundHttp(pointed.outbound, pointed.mode))
        (job,) = (one for one in periodic(reaching) if one.name == "follow-payments")
        with database.transaction() as session:
            wallet, now = a_wallet(session, now=clock.now()), clock.now()
            payer = session.scalars(select(MembershipRow.person_id)).one()
            topups.intend(
                session, wallet, 50_00, top_up_id="top_1", provider="mollie", by=payer, language="fr", now=now
            )

        clock.advance(timedelta(minutes=1))
        job.function(clock.now())
        payment = payments.only_payment(sandbox.book)
        sandbox.book.end(payment, "paid", "bancontact")
        with database.transaction() as session:
            topups.announce(session, "mollie", payment, now=clock.now())
        job.function(clock.now())

    assert job.every <= timedelta(seconds=5)
    with database.reading() as session:
        assert session.get_one(WalletRow, wallet).balance_cents == 50_00
