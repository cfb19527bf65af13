"""Writing to the holder of a lent accreditation, and to the managers whose tool rests on it (T4, O14)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra.dates import date_in_words
from core.organisations import letters
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.people.receivers import ValuesIn, name_of
from core.tools import access_requests
from core.tools.tables import MandateRow, RegistrationRow


def to_holder(session: Session, row: MandateRow, template: str, *, by: PersonId | None = None, now: datetime) -> None:
    """Enqueue a letter about a mandate to the holder of its accreditation."""
    organisation_id = OrganisationId(row.organisation_id)
    letters.tell_person(session, holder_of(session, row), organisation_id, template, _values(session, row, by), now=now)


def to_managers(
    session: Session, row: MandateRow, template: str, *, but: PersonId | None = None, now: datetime
) -> None:
    """Enqueue a letter about a mandate to the managers, except `but`, who knows."""
    values = _values(session, row, None)
    letters.tell_managers(session, OrganisationId(row.organisation_id), template, values, but=but, now=now)


def holder_of(session: Session, row: MandateRow) -> PersonId:
    """Return whose accreditation a mandate lends."""
    return PersonId(session.get_one(AccreditationRow, row.accreditation_id).person_id)


def _values(session: Session, row: MandateRow, by: PersonId | None) -> ValuesIn:
    of_registration = access_requests.names(session, session.get_one(RegistrationRow, row.registration_id))
    holder, last_day = name_of(session, holder_of(session, row)), row.valid_until
    person = {} if by is None else {"person": name_of(session, by)}
    return lambda language: {
        **of_registration(language),
        **person,
        "holder": holder,
        "until": date_in_words(last_day, language),
    }
