"""An account goes (A15): the use case over everything that core, credentials and protocol keep.

One transaction, and in the store what can be found from it. What the store holds beyond that says
nothing of a person but an identifier, and ends by itself within hours.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from core.closing import person
from core.closing.person import ErasureCause, Fate
from core.infra import outbox, withdrawals
from core.infra.db import Session
from core.infra.log import event
from core.infra.store.interface import EphemeralStore, Kind
from core.infra.topics import MailRequested
from core.people import activation, departures, leaving
from core.people.departures import Traces
from core.people.identifiers import PersonId
from idp.credentials import erasure as credentials
from idp.oidc import withdrawal
from idp.wiring import Services

DONE = {Fate.DELETED: "account-deleted", Fate.ANONYMISED: "account-anonymised"}
# Letters that name somebody who is gone: parked ones would keep the name for a month.
_OF_THE_GONE = frozenset({*DONE.values(), "colleague-erased"})
# Far longer than any request runs that began before its person was anonymised.
_SWEPT = timedelta(days=1)


def erase(
    services: Services,
    person_id: PersonId,
    *,
    by: PersonId | None,
    cause: ErasureCause,
    reference: str | None = None,
    may_leave_ownerless: bool = False,
    only_if_due: bool = False,
    only_if_unused: bool = False,
    now: datetime,
) -> Fate:
    """Delete or anonymise an account and mail that it is done; all of it or nothing.

    Tools hear of it by back-channel logout. Raises `NotFound`, `NeedsManager`; with `only_if_due`
    also `NotDue` where the person undid their request a moment ago, with `only_if_unused`
    `InUse` where they activated it a moment ago, or it has activity.
    """
    with services.database.transaction() as session:
        return erase_in(
            session,
            services.store,
            person_id,
            by=by,
            cause=cause,
            reference=reference,
            may_leave_ownerless=may_leave_ownerless,
            only_if_due=only_if_due,
            only_if_unused=only_if_unused,
            now=now,
        )


def erase_in(
    session: Session,
    store: EphemeralStore,
    person_id: PersonId,
    *,
    by: PersonId | None,
    cause: ErasureCause,
    reference: str | None,
    may_leave_ownerless: bool = False,
    only_if_due: bool = False,
    only_if_unused: bool = False,
    now: datetime,
) -> Fate:
    """Do the same in the caller's transaction."""
    ending = person.begin_erasure(session, person_id, may_leave_ownerless=may_leave_ownerless)
    if only_if_due:
        leaving.require_due(session, person_id, now=now)
    if only_if_unused:
        activation.require_unused(session, person_id, is_active=ending.fate is Fate.ANONYMISED)
    running = _end_access(session, store, person_id, now)
    credentials.forget_codes_at(session, ending.addresses)
    person.complete_erasure(session, ending, by=by, cause=cause, reference=reference, now=now)
    _write_a_last_time(session, ending.traces, ending.fate, now)
    _end_sessions(store, running)
    event("account_erased", person_id=person_id, fate=ending.fate.value, cause=cause.value)
    return ending.fate


def erase_merged(session: Session, store: EphemeralStore, person_id: PersonId, *, by: PersonId, now: datetime) -> None:
    """Erase what is left of an account whose owner keeps another one, in the caller's transaction (A20)."""
    ending = person.begin_erasure(session, person_id, may_leave_ownerless=False)
    running = _end_access(session, store, person_id, now)
    credentials.forget_codes_at(session, ending.addresses)
    person.complete_erasure(session, ending, by=by, cause=ErasureCause.MERGED, reference=None, now=now)
    _end_sessions(store, running)


def sweep(services: Services, *, now: datetime) -> int:
    """Take away what requests wrote that ran while their person was anonymised; return of how many.

    Also letters about people who are gone that could not be delivered.
    """
    with services.database.transaction() as session:
        gone = departures.anonymised_since(session, now - _SWEPT)
        for person_id in gone:
            running = _end_access(session, services.store, person_id, now)
            person.forget_again(session, person_id)
            _end_sessions(services.store, running)
        withdrawals.drop_dead_mails(session, _OF_THE_GONE)
    return len(gone)


def _end_access(session: Session, store: EphemeralStore, person_id: PersonId, now: datetime) -> Collection[str]:
    """Remove what tools have of the person, tell them, and return where the person's sessions lie."""
    running = credentials.running_sessions(session, person_id)
    withdrawal.forget(session, store, person_id, sids=running, now=now)
    return running.values()


def _end_sessions(store: EphemeralStore, running: Collection[str]) -> None:
    # Before the commit, and harmless should that fail: then the person signs in once more.
    with store.pipeline() as pipeline:
        for cookie_digest in running:
            pipeline.delete(Kind.SSO_SESSION, cookie_digest)


def _write_a_last_time(session: Session, gone: Traces, fate: Fate, now: datetime) -> None:
    """Mail that it is done; the row with the address leaves the outbox with the mail."""
    if gone.email is None:
        return
    mail = MailRequested(
        template=DONE[fate], recipient_person_id=None, address=gone.email, language=gone.language, values={}
    )
    outbox.enqueue(session, mail, now=now)
