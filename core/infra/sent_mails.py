"""Which kinds of mail were sent to whom in the last days: never what was in them, nor to which address.

For the helpdesk, which is asked where a mail is. What waits or was given up lies in the outbox.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, delete, insert, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.infra.db import Base, Identifier, Moment
from core.infra.outbox import OutboxRow

KEPT = timedelta(days=14)
_SHOWN = 30


class SentMailRow(Base):
    """That a mail was handed to the mail server; it goes with the account."""

    __tablename__ = "sent_mail"

    # That of the message in the outbox, so that a mail that is sent twice stands here once.
    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    template: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_sent_mail_person_id", "person_id", "sent_at"), Index("ix_sent_mail_sent_at", "sent_at"))


class MailState(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    DELAYED = "delayed"
    GIVEN_UP = "given-up"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class MailOnRecord:
    """A mail to a person: its kind, what became of it, and when it was written or sent."""

    template: str
    state: MailState
    at: datetime


def record(session: Session, message_id: str, *, person_id: str | None, template: str, now: datetime) -> None:
    """Note that a mail to a person was sent; one to nobody's account is not noted.

    The account may have gone while the mail was on its way: that is no failure, which would send it again.
    """
    person = Base.metadata.tables["person"].c
    values = (literal(message_id), person.id, literal(template), literal(now, Moment))
    is_known = select(SentMailRow.id).where(SentMailRow.id == message_id).exists()
    living = select(*values).where(person.id == person_id, person.status != "anonymised", ~is_known)
    session.execute(insert(SentMailRow).from_select(["id", "person_id", "template", "sent_at"], living))


def mails_of(session: Session, person_id: str) -> tuple[MailOnRecord, ...]:
    """Return a person's mails of the last days, newest first; two statements."""
    lying = session.execute(
        select(OutboxRow.body, OutboxRow.created_at, OutboxRow.attempts, OutboxRow.dead_at)
        .where(OutboxRow.recipient_id == person_id)
        .order_by(OutboxRow.id.desc())
        .limit(_SHOWN)
    )
    found = [
        MailOnRecord(str(row.body.get("template")), _state(row.attempts, row.dead_at), row.created_at) for row in lying
    ]
    sent = session.execute(
        select(SentMailRow.template, SentMailRow.sent_at)
        .where(SentMailRow.person_id == person_id)
        .order_by(SentMailRow.sent_at.desc())
        .limit(_SHOWN)
    )
    found.extend(MailOnRecord(row.template, MailState.SENT, row.sent_at) for row in sent)
    return tuple(sorted(found, key=lambda mail: mail.at, reverse=True)[:_SHOWN])


def purge(session: Session, *, now: datetime) -> None:
    """Forget what was sent longer ago; run now and then."""
    session.execute(delete(SentMailRow).where(SentMailRow.sent_at < now - KEPT))


def _state(attempts: int, dead_at: datetime | None) -> MailState:
    if dead_at is not None:
        return MailState.GIVEN_UP
    return MailState.DELAYED if attempts else MailState.WAITING
