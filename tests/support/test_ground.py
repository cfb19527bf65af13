"""The ground itself: what the other tests silently rely on."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore, Kind
from tests.support.ground import START


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_each_test_has_a_database_of_its_own(database: Database, attempt: str) -> None:
    with database.transaction() as session:
        found = inspect(session.connection()).has_table("left_behind")
        session.execute(text("CREATE TABLE left_behind (attempt TEXT)"))

    assert not found


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_each_test_has_a_store_of_its_own(store: EphemeralStore, attempt: str) -> None:
    was_absent = store.add(Kind.CODE, "left-behind", b"", timedelta(minutes=1))

    assert was_absent


def test_the_clock_stands_still_until_it_is_moved(clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=5))

    assert clock.now() == START + timedelta(minutes=5)


def test_settings_are_those_of_a_test_installation(settings: Settings) -> None:
    assert settings.mode is Mode.TEST
    assert settings.issuer == "https://login.immo.test"
    assert settings.portal_url == "https://portal.immo.test"
