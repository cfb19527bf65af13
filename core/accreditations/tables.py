"""Kinds of accreditation, who holds which, and what the registers that were read in say."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.accreditations.errors import NumberTaken
from core.accreditations.rules import AccreditationStatus, AttachesTo, RegisterStatus
from core.accreditations.states import UploadState
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
    # Grows with each change by an operator, so that nobody overwrites what they did not see.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    __table_args__ = (one_of("attaches_to", AttachesTo),)


class KindVersionRow(Base):
    """What a kind was until a change, by whom it was replaced and why."""

    __tablename__ = "accreditation_kind_version"

    code: Mapped[str] = mapped_column(String(40), ForeignKey("accreditation_kind.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    replaced_at: Mapped[datetime] = mapped_column(Moment)
    replaced_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(40))


class RegisterUploadRow(Base):
    """A register's file that an operator sent, and what became of it.

    `content` is sealed, since it names national numbers, and gone once the worker has read it.
    """

    __tablename__ = "register_upload"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    # None where the file says so itself, until it was read.
    kind: Mapped[str | None] = mapped_column(String(40), ForeignKey("accreditation_kind.code"))
    file_format: Mapped[str] = mapped_column(String(8))
    content: Mapped[str | None] = mapped_column(Text)
    accept_losses: Mapped[bool] = mapped_column(default=False)
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default=UploadState.WAITING)
    read: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    gone: Mapped[int] = mapped_column(Integer, default=0)
    is_unchanged: Mapped[bool] = mapped_column(default=False)
    # Why nothing was taken, in words for the operator, and which entries are wrong: place and reason.
    refused: Mapped[str | None] = mapped_column(Text)
    problems: Mapped[list[list[Any]]] = mapped_column(JSON)
    further_problems: Mapped[int] = mapped_column(Integer, default=0)
    uploaded_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
    progressed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(40))

    __table_args__ = (one_of("state", UploadState), Index("ix_register_upload_uploaded_at", "uploaded_at"))


class AccreditationRow(Base):
    """One person's accreditation on one list, in one column, of its register.

    `status_reason` says why it does not hold, or that the helpdesk spoke (`StatusReason`).
    `register_said` is what its register last said of it in a few words (`rules.said`), so that what
    the helpdesk corrected stands until the register says something else.
    """

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
    status_reason: Mapped[str | None] = mapped_column(String(40))
    register_said: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        one_of("status", AccreditationStatus),
        Index("ix_accreditation_person_id", "person_id"),
        Index("ix_accreditation_number", "number"),
        Index(
            "uq_accreditation_number",
            "kind",
            "number",
            func.coalesce(list, ""),
            func.coalesce(column, ""),
            unique=True,
        ),
    )


class RegisterSnapshotRow(Base):
    """What a register said of all its holders at a moment, as one file brought it.

    `is_current` changes in one statement for all its entries; one that is not current is half read
    in, or has been replaced, and has no say. `number_key` names the key of the entries' digests.
    """

    __tablename__ = "register_snapshot"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), ForeignKey("accreditation_kind.code"))
    number_key: Mapped[str] = mapped_column(String(40))
    content_digest: Mapped[str | None] = mapped_column(String(64))
    entries: Mapped[int] = mapped_column(Integer, default=0)
    published_at: Mapped[datetime] = mapped_column(Moment)
    # Until when the register stands by it; then it counts as one that does not answer.
    next_update: Mapped[datetime] = mapped_column(Moment)
    imported_at: Mapped[datetime] = mapped_column(Moment)
    is_current: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("entries >= 0", name="entries"),
        Index(
            "uq_register_snapshot_current",
            "kind",
            unique=True,
            postgresql_where=text("is_current"),
            sqlite_where=text("is_current"),
        ),
    )


class RegisterEntryRow(Base):
    """A line of a register: found by the keyed digest of its holder's national number and by nothing else."""

    __tablename__ = "register_entry"

    snapshot_id: Mapped[str] = mapped_column(
        Identifier, ForeignKey("register_snapshot.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    number_digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(40))
    # Empty where the register has none, so that an entry can be unique.
    list: Mapped[str] = mapped_column(String(40))
    column: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        one_of("status", RegisterStatus),
        Index("ix_register_entry_number_digest", "snapshot_id", "number_digest"),
        Index("uq_register_entry_number", "snapshot_id", "number", "list", "column", unique=True),
    )


class RegisterInquiryRow(Base):
    """When the registers were last asked about a person, and when each that was asked answered."""

    __tablename__ = "register_inquiry"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


explain("uq_accreditation_number", NumberTaken)
explain("index 'uq_accreditation_number'", NumberTaken)
