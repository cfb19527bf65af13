"""The second person: a dangerous act is asked for by one and carried out by the word of another.

The act itself runs in the transaction that approves it: both last, or neither does. An act is a
value beside its use case; which function carries it out is handed to `decide`, so that each
application brings those that it can do.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.audit import Detail
from core.infra.errors import NotFound
from core.infra.ids import digest, new_id
from core.people.identifiers import PersonId
from core.staff import roles, rules
from core.staff.errors import NotStaff
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import Decision, Request
from core.staff.states import ApprovalState, StaffRole
from core.staff.tables import ApprovalRow

# The audit trail remembers; the rows are there for pages.
_KEPT_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Act:
    """A dangerous act: its stable name, and the role of both people that it takes."""

    name: str
    role: StaffRole


@dataclass(frozen=True, slots=True)
class Approved:
    """What a second person said yes to, for the function that carries it out."""

    approval_id: str
    parameters: Mapping[str, Detail]
    why: Reason
    asked_by: PersonId
    approved_by: PersonId
    now: datetime

    def text(self, name: str) -> str:
        """Return a parameter that is a text, such as an identifier."""
        value = self.parameters[name]
        assert isinstance(value, str)
        return value


# What carries out an act, in the transaction of the approval; it may refuse by any error of core.
CarryOut = Callable[[Session, Approved], None]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request as pages show it; `asked_by` is None when that account is gone."""

    id: str
    act: str
    role: StaffRole
    parameters: Mapping[str, Detail]
    why: Reason
    asked_by: PersonId | None
    asked_at: datetime
    expires_at: datetime


def ask(
    session: Session,
    act: Act,
    parameters: Mapping[str, Detail],
    *,
    subject_id: str | None,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> str:
    """Ask for a second person and return the identifier of the request, which is open for three days.

    `parameters` are identifiers and words, never names; `subject_id` is whom or what it is about.
    Raises `NotStaff`, and `AlreadyAskedFor` where the same waits already.
    """
    roles.require(session, by, act.role)
    fingerprint = digest(json.dumps(dict(parameters), sort_keys=True))
    _close_expired(session, act, fingerprint, now)
    row = ApprovalRow(
        id=new_id("apr"),
        act=act.name,
        role=act.role,
        parameters=dict(parameters),
        fingerprint=fingerprint,
        subject=subject_id,
        reason=why.word,
        reference=why.reference,
        asked_by=by,
        asked_at=now,
        expires_at=now + rules.LIFE,
    )
    session.add(row)
    session.flush()
    _record(session, "approval-asked", row, by, now)
    return row.id


def decide(
    session: Session,
    approval_id: str,
    decision: Decision,
    *,
    by: PersonId,
    deeds: Mapping[str, CarryOut],
    now: datetime,
) -> None:
    """Approve and carry out, refuse, or withdraw a request.

    Raises `NotFound` for an unknown one and for an act that is carried out elsewhere, `ApprovalOver`,
    `SamePerson`, `NotStaff`, `AskerNotStaff`, and whatever the act itself refuses by: then it stays open.
    """
    row = _locked(session, approval_id)
    if decision is Decision.APPROVE and row.act not in deeds:
        raise NotFound(act=row.act)
    request = _request(row)
    state = rules.decide(
        request,
        decision,
        by=by,
        roles=_roles(session, by, request.role),
        asker_roles=_roles(session, request.asked_by, request.role),
        now=now,
    )
    row.state, row.decided_by, row.decided_at = state, by, now
    session.flush()
    _record(session, _ACTIONS[decision], row, by, now)
    if state is ApprovalState.APPROVED:
        assert request.asked_by is not None
        deeds[row.act](session, Approved(row.id, dict(row.parameters), _why(row), request.asked_by, by, now))


def find(session: Session, approval_id: str, *, now: datetime) -> Approval:
    """Return a request that is open; raise `NotFound` for any other."""
    row = session.get(ApprovalRow, approval_id)
    if row is None or not rules.is_open(_request(row), now):
        raise NotFound(approval=approval_id)
    return _approval(row)


def open_for(session: Session, held: Collection[StaffRole], *, now: datetime) -> tuple[Approval, ...]:
    """Return what waits for somebody with these roles, the oldest first, including what they asked themselves."""
    rows = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.state == ApprovalState.OPEN, ApprovalRow.expires_at > now)
        .where(ApprovalRow.role.in_([role.value for role in held]))
        .order_by(ApprovalRow.id)
    )
    return tuple(_approval(row) for row in rows)


def count_to_decide(session: Session, person_id: PersonId, held: Collection[StaffRole], *, now: datetime) -> int:
    """Return how many requests wait for the word of this person."""
    counted = (
        select(func.count())
        .select_from(ApprovalRow)
        .where(ApprovalRow.state == ApprovalState.OPEN, ApprovalRow.expires_at > now)
        .where(ApprovalRow.role.in_([role.value for role in held]))
        .where(ApprovalRow.asked_by.is_distinct_from(person_id))
    )
    return session.execute(counted).scalar_one()


def purge(session: Session, now: datetime) -> None:
    """Drop requests that ended long ago; run now and then."""
    session.execute(delete(ApprovalRow).where(ApprovalRow.expires_at < now - _KEPT_AFTER))


_ACTIONS = {
    Decision.APPROVE: "approval-given",
    Decision.REFUSE: "approval-refused",
    Decision.WITHDRAW: "approval-withdrawn",
}


def _locked(session: Session, approval_id: str) -> ApprovalRow:
    row = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.id == approval_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(approval=approval_id)
    return row


def _close_expired(session: Session, act: Act, fingerprint: str, now: datetime) -> None:
    """Let what expired make room for the same request made anew."""
    session.execute(
        delete(ApprovalRow).where(
            ApprovalRow.act == act.name,
            ApprovalRow.fingerprint == fingerprint,
            ApprovalRow.state == ApprovalState.OPEN,
            ApprovalRow.expires_at <= now,
        )
    )


def _roles(session: Session, person_id: PersonId | None, role: StaffRole) -> frozenset[StaffRole]:
    """Return the role if the person holds it, kept from being taken away until the transaction ends."""
    if person_id is None:
        return frozenset()
    try:
        roles.require(session, person_id, role)
    except NotStaff:
        return frozenset()
    return frozenset({role})


def _request(row: ApprovalRow) -> Request:
    asked_by = None if row.asked_by is None else PersonId(row.asked_by)
    return Request(ApprovalState(row.state), StaffRole(row.role), asked_by, row.expires_at)


def _why(row: ApprovalRow) -> Reason:
    return Reason(StaffReason(row.reason), row.reference)


def _approval(row: ApprovalRow) -> Approval:
    request = _request(row)
    return Approval(
        id=row.id,
        act=row.act,
        role=request.role,
        parameters=dict(row.parameters),
        why=_why(row),
        asked_by=request.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )


def _record(session: Session, action: str, row: ApprovalRow, by: PersonId, now: datetime) -> None:
    details = {"approval": row.id, "act": row.act, **_why(row).details()}
    audit.record(session, action=action, actor_id=by, subject_id=row.subject, details=details, now=now)
