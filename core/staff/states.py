"""The roles of staff, and the states of what waits for a second person."""

from enum import StrEnum


class StaffRole(StrEnum):
    """What somebody of ours, or a tool's developer, may do beyond what every person may."""

    HELPDESK = "helpdesk"
    OPERATOR = "operator"
    DEVELOPER = "developer"


class ApprovalState(StrEnum):
    """Where a request for a dangerous act stands; that it expired is told by the clock alone."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
