"""The worker tells the managers that their wallet ran low: by mail, or with the rest of their day (W11, O14)."""

from sqlalchemy import select, update

from core.infra.outbox import drain
from core.infra.topics import WalletLow
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.states import Notices
from core.organisations.tables import MembershipRow
from core.wallet import charging
from idp import jobs
from idp.wiring import Services
from tests.support.letters import letters
from tests.support.wallets import a_wallet, an_order


def empty_a_wallet(services: Services, notices: Notices) -> None:
    """Let a wallet of 26.00 be charged 2.00, whose one manager hears of things in this way."""
    now = services.clock.now()
    with services.database.transaction() as session:
        wallet = a_wallet(session, cents=26_00, now=now)
        session.execute(update(MembershipRow).values(notices=notices.value))
        charging.charge(session, an_order(wallet, cents=2_00), now=now)
    assert drain(services.database, jobs.handlers(services), now=now, only=[WalletLow.topic]).delivered == 1


def test_the_managers_read_what_is_left_and_where_to_recharge(services: Services) -> None:
    empty_a_wallet(services, Notices.AT_ONCE)

    (mail,) = letters(services, "wallet-low")
    assert "€\xa024,00" in mail.text
    assert "€\xa025,00" in mail.text
    assert "/wallet/recharge" in mail.text


def test_who_hears_of_things_once_a_day_has_no_mail_of_its_own(services: Services) -> None:
    empty_a_wallet(services, Notices.DAILY)

    assert letters(services, "wallet-low") == []
    with services.database.reading() as session:
        assert session.scalars(select(WaitingNoticeRow.template)).all() == ["wallet-low"]
