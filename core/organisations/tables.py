"""Organisations and memberships, with the constraints that hold when two people act at once."""

from datetime import date, datetime
from typing import Any

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
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.organisations.errors import AlreadyDisputed, AlreadyInvited, AlreadyMember, LastManager, OrganisationExists
from core.organisations.states import (
    DisputeState,
    EvidenceSource,
    InvitationState,
    MembershipStatus,
    MembershipType,
    Notices,
    OrganisationKind,
    OrganisationStatus,
    SuggestedField,
    SuggestionState,
)
from core.people.folding import search_text

_LIVE_ORGANISATION = text("status <> 'closed'")
_SPECIAL_ORGANISATION = text("status <> 'active'")
_OPEN = text("state = 'open'")
# Letters may become two when they are reduced; what is longer is cut.
_SEARCHED = 420
_LIVE_MEMBERSHIP = text("status NOT IN ('refused', 'left')")


def _first_search_name(context: Any) -> str:
    return search_text(context.get_current_parameters().get("name"))[:_SEARCHED]


class OrganisationRow(Base):
    """A company and its contact data; `wallet_id` names the wallet that was opened with it."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    company_number: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2), default="BE")
    name: Mapped[str] = mapped_column(String(200))
    # Reduced by `search_text`, as that of people; it follows the name by itself, below.
    search_name: Mapped[str | None] = mapped_column(String(_SEARCHED), default=_first_search_name)
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
    # Where its letters go, if not to its seat.
    post_street_address: Mapped[str | None] = mapped_column(String(200))
    post_postal_code: Mapped[str | None] = mapped_column(String(20))
    post_locality: Mapped[str | None] = mapped_column(String(200))
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
        # Closed ones too: the helpdesk finds them by their number.
        Index("ix_organisation_company_number", "company_number"),
        Index("ix_organisation_search_name", "search_name", "id"),
        Index(
            "ix_organisation_status",
            "status",
            "id",
            postgresql_where=_SPECIAL_ORGANISATION,
            sqlite_where=_SPECIAL_ORGANISATION,
        ),
    )


@event.listens_for(OrganisationRow, "before_update")
def _keep_search_name(_mapper: object, _connection: object, row: OrganisationRow) -> None:
    row.search_name = search_text(row.name)[:_SEARCHED]


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
    # Leaving undoes no block: whoever left like this is let in by a manager and does not ask.
    left_while_blocked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Grows with every edit of the employee data, as that of the organisation does.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # When the managers were last reminded that this request waits for them.
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    # How a manager hears of what happens here, and when the only one put off naming a second.
    notices: Mapped[str] = mapped_column(String(8), default=Notices.AT_ONCE, server_default=Notices.AT_ONCE.value)
    second_manager_put_off_at: Mapped[datetime | None] = mapped_column(Moment)
    # What an employee may do with the organisation's wallet; a manager may all of it whatever stands here (O12).
    sees_wallet: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    recharges_wallet: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    pays_from_wallet: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    __table_args__ = (
        one_of("status", MembershipStatus),
        one_of("type", MembershipType),
        one_of("notices", Notices),
        CheckConstraint("NOT is_manager OR status = 'active'", name="manager_is_active"),
        CheckConstraint("NOT left_while_blocked OR status = 'left'", name="left_while_blocked"),
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
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
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
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_organisation_suggestion_organisation_id", "organisation_id", "state"),
    )


class DisputeRow(Base):
    """Somebody says that an organisation is theirs: what both sides bring forward, and how it ended.

    `claimant_*` and `holder_*` are the best evidence that the helpdesk has seen of either side;
    the reference says where it is on file. Documents themselves are not kept here.
    """

    __tablename__ = "dispute"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    # None once that account is gone, which ends the dispute.
    claimant_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(16), default=DisputeState.OPEN)
    claimant_source: Mapped[str | None] = mapped_column(String(40))
    claimant_reference: Mapped[str | None] = mapped_column(String(40))
    holder_source: Mapped[str | None] = mapped_column(String(40))
    holder_reference: Mapped[str | None] = mapped_column(String(40))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("state", DisputeState),
        one_of("claimant_source", EvidenceSource),
        one_of("holder_source", EvidenceSource),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(claimant_source IS NULL) = (claimant_reference IS NULL)", name="claimant_evidence"),
        CheckConstraint("(holder_source IS NULL) = (holder_reference IS NULL)", name="holder_evidence"),
        Index(
            "uq_dispute_open", "organisation_id", "claimant_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
        Index("ix_dispute_state", "state", "id"),
        Index("ix_dispute_claimant_id", "claimant_id"),
    )


explain("uq_dispute_open", AlreadyDisputed)
explain("dispute.organisation_id, dispute.claimant_id", AlreadyDisputed)
explain("uq_organisation_company_number", OrganisationExists)
explain("organisation.company_number", OrganisationExists)
explain("uq_membership_live", AlreadyMember)
explain("membership.person_id, membership.organisation_id", AlreadyMember)
explain("ck_organisation_manager_count", LastManager)
explain("uq_organisation_invitation_open", AlreadyInvited)
explain("organisation_invitation.organisation_id, organisation_invitation.address_key", AlreadyInvited)
