"""A wallet with as many transactions as one ever has: what its page costs then."""

from sqlalchemy import text
from sqlalchemy.orm import Session

LINES = 100_000
# A line that succeeded, of which there is a receipt.
ONE = "txn_bench_500"
_MINUTES_APART = 5

# Written past the ledger: only the page is measured, and a ledger of so many would take longer than all measurements.
_FILL = text(
    """
    INSERT INTO wallet_transaction (
        id, wallet_id, number, at, settled_at, kind, status, reason, tool_code, client_id, description,
        amount_cents, refunded_cents, balance_before_cents, balance_after_cents, receipt_year, receipt_number
    )
    SELECT
        'txn_bench_' || n, w.id, n, now() - (:lines - n) * make_interval(mins => :apart),
        now() - (:lines - n) * make_interval(mins => :apart),
        CASE WHEN n % 500 = 0 THEN 'deposit-bank' ELSE 'tool' END,
        CASE WHEN n % 1000 = 1 THEN 'failed' ELSE 'succeeded' END,
        CASE WHEN n % 1000 = 1 THEN 'insufficient-funds' END,
        CASE WHEN n % 500 = 0 THEN NULL WHEN n % 3 = 0 THEN 'myrent' ELSE 'cadastrefinder' END,
        'cadastrefinder', 'Search by address', CASE WHEN n % 500 = 0 THEN 125000 ELSE -50 * (n % 9 + 1) END, 0,
        100000, 100000, CASE WHEN n % 1000 <> 1 THEN 2026 END, CASE WHEN n % 1000 <> 1 THEN n END
    FROM generate_series(1, :lines) AS n, wallet AS w
    WHERE w.organisation_id = :organisation_id
    """
)
_COUNT = text("UPDATE wallet SET transactions = :lines WHERE organisation_id = :organisation_id")
# What PostgreSQL's own upkeep would have told it by then.
_ANALYSE = text("ANALYZE wallet_transaction")


def fill(session: Session, organisation_id: str) -> None:
    """Give an organisation's wallet its lines."""
    session.execute(_FILL, {"lines": LINES, "apart": _MINUTES_APART, "organisation_id": organisation_id})
    session.execute(_COUNT, {"lines": LINES, "organisation_id": organisation_id})
    session.execute(_ANALYSE)
