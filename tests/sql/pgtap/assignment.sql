-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- To whom docks issue cameras for badges, and what becomes of what is written down for that. LAW L6: it goes with the recordings, and nobody is
-- told.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();

SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('root'), 'role', 1, 'serial', tap.b16('s1'), 'kx_pk', NULL,
    'encoded', convert_to('root', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('dock'), 'role', 4, 'serial', tap.b16('s4'),
    'encoded', convert_to('dock', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put(tbl, fields) FROM template
WHERE tbl IN ('certificate', 'agency', 'unit', 'area', 'camera', 'camera_unit', 'dock', 'docking') ORDER BY position;
CREATE FUNCTION pg_temp.person(who text, roles int, units text) RETURNS void LANGUAGE sql AS $$
    SELECT asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig('badge ' || who), who, roles, units,
        '2026-01-01', '2126-01-01', tap.dig('key ' || who), convert_to(who, 'UTF8'), 'somebody');
    SELECT asv.statement_put(tap.stmt('found ' || who), tap.dig('found ' || who), 34, 5::smallint, tap.dig('34' || who), 3::smallint,
        tap.dig(who), NULL, NULL, NULL, NULL, NULL, NULL, 0::smallint, NULL, NULL, tap.b16('found ' || who), now(),
        now() + interval '1 day', NULL);
    SELECT tap.took('found ' || who);
$$;
SELECT pg_temp.person('willi', 1, 'VU');
SELECT pg_temp.person('wanda', 1, E'VU\nAD');
SELECT pg_temp.person('werner', 1, 'VU');
SELECT pg_temp.person('anna', 128, '');

CREATE FUNCTION pg_temp.begin(who text, assignment text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', outcome, unit) FROM asv.issue_begin(tap.dig('badge ' || who), tap.uid(assignment), 'dock')
$$;
-- A camera that is put in, and given an assignment or (NULL) none.
CREATE FUNCTION pg_temp.docks(session text, at interval) RETURNS void LANGUAGE sql AS $$
    SELECT tap.put('docking', fields || jsonb_build_object('session', tap.dig(session), 'began_at', now() + at)) FROM template WHERE tbl = 'docking';
$$;
CREATE FUNCTION pg_temp.takes(session text, number int, assignment text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.assignment_issued(tap.dig(session), tap.dig('cam'), number, tap.uid(assignment), tap.dig('dock'), 'VU', 'mitte', now(), tap.obj('a' || number))
$$;
CREATE FUNCTION pg_temp.rows_of(name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM asv.issue WHERE assignment = tap.uid(name)
$$;
-- As if it had been written down earlier.
CREATE FUNCTION pg_temp.ages(name text, more interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE asv.issue SET since = since - more WHERE assignment = tap.uid(name);
    SET LOCAL session_replication_role = origin;
END
$$;

-- ---- who may have one

SELECT is(pg_temp.begin('nobody', 'a1'), 'unknown', 'a badge that nobody has');
SELECT is(pg_temp.begin('anna', 'a1'), 'barred', 'who is no wearer');
SELECT asv.person_disable(uid('werner'), 'weg', 'x');
SELECT is(pg_temp.begin('werner', 'a1'), 'barred', 'whose account is disabled');
SELECT is((SELECT count(*) FROM asv.issue), 0::bigint, 'nothing is written down of them');

SELECT is(pg_temp.begin('willi', 'a1'), 'done VU', 'a wearer, with the unit');
SELECT is(pg_temp.begin('willi', 'a1'), 'done VU', 'said again it is the same');
SELECT is((SELECT (holder, number, by)::text FROM asv.issue), '(' || uid('willi') || ',1,dock)', 'who it is, is written down before the camera is told');
SELECT is(pg_temp.begin('willi', 'a2'), 'has', 'one order at a time of a person');
SELECT is(pg_temp.begin('wanda', 'b1'), 'done', 'of several units none is said');

-- ---- what comes to nothing

SELECT is(asv.issue_undo(uid('b1')), 'done', 'no camera took it');
SELECT is(asv.issue_undo(uid('b1')), 'already', 'once');
SELECT is(pg_temp.begin('wanda', 'b2'), 'done', 'the next one may');
SELECT pg_temp.ages('b2', '3 minutes');
SELECT is(pg_temp.begin('wanda', 'b3'), 'done', 'what was not undone holds nobody up for long');
SELECT asv.issues_forget();
SELECT is(pg_temp.rows_of('b2'), 1::bigint, 'a camera may still bring it');
SELECT pg_temp.ages('b2', '1 day');
SELECT asv.issues_forget();
SELECT is(pg_temp.rows_of('b2'), 0::bigint, 'and is forgotten the next night');

-- ---- what is given

SELECT is(pg_temp.takes('session', 1, 'a1'), 'done', 'the camera has it');
SELECT pg_temp.ages('a1', '3 hours');
SELECT is(pg_temp.begin('willi', 'a2'), 'has', 'for as long as it is not put back');
SELECT is(asv.issue_undo(uid('a1')), 'already', 'what a camera was told is not undone');
SELECT is(pg_temp.rows_of('a1'), 1::bigint, 'and stays');
SELECT pg_temp.docks('back', '1 hour');
SELECT is(pg_temp.begin('willi', 'a2'), 'done VU', 'put back, though nobody said so to the database yet');
SELECT asv.issue_undo(uid('a2'));
SELECT is(pg_temp.takes('back', 2, NULL), 'done', 'it is nobody''s');
SELECT is(pg_temp.begin('willi', 'a3'), 'done VU', 'as is known then');
SELECT is(pg_temp.takes('back', 3, 'a3'), 'done', 'the same camera again');
SELECT pg_temp.ages('a3', '3 hours');
SELECT is(pg_temp.begin('willi', 'a4'), 'has', 'one at a time');
SELECT is(pg_temp.begin('wanda', 'b4'), 'has', 'of each (b3)');
SELECT asv.camera_retire(dig('cam'), 'verloren', 'x');
SELECT is(pg_temp.begin('willi', 'a4'), 'done VU', 'a camera that is retired is nobody''s');

-- ---- who is told: LAW L6

SELECT throws_ok(format($$ SET LOCAL ROLE %I; SELECT asv.has_camera(tap.uid('willi')) $$, who), '42501', NULL, who || ' does not ask who has a camera')
FROM unnest(ARRAY['asv_dock', 'asv_staff', 'asv_web', 'asv_admin', 'asv_server']) AS who;
SELECT throws_ok(format($$ SET LOCAL ROLE %I; SELECT asv.issue_begin(tap.dig('badge willi'), tap.uid('x'), 'x') $$, who), '42501', NULL, who || ' issues none')
FROM unnest(ARRAY['asv_staff', 'asv_web', 'asv_server']) AS who;

SELECT * FROM finish();
ROLLBACK;
