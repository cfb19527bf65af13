"""Writing to the managers of an organisation, and to whoever its decisions concern (O3, O14)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.infra.mail_templates.letters import LETTERS
from core.organisations.identifiers import OrganisationId
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.states import MembershipStatus, Notices
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import ValuesIn, receivers, write_to
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
    """Enqueue a mail to one person; the organisation's name and identifier are among its values."""
    one = select(PersonRow.id).where(PersonRow.id == person_id)
    write_to(session, one, template, _values(session, organisation_id, values), now=now)


def tell_managers(
    session: Session,
    organisation_id: OrganisationId,
    template: str,
    values: ValuesIn | None = None,
    *,
    but: PersonId | None = None,
    now: datetime,
) -> None:
    """Write to each manager, except `but`, who knows already: as each of them chose where that is offered (O14).

    A letter that may not wait is a mail at once to all of them, whatever they chose.
    """
    managers = select(MembershipRow.person_id).where(
        MembershipRow.organisation_id == organisation_id,
        MembershipRow.is_manager,
        MembershipRow.status == MembershipStatus.ACTIVE.value,
        MembershipRow.person_id != (but or ""),
    )
    complete = _values(session, organisation_id, values)
    if not LETTERS[template].may_wait:
        write_to(session, managers, template, complete, now=now)
        return
    write_to(session, managers.where(MembershipRow.notices == Notices.AT_ONCE.value), template, complete, now=now)
    session.add_all(
        WaitingNoticeRow(
            id=new_id("ntc"),
            person_id=receiver.person_id,
            organisation_id=organisation_id,
            template=template,
            language=receiver.language,
            values=dict(complete(receiver.language)),
            created_at=now,
        )
        for receiver in receivers(session, managers.where(MembershipRow.notices == Notices.DAILY.value))
    )


def _values(session: Session, organisation_id: OrganisationId, values: ValuesIn | None) -> ValuesIn:
    name = session.scalars(select(OrganisationRow.name).where(OrganisationRow.id == organisation_id)).one()
    own = {"organisation": name, "organisation_id": organisation_id}
    return lambda language: {**own, **({} if values is None else values(language))}
