"""identity cards and registers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0002 to 0003."""
    # Only the demo world had cards before, and of none is known whose it is: `idp demo load` links them again.
    op.execute("DELETE FROM eid_link")

    op.create_table(
        "register_inquiry",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_register_inquiry_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_register_inquiry")),
    )
    op.create_table(
        "register_snapshot",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number_key", sa.String(length=40), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_update", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_register_snapshot_entries")),
        sa.ForeignKeyConstraint(["kind"], ["accreditation_kind.code"], name=op.f("fk_register_snapshot_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_snapshot")),
    )
    with op.batch_alter_table("register_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            "uq_register_snapshot_current",
            ["kind"],
            unique=True,
            postgresql_where=sa.text("is_current"),
            sqlite_where=sa.text("is_current"),
        )

    op.create_table(
        "register_entry",
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number_digest", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('active', 'suspended', 'lapsed')", name=op.f("ck_register_entry_status")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["register_snapshot.id"], name=op.f("fk_register_entry_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "position", name=op.f("pk_register_entry")),
    )
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.create_index("ix_register_entry_number_digest", ["snapshot_id", "number_digest"], unique=False)
        batch_op.create_index("uq_register_entry_number", ["snapshot_id", "number", "list", "column"], unique=True)

    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status_reason", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("register_said", sa.String(length=60), nullable=True))

    with op.batch_alter_table("eid_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number_key", sa.String(length=40), nullable=False))
        batch_op.add_column(sa.Column("number_sealed", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("number_digest", sa.String(length=64), nullable=False))
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("proven", sa.JSON(), nullable=False))
        batch_op.add_column(sa.Column("evidence", sa.JSON(), nullable=False))
        batch_op.add_column(sa.Column("document_type", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("document_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("certificate_digest", sa.String(length=64), nullable=False))
        batch_op.create_index("uq_eid_link_number_digest", ["number_digest"], unique=True)
        batch_op.drop_constraint(batch_op.f("fk_eid_link_person_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_eid_link_person_id"), "person", ["person_id"], ["id"], ondelete="CASCADE"
        )
