"""On whose accreditation a registration could rest instead (T4, T6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held_by
from core.accreditations.tables import AccreditationRow
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.tools.catalogue import usage_requirements
from core.tools.identifiers import ToolId
from core.tools.rules import qualifies
from core.tools.tables import RegistrationRow


def who_can_replace(session: Session, registration: RegistrationRow, *, but: str, now: datetime) -> tuple[str, ...]:
    """Return the names of the colleagues on whose accreditation the registration could rest."""
    requirement = usage_requirements(session, ToolId(registration.tool_id), registration.usage, now=now)
    if requirement is None:
        return ()
    members = session.scalars(
        select(MembershipRow.person_id)
        .join(AccreditationRow, AccreditationRow.person_id == MembershipRow.person_id)
        .where(
            MembershipRow.organisation_id == registration.organisation_id,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.person_id != but,
        )
        .distinct()
        .order_by(MembershipRow.person_id)
    )
    fitting = [
        person
        for person in map(PersonId, members)
        if any(qualifies(requirement, one, now) for one in held_by(session, person))
    ]
    return tuple(name_of(session, person) for person in fitting)
