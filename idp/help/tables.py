"""What somebody wrote to the helpdesk, until it is handed over."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment


class HelpRequestRow(Base):
    """A message to the helpdesk; the row goes once the mail with it was handed over."""

    __tablename__ = "help_request"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    message: Mapped[str] = mapped_column(Text)
    system: Mapped[str] = mapped_column(String(200))
    error_reference: Mapped[str] = mapped_column(String(100))
    screenshot: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_help_request_person_id", "person_id"),)
