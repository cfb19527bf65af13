"""organisations employees and desks."""

import sqlalchemy as sa
from alembic import op

from core.people.folding import search_text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0004 to 0005."""
    op.create_table(
        "company_import",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("extract_number", sa.Integer(), nullable=True),
        sa.Column("extract_type", sa.String(length=6), nullable=True),
        sa.Column("snapshot_date", sa.Date(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("companies", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'running') = (ended_at IS NULL)", name=op.f("ck_company_import_ended")),
        sa.CheckConstraint("extract_type IN ('full', 'update')", name=op.f("ck_company_import_extract_type")),
        sa.CheckConstraint("phase IN ('reading', 'writing', 'switching')", name=op.f("ck_company_import_phase")),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'refused', 'failed', 'died')", name=op.f("ck_company_import_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_import")),
    )
    with op.batch_alter_table("company_import", schema=None) as batch_op:
        batch_op.create_index("ix_company_import_started_at", ["started_at"], unique=False)
        batch_op.create_index(
            "uq_company_import_running",
            ["state"],
            unique=True,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "company_legal_form",
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("nl", sa.String(length=200), nullable=True),
        sa.Column("fr", sa.String(length=200), nullable=True),
        sa.Column("de", sa.String(length=200), nullable=True),
        sa.Column("en", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_company_legal_form")),
    )
    op.create_table(
        "company_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extract_number", sa.Integer(), nullable=False),
        sa.Column("snapshot_date", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_snapshot")),
    )
    with op.batch_alter_table("company_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            "uq_company_snapshot_current",
            ["is_current"],
            unique=True,
            postgresql_where=sa.text("is_current"),
            sqlite_where=sa.text("is_current"),
        )

    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("failures_in_a_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )
    op.create_table(
        "accreditation_kind_version",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["accreditation_kind.code"], name=op.f("fk_accreditation_kind_version_code")),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["person.id"], name=op.f("fk_accreditation_kind_version_replaced_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_accreditation_kind_version")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_approval_decided")),
        sa.CheckConstraint("role IN ('helpdesk', 'operator', 'developer')", name=op.f("ck_approval_role")),
        sa.CheckConstraint(
            "state <> 'approved' OR asked_by IS NULL OR asked_by <> decided_by", name=op.f("ck_approval_second_person")
        ),
        sa.CheckConstraint("state IN ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_approval_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_approval_asked_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_approval_decided_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index("ix_approval_state", ["state", "role"], unique=False)
        batch_op.create_index(
            "uq_approval_open",
            ["act", "fingerprint"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "company",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("legal_form", sa.String(length=3), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("name_nl", sa.String(length=320), nullable=True),
        sa.Column("name_fr", sa.String(length=320), nullable=True),
        sa.Column("name_de", sa.String(length=320), nullable=True),
        sa.Column("name_en", sa.String(length=320), nullable=True),
        sa.Column("name_other", sa.String(length=320), nullable=True),
        sa.Column("abbreviation", sa.String(length=320), nullable=True),
        sa.Column("commercial_name", sa.String(length=320), nullable=True),
        sa.Column("street_nl", sa.String(length=200), nullable=True),
        sa.Column("street_fr", sa.String(length=200), nullable=True),
        sa.Column("house_number", sa.String(length=22), nullable=True),
        sa.Column("box", sa.String(length=20), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("municipality_nl", sa.String(length=200), nullable=True),
        sa.Column("municipality_fr", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("last_seen", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('legal_person', 'natural_person')", name=op.f("ck_company_kind")),
        sa.CheckConstraint("status IN ('active', 'stopped')", name=op.f("ck_company_status")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["company_snapshot.id"], name=op.f("fk_company_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "number", name=op.f("pk_company")),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("claimant_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claimant_source", sa.String(length=40), nullable=True),
        sa.Column("claimant_reference", sa.String(length=40), nullable=True),
        sa.Column("holder_source", sa.String(length=40), nullable=True),
        sa.Column("holder_reference", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_dispute_ended")),
        sa.CheckConstraint(
            "claimant_source IN ('contact-code', 'bank-transfer', 'accreditation-register', 'company-register', 'legal-representative', 'official-document')",
            name=op.f("ck_dispute_claimant_source"),
        ),
        sa.CheckConstraint(
            "holder_source IN ('contact-code', 'bank-transfer', 'accreditation-register', 'company-register', 'legal-representative', 'official-document')",
            name=op.f("ck_dispute_holder_source"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'taken-over', 'shared', 'withdrawn')", name=op.f("ck_dispute_state")
        ),
        sa.CheckConstraint(
            "(claimant_source IS NULL) = (claimant_reference IS NULL)", name=op.f("ck_dispute_claimant_evidence")
        ),
        sa.CheckConstraint(
            "(holder_source IS NULL) = (holder_reference IS NULL)", name=op.f("ck_dispute_holder_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["claimant_id"], ["person.id"], name=op.f("fk_dispute_claimant_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_dispute_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index("ix_dispute_claimant_id", ["claimant_id"], unique=False)
        batch_op.create_index("ix_dispute_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_dispute_open",
            ["organisation_id", "claimant_id"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "organisation_picture",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('logo', 'cover')", name=op.f("ck_organisation_picture_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_picture_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_picture")),
    )
    with op.batch_alter_table("organisation_picture", schema=None) as batch_op:
        batch_op.create_index("uq_organisation_picture", ["organisation_id", "kind"], unique=True)

    op.create_table(
        "organisation_social_profile",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_social_profile_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "network", name=op.f("pk_organisation_social_profile")),
    )
    op.create_table(
        "organisation_suggestion",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("ours", sa.JSON(), nullable=False),
        sa.Column("theirs", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_organisation_suggestion_decided")),
        sa.CheckConstraint("field IN ('name', 'address')", name=op.f("ck_organisation_suggestion_field")),
        sa.CheckConstraint("state IN ('open', 'taken', 'declined')", name=op.f("ck_organisation_suggestion_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_suggestion_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_suggestion")),
    )
    with op.batch_alter_table("organisation_suggestion", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_suggestion_organisation_id", ["organisation_id", "state"], unique=False)
        batch_op.create_index(
            "uq_organisation_suggestion_open",
            ["organisation_id", "field"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "register_upload",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("file_format", sa.String(length=8), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("accept_losses", sa.Boolean(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("is_unchanged", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("further_problems", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=40), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'refused', 'failed')", name=op.f("ck_register_upload_state")
        ),
        sa.ForeignKeyConstraint(["kind"], ["accreditation_kind.code"], name=op.f("fk_register_upload_kind")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["person.id"], name=op.f("fk_register_upload_uploaded_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_upload")),
    )
    with op.batch_alter_table("register_upload", schema=None) as batch_op:
        batch_op.create_index("ix_register_upload_uploaded_at", ["uploaded_at"], unique=False)

    op.create_table(
        "sent_mail",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sent_mail_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_mail")),
    )
    with op.batch_alter_table("sent_mail", schema=None) as batch_op:
        batch_op.create_index("ix_sent_mail_person_id", ["person_id", "sent_at"], unique=False)
        batch_op.create_index("ix_sent_mail_sent_at", ["sent_at"], unique=False)

    op.create_table(
        "staff_role",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('helpdesk', 'operator', 'developer')", name=op.f("ck_staff_role_role")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_role_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_staff_role")),
    )
    with op.batch_alter_table("staff_role", schema=None) as batch_op:
        batch_op.create_index("ix_staff_role_role", ["role"], unique=False)

    op.create_table(
        "tool_version",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["person.id"], name=op.f("fk_tool_version_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tool_id"], ["tool.id"], name=op.f("fk_tool_version_tool_id")),
        sa.PrimaryKeyConstraint("tool_id", "version", name=op.f("pk_tool_version")),
    )
    op.create_table(
        "waiting_notice",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_waiting_notice_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_waiting_notice_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_notice")),
    )
    with op.batch_alter_table("waiting_notice", schema=None) as batch_op:
        batch_op.create_index("ix_waiting_notice_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_waiting_notice_person_id", ["person_id"], unique=False)

    op.create_table(
        "client_policy",
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_client_policy_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["person.id"], name=op.f("fk_client_policy_replaced_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("client_id", "version", name=op.f("pk_client_policy")),
    )
    op.create_table(
        "organisation_invitation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_key", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=True),
        sa.Column("function", sa.String(length=200), nullable=True),
        sa.Column("phone_number", sa.String(length=40), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("invited_by", sa.String(length=40), nullable=False),
        sa.Column("membership_id", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'accepted') = (membership_id IS NOT NULL)", name=op.f("ck_organisation_invitation_accepted")
        ),
        sa.CheckConstraint("(state = 'open') = (address IS NOT NULL)", name=op.f("ck_organisation_invitation_address")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_organisation_invitation_decided")),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'expired')",
            name=op.f("ck_organisation_invitation_state"),
        ),
        sa.CheckConstraint(
            "type IN ('manager', 'employee', 'self_employed', 'trainee', 'administrative')",
            name=op.f("ck_organisation_invitation_type"),
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"], name=op.f("fk_organisation_invitation_invited_by")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_organisation_invitation_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_invitation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_organisation_invitation_digest")),
    )
    with op.batch_alter_table("organisation_invitation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_invitation_expires_at", ["state", "expires_at"], unique=False)
        batch_op.create_index(
            "uq_organisation_invitation_open",
            ["organisation_id", "address_key"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.create_index("ix_accreditation_number", ["number"], unique=False)

    with op.batch_alter_table("accreditation_kind", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_by_staff",
            ["at", "id"],
            unique=False,
            postgresql_where=sa.text("details ->> 'reference' IS NOT NULL"),
            sqlite_where=sa.text("details ->> 'reference' IS NOT NULL"),
        )

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.create_index("ix_email_address_address_key", ["address_key"], unique=False)
        batch_op.create_index("ix_email_address_person_id", ["person_id"], unique=False)

    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("left_while_blocked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("notices", sa.String(length=8), server_default="at-once", nullable=False))
        batch_op.add_column(sa.Column("second_manager_put_off_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_membership_left_while_blocked"), "NOT left_while_blocked OR status = 'left'"
        )
        batch_op.create_check_constraint(op.f("ck_membership_notices"), "notices IN ('at-once', 'daily', 'none')")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_name", sa.String(length=420), nullable=True))
        batch_op.add_column(sa.Column("company_stopped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("post_street_address", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("post_postal_code", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("post_locality", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_index("ix_organisation_company_number", ["company_number"], unique=False)
        batch_op.create_index("ix_organisation_search_name", ["search_name", "id"], unique=False)
        batch_op.create_index(
            "ix_organisation_status",
            ["status", "id"],
            unique=False,
            postgresql_where=sa.text("status <> 'active'"),
            sqlite_where=sa.text("status <> 'active'"),
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recipient_id", sa.String(length=40), nullable=True))
        batch_op.create_index(
            "ix_outbox_recipient_id",
            ["recipient_id"],
            unique=False,
            postgresql_where=sa.text("recipient_id IS NOT NULL"),
            sqlite_where=sa.text("recipient_id IS NOT NULL"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_name", sa.String(length=420), nullable=True))
        batch_op.create_index("ix_person_search_name", ["search_name", "id"], unique=False)

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_terms_version", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("announced_requirement", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("applied_requirement", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_tool_id_next_terms_version"),
            "tool_terms",
            ["tool_id", "next_terms_version"],
            ["tool_id", "version"],
        )

    with op.batch_alter_table("tool", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("tool_requirement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("set_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("reference", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_tool_requirement_set_by"), "person", ["set_by"], ["id"], ondelete="SET NULL"
        )
    _fill_search_names()
    _note_applied_requirements()


def _note_applied_requirements() -> None:
    # Registrations were judged by these when they were made.
    needed = sa.table("tool_requirement", sa.column("applied_at"), sa.column("announced_at"), sa.column("applies_from"))
    op.execute(needed.update().values(applied_at=needed.c.applies_from, announced_at=needed.c.applies_from))


def _fill_search_names() -> None:
    # People and organisations are found by name from now on; new names fill the column by themselves.
    people = sa.table("person", *(sa.column(name) for name in ("id", "family_name", "given_name", "search_name")))
    connection = op.get_bind()
    rows = connection.execute(sa.select(people.c.id, people.c.family_name, people.c.given_name)).all()
    filled = [{"person": row.id, "text": search_text(row.family_name, row.given_name)[:420]} for row in rows]
    if filled:
        mine = people.update().where(people.c.id == sa.bindparam("person"))
        connection.execute(mine.values(search_name=sa.bindparam("text")), filled)
    organisations = sa.table("organisation", *(sa.column(name) for name in ("id", "name", "search_name")))
    named = connection.execute(sa.select(organisations.c.id, organisations.c.name)).all()
    filled = [{"organisation": row.id, "text": search_text(row.name)[:420]} for row in named]
    if filled:
        its = organisations.update().where(organisations.c.id == sa.bindparam("organisation"))
        connection.execute(its.values(search_name=sa.bindparam("text")), filled)
