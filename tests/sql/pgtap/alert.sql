-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Who is told what, and when again: once, and then daily while it lasts; what ends and comes again is new.
BEGIN;
SET search_path = tap, pg_catalog;
SELECT no_plan();
SET LOCAL ROLE asv_admin;

SELECT ok(asv.alert_seen('alarm', 'a', now()), 'a new matter is told');
SELECT ok(asv.alert_seen('alarm', 'a', now()), 'until somebody was told');
SELECT lives_ok($$ SELECT asv.alert_told('alarm', 'a', now()) $$, 'told');
SELECT ok(NOT asv.alert_seen('alarm', 'a', now()), 'not twice on one day');
SELECT ok(asv.alert_seen('alarm', 'b', now()), 'another matter of the same kind is told');
RESET ROLE;
UPDATE asv.alert SET told_at = clock_timestamp() - interval '23 hours 59 minutes' WHERE subject = 'a';
SELECT ok(NOT asv.alert_seen('alarm', 'a', now()), 'not before the day is over');
UPDATE asv.alert SET told_at = clock_timestamp() - interval '24 hours' WHERE subject = 'a';
SET LOCAL ROLE asv_admin;
SELECT ok(asv.alert_seen('alarm', 'a', now()), 'once more when it is');

-- A run looked for alarms and requests. What it did not find is over; what another kind has is not its business.
SELECT ok(asv.alert_seen('undocked', 'c', now()), 'a matter of another kind');
SELECT ok(asv.alert_seen('alarm', 'b', now() + interval '1 minute'), 'the next run finds b, and not a');
SELECT lives_ok($$ SELECT asv.alert_forget('alarm', now() + interval '1 minute') $$, 'a is over');
RESET ROLE;
SELECT set_eq('SELECT kind, subject FROM asv.alert', $$ VALUES ('alarm', 'b'), ('undocked', 'c') $$, 'b and c last');
-- Two runs at once, the older one ends last: it takes nothing away that the newer one found.
SELECT ok(asv.alert_seen('alarm', 'd', now() + interval '3 minutes') AND asv.alert_seen('alarm', 'd', now() + interval '2 minutes'), 'both find d');
SELECT lives_ok($$ SELECT asv.alert_forget('alarm', now() + interval '3 minutes') $$, 'the newer one forgets');
SELECT set_eq('SELECT kind, subject FROM asv.alert', $$ VALUES ('alarm', 'd'), ('undocked', 'c') $$, 'd lasts');
SELECT ok(asv.alert_seen('alarm', 'a', now() + interval '4 minutes'), 'what was over and comes again is new');
SELECT lives_ok($$ SELECT asv.alert_told('alarm', 'e', now()) $$, 'told of what meanwhile was forgotten');
SELECT ok(NOT asv.alert_seen('alarm', 'e', now()), 'is remembered');

-- ---- what the database knows
CREATE FUNCTION pg_temp.matters(p_kind text) RETURNS TABLE (subject text, what text) LANGUAGE sql AS $$
    SELECT subject, what FROM asv.alert_matters(clock_timestamp() - interval '24 hours') WHERE kind = p_kind
$$;
SELECT is_empty('SELECT * FROM asv.alert_matters(now())', 'an empty database has nothing to tell');
SELECT tap.fill();
SELECT is_empty($$ SELECT * FROM pg_temp.matters('alarm') $$, 'an alarm that was acknowledged is none');
INSERT INTO asv.alarm (id, kind, detail) VALUES ('01900000-0000-7000-8000-0000000000a1', 'storage', 'Herr Müller war am Schrank');
SELECT results_eq($$ SELECT * FROM pg_temp.matters('alarm') $$, $$ VALUES ('01900000-0000-7000-8000-0000000000a1', 'storage') $$,
                  'an alarm is told by id and kind, and not by its text');

-- Cameras: what was issued and was not docked since yesterday; not what was retired.
SELECT is_empty($$ SELECT * FROM pg_temp.matters('undocked') $$, 'a retired camera is out for ever');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.camera_retirement;
SET LOCAL session_replication_role = origin;
SELECT results_eq($$ SELECT * FROM pg_temp.matters('undocked') $$, $$ SELECT left(encode(dig('cam'), 'hex'), 16), '' $$,
                  'a camera that is out is told by the begin of its digest');
SELECT is_empty($$ SELECT * FROM asv.alert_matters('2026-01-05 05:59Z') WHERE kind = 'undocked' $$, 'not before it is late');

-- Retention: none for 26 hours, or the last one failed or was cut off.
SET LOCAL session_replication_role = replica;
DELETE FROM asv.retention_run;
DELETE FROM asv.retention_run_end;
SET LOCAL session_replication_role = origin;
SELECT results_eq($$ SELECT * FROM pg_temp.matters('retention_missed') $$, $$ VALUES ('', '') $$, 'recordings, and never a run');
CREATE FUNCTION pg_temp.run(n int, ago interval, status int) RETURNS text LANGUAGE sql AS $$
    INSERT INTO asv.retention_run (id, began_at, software)
    VALUES (('01900000-0000-7000-8000-0000000000' || n)::uuid, clock_timestamp() - ago, 'test');
    INSERT INTO asv.retention_run_end (run, exit, erased, held, pending, lapsed, late, failed, open, disagreements, orphans,
                                       leftovers, uneven)
    SELECT ('01900000-0000-7000-8000-0000000000' || n)::uuid, status, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 WHERE status IS NOT NULL;
    SELECT tap.pass('run ' || n)
$$;
SELECT pg_temp.run(11, '27 hours', 0);
SELECT results_eq($$ SELECT * FROM pg_temp.matters('retention_missed') $$, $$ VALUES ('', '') $$, 'a run more than a day ago');
SELECT pg_temp.run(12, '25 hours', 1);
SELECT is_empty($$ SELECT * FROM pg_temp.matters('retention_missed') $$, 'a run that failed is no missed one');
SELECT results_eq($$ SELECT * FROM pg_temp.matters('retention_failed') $$, $$ VALUES ('01900000-0000-7000-8000-000000000012', '1') $$, 'it failed');
SELECT pg_temp.run(13, '5 hours', NULL);
SELECT is_empty($$ SELECT * FROM pg_temp.matters('retention_failed') $$, 'one that goes on has not failed');
SELECT pg_temp.run(14, '7 hours', NULL);
SELECT results_eq($$ SELECT * FROM pg_temp.matters('retention_failed') $$, $$ VALUES ('01900000-0000-7000-8000-000000000014', 'cut off') $$,
                  'one that does not end was cut off');
SELECT pg_temp.run(15, '1 hour', 0);
SELECT is_empty($$ SELECT * FROM asv.alert_matters(now()) WHERE kind LIKE 'retention%' $$, 'one that was done makes them good');

-- Requests to hold: a day before they lapse; not when they have, or were answered, and not what is asked otherwise.
CREATE FUNCTION pg_temp.ask(what text, p_action int, ends interval, p_outcome text) RETURNS text LANGUAGE sql AS $$
    INSERT INTO asv.request (proposal, action, recording, camera, from_at, until_at, incident, ground, superior, opener, requested_at, expires_at,
                             outcome, ended_at, answer)
    VALUES (dig(what), p_action, CASE WHEN p_action NOT IN (6, 9) THEN uid(what) END, CASE WHEN p_action IN (6, 9) THEN dig('cam') END,
            CASE WHEN p_action IN (6, 9) THEN date '2026-01-01' + p_action END, CASE WHEN p_action IN (6, 9) THEN date '2026-01-02' + p_action END,
            uid('incident'), CASE WHEN p_action IN (1, 6) THEN 1 ELSE 0 END, false, CASE WHEN p_action = 4 THEN uid('anna') END, '2026-01-05',
            clock_timestamp() + ends, p_outcome, CASE WHEN p_outcome IS NOT NULL THEN now() END,
            CASE WHEN p_outcome = 'refused' THEN dig('no ' || what) END);
    SELECT tap.pass('asked for ' || what)
$$;
SET LOCAL session_replication_role = replica;
SELECT pg_temp.ask('soon', 1, '23 hours', NULL);
SELECT pg_temp.ask('later', 1, '25 hours', NULL);
SELECT pg_temp.ask('lapsed', 1, '-1 hour', NULL);
SELECT pg_temp.ask('refused', 1, '23 hours', 'refused');
SELECT pg_temp.ask('also ' || action, action, '23 hours', NULL) FROM unnest(ARRAY[2, 3, 4, 6, 9, 10]) AS action;
SET LOCAL session_replication_role = origin;
SELECT set_eq($$ SELECT * FROM pg_temp.matters('request') $$, $$ SELECT left(encode(dig('soon'), 'hex'), 16), '1'
    UNION ALL SELECT left(encode(dig('also ' || action), 'hex'), 16), action::text FROM unnest(ARRAY[2, 3, 6, 9]) AS action $$,
    'a request is told a day before it lapses; but that somebody would be shown something (LAW L1), and what people are told of as dayless');

-- LAW H10 (HO-014): what was approved and not built for a day, and what was built and whose receipt is missing for two weeks.
SELECT is_empty($$ SELECT * FROM pg_temp.matters('handover_unbuilt') UNION ALL SELECT * FROM pg_temp.matters('handover_unreceived') $$, 'a hand-over that was cancelled is nobody''s');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.handover_end;
DELETE FROM asv.handover_receipt;
UPDATE asv.statement SET action = 5, step = 1 WHERE digest = dig('st');
SELECT put('statement', fields || jsonb_build_object('digest', dig('agree'), 'object', stmt('agree'), 'nonce', b16('agree'), 'action', 5, 'step', 2, 'proposal', dig('st')))
FROM template WHERE tbl = 'statement';
SELECT put('statement_answer', fields || jsonb_build_object('statement', dig('agree'), 'ruling', ruling(dig('agree'), dig('st'), true))) FROM template WHERE tbl = 'statement_answer';
UPDATE asv.handover_build SET approved_at = clock_timestamp() - interval '23 hours';
SELECT is_empty($$ SELECT * FROM pg_temp.matters('handover_unbuilt') $$, 'a day is the job''s');
UPDATE asv.handover_build SET approved_at = clock_timestamp() - interval '25 hours';
SELECT results_eq($$ SELECT * FROM pg_temp.matters('handover_unbuilt') $$, $$ VALUES ('01900000-0000-7000-8000-0000000000e4', 'waiting') $$, 'then people hear of it (HO-014)');
UPDATE asv.handover_build SET stage = 'failed', error = 'a letter', cause = 'plan', began_at = clock_timestamp();
SELECT results_eq($$ SELECT * FROM pg_temp.matters('handover_failed') UNION ALL SELECT * FROM pg_temp.matters('handover_unbuilt') $$,
    $$ VALUES ('01900000-0000-7000-8000-0000000000e4', '') $$, 'of what the job gave up they hear at once, and once (HO-014)');
UPDATE asv.handover_build SET stage = 'built', error = NULL, cause = NULL, began_at = clock_timestamp(), changed_at = clock_timestamp() - interval '13 days';
SELECT is_empty($$ SELECT * FROM pg_temp.matters('handover_unbuilt') UNION ALL SELECT * FROM pg_temp.matters('handover_unreceived') $$, 'what is built waits for its receipt');
UPDATE asv.handover_build SET changed_at = clock_timestamp() - interval '15 days';
SELECT results_eq($$ SELECT * FROM pg_temp.matters('handover_unreceived') $$, $$ VALUES ('01900000-0000-7000-8000-0000000000e4', '') $$, 'for two weeks (HO-014)');
SET LOCAL session_replication_role = origin;

SELECT * FROM finish();
ROLLBACK;
