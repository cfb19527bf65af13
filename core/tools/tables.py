"""Tools, usages, roles; and per organisation: registrations, access, mandates.

Rows that join two things of one organisation carry its identifier and point at it together with
the thing, so that the database refuses what would cross from one organisation to another.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.tools.errors import AlreadyAsked, AlreadyRegistered, MandateExists
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus

_Code = String(64)
_LIVE_REGISTRATION = text("status <> 'ended'")
_ACCEPTED_MANDATE = text("ended_at IS NULL AND accepted_at IS NOT NULL")
_PROPOSED_MANDATE = text("ended_at IS NULL AND accepted_at IS NULL")


def _unique_where(name: str, *columns: str, where: TextClause) -> Index:
    return Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class ToolRow(Base):
    """A tool of the catalogue, and the kinds of accreditation that it declared to need."""

    __tablename__ = "tool"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    code: Mapped[str] = mapped_column(_Code)
    name_nl: Mapped[str] = mapped_column(String(100))
    name_fr: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    description_nl: Mapped[str] = mapped_column(Text)
    description_fr: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str] = mapped_column(Text)
    purpose_nl: Mapped[str] = mapped_column(Text)
    purpose_fr: Mapped[str] = mapped_column(Text)
    purpose_en: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(String(200))
    support_address: Mapped[str] = mapped_column(String(254))
    home_url: Mapped[str | None] = mapped_column(Text)
    logo_url: Mapped[str | None] = mapped_column(Text)
    accreditation_kinds: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Grows with each change by an operator, so that nobody overwrites what they did not see.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    # Since when nobody can register it any more; who has it goes on.
    retired_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("code"),)


class ToolVersionRow(Base):
    """How a tool was described until a change: its texts, roles, usages and terms, by whom replaced and why."""

    __tablename__ = "tool_version"

    tool_id: Mapped[str] = mapped_column(Identifier, ForeignKey("tool.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    # `editing.Description` as JSON: it is only ever read whole, to be shown or set anew.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    replaced_at: Mapped[datetime] = mapped_column(Moment)
    replaced_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(40))


class TermsRow(Base):
    """A version of a tool's terms; which usage needs which version stands in its requirement."""

    __tablename__ = "tool_terms"

    tool_id: Mapped[str] = mapped_column(Identifier, ForeignKey("tool.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Moment)


class RoleRow(Base):
    """A role that the tool knows, with the permissions it defined for it."""

    __tablename__ = "tool_role"

    tool_id: Mapped[str] = mapped_column(Identifier, ForeignKey("tool.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_Code, primary_key=True)
    name_nl: Mapped[str] = mapped_column(String(100))
    name_fr: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    entitlements: Mapped[list[str]] = mapped_column(JSON)
    position: Mapped[int] = mapped_column(SmallInteger)


class UsageRow(Base):
    """One way of using a tool, and the role that whoever registers it gets."""

    __tablename__ = "tool_usage"

    tool_id: Mapped[str] = mapped_column(Identifier, ForeignKey("tool.id"), primary_key=True)
    code: Mapped[str] = mapped_column(_Code, primary_key=True)
    name_nl: Mapped[str] = mapped_column(String(100))
    name_fr: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    default_role: Mapped[str] = mapped_column(_Code)
    position: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (ForeignKeyConstraint(["tool_id", "default_role"], ["tool_role.tool_id", "tool_role.code"]),)


class RequirementRow(Base):
    """What a usage needs, in the form of `claims.md`; a change is a new version with a date."""

    __tablename__ = "tool_requirement"

    tool_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    usage: Mapped[str] = mapped_column(_Code, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    # JSON text, as `requirements.parse` reads it: text, so that what was parsed can be kept.
    requirement: Mapped[str] = mapped_column(Text)
    applies_from: Mapped[datetime] = mapped_column(Moment)
    # When all managers had heard of it, and when all registrations were judged by it once its moment had come.
    announced_at: Mapped[datetime | None] = mapped_column(Moment)
    applied_at: Mapped[datetime | None] = mapped_column(Moment)
    # Who set it, when and why; nobody where it came with the tool or by the command line.
    set_at: Mapped[datetime | None] = mapped_column(Moment)
    set_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(String(32))
    reference: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (ForeignKeyConstraint(["tool_id", "usage"], ["tool_usage.tool_id", "tool_usage.code"]),)


class RegistrationRow(Base):
    """An organisation's right to use a tool in one way (T1)."""

    __tablename__ = "registration"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    tool_id: Mapped[str] = mapped_column(Identifier)
    usage: Mapped[str] = mapped_column(_Code)
    status: Mapped[str] = mapped_column(String(16), default=RegistrationStatus.ACTIVE)
    status_reason: Mapped[str | None] = mapped_column(String(64))
    terms_version: Mapped[str | None] = mapped_column(String(40))
    # A newer version of the terms, accepted before the day on which it is needed.
    next_terms_version: Mapped[str | None] = mapped_column(String(40))
    registered_by: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    registered_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # Up to which version of the requirement its managers were told, and it was judged.
    announced_requirement: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    applied_requirement: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    __table_args__ = (
        one_of("status", RegistrationStatus),
        ForeignKeyConstraint(["tool_id", "usage"], ["tool_usage.tool_id", "tool_usage.code"]),
        ForeignKeyConstraint(["tool_id", "terms_version"], ["tool_terms.tool_id", "tool_terms.version"]),
        ForeignKeyConstraint(["tool_id", "next_terms_version"], ["tool_terms.tool_id", "tool_terms.version"]),
        UniqueConstraint("id", "organisation_id", "tool_id"),
        _unique_where("uq_registration_live", "organisation_id", "tool_id", "usage", where=_LIVE_REGISTRATION),
    )


class AccessRow(Base):
    """A member's role in a registration, or that a manager blocked them (T3)."""

    __tablename__ = "tool_access"

    registration_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    membership_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier)
    tool_id: Mapped[str] = mapped_column(Identifier)
    status: Mapped[str] = mapped_column(String(16))
    role: Mapped[str | None] = mapped_column(_Code)
    changed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", AccessStatus),
        CheckConstraint("status <> 'granted' OR role IS NOT NULL", name="granted_has_role"),
        ForeignKeyConstraint(
            ["registration_id", "organisation_id", "tool_id"],
            ["registration.id", "registration.organisation_id", "registration.tool_id"],
        ),
        ForeignKeyConstraint(["membership_id", "organisation_id"], ["membership.id", "membership.organisation_id"]),
        ForeignKeyConstraint(["tool_id", "role"], ["tool_role.tool_id", "tool_role.code"]),
        Index("ix_tool_access_membership_id", "membership_id"),
    )


class AccessRequestRow(Base):
    """That a member asked for a role in a registration (T1); gone once a manager decided."""

    __tablename__ = "tool_access_request"

    registration_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    membership_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier)
    tool_id: Mapped[str] = mapped_column(Identifier)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(
            ["registration_id", "organisation_id", "tool_id"],
            ["registration.id", "registration.organisation_id", "registration.tool_id"],
        ),
        ForeignKeyConstraint(["membership_id", "organisation_id"], ["membership.id", "membership.organisation_id"]),
        Index("ix_tool_access_request_membership_id", "membership_id"),
    )


class MandateRow(Base):
    """An accreditation on which a registration rests and under which colleagues work (T4)."""

    __tablename__ = "mandate"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    registration_id: Mapped[str] = mapped_column(Identifier)
    organisation_id: Mapped[str] = mapped_column(Identifier)
    tool_id: Mapped[str] = mapped_column(Identifier)
    accreditation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("accreditation.id"))
    holder_membership_id: Mapped[str] = mapped_column(Identifier)
    granted_by: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    colleagues: Mapped[str] = mapped_column(String(16), default=Colleagues.ALL)
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    # The holder's acceptance: when, at which level of sign-in, of which wording.
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_acr: Mapped[str | None] = mapped_column(String(100))
    text_version: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    # When holder and managers were last reminded that its end comes near.
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        one_of("colleagues", Colleagues),
        CheckConstraint("valid_until >= valid_from", name="period"),
        ForeignKeyConstraint(
            ["registration_id", "organisation_id", "tool_id"],
            ["registration.id", "registration.organisation_id", "registration.tool_id"],
        ),
        ForeignKeyConstraint(
            ["holder_membership_id", "organisation_id"],
            ["membership.id", "membership.organisation_id"],
        ),
        _unique_where("uq_mandate_accepted", "registration_id", where=_ACCEPTED_MANDATE),
        _unique_where("uq_mandate_proposed", "registration_id", where=_PROPOSED_MANDATE),
        Index("ix_mandate_accreditation_id", "accreditation_id"),
        Index("ix_mandate_holder_membership_id", "holder_membership_id"),
    )


class MandateColleagueRow(Base):
    """A colleague on the list of a mandate that is not for everybody."""

    __tablename__ = "mandate_colleague"

    mandate_id: Mapped[str] = mapped_column(Identifier, ForeignKey("mandate.id"), primary_key=True)
    membership_id: Mapped[str] = mapped_column(Identifier, ForeignKey("membership.id"), primary_key=True)


explain("uq_registration_live", AlreadyRegistered)
explain("registration.organisation_id, registration.tool_id, registration.usage", AlreadyRegistered)
explain("uq_mandate_accepted", MandateExists)
explain("uq_mandate_proposed", MandateExists)
explain("mandate.registration_id", MandateExists)
explain("pk_tool_access_request", AlreadyAsked)
explain("tool_access_request.registration_id, tool_access_request.membership_id", AlreadyAsked)
