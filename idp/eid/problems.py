"""What can go wrong with a card, by stable codes: each has a page or a message with one next action (E4).

The first group is found by the server; the others happen at the user's and are only told by the page.
"""

from datetime import date
from enum import StrEnum

from core.infra.errors import ImmoError


class EidProblem(StrEnum):
    """What went wrong; the words for it are in `idp.web.eid_words`."""

    # Found by the server.
    CHALLENGE_GONE = "challenge-gone"
    BAD_TOKEN = "bad-token"  # noqa: S105 - a problem's name, not a secret
    BAD_SIGNATURE = "bad-signature"
    NOT_FOR_LOGIN = "not-for-login"
    CERTIFICATE_MISSING_NUMBER = "certificate-missing-number"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET = "certificate-not-yet"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_UNKNOWN = "certificate-unknown"
    WEAK_ALGORITHM = "weak-algorithm"
    ISSUER_UNKNOWN = "issuer-unknown"
    REVOCATION_UNAVAILABLE = "revocation-unavailable"
    FILES_INVALID = "files-invalid"
    FILES_OF_OTHER_PERSON = "files-of-other-person"
    DOCUMENT_EXPIRED = "document-expired"
    NOT_LINKED = "not-linked"
    LINKED_TO_OTHER_ACCOUNT = "linked-to-other-account"
    OTHER_HOLDER = "other-holder"
    TOO_OFTEN = "too-often"
    # Happen at the user's.
    UNREACHABLE = "unreachable"
    NO_CLIENT = "no-client"
    INSECURE_CONTEXT = "insecure-context"
    PERMISSION_DENIED = "permission-denied"
    NOT_PAIRED = "not-paired"
    MIDDLEWARE_MISSING = "middleware-missing"
    NO_SERVICE = "no-service"
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    UNSUPPORTED_CARD = "unsupported-card"
    CERTIFICATE_MISSING = "certificate-missing"
    PIN_WRONG = "pin-wrong"
    PIN_LAST_TRY = "pin-last-try"
    PIN_FORMAT = "pin-format"
    PIN_BLOCKED = "pin-blocked"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    CARD_REMOVED = "card-removed"
    CARD_BUSY = "card-busy"
    FAILED = "failed"


class EidRefused(ImmoError):
    """A card, or what it sent, is refused; `problem` says why and `day` since or until when, where that helps.

    `details` are for the log and the audit trail; no number of a person is ever among them.
    """

    code = "eid-refused"

    def __init__(self, problem: EidProblem, *, day: date | None = None, **details: object) -> None:
        self.problem = problem
        self.day = day
        super().__init__(f"eid-{problem.value}", **details)
