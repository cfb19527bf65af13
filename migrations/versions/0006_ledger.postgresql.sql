-- What the rules of the ledger say, also for whoever holds the connection.
-- Postings come first and their entry last, so that one look at the entry sees all of them.

CREATE FUNCTION ledger_entry_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total NUMERIC;
    counted INTEGER;
BEGIN
    SELECT COALESCE(SUM(amount_cents), 0), COUNT(*) INTO total, counted
        FROM ledger_posting WHERE entry_id = NEW.id;
    IF total <> 0 OR counted < 2 THEN
        RAISE EXCEPTION 'ledger_entry % does not balance: % over % postings', NEW.id, total, counted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ledger_entry_balanced';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_entry_balanced
    BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_closes();

CREATE FUNCTION ledger_entry_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger_entry % is closed', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ledger_posting_open';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_posting_open
    BEFORE INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_closed();

CREATE TRIGGER ledger_entry_append_only
    BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_entry_not_emptied
    BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_posting_append_only
    BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_posting_not_emptied
    BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
