"""Kinds of accreditation, and who holds which, as the registers said it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from core.accreditations.errors import NumberTaken
from core.accreditations.rules import AccreditationStatus, AttachesTo
from core.infra.db import Base, Identifier, Moment, explain, one_of


class AccreditationKindRow(Base):
    """A kind, such as `be.biv`; an alias is another word for a kind and has no holders (R1)."""

    __tablename__ = "accreditation_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    alias_of: Mapped[str | None] = mapped_column(String(40), ForeignKey("accreditation_kind.code"))
    name_nl: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200))
    attaches_to: Mapped[str] = mapped_column(String(16), default=AttachesTo.PERSON)
    number_pattern: Mapped[str] = mapped_column(String(100))
    register_adapter: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (one_of("attaches_to", AttachesTo),)


class AccreditationRow(Base):
    """One person's accreditation on one list, in one column, of its register."""

    __tablename__ = "accreditation"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40), ForeignKey("accreditation_kind.code"))
    number: Mapped[str] = mapped_column(String(40))
    # The register's list (holders, trainees) and its column (intermediary, syndic).
    list: Mapped[str | None] = mapped_column(String(40))
    column: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    checked_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", AccreditationStatus),
        Index("ix_accreditation_person_id", "person_id"),
        Index(
            "uq_accreditation_number",
            "kind",
            "number",
            func.coalesce(list, ""),
            func.coalesce(column, ""),
            unique=True,
        ),
    )


explain("uq_accreditation_number", NumberTaken)
explain("index 'uq_accreditation_number'", NumberTaken)
