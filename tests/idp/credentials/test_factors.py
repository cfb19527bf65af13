"""What an account can prove itself with, and how sure that is (docs/adr/0010)."""

import pytest
from sqlalchemy import delete

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from idp.credentials import factors, recovery_codes
from idp.credentials.factors import Factors
from idp.credentials.tables import PasswordRow
from tests.support.cards import link_card
from tests.support.factors import PLACE, with_authenticator, with_passkey
from tests.support.tools import a_person

NOBODY = PersonId("usr_nobody")


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


@pytest.fixture
def bert(database: Database, store: EphemeralStore, settings: Settings, clock: FixedClock) -> PersonId:
    """Create Bert, who has everything."""
    with database.transaction() as session:
        bert = a_person(session, "bert.janssens", now=clock.now())
    with_authenticator(database, settings.secret, bert, now=clock.now())
    with_passkey(database, store, settings.issuer, bert, now=clock.now())
    return bert


def found(database: Database, person_id: PersonId) -> Factors:
    with database.statements() as connection:
        return factors.summary(connection, person_id)


def test_a_password_alone_reaches_the_lowest_level(database: Database, anna: PersonId, bert: PersonId) -> None:
    means = found(database, anna)

    assert means == Factors(has_password=True, has_authenticator=False, passkeys=0, recovery_codes_left=0)
    assert (means.reachable_acr, means.needs_passkey) == (Acr.PASSWORD, False)


def test_everything_is_counted_for_its_owner(
    database: Database, settings: Settings, bert: PersonId, clock: FixedClock
) -> None:
    with database.transaction() as session:
        [code, *_] = recovery_codes.make(session, bert, secret=settings.secret, now=clock.now())
        recovery_codes.use(session, bert, code, secret=settings.secret, place=PLACE, now=clock.now())

    assert found(database, bert) == Factors(
        has_password=True, has_authenticator=True, passkeys=1, recovery_codes_left=9
    )


def test_an_authenticator_makes_a_second_factor_necessary(
    database: Database, settings: Settings, anna: PersonId, clock: FixedClock
) -> None:
    with_authenticator(database, settings.secret, anna, now=clock.now())

    with database.statements() as connection:
        assert factors.has_second_factor(connection, anna)
        assert factors.reachable_acr(connection, anna) is Acr.MFA


def test_a_passkey_makes_more_possible_and_nothing_necessary(
    database: Database, store: EphemeralStore, settings: Settings, anna: PersonId, clock: FixedClock
) -> None:
    with_passkey(database, store, settings.issuer, anna, now=clock.now())

    with database.statements() as connection:
        assert not factors.has_second_factor(connection, anna)
        assert factors.reachable_acr(connection, anna) is Acr.MFA


def test_a_linked_card_reaches_the_highest_level_and_is_a_way_in(
    database: Database, store: EphemeralStore, settings: Settings, anna: PersonId, bert: PersonId, clock: FixedClock
) -> None:
    """Whoever has the card needs neither password nor passkey; what a passkey alone reaches stays as it was."""
    with database.transaction() as session:
        link_card(session, anna, now=clock.now())
        session.execute(delete(PasswordRow).where(PasswordRow.person_id == anna))

    means = found(database, anna)
    assert (means.has_card, means.reachable_acr, means.needs_passkey) == (True, Acr.HIGH, False)
    assert (found(database, bert).has_card, found(database, bert).reachable_acr) == (False, Acr.MFA)


def test_without_a_password_a_passkey_is_needed(database: Database, anna: PersonId) -> None:
    with database.transaction() as session:
        session.execute(delete(PasswordRow).where(PasswordRow.person_id == anna))

    assert found(database, anna).needs_passkey


def test_nobody_has_nothing(database: Database, bert: PersonId) -> None:
    means = found(database, NOBODY)

    assert means == Factors(has_password=False, has_authenticator=False, passkeys=0, recovery_codes_left=0)
    with database.reading() as session:
        assert not factors.has_second_factor(session, NOBODY)
