"""The codes that people copy from a device: their letters, and how often one may guess (RFC 8628 section 6.1).

Eight of twenty letters are some 25 thousand million codes. With the limits below a guesser who
never rests meets one of a thousand codes in use once in centuries from one address, and once in
years from as many addresses as they like.
"""

import re
import secrets
from datetime import timedelta

from core.infra.rate_limit import Limit

# No vowels, so that no code is a word; none of these is taken for a digit.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
_HALF = LENGTH // 2
_SHOWN = re.compile(rf"[{LETTERS}]{{{_HALF}}}-[{LETTERS}]{{{_HALF}}}")
_NOT_A_LETTER = re.compile(r"[\s\-\u2010-\u2015.]+")
# What a code and some hyphens, spaces and slips come to.
LONGEST_ENTRY = 32

# Each entry counts, right or wrong: an office behind one address has this many devices an hour.
PER_NETWORK = (
    Limit("user-code-network-short", 20, timedelta(minutes=10)),
    Limit("user-code-network-long", 100, timedelta(hours=24)),
)
# Wrong entries of all the world together; only people who are signed in go on after that.
WRONG_OF_ALL = Limit("user-code-wrong", 200, timedelta(minutes=10))
WRONG_OF_PERSON = Limit("user-code-person", 10, timedelta(hours=1))


def new() -> str:
    """Return a new code as it is shown: `XXXX-XXXX`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def read(entered: str) -> str | None:
    """Return a code as it is shown from what somebody typed; None where that cannot be one.

    Small letters, spaces and hyphens are of no account (RFC 8628 section 6.1).
    """
    letters = _NOT_A_LETTER.sub("", entered[:LONGEST_ENTRY]).upper()
    code = f"{letters[:_HALF]}-{letters[_HALF:]}"
    return code if _SHOWN.fullmatch(code) else None
