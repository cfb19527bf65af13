"""Writing to the helpdesk (G3): kept in the caller's transaction, mailed by the worker, then forgotten."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.infra import mail, outbox
from core.infra.db import Database
from core.infra.ids import new_id
from core.infra.settings import Settings
from core.infra.topics import HelpRequested
from core.people.identifiers import PersonId
from idp.help.tables import HelpRequestRow

MESSAGE_LENGTH_MAX = 4_000
SYSTEM_LENGTH_MAX = 200
REFERENCE_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """What somebody tells the helpdesk; `screenshot` is a picture of ours (JPEG)."""

    address: str = field(repr=False)
    message: str = field(repr=False)
    language: str
    system: str
    error_reference: str
    person_id: PersonId | None = None
    screenshot: bytes | None = field(default=None, repr=False)


def send(session: Session, request: HelpRequest, *, now: datetime) -> str:
    """Keep the request, have it mailed, and return the reference under which the helpdesk gets it."""
    row = HelpRequestRow(
        id=new_id("hlp"),
        person_id=request.person_id,
        address=request.address,
        language=request.language,
        message=request.message,
        system=request.system,
        error_reference=request.error_reference,
        screenshot=request.screenshot,
        created_at=now,
    )
    session.add(row)
    outbox.enqueue(session, HelpRequested(row.id), now=now)
    return row.id


def deliver(database: Database, settings: Settings, request_id: str, *, reference: str, now: datetime) -> None:
    """Mail one request to the helpdesk and forget it; one that is gone already is none.

    Raises `Undeliverable` or `Unavailable` as `core.infra.mail.send` does.
    """
    with database.reading() as session:
        row = session.get(HelpRequestRow, request_id)
    if row is None:
        return
    pictures = () if row.screenshot is None else (mail.Attachment("screenshot.jpg", "image/jpeg", row.screenshot),)
    outgoing = mail.Outgoing(
        to=settings.support.address,
        subject=f"Immo-Connect help {row.id}",
        text=_text(row),
        reply_to=row.address,
        attachments=pictures,
    )
    mail.send(settings.mail, outgoing, reference=reference, now=now)
    with database.transaction() as session:
        session.execute(delete(HelpRequestRow).where(HelpRequestRow.id == request_id))


def _text(row: HelpRequestRow) -> str:
    facts = {
        "Reference": row.id,
        "From": row.address,
        "Account": row.person_id or "not signed in",
        "Language": row.language,
        "Browser and system": row.system or "unknown",
        "Error reference": row.error_reference or "none",
        "Received": row.created_at.isoformat(timespec="seconds"),
    }
    lines = "\n".join(f"{name}: {value}" for name, value in facts.items())
    return f"{lines}\n\n{row.message}\n"
