import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.proof.keys import ALGORITHMS
from idp.signing import rotation, software
from idp.signing.private_keys import PrivateKeys
from idp.signing.software import KeyFileUnusable
from idp.signing.states import SHOWN_AFTER_SIGNING, SHOWN_BEFORE_SIGNING, KeyState, TooEarly, WrongKeyState


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def an_active_key(database: Database, folder: Path, clock: FixedClock, algorithm: str = "ES256") -> str:
    (kid,) = rotation.ensure_keys(database, PrivateKeys(folder), now=clock.now(), algorithms=(algorithm,))
    return kid


def a_new_key(database: Database, folder: Path, clock: FixedClock, algorithm: str = "ES256") -> str:
    with database.transaction() as session:
        return rotation.new_key(session, PrivateKeys(folder), algorithm=algorithm, now=clock.now())


def states(database: Database) -> dict[str, KeyState]:
    with database.reading() as session:
        return {key.kid: key.state for key in rotation.list_keys(session)}


def test_first_start_makes_one_active_key_for_each_algorithm(
    database: Database, folder: Path, clock: FixedClock
) -> None:
    made = rotation.ensure_keys(database, PrivateKeys(folder), now=clock.now())

    with database.reading() as session:
        keys = rotation.list_keys(session)
    assert {key.algorithm for key in keys} == set(ALGORITHMS)
    assert {key.kid for key in keys} == set(made)
    assert all(key.state is KeyState.ACTIVE for key in keys)
    assert {path.stem for path in folder.iterdir()} == set(made)


def test_second_start_makes_nothing(database: Database, folder: Path, clock: FixedClock) -> None:
    kid = an_active_key(database, folder, clock)

    assert rotation.ensure_keys(database, PrivateKeys(folder), now=clock.now(), algorithms=("ES256",)) == ()
    assert states(database) == {kid: KeyState.ACTIVE}


def test_active_key_without_its_file_stops_the_start(database: Database, folder: Path, clock: FixedClock) -> None:
    """Making another key here would leave other nodes signing with the first."""
    kid = an_active_key(database, folder, clock)
    software.key_file(folder, kid).unlink()

    with pytest.raises(KeyFileUnusable):
        rotation.ensure_keys(database, PrivateKeys(folder), now=clock.now(), algorithms=("ES256",))

    assert states(database) == {kid: KeyState.ACTIVE}


def test_threads_that_start_at_once_agree_on_one_key(database: Database, folder: Path, clock: FixedClock) -> None:
    barrier = threading.Barrier(6)
    made: list[tuple[str, ...]] = []

    def start() -> None:
        barrier.wait()
        made.append(rotation.ensure_keys(database, PrivateKeys(folder), now=clock.now(), algorithms=("ES256",)))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [kids for kids in made if kids]
    assert len(made) == 6
    assert len(winners) == 1
    assert states(database) == {winners[0][0]: KeyState.ACTIVE}
    assert [path.stem for path in folder.iterdir()] == [winners[0][0]]


_START = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from core.infra.db import Database
from idp.signing.private_keys import PrivateKeys
from idp.signing.rotation import ensure_keys

database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
made = ensure_keys(
    database,
    PrivateKeys(Path(sys.argv[2])),
    now=datetime(2026, 11, 2, tzinfo=UTC),
    algorithms=("ES256", "EdDSA"),
)
print(len(made), flush=True)
"""


def test_processes_that_start_at_once_agree_on_one_key(database: Database, database_url: str, folder: Path) -> None:
    command = [sys.executable, "-c", _START, database_url, str(folder)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    made = sum(int(process.communicate(timeout=60)[0]) for process in processes)

    assert made == 2
    assert list(states(database).values()) == [KeyState.ACTIVE, KeyState.ACTIVE]
    assert {path.stem for path in folder.iterdir()} == set(states(database))


def test_new_key_is_shown_before_it_signs(database: Database, folder: Path, clock: FixedClock) -> None:
    active = an_active_key(database, folder, clock)

    new = a_new_key(database, folder, clock)

    assert states(database) == {active: KeyState.ACTIVE, new: KeyState.PUBLISHED}
    assert software.read(folder, new, "ES256").kid == new


def test_activation_retires_the_predecessor_of_the_same_algorithm_alone(
    database: Database, folder: Path, clock: FixedClock
) -> None:
    old = an_active_key(database, folder, clock)
    other = an_active_key(database, folder, clock, "EdDSA")
    new = a_new_key(database, folder, clock)
    clock.advance(SHOWN_BEFORE_SIGNING)

    with database.transaction() as session:
        rotation.activate(session, kid=new, now=clock.now())

    assert states(database) == {old: KeyState.RETIRING, other: KeyState.ACTIVE, new: KeyState.ACTIVE}


def test_refused_activation_changes_nothing(database: Database, folder: Path, clock: FixedClock) -> None:
    old = an_active_key(database, folder, clock)
    new = a_new_key(database, folder, clock)

    with pytest.raises(TooEarly), database.transaction() as session:
        rotation.activate(session, kid=new, now=clock.now())

    assert states(database) == {old: KeyState.ACTIVE, new: KeyState.PUBLISHED}


def test_whole_rotation(database: Database, folder: Path, clock: FixedClock) -> None:
    old = an_active_key(database, folder, clock)
    new = a_new_key(database, folder, clock)
    clock.advance(SHOWN_BEFORE_SIGNING)
    with database.transaction() as session:
        rotation.activate(session, kid=new, now=clock.now())
    clock.advance(SHOWN_AFTER_SIGNING)

    with database.transaction() as session:
        rotation.retire(session, kid=old, now=clock.now())

    assert states(database) == {old: KeyState.RETIRED, new: KeyState.ACTIVE}


def test_every_step_of_a_rotation_is_in_the_audit_trail(database: Database, folder: Path, clock: FixedClock) -> None:
    old = an_active_key(database, folder, clock)
    new = a_new_key(database, folder, clock)
    with database.transaction() as session:
        rotation.activate(session, kid=new, now=clock.now(), at_once=True)
        rotation.retire(session, kid=old, now=clock.now(), at_once=True)

    with database.reading() as session:
        rows = session.scalars(select(AuditRow)).all()

    # Identifiers of one millisecond have no order.
    assert sorted((row.action, row.details["kid"]) for row in rows) == sorted(
        [
            ("signing-key-made", old),
            ("signing-key-made", new),
            ("signing-key-activated", new),
            ("signing-key-retired", old),
        ]
    )
    assert rows[2].details == {"kid": new, "algorithm": "ES256", "at_once": True}


def test_active_key_is_not_retired(database: Database, folder: Path, clock: FixedClock) -> None:
    kid = an_active_key(database, folder, clock)

    with pytest.raises(WrongKeyState), database.transaction() as session:
        rotation.retire(session, kid=kid, now=clock.now(), at_once=True)

    assert states(database) == {kid: KeyState.ACTIVE}


def test_waiting_time_counts_from_the_last_change(database: Database, folder: Path, clock: FixedClock) -> None:
    """An old key that was replaced a moment ago has just signed."""
    old = an_active_key(database, folder, clock)
    new = a_new_key(database, folder, clock)
    clock.advance(timedelta(days=90))
    with database.transaction() as session:
        rotation.activate(session, kid=new, now=clock.now())

    with pytest.raises(TooEarly), database.transaction() as session:
        rotation.retire(session, kid=old, now=clock.now())

    assert states(database)[old] is KeyState.RETIRING


@pytest.mark.parametrize("step", [rotation.activate, rotation.retire])
def test_unknown_key_is_not_found(database: Database, clock: FixedClock, step: object) -> None:
    assert callable(step)
    with pytest.raises(NotFound), database.transaction() as session:
        step(session, kid="kid-of-nobody", now=clock.now())


def test_competing_activations_leave_one_active_key(database: Database, folder: Path, clock: FixedClock) -> None:
    an_active_key(database, folder, clock)
    candidates = [a_new_key(database, folder, clock) for _ in range(2)]
    clock.advance(SHOWN_BEFORE_SIGNING)
    barrier = threading.Barrier(2)

    def activate(kid: str) -> None:
        barrier.wait()
        # PostgreSQL refuses the second; SQLite lets it wait, and then it follows the first.
        with suppress(rotation.AlreadyActive), database.transaction() as session:
            rotation.activate(session, kid=kid, now=clock.now())

    threads = [threading.Thread(target=activate, args=(kid,)) for kid in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(states(database).values()).count(KeyState.ACTIVE) == 1
