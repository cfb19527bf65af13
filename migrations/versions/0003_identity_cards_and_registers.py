"""Identity cards and registers."""

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
