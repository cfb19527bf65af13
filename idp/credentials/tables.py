"""What proves that somebody is a person of ours; read and written by this package alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment


class PasswordRow(Base):
    """A person's password as an argon2id hash with its own salt and parameters."""

    __tablename__ = "password"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
