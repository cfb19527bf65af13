"""The facts from which `rules.py` decides whether somebody may use a tool: values only.

Tuples, as one of each is made for each token: see `context.py`.
"""

from datetime import date, datetime
from typing import NamedTuple

from core.accreditations.rules import HeldAccreditation
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.tools.identifiers import MandateId
from core.tools.requirements import Requirement
from core.tools.states import AccessStatus, RegistrationStatus


class AccountStanding(NamedTuple):
    """How complete a person's account is."""

    address_activated: bool
    terms_accepted: bool
    eid_linked: bool


class OrganisationStanding(NamedTuple):
    """Whether an organisation works, and since when it has no manager."""

    status: OrganisationStatus
    ownerless_since: datetime | None = None


class LentAccreditation(NamedTuple):
    """A mandate seen from one colleague; dates are Belgian days, the last one included.

    `covers`: this colleague may work under it. `holder_active`: its holder works here still.
    """

    mandate_id: MandateId
    accreditation: HeldAccreditation
    accepted: bool
    ended: bool
    covers: bool
    holder_active: bool
    valid_from: date
    valid_until: date


class Situation(NamedTuple):
    """Everything that decides whether one person may use one registration now.

    `terms` are the versions of the tool's terms that were accepted for the registration.
    """

    account: AccountStanding
    organisation: OrganisationStanding
    membership: MembershipStatus
    registration: RegistrationStatus
    access: AccessStatus | None
    role: str | None
    requirement: Requirement
    own: tuple[HeldAccreditation, ...]
    mandate: LentAccreditation | None
    terms: tuple[str | None, ...] = ()
