"""Two accounts turn out to be one person's (A20): access, mandates and deeds go to the one that stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.organisations.merging import Joined
from core.people.identifiers import PersonId
from core.tools.states import AccessStatus
from core.tools.tables import AccessRequestRow, AccessRow, MandateColleagueRow, MandateRow, RegistrationRow


def take_over(session: Session, *, kept: PersonId, given_up: PersonId, joined: Sequence[Joined], now: datetime) -> None:
    """Give what rests on memberships that ended to those that go on, and what one account did to the other.

    Access that both had stays as the membership that goes on has it, above all where it is blocked.
    """
    for pair in joined:
        _move_access(session, pair, now)
        _move_mandates(session, pair)
        session.execute(delete(AccessRequestRow).where(AccessRequestRow.membership_id == pair.ended))
    session.execute(update(RegistrationRow).where(RegistrationRow.registered_by == given_up).values(registered_by=kept))
    session.execute(update(MandateRow).where(MandateRow.granted_by == given_up).values(granted_by=kept))
    session.flush()


def _move_access(session: Session, pair: Joined, now: datetime) -> None:
    rows = session.scalars(select(AccessRow).where(AccessRow.membership_id.in_((pair.ended, pair.into)))).all()
    there = {row.registration_id for row in rows if row.membership_id == pair.into}
    for row in rows:
        if row.membership_id != pair.ended:
            continue
        if row.registration_id in there or row.status != AccessStatus.GRANTED:
            session.delete(row)
        else:
            row.membership_id, row.changed_at = pair.into, now


def _move_mandates(session: Session, pair: Joined) -> None:
    held = MandateRow.holder_membership_id == pair.ended
    session.execute(update(MandateRow).where(held).values(holder_membership_id=pair.into))
    listed = select(MandateColleagueRow.mandate_id).where(MandateColleagueRow.membership_id == pair.into)
    of_ended = MandateColleagueRow.membership_id == pair.ended
    session.execute(delete(MandateColleagueRow).where(of_ended, MandateColleagueRow.mandate_id.in_(listed)))
    session.execute(update(MandateColleagueRow).where(of_ended).values(membership_id=pair.into))
