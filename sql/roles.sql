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
                                'asv_publish', 'asv_backup'] LOOP
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
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO asv_staff, asv_dock, asv_server, asv_admin, asv_ledger, asv_cosign, asv_publish, asv_backup',
                   current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- What PostgreSQL lets everybody do: run code of their own, and keep bytes of their own as large objects, which no
-- table's rights would show.
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO asv_owner;
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_open(oid, integer),
    lo_put(oid, bigint, bytea), lowrite(integer, bytea), lo_truncate(integer, integer),
    lo_truncate64(integer, bigint), lo_unlink(oid) FROM PUBLIC;
