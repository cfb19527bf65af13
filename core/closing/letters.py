"""Writing to somebody whose context has closed (O14, T6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.localised import Localised
from core.infra.topics import MailRequested
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EmailAddressRow, PersonRow
from core.tools.identifiers import RegistrationId
from core.tools.tables import RegistrationRow, ToolRow

_ADDRESS = (
    select(PersonRow.language, EmailAddressRow.address)
    .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
    .where(
        PersonRow.status == PersonStatus.ACTIVE.value,
        EmailAddressRow.state == AddressState.CURRENT.value,
        EmailAddressRow.verified_at.is_not(None),
    )
)
_NAMES = (
    select(OrganisationRow.name, ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en)
    .join(RegistrationRow, RegistrationRow.organisation_id == OrganisationRow.id)
    .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
)


def tell_of_closed_access(
    session: Session, *, person_id: PersonId, registration_id: RegistrationId, now: datetime
) -> None:
    """Enqueue a mail that says which tool can no longer be used for which organisation.

    Nobody is written to at an address that was never activated, nor once the account is gone.
    """
    receiver = session.execute(_ADDRESS.where(PersonRow.id == person_id)).one_or_none()
    names = session.execute(_NAMES.where(RegistrationRow.id == registration_id)).one_or_none()
    if receiver is None or names is None:
        return
    tool = Localised(names.name_nl, names.name_fr, names.name_en).text(receiver.language)
    mail = MailRequested(
        template="access-closed",
        recipient_person_id=person_id,
        address=receiver.address,
        language=receiver.language,
        values={"tool": tool, "organisation": names.name},
    )
    outbox.enqueue(session, mail, now=now)
