"""What can be wrong with something that a person says about themselves, by stable codes."""

from enum import StrEnum

from core.infra.errors import Conflict, RuleError


class Problem(StrEnum):
    """Why a value is refused; pages have a sentence for each."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    UNPRINTABLE = "unprintable"
    UNKNOWN_CHOICE = "unknown-choice"
    PHONE_NUMBER = "phone-number"
    POSTAL_CODE = "postal-code"
    COUNTRY_MISSING = "country-missing"
    LOCALITY_MISSING = "locality-missing"
    DATE = "date"
    BIRTHDATE = "birthdate"
    WEB_ADDRESS = "web-address"
    OTHER_NETWORK = "other-network"
    LOCKED = "locked"


class InvalidDetail(RuleError):
    """A value that cannot be kept; `problem` says why."""

    code = "invalid-detail"

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem=problem.value)


class FieldLocked(RuleError):
    """These fields come from the identity card and are not the person's to change (A11)."""

    code = "field-locked"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(fields=" ".join(fields))


class ProfileChanged(Conflict):
    """The profile is no longer what the person had before them when they began to edit it."""

    code = "profile-changed"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(fields=" ".join(fields))


class TooManyAddresses(RuleError):
    """There are as many further addresses as an account may have."""

    code = "too-many-addresses"
