"""What the company register suggests to the managers of an organisation: shown, taken, declined (O9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.catalogues import translations
from core.infra.errors import NotFound
from core.organisations import letters
from core.organisations.company_data import FIELD_NAMES
from core.organisations.company_editing import locked_for_manager
from core.organisations.errors import ChangedMeanwhile
from core.organisations.identifiers import OrganisationId
from core.organisations.states import SuggestedField, SuggestionState
from core.organisations.tables import OrganisationRow, OrganisationSuggestionRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One open suggestion: what the organisation says, what the register says, by the name of the column."""

    id: str
    field: SuggestedField
    ours: Mapping[str, str | None]
    theirs: Mapping[str, str | None]
    since: datetime


def open_suggestions(session: Session | Connection, organisation_id: OrganisationId) -> tuple[Suggestion, ...]:
    """Return what waits for the managers' word, in the order of the data page."""
    columns = OrganisationSuggestionRow.__table__.columns
    rows = session.execute(
        select(columns.id, columns.field, columns.ours, columns.theirs, columns.since).where(
            columns.organisation_id == organisation_id, columns.state == SuggestionState.OPEN.value
        )
    )
    found = [Suggestion(row.id, SuggestedField(row.field), row.ours, row.theirs, row.since) for row in rows]
    return tuple(sorted(found, key=lambda one: list(SuggestedField).index(one.field)))


def take(
    session: Session, organisation_id: OrganisationId, suggestion_id: str, *, by: PersonId, now: datetime
) -> SuggestedField:
    """Let the organisation say what the register says, and write to the other managers.

    Raises `NotFound` for one that is not open, `NotManager`, and `ChangedMeanwhile` where the
    organisation no longer says what the suggestion was made about.
    """
    organisation = locked_for_manager(session, organisation_id, by=by)
    row = _open(session, organisation_id, suggestion_id)
    if any(getattr(organisation, name) != value for name, value in row.ours.items()):
        raise ChangedMeanwhile(organisation=organisation_id)
    for name, value in row.theirs.items():
        setattr(organisation, name, value)
    organisation.version, organisation.updated_at = organisation.version + 1, now
    _settle(session, row, SuggestionState.TAKEN, by, now)
    _tell_the_others(session, organisation, tuple(row.theirs), by, now)
    return SuggestedField(row.field)


def decline(
    session: Session, organisation_id: OrganisationId, suggestion_id: str, *, by: PersonId, now: datetime
) -> SuggestedField:
    """Keep what the organisation says; the same is not suggested again. Raises `NotFound`, `NotManager`."""
    locked_for_manager(session, organisation_id, by=by)
    row = _open(session, organisation_id, suggestion_id)
    _settle(session, row, SuggestionState.DECLINED, by, now)
    return SuggestedField(row.field)


def _open(session: Session, organisation_id: OrganisationId, suggestion_id: str) -> OrganisationSuggestionRow:
    # The organisation is locked, so that nobody else decides about this one at the same moment.
    row = session.get(OrganisationSuggestionRow, suggestion_id, populate_existing=True)
    if row is None or row.organisation_id != organisation_id or row.state != SuggestionState.OPEN:
        raise NotFound(suggestion=suggestion_id)
    return row


def _settle(
    session: Session, row: OrganisationSuggestionRow, state: SuggestionState, by: PersonId, now: datetime
) -> None:
    row.state, row.decided_at = state, now
    is_taken = state is SuggestionState.TAKEN
    audit.record(
        session,
        action="company-suggestion-taken" if is_taken else "company-suggestion-declined",
        actor_id=by,
        subject_id=row.organisation_id,
        organisation_id=row.organisation_id,
        details={"fields": " ".join(row.theirs)},
        now=now,
    )
    session.flush()


def _tell_the_others(
    session: Session, organisation: OrganisationRow, changed: tuple[str, ...], by: PersonId, now: datetime
) -> None:
    person = name_of(session, by)

    def values(language: str) -> Mapping[str, str]:
        say = translations(language).ugettext
        return {"person": person, "fields": ", ".join(say(FIELD_NAMES[name]) for name in changed)}

    letters.tell_managers(session, OrganisationId(organisation.id), "organisation-changed", values, but=by, now=now)
