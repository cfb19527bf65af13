"""The wallet's row: one per organisation, known by the organisation's identifier alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment


class WalletRow(Base):
    """An organisation's wallet (W1)."""

    __tablename__ = "wallet"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    opened_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("organisation_id"),)
