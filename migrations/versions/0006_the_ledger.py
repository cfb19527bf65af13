"""the ledger."""

import sqlalchemy as sa
from alembic import op

from migrations.sql import execute_file

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0005 to 0006."""
    op.create_table(
        "idempotent_call",
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_idempotent_call")),
    )
    with op.batch_alter_table("idempotent_call", schema=None) as batch_op:
        batch_op.create_index("ix_idempotent_call_called_at", ["called_at"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=100), nullable=True),
        sa.Column("tool_code", sa.String(length=64), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("about_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "kind IN ('top-up-online', 'top-up-bank', 'charge', 'hold', 'capture', 'void', 'refund', 'transfer', 'pay-out', 'chargeback', 'settlement', 'unmatched', 'correction')",
            name=op.f("ck_ledger_entry_kind"),
        ),
        sa.ForeignKeyConstraint(["about_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_about_id")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_ledger_entry_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entry_about_id", ["about_id"], unique=False)
        batch_op.create_index("ix_ledger_entry_done_by", ["done_by"], unique=False)

    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("balance_after_cents", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(wallet_id IS NULL) = (sequence IS NULL) AND (wallet_id IS NULL) = (balance_after_cents IS NULL)",
            name=op.f("ck_ledger_posting_numbered"),
        ),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_posting_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_posting_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_ledger_posting_wallet_id")),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ledger_posting")),
        sa.UniqueConstraint("wallet_id", "sequence", name=op.f("uq_ledger_posting_wallet_id_sequence")),
    )
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_posting_account", ["account"], unique=False)

    op.create_table(
        "wallet_transaction",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("tool_code", sa.String(length=64), nullable=True),
        sa.Column("client_id", sa.String(length=100), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_before_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_after_cents", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=True),
        sa.Column("receipt_year", sa.SmallInteger(), nullable=True),
        sa.Column("receipt_number", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('tool', 'deposit-online', 'deposit-bank', 'transfer', 'refund', 'pay-out', 'chargeback', 'correction')",
            name=op.f("ck_wallet_transaction_kind"),
        ),
        sa.CheckConstraint(
            "status = 'succeeded' OR (entry_id IS NULL AND receipt_number IS NULL)",
            name=op.f("ck_wallet_transaction_settled"),
        ),
        sa.CheckConstraint("status IN ('pending', 'succeeded', 'failed')", name=op.f("ck_wallet_transaction_status")),
        sa.CheckConstraint(
            "(receipt_year IS NULL) = (receipt_number IS NULL)", name=op.f("ck_wallet_transaction_receipt")
        ),
        sa.CheckConstraint(
            "refunded_cents BETWEEN 0 AND abs(amount_cents)", name=op.f("ck_wallet_transaction_refunded")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_wallet_transaction_done_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_wallet_transaction_entry_id")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_wallet_transaction_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_transaction")),
        sa.UniqueConstraint("wallet_id", "number", name=op.f("uq_wallet_transaction_wallet_id_number")),
        sa.UniqueConstraint(
            "wallet_id",
            "receipt_year",
            "receipt_number",
            name=op.f("uq_wallet_transaction_wallet_id_receipt_year_receipt_number"),
        ),
    )
    with op.batch_alter_table("wallet_transaction", schema=None) as batch_op:
        batch_op.create_index("ix_wallet_transaction_done_by", ["done_by"], unique=False)
        batch_op.create_index("ix_wallet_transaction_wallet_id_at", ["wallet_id", "at"], unique=False)
        batch_op.create_index(
            "uq_wallet_transaction_reference",
            ["client_id", "reference"],
            unique=True,
            postgresql_where=sa.text("status <> 'failed' AND kind = 'tool'"),
            sqlite_where=sa.text("status <> 'failed' AND kind = 'tool'"),
        )

    op.create_table(
        "wallet_hold",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("tool_code", sa.String(length=64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("captured_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'held') = (resolved_at IS NULL)", name=op.f("ck_wallet_hold_resolved")),
        sa.CheckConstraint("status IN ('held', 'captured', 'voided', 'expired')", name=op.f("ck_wallet_hold_status")),
        sa.CheckConstraint("captured_cents BETWEEN 0 AND amount_cents", name=op.f("ck_wallet_hold_captured")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_wallet_hold_entry_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["wallet_transaction.id"], name=op.f("fk_wallet_hold_transaction_id")
        ),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_wallet_hold_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_hold")),
    )
    with op.batch_alter_table("wallet_hold", schema=None) as batch_op:
        batch_op.create_index(
            "ix_wallet_hold_expires_at", ["expires_at", "id"], unique=False, postgresql_where=sa.text("status = 'held'")
        )

    with op.batch_alter_table("wallet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("balance_cents", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("held_cents", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("is_frozen", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("postings", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("transactions", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("receipt_year", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("receipts", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(op.f("ck_wallet_balance"), "balance_cents >= 0 OR is_frozen")
        batch_op.create_check_constraint(op.f("ck_wallet_held"), "held_cents >= 0")
    execute_file("0006_ledger")
