"""Receipts: one for each transaction that succeeded, frozen when somebody first asks for it (W5)."""

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra.catalogues import LANGUAGES, translations
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.wallet import charging, holds, transfers
from core.wallet.documents import receipts
from core.wallet.documents.receipts import NO_INVOICE, Names, Party, Receipt
from core.wallet.documents.tables import ReceiptRow
from core.wallet.identifiers import WalletId
from core.wallet.states import EntryKind, TransactionKind
from core.wallet.tables import TransactionRow
from tests.support import deposits
from tests.support.at_once import at_once
from tests.support.offices import a_person
from tests.support.paper import said
from tests.support.wallets import a_wallet, an_order

NEW_YEARS_EVE = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
NAMES = Names(
    seller=Party("Immo-Connect NV", ("Wetstraat 1, 1000 Brussel", "BE 0100.003.040")),
    organisation=Party("Immo Test BV", ("0700.000.188",)),
    tools={"finder": "CadastreFinder"},
)


def receipt(
    session: Session, wallet: WalletId, transaction: str, language: str = "en", names: Names = NAMES
) -> Receipt:
    receipts.freeze(session, wallet, transaction, names, language=language, now=NEW_YEARS_EVE)
    found = receipts.kept(session, wallet, transaction, language=language)
    assert found is not None
    return found


def test_a_receipt_says_what_when_and_how_much_and_that_it_is_no_invoice(database: Database) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=50_00, now=NEW_YEARS_EVE)
        paid = charging.charge(session, an_order(wallet, cents=2_50, reference="search-7"), now=NEW_YEARS_EVE)

        found = receipt(session, wallet, paid.id)

    assert found.number == "2026-000002"
    text = said(found.pdf)
    for part in ("Receipt 2026-000002", "Immo-Connect NV", "BE 0100.003.040", "Immo Test BV", "0700.000.188"):
        assert part in text
    for fact in ("Payment to CadastreFinder", "Search of a parcel", "search-7", "31 December 2026, 23:30"):
        assert fact in text
    assert "Taken from the wallet €2.50" in text
    assert "Balance afterwards €47.50" in text
    assert "This is no invoice." in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_that_it_is_no_invoice_and_writes_amounts_its_way(
    database: Database, language: str
) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, now=NEW_YEARS_EVE)
        paid = deposits.credit(session, wallet, 1_234_50, kind=EntryKind.TOP_UP_BANK, reference="b", now=NEW_YEARS_EVE)

        text = said(receipt(session, wallet, paid.id, language).pdf)

    assert translations(language).gettext(NO_INVOICE) in text
    assert {"nl": "€ 1.234,50", "fr": "1 234,50 €", "en": "€1,234.50"}[language] in text


def test_a_receipt_stays_as_it_was_whatever_is_called_otherwise_later(database: Database) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=50_00, now=NEW_YEARS_EVE)
        paid = charging.charge(session, an_order(wallet, cents=2_50), now=NEW_YEARS_EVE)
        first = receipt(session, wallet, paid.id)
        renamed = Names(NAMES.seller, Party("Another name", ()), {"finder": "Another tool"})

        again = receipt(session, wallet, paid.id, names=renamed)
        in_french = receipt(session, wallet, paid.id, "fr", renamed)

        assert again == first
        assert "Another name" in said(in_french.pdf)


def test_of_many_who_ask_first_one_freezes_it_for_all(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=50_00, now=clock.now())
        paid = charging.charge(session, an_order(wallet, cents=2_50), now=clock.now())

    def ask(number: int) -> None:
        mine = Names(NAMES.seller, Party(f"Name {number}", ()), {})
        with database.transaction() as session:
            receipts.freeze(session, wallet, paid.id, mine, language="en", now=clock.now())

    assert at_once(*[partial(ask, number) for number in range(6)]) == []

    with database.reading() as session:
        (row,) = session.scalars(select(ReceiptRow)).all()
        found = receipts.kept(session, wallet, paid.id, language="en")
    assert found is not None
    assert row.content["receiver"]["name"] in said(found.pdf)


def test_a_receipt_that_is_set_otherwise_is_given_and_logged(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A newer typesetter may place a letter otherwise; what the receipt says is what was frozen."""
    with database.transaction() as session:
        wallet = a_wallet(session, cents=50_00, now=NEW_YEARS_EVE)
        paid = charging.charge(session, an_order(wallet, cents=2_50), now=NEW_YEARS_EVE)
        first = receipt(session, wallet, paid.id)
        session.execute(update(ReceiptRow).values(digest="0" * 64))
        session.expire_all()

        with caplog.at_level("WARNING"):
            assert receipts.kept(session, wallet, paid.id, language="en") == first
    assert caplog.messages == ["receipt_set_otherwise"]


def test_what_failed_is_open_or_of_another_wallet_has_no_receipt(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet, other = (a_wallet(session, cents=50_00, now=clock.now()) for _ in range(2))
        order = an_order(wallet, cents=60_00, reference="failed")
        charging.refuse(session, order, "insufficient-funds", now=clock.now())
        open_hold = holds.reserve(session, an_order(wallet, cents=1), life=holds.LONGEST, now=clock.now())
        paid = charging.charge(session, an_order(wallet, cents=1), now=clock.now())
        failed = session.scalars(select(TransactionRow.id).where(TransactionRow.reference == "failed")).one()

        for owner, transaction in (
            (wallet, failed),
            (wallet, open_hold.transaction_id),
            (other, paid.id),
            (wallet, ""),
        ):
            with pytest.raises(NotFound):
                receipts.freeze(session, owner, transaction, NAMES, language="en", now=clock.now())
            with pytest.raises(NotFound):
                receipts.kept(session, owner, transaction, language="en")


def test_every_kind_of_transaction_has_a_receipt(database: Database, clock: FixedClock) -> None:
    """W5: of a recharge, a transfer, a search alike; the numbers are those of the ledger."""
    with database.transaction() as session:
        wallet, other = a_wallet(session, cents=50_00, now=clock.now()), a_wallet(session, now=clock.now())
        paid = charging.charge(session, an_order(wallet, cents=10_00), now=clock.now())
        charging.refund(session, paid.id, 5_00, client_id="finder", now=clock.now())
        by = a_person(session, "manager", now=clock.now())
        transfers.transfer(session, wallet, other, 1_00, by=by, description="", now=clock.now())
        deposits.take_back(session, wallet, 60_00, reference="undone", now=clock.now())
        deposits.credit(session, wallet, 60_00, kind=EntryKind.TOP_UP_ONLINE, reference="tr_1", now=clock.now())
        rows = session.scalars(select(TransactionRow).order_by(TransactionRow.wallet_id, TransactionRow.number)).all()

        made = [receipt(session, WalletId(row.wallet_id), row.id) for row in rows]

    mine = [one for one, row in zip(made, rows, strict=True) if row.wallet_id == wallet]
    assert [one.number[5:] for one in mine] == [f"{number:06d}" for number in range(1, 7)]
    assert {row.kind for row in rows} == set(TransactionKind) - {TransactionKind.PAY_OUT, TransactionKind.CORRECTION}
