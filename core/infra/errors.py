"""The root of every error this product raises on purpose.

    ImmoError
    ├─ ProtocolError          idp/oidc/errors.py: has an OAuth code and a status
    ├─ RuleError              refused by a business rule; the slices derive from it
    ├─ NotFound               does not exist, or is not yours: one answer for both
    ├─ Conflict               somebody else was first
    ├─ RateLimited            too often; says when to try again
    ├─ Unavailable            a service we depend on does not answer
    └─ InvalidSettings        the environment is refused as a whole

The code is public and stable; details are for the log and never leave the process.
"""

from collections.abc import Mapping


class ImmoError(Exception):
    """An expected failure: a public code, and private details for the log."""

    code = "error"

    def __init__(self, code: str | None = None, **details: object) -> None:
        self.code = code or type(self).code
        self.details: Mapping[str, object] = details
        super().__init__(self.code)


class RuleError(ImmoError):
    """A business rule says no."""

    code = "not-allowed"


class NotFound(ImmoError):
    """It does not exist, or it is not yours."""

    code = "not-found"


class Conflict(ImmoError):
    """What was to be written contradicts what is already there."""

    code = "conflict"


class RateLimited(ImmoError):
    """Too many attempts; `retry_after_seconds` says when the next one may succeed."""

    code = "rate-limited"

    def __init__(self, retry_after_seconds: int, **details: object) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(None, **details)


class Unavailable(ImmoError):
    """A service that is needed does not answer; trying again later may succeed."""

    code = "unavailable"


class InvalidSettings(ImmoError):
    """The settings are refused as a whole; `problems` lists everything that is wrong."""

    code = "invalid-settings"

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(problems=problems)

    def __str__(self) -> str:
        """Return all problems, one line each, for the operator's terminal."""
        return "The settings are refused:\n" + "\n".join(f"  - {p}" for p in self.problems)
