"""Mails that must not be sent any more, or kept: those that name somebody whose account is gone."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested

_SHORTEST_PART = 6


def withdraw_mails(session: Session, *, person_id: str, addresses: Collection[str], texts: Collection[str] = ()) -> int:
    """Remove the mails to a person, or about them, that wait or were given up; return how many.

    `addresses` are compared without regard to case, `texts` are looked for in the values, too.
    """
    mails = select(OutboxRow.id, OutboxRow.body).where(OutboxRow.topic == MailRequested.topic)
    folded, sought = ({text.casefold() for text in found} for found in (addresses, texts))
    concerned = [
        row_id
        for row_id, body in session.execute(mails)
        if body.get("recipient_person_id") == person_id
        or str(body.get("address")).casefold() in folded
        or mentions(body.get("values"), sought | folded)
    ]
    # By single statements: a list of any length is no parameter for SQLite.
    for row_id in concerned:
        session.execute(delete(OutboxRow).where(OutboxRow.id == row_id))
    return len(concerned)


def drop_dead_mails(session: Session, templates: Collection[str]) -> int:
    """Remove mails of these kinds that were given up, and return how many.

    A parked mail about an erased account would keep for a month what has been erased.
    """
    parked = select(OutboxRow.id, OutboxRow.body).where(
        OutboxRow.topic == MailRequested.topic, OutboxRow.dead_at.is_not(None)
    )
    concerned = [row_id for row_id, body in session.execute(parked) if body.get("template") in templates]
    for row_id in concerned:
        session.execute(delete(OutboxRow).where(OutboxRow.id == row_id))
    return len(concerned)


def drop_mails_written_before(session: Session, moment: datetime) -> int:
    """Remove the mails of a past that is only told, as that of the demo world; return how many."""
    session.flush()
    old = (OutboxRow.topic == MailRequested.topic) & (OutboxRow.created_at < moment)
    dropped = session.scalars(select(OutboxRow.id).where(old)).all()
    session.execute(delete(OutboxRow).where(old))
    return len(dropped)


def mentions(values: object, sought: Collection[str]) -> bool:
    """Tell whether a mail's values name one of these texts, which are folded."""
    if not isinstance(values, Mapping):
        return False
    texts = [str(value).casefold() for value in values.values()]
    return any(_is_in(part, text) for part in sought for text in texts)


def _is_in(part: str, text: str) -> bool:
    # A short name is part of many words.
    return part in text if len(part) >= _SHORTEST_PART else part == text
