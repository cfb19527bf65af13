"""A PostgreSQL database that one test after the other uses: its rows are put back in between."""

import psycopg

# By this name the server knows the connection that puts rows back.
CLEANER = "tests: cleaner"
# Rows that were deleted take place until somebody tidies up, and nobody does: start afresh now and then.
_MOST_USES = 200

# Kept beside the tables in each database that is lent.
_KEEP = """
    CREATE SCHEMA kept;
    DO $$
    DECLARE found text;
    BEGIN
        FOR found IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE kept.%s AS TABLE public.%s', found, found);
        END LOOP;
    END $$
"""
# As a replica the session runs no trigger, so the audit trail can be emptied and keys be put back in any order.
_RESTORE = """
    SET session_replication_role = replica;
    DO $$
    DECLARE found text;
    BEGIN
        FOR found IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'kept' LOOP
            EXECUTE format('DELETE FROM public.%s', found);
            EXECUTE format('INSERT INTO public.%s SELECT * FROM kept.%s', found, found);
        END LOOP;
    END $$;
    RESET session_replication_role
"""
_SHAPE = """
    SELECT (SELECT string_agg(concat_ws(' ', attrelid::regclass, attname, atttypid), ',' ORDER BY attrelid, attnum)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace),
           (SELECT string_agg(concat(tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
           (SELECT string_agg(conname, ',' ORDER BY oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace)
"""


class LentDatabase:
    """A copy of a template, with what the template holds kept beside the tables."""

    def __init__(self, url: str, template: str) -> None:
        self.url = url
        self.template = template
        self._uses = 0
        address = url.replace("+psycopg", "")
        self._connection = psycopg.connect(address, autocommit=True, application_name=CLEANER)
        self._connection.execute(_KEEP)
        self._shape = self._read_shape()

    def restore(self) -> bool:
        """Put the rows back and tell whether the database can be used again."""
        self._uses += 1
        if self._uses >= _MOST_USES or self._read_shape() != self._shape:
            return False
        self._connection.execute(_RESTORE)
        return True

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _read_shape(self) -> object:
        return self._connection.execute(_SHAPE).fetchone()
