import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict
from core.wallet.opening import open_wallet
from core.wallet.tables import WalletRow
from tests.support.offices import a_person, an_office


def test_an_organisation_has_one_wallet(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

    with pytest.raises(Conflict), database.transaction() as session:
        open_wallet(session, wallet_id="wal_second", organisation_id=office.organisation_id, now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(WalletRow.organisation_id)).all() == [office.organisation_id]
