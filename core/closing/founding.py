"""An organisation begins: its row, its first manager and its wallet, in one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.organisations.enrolment import Company, add_organisation
from core.organisations.rules import MemberDetails, Membership
from core.people.identifiers import PersonId
from core.wallet.opening import open_wallet


def found(session: Session, company: Company, *, by: PersonId, details: MemberDetails, now: datetime) -> Membership:
    """Add an organisation with its wallet and return the membership of its first manager (O2).

    Raises `InvalidCompanyNumber`, and `OrganisationExists` where somebody was first.
    """
    wallet_id = new_id("wal")
    founder = add_organisation(session, company, by=by, wallet_id=wallet_id, details=details, now=now)
    open_wallet(session, wallet_id=wallet_id, organisation_id=founder.organisation_id, now=now)
    return founder
