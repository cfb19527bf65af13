"""Organisations and memberships, with the constraints that hold when two people act at once."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.organisations.errors import AlreadyInvited, AlreadyMember, LastManager, OrganisationExists
from core.organisations.states import (
    InvitationState,
    MembershipStatus,
    MembershipType,
    OrganisationKind,
    OrganisationStatus,
    SuggestedField,
    SuggestionState,
)

_LIVE_ORGANISATION = text("status <> 'closed'")
_LIVE_MEMBERSHIP = text("status NOT IN ('refused', 'left')")
_OPEN_SUGGESTION = text("state = 'open'")
_OPEN_INVITATION = text("state = 'open'")


class OrganisationRow(Base):
    """A company and its contact data; `wallet_id` names the wallet that was opened with it."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    company_number: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2), default="BE")
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default=OrganisationKind.LEGAL_PERSON)
    status: Mapped[str] = mapped_column(String(16), default=OrganisationStatus.ACTIVE)
    ownerless_since: Mapped[datetime | None] = mapped_column(Moment)
    # Since when the company register says that the company stopped; closing for that reason, if at all.
    company_stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    # How the claim to the company is proven: 0 claimed, 1 confirmed, 2 represented.
    evidence_level: Mapped[int] = mapped_column(SmallInteger, default=0)
    verified_source: Mapped[str | None] = mapped_column(String(40))
    verified_at: Mapped[date | None] = mapped_column(Date)
    # Counted here so that a CHECK, and not a race, keeps the last manager.
    manager_count: Mapped[int] = mapped_column(SmallInteger)
    wallet_id: Mapped[str] = mapped_column(Identifier)
    email: Mapped[str | None] = mapped_column(String(254))
    phone_number: Mapped[str | None] = mapped_column(String(40))
    website: Mapped[str | None] = mapped_column(Text)
    street_address: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    locality: Mapped[str | None] = mapped_column(String(200))
    # Grows with every edit of the data: two managers who edit at once do not overwrite each other.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("kind", OrganisationKind),
        one_of("status", OrganisationStatus),
        CheckConstraint("evidence_level BETWEEN 0 AND 2", name="evidence_level"),
        CheckConstraint("manager_count >= 1 OR (manager_count = 0 AND status <> 'active')", name="manager_count"),
        Index(
            "uq_organisation_company_number",
            "company_number",
            unique=True,
            postgresql_where=_LIVE_ORGANISATION,
            sqlite_where=_LIVE_ORGANISATION,
        ),
        UniqueConstraint("wallet_id"),
    )


class MembershipRow(Base):
    """A person in an organisation, with the contact data colleagues and tools see (O13)."""

    __tablename__ = "membership"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    person_id: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(String(16))
    is_manager: Mapped[bool] = mapped_column(default=False)
    type: Mapped[str | None] = mapped_column(String(20))
    function: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone_number: Mapped[str | None] = mapped_column(String(40))
    # The Belgian day on which it became active for the first time.
    since: Mapped[date | None] = mapped_column(Date)
    # Grows with every edit of the employee data, as that of the organisation does.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # When the managers were last reminded that this request waits for them.
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", MembershipStatus),
        one_of("type", MembershipType),
        CheckConstraint("NOT is_manager OR status = 'active'", name="manager_is_active"),
        # Access rows point at both, so that nobody gets access through another organisation.
        UniqueConstraint("id", "organisation_id"),
        Index(
            "uq_membership_live",
            "person_id",
            "organisation_id",
            unique=True,
            postgresql_where=_LIVE_MEMBERSHIP,
            sqlite_where=_LIVE_MEMBERSHIP,
        ),
        Index("ix_membership_organisation_id", "organisation_id", "status"),
    )


class InvitationRow(Base):
    """An address that managers invited by mail, whether anybody has an account with it or not (O8).

    Whoever holds the secret may answer, once. What says something of the person invited is there
    only while it is open.
    """

    __tablename__ = "organisation_invitation"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    address_key: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    type: Mapped[str | None] = mapped_column(String(20))
    function: Mapped[str | None] = mapped_column(String(200))
    phone_number: Mapped[str | None] = mapped_column(String(40))
    # The role wished in each registration, by its identifier.
    roles: Mapped[dict[str, str]] = mapped_column(JSON)
    # SHA-256 of the secret in the last mail; a mail sent again has another one.
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    invited_by: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    membership_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("membership.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("state", InvitationState),
        one_of("type", MembershipType),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'open') = (address IS NOT NULL)", name="address"),
        CheckConstraint("(state = 'accepted') = (membership_id IS NOT NULL)", name="accepted"),
        UniqueConstraint("digest"),
        Index(
            "uq_organisation_invitation_open",
            "organisation_id",
            "address_key",
            unique=True,
            postgresql_where=_OPEN_INVITATION,
            sqlite_where=_OPEN_INVITATION,
        ),
        Index("ix_organisation_invitation_expires_at", "state", "expires_at"),
    )


class OrganisationSuggestionRow(Base):
    """Where the company register says otherwise than the organisation: for its managers to take or decline (O9).

    `ours` and `theirs` hold the values by the name of their column: what the organisation said when
    it was found, and what the register says.
    """

    __tablename__ = "organisation_suggestion"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    field: Mapped[str] = mapped_column(String(16))
    ours: Mapped[dict[str, str | None]] = mapped_column(JSON)
    theirs: Mapped[dict[str, str | None]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("field", SuggestedField),
        one_of("state", SuggestionState),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_organisation_suggestion_open",
            "organisation_id",
            "field",
            unique=True,
            postgresql_where=_OPEN_SUGGESTION,
            sqlite_where=_OPEN_SUGGESTION,
        ),
        Index("ix_organisation_suggestion_organisation_id", "organisation_id", "state"),
    )


explain("uq_organisation_company_number", OrganisationExists)
explain("organisation.company_number", OrganisationExists)
explain("uq_membership_live", AlreadyMember)
explain("membership.person_id, membership.organisation_id", AlreadyMember)
explain("ck_organisation_manager_count", LastManager)
explain("uq_organisation_invitation_open", AlreadyInvited)
explain("organisation_invitation.organisation_id, organisation_invitation.address_key", AlreadyInvited)
