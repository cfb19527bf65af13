"""What the client wants the person to see, and how fresh the sign-in must be. Pure.

OpenID Connect Core section 3.1.2.1.
"""

from datetime import datetime, timedelta

from idp.oidc.errors import InvalidRequest
from idp.oidc.request import Prompt

_KNOWN = {prompt.value: prompt for prompt in Prompt}
_MAXIMUM_DIGITS = 10


def parse_prompt(value: str | None) -> frozenset[Prompt]:
    """Return the prompts that we know; others are ignored, as extensions come and go.

    Raise `InvalidRequest` where `none` does not stand alone.
    """
    words = frozenset((value or "").split())
    if Prompt.NONE in words and len(words) > 1:
        raise InvalidRequest("The prompt none cannot be combined with others.")
    return frozenset(_KNOWN[word] for word in words if word in _KNOWN)


def parse_max_age(value: str | None, default_seconds: int | None) -> int | None:
    """Return the greatest age of the sign-in in seconds, or the client's default_max_age."""
    if value is None:
        return default_seconds
    if not (value.isascii() and value.isdigit()) or len(value) > _MAXIMUM_DIGITS:
        raise InvalidRequest("The max_age is not a number of seconds.")
    return int(value)


def is_too_old(auth_time: datetime, max_age_seconds: int | None, now: datetime) -> bool:
    """Tell whether a sign-in at `auth_time` is older than allowed; without a limit never, of zero always."""
    if max_age_seconds is None:
        return False
    # Zero means prompt=login, also for a sign-in of this very moment.
    return max_age_seconds == 0 or now - auth_time > timedelta(seconds=max_age_seconds)
