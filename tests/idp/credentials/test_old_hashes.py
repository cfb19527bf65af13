"""Password hashes of the older tools: which are kept, which are wrapped, which are refused."""

import hashlib
from base64 import b64encode

import bcrypt
import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from idp.credentials import old_hashes, passwords
from idp.credentials.old_hashes import UnknownHash, WeakHash

PASSWORD = "Zeer geheim é 7"
SALT = b"a salt"
RAW = PASSWORD.encode()


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _crypt_form(raw: bytes) -> str:
    return _base64(raw).rstrip("=").replace("+", ".")


def _pbkdf2(name: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac(name, RAW, salt, 1000)


KEPT = {
    "bcrypt": bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode(),
    "bcrypt of PHP": bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$"),
    "argon2id": PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD),
    "argon2i": PasswordHasher(time_cost=1, memory_cost=64, type=Type.I).hash(PASSWORD),
    "PBKDF2": f"pbkdf2_sha256$1000$NaCl${_base64(_pbkdf2('sha256', b'NaCl'))}",
    "PBKDF2, crypt form": f"$pbkdf2-sha512$1000${_crypt_form(SALT)}${_crypt_form(_pbkdf2('sha512', SALT))}",
}
WEAK = {
    "SHA-1": f"sha1$NaCl${hashlib.new('sha1', b'NaCl' + RAW, usedforsecurity=False).hexdigest()}",
    "MD5": f"md5$NaCl${hashlib.new('md5', b'NaCl' + RAW, usedforsecurity=False).hexdigest()}",
    "SHA-1 of LDAP": "{SSHA}" + _base64(hashlib.new("sha1", RAW + SALT, usedforsecurity=False).digest() + SALT),
    "MD5 of LDAP": "{SMD5}" + _base64(hashlib.new("md5", RAW + SALT, usedforsecurity=False).digest() + SALT),
}


@pytest.mark.parametrize("imported", KEPT.values(), ids=KEPT)
def test_a_strong_hash_is_kept_as_it_is_and_renewed_once_it_fits(imported: str) -> None:
    assert old_hashes.read(imported) == imported

    right, wrong = passwords.verify(imported, PASSWORD), passwords.verify(imported, PASSWORD + "x")
    assert (right.is_right, right.is_outdated) == (True, True)
    assert not wrong.is_right


@pytest.mark.parametrize("imported", WEAK.values(), ids=WEAK)
def test_a_weak_hash_is_wrapped_so_that_nothing_of_it_is_stored(imported: str) -> None:
    weak = old_hashes.read(imported)
    assert isinstance(weak, WeakHash)

    stored = weak.wrap(passwords.hash_digest)

    assert weak.digest.hex() not in stored
    assert _base64(weak.digest) not in stored
    right, wrong = passwords.verify(stored, PASSWORD), passwords.verify(stored, PASSWORD + "x")
    assert (right.is_right, right.is_outdated) == (True, True)
    assert not wrong.is_right


def test_pbkdf2_gives_what_its_test_vector_says() -> None:
    # RFC 6070 section 2, the first one.
    digest = bytes.fromhex("0c60c80f961f0e71f3a9b524af6012062fe037a6")

    assert passwords.verify(f"pbkdf2_sha1$1$salt${_base64(digest)}", "password").is_right


def test_bcrypt_ignores_what_the_older_tools_ignored() -> None:
    long = "x" * 72
    stored = bcrypt.hashpw(long.encode(), bcrypt.gensalt(4)).decode()

    assert passwords.verify(stored, long + "more").is_right
    assert not passwords.verify(stored, "x\0y").is_right


@pytest.mark.parametrize(
    "imported",
    [
        *("", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "sha1$$" + "0" * 40, "sha1$salt$" + "0" * 32),
        *("$2b$15$" + "a" * 53, "$argon2id$v=19$m=131073,t=1,p=1$c2FsdHNhbHQ$AAAA"),
        *("$argon2id$v=19$m=64,t=9,p=1$c2FsdHNhbHQ$AAAA",),
        *("$2b$31$" + "a" * 53, "$2b$04$short", "pbkdf2_sha256$99999999$salt$AAAA", "pbkdf2_sha256$10$salt$not base64"),
        *("$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$AAAA", "{SSHA}" + _base64(b"\0" * 20), "{SSHA}%%%"),
        "wrapped$sha1-salt-first$AAAA$$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA",
    ],
)
def test_anything_else_is_refused(imported: str) -> None:
    with pytest.raises(UnknownHash):
        old_hashes.read(imported)
