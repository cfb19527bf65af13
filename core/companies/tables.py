"""Companies as the register tells them, in snapshots of which one is current, and how each came."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.companies.errors import ImportRunning
from core.companies.states import CompanyKind, CompanyStatus, ExtractType, ImportPhase, ImportState
from core.infra.db import Base, Identifier, Moment, explain, one_of

_CURRENT = text("is_current")
_RUNNING = text("state = 'running'")


class CompanySnapshotRow(Base):
    """All companies as one full extract and the updates after it tell them; one snapshot is in force.

    `is_current` changes in one statement for all its companies; one that is not current is half
    read in, or has been replaced, and nobody asks it. `compared_at` is when the organisations were
    last compared with it as it stands.
    """

    __tablename__ = "company_snapshot"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    extract_number: Mapped[int] = mapped_column(Integer)
    snapshot_date: Mapped[date] = mapped_column(Date)
    is_current: Mapped[bool] = mapped_column(default=False)
    compared_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index(
            "uq_company_snapshot_current",
            "is_current",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
    )


class CompanyRow(Base):
    """A company; a column is empty where the register says nothing, or nothing of use (docs/companies.md)."""

    __tablename__ = "company"

    snapshot_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("company_snapshot.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[str] = mapped_column(String(10), primary_key=True)
    status: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str | None] = mapped_column(String(16))
    legal_form: Mapped[str | None] = mapped_column(String(3))
    started_on: Mapped[date | None] = mapped_column(Date)
    name_nl: Mapped[str | None] = mapped_column(String(320))
    name_fr: Mapped[str | None] = mapped_column(String(320))
    name_de: Mapped[str | None] = mapped_column(String(320))
    name_en: Mapped[str | None] = mapped_column(String(320))
    # The name whose language the register does not know.
    name_other: Mapped[str | None] = mapped_column(String(320))
    abbreviation: Mapped[str | None] = mapped_column(String(320))
    commercial_name: Mapped[str | None] = mapped_column(String(320))
    street_nl: Mapped[str | None] = mapped_column(String(200))
    street_fr: Mapped[str | None] = mapped_column(String(200))
    house_number: Mapped[str | None] = mapped_column(String(22))
    box: Mapped[str | None] = mapped_column(String(20))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    municipality_nl: Mapped[str | None] = mapped_column(String(200))
    municipality_fr: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    # The number of the extract that last said something of it.
    last_seen: Mapped[int] = mapped_column(Integer)

    __table_args__ = (one_of("status", CompanyStatus), one_of("kind", CompanyKind))


class LegalFormRow(Base):
    """What a code of a legal form means, in the languages in which the register says so."""

    __tablename__ = "company_legal_form"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    nl: Mapped[str | None] = mapped_column(String(200))
    fr: Mapped[str | None] = mapped_column(String(200))
    de: Mapped[str | None] = mapped_column(String(200))
    en: Mapped[str | None] = mapped_column(String(200))


class CompanyImportRow(Base):
    """One attempt to read an extract in: what it was, how far it is, what it changed.

    `done` of `total` is counted as `phase` says. `error` is a code, `reason` fixed words that quote
    nothing of the file.
    """

    __tablename__ = "company_import"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    phase: Mapped[str] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    # What the extract says of itself; empty until that was read.
    extract_number: Mapped[int | None] = mapped_column(Integer)
    extract_type: Mapped[str | None] = mapped_column(String(6))
    snapshot_date: Mapped[date | None] = mapped_column(Date)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    companies: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    stopped: Mapped[int] = mapped_column(Integer, default=0)
    returned: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime] = mapped_column(Moment)
    progressed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(255))
    file: Mapped[str | None] = mapped_column(String(64))
    line: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        one_of("state", ImportState),
        one_of("phase", ImportPhase),
        one_of("extract_type", ExtractType),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ended"),
        Index(
            "uq_company_import_running",
            "state",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
        Index("ix_company_import_started_at", "started_at"),
    )


explain("uq_company_import_running", ImportRunning)
explain("company_import.state", ImportRunning)
