"""What an authority says of a certificate: good since, refused, or nothing that counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from core.infra.clock import belgian_date
from idp.eid.problems import EidProblem, EidRefused


@dataclass(frozen=True, slots=True)
class StatedGood:
    """The certificate is good: as of when the authority says so, and until when it lets that be believed."""

    as_of: datetime
    until: datetime | None


class Refused(EidRefused):
    """The authority says that the certificate is not good; nobody else is asked then."""

    @classmethod
    def revoked(cls, since: datetime | None, reason: str | None) -> Self:
        """Withdrawn, or suspended where the reason is certificateHold (a card reported lost)."""
        day = None if since is None else belgian_date(since)
        return cls(EidProblem.CERTIFICATE_REVOKED, day=day, reason=reason)

    @classmethod
    def unknown(cls) -> Self:
        """The responder knows of no such certificate."""
        return cls(EidProblem.CERTIFICATE_UNKNOWN)


class NoAnswer(Exception):
    """Nothing that counts came back; `reason` is a stable code for the log and the operator."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
