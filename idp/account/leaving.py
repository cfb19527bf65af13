"""Asking for the account to go, undoing that, and doing what is due (A15)."""

from datetime import datetime

from core.closing.person import ErasureCause, NeedsManager
from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.db import Session
from core.infra.errors import ImmoError, NotFound
from core.infra.log import WARNING, event
from core.people import leaving
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.leaving import NotDue
from core.people.profiles import chosen_language
from idp.account import erasure
from idp.credentials.security_mail import Place, tell_owner
from idp.wiring import Services


def request(services: Services, person: PersonFacts, *, place: Place, now: datetime) -> bool:
    """Note that the account is to go in fourteen days, and mail it; False where that was asked before."""
    with services.database.transaction() as session:
        return request_in(session, person, by=None, place=place, now=now)


def request_in(
    session: Session, person: PersonFacts, *, by: PersonId | None, place: Place | None, now: datetime
) -> bool:
    """Do the same in the caller's transaction; `by` is who does it for the person."""
    asked = leaving.request(session, person.id, by=by, now=now)
    if asked is not None:
        due = date_in_words(belgian_date(asked.due_at), chosen_language(session, person.id) or "")
        values = {"username": person.username, "due": due}
        letter = "erasure-requested" if by is None else "erasure-requested-by-helpdesk"
        tell_owner(session, person.id, letter, values, place=place, now=now)
    return asked is not None


def undo(services: Services, person: PersonFacts, *, place: Place, now: datetime) -> bool:
    """Let the account stay, and mail it; False where nobody asked for anything else."""
    with services.database.transaction() as session:
        return undo_in(session, person, by=None, place=place, now=now)


def undo_in(session: Session, person: PersonFacts, *, by: PersonId | None, place: Place | None, now: datetime) -> bool:
    """Do the same in the caller's transaction; `by` is who does it for the person."""
    is_undone = leaving.undo(session, person.id, by=by, now=now)
    if is_undone:
        values = {"username": person.username}
        letter = "erasure-undone" if by is None else "erasure-undone-by-helpdesk"
        tell_owner(session, person.id, letter, values, place=place, now=now)
    return is_undone


def note_download(services: Services, person_id: PersonId, *, now: datetime) -> None:
    """Write into the history that the data were taken along: a thief would do so first."""
    with services.database.transaction() as session:
        audit.record(session, action="data-downloaded", actor_id=person_id, subject_id=person_id, now=now)


def carry_out(services: Services, *, now: datetime) -> int:
    """Let the accounts go that are due, and return how many went; one that fails holds up no other.

    Where an organisation would be left without a manager, the account waits, and its person is told.
    """
    with services.database.connection() as connection:
        due = leaving.due(connection, now=now)
    return sum(_carry_out(services, person_id, now) for person_id in due)


def _carry_out(services: Services, person_id: PersonId, now: datetime) -> bool:
    try:
        erasure.erase(services, person_id, by=person_id, cause=ErasureCause.REQUEST, only_if_due=True, now=now)
    except NeedsManager as refused:
        names = ", ".join(found.organisation_name for found in refused.organisations)
        _wait(services, person_id, names, now)
        return False
    except (NotFound, NotDue):
        # Another worker was quicker, or the person undid it at the last moment.
        return False
    except ImmoError as error:
        event("erasure_failed", WARNING, person_id=person_id, reason=error.code)
        return False
    return True


def _wait(services: Services, person_id: PersonId, organisations: str, now: datetime) -> None:
    with services.database.transaction() as session:
        asked = leaving.standing(session, person_id)
        leaving.try_again_later(session, person_id, now=now)
        if asked is not None and asked.is_to_be_told(now):
            tell_owner(session, person_id, "erasure-waits", {"organisation": organisations}, now=now)
