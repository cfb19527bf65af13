"""What cannot be done without: only the signatures and round trips of each path.

`lean_app` does for each path what its security rests on (signatures, round trips to the store, one
statement for each fact and each change) and nothing else: no framework, no claims, no audit. The
product is measured against it in the same seconds.
"""

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import psycopg
import redis
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

BARE = "/"
_INPUT = b"x" * 600
_PLAIN = [("Content-Type", "text/plain")]
# What each step, and a bare request, cost on the machine that the budgets were set on, in
# microseconds: so a budget can be said as a multiple of its floor, which holds on any machine.
_REFERENCE_BARE = 18.0
_REFERENCE = {"get": 18.0, "put": 34.0, "select": 7.0, "change": 11.0, "sign_rs256": 206.0, "sign_es256": 15.0}


class _Lean:
    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(os.environ["FLOOR_REDIS_URL"])
        self._database = psycopg.connect(os.environ["FLOOR_DATABASE_URL"], autocommit=True)
        self._database.execute("CREATE TABLE IF NOT EXISTS floor (id text)")
        self._rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._ec = ec.generate_private_key(ec.SECP256R1())

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Do the unavoidable part of the path."""
        for step in _STEPS[environ["PATH_INFO"]]:
            getattr(self, step)()
        start_response("200 OK", _PLAIN)
        return [b"ok"]

    def get(self) -> None:
        self._redis.get("floor")

    def put(self) -> None:
        with self._redis.pipeline() as pipeline:
            pipeline.set("floor", _INPUT, px=60_000)
            pipeline.execute()

    def select(self) -> None:
        self._database.execute("SELECT id FROM person WHERE id = %s", ("usr_",), prepare=True).fetchall()

    def change(self) -> None:
        self._database.execute("INSERT INTO floor VALUES (%s)", ("usr_",), prepare=True)

    def sign_rs256(self) -> None:
        self._rsa.sign(_INPUT, padding.PKCS1v15(), hashes.SHA256())

    def sign_es256(self) -> None:
        self._ec.sign(_INPUT, ec.ECDSA(hashes.SHA256()))


# Two facts stand behind every token: the person and the context; silent sign-in asks for consent
# and context, a refresh for its token besides.
_STEPS: dict[str, tuple[str, ...]] = {
    BARE: (),
    "/authorize": ("get", "select", "select", "put"),
    "/code-rs256": ("get", "select", "select", "sign_rs256", "sign_es256", "change", "put"),
    "/code-es256": ("get", "select", "select", "sign_es256", "sign_es256", "change", "put"),
    "/refresh": ("select", "select", "select", "sign_rs256", "sign_es256", "change", "put"),
    "/userinfo": ("get", "select", "select"),
    "/introspect": ("get",),
    "/client-credentials": ("sign_es256",),
    # Revoked, how often, context, limits, wallet; key, postings, entry, wallet, line, answer.
    "/wallet-charge": ("get", "get", *("select",) * 3, *("change",) * 6),
}


def reference_microseconds(path: str) -> float:
    """Return what the floor of a path cost on the machine that the budgets were set on."""
    return _REFERENCE_BARE + sum(_REFERENCE[step] for step in _STEPS[path])


def lean_app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the application, made at the first request in the worker's own process."""
    return _lean()(environ, start_response)


@cache
def _lean() -> _Lean:
    return _Lean()
