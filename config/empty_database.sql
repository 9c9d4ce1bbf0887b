-- Drop everything that our role owns in the schema public, and schemas of its own, before a backup is read back into it.
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP %s IF EXISTS %s CASCADE',
                      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                                   ELSE 'TABLE' END, oid::regclass)
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relowner = current_user::regrole
          AND relkind IN ('r', 'p', 'v', 'm', 'S')
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('e', 'i', 'a'))
        UNION ALL
        SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
        FROM pg_extension
        WHERE extnamespace = 'public'::regnamespace AND extowner = current_user::regrole
        UNION ALL
        SELECT format('DROP TEXT SEARCH CONFIGURATION IF EXISTS %s CASCADE', oid::regconfig)
        FROM pg_ts_config
        WHERE cfgnamespace = 'public'::regnamespace AND cfgowner = current_user::regrole
        UNION ALL
        SELECT format('DROP TEXT SEARCH DICTIONARY IF EXISTS %s CASCADE', oid::regdictionary)
        FROM pg_ts_dict
        WHERE dictnamespace = 'public'::regnamespace AND dictowner = current_user::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_ts_dict.oid AND deptype = 'e')
    LOOP
        EXECUTE statement;
    END LOOP;

    -- Rooms that only functions enter.
    FOR statement IN
        SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname)
        FROM pg_namespace
        WHERE nspowner = current_user::regrole AND nspname <> 'public' AND nspname NOT LIKE 'pg\_%'
    LOOP
        EXECUTE statement;
    END LOOP;

    -- What the extensions brought has gone with them: what is left is ours.
    FOR statement IN
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION ALL
        SELECT format('DROP TYPE IF EXISTS %s CASCADE', oid::regtype)
        FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typowner = current_user::regrole
          AND typtype IN ('e', 'd', 'c', 'r')
          -- Every table has a type of its own, which is not dropped by itself.
          AND (typrelid = 0 OR EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c'))
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
    LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
