"""Somebody's account goes (A15): what decides between deleting and anonymising, and both acts.

What lies in `core` only; `idp.account.erasure` calls this together with what ends credentials,
consents and sessions, in one transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations import departures as accreditations
from core.infra import audit, withdrawals
from core.infra.audit import AuditRow
from core.infra.errors import NotFound, RuleError
from core.organisations import departures as organisations
from core.organisations import letters, notices
from core.organisations.departures import Departure
from core.organisations.states import Succession
from core.people import departures as people
from core.people.departures import Traces
from core.people.identifiers import PersonId
from core.tools import departures as tools
from core.tools import mandate_endings
from core.tools.departures import LentAccreditation
from core.wallet import departures as wallets

# Written once per person and tool, when they press "Start" for the first time; never removed.
STARTED_A_TOOL = "consent-given"


class Fate(StrEnum):
    """What becomes of an account: without activity it is deleted, with activity anonymised."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"


_ACTIONS = {Fate.DELETED: "person-deleted", Fate.ANONYMISED: "person-anonymised"}


class ErasureCause(StrEnum):
    """Why an account goes; a word and never a text, because the audit trail keeps it for ever."""

    REQUEST = "request"
    HELPDESK_REQUEST = "helpdesk-request"
    DECEASED = "deceased"
    AUTHORITY = "authority"
    ABUSE = "abuse"
    NEVER_ACTIVATED = "never-activated"
    MERGED = "merged"


class NeedsManager(RuleError):
    """Organisations would be left without a manager while others work there (O7)."""

    code = "needs-manager"

    def __init__(self, organisations: tuple[Departure, ...]) -> None:
        self.organisations = organisations
        super().__init__(organisations=" ".join(found.organisation_id for found in organisations))


@dataclass(frozen=True, slots=True)
class Consequences:
    """What would happen if an account went now."""

    fate: Fate
    departures: tuple[Departure, ...]
    lent: tuple[LentAccreditation, ...]

    @property
    def hindrances(self) -> tuple[Departure, ...]:
        """Return the organisations that first need another manager."""
        return tuple(found for found in self.departures if found.succession is Succession.NEEDS_MANAGER)


def consequences(session: Session, person_id: PersonId) -> Consequences:
    """Return what would happen if the account went now; nothing is changed."""
    return Consequences(
        fate=_fate(session, person_id),
        departures=organisations.departures(session, person_id),
        lent=tools.lent(session, person_id),
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """An account that is locked and about to go."""

    traces: Traces
    consequences: Consequences
    addresses: frozenset[str] = field(repr=False)

    @property
    def fate(self) -> Fate:
        """Return what becomes of it."""
        return self.consequences.fate


def begin_erasure(session: Session, person_id: PersonId, *, may_leave_ownerless: bool) -> Ending:
    """Lock an account with all it belongs to, and make sure that it may go now.

    Raises `NotFound` where it is gone already, and `NeedsManager` unless organisations may be left
    without a manager: then they go on for thirty days.
    """
    own = organisations.locked(session, person_id)
    traces = people.locked(session, person_id)
    if traces is None:
        raise NotFound(person=person_id)
    planned = consequences(session, person_id)
    if planned.hindrances and not may_leave_ownerless:
        raise NeedsManager(planned.hindrances)
    return Ending(traces, planned, traces.addresses | {row.email for row in own if row.email})


def complete_erasure(
    session: Session, ending: Ending, *, by: PersonId | None, cause: ErasureCause, reference: str | None, now: datetime
) -> None:
    """Delete or anonymise what `core` keeps of a person, in the transaction that began it.

    Memberships end and with them mandates; an organisation of which they are the only member ends.
    Nothing outside `core` may point to the person any more.
    """
    traces, planned = ending.traces, ending.consequences
    withdrawals.withdraw_mails(session, person_id=traces.person_id, addresses=ending.addresses, texts=traces.texts)
    notices.withdraw(session, traces.person_id, ending.addresses | traces.texts)
    for departure in planned.departures:
        _depart(session, departure, traces, by=by, now=now)
    organisations.withdraw_disputes(session, traces.person_id, now=now)
    _forget(session, traces.person_id, planned.fate)
    if planned.fate is Fate.ANONYMISED:
        people.rename(session, traces.person_id, now=now)
    audit.record(
        session,
        action=_ACTIONS[planned.fate],
        actor_id=by,
        subject_id=traces.person_id,
        details={"cause": cause.value, "reference": reference},
        now=now,
    )


def forget_again(session: Session, person_id: PersonId) -> None:
    """Take away what a request that ran beside the anonymising wrote after it."""
    _forget(session, person_id, Fate.ANONYMISED)


def _fate(session: Session, person_id: PersonId) -> Fate:
    is_active = (
        organisations.was_ever_confirmed(session, person_id)
        or tools.has_acted(session, person_id)
        or wallets.has_paid(session, person_id)
        or _has_started_a_tool(session, person_id)
    )
    return Fate.ANONYMISED if is_active else Fate.DELETED


def _has_started_a_tool(session: Session, person_id: PersonId) -> bool:
    # Our own portal asks for no consent and so is never one of these.
    started = (AuditRow.subject_id == person_id) & (AuditRow.action == STARTED_A_TOOL)
    return session.scalars(select(AuditRow.id).where(started).limit(1)).first() is not None


def _depart(session: Session, departure: Departure, gone: Traces, *, by: PersonId | None, now: datetime) -> None:
    organisation_id = departure.organisation_id
    if departure.succession is Succession.ENDS:
        tools.end_registrations(session, organisation_id, now=now)
        for other in organisations.others_waiting(session, organisation_id, gone.person_id):
            letters.tell_person(session, other, organisation_id, "organisation-ended", now=now)
    elif departure.was_confirmed:
        names = {"name": gone.name}
        letters.tell_managers(
            session, organisation_id, "colleague-erased", lambda _language: names, but=gone.person_id, now=now
        )
    organisations.depart(session, departure, by=by, now=now)
    mandate_endings.end_with_membership(session, departure.membership_id, now=now)


def _forget(session: Session, person_id: PersonId, fate: Fate) -> None:
    tools.forget_requests(session, person_id)
    accreditations.forget(session, person_id, kept=tools.named_in_mandates(session, person_id))
    organisations.forget_unconfirmed(session, person_id)
    wallets.forget(session, person_id)
    match fate:
        case Fate.DELETED:
            people.remove(session, person_id)
        case Fate.ANONYMISED:
            organisations.forget_details(session, person_id)
            people.empty(session, person_id)
