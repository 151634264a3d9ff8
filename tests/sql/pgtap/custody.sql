-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the functions of docking and custody do: outcomes, states, alarms. docs/DATABASE.md. LAW L1: each step is an event that stays.
-- LAW H2: the offset of the camera's clock at each docking. LAW R3, LAW R5: the dwelling flag and the pre-roll are facts of custody.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
-- The register and a first docking; nothing else.
SELECT tap.put('certificate', fields) FROM template WHERE tbl = 'certificate';
SELECT tap.put('camera', fields) FROM template WHERE tbl = 'camera';
GRANT SELECT ON tap.template TO PUBLIC;

-- A docking of the camera: name, minutes after 06:00, highest number it says it gave, store epoch.
CREATE FUNCTION pg_temp.dock(name text, minutes int, last bigint, epoch text DEFAULT 'epoch') RETURNS text
    LANGUAGE sql AS $$
    SELECT format('%s back=%s before=%s emptied=%s', d.outcome, d.number_back, d.highest_before, coalesce(to_char(d.emptied_at AT TIME ZONE 'UTC', 'HH24:MI'), '-'))
    FROM asv.docking_begin(tap.dig(name), tap.dig('dock'), 7, '1-2.7', tap.dig('cam'),
        '2026-01-05 06:00Z'::timestamptz + minutes * interval '1 minute', -12, 2, NULL, 5, tap.uid('boot'), 1::smallint, NULL,
        1::smallint, tap.uid(epoch), last, 1, 0, 100, 50, 80::smallint, 0, '1.0', tap.dig('fw'), 0, 0, 0, 0, 0, NULL) AS d
$$;
CREATE FUNCTION pg_temp.announce(docking text, number bigint, header text, clip text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s taken=%s/%s back=%s', k.state, k.uuid_taken, k.number_taken, k.number_back)
    FROM asv.clip_announce(tap.dig(docking), tap.dig('cam'), tap.uid('epoch'), number,
        CASE header WHEN '0' THEN decode(repeat('00', 32), 'hex') ELSE tap.dig(header) END,
        tap.uid(coalesce(clip, header)), false, 2, 100, 0, '2026-01-05 05:00Z') AS k
$$;
-- A commit of the template's clip with changes, with a receipt of this kind (NULL: none).
CREATE FUNCTION pg_temp.commit(number bigint, header text, changes jsonb, receipt int DEFAULT 1,
    link text DEFAULT 'link') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    fields jsonb := (SELECT t.fields FROM tap.template t WHERE t.tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(header), 'clip', tap.uid(header)) || changes;
    name text := 'commit ' || header || changes::text;
BEGIN
    RETURN asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, fields), tap.obj(name), convert_to(link, 'UTF8'),
        (fields->>'session')::bytea, receipt::smallint, '2026-01-05 06:06Z', NULL,
        CASE WHEN receipt IS NOT NULL THEN tap.obj('receipt ' || name) END);
END
$$;
CREATE FUNCTION pg_temp.state(h text) RETURNS text LANGUAGE sql AS $$
    SELECT s.state FROM asv.recording_state s JOIN asv.recording r ON r.id = s.recording WHERE r.header = tap.dig(h)
$$;
CREATE FUNCTION pg_temp.events(h text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.kind || '/' || e.actor_kind, ' ' ORDER BY e.position)
    FROM asv.clip_event e JOIN asv.recording r ON r.id = e.recording WHERE r.header = tap.dig(h)
$$;
CREATE FUNCTION pg_temp.alarms() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(kind || 'x' || n, ' ' ORDER BY kind), '')
    FROM (SELECT kind, count(*) AS n FROM asv.alarm GROUP BY kind) AS a
$$;
CREATE FUNCTION pg_temp.acknowledge_all() RETURNS void LANGUAGE sql AS $$
    SELECT asv.alarm_acknowledge(id, 'somebody', 'seen') FROM asv.alarm
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO PUBLIC;

-- ---- the road: announced, transferring, sealed, erased on the camera

SELECT is(pg_temp.dock('session', 0, 3), 'done back=f before=0 emptied=-', 'a first docking');
SELECT is(pg_temp.dock('session', 0, 3), 'already back=f before=0 emptied=-', 'told again');
SELECT is((SELECT clock_offset_ms || ' +- ' || clock_uncertainty_ms FROM asv.docking), '-12 +- 2', 'with the offset of its clock');
SELECT throws_ok($$ SELECT asv.camera_seen(NULL, NULL) $$, '23502', NULL, 'a camera needs a certificate');
SELECT throws_ok($$ SELECT * FROM asv.docking_begin(tap.dig('session'), tap.dig('another dock'), 7, '1-2.7', tap.dig('cam'),
    '2026-01-05', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL) $$, 'VA001', NULL, 'the same session at another dock contradicts');
SELECT is(pg_temp.announce('session', 1, 'h1'), 'announced taken=f/f back=f', 'a recording is announced');
SELECT is(pg_temp.announce('session', 1, 'h1'), 'announced taken=f/f back=f', 'and again');
SELECT is(asv.clip_transferring(dig('session'), dig('cam'), uid('epoch'), 1, dig('h1')), 'done', 'its pull begins');
SELECT is(asv.clip_transferring(dig('session'), dig('cam'), uid('epoch'), 1, dig('h1')), 'already', 'and is resumed');
SELECT is(pg_temp.state('h1'), 'transferring', 'state transferring');
SELECT throws_ok($$ SELECT asv.clip_transferring(tap.dig('session'), tap.dig('cam'), tap.uid('epoch'), 9, tap.dig('h9')) $$,
    'VA006', NULL, 'what was not announced is not pulled');
SELECT is(pg_temp.commit(1, 'h1', '{}'), 'done', 'it is taken into custody');
SELECT is(pg_temp.state('h1'), 'sealed', 'state sealed');
SELECT is(pg_temp.commit(1, 'h1', '{}'), 'already', 'the same commit twice is one row and says so');
SELECT is(pg_temp.commit(1, 'h1', '{"committed_at": "2026-01-05 07:00Z", "slot": 3}'), 'already', 'whoever brought it');
SELECT is((SELECT count(*) FROM asv.clip), 1::bigint, 'one row');
SELECT is(pg_temp.events('h1'), 'announced/camera transferring/dock committed/dock receipt/dock receipt/dock',
    'each step is an event, and each receipt');
SELECT is(pg_temp.announce('session', 1, 'h1'), 'sealed taken=f/f back=f', 'offered again, it is known');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 1, dig('h1'), 1::smallint,
    (SELECT digest::bytea FROM asv.receipt ORDER BY event LIMIT 1), NULL, 7, uid('boot'), 2::smallint, obj('erased')), 'done', 'the camera proves its erasure');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 1, dig('h1'), 1::smallint,
    (SELECT digest::bytea FROM asv.receipt ORDER BY event LIMIT 1), NULL, 7, uid('boot'), 2::smallint, obj('erased')), 'already', 'twice the same');
SELECT is(pg_temp.alarms(), '', 'no alarm so far');
SELECT is((SELECT erased_on_camera FROM asv.clip_lookup(dig('cam'), uid('epoch'), 1, dig('h1'), NULL)), true, 'which is known');
SELECT is(asv.clip_record(dig('cam'), uid('epoch'), 1, dig('h1')), obj('commit h1{}'), 'the signed commit record is kept');

SELECT is((SELECT object FROM asv.link), convert_to('link', 'UTF8'), 'and so is the link record, for when the clip is erased');

-- ---- contradictions

SELECT is(pg_temp.commit(1, 'h1', jsonb_build_object('root', dig('other'))), 'conflict', 'other bytes under the same identity');
SELECT is(pg_temp.commit(1, 'h1', '{"kind": 2, "integrity": 5, "reason": "r"}', 2), 'conflict', 'another verdict');
SELECT is(pg_temp.alarms(), 'custody_conflictx1', 'one alarm while it is open');
CREATE FUNCTION pg_temp.alarm(subject text, detail text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.alarm_raise('internal', NULL, NULL, NULL, NULL, NULL, NULL, detail, subject)
$$;
SAVEPOINT alarms;
SELECT is(pg_temp.alarm(s, d), o, 'alarms about ' || coalesce(s, 'nothing that has a name') || ', ' || d) FROM (VALUES
    (NULL, 'd1', 'done'), ('one path', 'd1', 'done'), ('another path', 'd1', 'done'), ('one path', 'd2', 'already'),
    (NULL, 'd2', 'already')) AS v (s, d, o);
SELECT is(pg_temp.alarms(), 'custody_conflictx1 internalx3', 'one for each thing while it is open');
ROLLBACK TO alarms;
-- K-262
SET LOCAL SESSION AUTHORIZATION asv_dock;
SELECT tap.throws_ok(format($$ SELECT asv.alarm_raise(%L, NULL, NULL, NULL, NULL, NULL, NULL, 'd', 'aa') $$, kind), 'VA007', NULL, 'no dock says that people were called: ' || kind)
FROM unnest(ARRAY['forged', 'keeper', 'unheard', 'unlogged', 'untold']) AS kind;
SELECT tap.is(asv.alarm_raise('internal', NULL, NULL, NULL, NULL, NULL, NULL, 'd', 'aa'), 'done', 'but what it saw itself');
ROLLBACK TO alarms;
SELECT is((SELECT count(*) FROM asv.clip_event WHERE kind IN ('committed', 'quarantined')), 1::bigint, 'and nothing is written');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 1, dig('h1'), 1::smallint,
    (SELECT digest::bytea FROM asv.receipt ORDER BY event LIMIT 1), NULL, 8, uid('boot'), 2::smallint, obj('erased differently')), 'conflict',
    'another proof of the same erasure');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 2, dig('h2'), 1::smallint, dig('no such receipt'), NULL, 8,
    uid('boot'), 2::smallint, obj('erased alone')), 'done', 'an erasure that no receipt allowed is kept');
SELECT is((SELECT count(*) FROM asv.alarm WHERE kind = 'erasure'), 2::bigint, 'each with an alarm');
SELECT throws_ok($$ SELECT pg_temp.commit(3, 'h3', '{"kind": 2, "integrity": 5, "reason": "r"}', 1) $$, 'VA001', NULL,
    'a receipt that says stored for a quarantined clip is refused, with the whole commit');
SELECT is((SELECT count(*) FROM asv.recording WHERE header = dig('h3')), 0::bigint, 'nothing of it stays');
SELECT throws_ok($$ SELECT pg_temp.commit(3, 'h3', jsonb_build_object('session', tap.dig('never begun'))) $$, 'VA006', NULL,
    'a commit without its docking is refused');

-- ---- quarantine, and one UUID for two recordings

SELECT pg_temp.acknowledge_all();
SELECT is(pg_temp.commit(3, 'h3', '{"kind": 2, "integrity": 5, "reason": "invalid chunks"}', 2), 'done', 'a bad clip is quarantined');
SELECT is(pg_temp.state('h3'), 'quarantined', 'state quarantined');
SELECT is((SELECT reason::text FROM asv.quarantine), 'invalid chunks', 'with its reason');
SELECT is(pg_temp.announce('session', 4, 'h4', 'h1'), 'announced taken=t/f back=f', 'a taken UUID shows when it is announced');
SELECT is(pg_temp.commit(4, 'h4', jsonb_build_object('clip', uid('h1'))), 'uuid_taken', 'and cannot be stored');
SELECT is(pg_temp.state('h4'), 'announced', 'its state is as before');
SELECT is(pg_temp.commit(4, 'h4', jsonb_build_object('clip', uid('h1'), 'kind', 2, 'reason', 'uuid'), 2), 'done', 'but quarantined');
SELECT is((SELECT array_agg(c.uuid_taken ORDER BY c.number) FROM asv.clip c WHERE c.clip = uid('h1')), '{f,t}', 'as the double');
SELECT is(pg_temp.commit(4, 'h4', jsonb_build_object('clip', uid('h1'), 'kind', 2, 'reason', 'uuid'), 2), 'already', 'once');
SELECT is((SELECT string_agg(kind, ' ' ORDER BY kind) FROM asv.alarm_overview), 'quarantined quarantined uuid_conflict',
    'the open alarms say all that');
SELECT is(pg_temp.events('h4'), 'announced/camera quarantined/dock receipt/dock', 'the refused attempt left no event');

-- ---- expired on arrival: nothing stored, a tombstone, and the keeper's word

CREATE FUNCTION pg_temp.late() RETURNS jsonb LANGUAGE sql AS $$
    SELECT '{"kind": 3, "replicas": 0, "reason": "", "day": "2025-12-05", "key_date": "2025-12-05",
             "due_at": "2025-12-19 23:00Z", "earliest_at": "2025-12-05 12:00Z", "latest_at": "2025-12-05 12:01Z"}'::jsonb
$$;
SELECT throws_ok($$ SELECT pg_temp.commit(5, 'h5', '{"kind": 3, "replicas": 0}', NULL) $$, '23514', NULL,
    'what is alive is not expired, whatever a dock says');
SELECT is(pg_temp.commit(5, 'h5', pg_temp.late(), NULL), 'done', 'a clip that came too late');
SELECT is(pg_temp.commit(1, 'h50', pg_temp.late() || jsonb_build_object('clip', uid('h1'), 'epoch', uid('old')), NULL), 'done', 'one with another''s UUID, too');
SELECT is(pg_temp.state('h50'), 'expired_on_arrival', 'has its tombstone');
SELECT is((SELECT count(*) FROM asv.quarantine q JOIN asv.recording r ON r.id = q.recording WHERE r.header = dig('h50')), 0::bigint,
    'and lies nowhere');
SELECT is(pg_temp.state('h5'), 'expired_on_arrival', 'state expired_on_arrival');
SELECT is(asv.destruction_ordered(dig('keeper'), dig('cam'), uid('epoch'), 5, dig('h5'), 1::smallint, '2026-01-05', obj('destroy')),
    'done', 'the keeper orders its erasure');
SELECT is(asv.destruction_ordered(dig('keeper'), dig('cam'), uid('epoch'), 5, dig('h5'), 1::smallint, '2026-01-05', obj('destroy')),
    'already', 'once');
SELECT throws_ok($$ SELECT asv.destruction_ordered(tap.dig('keeper'), tap.dig('cam'), tap.uid('epoch'), 77, tap.dig('h77'),
    1::smallint, '2026-01-05', tap.obj('x')) $$, 'VA006', NULL, 'of a recording that is known');
SELECT pg_temp.acknowledge_all();
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 5, dig('h5'), 2::smallint, dig('destroy'), NULL, 9,
    uid('boot'), 3::smallint, obj('erased 5')), 'done', 'and the camera proves it');
SELECT is((SELECT cause_known FROM asv.erasure WHERE cause = 2), true, 'for a statement that is known');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'without an alarm');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 3, dig('h3'), 1::smallint,
    (SELECT digest::bytea FROM asv.receipt WHERE kind = 2 LIMIT 1), NULL, 9, uid('boot'), 3::smallint, obj('erased 3')), 'done',
    'a receipt of kind quarantined lets no camera erase');
SELECT is((SELECT count(*) FROM asv.alarm_overview WHERE kind = 'erasure'), 1::bigint, 'which is an alarm');
SELECT pg_temp.acknowledge_all();
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 4, decode(repeat('00', 32), 'hex'), 3::smallint,
    decode(repeat('00', 32), 'hex'), NULL, 9, uid('boot'), 3::smallint, obj('lost 4')), 'done',
    'a camera accounts for a number whose recording its memory lost');
SELECT is(asv.erasure_proven(dig('session'), dig('cam'), uid('epoch'), 4, decode(repeat('00', 32), 'hex'), 3::smallint,
    decode(repeat('00', 32), 'hex'), NULL, 9, uid('boot'), 3::smallint, obj('lost 4')), 'already', 'once');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'erasure', 'with an alarm');
SELECT is((SELECT cause_known FROM asv.erasure WHERE cause = 3), false, 'for nobody ordered it');

-- ---- states move along the table only

SELECT throws_ok(format($$ UPDATE asv.recording_state SET state = '%s' WHERE recording IN
    (SELECT id FROM asv.recording WHERE header = tap.dig('h1')) $$, name), 'VA002', NULL, 'sealed does not become ' || name)
FROM asv.lifecycle_state l
WHERE NOT EXISTS (SELECT FROM asv.lifecycle_move m WHERE m.from_state = 'sealed' AND m.to_state = l.name) ORDER BY name;
SELECT is((SELECT count(*) FROM asv.lifecycle_state), 10::bigint, 'all states of the design are there');
SELECT lives_ok($$ UPDATE asv.recording_state SET state = 'pending' WHERE recording IN
    (SELECT id FROM asv.recording WHERE header = tap.dig('h1')) $$, 'but pending, which somebody asked for');

-- ---- an interval: stored, blocked, decided by people

SELECT pg_temp.acknowledge_all();
CREATE FUNCTION pg_temp.undated(link text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.commit(2, 'interval', jsonb_build_object('epoch', tap.uid('old')) ||
        '{"day": null, "due_at": null, "earliest_at": null, "clock_state": 3}', 1, link)
$$;
SELECT is(pg_temp.undated(NULL), 'done',
    'a recording of which nobody knows the day');
SELECT is(pg_temp.state('interval'), 'sealed', 'is kept');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'interval', 'and people are called');
SELECT is((SELECT count(*) FROM asv.link l JOIN asv.recording r ON r.id = l.recording WHERE r.header = dig('interval')), 0::bigint,
    'a link record that is missing');
SELECT is(pg_temp.undated('no link'), 'already',
    'or wrong');
SELECT is((SELECT count(*) FROM asv.link l JOIN asv.recording r ON r.id = l.recording WHERE r.header = dig('interval')), 0::bigint,
    'keeps no clip out');
SELECT is(pg_temp.undated('link'), 'already',
    'when it is found');
SELECT is((SELECT count(*) FROM asv.link l JOIN asv.recording r ON r.id = l.recording WHERE r.header = dig('interval')), 1::bigint,
    'it is added');

-- ---- clones

SELECT pg_temp.acknowledge_all();
SELECT is(asv.docking_end(dig('session'), '2026-01-05 06:20Z', 1::smallint, 2, 1, 1, 0, 131104, NULL, tap.inventory('session', 0, 'bul')), 'done', 'the docking ends');
SELECT is(asv.docking_end(dig('session'), '2026-01-05 06:30Z', 5::smallint, 0, 0, 0, 9, 0, 'x', NULL), 'already', 'once');
SELECT is(pg_temp.dock('second', 30, 6), 'done back=f before=5 emptied=06:20', 'the next docking knows the last');
SELECT is(pg_temp.announce('second', 6, 'h6'), 'announced taken=f/f back=f', 'a higher number is what comes next');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'no alarm');
SELECT is(pg_temp.announce('second', 6, 'h6b'), 'announced taken=f/t back=f', 'two headers with one number');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'clone', 'are a suspected clone');
SELECT pg_temp.acknowledge_all();
SELECT is(asv.docking_end(dig('second'), '2026-01-05 06:40Z', 5::smallint, 0, 0, 0, 0, 0, 'broke off', NULL), 'done', 'it breaks off');
SELECT is(pg_temp.dock('third', 60, 12), 'done back=f before=6 emptied=06:20', 'a third docking: the second did not empty the camera');
SELECT is(pg_temp.announce('third', 9, '0'), 'announced taken=f/f back=f', 'a header that the camera cannot read');
SELECT is(pg_temp.announce('third', 9, 'h9'), 'announced taken=f/f back=f', 'contradicts nothing when it can be read later');
SELECT is(pg_temp.announce('third', 11, 'h11'), 'announced taken=f/f back=f', 'it is cut off after the marked ones');
SELECT is(pg_temp.dock('resumed', 70, 12), 'done back=f before=12 emptied=06:20', 'the camera is put in again');
SELECT is(pg_temp.announce('resumed', 10, 'h10'), 'announced taken=f/f back=f', 'the others come now, and are no clone''s');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'no alarm');
SELECT is(asv.docking_end(dig('resumed'), '2026-01-05 07:15Z', 1::smallint, 2, 0, 0, 0, 131104, NULL, tap.inventory('resumed', 0, 'bul')), 'done', 'and it is emptied');
SELECT is(pg_temp.dock('fourth', 90, 4), 'done back=t before=12 emptied=07:15', 'the highest number of a store went back');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'clone', 'a suspected clone');
SELECT is(pg_temp.announce('fourth', 7, 'h7'), 'announced taken=f/f back=t', 'a new recording under a number that was passed over');
SELECT is((SELECT count(*) FROM asv.alarm_overview WHERE kind = 'clone'), 2::bigint, 'too');
SELECT pg_temp.acknowledge_all();
SELECT is(pg_temp.dock('rebuilt', 100, NULL), 'done back=f before=12 emptied=07:15', 'from a docking that was rebuilt nothing is concluded');
SELECT is(pg_temp.announce('rebuilt', 8, 'h8'), 'announced taken=f/f back=f', 'nor from what it brings');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'no alarm');
SELECT is(pg_temp.dock('fifth', 120, 1, 'formatted'), 'done back=f before=0 emptied=07:15', 'a formatted store begins anew');

-- ---- the device log

CREATE FUNCTION pg_temp.log(docking text, first bigint, n int, before text, after text, name text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.log_append(tap.dig(docking), tap.dig('cam'), first,
        CASE before WHEN '' THEN decode(repeat('00', 32), 'hex') ELSE tap.dig(before) END, tap.dig(after), tap.obj(name),
        array_fill(1, ARRAY[n]), array_fill(1767592800000::bigint, ARRAY[n]), array_fill(5::bigint, ARRAY[n]),
        array_fill(tap.uid('boot'), ARRAY[n]), array_fill('00ff'::text, ARRAY[n]))
$$;
CREATE FUNCTION pg_temp.last_log() RETURNS text LANGUAGE sql AS $$
    SELECT continuity FROM asv.device_log_block ORDER BY position DESC LIMIT 1
$$;
SELECT pg_temp.acknowledge_all();
SELECT is((SELECT count(*) FROM asv.log_position(dig('cam'))), 0::bigint, 'no log is stored');
SELECT is(pg_temp.log('session', 1, 2, '', 'l2', 'log1'), 'done', 'a first run');
SELECT is(pg_temp.log('session', 1, 2, '', 'l2', 'log1'), 'already', 'twice');
SELECT is((SELECT row(next, after = dig('l2'))::text FROM asv.log_position(dig('cam'))), '(3,t)', 'the next is asked for');
SELECT is(pg_temp.log('second', 3, 3, 'l2', 'l5', 'log2'), 'done', 'a run that follows');
SELECT is(pg_temp.last_log(), 'continued', 'continues');
SELECT is((SELECT string_agg(e.number::text, ',' ORDER BY e.number) FROM asv.device_log_entry e), '1,2,3,4,5', 'entry by entry');
SELECT is((SELECT value FROM asv.device_log_entry WHERE number = 5), '\x00ff'::bytea, 'with its value');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'no alarm');
SELECT is(pg_temp.log('third', 8, 1, 'l7', 'l8', 'log3'), 'done', 'entries are missing');
SELECT is(pg_temp.last_log(), 'gap', 'a gap');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'device_log', 'is an alarm');
SELECT pg_temp.acknowledge_all();
SELECT is(pg_temp.log('third', 9, 1, 'something else', 'l9', 'log4'), 'done', 'a digest that does not continue');
SELECT is(pg_temp.last_log(), 'broken', 'is broken');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'device_log', 'and an alarm');
SELECT pg_temp.acknowledge_all();
SELECT is(pg_temp.log('fifth', 1, 1, '', 'm1', 'log5'), 'done', 'a log that restarts');
SELECT is(pg_temp.last_log(), 'restarted', 'with a new store');
SELECT is((SELECT count(*) FROM asv.alarm_overview), 0::bigint, 'is none');
SELECT is(pg_temp.log('fifth', 1, 1, '', 'n1', 'log6'), 'done', 'within the same store');
SELECT is((SELECT string_agg(kind, ' ') FROM asv.alarm_overview), 'device_log', 'it is');

-- ---- what cameras are given

CREATE FUNCTION pg_temp.bulletin(number bigint, name text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.bulletin_issued(tap.dig('session'), tap.dig('cam'), number, tap.dig('p'), '2026-01-02', 1, 0, NULL, NULL,
        tap.b16('rk'), tap.dig('keeper'), tap.obj(name))
$$;
SELECT is(pg_temp.bulletin(1, 'b1'), 'done', 'a bulletin is in force');
SELECT is(pg_temp.bulletin(1, 'b1'), 'already', 'told twice');
SELECT throws_ok($$ SELECT pg_temp.bulletin(1, 'b1 with other content') $$, 'VA001', NULL, 'one number, two contents');
SELECT is(asv.assignment_issued(dig('session'), dig('cam'), 1, uid('a'), dig('dock'), 'VU', 'mitte', '2026-01-05', obj('a1')), 'done',
    'an assignment');
SELECT is(asv.assignment_issued(dig('session'), dig('cam'), 1, uid('a'), dig('dock'), 'VU', 'mitte', '2026-01-05', obj('a1')), 'already',
    'told twice');
SELECT throws_ok($$ SELECT asv.assignment_issued(tap.dig('session'), tap.dig('cam'), 1, NULL, tap.dig('dock'), 'VU', 'mitte',
    '2026-01-05', tap.obj('a1b')) $$, 'VA001', NULL, 'one number, two assignments');
SELECT is(asv.configuration_issued(dig('session'), dig('cam'), 1, dig('dock'), 0, 1000, 1, 'K', 'VU', '2026-01-05', obj('c1')), 'done',
    'a configuration');
SELECT throws_ok($$ SELECT asv.configuration_issued(tap.dig('session'), tap.dig('cam'), 1, tap.dig('dock'), 0, 1000, 1, 'K', 'VU',
    '2026-01-05', tap.obj('c1b')) $$, 'VA001', NULL, 'one number, two configurations');
SELECT is(asv.number_next(dig('cam'), 1::smallint, 0), 1::bigint, 'numbers rise');
SELECT is(asv.number_next(dig('cam'), 1::smallint, 0), 2::bigint, 'by each call');
SELECT is(asv.number_next(dig('cam'), 1::smallint, 40), 41::bigint, 'above what the camera has');
SELECT is(asv.number_next(dig('cam'), 2::smallint, 0), 1::bigint, 'each kind for itself');

-- ---- the register

SELECT is(asv.camera_enrol(dig('cam'), convert_to('chain', 'UTF8'), NULL, NULL, 'somebody'), 'done', 'enrolled');
SELECT is(asv.camera_enrol(dig('cam'), convert_to('chain', 'UTF8'), NULL, NULL, 'somebody'), 'already', 'once');
SELECT throws_ok($$ SELECT asv.camera_move(tap.dig('cam'), 'nowhere', 'somebody') $$, '23503', NULL, 'to a unit that exists');
SELECT asv.unit_put('VU', 'Verkehrsüberwachung'), asv.unit_put('AD', 'Außendienst');
SELECT asv.camera_move(dig('cam'), 'VU', 'somebody'), asv.camera_move(dig('cam'), 'AD', 'somebody'),
       asv.camera_move(dig('cam'), 'AD', 'somebody');
SELECT is((SELECT string_agg(unit::text, ' ' ORDER BY since) FROM asv.camera_unit), 'VU AD', 'each move is kept, once');
SELECT is((SELECT unit FROM asv.camera_find(dig('cam'))), 'AD', 'the last one counts');
SELECT is(asv.revocations_publish(5, dig('ca'), '2026-01-05', ARRAY[encode(b16('s3'), 'hex')], obj('r5')), 'done', 'revoked');
SELECT is(asv.revocations_publish(5, dig('ca'), '2026-01-05', ARRAY[encode(b16('s3'), 'hex')], obj('r5')), 'already', 'told twice');
SELECT is((SELECT revoked FROM asv.camera_find(dig('cam'))), true, 'is shown');
SELECT is((SELECT d.revoked FROM asv.docking_begin(tap.dig('sixth'), tap.dig('dock'), 7, '1-2.7', tap.dig('cam'), '2026-01-06', NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL) AS d), true, 'and told to the dock');
SELECT throws_ok($$ SELECT asv.revocations_publish(4, tap.dig('ca'), '2026-01-05', '{}', tap.obj('r4')) $$, 'VA004', NULL,
    'an older list is refused');
SELECT throws_ok($$ SELECT asv.revocations_publish(5, tap.dig('ca'), '2026-01-05', '{}', tap.obj('r5b')) $$, 'VA001', NULL,
    'the same number with other content too');
SELECT is(asv.revocations_publish(6, dig('ca'), '2026-01-05', '{}', obj('r6')), 'done', 'a newer list');
SELECT is((SELECT revoked FROM asv.camera_find(dig('cam'))), false, 'counts alone');
SELECT is(asv.revocations_newest(), obj('r6'), 'and is given out');
SELECT throws_ok($$ SELECT asv.camera_certificate_put(4::smallint, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) $$,
    '42501', NULL, 'a docking adds no dock''s certificate');
CREATE FUNCTION pg_temp.certify(serial text) RETURNS void LANGUAGE sql AS $$
    SELECT asv.camera_certificate_put(3::smallint, tap.b16(serial), tap.dig('ca-key'), 'Kamera 08', 'M', 'D-8', tap.dig('k8'),
        tap.dig('x8'), '2026-01-01', '2036-01-01', convert_to('cam8', 'UTF8'))
$$;
SELECT lives_ok($$ SELECT pg_temp.certify('s8') $$, 'a certificate is added');
SELECT lives_ok($$ SELECT pg_temp.certify('s8') $$, 'twice');
SELECT throws_ok($$ SELECT pg_temp.certify('another serial number') $$, 'VA001', NULL, 'but not with other facts');
SELECT asv.slot_learned(dig('dock'), 1, '1-1'), asv.slot_learned(dig('dock'), 2, '1-2'), asv.slot_learned(dig('dock'), 1, '1-2');
SELECT is((SELECT string_agg(number || '=' || port, ' ') FROM asv.slot), '1=1-2', 'a port is one slot');

-- ---- what the dock says of a recording is what custody has

CREATE FUNCTION pg_temp.told(number bigint, header text, changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT to_jsonb(jsonb_populate_record(NULL::asv.clip_facts, t.fields
        || jsonb_build_object('number', number, 'header', tap.dig(header), 'clip', tap.uid(header)) || changes))
    FROM tap.template t WHERE t.tbl = 'clip'
$$;
CREATE FUNCTION pg_temp.held(h text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT to_jsonb(jsonb_populate_record(NULL::asv.clip_facts, to_jsonb(c))) FROM asv.clip c WHERE c.header = tap.dig(h)
$$;
CREATE TEMP TABLE said (number bigint, header text, changes jsonb);
INSERT INTO said VALUES
    (101, 'marked', '{"marked": true, "dwelling": false, "pre_roll_ms": 0, "end_reason": 2, "segment": 3, "stream": 4}'),
    (102, 'dwelling', '{"marked": false, "dwelling": true, "pre_roll_ms": 0, "bulletin": 5, "policy": 6}'),
    (103, 'pre-roll', '{"marked": false, "dwelling": false, "pre_roll_ms": 30000, "clock_offset_ms": 7, "clock_uncertainty_ms": 8}');
SELECT is(pg_temp.commit(number, header, changes), 'done', 'a recording: ' || header) FROM said;
SELECT is(pg_temp.held(header), pg_temp.told(number, header, changes), 'each fact of it is in custody: ' || header) FROM said;

-- ---- what the vault must hold

CREATE FUNCTION pg_temp.custody() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM asv.custody_list(NULL, 500) $$;
SELECT is(pg_temp.custody(), (SELECT count(*) FROM asv.clip), 'the list has every clip');
SELECT is((SELECT count(*) FROM asv.custody_list((SELECT recording FROM asv.custody_list(NULL, 1)), 500)), pg_temp.custody() - 1,
    'a page begins behind the recording before');
SET LOCAL session_replication_role = replica; -- no road leads to these states yet
UPDATE asv.recording_state SET state = 'erasing' WHERE recording = (SELECT recording FROM asv.custody_list(NULL, 1));
SELECT is(pg_temp.custody(), (SELECT count(*) - 1 FROM asv.clip), 'what is being erased is not in it');
UPDATE asv.recording_state SET state = 'erased' WHERE state = 'erasing';
SELECT is(pg_temp.custody(), (SELECT count(*) - 1 FROM asv.clip), 'nor is what was erased');

-- ---- what a policy's change would be about (LAW T8): recordings by day and state, nobody's

SELECT set_eq('SELECT day, state, ground, requested_at, recordings FROM asv.recording_periods(0, 1000)', $$
    SELECT c.day, s.state, NULL::smallint, NULL::timestamptz, count(*) FROM asv.clip c JOIN asv.recording_state s ON s.recording = c.recording
    WHERE s.state IN ('sealed', 'quarantined') GROUP BY c.day, s.state
$$, 'every recording that is kept is in one group');
SELECT isnt_empty('SELECT * FROM asv.recording_periods(0, 1) WHERE recordings > 0', 'and there are some');
SELECT is((SELECT count(*) FROM asv.recording_periods(1, 1000)) + 1, (SELECT count(*) FROM asv.recording_periods(0, 1000)), 'page by page');

-- ---- what people held before it docked: its due date is past when it is stored

SELECT is(pg_temp.commit(9, 'held ahead', (pg_temp.late() - 'kind' - 'replicas') || jsonb_build_object('epoch', uid('old'))), 'done',
    'a clip whose period is over is stored all the same');
SELECT is(pg_temp.state('held ahead'), 'sealed', 'like any other');
SELECT ok((SELECT due_at < committed_at FROM asv.clip_overview WHERE header = dig('held ahead')), 'and its due date is what it is');
SELECT is(pg_temp.commit(5, 'h5', pg_temp.late() - 'kind' - 'replicas'), 'conflict', 'one that has its tombstone is not');
SELECT is(pg_temp.state('h5'), 'expired_on_arrival', 'which stands');

SELECT * FROM finish();
ROLLBACK;
