"""What only Redis has: a server that can be away, and keys without an end."""

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis

from core.infra.errors import Unavailable
from core.infra.store.interface import Kind
from core.infra.store.redis_store import RedisStore
from development.ports import free_port

LIFE = timedelta(minutes=1)


def test_every_key_has_an_end(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.put(Kind.CODE, "put", b"", LIFE)
    store.add(Kind.CODE, "added", b"", LIFE)
    store.hit(Kind.RATE, "counted", LIFE)
    store.hit(Kind.RATE, "counted", LIFE)
    with store.pipeline() as pipeline:
        pipeline.put(Kind.CODE, "piped", b"", LIFE)

    with redis.Redis.from_url(redis_url) as plain:
        lives = {key: plain.pttl(key) for key in plain.keys("*")}

    assert len(lives) == 4
    assert all(0 < life <= LIFE.total_seconds() * 1000 for life in lives.values())


def test_a_server_that_is_away_is_an_unavailable_store() -> None:
    store = RedisStore(f"redis://127.0.0.1:{free_port()}")

    with pytest.raises(Unavailable):
        store.ping()
    with pytest.raises(Unavailable):
        store.take(Kind.CODE, "k")
    with pytest.raises(Unavailable), store.pipeline() as pipeline:
        pipeline.put(Kind.CODE, "k", b"", LIFE)


def test_a_server_that_says_nothing_is_an_unavailable_store() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = RedisStore(f"redis://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(Unavailable):
            store.get(Kind.CODE, "k")


def test_an_answer_that_comes_in_pieces_is_whole(redis_url: str) -> None:
    value = bytes(range(256)) * 400
    RedisStore(redis_url).put(Kind.CODE, "k", value, LIFE)
    with _relay_of_few_bytes(redis_url) as port:
        store = RedisStore(f"redis://127.0.0.1:{port}")

        assert store.get(Kind.CODE, "k") == value


def test_a_server_that_falls_silent_is_waited_for_once(redis_url: str) -> None:
    silent = threading.Event()
    with _relay_of_few_bytes(redis_url, silent) as port:
        store = RedisStore(f"redis://127.0.0.1:{port}")
        store.ping()
        silent.set()
        began = time.monotonic()

        with pytest.raises(Unavailable):
            store.get(Kind.CODE, "k")

        assert 1.5 < time.monotonic() - began < 3.5


@contextmanager
def _relay_of_few_bytes(redis_url: str, silent: threading.Event | None = None) -> Iterator[int]:
    """Pass on to Redis and back, at most a thousand bytes at a time until it is silent; yield the port."""
    target = urlsplit(redis_url)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while received := source.recv(1_000):
                if silent is None or not silent.is_set():
                    sink.sendall(received)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near = listener.accept()[0]
                far = socket.create_connection((target.hostname, target.port))
                both = [threading.Thread(target=pump, args=pair) for pair in ((near, far), (far, near))]
                for one in both:
                    one.start()
                for one in both:
                    one.join()
                near.close()
                far.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_the_server_closed_is_replaced(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.put(Kind.CODE, "k", b"v", LIFE)
    with redis.Redis.from_url(redis_url) as plain:
        plain.client_kill_filter(_type="normal", skipme=True)

    assert store.get(Kind.CODE, "k") == b"v"


def test_an_answer_is_never_read_by_somebody_who_did_not_ask(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.put(Kind.RATE, "k", b"no number", LIFE)
    store.put(Kind.CODE, "other", b"v", LIFE)

    with pytest.raises(Unavailable):
        store.hit(Kind.RATE, "k", LIFE)

    assert store.get(Kind.CODE, "other") == b"v"


def test_nobody_asks_while_an_answer_is_on_its_way(redis_url: str) -> None:
    store = RedisStore(redis_url)

    with pytest.raises(RuntimeError), store.putting(Kind.CODE, "k", b"v", LIFE):
        store.get(Kind.CODE, "k")

    assert store.get(Kind.CODE, "k") == b"v"


def test_what_is_put_beside_something_else_survives_a_connection_that_the_server_closed(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.ping()
    with redis.Redis.from_url(redis_url) as plain:
        plain.client_kill_filter(_type="normal", skipme=True)
        with store.putting(Kind.CODE, "before", b"v", LIFE):
            pass
        with store.putting(Kind.CODE, "meanwhile", b"v", LIFE):
            plain.client_kill_filter(_type="normal", skipme=True)

    assert store.get_many([(Kind.CODE, "before"), (Kind.CODE, "meanwhile")]) == (b"v", b"v")


def test_what_is_put_beside_something_else_and_refused_is_no_success(redis_url: str) -> None:
    store = RedisStore(redis_url)
    with redis.Redis.from_url(redis_url) as plain:
        plain.config_set("maxmemory", "1")
        try:
            with pytest.raises(Unavailable), store.putting(Kind.CODE, "k", b"v", LIFE):
                pass
        finally:
            plain.config_set("maxmemory", "0")

    away = RedisStore(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable), away.putting(Kind.CODE, "k", b"v", LIFE):
        pass


def test_a_pipeline_that_redis_refuses_is_no_success(redis_url: str) -> None:
    store = RedisStore(redis_url)
    with redis.Redis.from_url(redis_url) as plain:
        plain.config_set("maxmemory", "1")
        try:
            with pytest.raises(Unavailable), store.pipeline() as pipeline:
                pipeline.put(Kind.CODE, "k", b"v", LIFE)
        finally:
            plain.config_set("maxmemory", "0")

    assert store.get(Kind.CODE, "k") is None


def test_a_connection_ends_with_its_thread(redis_url: str) -> None:
    store = RedisStore(redis_url)
    # Without the garbage collector, whose time nobody knows.
    gc.disable()
    try:
        with redis.Redis.from_url(redis_url) as plain:
            before = _connected(plain)
            for _ in range(3):
                asking = threading.Thread(target=store.ping)
                asking.start()
                asking.join()

            # The server may read our question before it notices what was closed.
            assert before in (_connected(plain) for _ in range(100))
    finally:
        gc.enable()


def _connected(plain: redis.Redis) -> int:
    return len(list(plain.client_list()))


def test_connections_that_are_over_count_for_nothing(redis_url: str) -> None:
    """A process may lose and make more of them in its life than the client would ever keep at once."""
    store = RedisStore(redis_url)
    store.put(Kind.CODE, "k", b"v", LIFE)
    for _ in range(120):
        thread = threading.Thread(target=store.ping)
        thread.start()
        thread.join()

    found: list[bytes | None] = []
    thread = threading.Thread(target=lambda: found.append(store.get(Kind.CODE, "k")))
    thread.start()
    thread.join()

    assert found == [b"v"]
