-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The schema as such: everything is commented, owned by asv_owner, and typed so that wrong lengths do not fit.
BEGIN;
SET search_path = tap, pg_catalog;
SELECT no_plan();

SELECT is_empty($$
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
$$, 'every table and view has a comment');
-- A view's column that is a table's column, under its own name, has that one's comment.
SELECT is_empty($$
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
      AND col_description(c.oid, a.attnum) IS NULL
      AND NOT (c.relkind = 'v' AND EXISTS (
          SELECT FROM pg_attribute b JOIN pg_class t ON t.oid = b.attrelid
          WHERE t.relnamespace = c.relnamespace AND t.relkind = 'r' AND b.attname = a.attname
            AND col_description(t.oid, b.attnum) IS NOT NULL))
$$, 'every column has a comment');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'asv'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
$$, 'every function has a comment');
SELECT is_empty($$
    SELECT t.typname FROM pg_type t
    WHERE t.typnamespace = 'asv'::regnamespace AND t.typtype = 'd' AND obj_description(t.oid, 'pg_type') IS NULL
$$, 'every domain has a comment');

SELECT is_empty($$
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relowner <> 'asv_owner'::regrole
$$, 'every relation is owned by asv_owner');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'asv'::regnamespace AND p.proowner <> 'asv_owner'::regrole
$$, 'every function is owned by asv_owner');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'asv'::regnamespace
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS s WHERE s LIKE 'search_path=%pg_temp')
      AND (p.prosqlbody IS NULL OR p.prosecdef)
$$, 'every function has a fixed search_path that ends with pg_temp, or names that are bound');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'asv'::regnamespace AND p.prosecdef
      AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) x WHERE x.grantee <> p.proowner)
$$, 'a function that runs with its owner''s rights is one that somebody else may call');

SELECT is_empty($$
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid IN ('bytea'::regtype, 'text'::regtype)
      AND a.attname <> 'meaning'
      AND NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f') AND a.attnum = ANY (k.conkey))
$$, 'bytes and texts are of a domain, or checked, or refer to a key');
SELECT is_empty($$
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
      AND a.atttypid IN ('timestamp'::regtype, 'time'::regtype, 'real'::regtype, 'double precision'::regtype,
                         'varchar'::regtype, 'char'::regtype)
$$, 'instants are timestamptz, and no column is a float or of a fixed width');
SELECT is_empty($$
    SELECT k.conrelid::regclass, k.conname FROM pg_constraint k
    WHERE k.connamespace = 'asv'::regnamespace AND NOT k.convalidated
$$, 'every constraint is validated');

SELECT is(asv.schema_number(), (SELECT count(*)::int FROM asv.schema_migration), 'migrations are numbered without gaps');
SELECT ok(asv.is_uuid7(asv.uuid7()), 'new ids are UUIDs of version 7');
SELECT ok(NOT asv.is_uuid7('01900000-0000-4000-8000-000000000000'), 'version 4 is told apart');
SELECT ok(NOT asv.is_uuid7('01900000-0000-7000-c000-000000000000'), 'another variant is told apart');
SELECT ok(abs(extract(epoch FROM clock_timestamp()) * 1000
              - ('x' || left(replace(asv.uuid7()::text, '-', ''), 12))::bit(48)::bigint) < 5000,
          'a new id begins with the time in milliseconds');
SELECT is(asv.instant(0), '1970-01-01 00:00:00Z'::timestamptz, 'instants count from 1970');
SELECT is(asv.instant(1767592800001), '2026-01-05 06:00:00.001Z'::timestamptz, 'in milliseconds');
SELECT is(asv.instant(9223372036854775807), 'infinity'::timestamptz, 'what is too late is infinity');
SELECT is(asv.instant(-9223372036854775807), '-infinity'::timestamptz, 'what is too early is -infinity');

SELECT * FROM finish();
ROLLBACK;
