"""payments bank documents and limits."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0006 to 0007."""
    op.create_table(
        "invoice_counter",
        sa.Column("seller", sa.String(length=20), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("done_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("seller", "year", name=op.f("pk_invoice_counter")),
    )
    op.create_table(
        "reconciliation",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("balances", sa.JSON(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reconciliation")),
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("brought_by", sa.String(length=40), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('coda', 'camt.053')", name=op.f("ck_bank_file_format")),
        sa.ForeignKeyConstraint(
            ["brought_by"], ["person.id"], name=op.f("fk_bank_file_brought_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_bank_file_digest")),
    )
    with op.batch_alter_table("bank_file", schema=None) as batch_op:
        batch_op.create_index("ix_bank_file_brought_by", ["brought_by"], unique=False)

    op.create_table(
        "bank_upload",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("brought_by", sa.String(length=40), nullable=True),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brought_by"], ["person.id"], name=op.f("fk_bank_upload_brought_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_upload")),
        sa.UniqueConstraint("digest", name=op.f("uq_bank_upload_digest")),
    )
    with op.batch_alter_table("bank_upload", schema=None) as batch_op:
        batch_op.create_index("ix_bank_upload_brought_by", ["brought_by"], unique=False)

    op.create_table(
        "bank_statement",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.String(length=40), nullable=False),
        sa.Column("follows_id", sa.String(length=40), nullable=True),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("statement_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("closing_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["bank_file.id"], name=op.f("fk_bank_statement_file_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["bank_statement.id"], name=op.f("fk_bank_statement_follows_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("follows_id", name=op.f("uq_bank_statement_follows_id")),
        sa.UniqueConstraint("iban", "statement_id", name=op.f("uq_bank_statement_iban_statement_id")),
    )
    with op.batch_alter_table("bank_statement", schema=None) as batch_op:
        batch_op.create_index("ix_bank_statement_file_id", ["file_id"], unique=False)
        batch_op.create_index("ix_bank_statement_iban", ["iban", "closed_on", "id"], unique=False)
        batch_op.create_index(
            "uq_bank_statement_first",
            ["iban"],
            unique=True,
            postgresql_where=sa.text("follows_id IS NULL"),
            sqlite_where=sa.text("follows_id IS NULL"),
        )

    op.create_table(
        "invoice",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seller", sa.String(length=20), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("about_id", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('invoice', 'credit-note')", name=op.f("ck_invoice_kind")),
        sa.CheckConstraint("status IN ('queued', 'sent', 'refused', 'not-reachable')", name=op.f("ck_invoice_status")),
        sa.ForeignKeyConstraint(["about_id"], ["invoice.id"], name=op.f("fk_invoice_about_id")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_invoice_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("seller", "number", name=op.f("uq_invoice_seller_number")),
        sa.UniqueConstraint("seller", "year", "sequence", name=op.f("uq_invoice_seller_year_sequence")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_status", ["status", "id"], unique=False)
        batch_op.create_index("ix_invoice_wallet_id", ["wallet_id", "month"], unique=False)

    op.create_table(
        "payment_reference",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_payment_reference_wallet_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_payment_reference")),
        sa.UniqueConstraint("wallet_id", name=op.f("uq_payment_reference_wallet_id")),
    )
    op.create_table(
        "payment_settlement",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("settlement_id", sa.String(length=100), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fees_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_payment_settlement_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_settlement")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_payment_settlement_entry_id")),
        sa.UniqueConstraint("provider", "settlement_id", name=op.f("uq_payment_settlement_provider_settlement_id")),
    )
    op.create_table(
        "wallet_limit",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("tool_code", sa.String(length=64), nullable=True),
        sa.Column("per_charge_cents", sa.BigInteger(), nullable=True),
        sa.Column("per_month_cents", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("per_charge_cents >= 0 AND per_month_cents >= 0", name=op.f("ck_wallet_limit_amounts")),
        sa.CheckConstraint(
            "per_charge_cents IS NOT NULL OR per_month_cents IS NOT NULL", name=op.f("ck_wallet_limit_limits")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wallet_limit_person_id")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_wallet_limit_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_limit")),
        sa.UniqueConstraint("wallet_id", "subject", name=op.f("uq_wallet_limit_wallet_id_subject")),
    )
    with op.batch_alter_table("wallet_limit", schema=None) as batch_op:
        batch_op.create_index("ix_wallet_limit_person_id", ["person_id"], unique=False)

    op.create_table(
        "bank_entry",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("statement_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=64), nullable=True),
        sa.Column("counterparty_name", sa.String(length=140), nullable=True),
        sa.Column("counterparty_iban", sa.String(length=34), nullable=True),
        sa.Column("structured", sa.String(length=12), nullable=True),
        sa.Column("message", sa.String(length=280), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("wallet_id", sa.String(length=40), nullable=True),
        sa.Column("entry_id", sa.String(length=40), nullable=True),
        sa.Column("settled_by_entry_id", sa.String(length=40), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'waiting') = (settled_at IS NULL)", name=op.f("ck_bank_entry_settled")),
        sa.CheckConstraint(
            "status IN ('credited', 'waiting', 'booked', 'returned', 'not-ours')", name=op.f("ck_bank_entry_status")
        ),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_bank_entry_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_bank_entry_entry_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_entry_id"], ["ledger_entry.id"], name=op.f("fk_bank_entry_settled_by_entry_id")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_entry_statement_id")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_bank_entry_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_entry_key")),
        sa.UniqueConstraint("statement_id", "position", name=op.f("uq_bank_entry_statement_id_position")),
    )
    with op.batch_alter_table("bank_entry", schema=None) as batch_op:
        batch_op.create_index("ix_bank_entry_counterparty_iban", ["counterparty_iban"], unique=False)
        batch_op.create_index(
            "ix_bank_entry_waiting",
            ["id"],
            unique=False,
            postgresql_where=sa.text("status = 'waiting'"),
            sqlite_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index("ix_bank_entry_wallet_id", ["wallet_id"], unique=False)

    op.create_table(
        "invoiced_transaction",
        sa.Column("transaction_id", sa.String(length=40), nullable=False),
        sa.Column("invoice_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoiced_transaction_invoice_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["wallet_transaction.id"], name=op.f("fk_invoiced_transaction_transaction_id")
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_invoiced_transaction")),
    )
    with op.batch_alter_table("invoiced_transaction", schema=None) as batch_op:
        batch_op.create_index("ix_invoiced_transaction_invoice_id", ["invoice_id"], unique=False)

    op.create_table(
        "top_up",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("wallet_id", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("payment_id", sa.String(length=100), nullable=True),
        sa.Column("method", sa.String(length=30), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("done_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("charged_back_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("(status IN ('intended', 'open')) = (closed_at IS NULL)", name=op.f("ck_top_up_closed")),
        sa.CheckConstraint(
            "status IN ('intended', 'open', 'paid', 'failed', 'cancelled', 'expired', 'flagged')",
            name=op.f("ck_top_up_status"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_top_up_amount")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_top_up_done_by")),
        sa.ForeignKeyConstraint(["transaction_id"], ["wallet_transaction.id"], name=op.f("fk_top_up_transaction_id")),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_top_up_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up")),
        sa.UniqueConstraint("provider", "payment_id", name=op.f("uq_top_up_provider_payment_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_top_up_transaction_id")),
    )
    with op.batch_alter_table("top_up", schema=None) as batch_op:
        batch_op.create_index(
            "ix_top_up_ask_at",
            ["ask_at", "id"],
            unique=False,
            postgresql_where=sa.text("ask_at IS NOT NULL"),
            sqlite_where=sa.text("ask_at IS NOT NULL"),
        )
        batch_op.create_index("ix_top_up_done_by", ["done_by"], unique=False)
        batch_op.create_index("ix_top_up_wallet_id", ["wallet_id", "created_at"], unique=False)

    op.create_table(
        "wallet_receipt",
        sa.Column("transaction_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["wallet_transaction.id"], name=op.f("fk_wallet_receipt_transaction_id")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "language", name=op.f("pk_wallet_receipt")),
    )
    op.create_table(
        "payment_event",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("top_up_id", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('paid', 'refunded', 'refund-failed', 'charged-back', 'chargeback-reversed')",
            name=op.f("ck_payment_event_kind"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_payment_event_entry_id")),
        sa.ForeignKeyConstraint(["top_up_id"], ["top_up.id"], name=op.f("fk_payment_event_top_up_id")),
        sa.PrimaryKeyConstraint("provider", "kind", "event_id", name=op.f("pk_payment_event")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_payment_event_entry_id")),
    )
    with op.batch_alter_table("payment_event", schema=None) as batch_op:
        batch_op.create_index("ix_payment_event_top_up_id", ["top_up_id"], unique=False)

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sees_wallet", sa.Boolean(), server_default=sa.text("true"), nullable=False))
        batch_op.add_column(sa.Column("recharges_wallet", sa.Boolean(), server_default=sa.text("true"), nullable=False))
        batch_op.add_column(sa.Column("pays_from_wallet", sa.Boolean(), server_default=sa.text("true"), nullable=False))

    with op.batch_alter_table("wallet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warn_below_cents", sa.BigInteger(), server_default="2500", nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("wallet_transaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wallet_transaction_wallet_id_at"))
        batch_op.create_index(
            "ix_wallet_transaction_amount_cents", ["wallet_id", "amount_cents", "number"], unique=False
        )
        batch_op.create_index("ix_wallet_transaction_at", ["wallet_id", "at", "number"], unique=False)
        batch_op.create_index("ix_wallet_transaction_kind", ["wallet_id", "kind", "number"], unique=False)
        batch_op.create_index("ix_wallet_transaction_status", ["wallet_id", "status", "number"], unique=False)
        batch_op.create_index(
            "ix_wallet_transaction_tool_code", ["wallet_id", sa.text("coalesce(tool_code, '')"), "number"], unique=False
        )
