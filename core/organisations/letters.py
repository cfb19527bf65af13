"""Writing to the managers of an organisation, and to whoever its decisions concern (O3, O14)."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.organisations.identifiers import OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import ValuesIn, write_to
from core.people.tables import PersonRow


def tell_person(
    session: Session,
    person_id: PersonId,
    organisation_id: OrganisationId,
    template: str,
    values: ValuesIn | None = None,
    *,
    now: datetime,
) -> None:
    """Enqueue a mail to one person; the organisation's name is among its values."""
    one = select(PersonRow.id).where(PersonRow.id == person_id)
    _write(session, one, organisation_id, template, values, now)


def tell_managers(
    session: Session,
    organisation_id: OrganisationId,
    template: str,
    values: ValuesIn | None = None,
    *,
    but: PersonId | None = None,
    now: datetime,
) -> None:
    """Enqueue a mail to each manager, except `but`, who knows already."""
    managers = select(MembershipRow.person_id).where(
        MembershipRow.organisation_id == organisation_id,
        MembershipRow.is_manager,
        MembershipRow.status == MembershipStatus.ACTIVE.value,
        MembershipRow.person_id != (but or ""),
    )
    _write(session, managers, organisation_id, template, values, now)


def _write(
    session: Session,
    people: Select[str],
    organisation_id: OrganisationId,
    template: str,
    values: ValuesIn | None,
    now: datetime,
) -> None:
    name = session.scalars(select(OrganisationRow.name).where(OrganisationRow.id == organisation_id)).one()
    write_to(
        session,
        people,
        template,
        lambda language: {"organisation": name, **({} if values is None else values(language))},
        now=now,
    )
