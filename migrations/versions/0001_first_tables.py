"""First tables."""

import sqlalchemy as sa
from alembic import op

from migrations.sql import execute_file

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from nothing to 0001."""
    op.create_table(
        "accreditation_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("alias_of", sa.String(length=40), nullable=True),
        sa.Column("name_nl", sa.String(length=200), nullable=False),
        sa.Column("name_fr", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("attaches_to", sa.String(length=16), nullable=False),
        sa.Column("number_pattern", sa.String(length=100), nullable=False),
        sa.Column("register_adapter", sa.String(length=40), nullable=True),
        sa.CheckConstraint("attaches_to IN ('person', 'organisation')", name=op.f("ck_accreditation_kind_attaches_to")),
        sa.ForeignKeyConstraint(["alias_of"], ["accreditation_kind.code"], name=op.f("fk_accreditation_kind_alias_of")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_accreditation_kind")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=40), nullable=True),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_actor_id_at", ["actor_id", "at"], unique=False)
        batch_op.create_index("ix_audit_organisation_id_at", ["organisation_id", "at"], unique=False)
        batch_op.create_index("ix_audit_subject_id_at", ["subject_id", "at"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_number", sa.String(length=10), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("ownerless_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_level", sa.SmallInteger(), nullable=False),
        sa.Column("verified_source", sa.String(length=40), nullable=True),
        sa.Column("verified_at", sa.Date(), nullable=True),
        sa.Column("manager_count", sa.SmallInteger(), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone_number", sa.String(length=40), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("street_address", sa.String(length=200), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("locality", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('legal_person', 'natural_person')", name=op.f("ck_organisation_kind")),
        sa.CheckConstraint(
            "manager_count >= 1 OR (manager_count = 0 AND status <> 'active')",
            name=op.f("ck_organisation_manager_count"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'ownerless', 'closing', 'closed')", name=op.f("ck_organisation_status")
        ),
        sa.CheckConstraint("evidence_level BETWEEN 0 AND 2", name=op.f("ck_organisation_evidence_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("wallet_id", name=op.f("uq_organisation_wallet_id")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(
            "uq_organisation_company_number",
            ["company_number"],
            unique=True,
            postgresql_where=sa.text("status <> 'closed'"),
            sqlite_where=sa.text("status <> 'closed'"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=255), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due_at",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("dead_at IS NULL"),
            sqlite_where=sa.text("dead_at IS NULL"),
        )

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("username_key", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=True),
        sa.Column("family_name", sa.String(length=200), nullable=True),
        sa.Column("middle_name", sa.String(length=200), nullable=True),
        sa.Column("nickname", sa.String(length=200), nullable=True),
        sa.Column("profile_url", sa.Text(), nullable=True),
        sa.Column("picture_url", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("gender", sa.String(length=20), nullable=True),
        sa.Column("birthdate", sa.Date(), nullable=True),
        sa.Column("zoneinfo", sa.String(length=64), nullable=True),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("phone_number", sa.String(length=40), nullable=True),
        sa.Column("phone_number_verified", sa.Boolean(), nullable=False),
        sa.Column("street_address", sa.String(length=200), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("locality", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("terms_version", sa.String(length=40), nullable=True),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'anonymised')", name=op.f("ck_person_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("uq_person_username_key", ["username_key"], unique=True)

    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('published', 'active', 'retiring', 'retired')", name=op.f("ck_signing_key_state")
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(
            "uq_signing_key_active",
            ["algorithm"],
            unique=True,
            postgresql_where=sa.text("state = 'active'"),
            sqlite_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "tool",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_nl", sa.String(length=100), nullable=False),
        sa.Column("name_fr", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("description_nl", sa.Text(), nullable=False),
        sa.Column("description_fr", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("purpose_nl", sa.Text(), nullable=False),
        sa.Column("purpose_fr", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("publisher", sa.String(length=200), nullable=False),
        sa.Column("support_address", sa.String(length=254), nullable=False),
        sa.Column("home_url", sa.Text(), nullable=True),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("accreditation_kinds", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool")),
        sa.UniqueConstraint("code", name=op.f("uq_tool_code")),
    )
    op.create_table(
        "accreditation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=True),
        sa.Column("column", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'grace', 'suspended', 'lapsed')", name=op.f("ck_accreditation_status")
        ),
        sa.ForeignKeyConstraint(["kind"], ["accreditation_kind.code"], name=op.f("fk_accreditation_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accreditation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
    )
    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.create_index("ix_accreditation_person_id", ["person_id"], unique=False)

    op.create_table(
        "client",
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=True),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("registration_token_digest", sa.String(length=64), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tool_id"], ["tool.id"], name=op.f("fk_client_tool_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index("ix_client_tool_id", ["tool_id"], unique=False)

    op.create_table(
        "eid_link",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_eid_link_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_eid_link")),
    )
    op.create_table(
        "email_address",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('current', 'pending', 'former')", name=op.f("ck_email_address_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_email_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_address")),
    )
    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.create_index(
            "uq_email_address_current_key",
            ["address_key"],
            unique=True,
            postgresql_where=sa.text("state = 'current'"),
            sqlite_where=sa.text("state = 'current'"),
        )
        batch_op.create_index(
            "uq_email_address_current_person",
            ["person_id"],
            unique=True,
            postgresql_where=sa.text("state = 'current'"),
            sqlite_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("is_manager", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=True),
        sa.Column("function", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone_number", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT is_manager OR status = 'active'", name=op.f("ck_membership_manager_is_active")),
        sa.CheckConstraint(
            "status IN ('invited', 'requested', 'active', 'blocked', 'refused', 'left')",
            name=op.f("ck_membership_status"),
        ),
        sa.CheckConstraint(
            "type IN ('manager', 'employee', 'self_employed', 'trainee', 'administrative')",
            name=op.f("ck_membership_type"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_membership_id_organisation_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_organisation_id", ["organisation_id", "status"], unique=False)
        batch_op.create_index(
            "uq_membership_live",
            ["person_id", "organisation_id"],
            unique=True,
            postgresql_where=sa.text("status NOT IN ('refused', 'left')"),
            sqlite_where=sa.text("status NOT IN ('refused', 'left')"),
        )

    op.create_table(
        "password",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_password")),
    )
    op.create_table(
        "tool_role",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_nl", sa.String(length=100), nullable=False),
        sa.Column("name_fr", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("entitlements", sa.JSON(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tool_id"], ["tool.id"], name=op.f("fk_tool_role_tool_id")),
        sa.PrimaryKeyConstraint("tool_id", "code", name=op.f("pk_tool_role")),
    )
    op.create_table(
        "tool_terms",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tool_id"], ["tool.id"], name=op.f("fk_tool_terms_tool_id")),
        sa.PrimaryKeyConstraint("tool_id", "version", name=op.f("pk_tool_terms")),
    )
    op.create_table(
        "wallet",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_wallet_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_wallet_organisation_id")),
    )
    op.create_table(
        "consent",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.String(length=40), nullable=True),
        sa.Column("remembered_registration_id", sa.String(length=40), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_consent_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("person_id", "client_id", name=op.f("pk_consent")),
    )
    op.create_table(
        "refresh_family",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("grant", sa.JSON(), nullable=False),
        sa.Column("registration_id", sa.String(length=40), nullable=True),
        sa.Column("outlives_session", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_refresh_family_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refresh_family_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_family")),
    )
    with op.batch_alter_table("refresh_family", schema=None) as batch_op:
        batch_op.create_index("ix_refresh_family_client_id", ["client_id"], unique=False)
        batch_op.create_index(
            "ix_refresh_family_person_id_registration_id", ["person_id", "registration_id"], unique=False
        )
        batch_op.create_index("ix_refresh_family_sid", ["sid"], unique=False)

    op.create_table(
        "session_participant",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("registration_id", sa.String(length=40), nullable=True),
        sa.Column("usage", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_session_participant_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_participant_person_id")),
        sa.PrimaryKeyConstraint("sid", "client_id", name=op.f("pk_session_participant")),
    )
    with op.batch_alter_table("session_participant", schema=None) as batch_op:
        batch_op.create_index("ix_session_participant_person_id", ["person_id"], unique=False)

    op.create_table(
        "tool_usage",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_nl", sa.String(length=100), nullable=False),
        sa.Column("name_fr", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("default_role", sa.String(length=64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tool_id", "default_role"],
            ["tool_role.tool_id", "tool_role.code"],
            name=op.f("fk_tool_usage_tool_id_default_role"),
        ),
        sa.ForeignKeyConstraint(["tool_id"], ["tool.id"], name=op.f("fk_tool_usage_tool_id")),
        sa.PrimaryKeyConstraint("tool_id", "code", name=op.f("pk_tool_usage")),
    )
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"], ["refresh_family.id"], name=op.f("fk_refresh_token_family_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_token")),
    )
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.create_index("ix_refresh_token_family_id", ["family_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_reason", sa.String(length=64), nullable=True),
        sa.Column("terms_version", sa.String(length=40), nullable=True),
        sa.Column("registered_by", sa.String(length=40), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'suspended', 'ended')", name=op.f("ck_registration_status")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"], name=op.f("fk_registration_registered_by")),
        sa.ForeignKeyConstraint(
            ["tool_id", "terms_version"],
            ["tool_terms.tool_id", "tool_terms.version"],
            name=op.f("fk_registration_tool_id_terms_version"),
        ),
        sa.ForeignKeyConstraint(
            ["tool_id", "usage"], ["tool_usage.tool_id", "tool_usage.code"], name=op.f("fk_registration_tool_id_usage")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint(
            "id", "organisation_id", "tool_id", name=op.f("uq_registration_id_organisation_id_tool_id")
        ),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            "uq_registration_live",
            ["organisation_id", "tool_id", "usage"],
            unique=True,
            postgresql_where=sa.text("status <> 'ended'"),
            sqlite_where=sa.text("status <> 'ended'"),
        )

    op.create_table(
        "tool_requirement",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("applies_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tool_id", "usage"],
            ["tool_usage.tool_id", "tool_usage.code"],
            name=op.f("fk_tool_requirement_tool_id_usage"),
        ),
        sa.PrimaryKeyConstraint("tool_id", "usage", "version", name=op.f("pk_tool_requirement")),
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("registration_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("accreditation_id", sa.String(length=40), nullable=False),
        sa.Column("holder_membership_id", sa.String(length=40), nullable=False),
        sa.Column("granted_by", sa.String(length=40), nullable=False),
        sa.Column("colleagues", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_acr", sa.String(length=100), nullable=True),
        sa.Column("text_version", sa.String(length=40), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=64), nullable=True),
        sa.CheckConstraint("colleagues IN ('all', 'list')", name=op.f("ck_mandate_colleagues")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_mandate_period")),
        sa.ForeignKeyConstraint(["accreditation_id"], ["accreditation.id"], name=op.f("fk_mandate_accreditation_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_mandate_granted_by")),
        sa.ForeignKeyConstraint(
            ["holder_membership_id", "organisation_id"],
            ["membership.id", "membership.organisation_id"],
            name=op.f("fk_mandate_holder_membership_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id", "organisation_id", "tool_id"],
            ["registration.id", "registration.organisation_id", "registration.tool_id"],
            name=op.f("fk_mandate_registration_id_organisation_id_tool_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index("ix_mandate_accreditation_id", ["accreditation_id"], unique=False)
        batch_op.create_index("ix_mandate_holder_membership_id", ["holder_membership_id"], unique=False)
        batch_op.create_index(
            "uq_mandate_accepted",
            ["registration_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL AND accepted_at IS NOT NULL"),
            sqlite_where=sa.text("ended_at IS NULL AND accepted_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_mandate_proposed",
            ["registration_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL AND accepted_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL AND accepted_at IS NULL"),
        )

    op.create_table(
        "tool_access",
        sa.Column("registration_id", sa.String(length=40), nullable=False),
        sa.Column("membership_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status <> 'granted' OR role IS NOT NULL", name=op.f("ck_tool_access_granted_has_role")),
        sa.CheckConstraint("status IN ('granted', 'blocked')", name=op.f("ck_tool_access_status")),
        sa.ForeignKeyConstraint(
            ["membership_id", "organisation_id"],
            ["membership.id", "membership.organisation_id"],
            name=op.f("fk_tool_access_membership_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id", "organisation_id", "tool_id"],
            ["registration.id", "registration.organisation_id", "registration.tool_id"],
            name=op.f("fk_tool_access_registration_id_organisation_id_tool_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tool_id", "role"], ["tool_role.tool_id", "tool_role.code"], name=op.f("fk_tool_access_tool_id_role")
        ),
        sa.PrimaryKeyConstraint("registration_id", "membership_id", name=op.f("pk_tool_access")),
    )
    with op.batch_alter_table("tool_access", schema=None) as batch_op:
        batch_op.create_index("ix_tool_access_membership_id", ["membership_id"], unique=False)

    op.create_table(
        "mandate_colleague",
        sa.Column("mandate_id", sa.String(length=40), nullable=False),
        sa.Column("membership_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_colleague_mandate_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_mandate_colleague_membership_id")),
        sa.PrimaryKeyConstraint("mandate_id", "membership_id", name=op.f("pk_mandate_colleague")),
    )

    op.create_index(
        "uq_accreditation_number",
        "accreditation",
        ["kind", "number", sa.text("coalesce(list, '')"), sa.text("coalesce(\"column\", '')")],
        unique=True,
    )
    execute_file("0001_audit")
