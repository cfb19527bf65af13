"""One set of promises for both stores: whatever holds for one holds for the other."""

import os
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from core.infra.store.interface import LONGEST_LIFE, EphemeralStore, Kind
from tests.core.infra.store import racers

LIFE = timedelta(minutes=1)
# Long enough for two calls on a busy machine, short enough to be waited for.
BRIEF = timedelta(milliseconds=400)
AFTER_BRIEF_SECONDS = 0.5


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a store lies that other processes can open too."""
    if request.param == "sqlite":
        return str(tmp_path / "shared.sqlite3")
    url: str = request.getfixturevalue("redis_url")
    return url


@pytest.fixture
def any_store(place: str) -> EphemeralStore:
    return racers.open_store(place)


def test_what_is_put_can_be_read(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"\x00value\xff", LIFE)

    assert any_store.get(Kind.CODE, "k") == b"\x00value\xff"


def test_an_empty_value_is_not_an_absent_one(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"", LIFE)

    assert any_store.get(Kind.CODE, "k") == b""
    assert any_store.take(Kind.CODE, "k") == b""


def test_put_replaces_value_and_life(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"old", BRIEF)

    any_store.put(Kind.CODE, "k", b"new", LIFE)

    time.sleep(AFTER_BRIEF_SECONDS)
    assert any_store.get(Kind.CODE, "k") == b"new"


def test_kinds_do_not_see_each_other(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"a code", LIFE)

    assert any_store.get(Kind.PENDING, "k") is None
    assert any_store.add(Kind.PENDING, "k", b"", LIFE)


@pytest.mark.parametrize("key", ["with:colon", "with space", "ключ", "x" * 500, "*", "'; DROP TABLE entry; --"])
def test_any_text_is_a_key(any_store: EphemeralStore, key: str) -> None:
    any_store.put(Kind.CODE, key, b"v", LIFE)

    assert any_store.get(Kind.CODE, key) == b"v"
    assert any_store.get(Kind.CODE, key + "x") is None


def test_add_writes_only_where_nothing_is(any_store: EphemeralStore) -> None:
    first = any_store.add(Kind.ASSERTION_JTI, "k", b"first", LIFE)
    second = any_store.add(Kind.ASSERTION_JTI, "k", b"second", LIFE)

    assert (first, second) == (True, False)
    assert any_store.get(Kind.ASSERTION_JTI, "k") == b"first"


def test_add_writes_where_a_life_is_over(any_store: EphemeralStore) -> None:
    any_store.put(Kind.ASSERTION_JTI, "k", b"old", BRIEF)
    time.sleep(AFTER_BRIEF_SECONDS)

    assert any_store.add(Kind.ASSERTION_JTI, "k", b"new", LIFE)
    assert any_store.get(Kind.ASSERTION_JTI, "k") == b"new"


def test_a_refused_add_does_not_prolong_the_life(any_store: EphemeralStore) -> None:
    any_store.add(Kind.ASSERTION_JTI, "k", b"", BRIEF)
    any_store.add(Kind.ASSERTION_JTI, "k", b"", LIFE)

    time.sleep(AFTER_BRIEF_SECONDS)

    assert any_store.get(Kind.ASSERTION_JTI, "k") is None


def test_what_is_taken_is_gone(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"v", LIFE)

    assert any_store.take(Kind.CODE, "k") == b"v"
    assert any_store.take(Kind.CODE, "k") is None
    assert any_store.get(Kind.CODE, "k") is None


def test_what_is_over_cannot_be_read_or_taken(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "read", b"v", BRIEF)
    any_store.put(Kind.CODE, "taken", b"v", BRIEF)

    time.sleep(AFTER_BRIEF_SECONDS)

    assert any_store.get(Kind.CODE, "read") is None
    assert any_store.get_many([(Kind.CODE, "read")]) == (None,)
    assert any_store.take(Kind.CODE, "taken") is None


def test_several_are_read_in_the_order_named(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "a", b"1", LIFE)
    any_store.put(Kind.SID, "a", b"2", LIFE)

    found = any_store.get_many([(Kind.SID, "a"), (Kind.CODE, "missing"), (Kind.CODE, "a")])

    assert found == (b"2", None, b"1")
    assert any_store.get_many([]) == ()


def test_what_is_put_is_there_when_others_are_read_after_it(any_store: EphemeralStore) -> None:
    any_store.put(Kind.PENDING, "other", b"there", LIFE)
    names = ((Kind.PENDING, "other"), (Kind.CODE, "k"), (Kind.CODE, "absent"))

    read = any_store.put_then_get(Kind.CODE, "k", b"new", LIFE, names=names)

    assert read == (b"there", b"new", None)
    assert any_store.get(Kind.CODE, "k") == b"new"


def test_what_is_put_beside_something_else_is_there_when_that_is_done_or_failed(any_store: EphemeralStore) -> None:
    with any_store.putting(Kind.CODE, "done", b"1", LIFE):
        pass
    with pytest.raises(LookupError), any_store.putting(Kind.CODE, "failed", b"2", LIFE):
        raise LookupError

    assert any_store.get_many([(Kind.CODE, "done"), (Kind.CODE, "failed")]) == (b"1", b"2")


def test_hits_count_up_and_count_adds_none(any_store: EphemeralStore) -> None:
    counts = [any_store.hit(Kind.RATE, "k", LIFE) for _ in range(3)]

    assert counts == [1, 2, 3]
    assert any_store.count(Kind.RATE, "k") == 3
    assert any_store.count(Kind.RATE, "k") == 3
    assert any_store.count(Kind.RATE, "other") == 0


def test_the_window_opens_with_the_first_hit_and_does_not_move(any_store: EphemeralStore) -> None:
    window = timedelta(seconds=1)
    any_store.hit(Kind.RATE, "k", window)
    time.sleep(0.5)
    any_store.hit(Kind.RATE, "k", window)
    time.sleep(0.6)

    assert any_store.count(Kind.RATE, "k") == 0
    assert any_store.hit(Kind.RATE, "k", window) == 1


def test_delete_removes_and_forgives_what_is_absent(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "k", b"v", LIFE)

    any_store.delete(Kind.CODE, "k")
    any_store.delete(Kind.CODE, "k")

    assert any_store.get(Kind.CODE, "k") is None


@pytest.mark.parametrize("life", [timedelta(0), timedelta(seconds=-1), LONGEST_LIFE + timedelta(seconds=1)])
def test_a_life_is_positive_and_bounded(any_store: EphemeralStore, life: timedelta) -> None:
    with pytest.raises(ValueError, match="positive and bounded"):
        any_store.put(Kind.CODE, "k", b"v", life)
    with pytest.raises(ValueError, match="positive and bounded"):
        any_store.add(Kind.CODE, "k", b"v", life)
    with pytest.raises(ValueError, match="positive and bounded"):
        any_store.hit(Kind.RATE, "k", life)
    assert any_store.get(Kind.CODE, "k") is None


def test_a_pipeline_writes_when_its_block_ends(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "spent", b"v", LIFE)

    with any_store.pipeline() as pipeline:
        pipeline.put(Kind.CODE, "new", b"n", LIFE)
        pipeline.delete(Kind.CODE, "spent")
        seen_inside = any_store.get_many([(Kind.CODE, "new"), (Kind.CODE, "spent")])

    assert seen_inside == (None, b"v")
    assert any_store.get_many([(Kind.CODE, "new"), (Kind.CODE, "spent")]) == (b"n", None)


def test_a_pipeline_whose_block_fails_writes_nothing(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "spent", b"v", LIFE)

    def stop_half_way() -> None:
        with any_store.pipeline() as pipeline:
            pipeline.put(Kind.CODE, "new", b"n", LIFE)
            pipeline.delete(Kind.CODE, "spent")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        stop_half_way()

    assert any_store.get_many([(Kind.CODE, "new"), (Kind.CODE, "spent")]) == (None, b"v")


def test_a_pipeline_with_a_bad_life_writes_nothing(any_store: EphemeralStore) -> None:
    def write_two() -> None:
        with any_store.pipeline() as pipeline:
            pipeline.put(Kind.CODE, "first", b"", LIFE)
            pipeline.put(Kind.CODE, "second", b"", timedelta(0))

    with pytest.raises(ValueError, match="positive and bounded"):
        write_two()

    assert any_store.get(Kind.CODE, "first") is None


def test_nobody_sees_half_a_pipeline(any_store: EphemeralStore, place: str) -> None:
    names = [(Kind.CODE, f"k{number}") for number in range(20)]
    done = threading.Event()
    torn: list[tuple[bytes | None, bytes]] = []

    def watch() -> None:
        # The last key written and the first: were the writes visible one by one, a reader that
        # sees a new last key could still see an old first one.
        watching = racers.open_store(place)
        while not done.is_set():
            last = watching.get(*names[-1])
            first = watching.get(*names[0])
            if last is not None and (first is None or int(first) < int(last)):
                torn.append((first, last))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for generation in range(200):
        with any_store.pipeline() as pipeline:
            for kind, key in reversed(names):
                pipeline.put(kind, key, str(generation).encode(), LIFE)
    done.set()
    watcher.join()

    assert torn == []


def test_purge_leaves_what_lives(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "over", b"", BRIEF)
    any_store.put(Kind.CODE, "lives", b"", LIFE)
    time.sleep(AFTER_BRIEF_SECONDS)

    any_store.purge()

    assert any_store.get(Kind.CODE, "lives") == b""
    assert any_store.purge() == 0


def test_it_answers_a_ping(any_store: EphemeralStore) -> None:
    any_store.ping()


def test_threads_share_one_store(any_store: EphemeralStore) -> None:
    start = threading.Barrier(8)
    won: list[int] = []

    def act() -> None:
        start.wait()
        won.extend(number for number in range(50) if any_store.add(Kind.CODE, str(number), b"", LIFE))

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == list(range(50))


def test_a_forked_process_goes_on_with_a_connection_of_its_own(any_store: EphemeralStore) -> None:
    any_store.put(Kind.CODE, "before", b"parent", LIFE)
    child = os.fork()
    if child == 0:
        try:
            assert any_store.get(Kind.CODE, "before") == b"parent"
            any_store.put(Kind.CODE, "from-child", b"child", LIFE)
        except BaseException:  # noqa: BLE001 - the child must not run on into the other tests
            os._exit(1)
        os._exit(0)

    _, status = os.waitpid(child, 0)

    assert status == 0
    assert any_store.get(Kind.CODE, "from-child") == b"child"
    assert any_store.take(Kind.CODE, "before") == b"parent"


def test_of_many_processes_one_wins_each_add(place: str) -> None:
    won = racers.race(racers.add_each, place)

    winners = Counter(key for mine in won for key in mine)
    assert len(winners) == racers.ROUNDS
    assert set(winners.values()) == {1}


def test_of_many_processes_one_wins_each_add_over_an_ended_life(place: str) -> None:
    store = racers.open_store(place)
    for number in range(racers.ROUNDS):
        store.put(Kind.CODE, f"key-{number}", b"old", BRIEF)
    time.sleep(AFTER_BRIEF_SECONDS)

    won = racers.race(racers.add_each, place)

    winners = Counter(key for mine in won for key in mine)
    assert len(winners) == racers.ROUNDS
    assert set(winners.values()) == {1}


def test_of_many_processes_one_gets_each_value(place: str) -> None:
    store = racers.open_store(place)
    for number in range(racers.ROUNDS):
        store.put(Kind.CODE, f"key-{number}", b"once", LIFE)

    got = racers.race(racers.take_each, place)

    winners = Counter(key for mine in got for key in mine)
    assert len(winners) == racers.ROUNDS
    assert set(winners.values()) == {1}


def test_no_hit_of_many_processes_is_lost_or_counted_twice(place: str) -> None:
    processes = 6

    told = racers.race(racers.hit_once_a_round, place, processes=processes)

    seen = sorted(entry for mine in told for entry in mine)
    expected = sorted(f"key-{n}={count}" for n in range(racers.ROUNDS) for count in range(1, processes + 1))
    assert seen == expected


def test_many_processes_may_open_a_new_store_at_once(place: str) -> None:
    racers.race(racers.open_first, place)

    store = racers.open_store(place)
    assert [store.get(Kind.CODE, str(number)) for number in range(6)] == [b"written"] * 6
