"""Password hashes of the older tools (A9): which ones we can check, and how weak ones are never stored.

bcrypt, PBKDF2 and argon2 are kept as they are until the first sign-in renews them. A salted SHA-1
or MD5 could be guessed by the million in a second: it is wrapped, that is, its digest is hashed with
argon2id, and only that is stored. Checking a password then takes the old digest first.
"""

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.infra.errors import RuleError

_BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(
    r"\$argon2(?:id|i|d)\$v=19\$m=(?P<memory>\d{1,8}),t=(?P<time>\d{1,3}),p=(?P<lanes>\d{1,3})\$[^$]+\$[^$]+"
)
# As Django writes it, and in the crypt form with "." for "+".
_PBKDF2 = re.compile(r"pbkdf2_(?P<hash>sha1|sha256|sha512)\$(?P<rounds>\d{1,8})\$(?P<salt>[^$]*)\$(?P<digest>[^$]+)")
_PBKDF2_CRYPT = re.compile(
    r"\$pbkdf2(?:-(?P<hash>sha1|sha256|sha512))?\$(?P<rounds>\d{1,8})\$(?P<salt>[^$]*)\$(?P<digest>[^$]+)"
)
_SALTED = re.compile(r"(?P<scheme>sha1|md5)\$(?P<salt>[^$]*)\$(?P<digest>[0-9a-fA-F]{32,40})")
_LDAP = re.compile(r"\{(?P<scheme>SSHA|SMD5)\}(?P<payload>[A-Za-z0-9+/=]+)")
_WRAPPED = re.compile(r"wrapped\$(?P<scheme>[a-z0-9-]+)\$(?P<salt>[A-Za-z0-9+/=]*)\$(?P<outer>\$argon2id\$.+)")

# What would keep a server busy for longer than anybody waits is a way to stop it, not a hash.
_BCRYPT_COST_MAX = 14
_PBKDF2_ROUNDS_MAX = 2_000_000
_ARGON2_KIB_MAX = 128 * 1024
_ARGON2_TIME_MAX = 8
_BCRYPT_BYTES = 72
_SALT_BYTES_MAX = 128

_Digest = Callable[[bytes, bytes], bytes]
_DIGEST_BYTES = {"sha1": 20, "md5": 16}
# How the older tools joined salt and password.
_INNER: Mapping[str, _Digest] = MappingProxyType(
    {
        "sha1-salt-first": lambda salt, password: hashlib.sha1(salt + password, usedforsecurity=False).digest(),
        "md5-salt-first": lambda salt, password: hashlib.md5(salt + password, usedforsecurity=False).digest(),
        "sha1-salt-last": lambda salt, password: hashlib.sha1(password + salt, usedforsecurity=False).digest(),
        "md5-salt-last": lambda salt, password: hashlib.md5(password + salt, usedforsecurity=False).digest(),
    }
)


class UnknownHash(RuleError):
    """This is no password hash that we can check, or one with parameters out of bounds."""

    code = "unknown-password-hash"


@dataclass(frozen=True, slots=True)
class WeakHash:
    """A salted digest as it came from an older tool; it is wrapped before it is stored, or dropped."""

    scheme: str
    salt: bytes
    digest: bytes

    def wrap(self, hash_digest: Callable[[str], str]) -> str:
        """Return what may be stored; `hash_digest` makes an argon2id hash of a text (about 16 ms)."""
        salt = b64encode(self.salt).decode()
        return f"wrapped${self.scheme}${salt}${hash_digest(self.digest.hex())}"


def read(imported: str) -> str | WeakHash:
    """Return a hash that may be stored as it is, or a weak one to be wrapped; raise `UnknownHash`."""
    if _is_strong(imported):
        return imported
    return _weak(imported)


def is_ours(stored: str) -> bool:
    """Tell whether a stored hash is argon2 as it is, and so needs nothing of this module."""
    return stored.startswith("$argon2")


def verify(stored: str, password: str, check_digest: Callable[[str, str], bool]) -> bool:
    """Tell whether a password fits a hash that came from an older tool.

    `check_digest(hash, text)` compares with an argon2 hash. A hash that nothing here made is wrong.
    """
    typed = password.encode("utf-8", "surrogatepass")
    if _BCRYPT.fullmatch(stored):
        import bcrypt  # noqa: PLC0415 - needed once for each imported account, and then never again

        # Whatever came after 72 bytes the older tools ignored.
        return b"\0" not in typed and bcrypt.checkpw(typed[:_BCRYPT_BYTES], stored.encode())
    if (wrapped := _WRAPPED.fullmatch(stored)) is not None:
        inner = _INNER[wrapped["scheme"]](b64decode(wrapped["salt"]), typed)
        return check_digest(wrapped["outer"], inner.hex())
    return _fits_pbkdf2(stored, typed)


def _is_strong(text: str) -> bool:
    if (found := _BCRYPT.fullmatch(text)) is not None:
        return _within(int(found["cost"]), 4, _BCRYPT_COST_MAX)
    if (found := _ARGON2.fullmatch(text)) is not None:
        return _within(int(found["memory"]), 8, _ARGON2_KIB_MAX) and _within(int(found["time"]), 1, _ARGON2_TIME_MAX)
    pbkdf2 = _pbkdf2(text)
    return pbkdf2 is not None and _within(pbkdf2.rounds, 1, _PBKDF2_ROUNDS_MAX)


def _within(value: int, least: int, most: int) -> bool:
    if not least <= value <= most:
        raise UnknownHash(reason="parameters")
    return True


@dataclass(frozen=True, slots=True)
class _Pbkdf2:
    hash_name: str
    rounds: int
    salt: bytes
    digest: bytes


def _pbkdf2(text: str) -> _Pbkdf2 | None:
    """Read either form; None for what is neither. RFC 8018 section 5.2."""
    if (found := _PBKDF2.fullmatch(text)) is not None:
        return _Pbkdf2(found["hash"], int(found["rounds"]), found["salt"].encode(), _decoded(found["digest"]))
    if (found := _PBKDF2_CRYPT.fullmatch(text)) is not None:
        salt, digest = (_decoded(found[part].replace(".", "+")) for part in ("salt", "digest"))
        return _Pbkdf2(found["hash"] or "sha1", int(found["rounds"]), salt, digest)
    return None


def _fits_pbkdf2(stored: str, typed: bytes) -> bool:
    found = _pbkdf2(stored)
    if found is None:
        return False
    made = hashlib.pbkdf2_hmac(found.hash_name, typed, found.salt, found.rounds, len(found.digest))
    return hmac.compare_digest(made, found.digest)


def _weak(text: str) -> WeakHash:
    if (found := _SALTED.fullmatch(text)) is not None:
        return _checked(found["scheme"], "salt-first", found["salt"].encode(), bytes.fromhex(found["digest"]))
    if (found := _LDAP.fullmatch(text)) is not None:
        payload, scheme = _decoded(found["payload"]), "sha1" if found["scheme"] == "SSHA" else "md5"
        length = _DIGEST_BYTES[scheme]
        return _checked(scheme, "salt-last", payload[length:], payload[:length])
    raise UnknownHash(reason="form")


def _checked(scheme: str, order: str, salt: bytes, digest: bytes) -> WeakHash:
    # Without a salt, the same password would be the same value in every account.
    if len(digest) != _DIGEST_BYTES[scheme] or not 0 < len(salt) <= _SALT_BYTES_MAX:
        raise UnknownHash(reason="form")
    return WeakHash(f"{scheme}-{order}", salt, digest)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnknownHash(reason="form") from error
