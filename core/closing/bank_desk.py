"""Operators decide about money at the bank that no message credits: one asks, another one agrees (W10).

The wallet knows organisations by their identifier alone; here they have a name, and a decision its reason.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.audit import Detail
from core.infra.errors import NotFound
from core.organisations.identifiers import OrganisationId
from core.organisations.queries import find_by_company_number
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.staff import approvals
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.wallet.bank import desk
from core.wallet.bank.desk import Sign, WaitingEntry
from core.wallet.bank.errors import NoSuchWallet
from core.wallet.identifiers import EntryId
from core.wallet.queries import wallet_of

BOOK = Act("book-bank-entry", StaffRole.OPERATOR)
GIVE_BACK = Act("give-back-bank-entry", StaffRole.OPERATOR)
DISMISS = Act("dismiss-bank-entry", StaffRole.OPERATOR)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that money may be for, and why."""

    name: str
    company_number: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry that waits and the organisations that it may be for; `asked` are acts to be agreed with."""

    entry: WaitingEntry
    candidates: tuple[Candidate, ...]
    asked: tuple[str, ...] = ()


def waiting(session: Session, *, now: datetime) -> tuple[NamedEntry, ...]:
    """Return what waits, the oldest first, and what a second operator was asked about it."""
    found = desk.waiting(session)
    owners, asked = _owners(session, found), _asked(session, now)
    return tuple(NamedEntry(entry, _candidates(entry, owners), tuple(asked[entry.id])) for entry in found)


def find(session: Session, bank_entry_id: str) -> NamedEntry:
    """Return one that waits; raises `NotFound`."""
    entry = desk.find_waiting(session, bank_entry_id)
    return NamedEntry(entry, _candidates(entry, _owners(session, (entry,))))


def ask_to_book(
    session: Session, bank_entry_id: str, company_number: str, *, why: Reason, by: PersonId, now: datetime
) -> str:
    """Ask a second operator to put an entry on the wallet of an organisation.

    Raises `NotStaff`, `NotFound` for an entry that does not wait, `NoSuchWallet`, `InvalidAmount`, `AlreadyAskedFor`.
    """
    entry = desk.find_waiting(session, bank_entry_id)
    desk.require_bookable(entry)
    organisation_id = find_by_company_number(session, company_number)
    if organisation_id is None:
        raise NoSuchWallet(organisation=company_number)
    return _ask(session, BOOK, entry, {"organisation_id": organisation_id}, why=why, by=by, now=now)


def ask_to_give_back(session: Session, bank_entry_id: str, *, why: Reason, by: PersonId, now: datetime) -> str:
    """Ask a second operator to give an entry back to its sender; raises `NotStaff`, `NotFound`, `NoSender`."""
    entry = desk.find_waiting(session, bank_entry_id)
    desk.require_returnable(entry)
    return _ask(session, GIVE_BACK, entry, {}, why=why, by=by, now=now)


def ask_to_dismiss(session: Session, bank_entry_id: str, *, why: Reason, by: PersonId, now: datetime) -> str:
    """Ask a second operator to agree that an entry is no wallet's; raises `NotStaff`, `NotFound`."""
    return _ask(session, DISMISS, desk.find_waiting(session, bank_entry_id), {}, why=why, by=by, now=now)


def book(session: Session, approved: Approved) -> None:
    """Carry out `BOOK`; raises as `desk.book`."""
    organisation_id = OrganisationId(approved.text("organisation_id"))
    wallet = wallet_of(session, organisation_id)
    if wallet is None:
        raise NotFound(organisation=organisation_id)
    done = desk.book(session, approved.text("bank_entry"), wallet.id, now=approved.now)
    audit.record(
        session,
        action="bank-entry-booked",
        actor_id=approved.approved_by,
        subject_id=None,
        organisation_id=organisation_id,
        details=_details(approved, done),
        now=approved.now,
    )


def give_back(session: Session, approved: Approved) -> None:
    """Carry out `GIVE_BACK`; raises as `desk.give_back`."""
    done = desk.give_back(session, approved.text("bank_entry"), now=approved.now)
    _record(session, "bank-entry-given-back", approved, done)


def dismiss(session: Session, approved: Approved) -> None:
    """Carry out `DISMISS`; raises as `desk.dismiss`."""
    done = desk.dismiss(session, approved.text("bank_entry"), now=approved.now)
    _record(session, "bank-entry-dismissed", approved, done)


def _ask(
    session: Session,
    act: Act,
    entry: WaitingEntry,
    about: Mapping[str, Detail],
    *,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> str:
    parameters = {"bank_entry": entry.id, "amount_cents": entry.amount_cents, **about}
    return approvals.ask(session, act, parameters, subject_id=None, why=why, by=by, now=now)


def _asked(session: Session, now: datetime) -> Mapping[str, list[str]]:
    asked = defaultdict[str, list[str]](list)
    for one in approvals.open_for(session, {StaffRole.OPERATOR}, now=now):
        if one.act in {BOOK.name, GIVE_BACK.name, DISMISS.name}:
            asked[str(one.parameters["bank_entry"])].append(one.act)
    return asked


def _record(session: Session, action: str, approved: Approved, done: EntryId) -> None:
    details, by = _details(approved, done), approved.approved_by
    audit.record(session, action=action, actor_id=by, subject_id=None, details=details, now=approved.now)


def _details(approved: Approved, done: EntryId) -> dict[str, Detail]:
    return {"entry": done, "asked_by": approved.asked_by, **approved.parameters, **approved.why.details()}


def _owners(session: Session, found: tuple[WaitingEntry, ...]) -> Mapping[str, tuple[str, str]]:
    wanted = {suggestion.wallet_id for entry in found for suggestion in entry.suggestions}
    rows = session.execute(
        select(OrganisationRow.wallet_id, OrganisationRow.name, OrganisationRow.company_number).where(
            OrganisationRow.wallet_id.in_(wanted)
        )
    )
    return {row.wallet_id: (row.name, row.company_number) for row in rows}


def _candidates(entry: WaitingEntry, owners: Mapping[str, tuple[str, str]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(*owners[suggestion.wallet_id], suggestion.sign)
        for suggestion in entry.suggestions
        if suggestion.wallet_id in owners
    )
