"""Why staff act: a word of a list and a reference to where it is on file. Pure.

Free text never goes into the audit trail, which is kept for ever.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.staff.errors import InvalidReason

# A ticket's number has a digit; names and addresses do not pass, nor what is as long as a national number.
_REFERENCE = re.compile(r"(?=.*[0-9])(?!.*[0-9]{9})[A-Za-z0-9#_-]{1,40}")


class StaffReason(StrEnum):
    """Why somebody of the staff did something; each word stays in the audit trail for ever."""

    PERSON_ASKED = "person-asked"
    ORGANISATION_ASKED = "organisation-asked"
    TOOL_ASKED = "tool-asked"
    DECEASED = "deceased"
    AUTHORITY = "authority"
    ABUSE = "abuse"
    SECURITY = "security"
    CORRECTION = "correction"
    DISPUTE = "dispute"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and where that is on file: a ticket's number."""

    word: StaffReason
    reference: str

    @classmethod
    def parse(cls, word: str | None, reference: str | None) -> "Reason":
        """Read both as they were typed or sent; raise `InvalidReason` for what cannot be kept for ever."""
        try:
            known = StaffReason(word or "")
        except ValueError:
            raise InvalidReason("reason") from None
        typed = (reference or "").strip()
        if _REFERENCE.fullmatch(typed) is None:
            raise InvalidReason("reference")
        return cls(known, typed)

    def details(self) -> dict[str, str]:
        """Return what stands in the details of an audit row."""
        return {"reason": self.word.value, "reference": self.reference}
