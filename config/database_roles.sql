-- What the application may do with what its owner has made. Run as the owner after every migration; running it
-- again changes nothing. `veren.app_role` and `veren.append_only` and `veren.written_by_functions` (table names with a
-- comma between) are set by the caller for this transaction.
DO $$
DECLARE
    app text := current_setting('veren.app_role');
    thing text;
BEGIN
    FOR thing IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relowner = current_user::regrole
          AND relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', thing, app);
    END LOOP;

    FOR thing IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relowner = current_user::regrole AND relkind = 'S'
    LOOP
        EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO %I', thing, app);
    END LOOP;

    FOR thing IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', thing, app);
    END LOOP;

    -- Whoever could rewrite history could also rewrite the proof that nobody did.
    FOR thing IN
        SELECT to_regclass(quote_ident(name))
        FROM unnest(string_to_array(current_setting('veren.append_only'), ',')) AS name
        WHERE to_regclass(quote_ident(name)) IS NOT NULL
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', thing, app);
    END LOOP;

    -- What only functions write is written by functions that run as their owner: the application calls them.
    FOR thing IN
        SELECT to_regclass(quote_ident(name))
        FROM unnest(string_to_array(current_setting('veren.written_by_functions'), ',')) AS name
        WHERE to_regclass(quote_ident(name)) IS NOT NULL
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s FROM %I', thing, app);
    END LOOP;
END
$$;
