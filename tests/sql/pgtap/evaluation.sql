-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The evaluation, over a history of three months and three units that lies there as it was drawn (A-120 to A-122, LAW L6).
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
SET LOCAL session_replication_role = replica; -- rows as they lie there, however they came to be

-- ---- what is told of what was counted: one figure of a month, a group of three is large enough

INSERT INTO asv.ledger_log (number, origin, size) VALUES (1, 'stadt.example/1', 10);
SELECT put('ledger_checkpoint', fields || jsonb_build_object('size', 10)) FROM template WHERE tbl = 'ledger_checkpoint';
CREATE TEMP TABLE cell (name text, unit text, count int, people int, told boolean);
INSERT INTO cell VALUES
    ('all are large', 'A', 4, 3, true), ('all are large', 'B', 0, 7, true), ('all are large', NULL, 4, 7, true),
    ('one is small: the smallest large one goes with it', 'A', 2, 2, false), ('one is small: the smallest large one goes with it', 'B', 5, 4, false),
    ('one is small: the smallest large one goes with it', 'C', 6, 9, true), ('one is small: the smallest large one goes with it', NULL, 13, 9, true),
    ('of two that are as large the first', 'A', 0, 1, false), ('of two that are as large the first', 'C', 5, 4, true),
    ('of two that are as large the first', 'B', 5, 4, false), ('of two that are as large the first', NULL, 10, 8, true),
    ('one alone is its total', 'A', 2, 2, false), ('one alone is its total', NULL, 2, 2, false),
    ('one alone is its total, whoever the total counts', 'A', 2, 2, false), ('one alone is its total, whoever the total counts', NULL, 2, 5, false),
    ('two small ones, of enough together', 'A', 2, 2, false), ('two small ones, of enough together', 'B', 1, 2, false),
    ('two small ones, of enough together', NULL, 3, 4, true),
    ('two small ones, of too few together', 'A', 2, 1, false), ('two small ones, of too few together', 'B', 1, 1, false),
    ('two small ones, of too few together', NULL, 3, 2, false),
    ('a small one that did nothing is small', 'A', 0, 2, false), ('a small one that did nothing is small', 'B', 5, 4, false),
    ('a small one that did nothing is small', NULL, 5, 4, true),
    ('of nobody, nothing', 'A', 0, 0, true), ('of nobody, nothing', 'B', 5, 4, true), ('of nobody, nothing', NULL, 5, 4, true),
    ('nobody hides nobody', 'A', 0, 0, true), ('nobody hides nobody', 'B', 5, 2, false), ('nobody hides nobody', NULL, 5, 4, false),
    ('of nobody that is known, something', 'A', 3, 0, false), ('of nobody that is known, something', 'B', 5, 4, false),
    ('of nobody that is known, something', NULL, 8, 4, true),
    ('of nobody in the office', NULL, 1, NULL, true);
INSERT INTO asv.evaluation_month (month, minimum, log, size)
SELECT date '2020-01-01' + make_interval(months => n::int), 3, 1, 10 FROM (SELECT dense_rank() OVER (ORDER BY name) AS n FROM cell) AS c GROUP BY n;
INSERT INTO asv.evaluation_count
SELECT date '2020-01-01' + make_interval(months => (dense_rank() OVER (ORDER BY name))::int), unit, 'recorded', count, people FROM cell;
SELECT results_eq($$
    SELECT c.name, c.unit, v.told FROM (SELECT *, date '2020-01-01' + make_interval(months => (dense_rank() OVER (ORDER BY name))::int) AS month FROM cell) AS c
    JOIN asv.evaluation_cell v ON v.month = c.month AND v.unit IS NOT DISTINCT FROM c.unit ORDER BY 1, 2
$$, 'SELECT name, unit, told FROM cell ORDER BY 1, 2', 'A-122: what is told');

-- Whatever the groups are: nothing of a small one is told, nor what is left of a total, unless it is of enough people.
SELECT setseed(0.5);
TRUNCATE asv.evaluation_count;
INSERT INTO asv.evaluation_month (month, minimum, log, size) SELECT date '2030-01-01' + make_interval(months => n), 3, 1, 10 FROM generate_series(1, 400) AS n;
INSERT INTO asv.evaluation_count
SELECT date '2030-01-01' + make_interval(months => n), u, 'recorded', (random() * 3)::int, (random() * 5)::int
FROM generate_series(1, 400) AS n, LATERAL unnest((ARRAY['A', 'B', 'C', 'D'])[:1 + n % 4]) AS u;
INSERT INTO asv.evaluation_count
SELECT month, NULL, 'recorded', sum(count), greatest(max(people), (sum(people) * random())::int) FROM asv.evaluation_count GROUP BY month;
SELECT is_empty($$
    SELECT * FROM asv.evaluation_cell v JOIN asv.evaluation_count n USING (month, figure)
    WHERE n.unit IS NOT DISTINCT FROM v.unit AND v.told AND n.people < 3 AND (n.people > 0 OR v.count > 0)
$$, 'A-122: nothing of a small group is told');
SELECT is_empty($$
    SELECT month FROM asv.evaluation_cell v JOIN asv.evaluation_count n USING (month, figure)
    WHERE n.unit IS NOT DISTINCT FROM v.unit
    GROUP BY month
    HAVING bool_or(v.told AND v.unit IS NULL) AND bool_or(NOT v.told)
       AND (count(*) FILTER (WHERE NOT v.told) < 2 OR max(n.people) < 3)
$$, 'A-122: what is left of a total is of two units at least, and of enough people');
SELECT ok(count(*) FILTER (WHERE told) > 400 AND count(*) FILTER (WHERE NOT told) > 400, 'and both are frequent') FROM asv.evaluation_cell;
TRUNCATE asv.evaluation_count, asv.evaluation_month;

-- ---- what is counted

SELECT put('agency', fields || '{"created_at": "2026-02-10"}') FROM template WHERE tbl = 'agency';
CREATE TEMP SEQUENCE many;
-- A camera is issued to a unit, and put back.
CREATE FUNCTION pg_temp.issue(cam text, unit text, at timestamptz, back interval DEFAULT '8 hours') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    n CONSTANT bigint := nextval('many');
BEGIN
    PERFORM tap.put('assignment', (SELECT fields FROM tap.template WHERE tbl = 'assignment') || jsonb_build_object('camera', tap.dig(cam), 'number', n,
        'digest', tap.dig('a' || n), 'object', tap.obj('a' || n), 'id', tap.uid('a' || n), 'unit', unit, 'issued_at', at, 'recorded_at', at, 'session', tap.dig('s' || n)));
    PERFORM tap.put('docking', (SELECT fields FROM tap.template WHERE tbl = 'docking') || jsonb_build_object('session', tap.dig('back ' || cam || at),
        'camera', tap.dig(cam), 'began_at', at + back, 'recorded_at', at + back, 'assignment', n));
    -- What the dock says then: it is issued no more.
    PERFORM tap.put('assignment', (SELECT fields FROM tap.template WHERE tbl = 'assignment') || jsonb_build_object('camera', tap.dig(cam),
        'number', nextval('many'), 'digest', tap.dig('b' || n), 'object', tap.obj('b' || n), 'id', NULL, 'unit', unit, 'issued_at', at + back + interval '1 minute',
        'recorded_at', at + back + interval '1 minute', 'session', tap.dig('back ' || cam || at)));
END
$$;
-- What it then brings of its log: kinds of devlog.h, with their values.
CREATE FUNCTION pg_temp.log(session text, steps text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_block bigint;
BEGIN
    PERFORM tap.put('device_log_block', (SELECT fields FROM tap.template WHERE tbl = 'device_log_block') || jsonb_build_object(
        'camera', d.camera, 'session', d.session, 'digest', tap.dig('log ' || log.session), 'object', tap.obj('log ' || log.session), 'recorded_at', d.recorded_at))
    FROM asv.docking d WHERE d.session = tap.dig('back ' || log.session);
    SELECT max(position) INTO v_block FROM asv.device_log_block;
    INSERT INTO asv.device_log_entry (block, number, kind, mono_ms, boot, value)
    SELECT v_block, n, split_part(s, ' ', 1)::int, 1, tap.uid('boot'), decode(split_part(s, ' ', 2), 'hex') FROM unnest(steps) WITH ORDINALITY AS x (s, n);
END
$$;
CREATE FUNCTION pg_temp.clip(name text, unit text, day date, VARIADIC happened text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    h text;
BEGIN
    PERFORM tap.put('clip', (SELECT fields FROM tap.template WHERE tbl = 'clip') || jsonb_build_object('recording', tap.uid(name), 'clip', tap.uid(name),
        'header', tap.dig(name), 'number', nextval('many'), 'unit', unit, 'event', nextval('many'), 'key_date', day, 'day', day,
        'due_at', (day + 15)::timestamp, 'earliest_at', day::timestamp, 'latest_at', day::timestamp));
    FOREACH h IN ARRAY happened LOOP
        PERFORM tap.put('clip_event', jsonb_build_object('recording', tap.uid(name), 'kind', split_part(h, ' ', 1), 'is_signed', false,
            'actor_kind', 'system', 'recorded_at', split_part(h, ' ', 2) || ' 12:00Z', 'id', tap.uid(name || h)));
    END LOOP;
END
$$;

-- February: A has four cameras out on one day, B two, C none. March: A four, B two. April: all three have four.
SELECT pg_temp.issue('a' || n, 'A', '2026-02-12 06:00Z'), pg_temp.issue('a' || n, 'A', '2026-03-12 06:00Z'), pg_temp.issue('a' || n, 'A', '2026-04-12 06:00Z'),
       pg_temp.issue('c' || n, 'C', '2026-04-12 06:00Z') FROM generate_series(1, 4) AS n;
SELECT pg_temp.issue('b' || n, 'B', d) FROM generate_series(1, 2) AS n, (VALUES (timestamptz '2026-02-13 06:00Z'), ('2026-03-13 06:00Z'), ('2026-03-14 06:00Z')) AS x (d);
SELECT pg_temp.issue('b' || n, 'B', '2026-04-13 06:00Z') FROM generate_series(1, 4) AS n;
-- Local time: in March, and out for more than a day.
SELECT pg_temp.issue('a1', 'A', '2026-02-28 23:30Z', '25 hours');
-- On and off; on, and after it began anew a recording; on while it runs; told and not told; a recording that goes on past midnight; on until it is docked.
SELECT pg_temp.log('a1' || timestamptz '2026-03-12 06:00Z', ARRAY['1', '9', '10', '9', '11 0100', '1', '6 0000000000000001', '9', '10', '7 000000000000000101', '10',
    '11 00027331', '6 0000000000000002', '7 000000000000000202', '6 0000000000000003', '7 000000000000000301', '9', '16']);
SELECT pg_temp.log('b1' || timestamptz '2026-03-13 06:00Z', ARRAY['9', '10']);
-- What does not go on where it ended says again what it said.
SELECT pg_temp.log('b2' || timestamptz '2026-03-13 06:00Z', ARRAY['9', '10']);
UPDATE asv.device_log_block SET continuity = 'broken' WHERE digest = dig('log b2' || timestamptz '2026-03-13 06:00Z');
SELECT pg_temp.clip('r1', 'A', '2026-02-12', 'announced 2026-02-12', 'committed 2026-02-12', 'erased 2026-02-27'),
       pg_temp.clip('r2', 'A', '2026-03-12', 'quarantined 2026-03-12', 'hold_approved 2026-03-14', 'opened 2026-03-15', 'opened 2026-03-16'),
       pg_temp.clip('r3', 'B', '2026-03-14', 'committed 2026-03-14', 'erased_unsigned 2026-04-02'),
       pg_temp.clip('r4', '', '2026-03-14', 'committed 2026-03-14');
CREATE FUNCTION pg_temp.plan() RETURNS bytea LANGUAGE sql AS $$ -- of r2 alone
    SELECT decode(repeat('00', 70), 'hex') || '\x01610100010120'::bytea || dig('key') || '\x016300010120'::bytea || dig('r2') || decode('02' || repeat('00', 10), 'hex')
$$;
ALTER TABLE asv.statement DISABLE TRIGGER handover; -- what is counted is what two people signed, whatever follows
SELECT put('handover_plan', jsonb_build_object('digest', sha256(pg_temp.plan()), 'bytes', pg_temp.plan()));
SELECT put('statement', (SELECT fields FROM template WHERE tbl = 'statement') || jsonb_build_object('digest', dig('hand ' || s), 'object', stmt('hand ' || s), 'action', 5, 'step', s,
    'subject_kind', 11, 'subject', sha256(pg_temp.plan()), 'subject_name', 'court', 'version', NULL, 'days', NULL, 'from_day', NULL, 'nonce', b16('hand ' || s), 'proposal', CASE s WHEN 2 THEN dig('hand 1') END))
FROM generate_series(1, 2) AS s;
SELECT put('statement_answer', (SELECT fields FROM template WHERE tbl = 'statement_answer') || jsonb_build_object('statement', dig('hand ' || s), 'at', '2026-03-20',
    'ruling', ruling(dig('hand ' || s), NULL, true))) FROM generate_series(1, 2) AS s;
SELECT put('credential', fields || jsonb_build_object('digest', dig(who), 'person', uid(who), 'key', dig(who), 'record', convert_to(who, 'UTF8'))) FROM template, unnest(ARRAY['rita', 'ruth']) AS who
WHERE tbl = 'credential';
SELECT put('access_log', fields || jsonb_build_object('id', uid('look ' || who), 'at', '2026-03-15 12:00Z', 'recording', uid('r2'), 'credential', dig(who), 'shown', dig('see ' || who)))
FROM template, unnest(ARRAY['rita', 'ruth']) AS who WHERE tbl = 'access_log';
-- Of two incidents of March the newest version counts, and where one of them is shown its unit; of May none does.
SELECT put('incident', fields || jsonb_build_object('id', uid(i), 'case_number', i, 'opened_at', at))
FROM template, (VALUES ('i1', '2026-03-20'), ('i2', '2026-03-21'), ('i3', '2026-03-22'), ('i4', '2026-05-03')) AS x (i, at) WHERE tbl = 'incident';
SELECT put('incident_version', fields || jsonb_build_object('incident', uid(i), 'number', n, 'assault', assault, 'statement', dig(i || n), 'from_at', '2026-03-14 12:00Z', 'until_at', NULL))
FROM template, (VALUES ('i1', 1, false), ('i1', 2, true), ('i2', 1, true), ('i3', 1, true), ('i3', 2, false), ('i4', 1, true)) AS x (i, n, assault) WHERE tbl = 'incident_version';
SELECT put('incident_clip', fields || jsonb_build_object('incident', uid('i1'), 'recording', uid('r2'))) FROM template WHERE tbl = 'incident_clip';
SELECT put('subject_request', fields || jsonb_build_object('at', '2026-03-03')) FROM template WHERE tbl = 'subject_request';

CREATE FUNCTION pg_temp.counted(month date) RETURNS TABLE (line text) LANGUAGE sql AS $$
    SELECT coalesce(nullif(c.unit, ''), CASE WHEN c.unit = '' THEN '-' ELSE '*' END) || ' ' || c.figure || ' ' || c.count || coalesce(' of ' || c.people, '')
    FROM asv.evaluation_count_of(month) c WHERE c.count > 0
$$;
SELECT bag_eq($$ SELECT * FROM pg_temp.counted('2026-02-01') $$, $$ VALUES
    ('A days_of_use 4 of 4'), ('B days_of_use 2 of 2'), ('* days_of_use 6 of 4'),
    ('A ingested 1 of 4'), ('* ingested 1 of 4'), ('A erased 1 of 4'), ('* erased 1 of 4')
$$, 'A-121: February');
SELECT bag_eq($$ SELECT * FROM pg_temp.counted('2026-03-01') $$, $$ VALUES
    ('A days_of_use 5 of 4'), ('B days_of_use 4 of 2'), ('* days_of_use 9 of 4'), ('A late_docks 1 of 4'), ('* late_docks 1 of 4'),
    ('A displayed 2 of 4'), ('B displayed 1 of 2'), ('* displayed 3 of 4'), ('A announced 1 of 4'), ('* announced 1 of 4'),
    ('A recorded 2 of 4'), ('* recorded 2 of 4'),
    ('A ingested 1 of 4'), ('B ingested 1 of 2'), ('- ingested 1 of 0'), ('* ingested 3 of 4'), ('A held 1 of 4'), ('* held 1 of 4'),
    ('A assaults 1 of 4'), ('- assaults 1 of 0'), ('* assaults 2 of 4'), ('A handed_over 1 of 4'), ('* handed_over 1 of 4'), ('A openings 2 of 2'), ('* openings 2 of 2'), ('* subject_requests 1')
$$, 'A-121: March, by what the database was told in it, local time');
SELECT bag_eq($$ SELECT * FROM pg_temp.counted('2026-04-01') $$, $$ VALUES
    ('A days_of_use 4 of 4'), ('B days_of_use 4 of 2'), ('C days_of_use 4 of 4'), ('* days_of_use 12 of 4'),
    ('B erased 1 of 2'), ('* erased 1 of 4')
$$, 'A-122: April; a group is as small as it was in the month before, as what is erased tells of that');
-- The same of C, which had nobody out before.
SELECT is((SELECT people::int FROM asv.evaluation_count_of('2026-04-01') WHERE unit = 'C' AND figure = 'erased'), 4, 'and nobody makes no small group');

-- ---- months are closed, and stay as they are

CREATE FUNCTION pg_temp.policy(number int, smallest int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    content CONSTANT bytea := convert_to(format('{"statistics_min_group": %s}', smallest), 'UTF8');
    name CONSTANT text := 'policy ' || number;
BEGIN
    PERFORM tap.put('policy_file', jsonb_build_object('digest', sha256(content), 'version', number, 'name', name, 'days', 14, 'content', content));
    PERFORM tap.put('statement', (SELECT fields FROM tap.template WHERE tbl = 'statement') || jsonb_build_object('digest', tap.dig(name), 'object', tap.stmt(name),
        'step', 2, 'proposal', tap.dig('p'), 'subject', sha256(content), 'nonce', tap.b16(name), 'version', number));
    PERFORM tap.put('statement_answer', (SELECT fields FROM tap.template WHERE tbl = 'statement_answer') || jsonb_build_object('statement', tap.dig(name),
        'ruling', tap.ruling(tap.dig(name), NULL, true)));
END
$$;
SELECT is(asv.evaluation_close(), 0::bigint, 'A-121: without a policy no month is counted');
SELECT pg_temp.policy(1, 3);
SET LOCAL session_replication_role = origin;
SELECT put('ledger_pending', fields || jsonb_build_object('recorded_at', '2026-03-31 21:59Z')) FROM template WHERE tbl = 'ledger_pending';
SELECT is(asv.evaluation_close(), 1::bigint, 'A-121: a month of which something waits for the ledger is not counted, and nor is what follows it');
SELECT is((SELECT array_agg(month::text) FROM asv.evaluation_month), ARRAY['2026-02-01'], 'but the one before');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.ledger_pending;
SELECT put('ledger_entry', fields || jsonb_build_object('index', 10, 'recorded_at', '2026-03-31 21:59Z')) FROM template WHERE tbl = 'ledger_entry';
SET LOCAL session_replication_role = origin;
SELECT is(asv.evaluation_close(), 0::bigint, 'A-121: nor one whose last entry no signed head has');
SET LOCAL session_replication_role = replica;
SELECT put('ledger_checkpoint', fields || jsonb_build_object('size', 11)) FROM template WHERE tbl = 'ledger_checkpoint';
SET LOCAL session_replication_role = origin;
SELECT ok(asv.evaluation_close() >= 2, 'then it is');
SELECT is(asv.evaluation_close(), 0::bigint, 'and once');
SELECT is((SELECT max(month) FROM asv.evaluation_month), (date_trunc('month', clock_timestamp() AT TIME ZONE 'Europe/Berlin') - interval '1 month')::date,
    'A-121: the last month that is counted is the last that is over');
SELECT bag_eq($$ SELECT unit::text, count::bigint, told FROM asv.evaluation_cell WHERE month = '2026-03-01' AND figure = 'days_of_use' $$,
    $$ VALUES ('A', 5::bigint, false), ('B', 4, false), ('', 0, true), (NULL, 9, true) $$, 'A-122: of B nothing is told, nor of A, as the rest is B''s');
SELECT is(asv.evaluation_json('2026-02-01', '2026-03-01', 'B'), '{"from":"2026-02","until":"2026-03","unit":"B","head":{"log":"stadt.example/1","size":11,"root":"'
    || encode(dig('root'), 'hex') || '"},"figures":["days_of_use","displayed","announced","recorded","ingested","held","erased","handed_over","assaults","late_docks","openings"],'
    || '"months":[{"month":"2026-02","minimum":3,"head":{"log":"stadt.example/1","size":10,"root":"' || encode(dig('root'), 'hex')
    || '"},"units":[{"unit":"B","counts":{"openings":0}}]},{"month":"2026-03","minimum":3,"head":{"log":"stadt.example/1","size":11,"root":"'
    || encode(dig('root'), 'hex') || E'"},"units":[{"unit":"B","counts":{"openings":0}}]}]}\n', 'A-120: what is told, as JSON');
SELECT is(split_part(asv.evaluation_csv('2026-03-01', '2026-03-01', NULL), E'\r\n', n), line, 'A-120: as CSV, line ' || n) FROM (VALUES
    (1, 'month,scope,unit,days_of_use,displayed,announced,recorded,ingested,held,erased,handed_over,assaults,late_docks,openings,subject_requests,minimum,log,size,root'),
    (2, '2026-03,total,"",9,3,1,2,3,1,0,1,2,1,,1,3,stadt.example/1,11,' || encode(dig('root'), 'hex')),
    (3, '2026-03,unit,"",0,0,0,0,,0,0,0,,0,0,,3,stadt.example/1,11,' || encode(dig('root'), 'hex')),
    (4, '2026-03,unit,"A",,,,,,,,,,,,,3,stadt.example/1,11,' || encode(dig('root'), 'hex')),
    (5, '2026-03,unit,"B",,,,,,,,,,,0,,3,stadt.example/1,11,' || encode(dig('root'), 'hex')), (6, '')) AS x (n, line);

CREATE TEMP TABLE before AS SELECT asv.evaluation_json('2026-02-01', '2026-04-01', u) AS json, asv.evaluation_csv('2026-02-01', '2026-04-01', u) AS csv, u
FROM unnest(ARRAY[NULL, 'A']) AS u;
-- The night erases and forgets; a camera comes in with its log of March; another policy counts.
SET LOCAL session_replication_role = replica;
DELETE FROM asv.access_log;
DELETE FROM asv.subject_request;
DELETE FROM asv.issue;
DELETE FROM asv.incident_version;
SELECT put('clip_event', jsonb_build_object('recording', uid('r4'), 'kind', 'erased', 'is_signed', false, 'actor_kind', 'system', 'id', uid('gone')));
SELECT pg_temp.log('b2' || timestamptz '2026-04-13 06:00Z', ARRAY['9', '10']);
UPDATE asv.device_log_block SET recorded_at = clock_timestamp() WHERE digest = dig('log b2' || timestamptz '2026-04-13 06:00Z');
SELECT pg_temp.policy(2, 5);
INSERT INTO asv.ledger_checkpoint (log, size, root, note) VALUES (1, 99, dig('x'), 'note');
SET LOCAL session_replication_role = origin;
SELECT asv.evaluation_close();
SELECT is_empty($$ SELECT FROM before b WHERE b.json <> asv.evaluation_json('2026-02-01', '2026-04-01', u) OR b.csv <> asv.evaluation_csv('2026-02-01', '2026-04-01', u) $$,
    'A-120: after all of that the same bytes');
SELECT throws_ok(c, 'VA005', NULL, 'A-120: not even the owner says ' || c)
FROM unnest(ARRAY['DELETE FROM asv.evaluation_month', 'DELETE FROM asv.evaluation_count', 'UPDATE asv.evaluation_count SET count = 0',
                  'UPDATE asv.evaluation_month SET minimum = 1']) AS c;

SELECT throws_ok($$ SELECT asv.evaluation('2026-03-01', '2026-03-01', NULL, 'json') $$, 'VA007', NULL, 'A-123: not told to who is nobody');

SELECT * FROM finish();
ROLLBACK;
