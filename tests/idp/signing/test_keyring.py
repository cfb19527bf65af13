import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.settings import Settings
from core.proof.jws import InvalidJwt
from core.proof.keys import ALGORITHMS
from idp.signing import jws, rotation, software
from idp.signing.keyring import Keyring
from idp.signing.private_keys import PrivateKeys
from idp.signing.software import KeyFileUnusable

HALF_A_MINUTE = timedelta(seconds=30)


def kids(keyring: Keyring) -> list[str]:
    return [key["kid"] for key in json.loads(keyring.jwks().body)["keys"]]


def publish(database: Database, folder: Path, clock: FixedClock, algorithm: str = "ES256") -> str:
    with database.transaction() as session:
        return rotation.new_key(session, PrivateKeys(folder), algorithm=algorithm, now=clock.now())


def activate(database: Database, clock: FixedClock, kid: str) -> None:
    with database.transaction() as session:
        rotation.activate(session, kid=kid, now=clock.now(), at_once=True)


def retire(database: Database, clock: FixedClock, kid: str) -> None:
    with database.transaction() as session:
        rotation.retire(session, kid=kid, now=clock.now(), at_once=True)


def another_process(database: Database, settings: Settings, clock: FixedClock) -> Keyring:
    return Keyring(database, PrivateKeys(settings.keys_directory), clock)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signer_is_the_active_key_of_the_algorithm(algorithm: str, keyring: Keyring) -> None:
    signer = keyring.signer(algorithm)

    assert signer.algorithm == algorithm
    assert signer.kid in kids(keyring)


def test_every_key_of_the_jwks_has_its_own_kid(keyring: Keyring) -> None:
    """OpenID Connect Core section 10.1: one RSA key does not serve two algorithms."""
    found = kids(keyring)

    assert len(found) == len(set(found)) == len(ALGORITHMS)


def test_jwks_shows_no_private_member(keyring: Keyring) -> None:
    for key in json.loads(keyring.jwks().body)["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


def test_jwks_begins_with_the_key_that_every_client_can_use(keyring: Keyring) -> None:
    assert json.loads(keyring.jwks().body)["keys"][0]["alg"] == "RS256"


def test_entity_tag_follows_the_content(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    before = keyring.jwks()
    assert keyring.jwks().etag == before.etag

    publish(database, settings.keys_directory, clock)
    keyring.refresh()

    assert keyring.jwks().etag != before.etag


def test_algorithm_without_a_key_is_unavailable(database: Database, settings: Settings, clock: FixedClock) -> None:
    """Here the database holds no key at all: `keyring` is not asked for."""
    with pytest.raises(Unavailable):
        Keyring(database, PrivateKeys(settings.keys_directory), clock).signer("ES256")


def test_published_key_is_shown_and_does_not_sign(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    active = keyring.signer("ES256").kid
    new = publish(database, settings.keys_directory, clock)

    keyring.refresh()

    assert new in kids(keyring)
    assert keyring.signer("ES256").kid == active


def test_token_verifies_through_the_whole_rotation_until_its_key_retires(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    old = keyring.signer("ES256").kid
    token = jws.encode(keyring.signer("ES256"), {"sub": "usr_1"})
    new = publish(database, settings.keys_directory, clock)
    keyring.refresh()
    assert jws.decode(keyring, token, typ=None)

    activate(database, clock, new)
    keyring.refresh()
    assert keyring.signer("ES256").kid == new
    assert jws.decode(keyring, token, typ=None)

    retire(database, clock, old)
    keyring.refresh()
    assert old not in kids(keyring)
    clock.advance(HALF_A_MINUTE)
    with pytest.raises(InvalidJwt):
        jws.decode(keyring, token, typ=None)


def test_other_processes_follow_within_half_a_minute(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    other = another_process(database, settings, clock)
    before = other.signer("ES256").kid
    new = publish(database, settings.keys_directory, clock)
    activate(database, clock, new)
    assert other.signer("ES256").kid == before

    clock.advance(HALF_A_MINUTE)

    assert other.signer("ES256").kid == new


def test_key_that_another_process_just_made_is_found_by_its_token(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    other = another_process(database, settings, clock)
    assert other.jwks().body
    activate(database, clock, publish(database, settings.keys_directory, clock))
    keyring.refresh()
    token = jws.encode(keyring.signer("ES256"), {"sub": "usr_1"})
    clock.advance(timedelta(seconds=6))

    assert jws.decode(other, token, typ=None) == {"sub": "usr_1"}


def test_made_up_kids_do_not_become_a_query_each(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    assert keyring.jwks().body
    publish(database, settings.keys_directory, clock)
    before = keyring.jwks()

    found = [keyring.find(f"made-up-{number}") for number in range(10)]

    assert found == [None] * 10
    assert keyring.jwks() is before


def test_lost_database_leaves_the_known_keys_in_force(keyring: Keyring, database: Database, clock: FixedClock) -> None:
    token = jws.encode(keyring.signer("RS256"), {"sub": "usr_1"})
    known = keyring.jwks()
    with database.transaction() as session:
        session.execute(text("ALTER TABLE signing_key RENAME TO lost"))
    clock.advance(HALF_A_MINUTE)

    assert keyring.jwks() == known
    assert jws.decode(keyring, token, typ=None) == {"sub": "usr_1"}
    assert jws.encode(keyring.signer("RS256"), {})


def test_database_that_is_back_is_noticed(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    assert keyring.jwks().body
    with database.transaction() as session:
        session.execute(text("ALTER TABLE signing_key RENAME TO lost"))
    clock.advance(HALF_A_MINUTE)
    assert keyring.jwks().body
    with database.transaction() as session:
        session.execute(text("ALTER TABLE lost RENAME TO signing_key"))
    new = publish(database, settings.keys_directory, clock)

    clock.advance(timedelta(seconds=5))

    assert new in kids(keyring)


def test_predecessor_goes_on_signing_where_the_new_file_is_missing(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """A node to which the file was not yet brought: its tokens verify, because the key is shown."""
    old = keyring.signer("ES256").kid
    new = publish(database, settings.keys_directory, clock)
    software.key_file(settings.keys_directory, new).unlink()
    activate(database, clock, new)

    keyring.refresh()

    assert keyring.signer("ES256").kid == old


def test_start_without_the_active_key_file_is_refused(
    keyring: Keyring, database: Database, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    with pytest.raises(KeyFileUnusable):
        Keyring(database, PrivateKeys(tmp_path / "empty"), clock).signer("ES256")
