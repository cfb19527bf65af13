"""A file of the bank is brought to the desk by one operator, and booked by the word of another.

The first one hears every refusal at once; the second one compares what it says with the bank's own
program. The bytes are kept until then, and no longer than somebody can agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.infra.audit import Detail
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.approvals import Act, Approval, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.wallet.bank import statements, uploads
from core.wallet.bank.errors import BankFileKnown

READ = Act("read-bank-file", StaffRole.OPERATOR)
# Only there where numbers may be left out, so that the second person reads of it.
_NUMBERS, _SKIPPED = "numbers", "numbers-skipped"


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that waits for a second operator, and where its last statement ends."""

    approval_id: str
    statements: int
    closed_on: date
    closing_cents: int
    asked_at: datetime


def ask_to_read(
    session: Session,
    content: bytes,
    *,
    account: str,
    may_skip_numbers: bool,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> str:
    """Judge a file as an import would, book nothing, keep it, and ask a second operator to agree.

    Raises `NotStaff`, `BankFileWaits`, `BankFileKnown`, and as `statements.import_file`.
    """
    roles.require(session, by, READ.role)
    # What was refused or withdrawn is not in the way of the same file brought anew.
    purge(session, now)
    upload_id = uploads.keep(session, content, by=by, now=now)
    judged = uploads.judge(session, content, account=account, may_skip_numbers=may_skip_numbers, now=now)
    parameters: Mapping[str, Detail] = {
        "upload": upload_id,
        "account": account,
        "statements": judged.statements,
        "credited_cents": judged.credited_cents,
        "closed_on": judged.closed_on.isoformat(),
        "closing_cents": judged.closing_cents,
        **({_NUMBERS: _SKIPPED} if may_skip_numbers else {}),
    }
    return approvals.ask(session, READ, parameters, subject_id=None, why=why, by=by, now=now)


def read(session: Session, approved: Approved) -> None:
    """Carry out `READ`; raises `BankFileKnown` where it was booked meanwhile, and as `statements.import_file`."""
    told = statements.import_file(
        session,
        uploads.take(session, approved.text("upload")),
        account=approved.text("account"),
        by=approved.asked_by,
        why=approved.why,
        approved_by=approved.approved_by,
        may_skip_numbers=_NUMBERS in approved.parameters,
        now=approved.now,
    )
    if not told.statements:
        raise BankFileKnown


def waiting(session: Session, *, now: datetime) -> tuple[WaitingFile, ...]:
    """Return the files that wait, the one that was brought first before the others."""
    return tuple(
        WaitingFile(
            approval_id=one.id,
            statements=int(one.parameters["statements"] or 0),
            closed_on=date.fromisoformat(str(one.parameters["closed_on"])),
            closing_cents=int(one.parameters["closing_cents"] or 0),
            asked_at=one.asked_at,
        )
        for one in _open(session, now)
    )


def purge(session: Session, now: datetime) -> None:
    """Remove files about which there is nothing to decide any more; run now and then."""
    # In this order: one that is brought at this moment is either in neither, or in both.
    kept = uploads.kept_ids(session)
    if kept:
        uploads.drop(session, kept - {str(one.parameters["upload"]) for one in _open(session, now)})


def _open(session: Session, now: datetime) -> tuple[Approval, ...]:
    return tuple(one for one in approvals.open_for(session, {READ.role}, now=now) if one.act == READ.name)
