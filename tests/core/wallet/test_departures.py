"""Who paid from a wallet has left a trace in the books: their account is anonymised, never removed."""

from dataclasses import replace

from core.closing.person import Fate, begin_erasure
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.wallet import charging
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
