"""The context: for whom somebody acts, in which capacity, in which role.

Values only. `ChosenContext` is the key that sessions, codes and refresh tokens carry;
`OfferedContext` is the same with everything a page or a token says about it and the decision.

What is made anew for each token is a tuple: a frozen dataclass takes four times as long to fill.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.people.assurance import Acr
from core.tools.identifiers import MandateId, RegistrationId, ToolId


@dataclass(frozen=True, slots=True)
class ChosenContext:
    """The key of a context: what a person picked, and nothing that can go stale."""

    organisation_id: OrganisationId
    registration_id: RegistrationId
    usage: str
    role: str


class ReasonCode(StrEnum):
    """Why a context, or a part of what it needs, is not there."""

    ADDRESS_NOT_ACTIVATED = "address-not-activated"
    TERMS_NOT_ACCEPTED = "terms-not-accepted"
    MEMBERSHIP_REQUESTED = "membership-requested"
    MEMBERSHIP_BLOCKED = "membership-blocked"
    MEMBERSHIP_ENDED = "membership-ended"
    ORGANISATION_INACTIVE = "organisation-inactive"
    REGISTRATION_SUSPENDED = "registration-suspended"
    REGISTRATION_ENDED = "registration-ended"
    TOOL_TERMS_OUTDATED = "tool-terms-outdated"
    NO_ACCESS = "no-access"
    ACCESS_BLOCKED = "access-blocked"
    EID_NOT_LINKED = "eid-not-linked"
    ACCREDITATION_MISSING = "accreditation-missing"
    ACCREDITATION_LAPSED = "accreditation-lapsed"
    MANDATE_MISSING = "mandate-missing"
    MANDATE_ENDED = "mandate-ended"
    LOGIN_TOO_WEAK = "login-too-weak"
    ALL_NEEDED = "all-needed"
    ANY_NEEDED = "any-needed"


@dataclass(frozen=True, slots=True)
class Reason:
    """A node of the tree that says why a context is closed.

    `subject` names what is concerned (an accreditation kind, an acr value); `causes` are the
    parts of which all, or any, would have been needed.
    """

    code: ReasonCode
    subject: str | None = None
    causes: tuple["Reason", ...] = ()

    def names(self, code: ReasonCode) -> bool:
        """Tell whether this, or a part of it, is the reason."""
        return self.code is code or any(cause.names(code) for cause in self.causes)


class OrganisationFacts(NamedTuple):
    """What a token may say about the organisation."""

    id: OrganisationId
    name: str
    company_number: str
    country: str
    kind: str
    status: str
    verified_source: str | None
    verified_at: date | None


class MembershipFacts(NamedTuple):
    """What a token may say about the person in the organisation.

    A manager may charge and read its wallet whatever was taken away from them as an employee (O12).
    """

    id: MembershipId
    status: str
    manager: bool
    type: str | None
    function: str | None
    since: date | None
    email: str | None
    phone_number: str | None
    may_charge_wallet: bool
    may_read_wallet: bool


class AccreditationFacts(NamedTuple):
    """An accreditation that the context rests on or shows: own, or mandated by its holder."""

    id: str
    kind: str
    number: str
    list: str | None
    column: str | None
    status: str
    valid_until: date | None
    checked_at: datetime
    mandate_id: MandateId | None = None
    holder_name: str | None = None

    @property
    def is_mandated(self) -> bool:
        """Tell whether it is somebody else's, lent by a mandate."""
        return self.mandate_id is not None


class OfferedContext(NamedTuple):
    """One way in which a person may, or may not, use a tool now.

    `role` is None where no role is granted. `reason` is None exactly when the context is usable.
    `expires_at` is the earliest end of what it rests on: no token may outlive it. `terms_version`
    is that of the terms that come with the usage, if it has any. `needed_acr` is the level of sign-in
    that a token for it needs: a person whose sign-in is weaker can be stepped up to it.
    """

    tool_id: ToolId
    tool_code: str
    registration_id: RegistrationId
    usage: str
    usage_name: Localised
    role: str | None
    role_name: Localised | None
    entitlements: tuple[str, ...]
    organisation: OrganisationFacts
    membership: MembershipFacts
    accreditations: tuple[AccreditationFacts, ...]
    wallet_id: str | None
    expires_at: datetime | None
    reason: Reason | None
    terms_version: str | None = None
    needed_acr: Acr | None = None

    @property
    def is_usable(self) -> bool:
        """Tell whether a person may start the tool under it now."""
        return self.reason is None

    def lacks(self, code: ReasonCode) -> bool:
        """Tell whether it is closed for this reason, among others or alone."""
        return self.reason is not None and self.reason.names(code)

    def chosen(self) -> ChosenContext:
        """Return its key; only a context with a role has one."""
        if self.role is None:
            raise ValueError("a context without a role cannot be chosen")
        return ChosenContext(self.organisation.id, self.registration_id, self.usage, self.role)
