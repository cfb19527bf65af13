"""What is transferred to a wallet is told to its managers: once for each file, and for each decision (W10, O14)."""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.infra.outbox import drain
from core.infra.topics import WalletCredited
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.states import Notices
from core.organisations.tables import MembershipRow
from core.wallet.bank import desk
from core.wallet.identifiers import WalletId
from idp import jobs
from idp.wiring import Services
from tests.support.bank_files import NORTH, NORTH_SENDER, SOUTH, a_statement, brought, two_wallets
from tests.support.letters import letters


def bring(services: Services, content: bytes) -> None:
    with services.database.transaction() as session:
        brought(session, content, services.clock)


def told(services: Services) -> int:
    """Let the worker tell what waits, and return of how many wallets it did."""
    now = services.clock.now()
    return drain(services.database, jobs.handlers(services), now=now, only=[WalletCredited.topic]).delivered


def open_wallets(services: Services, notices: Notices = Notices.AT_ONCE) -> Sequence[WalletId]:
    with services.database.transaction() as session:
        wallets = two_wallets(session, services.clock)
        session.execute(update(MembershipRow).values(notices=notices.value))
    return wallets


def test_a_file_is_one_mail_for_each_wallet_with_what_came_in_all_and_what_is_on_it(services: Services) -> None:
    open_wallets(services)
    payments = [(2_500, NORTH_SENDER, message) for message in (NORTH, SOUTH, NORTH)]
    first = a_statement(*payments, (900, NORTH_SENDER, "mei"))

    bring(services, first)
    assert told(services) == 2

    north, south = sorted(letters(services, "wallet-credited"), key=lambda mail: mail.address)
    assert north.text.count("€\xa050,00") == 2
    assert south.text.count("€\xa025,00") == 2
    assert "/wallet" in north.text
    bring(services, first)
    bring(services, a_statement((100, NORTH_SENDER, NORTH), opening=8_400, name="S2", number=2))
    assert told(services) == 1
    last = letters(services, "wallet-credited")[-1]
    assert last.address == north.address
    assert "€\xa01,00" in last.text
    assert "€\xa051,00" in last.text


def test_what_operators_book_is_told_and_what_they_take_is_no_credit(services: Services) -> None:
    north, _ = open_wallets(services)
    bring(services, a_statement((4_000, NORTH_SENDER, "mei")))
    taken = a_statement((-1_500, NORTH_SENDER, "terug"), opening=4_000, name="S2", number=2)
    bring(services, taken.replace(b"<Sts>BOOK", b"<RvslInd>true</RvslInd><Sts>BOOK"))
    assert told(services) == 0

    for _ in range(2):
        with services.database.transaction() as session:
            desk.book(session, desk.waiting(session)[0].id, north, now=services.clock.now())

    assert told(services) == 1
    (mail,) = letters(services, "wallet-credited")
    assert mail.text.count("€\xa040,00") == 2


def test_whoever_hears_of_things_once_a_day_or_not_at_all_has_no_mail_of_its_own(services: Services) -> None:
    open_wallets(services, Notices.DAILY)
    with services.database.transaction() as session:
        first = session.scalars(select(MembershipRow).order_by(MembershipRow.id)).first()
        assert first is not None
        first.notices, silent = Notices.NONE.value, first.organisation_id

    bring(services, a_statement((2_500, NORTH_SENDER, NORTH), (2_500, NORTH_SENDER, SOUTH)))
    assert told(services) == 2

    assert letters(services, "wallet-credited") == []
    with services.database.reading() as session:
        (waiting,) = session.scalars(select(WaitingNoticeRow)).all()
    assert waiting.template == "wallet-credited"
    assert waiting.organisation_id != silent
