"""What is costly and always comes out the same, worked out once for a run: tests begin with the same keys and people.

To read a private key OpenSSL proves its primes again (35 ms at 2048 bits), and argon2 takes 30 ms by design.
Only what succeeded is remembered: a damaged key or a wrong password goes the whole way each time.
"""

from functools import lru_cache

from argon2 import PasswordHasher
from cryptography.hazmat.primitives import serialization

from idp.signing import software

_load = serialization.load_pem_private_key
software.load_pem_private_key = lru_cache(maxsize=256)(_load)  # type: ignore[attr-defined,assignment]

_verify = PasswordHasher.verify


@lru_cache(maxsize=1024)
def _is_right(hasher: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - its signature
    return _verify(hasher, hash, password)


PasswordHasher.verify = _is_right  # type: ignore[method-assign,assignment]
