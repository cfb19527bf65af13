"""Refusals about accreditations."""

from core.infra.errors import Conflict, RuleError


class NumberTaken(Conflict):
    """This number on this list of the register is already somebody's."""

    code = "accreditation-number-taken"


class InvalidNumber(RuleError):
    """The number does not look like a number of this kind."""

    code = "invalid-accreditation-number"


class UnknownKind(RuleError):
    """There is no such kind of accreditation."""

    code = "unknown-accreditation-kind"


class RegisterRefused(RuleError):
    """The file of a register is not taken; `reason` says why in words for the operator."""

    code = "register-file-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason=reason)


class KindChangedMeanwhile(Conflict):
    """Somebody else changed the kind since it was read: look again, then decide."""

    code = "changed-meanwhile"


class UnusablePattern(RuleError):
    """This is no regular expression, or one that could take for ever."""

    code = "unusable-pattern"
