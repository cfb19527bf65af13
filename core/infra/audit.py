"""The audit trail: who did what to whom, written in the transaction of the deed itself.

Append-only: triggers on both databases refuse UPDATE and DELETE (`migrations/versions`). Rows
therefore hold identifiers and facts, never names, addresses or national numbers: what a person
may have erased (GDPR article 17) must not stand here.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.infra.db import Base, Identifier, Moment
from core.infra.ids import new_id

Detail = str | int | bool | None

# Staff say for each act where its reason is on file (`core.staff.reasons`). Read alike by both databases,
# and written out wherever the index is to serve.
BY_STAFF = "details ->> 'reference' IS NOT NULL"


class AuditRow(Base):
    """One deed; `actor_id` is None when the product itself acted."""

    __tablename__ = "audit"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    action: Mapped[str] = mapped_column(String(64))
    # No foreign keys: a deed stays known after the person or organisation is gone.
    actor_id: Mapped[str | None] = mapped_column(Identifier)
    subject_id: Mapped[str | None] = mapped_column(Identifier)
    organisation_id: Mapped[str | None] = mapped_column(Identifier)
    details: Mapped[dict[str, Detail]] = mapped_column(JSON)

    __table_args__ = (
        Index("ix_audit_subject_id_at", "subject_id", "at"),
        Index("ix_audit_organisation_id_at", "organisation_id", "at"),
        Index("ix_audit_actor_id_at", "actor_id", "at"),
        Index("ix_audit_by_staff", "at", "id", postgresql_where=text(BY_STAFF), sqlite_where=text(BY_STAFF)),
    )


def record(
    session: Session,
    *,
    action: str,
    actor_id: str | None,
    subject_id: str | None,
    organisation_id: str | None = None,
    details: Mapping[str, Detail] | None = None,
    now: datetime,
) -> str:
    """Write one deed in the caller's transaction and return its identifier.

    `action` is a stable name such as `membership-confirmed`; `details` are facts beside it.
    """
    row = AuditRow(
        id=new_id("evt"),
        at=now,
        action=action,
        actor_id=actor_id,
        subject_id=subject_id,
        organisation_id=organisation_id,
        details=dict(details or {}),
    )
    session.add(row)
    return row.id
