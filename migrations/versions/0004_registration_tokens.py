"""registration tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0003 to 0004."""
    op.create_table(
        "registration_token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_registration_token_uses_left")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registration_token_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_token")),
    )
    with op.batch_alter_table("registration_token", schema=None) as batch_op:
        batch_op.create_index("ix_registration_token_person_id", ["person_id"], unique=False)
        batch_op.create_index("uq_registration_token_digest", ["digest"], unique=True)

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.String(length=40), nullable=True))
        batch_op.create_index("ix_client_owner_id", ["owner_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_client_owner_id"), "person", ["owner_id"], ["id"], ondelete="SET NULL"
        )
