"""Who paid from a wallet has left a trace in the books: their account is anonymised, never removed."""

from dataclasses import replace

from sqlalchemy import select

from core.closing.person import ErasureCause, Fate, begin_erasure, complete_erasure
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.wallet import accounts, charging
from core.wallet.bank.statements import import_file
from core.wallet.bank.tables import BankFileRow
from core.wallet.control import corrections
from tests.support.bank_files import ACCOUNT, a_statement
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order


def test_paying_is_activity(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=500, now=clock.now())
        payer, other = (a_person(session, name, now=clock.now()) for name in ("carla.payer", "dirk.other"))
        charging.charge(session, replace(an_order(wallet, cents=100), person_id=payer), now=clock.now())

    with database.transaction() as session:
        fates = [begin_erasure(session, person, may_leave_ownerless=False).fate for person in (payer, other)]

    assert fates == [Fate.ANONYMISED, Fate.DELETED]


def test_correcting_the_books_is_activity_and_bringing_a_file_of_the_bank_is_none(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.transaction() as session:
        corrector, bringer = (a_person(session, name, now=now) for name in ("carla.corrects", "dirk.brings"))
        entry = corrections.entry_of(accounts.UNMATCHED, accounts.BANK_CLEARING, 100)
        corrections.correct(session, entry, by=corrector, reference="T-1", now=now)
        import_file(session, a_statement(), account=ACCOUNT, by=bringer, now=now)

    with database.transaction() as session:
        endings = [begin_erasure(session, person, may_leave_ownerless=False) for person in (corrector, bringer)]
        assert [ending.fate for ending in endings] == [Fate.ANONYMISED, Fate.DELETED]
        for ending in endings:
            complete_erasure(session, ending, by=None, cause=ErasureCause.REQUEST, reference=None, now=now)

    with database.reading() as session:
        assert session.scalars(select(BankFileRow.brought_by)).all() == [None]
