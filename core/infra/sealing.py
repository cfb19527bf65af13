"""Secrets that must be read again, such as a code in a mail that waits: encrypted where they lie."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from core.infra.secret import Secret


class Unreadable(ValueError):
    """This was not sealed with the secret in force, or was altered."""


def seal(secret: Secret, text: str, *, purpose: str) -> str:
    """Return the text encrypted and authenticated, readable again only for the same purpose."""
    return _box(secret, purpose).encrypt(text.encode()).decode()


def unseal(secret: Secret, sealed: str, *, purpose: str) -> str:
    """Return what was sealed for this purpose; raise `Unreadable` where that is impossible."""
    try:
        return _box(secret, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def mac(secret: Secret, text: str, *, purpose: str) -> str:
    """Return a keyed digest in hexadecimal: for what has so few possible values that a plain one would tell it."""
    return hmac.digest(_key(secret, purpose), text.encode(), hashlib.sha256).hex()


def _box(secret: Secret, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(_key(secret, f"seal {purpose}")))


def _key(secret: Secret, purpose: str) -> bytes:
    return hmac.digest(secret.reveal().encode(), f"immo-connect {purpose} 1".encode(), hashlib.sha256)
