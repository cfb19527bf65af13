"""Refusals about tools, registrations, access and mandates."""

from core.infra.errors import Conflict, RuleError


class AlreadyRegistered(Conflict):
    """The organisation has this usage already: ask a manager for access (T1)."""

    code = "already-registered"


class AlreadyAsked(Conflict):
    """The member asked for access already; a manager decides."""

    code = "access-already-asked"


class AccessBlocked(RuleError):
    """A manager shut this member out of the tool; asking again changes nothing."""

    code = "tool-access-blocked"


class HasAccess(Conflict):
    """The member has a role in the registration already."""

    code = "has-access"


class MandateExists(Conflict):
    """There is already such a mandate for this registration."""

    code = "mandate-exists"


class InvalidRequirement(RuleError):
    """What a usage needs is not written in the form of `claims.md`, Evaluation."""

    code = "invalid-requirement"


class RequirementNotMet(RuleError):
    """The person lacks what the usage needs; `details["reason"]` is the tree of what is missing."""

    code = "requirement-not-met"


class TermsNotAccepted(RuleError):
    """The tool's terms in their present version come first."""

    code = "tool-terms-not-accepted"


class UnknownRole(RuleError):
    """The tool has no such role."""

    code = "unknown-role"


class MandateTooLong(RuleError):
    """A mandate lasts twelve months at most, then it is renewed (T4)."""

    code = "mandate-too-long"


class MandateOver(RuleError):
    """The mandate has ended or was accepted before; nothing is left to do with it."""

    code = "mandate-over"


class RenewedTooEarly(RuleError):
    """A mandate is renewed in the month before its end."""

    code = "mandate-renewed-too-early"


class ToolChangedMeanwhile(Conflict):
    """Somebody else changed the tool since it was read: look again, then decide."""

    code = "changed-meanwhile"


class StillInUse(RuleError):
    """A role, usage or version of terms that somebody has or needs is not removed; `codes` are those."""

    code = "still-in-use"


class CodeTaken(RuleError):
    """There is one of this code already."""

    code = "code-taken"
