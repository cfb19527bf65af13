"""The states in which memberships and organisations are, and what else has a fixed set of words."""

from enum import StrEnum


class MembershipStatus(StrEnum):
    """Where a membership stands; the ways between are in `rules.py`."""

    INVITED = "invited"
    REQUESTED = "requested"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REFUSED = "refused"
    LEFT = "left"

    @property
    def is_live(self) -> bool:
        """Tell whether it still binds person and organisation: one such row per pair."""
        return self not in (MembershipStatus.REFUSED, MembershipStatus.LEFT)


class MembershipType(StrEnum):
    """In which relation a member works for the organisation (O6)."""

    MANAGER = "manager"
    EMPLOYEE = "employee"
    SELF_EMPLOYED = "self_employed"
    TRAINEE = "trainee"
    ADMINISTRATIVE = "administrative"


class OrganisationStatus(StrEnum):
    """Whether an organisation works; OWNERLESS: without a manager, against everybody's will."""

    ACTIVE = "active"
    OWNERLESS = "ownerless"
    CLOSING = "closing"
    CLOSED = "closed"


class OrganisationKind(StrEnum):
    """What the law takes the organisation for."""

    LEGAL_PERSON = "legal_person"
    NATURAL_PERSON = "natural_person"


class Succession(StrEnum):
    """What becomes of an organisation when the account of one of its members goes.

    NEEDS_MANAGER: nobody else manages it, but others work there. ENDS: nobody else is in it.
    """

    GOES_ON = "goes-on"
    NEEDS_MANAGER = "needs-manager"
    ENDS = "ends"


class SuggestedField(StrEnum):
    """What the company register may say otherwise than an organisation's own data do (O9)."""

    NAME = "name"
    ADDRESS = "address"


class SuggestionState(StrEnum):
    """What the managers did with it; DECLINED stands as long as the register says the same."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class InvitationState(StrEnum):
    """What became of an invitation by mail; all but OPEN are the end of it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class EvidenceSource(StrEnum):
    """By what somebody proves to speak for a company; each proves one level (`organisations.md`)."""

    CONTACT_CODE = "contact-code"
    BANK_TRANSFER = "bank-transfer"
    ACCREDITATION_REGISTER = "accreditation-register"
    COMPANY_REGISTER = "company-register"
    LEGAL_REPRESENTATIVE = "legal-representative"
    OFFICIAL_DOCUMENT = "official-document"

    @property
    def level(self) -> int:
        """Return what it proves: 1 confirmed, 2 represented."""
        return 1 if self in _CONFIRMS else 2


_CONFIRMS = (EvidenceSource.CONTACT_CODE, EvidenceSource.BANK_TRANSFER, EvidenceSource.ACCREDITATION_REGISTER)


class DisputeState(StrEnum):
    """How a dispute about an organisation stands, or how it ended; none ends by time alone."""

    OPEN = "open"
    KEPT = "kept"
    TAKEN_OVER = "taken-over"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class Notices(StrEnum):
    """How a manager hears of requests, registrations, mandates and company data (O14)."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    NONE = "none"


class PictureKind(StrEnum):
    """The pictures of an organisation (O5)."""

    LOGO = "logo"
    COVER = "cover"
