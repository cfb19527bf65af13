"""Form tokens: a form is accepted only from the browser, and the page, it was given to.

A token is a keyed digest of the secret that the browser holds in a cookie (its session, or the
cookie of one interaction). It is salted anew for each page, so that a compressed page gives
nothing away.
"""

import hashlib
import hmac
import secrets

from core.infra.errors import ImmoError
from core.infra.secret import Secret

FIELD = "csrf_token"
_SALT_BYTES = 16
_PURPOSE = b"form token 1"


class FormTokenInvalid(ImmoError):
    """The form is not from a page of ours in this browser, or the page is too old."""

    code = "form-token-invalid"


def token(secret: Secret, binding: str) -> str:
    """Return a token for a form; `binding` is the secret of the cookie that comes back with it."""
    salt = secrets.token_hex(_SALT_BYTES)
    return f"{salt}.{_digest(secret, binding, salt)}"


def check(secret: Secret, binding: str | None, given: str | None) -> None:
    """Return when the token fits the cookie; raise `FormTokenInvalid` otherwise.

    A missing cookie or token never fits. Takes the same time wherever the token differs.
    """
    salt, _, digest = (given or "").partition(".")
    expected = _digest(secret, binding or "", salt)
    fits = hmac.compare_digest(expected.encode(), _bytes(digest))
    if not (fits and binding and salt):
        raise FormTokenInvalid


def _digest(secret: Secret, binding: str, salt: str) -> str:
    key = hmac.digest(secret.reveal().encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, _bytes(f"{salt}.{binding}"), hashlib.sha256).hex()


def _bytes(text: str) -> bytes:
    # What a browser sends may hold half characters; they are wrong, and no reason to stumble.
    return text.encode("utf-8", "surrogatepass")
