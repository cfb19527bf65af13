"""Refusals about staff, their reasons and the second person."""

from core.infra.errors import Conflict, RuleError


class NotStaff(RuleError):
    """The person does not hold the role that the act needs, or holds it no longer."""

    code = "not-staff"


class LastOperator(RuleError):
    """Nobody would be left who can give roles: first make somebody else an operator."""

    code = "last-operator"


class InvalidReason(RuleError):
    """The reason is not of the list, or its reference could be a name or a number of a person.

    `field` says which of the two it is: `reason` or `reference`.
    """

    code = "invalid-reason"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field=field)


class HoldsRole(RuleError):
    """The account holds a role of the staff: operators take that away first."""

    code = "holds-role"


class SamePerson(RuleError):
    """Whoever asked for the act cannot be its second person."""

    code = "same-person"


class ApprovalOver(Conflict):
    """The request was decided, withdrawn or has expired: nothing is left to do with it."""

    code = "approval-over"


class AlreadyAskedFor(Conflict):
    """Exactly this act waits for a second person already."""

    code = "already-asked-for"


class AskerNotStaff(RuleError):
    """Whoever asked has lost the role: their word alone is none any more. Refuse it, or ask anew."""

    code = "asker-not-staff"
