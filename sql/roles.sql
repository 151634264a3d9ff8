-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The roles of docs/DATABASE.md and what they may do with this database as such. Not a migration: roles belong
-- to the whole server and outlive a dropped database. Safe to repeat; run by `asservat db migrate` when one is
-- missing, as a superuser.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['asv_owner', 'asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign',
                                'asv_publish', 'asv_check', 'asv_web', 'asv_export', 'asv_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS %s',
                               name, CASE WHEN name IN ('asv_owner', 'asv_staff') THEN 'NOLOGIN' ELSE 'LOGIN' END);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- a run for another database of this server was quicker
            END;
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO asv_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO asv_staff, asv_dock, asv_server, asv_admin, asv_ledger, asv_cosign, asv_publish, asv_check, asv_web, asv_export, asv_backup',
                   current_database());
END
$$;
-- What the web server does, it does for people who have signed in (asv.caller).
GRANT asv_staff TO asv_web;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- What PostgreSQL lets everybody do: run code of their own, and keep bytes of their own as large objects, which no
-- table's rights would show.
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO asv_owner;
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_open(oid, integer),
    lo_put(oid, bigint, bytea), lowrite(integer, bytea), lo_truncate(integer, integer),
    lo_truncate64(integer, bigint), lo_unlink(oid) FROM PUBLIC;

-- LAW L6. Nor may everybody watch what the others do (who asks about what, when somebody looks), or keep a lock that a
-- program waits for. The owner and whoever monitors the server (pg_monitor) still can. A dump has these rights, too, and is restored by
-- newer servers: so it is only functions that every version has, of locks, sessions and tables.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p
             WHERE p.pronamespace = 'pg_catalog'::regnamespace
               AND (p.proname IN ('pg_lock_status', 'pg_stat_get_activity', 'pg_stat_get_progress_info', 'pg_blocking_pids',
                                  'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size')
                    OR p.proname ~ '^pg_stat_get_backend_'
                    OR p.proname ~ '^pg_stat_get_' AND p.pronargs = 1 AND p.proargtypes[0] = 'oid'::regtype) LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO asv_owner, pg_monitor', f);
    END LOOP;
    FOR f IN SELECT p.oid FROM pg_proc p
             WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^pg_(try_)?advisory_' LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO asv_owner', f);
    END LOOP;
END
$$;
