"""What the pages show that all of the staff share."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.staff_area import StaffFrame


@dataclass(frozen=True, slots=True)
class NoRolePage:
    """Somebody without a role came to a page of the staff."""

    template: ClassVar[str] = "staff/no_role.html"


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """The provider did not do what somebody of the staff wanted; `code` is its own."""

    template: ClassVar[str] = "staff/refused.html"

    code: str


@dataclass(frozen=True, slots=True)
class SendAgainPage:
    """A form that was sent before its person proved anew who they are: one press sends it again.

    `fields` are all of it, `shown` those that say something to its reader.
    """

    template: ClassVar[str] = "staff/send_again.html"

    frame: StaffFrame
    action: str
    fields: tuple[tuple[str, str], ...]
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """An act that waits: in words, why, by whom, until when; whoever asked can only withdraw it."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    reason: str
    reference: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """What waits for a second person."""

    template: ClassVar[str] = "staff/approvals.html"

    frame: StaffFrame
    approvals: tuple[ShownApproval, ...]
    problem: str | None = None
