"""A new password against everything that happens at the same moment (A12, A13)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.settings import Settings
from idp.credentials import passwords, recovery
from idp.credentials.recovery import RecoveryProof
from idp.wiring import Services
from tests.idp.oidc.new_password_racers import race
from tests.support.databases import IS_POSTGRES
from tests.support.letters import letters
from tests.support.sign_in import Browser
from tests.support.tools import PASSWORD, Office, an_office

NEW = "trein-boom-42-zee"


@pytest.fixture
def office(services: Services, idp_app: object) -> Office:
    """Return the office, made an hour ago."""
    return an_office(services)


@pytest.fixture
def shared(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Return settings with which another process finds the same database and store."""
    return replace(settings, redis_url=request.getfixturevalue("redis_url")) if IS_POSTGRES else settings


def proof(services: Services, office: Office) -> RecoveryProof:
    """Return what a right code proves now."""
    with services.database.reading() as session:
        hashed = passwords.stored_hash(session, office.anna)
    return RecoveryProof(office.anna, "anna.peeters@people.example", digest(hashed or ""))


@pytest.mark.parametrize("names", [["one"] * 4, ["one", "two", "three", "four"]])
def test_of_many_processes_one_recovers(services: Services, office: Office, shared: Settings, names: list[str]) -> None:
    """With the same proof, because it is taken once; with proofs of their own, because the first voids the others."""
    for name in set(names):
        recovery.keep(services.store, name, proof(services, office))

    said = race(shared, names)

    won = [answer for answer in said if answer.startswith("trein")]
    assert len(won) == 1
    assert [answer for answer in said if answer not in won] == ["recovery-over"] * 3
    with services.database.reading() as session:
        assert passwords.verify(passwords.stored_hash(session, office.anna), won[0]).is_right
    assert len(letters(services, "password-changed")) == 1


def test_no_session_that_begins_meanwhile_outlives_the_old_password(
    services: Services, office: Office, idp: Callable[[], FlaskClient], clock: FixedClock
) -> None:
    """Somebody who knows the old password tries to slip in while the owner changes it, again and again."""
    owner = Browser(idp()).get("/account/security/password").sign_in()
    thieves = [Browser(idp()).get("/account/devices") for _ in range(5)]
    clock.advance(timedelta(minutes=1))
    together = Barrier(len(thieves) + 1)

    def change() -> None:
        together.wait()
        typed = {"current-password": PASSWORD, "new-password": NEW, "new-password-again": NEW}
        owner.press("#save-password", **typed)

    def slip_in(thief: Browser) -> None:
        together.wait()
        thief.sign_in()

    with ThreadPoolExecutor(len(thieves) + 1) as pool:
        running = [pool.submit(change), *(pool.submit(slip_in, thief) for thief in thieves)]
        for each in running:
            each.result()

    assert owner.page.has("#done")
    assert not any(thief.get("/account/devices").page.has("#devices") for thief in thieves)
    assert owner.get("/account/devices").page.has("#no-others")
