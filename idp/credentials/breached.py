"""Whether a password is known from a leak, asked without telling anybody which one it is.

The service gets five characters of a digest and answers with the ends of all digests that begin so,
padded to a size that says nothing (k-anonymity). It is asked only where the settings name one, and
where it does not answer in time the password is accepted: a stranger's trouble keeps nobody out.
"""

import hashlib
from dataclasses import dataclass

from core.infra import log
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused

TIMEOUT_SECONDS = 2.0
_PREFIX = 5


@dataclass(frozen=True, slots=True)
class BreachedPasswords:
    """The service that knows them; `url` is None where none is asked."""

    http: OutboundHttp
    url: str | None

    @property
    def is_asked(self) -> bool:
        """Tell whether new passwords are looked up, so that pages say what is so."""
        return self.url is not None

    def holds(self, password: str) -> bool:
        """Tell whether the password leaked; False, and an event in the log, where nobody can say."""
        if self.url is None:
            return False
        digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
        try:
            answer = self.http.get_text(
                f"{self.url}/{digest[:_PREFIX]}", headers={"Add-Padding": "true"}, timeout_seconds=TIMEOUT_SECONDS
            )
        except (Unavailable, OutboundRefused) as error:
            log.event("breached_passwords_not_asked", log.WARNING, reason=error.details.get("reason"))
            return False
        return any(_is_this(line, digest[_PREFIX:]) for line in answer.splitlines())


def _is_this(line: str, suffix: str) -> bool:
    found, _, times = line.strip().partition(":")
    # Lines that only pad the answer count nothing.
    return found.upper() == suffix and times.strip() != "0"
