-- What the rules of the ledger say, also for whoever holds the connection.
-- Postings come first and their entry last, so that one look at the entry sees all of them.

CREATE TRIGGER ledger_entry_balanced BEFORE INSERT ON ledger_entry
WHEN (SELECT COUNT(*) < 2 OR SUM(amount_cents) <> 0 FROM ledger_posting WHERE entry_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry does not balance');
END;

CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id)
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is closed');
END;

CREATE TRIGGER ledger_entry_not_changed BEFORE UPDATE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is append-only');
END;

CREATE TRIGGER ledger_entry_not_removed BEFORE DELETE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is append-only');
END;

-- INSERT OR REPLACE removes the old row without asking the trigger above.
CREATE TRIGGER ledger_entry_not_replaced BEFORE INSERT ON ledger_entry
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is append-only');
END;

CREATE TRIGGER ledger_posting_not_changed BEFORE UPDATE ON ledger_posting
BEGIN
    SELECT RAISE(ABORT, 'ledger_posting is append-only');
END;

CREATE TRIGGER ledger_posting_not_removed BEFORE DELETE ON ledger_posting
BEGIN
    SELECT RAISE(ABORT, 'ledger_posting is append-only');
END;

CREATE TRIGGER ledger_posting_not_replaced BEFORE INSERT ON ledger_posting
WHEN EXISTS (
    SELECT 1 FROM ledger_posting
    WHERE (entry_id = NEW.entry_id AND position = NEW.position)
        OR (wallet_id = NEW.wallet_id AND sequence = NEW.sequence)
        OR rowid = NEW.rowid
)
BEGIN
    SELECT RAISE(ABORT, 'ledger_posting is append-only');
END;
