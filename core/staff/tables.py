"""Who is staff, and which dangerous acts wait for a second person."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.staff.errors import AlreadyAskedFor, SamePerson
from core.staff.states import ApprovalState, StaffRole

_OPEN = text("state = 'open'")


class StaffRoleRow(Base):
    """A role that a person holds; it goes with the account."""

    __tablename__ = "staff_role"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (one_of("role", StaffRole), Index("ix_staff_role_role", "role"))


class ApprovalRow(Base):
    """A dangerous act that somebody asked for: identifiers and words, never a name or free text.

    `fingerprint` tells equal requests apart from others, so that one act waits once.
    """

    __tablename__ = "approval"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    act: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    parameters: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSON)
    fingerprint: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(Identifier)
    reason: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16), default=ApprovalState.OPEN)
    asked_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("role", StaffRole),
        one_of("state", ApprovalState),
        # The rule of the second person holds here too, whatever code forgets it.
        CheckConstraint("state <> 'approved' OR asked_by IS NULL OR asked_by <> decided_by", name="second_person"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("uq_approval_open", "act", "fingerprint", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_approval_state", "state", "role"),
    )


explain("uq_approval_open", AlreadyAskedFor)
explain("approval.act, approval.fingerprint", AlreadyAskedFor)
explain("ck_approval_second_person", SamePerson)
