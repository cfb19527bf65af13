"""Refusals about organisations and memberships."""

from core.infra.errors import Conflict, RuleError


class InvalidCompanyNumber(RuleError):
    """Not a Belgian company number: ten digits, the first 0 or 1, the last two a check."""

    code = "invalid-company-number"


class OrganisationExists(Conflict):
    """Somebody added this company already: ask to join it (O1)."""

    code = "organisation-exists"


class AlreadyMember(Conflict):
    """The person is a member already, waits for confirmation, or is blocked."""

    code = "already-member"


class LastManager(RuleError):
    """The organisation would be left without a manager (O7)."""

    code = "last-manager"


class NotManager(RuleError):
    """Only a manager of this organisation may do this."""

    code = "not-manager"


class NotMember(RuleError):
    """Only an active member of this organisation may do this."""

    code = "not-member"


class NotYours(RuleError):
    """Only the person concerned may do this."""

    code = "not-yours"


class DemoteFirst(RuleError):
    """A manager is demoted before being blocked or deleted (O7)."""

    code = "demote-first"


class WrongState(RuleError):
    """The membership is not in a state from which this is possible."""

    code = "wrong-membership-state"


class ChangedMeanwhile(Conflict):
    """Somebody else saved these data after they were shown: look at both before saving again."""

    code = "changed-meanwhile"


class AlreadyInvited(Conflict):
    """An invitation to this address is open: it can be sent again."""

    code = "already-invited"


class InvitationOver(RuleError):
    """The invitation was used, withdrawn or declined, or its time is over; `details["state"]` says which."""

    code = "invitation-over"


class BlockedHere(RuleError):
    """The organisation has blocked this person: only a manager lets them in again."""

    code = "blocked-here"


class Disputed(RuleError):
    """Somebody disputes whose organisation this is: managers stay, and money too, until that is settled."""

    code = "disputed"


class AlreadyDisputed(Conflict):
    """This person disputes this organisation already."""

    code = "already-disputed"


class DisputeDecided(RuleError):
    """The helpdesk decided against this person before: only it can open the case again."""

    code = "dispute-decided"


class DisputeOver(Conflict):
    """The dispute was settled or withdrawn: nothing is left to decide."""

    code = "dispute-over"


class EvidenceTooWeak(RuleError):
    """The other side has proven more, or this side has proven nothing."""

    code = "evidence-too-weak"


class NotOwnerless(RuleError):
    """The organisation has a manager, or exists no longer."""

    code = "not-ownerless"


class IdentityUnproven(RuleError):
    """Nobody disputes an organisation under a name that is not proven: first link the identity card."""

    code = "identity-unproven"


class ManagesAlready(RuleError):
    """The person manages the organisation: there is nothing to dispute."""

    code = "manages-already"


class CompanyHasStopped(RuleError):
    """The company register says that this company is no longer active: no organisation begins with it."""

    code = "company-stopped"


class CompanyUnknown(RuleError):
    """The company register is there and names no such active company."""

    code = "company-unknown"
