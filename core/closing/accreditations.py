"""A person's accreditations follow the registers (E5, R3): on linking, at each sign-in, and every night.

The registers are asked outside any transaction; what they said, what closes with it and who has to
hear so is written in one. A register that does not answer in time is asked again by the worker.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.accreditations import sync
from core.accreditations.errors import NumberTaken
from core.accreditations.registers import Registers
from core.accreditations.rules import REGISTER
from core.accreditations.sync import Inquiry, Written
from core.closing.accreditation_letters import tell_of_found
from core.closing.lapse import accreditation_restated
from core.infra import outbox
from core.infra.db import Database
from core.infra.topics import RegistersUnanswered
from core.people.identifiers import PersonId

# By then a register that was restarted is back, and one refused connection is forgotten.
_ASK_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a person's accreditations.

    `is_linked` is False where no card is linked, and then nothing was asked. `unanswered` are the
    kinds whose register did not answer in time: their accreditations follow later.
    """

    is_linked: bool
    appeared: int = 0
    changed: int = 0
    unanswered: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


def refresh(
    database: Database,
    registers: Registers,
    person_id: PersonId,
    *,
    now: datetime,
    is_present: bool = True,
    asks_again: bool = True,
) -> Refreshed:
    """Let a person's accreditations follow the registers, and say what that changed.

    Call it outside a transaction, after the one that linked the card: it waits for the registers as
    long as `registers.WAIT_SECONDS`, and whatever they do, it raises nothing of theirs. Somebody who
    is present sees what appeared; others are written to. `asks_again` leaves a message in the outbox
    where a register did not answer.
    """
    inquiry = sync.inquire(database, registers, person_id, now=now)
    if inquiry is None:
        return Refreshed(is_linked=False)
    try:
        return _write(database, inquiry, is_present=is_present, asks_again=asks_again, now=now)
    except NumberTaken:
        # Another account was given the same number in this moment: the next time it is known whose it is.
        with database.transaction() as session:
            outbox.enqueue(session, RegistersUnanswered(person_id), now=now, delay=_ASK_AGAIN_AFTER)
        return Refreshed(is_linked=True, unanswered=tuple(answer.kind for answer in inquiry.asked.answers))


def _write(database: Database, inquiry: Inquiry, *, is_present: bool, asks_again: bool, now: datetime) -> Refreshed:
    with database.transaction() as session:
        written = sync.write(session, inquiry, now=now)
        if written is None:
            return Refreshed(is_linked=False)
        _carry_out(session, written, is_present=is_present, now=now)
        if inquiry.asked.unanswered and asks_again:
            outbox.enqueue(session, RegistersUnanswered(inquiry.person_id), now=now, delay=_ASK_AGAIN_AFTER)
    return Refreshed(
        is_linked=True,
        appeared=len(written.appeared),
        changed=len(written.changed),
        unanswered=inquiry.asked.unanswered,
        disputed=written.disputed,
    )


def _carry_out(session: Session, written: Written, *, is_present: bool, now: datetime) -> None:
    for changed in written.changed:
        accreditation_restated(session, changed.id, changed.standing, source=REGISTER, by=None, now=now)
    if not is_present:
        for appeared in written.appeared:
            tell_of_found(session, appeared, now=now)
