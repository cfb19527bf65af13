"""What the company register suggests, on the data page of an organisation: shown, taken over, or left (O9)."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.db import Session
from core.infra.errors import NotFound
from core.organisations import suggestions
from core.organisations.company_data import FIELD_NAMES
from core.organisations.errors import ChangedMeanwhile, NotManager
from core.organisations.rights import Right
from core.organisations.suggestions import Suggestion
from core.web.locale import current_language
from portal import notices
from portal.frame import organisation_url
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("suggestions", __name__)

_PATH = "/organisations/<organisation_id>/suggestions/<suggestion_id>"


@dataclass(frozen=True, slots=True)
class SuggestedValue:
    """One value in words: what it is called, what the organisation says, what the register says."""

    label: str
    ours: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """One suggestion as the page shows it; `field` is `name` or `address`."""

    id: str
    field: str
    url: str
    since: str
    values: tuple[SuggestedValue, ...]


def cards(session: Session, visit: Visit) -> tuple[SuggestionCard, ...]:
    """Return what waits for the word of whoever may edit the data; empty for everybody else."""
    if not visit.may(Right.EDIT_DATA):
        return ()
    found = suggestions.open_suggestions(session, visit.organisation.id)
    return tuple(_card(one, organisation_url(visit.organisation.id)) for one in found)


@bp.post(f"{_PATH}/take")
def take(organisation_id: str, suggestion_id: str) -> AnyResponse:
    """Let the organisation say what the register says."""
    check_form()
    return _decide(organisation_id, suggestion_id, suggestions.take, "suggestion-taken")


@bp.post(f"{_PATH}/decline")
def decline(organisation_id: str, suggestion_id: str) -> AnyResponse:
    """Keep what the organisation says."""
    check_form()
    return _decide(organisation_id, suggestion_id, suggestions.decline, "suggestion-declined")


def _decide(organisation_id: str, suggestion_id: str, deed: Callable[..., object], code: str) -> AnyResponse:
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    try:
        with visit.services.database.transaction() as session:
            deed(session, visit.organisation.id, suggestion_id, by=visit.actor.person_id, now=visit.now)
    except (ChangedMeanwhile, NotFound, NotManager):
        # Decided already, or the data were edited since: the page says how it stands.
        code = "changed"
    return notices.done(organisation_url(organisation_id), code)


def _card(one: Suggestion, url: str) -> SuggestionCard:
    values = tuple(
        SuggestedValue(_(FIELD_NAMES[name]), one.ours.get(name), theirs) for name, theirs in one.theirs.items()
    )
    return SuggestionCard(
        id=one.id,
        field=one.field.value,
        url=f"{url}/suggestions/{one.id}",
        since=date_in_words(belgian_date(one.since), current_language()),
        values=values,
    )
