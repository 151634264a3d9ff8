-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the ledger is told of, and how it grows: in order, by one sequencer at a time, and never back.
BEGIN;
SET search_path = tap, pg_catalog;
SELECT no_plan();
SELECT tap.fill();

-- ---- everything that happens is told

-- The fields of a list, and an error where tags do not ascend or lengths do not fit: what the sequencer would refuse.
CREATE FUNCTION pg_temp.fields(list bytea) RETURNS TABLE (tag int, value bytea) LANGUAGE plpgsql AS $$
DECLARE
    at int := 1;
    before int := 0;
    len int;
BEGIN
    WHILE at <= octet_length(list) LOOP
        tag := get_byte(list, at - 1);
        len := get_byte(list, at) * 256 + get_byte(list, at + 1);
        value := substring(list FROM at + 3 FOR len);
        IF tag <= before OR octet_length(value) <> len OR len = 0 THEN
            RAISE EXCEPTION 'tag % after %, % of % bytes', tag, before, octet_length(value), len;
        END IF;
        before := tag;
        at := at + 3 + len;
        RETURN NEXT;
    END LOOP;
END
$$;
CREATE VIEW pg_temp.told AS
    SELECT p.kind, p.facts, coalesce(p.closed::bytea, '') AS closed FROM asv.ledger_pending p;
SELECT lives_ok('SELECT count(*) FROM pg_temp.told p, pg_temp.fields(p.facts || p.closed)', 'every list is one that the sequencer takes');
SELECT is_empty('SELECT p.kind, f.tag FROM asv.ledger_pending p, pg_temp.fields(p.facts) f WHERE f.tag >= 128', 'facts are facts');
SELECT is_empty('SELECT p.kind, f.tag FROM pg_temp.told p, pg_temp.fields(p.closed) f WHERE f.tag < 128',
                'and what is closed is closed');
SELECT set_has('SELECT DISTINCT kind::int FROM asv.ledger_pending',
    'VALUES (2), (10), (11), (12), (13), (14), (15), (16), (20), (21), (96), (97), (98), (99), (100), (101), (102), (103), (104), (105), (112), (113), (114), (120), (121)',
    'each table that is told of was told of');
SELECT is_empty($$ SELECT name FROM asv.event_kind EXCEPT SELECT name FROM asv.ledger_kind $$, 'each event of custody is a kind');
SELECT is_empty($$
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'ledger')
      AND c.relname NOT LIKE 'ledger\_%' AND c.relname NOT IN (
        -- told by the events, statements or clips that they belong to
        'recording', 'recording_state', 'quarantine', 'receipt', 'destruction', 'erasure', 'erasure_intent',
        'erasure_completion', 'link', 'hold', 'block', 'request', 'credential', 'clip_day',
        -- told by what people signed of them (LG-093); who had a camera is nobody's
        'incident', 'incident_version', 'incident_clip', 'incident_still', 'incident_forgotten', 'issue', 'assignment',
        -- bytes of which a digest was signed, and told
        'recipient_card', 'handover_plan', 'handover', 'handover_clip', 'handover_output', 'handover_medium', 'handover_end', 'handover_receipt',
        -- how far the job is
        'handover_build',
        -- the register's own tables, and what devices say of themselves
        'agency', 'certificate', 'camera', 'unit', 'area', 'slot', 'camera_number', 'configuration', 'bulletin_delivery',
        'device_log_block', 'device_log_entry', 'schema_migration', 'lifecycle_state', 'lifecycle_move', 'event_kind',
        'alarm_kind', 'alert',
        -- who has signed in: what is done then tells
        'password', 'session',
        -- counted from what tells
        'evaluation_figure', 'evaluation_month', 'evaluation_count')
$$, 'a new table tells, or is named here');
SELECT is((SELECT count(*) FROM asv.ledger_pending WHERE kind = 34), 1::bigint, 'a commit is told once, with its clip');
SELECT set_eq($$ SELECT f.tag FROM pg_temp.told p, pg_temp.fields(p.facts || p.closed) f WHERE p.kind = 34 $$,
    'VALUES (1), (2), (3), (5), (6), (7), (8), (9), (128), (130), (131), (132), (133), (134), (136)',
    'and says root, verdict, day and due instant');
-- LAW L6: nothing in a fact leads to a person, a camera or a text.
SELECT is_empty($$
    SELECT p.kind FROM asv.ledger_pending p
    WHERE position(uuid_send(uid('anna')) IN p.facts) > 0 OR position(dig('cam') IN p.facts) > 0
       OR position(convert_to('somebody', 'UTF8') IN p.facts) > 0 OR position(convert_to('Anna', 'UTF8') IN p.facts) > 0
$$, 'no person, camera or text stands in the open');

-- ---- programs, and days whose keys are destroyed

SET LOCAL ROLE asv_dock;
SELECT is(asv.software_seen(uid('keeper 2'), 'asservat-keeper 1.0', '2026-01-06 05:00Z'), 'done', 'the keeper began');
SET LOCAL ROLE asv_ledger;
SELECT is(asv.software_seen(uid('keeper 2'), 'asservat-keeper 1.0', '2026-01-06 05:00Z'), 'already', 'and once: whoever else meets it'); -- LG-080
SELECT throws_ok($$ SELECT asv.software_seen(uid('no keeper'), 'Willi Wach', '2026-01-06 05:00Z') $$, 'VA003', NULL, 'nothing else is told as its start');
SET LOCAL ROLE asv_admin;
SELECT is(asv.software_used('asservat 1.0'), 'done', 'a job works with a version');
SELECT is(asv.software_used('asservat 1.0'), 'already', 'of which it tells once'); -- LG-081
RESET ROLE;
SELECT asv.software_started('asservat ledger 2.0');
SET LOCAL ROLE asv_admin;
SELECT is(asv.software_used('asservat 1.0'), 'already', 'whatever else begins');
SELECT is(asv.software_used('asservat 1.1'), 'done', 'until it is another one');
SELECT is(asv.software_used('asservat 1.0'), 'done', 'also an earlier one');
RESET ROLE;
-- LG-082
CREATE FUNCTION pg_temp.ended(what text, slots text, confirmed int, open int, copies int) RETURNS text LANGUAGE sql AS $$
    SELECT asv.day_ended('2026-01-05', tap.obj(what), tap.dig(what), tap.dig('keeper'), '2026-02-01', '2026-01-20', decode(slots, 'hex'),
                         confirmed, open, copies)
$$;
CREATE FUNCTION pg_temp.left() RETURNS date[] LANGUAGE sql AS $$ SELECT array_agg(d) FROM asv.days_undestroyed(NULL, '2026-01-07', 10) d $$;
SELECT is(pg_temp.left(), '{2026-01-05,2026-01-06,2026-01-07}', 'days are asked for since there are keys');
SELECT is((SELECT array_agg(d) FROM asv.days_undestroyed('2026-01-05', '2026-01-07', 1) d), '{2026-01-06}', 'page by page');
SELECT is(pg_temp.ended('e1', repeat('aa', 16) || '01' || repeat('bb', 16) || '00', 1, 1, 1), 'done', 'a day is destroyed, and one slot is away');
SELECT is(pg_temp.ended('e2', repeat('aa', 16) || '01' || repeat('bb', 16) || '00', 1, 1, 1), 'already', 'the same again is not told again');
SELECT is(pg_temp.left(), '{2026-01-05,2026-01-06,2026-01-07}', 'but asked for');
SELECT is(pg_temp.ended('e3', repeat('aa', 16) || '00' || repeat('bb', 16) || '01', 1, 1, 1), 'done', 'another slot, as many: told');
SELECT is(pg_temp.ended('e4', repeat('aa', 16) || '01' || repeat('bb', 16) || '01', 2, 0, 1), 'done', 'a late confirmation is told');
SELECT is(pg_temp.left(), '{2026-01-05,2026-01-06,2026-01-07}', 'while a copy is kept it is asked for');
SELECT is(pg_temp.ended('e5', repeat('aa', 16) || '01' || repeat('bb', 16) || '01', 2, 0, 0), 'done', 'nothing is left of it');
SELECT is(pg_temp.left(), '{2026-01-06,2026-01-07}', 'so it is asked for no more');
SELECT is((SELECT count(*) FROM asv.ledger_pending WHERE kind = 16), 5::bigint, 'each change has its entry');
SELECT is_empty($$ SELECT p.id FROM asv.ledger_pending p WHERE p.kind = 16 AND (asv.ledger_source(16, p.id)).facts IS DISTINCT FROM p.facts $$,
    'which can be made once more from its row');
SELECT set_eq('SELECT f.tag FROM pg_temp.told p, pg_temp.fields(p.facts || p.closed) f WHERE p.kind = 16', 'VALUES (1), (3), (5), (7), (9), (128)',
    'day, statement, slots and due instant stand in it');

-- LG-095
SELECT set_eq('SELECT f.tag FROM pg_temp.told p, pg_temp.fields(p.facts || p.closed) f WHERE p.kind = 97', 'VALUES (1), (5), (10), (12), (128)',
    'what the keeper signed, its verdict, and on which statement, stand in it');
SELECT is((SELECT string_agg(encode(f.value, 'hex'), ' ' ORDER BY f.tag) FROM pg_temp.told p, pg_temp.fields(p.facts) f WHERE p.kind = 97),
    concat_ws(' ', encode(int8send(1767592800000), 'hex'), encode(sha256(substring(r.object FROM 1 FOR octet_length(r.object) - 67)), 'hex'),
              encode('taken', 'hex'), encode(dig('st'), 'hex')), 'as the keeper has it')
FROM (SELECT ruling(dig('st'), NULL, true) AS object) AS r;

-- ---- it grows

SELECT throws_ok('DELETE FROM asv.ledger_pending', 'VA005', NULL, 'what waits is not taken away'); -- LG-050
SET LOCAL ROLE asv_ledger;
SELECT throws_ok($$ SELECT asv.ledger_begin(3::smallint, 'stadt.example/3', NULL) $$, 'VA001', NULL, 'logs are numbered');
SELECT is(asv.ledger_begin(2::smallint, 'stadt.example/2', decode(repeat('00', 7) || '01', 'hex') || dig('root')
    || convert_to('stadt.example/asservat', 'UTF8')), 'done', 'a log after another one');
SELECT is(asv.ledger_begin(2::smallint, 'stadt.example/2', NULL), 'already', 'begins once');
RESET ROLE;

CREATE FUNCTION pg_temp.entry(kind int, id uuid) RETURNS bytea LANGUAGE sql AS $$
    SELECT '\x0001'::bytea || int2send(kind::smallint) || uuid_send(id) || int8send(0)
$$;
GRANT EXECUTE ON FUNCTION pg_temp.entry TO asv_ledger;
CREATE FUNCTION pg_temp.append(p_log int, p_size bigint, p_count int, p_hashes bytea) RETURNS text LANGUAGE sql AS $$
    SELECT asv.ledger_append(p_log::smallint, p_size, (SELECT l.root FROM asv.ledger_logs((p_log - 1)::smallint) l LIMIT 1),
                             sha256(p_hashes), array_agg(t.pos ORDER BY t.pos),
                             array_agg(pg_temp.entry(t.kind, t.id) ORDER BY t.pos), ARRAY[0]::bigint[], ARRAY[0]::bigint[],
                             ARRAY[p_hashes])
    FROM asv.ledger_take(p_count) AS t
$$;
GRANT EXECUTE ON FUNCTION pg_temp.append TO asv_ledger;
SET LOCAL ROLE asv_ledger;
SELECT is((SELECT kind FROM asv.ledger_take(1)), 1, 'the beginning comes before what waited already');
SELECT is(pg_temp.append(1, 1, 1, dig('a')), 'conflict', 'a log that does not go on grows no more');
SELECT is(pg_temp.append(2, 1, 1, dig('a')), 'conflict', 'nor one that has another size');
SELECT is(pg_temp.append(2, 0, 2, dig('a') || dig('b')), 'done', 'the one that goes on grows');
SELECT is(pg_temp.append(2, 0, 2, dig('a') || dig('b')), 'conflict', 'once: the second sequencer appends nothing'); -- LG-051
SELECT is((SELECT size FROM asv.ledger_logs(1::smallint)), 2::bigint, 'so it has two entries');
SET LOCAL ROLE asv_publish;
SELECT is((SELECT array_agg(index ORDER BY index) FROM asv.ledger_entries(2::smallint, 0, 10)), ARRAY[0, 1]::bigint[], 'numbered from 0');
SET LOCAL ROLE asv_ledger;
SELECT is(pg_temp.append(2, 2, 1, dig('a') || dig('b') || dig('c')), 'done', 'and grows on');
SELECT is(asv.ledger_tile_get(2::smallint, 0::smallint, 0), dig('a') || dig('b') || dig('c'), 'its tile with it');
SELECT is(asv.ledger_signed(2::smallint, 3, dig('root'), 'note'), 'done', 'a head that was signed');
SELECT is(asv.ledger_signed(2::smallint, 3, dig('root'), 'note'), 'already', 'is kept once');
-- Witnesses: LG-066, LG-067.
SET LOCAL ROLE asv_publish;
SELECT results_eq('SELECT * FROM asv.ledger_witness_state(7::smallint)', $$ VALUES (0::bigint, 0::bigint, NULL::timestamptz, NULL::timestamptz) $$,
    'of a log without a signed head nobody is behind');
SELECT results_eq('SELECT signed, witnessed, behind IS NULL FROM asv.ledger_witness_state(2::smallint)', 'VALUES (3::bigint, 0::bigint, false)',
    'a signed head waits for witnesses');
SELECT is(asv.ledger_note_cosigned(2::smallint, 3, NULL), 'note', 'and has no cosignatures yet');
SELECT is(asv.ledger_note_cosigned(2::smallint, 2, NULL), NULL, 'another size was not signed');
SET LOCAL ROLE asv_cosign;
SELECT is_empty($$ SELECT * FROM asv.ledger_cosigned_last(2::smallint, 'b.example+00000002') $$, 'nor has this witness cosigned one');
SELECT is(asv.ledger_cosigned(2::smallint, 3, 'b.example+00000002', '2026-01-05', E'B\n'), 'done', 'a cosignature');
SELECT is(asv.ledger_cosigned(2::smallint, 3, 'b.example+00000002', '2026-01-06', E'C\n'), 'already', 'is kept once');
SELECT is(asv.ledger_cosigned(2::smallint, 3, 'a.example+00000001', '2026-01-05', E'A\n'), 'done', 'another witness''s');
SELECT is(asv.ledger_note_cosigned(2::smallint, 3, NULL), E'noteA\nB\n', 'both stand behind the note');
SELECT results_eq($$ SELECT * FROM asv.ledger_cosigned_last(2::smallint, 'b.example+00000002') $$,
    $$ VALUES (3::bigint, '2026-01-05'::timestamptz) $$, 'and are found');
SELECT is(asv.ledger_met(2::smallint, 3), 'done', 'enough have cosigned it');
SELECT is(asv.ledger_met(2::smallint, 3), 'already', 'once');
SELECT is((SELECT count(*) FROM generate_series(1, 254) AS n WHERE asv.ledger_cosigned(2::smallint, 3, 'w' || n || '.example+00000001', '2026-01-05', E'W\n') = 'done'),
          254::bigint, '256 witnesses in all, some of whom are asked no more');
SELECT throws_ok($$ SELECT asv.ledger_cosigned(2::smallint, 3, 'x.example+00000001', '2026-01-05', E'X\n') $$, 'VA002', NULL,
                 'and no more');
SELECT is(asv.ledger_note_cosigned(2::smallint, 3, ARRAY['b.example+00000002', 'c.example+00000003']), E'noteB\n', 'of the others none stands behind the note'); -- LG-109
SELECT is(asv.ledger_note_cosigned(2::smallint, 3, NULL), E'noteA\nB\n' || repeat(E'W\n', 30), 'and never more than it can have signatures'); -- LG-030
SET LOCAL ROLE asv_publish;
SELECT results_eq('SELECT signed, witnessed, behind FROM asv.ledger_witness_state(2::smallint)',
    'VALUES (3::bigint, 3::bigint, NULL::timestamptz)', 'nothing waits any more');
SET LOCAL ROLE asv_cosign;
SELECT is(asv.witness_alarm('w.example: fork', 'another tree'), 'done', 'who asks witnesses raises their alarm'); -- LG-065
SELECT is(asv.witness_alarm('w.example: fork', 'another tree, still'), 'already', 'once');
SELECT throws_ok($$ SELECT asv.ledger_met(2::smallint, 2) $$, '23503', NULL, 'what was not signed is not met');
SET LOCAL ROLE asv_ledger;
SELECT is(asv.ledger_signed(2::smallint, 4, dig('root'), 'note'), 'conflict', 'and none of more entries than there are'); -- LG-106
SELECT results_eq('SELECT size, signed_size, note FROM asv.ledger_logs(1::smallint)', $$ VALUES (3::bigint, 3::bigint, 'note') $$,
                  'it stands with its log');
RESET ROLE;
SELECT throws_ok($$ SELECT asv.ledger_append(2::smallint, 3, (SELECT root FROM asv.ledger_logs(1::smallint)), dig('x'), ARRAY[-77]::bigint[], ARRAY[pg_temp.entry(2, asv.uuid7())],
    '{}', '{}', '{}') $$, 'VA006', NULL, 'what does not wait cannot be appended');
SELECT throws_ok(format('INSERT INTO asv.ledger_entry (log, index, id, kind, recorded_at, entry)
    VALUES (%s, 3, uid(''beyond''), 2, now(), pg_temp.entry(2, uid(''beyond'')))', log), 'VA005', NULL, 'an entry is one of its log''s')
FROM (VALUES (2), (77)) AS t (log);
SELECT throws_ok('UPDATE asv.ledger_log SET size = 0', 'VA005', NULL, 'a log does not shrink');
SELECT throws_ok($$ UPDATE asv.ledger_tile SET hashes = dig('z') || hashes $$, 'VA005', NULL, 'nor does a tile change');

SELECT is(asv.ledger_append(2::smallint, 3, dig('another'), dig('x'), '{}', '{}', '{}', '{}', '{}'), 'conflict',
          'nobody appends to another tree of that size');
SELECT throws_ok($$ SELECT asv.ledger_put(ARRAY[ROW('software_started', uid('pending'), NULL, '', '')::asv.ledger_tale]) $$, '23505', NULL, 'what waits has an id of its own');
SELECT throws_ok($$ SELECT asv.ledger_put(ARRAY[ROW('software_started', id, NULL, '', '')::asv.ledger_tale])
                    FROM asv.ledger_entry WHERE log = 2 AND index = 1 $$,
                 '23505', NULL, 'and so has what has its entry');
SELECT throws_ok($$ SELECT asv.ledger_put(ROW('software_started', uid('pending'), NULL, '', '')::asv.ledger_tale) $$, '23505', NULL, 'also one alone');
SELECT throws_ok($$ SELECT asv.ledger_put(ROW('software_started', id, NULL, '', '')::asv.ledger_tale)
                    FROM asv.ledger_entry WHERE log = 2 AND index = 1 $$,
                 '23505', NULL, 'whether it waits or has its entry');
SELECT throws_ok($$ SELECT asv.ledger_text(136, repeat('x', 257)) $$, '22001', NULL, 'what no entry takes is refused where it is written');

-- ---- LAW L3: it forgets what its source forgot, and no entry goes

CREATE FUNCTION pg_temp.asked() RETURNS uuid LANGUAGE sql AS $$ SELECT (fields ->> 'id')::uuid FROM template WHERE tbl = 'subject_request' $$;
ALTER TABLE asv.subject_request DISABLE TRIGGER check_forgetting;
SELECT throws_ok('UPDATE asv.ledger_pending SET key = NULL, closed = NULL WHERE id = pg_temp.asked()', 'VA005', NULL, 'nor what waits for its entry');
DELETE FROM asv.subject_request WHERE id = pg_temp.asked();
SELECT is((SELECT closed FROM asv.ledger_take(1000) WHERE id = pg_temp.asked()), ''::bytea, 'what is forgotten before it has its entry is not even told');
SELECT is(pg_temp.append(2, 3, 1000, dig('a') || dig('b') || dig('c') || dig('d')), 'done', 'all that waited');
SELECT is((SELECT waiting FROM asv.ledger_waiting()), 0::bigint, 'nothing waits');
SELECT is((SELECT count(*) FROM asv.ledger_day WHERE day = '2026-01-05'), 1::bigint, 'a day that was told of has one key');
CREATE FUNCTION pg_temp.access() RETURNS uuid LANGUAGE sql AS $$ SELECT (fields ->> 'id')::uuid FROM template WHERE tbl = 'access_log' $$;
SELECT throws_ok('UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id = pg_temp.access()', 'VA005', NULL, 'an access is not forgotten before its term');
SELECT throws_ok('UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE kind = 34', 'VA005', NULL, 'custody is never forgotten so');
SELECT throws_ok(format('UPDATE asv.ledger_entry SET %s WHERE kind = 34', change), 'VA005', NULL, 'nor is an entry changed: ' || change)
FROM (VALUES ('key = dig(''other'')'), ('closed = ''\x80'''), ('kind = 35'), ('recorded_at = now()'), ('id = uid(''other'')'), ('index = 1000'),
             ('entry = entry || ''\x00''')) AS t (change);
ALTER TABLE asv.access_log DISABLE TRIGGER check_forgetting;
DELETE FROM asv.access_log WHERE id = pg_temp.access();
SELECT is_empty('SELECT id FROM asv.ledger_entry WHERE id = pg_temp.access() AND (key IS NOT NULL OR closed IS NOT NULL)', 'with its row goes what the ledger was closed over');
SELECT is((SELECT count(*) FROM asv.ledger_entry WHERE id = pg_temp.access()), 1::bigint, 'and its entry stays');

ALTER TABLE asv.statement_answer DISABLE TRIGGER check_look;
CREATE TEMP TABLE answers AS SELECT entry FROM asv.statement_answer;
DELETE FROM asv.statement_answer;
SELECT is((SELECT count(*) FROM answers) > 0 AND NOT EXISTS (SELECT FROM asv.ledger_entry e JOIN answers a ON a.entry = e.id WHERE e.key IS NOT NULL), true,
          'nor does what the keeper answered to a statement that is forgotten');

-- ---- LG-075: and what two people decide that it forgets

CREATE FUNCTION pg_temp.told() RETURNS uuid LANGUAGE sql AS $$ SELECT id FROM asv.ledger_entry WHERE kind = 34 $$;
SELECT is(asv.ledger_forget(), 0::bigint, 'nobody decided to forget anything');
SELECT is((SELECT count(*) FROM asv.ledger_entry WHERE id = pg_temp.told() AND key IS NOT NULL AND closed IS NOT NULL), 1::bigint, 'so it stays');
SELECT is_empty('SELECT f.id FROM asv.ledger_forgotten f JOIN asv.ledger_entry e ON e.id = f.id WHERE e.key IS NOT NULL', 'what was decided is gone');

-- ---- what the entries tell of is what the rows say

SELECT is_empty($$ SELECT e.kind, e.id FROM asv.ledger_entry e WHERE e.kind NOT IN (1, 97, 120, 121) -- whose sources were forgotten above
    AND e.id <> uid('pending') AND (asv.ledger_source(e.kind, e.id)).id IS DISTINCT FROM e.id $$, 'each entry has its row');
CREATE FUNCTION pg_temp.untold(p_limit integer) RETURNS TABLE (kind text, id uuid) LANGUAGE sql AS $$
    WITH RECURSIVE page AS (
        SELECT 1 AS number, 0::bigint AS block
        UNION ALL SELECT n.next_table, n.next_block FROM page CROSS JOIN LATERAL (
            SELECT u.next_table, u.next_block FROM asv.ledger_untold(page.number, page.block, 0) u WHERE u.next_table > 0) AS n)
    SELECT u.kind, u.id FROM page CROSS JOIN LATERAL asv.ledger_untold(page.number, page.block, p_limit) u WHERE u.id IS NOT NULL
$$;
SELECT is_empty($$ SELECT u.* FROM pg_temp.untold(100) u LEFT JOIN asv.clip_event e ON e.id = u.id
    WHERE e.kind IS NULL OR e.kind <> 'committed' $$, 'and each row its entry'); -- the fixture has commits without a clip
SELECT is((SELECT count(DISTINCT u.next_table) FROM generate_series(1, 28) AS t (number), asv.ledger_untold(t.number, 0, 0) u), 28::bigint,
          'from each table on to the next one, and from the last one to none');
SELECT throws_ok('SELECT asv.ledger_untold(29, 0, 1)', 'VA003', NULL, 'a table that there is not');
SELECT throws_ok('SELECT asv.ledger_untold(1, -1, 1)', 'VA003', NULL, 'a place that no table has');
-- LG-101: many blocks of one table, of which the last row is not told.
SELECT set_config('session_replication_role', 'replica', true);
INSERT INTO asv.software_start (id, software) SELECT asv.uuid7(), repeat('x', 50) || n FROM generate_series(1, 30000) AS n;
INSERT INTO asv.ledger_pending (id, kind, facts) SELECT s.id, 2, '' FROM asv.software_start s
    WHERE NOT EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id = s.id) AND NOT EXISTS (SELECT FROM asv.ledger_entry e WHERE e.id = s.id);
INSERT INTO asv.software_start (id, software) VALUES (uid('untold'), 'untold');
SELECT set_config('session_replication_role', 'origin', true);
SELECT ok(pg_relation_size('asv.software_start') > 256 * 8192, 'more than one page');
SELECT results_eq($$ SELECT id FROM pg_temp.untold(100) WHERE kind = 'software_start' $$, $$ VALUES (uid('untold')) $$, 'it is found');

-- ---- LG-093: what one person signed of a row

SET LOCAL session_replication_role = replica; -- those of hand-overs are in handover.sql
DELETE FROM asv.handover_receipt;
DELETE FROM asv.handover_end;
DELETE FROM asv.handover_output;
DELETE FROM asv.handover;
SET LOCAL session_replication_role = origin;
SELECT is((SELECT string_agg(what || ' ' || (salt = dig('salt')) || ' ' || split_part(convert_from(said, 'UTF8'), E'\n', 1), ', ' ORDER BY what)
           FROM asv.ledger_record(dig('st'))),
    'incident 01900000-0000-7000-8000-0000000000e1, recording 01900000-0000-7000-8000-000000000001, 1 true incident-clip, '
    'incident 01900000-0000-7000-8000-0000000000e1, still of recording 01900000-0000-7000-8000-000000000001 at 83033 ms true incident-still, '
    'incident 01900000-0000-7000-8000-0000000000e1, version 1 true incident', 'rows name their statement');
SELECT is((SELECT count(*) FROM asv.ledger_record(dig('x'))), 0::bigint, 'and no other');
SELECT is((SELECT count(*) FROM asv.ledger_unsigned(9)), 3::bigint, 'which is about something else here');
SELECT is(asv.ledger_record_term('01900000-0000-7000-8000-0000000000e1', '2026-01-05'), '2026-12-31 23:00Z'::timestamptz,
    'what was forgotten was kept to the end of its year at least, where people decided on nothing');
SELECT is(asv.ledger_record_term(uid('x'), '2026-01-05'), NULL, 'and what nobody forgot is not gone');
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET action = 64, subject_kind = 10, subject_name = 'incident', incident = '01900000-0000-7000-8000-0000000000e1', version = NULL,
    days = NULL, from_day = NULL WHERE digest = dig('st');
SELECT is((SELECT string_agg(what, ' ') FROM asv.ledger_unsigned(9) WHERE what NOT LIKE '%still%'),
    'incident 01900000-0000-7000-8000-0000000000e1, recording 01900000-0000-7000-8000-000000000001, 1', 'a version names what is signed of a version');
UPDATE asv.statement SET subject_name = 'incident-clip' WHERE digest = dig('st');
UPDATE asv.statement SET subject_name = 'incident-still' WHERE digest = dig('st');
SELECT is((SELECT count(*) FROM asv.ledger_unsigned(9) WHERE what LIKE '%still%'), 0::bigint, 'a still what is signed of one');
UPDATE asv.statement SET subject_name = 'incident-clip' WHERE digest = dig('st');
SELECT is((SELECT string_agg(what, ' ') FROM asv.ledger_unsigned(9) WHERE what NOT LIKE '%still%'), 'incident 01900000-0000-7000-8000-0000000000e1, version 1', 'a recording what is signed of one');
UPDATE asv.incident_clip SET salt = NULL;
SELECT is((SELECT count(*) FROM asv.ledger_unsigned(9)), 3::bigint, 'or a decision, which this is not');
SET LOCAL session_replication_role = origin;

-- ---- LG-055: what no signed head has, comes into the log that goes on

CREATE TEMP TABLE tail AS SELECT index, id, entry FROM asv.ledger_entry WHERE log = 2 AND index >= 3;
SELECT throws_ok('DELETE FROM asv.ledger_entry WHERE log = 2 AND index > 3', 'VA005', NULL, 'an entry stays while its log goes on');
SELECT throws_ok($$ SELECT asv.ledger_begin(3::smallint, 'stadt.example/3', NULL) $$, 'VA001', NULL, 'a log names the head before it'); -- LG-119
SELECT is(asv.ledger_begin(3::smallint, 'stadt.example/3', int8send(3) || dig('root') || convert_to('stadt.example/2', 'UTF8')), 'done',
          'a log after one that ended in the middle');
SELECT results_eq('SELECT size, root FROM asv.ledger_logs(1::smallint) WHERE number = 2', $$ VALUES (3::bigint, dig('root')) $$,
                  'which ends with its last signed head');
SELECT is((SELECT max(index) FROM asv.ledger_entry WHERE log = 2), 2::bigint, 'and has the entries of that');
SELECT results_eq($$ SELECT id, entry FROM asv.ledger_take((SELECT count(*)::int + 1 FROM tail)) OFFSET 1 $$,
                  'SELECT id, entry::bytea FROM tail ORDER BY index', 'the others wait, as they were and in order');
SELECT is((SELECT kind FROM asv.ledger_take(1)), 1, 'behind the beginning');
SELECT throws_ok('DELETE FROM asv.ledger_entry WHERE log = 2', 'VA005', NULL, 'what was signed stays');
SELECT throws_ok('UPDATE asv.ledger_log SET size = 2 WHERE number = 2', 'VA005', NULL, 'and so does its head');

-- ---- LG-124: and so it does when another one begins before a head was signed, with its beginning waiting still, and with that in it

CREATE FUNCTION pg_temp.beginnings() RETURNS TABLE (facts bytea) LANGUAGE sql AS $$ SELECT p.facts::bytea FROM asv.ledger_pending p WHERE p.kind = 1 $$;
SELECT throws_ok($$ SELECT asv.ledger_begin(4::smallint, 'stadt.example/4', NULL) $$, 'VA001', NULL, 'it names a head all the same');
SELECT is(asv.ledger_begin(4::smallint, 'stadt.example/4', int8send(3) || dig('root') || convert_to('stadt.example/2', 'UTF8')), 'done', 'a log after an empty one');
SELECT results_eq('SELECT substring(facts FOR 37) FROM pg_temp.beginnings()', $$ SELECT asv.ledger_counts(4, 0) || asv.ledger_text(10, 'stadt.example/4') $$,
                  'which says how many entries stay in that'); -- LG-125
SELECT is(pg_temp.append(4, 0, 1000, dig('a')), 'done', 'all of it is appended, under no signed head');
SELECT is(asv.ledger_begin(5::smallint, 'stadt.example/5', int8send(3) || dig('root') || convert_to('stadt.example/2', 'UTF8')), 'done', 'one after that');
SELECT is((SELECT count(*) FROM pg_temp.beginnings()), 1::bigint, 'no other beginning waits');
SELECT results_eq($$ SELECT id, entry FROM asv.ledger_take((SELECT count(*)::int + 1 FROM tail)) OFFSET 1 $$,
                  'SELECT id, entry::bytea FROM tail ORDER BY index', 'but all the rest, as it was and in order');

-- ---- LG-129: with how many entries a log ended

SET LOCAL session_replication_role = replica;
SELECT is(asv.ledger_ended_with(1::smallint), NULL, 'a beginning that names no head');
UPDATE asv.ledger_entry SET entry = substring(entry FOR 28) || asv.ledger_counts(2, 1) || asv.ledger_text(10, 'stadt.example/2')
    || asv.ledger_field(13, int8send(77) || dig('root') || convert_to((SELECT origin FROM asv.ledger_log WHERE number = 1), 'UTF8')) WHERE (log, index) = (2, 0);
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE asv_cosign;
SELECT is(asv.ledger_ended_with(1::smallint), 77::bigint, 'by the first entry of a later one');
SELECT is(asv.ledger_ended_with(2::smallint), NULL, 'of which there is none here');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
