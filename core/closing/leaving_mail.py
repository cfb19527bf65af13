"""Who is written to when an account goes: the managers it leaves behind, and whoever waited."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.topics import MailRequested
from core.organisations.departures import Departure
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.departures import Traces
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EmailAddressRow, PersonRow

_RECEIVERS = (
    select(PersonRow.id, PersonRow.language, EmailAddressRow.address)
    .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
    .where(
        PersonRow.status == PersonStatus.ACTIVE.value,
        EmailAddressRow.state == AddressState.CURRENT.value,
        EmailAddressRow.verified_at.is_not(None),
    )
    .order_by(PersonRow.id)
)


def tell_managers(session: Session, departure: Departure, gone: Traces, *, now: datetime) -> None:
    """Tell the other managers of an organisation that a member's account is gone."""
    managers = select(MembershipRow.person_id).where(
        MembershipRow.organisation_id == departure.organisation_id,
        MembershipRow.status == MembershipStatus.ACTIVE.value,
        MembershipRow.is_manager.is_(True),
        MembershipRow.person_id != gone.person_id,
    )
    values = {"organisation": departure.organisation_name, "name": gone.name}
    _write(session, managers, "colleague-erased", values, now)


def tell_who_waited(session: Session, waiting: Sequence[PersonId], organisation: str, *, now: datetime) -> None:
    """Tell whoever asked to join, or was invited, that the organisation has ended."""
    for person_id in waiting:
        mine = select(PersonRow.id).where(PersonRow.id == person_id)
        _write(session, mine, "organisation-ended", {"organisation": organisation}, now)


def _write(session: Session, receivers: Select[str], template: str, values: dict[str, str], now: datetime) -> None:
    for person_id, language, address in session.execute(_RECEIVERS.where(PersonRow.id.in_(receivers))):
        mail = MailRequested(
            template=template,
            recipient_person_id=person_id,
            address=address,
            language=language,
            values=values,
        )
        outbox.enqueue(session, mail, now=now)
