"""What cannot be done without: a bare application, and only the signatures and round trips.

`bare` answers two bytes. `lean_app` does for each path what its security rests on (one signature, the
round trips to the store, the statement to the database) and nothing else: no framework, no claims,
no audit. The product is measured against these two in the same run.
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

_INPUT = b"x" * 600
_PLAIN = [("Content-Type", "text/plain")]


def bare(_environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer two bytes."""
    start_response("200 OK", _PLAIN)
    return [b"ok"]


class _Lean:
    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(os.environ["FLOOR_REDIS_URL"])
        self._database = psycopg.connect(os.environ["FLOOR_DATABASE_URL"], autocommit=True)
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

    def sign_rs256(self) -> None:
        self._rsa.sign(_INPUT, padding.PKCS1v15(), hashes.SHA256())

    def sign_es256(self) -> None:
        self._ec.sign(_INPUT, ec.ECDSA(hashes.SHA256()))


_STEPS = {
    "/authorize": ("get", "select", "put"),
    "/code-rs256": ("get", "select", "sign_rs256", "sign_es256", "put"),
    "/code-es256": ("get", "select", "sign_es256", "sign_es256", "put"),
    "/refresh": ("select", "select", "sign_rs256", "sign_es256"),
    "/userinfo": ("get", "select"),
    "/introspect": ("get", "select"),
    "/client-credentials": ("sign_es256",),
    "/jwks": (),
}


def lean_app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the application, made at the first request in the worker's own process."""
    return _lean()(environ, start_response)


@cache
def _lean() -> _Lean:
    return _Lean()
