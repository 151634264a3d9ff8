-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Retention: intents, erasure records, balances. LAW T1: what is not due is not begun. LAW T3, LAW T4: what is asked for or held is
-- not begun either. LAW T6: the record and the tombstone that stay.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
SELECT tap.put('certificate', fields) FROM template WHERE tbl = 'certificate';
SELECT tap.put('camera', fields) FROM template WHERE tbl = 'camera';
SELECT tap.put('docking', fields) FROM template WHERE tbl = 'docking';
GRANT SELECT ON tap.template TO PUBLIC;

CREATE FUNCTION pg_temp.commit(number bigint, header text, changes jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    fields jsonb := (SELECT t.fields FROM tap.template t WHERE t.tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(header), 'clip', tap.uid(header)) || changes;
BEGIN
    RETURN asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, fields), tap.obj('commit ' || header),
        convert_to('link', 'UTF8'), NULL, NULL, NULL, NULL, NULL);
END
$$;
CREATE FUNCTION pg_temp.rec(h text) RETURNS uuid LANGUAGE sql AS $$ SELECT id FROM asv.recording WHERE header = tap.dig(h) $$;
CREATE FUNCTION pg_temp.state(h text) RETURNS text LANGUAGE sql AS $$
    SELECT state FROM asv.recording_state WHERE recording = pg_temp.rec(h)
$$;
CREATE FUNCTION pg_temp.page(state text, due_before timestamptz) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM asv.retention_page(state, due_before, NULL, 500)
$$;
CREATE FUNCTION pg_temp.balance(d date) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s+%s=%s+%s+%s+%s+%s+%s', ingested, expired, running, pending, held, quarantined, erasing, erased)
    FROM asv.balance_of(d)
$$;
CREATE FUNCTION pg_temp.begin(h text, rule text DEFAULT 'period') RETURNS bigint LANGUAGE sql AS $$
    SELECT asv.erasure_begin((SELECT max(id::text)::uuid FROM asv.retention_run), ARRAY[pg_temp.rec(h)], ARRAY[rule])
$$;
CREATE FUNCTION pg_temp.complete(h text, object bytea, detail text DEFAULT NULL, reason bigint DEFAULT 1) RETURNS bigint LANGUAGE sql AS $$
    SELECT asv.erasure_complete((SELECT max(id::text)::uuid FROM asv.retention_run), ARRAY[pg_temp.rec(h)],
                                ARRAY[tap.dig('keeper')], ARRAY[object], ARRAY[1770000000000], ARRAY[reason], ARRAY[detail])
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO PUBLIC;

-- ---- recordings of one day that is over, one whose day is not, one without a day

SELECT is(pg_temp.commit(1, 'due'), 'done', 'a recording that is due');
SELECT is(pg_temp.commit(2, 'signed'), 'done', 'another');
SELECT is(pg_temp.commit(3, 'bad', '{"kind": 2, "reason": "invalid", "integrity": 5}'), 'done', 'one in quarantine');
SELECT is(pg_temp.commit(4, 'runs', jsonb_build_object('day', current_date, 'due_at', current_date + 15, 'key_date', current_date,
    'earliest_at', now(), 'latest_at', now())), 'done', 'one whose period runs');
SELECT is(pg_temp.commit(5, 'dayless', '{"day": null, "due_at": null, "key_kind": 2, "key_date": null}'), 'done', 'one of no day');
SELECT is(pg_temp.commit(6, 'late', '{"kind": 3, "replicas": 0, "committed_at": "2026-02-01 06:05Z"}'), 'done', 'one that came too late');
SELECT is(pg_temp.commit(7, 'kept'), 'done', 'one that somebody asked for');

SELECT isnt(asv.retention_begin('test'), NULL, 'a run begins');
SELECT is(pg_temp.page('sealed', now()), 4::bigint, 'a page has what is due, and what has no day');
SELECT is(pg_temp.page('sealed', NULL), 5::bigint, 'or everything');
SELECT is((SELECT count(*) FROM asv.retention_page('sealed', NULL, pg_temp.rec('due'), 2)), 2::bigint, 'in pages, behind a recording');
SELECT is(pg_temp.balance('2026-01-05'), '4+1=3+0+0+1+0+1', 'the day''s balance is even before');
SELECT is(pg_temp.balance(NULL), '1+0=1+0+0+0+0+0', 'and that of what has no day');
SELECT is((SELECT overdue FROM asv.balance_of('2026-01-05')), 4::bigint, 'and says what is due for more than a day, and still there');
SELECT is((SELECT sum(overdue) FROM asv.balance_page('2026-01-05', 10)), 0::numeric, 'nothing of what runs');
SELECT is((SELECT array_agg(recording) FROM asv.erasure_left(ARRAY[pg_temp.rec('runs'), pg_temp.rec('signed'), pg_temp.rec('due')])),
    ARRAY[pg_temp.rec('signed'), pg_temp.rec('due')], 'which are those whose erasure should have begun');

-- ---- LAW T1, T3: what is not due, or asked for, is not begun

SELECT is(pg_temp.begin('runs'), 0::bigint, 'what is not due is not begun, whatever a program says');
SELECT is(pg_temp.begin('dayless'), 0::bigint, 'nor what has no day, as if it had one');
SELECT is(pg_temp.begin('dayless', 'no_day'), 1::bigint, 'but because its key is gone');
SET LOCAL session_replication_role = replica; -- a request needs people and their statements
UPDATE asv.recording_state SET state = 'pending' WHERE recording = pg_temp.rec('kept');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.begin('kept'), 0::bigint, 'since the page was read somebody asked for it: it stays');
SELECT is(pg_temp.begin('late'), 0::bigint, 'what was never stored is not begun');
SELECT is(pg_temp.balance('2026-01-05'), '4+1=2+1+0+1+0+1', 'the balance has it as pending');
SELECT throws_ok($$ SELECT pg_temp.begin('due', 'because') $$, '23514', NULL, 'there is no such rule');

SET LOCAL session_replication_role = replica; -- two people's statements are the keeper's to check
INSERT INTO asv.request (proposal, action, camera, from_at, until_at, incident, ground, superior, requested_at, expires_at, outcome,
                         answer, ended_at)
VALUES (dig('ahead'), 6, dig('cam'), '2026-01-05 04:00Z', '2026-01-05 06:00Z', uid('incident'), 1, true, '2026-01-05', '2026-01-08',
        'approved', dig('answer'), '2026-01-05');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.begin('due'), 0::bigint, 'nor is what two people decided to hold before it docked, and the keeper has not been told');
SET LOCAL session_replication_role = replica;
UPDATE asv.request SET from_at = '2026-01-05 05:00:30Z';
SAVEPOINT ahead;
SELECT is(pg_temp.begin('due'), 1::bigint, 'but what began before that, by the camera''s clock, is');
ROLLBACK TO SAVEPOINT ahead;
UPDATE asv.request SET from_at = '2026-01-05 04:00Z';
UPDATE asv.recording_state SET state = 'released' WHERE recording = pg_temp.rec('due');
SELECT is(pg_temp.begin('due'), 1::bigint, 'and what two people released since');
ROLLBACK TO SAVEPOINT ahead;
DELETE FROM asv.request;
SET LOCAL session_replication_role = origin;

-- ---- a batch, told to the ledger at once

SAVEPOINT batch;
SELECT is(asv.erasure_begin((SELECT max(id::text)::uuid FROM asv.retention_run), ARRAY[pg_temp.rec('signed'), pg_temp.rec('due')],
    ARRAY['period', 'period']), 2::bigint, 'two erasures begin in one statement');
SELECT is((SELECT array_agg(p.id ORDER BY p.position) FROM asv.ledger_pending p WHERE p.kind = 60),
    (SELECT array_agg(e.id ORDER BY e.position) FROM asv.clip_event e WHERE e.kind = 'erasing'), 'the ledger tells of each, in their order');
ROLLBACK TO SAVEPOINT batch;

-- ---- intent, completion, each once

SELECT is(pg_temp.begin('due'), 1::bigint, 'an erasure begins');
SELECT is(pg_temp.begin('due'), 0::bigint, 'once');
SELECT is(pg_temp.state('due'), 'erasing', 'it is being erased');
SELECT is((SELECT rule || ' ' || (due_at = '2026-01-19 23:00Z') FROM asv.erasure_intent WHERE recording = pg_temp.rec('due')),
    'period true', 'by which rule, and when it was due');
SELECT is(pg_temp.balance('2026-01-05'), '4+1=1+1+0+1+1+1', 'the balance has it as erasing');
SELECT is(pg_temp.complete('signed', obj('order s')), 0::bigint, 'what was not begun is not completed');
SELECT is(pg_temp.complete('due', NULL, 'the keeper signed nothing: a test'), 1::bigint, 'it is erased');
SELECT is(pg_temp.complete('due', obj('order d')), 0::bigint, 'once');
SELECT is(pg_temp.state('due'), 'erased', 'and stays so');
SELECT is((SELECT kind || ' ' || detail FROM asv.clip_event WHERE recording = pg_temp.rec('due') ORDER BY position DESC LIMIT 1),
    'erased_unsigned the keeper signed nothing: a test', 'why nobody signed it is said');

SELECT is(pg_temp.begin('signed') + pg_temp.begin('bad'), 2::bigint, 'a stored and a quarantined one');
SELECT is(pg_temp.complete('signed', obj('order s')), 1::bigint, 'with the keeper''s statement');
SELECT is((SELECT kind || ' ' || actor_kind || ' ' || (actor = dig('keeper')) || ' ' || (object = obj('order s'))
           FROM asv.clip_event WHERE recording = pg_temp.rec('signed') ORDER BY position DESC LIMIT 1),
    'erased keeper true true', 'which is the event''s object');
SELECT is((SELECT count(*) FROM asv.destruction WHERE recording = pg_temp.rec('signed') AND digest = dig('order s')), 1::bigint,
    'and known as what a camera may erase for');
SELECT is((SELECT count(*) FROM asv.tombstone_overview t
           WHERE t.header = dig('signed') AND t.rule = 'period' AND t.root = dig('root') AND t.seal_digest = dig('seal')
             AND t.statement = obj('order s') AND t.erased_at IS NOT NULL AND t.due_at = '2026-01-19 23:00Z'), 1::bigint,
    'T6: id, digests, times, rule and proof stay');
SELECT is(asv.destruction_ordered(dig('keeper'), dig('cam'), uid('epoch'), 3, dig('bad'), 1::smallint, '2026-02-01', obj('order b')),
    'done', 'a camera was given the keeper''s order before');
SELECT is(pg_temp.complete('bad', obj('order b')), 1::bigint, 'the same statement is no second event');
SELECT is((SELECT c.destruction::bytea FROM asv.erasure_completion c WHERE recording = pg_temp.rec('bad')), dig('order b'),
    'but the record names it');
SELECT is(pg_temp.balance('2026-01-05'), '4+1=0+1+0+0+0+4', 'the balance has them as erased');
SELECT is(pg_temp.page('erasing', NULL), 1::bigint, 'what remains to be done is a page, too');
SELECT is(pg_temp.commit(15, 'before', '{"day": "2026-01-06"}') || pg_temp.commit(16, 'since', '{"day": "2026-01-06"}'), 'donedone', 'two more');
SELECT is(pg_temp.begin('before') + pg_temp.begin('since'), 2::bigint, 'whose erasure begins');
SELECT is(asv.erasure_complete((SELECT max(id::text)::uuid FROM asv.retention_run), ARRAY[pg_temp.rec('before'), pg_temp.rec('since')],
    ARRAY[dig('keeper'), dig('new keeper')], ARRAY[obj('order before'), obj('order since')], ARRAY[1770000000000, 1770000000000],
    ARRAY[1, 1], ARRAY[NULL, NULL]), 2::bigint, 'one was ordered before the keeper had another certificate');
SELECT is((SELECT array_agg(encode(d.keeper, 'hex') || encode(e.actor, 'hex') ORDER BY d.event)
           FROM asv.destruction d JOIN asv.clip_event e ON e.position = d.event
           WHERE d.recording IN (pg_temp.rec('before'), pg_temp.rec('since'))),
    ARRAY[repeat(encode(dig('keeper'), 'hex'), 2), repeat(encode(dig('new keeper'), 'hex'), 2)], 'each record names who signed it');
-- LG-121: the database has lost that two people decided so, and the keeper's statement says it.
SELECT is(pg_temp.commit(17, 'forgotten', '{"day": "2026-01-06"}'), 'done', 'one that was erased early');
SELECT is(pg_temp.begin('forgotten') + pg_temp.complete('forgotten', obj('order f'), NULL, 2), 2::bigint, 'whose period is over when it is completed');
SELECT is((SELECT i.rule || ' ' || d.rule || ' ' || (position(asv.ledger_text(10, 'early') IN t.facts) > 0) FROM asv.erasure_completion d
           JOIN asv.erasure_intent i USING (recording) JOIN asv.clip_event e ON e.position = d.event, asv.ledger_told(e) t
           WHERE d.recording = pg_temp.rec('forgotten')), 'period early true', 'record and ledger have the rule of the statement');

-- LG-130: of something else than was taken in.
SELECT is_empty($$ SELECT * FROM asv.ledger_unsigned(100) WHERE what ~ '^erasure' $$, 'each record is of what was taken in');
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE records AS SELECT * FROM asv.erasure_completion WHERE recording = pg_temp.rec('forgotten');
UPDATE asv.erasure_completion SET root = dig('other') WHERE recording = pg_temp.rec('forgotten');
SELECT results_eq($$ SELECT what FROM asv.ledger_unsigned(100) WHERE what ~ '^erasure' $$, $$ VALUES ('erasure record of recording ' || pg_temp.rec('forgotten')) $$,
                  'another one is named');
UPDATE asv.erasure_completion d SET root = k.root FROM records k WHERE k.recording = d.recording;
UPDATE asv.erasure_completion SET leaves = leaves + 1 WHERE recording = pg_temp.rec('forgotten');
SELECT is((SELECT count(*) FROM asv.ledger_unsigned(100) WHERE what ~ '^erasure'), 1::bigint, 'whatever it is');
UPDATE asv.erasure_completion d SET leaves = k.leaves FROM records k WHERE k.recording = d.recording;
SET LOCAL session_replication_role = origin;

-- ---- early: two people decided, and moved it

SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erasing' WHERE recording = pg_temp.rec('runs');
SET LOCAL session_replication_role = origin;
SELECT is((SELECT array_agg(recording) FROM asv.erasure_claims(NULL, 10)), ARRAY[pg_temp.rec('runs')], 'what people decided to erase is looked at');
SELECT is(asv.erasure_undo(ARRAY[pg_temp.rec('runs'), pg_temp.rec('signed')]), 1::bigint, 'K-188: what the keeper has not erased is undone');
SELECT is((SELECT s.state || ' ' || e.kind FROM asv.recording_state s JOIN asv.clip_event e ON e.position = s.event
           WHERE s.recording = pg_temp.rec('runs')), 'sealed erasure_lapsed', 'it is where it was');
SELECT is(asv.erasure_adopt(ARRAY[pg_temp.rec('runs')]), 0::bigint, 'and nothing to be erased');
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erasing' WHERE recording = pg_temp.rec('runs');
SET LOCAL session_replication_role = origin;
SELECT is(asv.erasure_adopt(ARRAY[pg_temp.rec('runs')]), 1::bigint, 'what it has erased is taken over');
SELECT is(asv.erasure_adopt(ARRAY[pg_temp.rec('runs')]), 0::bigint, 'once');
SELECT is(asv.erasure_undo(ARRAY[pg_temp.rec('runs')]), 0::bigint, 'and not undone');
SELECT is((SELECT count(*) FROM asv.erasure_claims(NULL, 10)), 0::bigint, 'nor looked at again');
SELECT is((SELECT early FROM asv.retention_page('erasing', NULL, NULL, 10) WHERE header = dig('runs')), true, 'as an early one');

-- ---- LAW T1: keys that have another end than their recordings

CREATE FUNCTION pg_temp.day_of(number bigint, header text, changes jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.commit(number, header, jsonb_build_object('day', current_date + 1, 'due_at', current_date + 16, 'earliest_at', now(),
                                                             'latest_at', now(), 'key_date', current_date + 1) || changes)
$$;
SELECT is(pg_temp.day_of(8, 'as its key', '{}'), 'done', 'a recording of its key''s day');
SELECT is(pg_temp.day_of(9, 'other day', jsonb_build_object('key_date', current_date)), 'done', 'one of another');
SELECT is(pg_temp.day_of(10, 'reserve', '{"key_kind": 2, "key_date": null}'), 'done', 'one of a known day under a reserve key');
SELECT is(pg_temp.commit(11, 'too late', '{"day": "2026-01-06"}'), 'done', 'one that was due');
SELECT is(pg_temp.commit(12, 'held', '{"day": "2026-01-06"}'), 'done', 'one that is held');
CREATE FUNCTION pg_temp.rewrap() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(k.name, ', ' ORDER BY k.name)
    FROM asv.rewrap_page(NULL, 500) p JOIN unnest(ARRAY['as its key', 'other day', 'reserve', 'too late', 'held', 'dayless', 'kept']) k (name)
      ON p.header = tap.dig(k.name)
$$;
SELECT is(pg_temp.rewrap(), 'held, other day, reserve, too late', 'the keeper is to give each a key of its own, and ends what was due by its own day');
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'held' WHERE recording = pg_temp.rec('held');
UPDATE asv.recording_state SET state = 'pending' WHERE recording = pg_temp.rec('other day');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.rewrap(), 'held, other day, reserve, too late', 'and is told the day of what people keep, be it past');

-- ---- days of early erasures: under their keys nothing must live that has none of its own

CREATE FUNCTION pg_temp.early_days(at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(k.name, ', ' ORDER BY k.name)
    FROM asv.early_day_page(at, NULL, 500) p JOIN unnest(ARRAY['as its key', 'other day', 'early', 'early too']) k (name) ON p.header = tap.dig(k.name)
$$;
SELECT is(pg_temp.day_of(13, 'early', '{}'), 'done', 'one that two people erase early');
SELECT is(pg_temp.day_of(14, 'early too', '{}'), 'done', 'and another of that camera''s day');
SELECT is(pg_temp.early_days(now()), NULL, 'nothing was erased early yet');
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erasing' WHERE recording IN (pg_temp.rec('early'), pg_temp.rec('early too'));
SET LOCAL session_replication_role = origin;
SELECT is(asv.erasure_adopt(ARRAY[pg_temp.rec('early'), pg_temp.rec('early too')]), 2::bigint, 'the job takes them over');
SELECT is(pg_temp.early_days(now()), 'early', 'their day is one');
SELECT is(pg_temp.early_days(now() + interval '20 days'), 'early', 'as long as they are not complete');

-- D-009: whether a docking that begins so long after the end of the day of their key is told that keys wait for what its camera signs.
CREATE FUNCTION pg_temp.wanted(name text, after interval) RETURNS boolean LANGUAGE sql AS $$
    SELECT d.word_wanted
    FROM asv.clip c, asv.docking_begin(tap.dig(name), tap.dig('dock'), 7, '1-2.7', c.camera,
        (c.key_date + 1)::timestamp AT TIME ZONE 'Europe/Berlin' + after, -12, 2, NULL, 5, tap.uid('boot'), 1::smallint, NULL,
        1::smallint, tap.uid('epoch'), 99, 1, 0, 100, 50, 80::smallint, 0, '1.0', tap.dig('fw'), 0, 0, 0, 0, 0, NULL) AS d
    WHERE c.recording = pg_temp.rec('early')
$$;
SAVEPOINT word;
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'sealed' WHERE state = 'erasing' AND recording <> pg_temp.rec('early');
SELECT is(pg_temp.wanted('w1', '0'), true, 'from the end of that day on its camera is to sign that nothing of it is left');
SELECT is(pg_temp.wanted('w2', '-1 second'), false, 'and not before');
UPDATE asv.erasure_intent SET rule = 'period', run = (SELECT max(id::text)::uuid FROM asv.retention_run) WHERE recording = pg_temp.rec('early');
SELECT is(pg_temp.wanted('w3', '1 day'), false, 'not for what is erased because it is due');
DELETE FROM asv.erasure_intent WHERE recording = pg_temp.rec('early');
SELECT tap.put('request', fields || jsonb_build_object('action', 3, 'incident', NULL, 'recording', pg_temp.rec('early'), 'ground', 0)) FROM template WHERE tbl = 'request';
SELECT is(pg_temp.wanted('w6', '1 day'), false, 'nor for what somebody asks to erase');
UPDATE asv.request SET outcome = 'approved', answer = dig('answer'), ended_at = requested_at WHERE recording = pg_temp.rec('early') AND action = 3;
SELECT is(pg_temp.wanted('w4', '1 day'), true, 'but also before the job has taken it over');
-- Of a camera of which many are due, whichever way the planner goes.
INSERT INTO asv.recording_state (recording, state, event) SELECT asv.uuid7(), 'erasing', -n FROM generate_series(1, 2000) AS n;
INSERT INTO asv.erasure_intent (recording, run, rule, event)
SELECT s.recording, (SELECT max(id::text)::uuid FROM asv.retention_run), 'period', s.event FROM asv.recording_state s WHERE s.event < 0;
SELECT count(tap.put('clip', t.fields || jsonb_build_object('recording', s.recording, 'clip', s.recording, 'header', dig('busy ' || s.event), 'camera', dig('busy'), 'number', -s.event,
                                                             'link_digest', dig('link ' || s.event), 'event', s.event)))
FROM template t, asv.recording_state s WHERE t.tbl = 'clip' AND s.event < 0;
SELECT asv.word_wanted(dig('busy'), now());
SELECT cmp_ok(tap.touched($$ SELECT asv.word_wanted(tap.dig('busy'), now()) $$), '<', 100::bigint, 'D-013: and it costs no more when 2,000 others of that camera are being erased');
UPDATE asv.recording_state SET state = 'erased' WHERE recording = pg_temp.rec('early');
SELECT is(pg_temp.wanted('w5', '1 day'), false, 'and no more when that key is gone');
ROLLBACK TO SAVEPOINT word;
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erased' WHERE recording IN (pg_temp.rec('early'), pg_temp.rec('early too'));
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.early_days(now()), 'early', 'and then while the day''s period runs');
SELECT is(pg_temp.early_days(now() + interval '20 days'), NULL, 'but no longer');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.erasure_intent WHERE recording IN (pg_temp.rec('early'), pg_temp.rec('early too'));
UPDATE asv.recording_state SET state = 'sealed' WHERE recording IN (pg_temp.rec('early'), pg_temp.rec('early too'));
SET LOCAL session_replication_role = origin;

-- ---- numbers of which there is no recording: what may lie somewhere under a key that is to go (K-255)

SAVEPOINT numbers;
SET LOCAL session_replication_role = replica;
INSERT INTO asv.recording (camera, epoch, number, header, session, number_back, marked, chunks, seal_bytes, tail_bytes, started_at)
SELECT dig('gaps'), uid('gaps'), n, dig('gap ' || n), dig('no clock'), false, false, 0, 0, 0, ('2026-01-0' || d || ' 12:00Z')::timestamptz
FROM (VALUES (1, 4), (2, 5), (4, 5), (6, 6)) AS r (n, d);
CREATE FUNCTION pg_temp.missing() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(asv.numbers_missing(tap.dig('gaps'), day, day + interval '1 day')::text, ' ' ORDER BY day)
    FROM generate_series('2026-01-04 00:00Z'::timestamptz, '2026-01-07 00:00Z', interval '1 day') AS day
$$;
CREATE FUNCTION pg_temp.come(p_state text DEFAULT 'sealed') RETURNS void LANGUAGE sql AS $$
    INSERT INTO asv.recording_state (recording, state, event) SELECT r.id, p_state, 0 FROM asv.recording r WHERE r.camera = tap.dig('gaps')
    ON CONFLICT (recording) DO UPDATE SET state = excluded.state
$$;
SELECT pg_temp.come();
SELECT is(pg_temp.missing(), '0 2 1 0', 'between two of a day, and between two days, as one may be of either');
SELECT is(asv.numbers_missing(dig('another'), '-infinity', 'infinity'), 0::bigint, 'of a camera that gave none there are none');
INSERT INTO asv.docking (session, dock, slot, port, camera, began_at, epoch, last_number)
VALUES (dig('gaps'), dig('dock'), 7, '1-2.7', dig('gaps'), '2026-01-07 12:00Z', uid('gaps'), 8);
SELECT is(pg_temp.missing(), '0 2 3 2', 'what it gave last, and brought nowhere, too');
INSERT INTO asv.recording (camera, epoch, number, header, session, number_back, marked, chunks, seal_bytes, tail_bytes, started_at)
SELECT dig('gaps'), uid('gaps'), n, dig('gap ' || n), dig('no clock'), false, false, 0, 0, 0, '2026-01-06 13:00Z' FROM unnest(ARRAY[3, 5, 7, 8]) AS n;
SELECT pg_temp.come('announced');
SELECT is(pg_temp.missing(), '8 8 8 8', 'K-257: not what is only announced');
SELECT pg_temp.come('transferring');
SELECT is(pg_temp.missing(), '8 8 8 8', 'nor what is on its way');
SELECT pg_temp.come();
SELECT is(pg_temp.missing(), '0 0 0 0', 'and none when each has come');
DELETE FROM asv.recording WHERE camera = dig('gaps') AND number = 5;
UPDATE asv.recording SET started_at = NULL WHERE camera = dig('gaps') AND number = 4;
SELECT is(pg_temp.missing(), '1 1 1 1', 'of any day when a clock had no time');
UPDATE asv.docking SET last_number = 9223372036854775807 WHERE session = dig('gaps');
SELECT is(asv.numbers_missing(dig('gaps'), '-infinity', 'infinity'), 1000000::bigint, 'whatever a docking says');
DELETE FROM asv.recording WHERE camera = dig('gaps');
UPDATE asv.docking SET last_number = 5 WHERE session = dig('gaps');
INSERT INTO asv.recording (camera, epoch, number, header, session, number_back, marked, chunks, seal_bytes, tail_bytes, started_at)
SELECT dig('gaps'), uid('gaps'), n, dig('gap ' || n), dig('no clock'), false, false, 0, 0, 0, ('2026-01-0' || d || ' 12:00Z')::timestamptz
FROM (VALUES (1, 4), (2, 4), (3, 4), (4, 4), (5, 4), (8, 6)) AS r (n, d);
SELECT pg_temp.come();
SELECT is(pg_temp.missing(), '2 2 2 0', 'K-258: behind the last one that a docking told of');
-- A clock that is ahead, and set at the docking of the 5th.
DELETE FROM asv.recording WHERE camera = dig('gaps') AND number < 8;
UPDATE asv.recording SET number = 3, started_at = '2026-01-06 12:00Z', session = dig('set') WHERE camera = dig('gaps');
UPDATE asv.docking SET last_number = 3, began_at = '2026-01-05 06:00Z', camera_wall_at = '2026-01-08 06:00Z' WHERE session = dig('gaps');
INSERT INTO asv.recording (camera, epoch, number, header, session, number_back, marked, chunks, seal_bytes, tail_bytes, started_at)
VALUES (dig('gaps'), uid('gaps'), 1, dig('gap 1'), dig('gaps'), false, false, 0, 0, 0, '2026-01-07 12:00Z');
SELECT pg_temp.come();
SELECT is(pg_temp.missing() || ' ' || asv.numbers_missing(dig('gaps'), '2026-01-08 00:00Z', '2026-01-09 00:00Z'), '0 1 1 1 1',
          'K-263: by a clock that was set between them');
UPDATE asv.recording SET session = dig('set') WHERE camera = dig('gaps');
SELECT is(pg_temp.missing() || ' ' || asv.numbers_missing(dig('gaps'), '2026-01-08 00:00Z', '2026-01-09 00:00Z'), '1 1 1 1 1',
          'or that went back, nobody knows when');
ROLLBACK TO SAVEPOINT numbers;

-- ---- what of a camera is in custody, for whoever takes the camera out of use

SAVEPOINT unheld;
CREATE FUNCTION pg_temp.unheld() RETURNS text LANGUAGE sql AS $$
    SELECT format('%s unheld until %s, %s held', u.unheld, (u.last_due_at - interval '1 hour')::date, u.held)
    FROM asv.camera_unheld((SELECT r.camera FROM asv.recording r WHERE r.id = pg_temp.rec('early'))) AS u
$$;
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erased';
SELECT is(pg_temp.unheld(), '0 unheld until , 0 held', 'nothing');
UPDATE asv.recording_state SET state = CASE recording
    WHEN pg_temp.rec('early') THEN 'sealed' WHEN pg_temp.rec('early too') THEN 'released' WHEN pg_temp.rec('as its key') THEN 'pending'
    WHEN pg_temp.rec('reserve') THEN 'quarantined' WHEN pg_temp.rec('other day') THEN 'held' ELSE state END;
UPDATE asv.clip SET due_at = due_at + interval '9 days' WHERE recording IN (pg_temp.rec('reserve'), pg_temp.rec('other day'));
SELECT is(pg_temp.unheld(), format('3 unheld until %s, 1 held', current_date + 15), 'what can be held still, and how long; what is held');
ROLLBACK TO SAVEPOINT unheld;

-- ---- the balance is not even when a row says what no record says

SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'erased' WHERE recording = pg_temp.rec('kept');
SELECT is(pg_temp.balance('2026-01-05'), '4+1=0+0+0+0+0+4', 'one that is erased without a record is in no place');
UPDATE asv.recording_state SET state = 'pending' WHERE recording = pg_temp.rec('kept');
SET LOCAL session_replication_role = origin;
SELECT is((SELECT array_agg(day::text || ' ' || erased) FROM asv.balance_page(NULL, 10)),
    ARRAY['2026-01-05 4', '2026-01-06 3', current_date || ' 0', current_date + 1 || ' 0'], 'day by day');
SELECT is((SELECT count(*) FROM asv.balance_page('2026-01-05', 10)), 3::bigint, 'behind a day');
SELECT is((SELECT count(*) FROM asv.balance_page(NULL, 1)), 1::bigint, 'so many');
SELECT is(asv.balance_put((SELECT id FROM asv.retention_run), '2026-01-05', 4, 1, 0, 1, 0, 0, 0, 4), 'done', 'a balance is kept');
SELECT is(asv.balance_put((SELECT id FROM asv.retention_run), '2026-01-05', 4, 1, 0, 1, 0, 0, 0, 4), 'already',
    'and not again while it is the same');
SELECT is(asv.balance_put((SELECT id FROM asv.retention_run), NULL, 1, 0, 0, 0, 0, 0, 1, 0), 'done', 'also of no day');

-- ---- what lies in the vault, and what is out

SELECT is((SELECT string_agg(index || ' ' || state, ',' ORDER BY index)
           FROM asv.vault_known(1::smallint, ARRAY[uid('nobody'), uid('due'), uid('runs'), uid('bad')])), '2 erased,3 erasing',
    'of what lies in the vault it is known what it is; of another kind, or nobody''s, nothing');
SELECT tap.put('assignment', fields) FROM template WHERE tbl = 'assignment';
SELECT is((SELECT name || ' ' || issued || ' ' || remaining || ' ' || days || ' ' || area FROM asv.undocked(now(), NULL, 10)), 'Kamera 07 true 0 0 mitte',
    'a camera that was issued and not docked since is out');
SELECT is((SELECT count(*) FROM asv.undocked('2026-01-05 05:00Z', NULL, 10)), 0::bigint, 'one that was docked today is not');
SELECT tap.put('docking_end', fields) FROM template WHERE tbl = 'docking_end';
SELECT is(asv.emptied_since(dig('cam'), '2026-01-05 05:00Z'), true, 'a docking left nothing on it');
SELECT is(asv.emptied_since(dig('cam'), '2026-01-05 07:00Z'), false, 'but not since then');

SELECT is(asv.retention_end((SELECT id FROM asv.retention_run), 0::smallint, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, NULL), 'done',
    'the run ends');
SELECT is(asv.retention_end((SELECT id FROM asv.retention_run), 0::smallint, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, NULL), 'already', 'once');

SELECT * FROM finish();
ROLLBACK;
