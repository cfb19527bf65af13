"""What the protocol keeps: clients, consents, session participants, refresh-token families."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment


class ClientRow(Base):
    """A registered client; `metadata_` holds its RFC 7591 members as they were accepted."""

    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    tool_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("tool.id"))
    secret_digest: Mapped[str | None] = mapped_column(String(64))
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)
    # Ours, not the client's to set: see `RegisteredClient`.
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    registration_token_digest: Mapped[str | None] = mapped_column(String(64))
    # Whose initial access token registered it; nobody's where an operator did, or the account went.
    owner_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    enabled: Mapped[bool] = mapped_column(default=True)
    # Grows with each change of the policy or by its owner, so that nobody overwrites what they did not see.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_client_tool_id", "tool_id"), Index("ix_client_owner_id", "owner_id"))


class ClientPolicyRow(Base):
    """A policy that a client had before: what it was until which change, by whom and why."""

    __tablename__ = "client_policy"

    client_id: Mapped[str] = mapped_column(
        String(255), ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    replaced_at: Mapped[datetime] = mapped_column(Moment)
    replaced_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(40))


class RegistrationTokenRow(Base):
    """An initial access token (RFC 7591 section 3), by digest: what its owner may register, and how often."""

    __tablename__ = "registration_token"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id", ondelete="CASCADE"))
    profile: Mapped[str] = mapped_column(String(40))
    uses_left: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("uses_left >= 0", name="uses_left"),
        Index("uq_registration_token_digest", "digest", unique=True),
        Index("ix_registration_token_person_id", "person_id"),
    )


class ConsentRow(Base):
    """What a person agreed that a client receives, and in which words."""

    __tablename__ = "consent"

    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        String(255), ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True
    )
    # Space-separated and sorted: what was shown and accepted.
    scope: Mapped[str] = mapped_column(Text)
    claims: Mapped[str] = mapped_column(Text, default="")
    terms_version: Mapped[str | None] = mapped_column(String(40))
    remembered_registration_id: Mapped[str | None] = mapped_column(Identifier)
    granted_at: Mapped[datetime] = mapped_column(Moment)


class ParticipantRow(Base):
    """A client that took part in a sign-in session, and the context chosen for it."""

    __tablename__ = "session_participant"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        String(255), ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    organisation_id: Mapped[str | None] = mapped_column(Identifier)
    registration_id: Mapped[str | None] = mapped_column(Identifier)
    usage: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[str | None] = mapped_column(String(64))
    joined_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_session_participant_person_id", "person_id"),)


class RefreshFamilyRow(Base):
    """All refresh tokens that descend from one authorization; revoked as a whole."""

    __tablename__ = "refresh_family"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("client.client_id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    sid: Mapped[str] = mapped_column(String(64))
    # The grant as `CodeGrant` wrote it: subject, context, scope, resources, claims.
    grant: Mapped[dict[str, Any]] = mapped_column(JSON)
    registration_id: Mapped[str | None] = mapped_column(Identifier)
    outlives_session: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_refresh_family_sid", "sid"),
        Index("ix_refresh_family_person_id_registration_id", "person_id", "registration_id"),
        Index("ix_refresh_family_client_id", "client_id"),
    )


class RefreshTokenRow(Base):
    """One refresh token, by digest; `spent_at` is set by the one rotation that wins."""

    __tablename__ = "refresh_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    family_id: Mapped[str] = mapped_column(Identifier, ForeignKey("refresh_family.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    spent_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_refresh_token_family_id", "family_id"),)
