-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the functions of incidents do: requests, answers, holds, blocks, accesses. LAW T1, T3, T4: what is kept, by whose word. LAW R4:
-- blocks. LAW L1, L2, L3: who looked at what, until it is forgotten. LAW L7: what
-- recorded people may know.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();

-- ---- people, a camera, its recordings h1, h2, h3 in custody (h3 in quarantine)

SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('root'), 'role', 1, 'serial', tap.b16('s1'), 'kx_pk', NULL,
    'encoded', convert_to('root', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('dock'), 'role', 4, 'serial', tap.b16('s4'),
    'encoded', convert_to('dock', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put(tbl, fields) FROM template
WHERE tbl IN ('certificate', 'agency', 'unit', 'area', 'camera', 'camera_unit', 'dock', 'docking', 'assignment') ORDER BY position;
CREATE FUNCTION pg_temp.person(who text, roles int, badge text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig(coalesce(badge, 'badge ' || who)), who, roles, 'VU',
        '2026-01-01', '2126-01-01', tap.dig('key ' || who), convert_to(who, 'UTF8'), 'somebody');
    SELECT asv.statement_put(tap.stmt('found ' || who), tap.dig('found ' || who), 34, 5::smallint, tap.dig('34' || who), 3::smallint,
        tap.dig(who), NULL, NULL, NULL, NULL, NULL, NULL, 0::smallint, NULL, NULL, tap.b16('found ' || who), now(),
        now() + interval '1 day', NULL);
    SELECT tap.took('found ' || who);
$$;
SELECT pg_temp.person('willi', 1);
SELECT pg_temp.person('sigrid', 2);
SELECT pg_temp.person('stefan', 2);
SELECT pg_temp.person('dora', 4);
SELECT pg_temp.person('rita', 8);
SELECT pg_temp.person('doris', 32);
SELECT asv.duty_put(uid('sigrid'), 'in_charge', 'VU', NULL, '2026-01-01', NULL, 'x');
SELECT asv.duty_put(uid('dora'), 'deputy', 'VU', NULL, '2026-01-01', '2126-01-01', 'x');
SELECT asv.duty_put(uid('stefan'), 'appraises', NULL, uid('willi'), '2026-01-01', NULL, 'x');
SELECT is(asv.issue_put(uid('assignment'), uid('willi'), NULL, 'x', false), 'done', 'a camera is issued');
SELECT is(asv.issue_put(uid('assignment'), uid('willi'), NULL, 'x', false), 'already', 'once');
SELECT throws_ok($$ SELECT asv.issue_put(uid('assignment'), uid('rita'), NULL, 'x', false) $$, 'VA001', NULL, 'to one person');
SELECT throws_ok($$ SELECT asv.issue_put(uid('nothing'), uid('rita'), NULL, 'x', true) $$, 'VA006', NULL, 'under an assignment that a camera had');

CREATE FUNCTION pg_temp.record(name text, number int, kind int DEFAULT 1, assignment text DEFAULT 'assignment') RETURNS void LANGUAGE sql AS $$
    SELECT asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, (SELECT fields FROM tap.template WHERE tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(name), 'clip', tap.uid(name), 'kind', kind, 'assignment', tap.uid(assignment),
                              'reason', CASE kind WHEN 2 THEN 'r' ELSE '' END, 'day', current_date, 'key_date', current_date,
                              'due_at', current_date + 15, 'earliest_at', now(), 'latest_at', now(), 'started_at', now(),
                              'ended_at', now(), 'committed_at', now())),
        tap.obj('record ' || name), NULL, NULL, NULL, NULL, NULL, NULL)
$$;
SELECT pg_temp.record('h1', 1);
SELECT pg_temp.record('h2', 2);
SELECT pg_temp.record('h3', 3, 2);
CREATE FUNCTION pg_temp.state(name text) RETURNS text LANGUAGE sql AS $$
    SELECT s.state FROM asv.recording_state s JOIN asv.clip c USING (recording) WHERE c.header = tap.dig(name)
$$;
CREATE FUNCTION pg_temp.kinds(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.kind || '/' || e.actor_kind, ' ' ORDER BY position) FROM asv.clip_event e JOIN asv.clip c USING (recording)
    WHERE c.header = tap.dig(name) AND e.kind NOT IN ('announced', 'committed', 'quarantined')
$$;
SELECT is(pg_temp.state('h1') || ' ' || pg_temp.state('h3'), 'sealed quarantined', 'recordings in custody');

-- ---- incidents

CREATE FUNCTION pg_temp.incident(number int, offence text, injured text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT tap.incident_put(tap.uid('incident'), 'V-1', number, offence, injured, 'willi')
$$;
SELECT is(pg_temp.incident(1, 'o', E'a\nb'), 'done', 'an incident');
SELECT is(pg_temp.incident(1, 'o', E'a\nb'), 'already', 'the same again');
SELECT throws_ok($$ SELECT tap.incident_put(uid('other'), 'V-1', 1, 'o', '', 'willi') $$, '23505', NULL, 'a case number is one incident''s');
SELECT throws_ok($$ SELECT pg_temp.incident(1, 'other') $$, 'VA001', NULL, 'a version is written once');
SELECT throws_ok($$ SELECT pg_temp.incident(3, 'other') $$, 'VA001', NULL, 'versions have no gaps');
SELECT is(pg_temp.incident(2, 'other'), 'done', 'a change');
SELECT is((SELECT offence || injured || number FROM asv.incident_overview), 'other2', 'the newest version counts');
SELECT is((SELECT injured FROM asv.incident_version WHERE number = 1), '{a,b}', 'and the one before is kept');
CREATE FUNCTION pg_temp.clip(clip text, shows boolean, number int, p_by text DEFAULT 'x') RETURNS text LANGUAGE sql AS $$
    SELECT tap.clip_put(tap.uid('incident'), 'V-1', clip, shows, number, 'willi', p_by)
$$;
CREATE FUNCTION pg_temp.next(clip text, shows boolean) RETURNS text LANGUAGE sql AS $$
    SELECT (incident = tap.uid('incident'), header = tap.dig(clip), number)::text FROM asv.incident_clip_next('V-1', tap.uid(clip), shows)
$$;
SELECT is(pg_temp.next('h1', true), '(t,t,1)', 'who would say that a recording shows it is told what to sign');
SELECT is(pg_temp.clip('h1', true, 1), 'done', 'it is shown by a recording');
SELECT is(pg_temp.clip('h1', true, 1), 'already', 'once');
SELECT is(pg_temp.next('h1', true), '(t,t,)', 'of what is so already there is nothing to sign');
SELECT throws_ok($$ SELECT pg_temp.clip('h1', true, 2) $$, 'VA001', NULL, 'nor is anything kept that was signed after all');
SELECT throws_ok($$ SELECT asv.incident_clip_next('V-2', uid('h1'), true) $$, 'VA006', NULL, 'of an incident that is there');
SELECT throws_ok($$ SELECT pg_temp.clip('h9', true, 1) $$, 'VA006', NULL, 'by a recording that is there');
SELECT throws_ok($$ SELECT pg_temp.clip('h2', false, 1) $$, 'VA006', NULL, 'nothing is taken out that was not in');
SELECT is(pg_temp.clip('h1', false, 2, 'anna'), 'done', 'it is taken out again');
SELECT is(pg_temp.clip('h1', false, 2, 'anna'), 'already', 'once');
SELECT is((SELECT clips FROM asv.incident_overview), 0::bigint, 'and is no recording of it any more');
SELECT is((SELECT (clip, by, object = stmt(uid('incident') || ' h1 2'))::text FROM asv.incident_removed('V-1', 9)), format('(%s,anna,t)', uid('h1')),
    'but it stays in sight, with what was signed');
SELECT throws_ok($$ DELETE FROM asv.incident_clip $$, 'VA005', NULL, 'with what was said before');
SELECT throws_ok($$ UPDATE asv.incident_clip SET shows = true $$, 'VA005', NULL, 'as it was');
SELECT is(pg_temp.clip('h1', true, 3), 'done', 'nor is that the last word');
SELECT is((SELECT array_agg(shows ORDER BY number) FROM asv.incident_clip), ARRAY[true, false, true], 'each is kept');

-- ---- what is written down is signed (ST-104): the statement says this, of this incident, and nothing else is taken

CREATE FUNCTION pg_temp.writes(statement bytea, number int DEFAULT 3, salt text DEFAULT 'salt') RETURNS text LANGUAGE sql AS $$
    SELECT asv.incident_put(tap.uid('incident'), 'V-1', number::smallint, 2::smallint, 'o', 'd', '2026-01-05 05:00Z', NULL, 'p', 'Unbekannt', '',
        NULL, false, 'x', tap.dig(salt), statement)
$$;
CREATE FUNCTION pg_temp.signs(name text, record text, incident text, offence text DEFAULT 'o') RETURNS bytea LANGUAGE sql AS $$
    SELECT tap.signed(name, record, tap.uid(incident), ARRAY[tap.uid('incident')::text, 'V-1', '3', '2', offence, 'd', '1767589200000', '', 'p',
        'Unbekannt', '', '0', '0'], 'willi')
$$;
SELECT throws_ok($$ SELECT pg_temp.writes(dig('nothing')) $$, 'VA006', 'record: what was signed for it is not here', 'nothing is written down that nobody signed');
SELECT throws_ok($$ SELECT pg_temp.writes(NULL) $$, 'VA006', NULL, 'nor without a statement');
SELECT throws_ok($$ SELECT pg_temp.writes(pg_temp.signs('x1', 'incident', 'incident', 'O')) $$, 'VA001',
    'record: what was signed says something else than what is to be written down', 'nor anything else than was signed');
SELECT throws_ok($$ SELECT pg_temp.writes(pg_temp.signs('x2', 'incident', 'incident'), 4) $$, 'VA001', NULL, 'not even as another version');
SELECT throws_ok($$ SELECT pg_temp.writes(pg_temp.signs('x3', 'incident', 'incident'), 3, 'other salt') $$, 'VA001', NULL, 'or with another salt');
SELECT throws_ok($$ SELECT asv.incident_put(uid('incident'), 'V-1', 3::smallint, 2::smallint, 'o', 'd', '2026-01-05 05:00Z', NULL, 'p', 'Unbekannt',
    '', NULL, false, 'x', NULL, pg_temp.signs('x4', 'incident', 'incident')) $$, 'VA001', NULL, 'or without one');
SELECT throws_ok($$ SELECT pg_temp.writes(pg_temp.signs('x5', 'incident', 'other')) $$, 'VA001', 'record: what was signed is about another incident',
    'nor what was signed of another incident');
SELECT throws_ok($$ SELECT pg_temp.writes(pg_temp.signs('x6', 'incident-clip', 'incident')) $$, 'VA001', 'record: what was signed is about something else',
    'nor of something else');
SELECT throws_ok($$ SELECT pg_temp.writes(dig('found willi')) $$, 'VA001', NULL, 'nor what no row is signed with');
SELECT is(pg_temp.writes(pg_temp.signs('x7', 'incident', 'incident')), 'done', 'but what somebody signed');
SELECT is(pg_temp.writes(dig('x7')), 'already', 'once');
SELECT is((SELECT statement FROM asv.incident_find('V-1')), dig('x7')::asv.digest, 'and it says who did');
SELECT is((SELECT asv.record_digest(v.salt, asv.record_text(v)) = s.subject FROM asv.incident_version v JOIN asv.statement s ON s.digest = v.statement
           WHERE v.number = 3), true, 'which everybody can see who reads it');
SELECT throws_ok($$ SELECT asv.incident_clip_put('V-1', uid('h2'), true, 'x', NULL, dig('x7')) $$, 'VA003', NULL,
    'what one person says of a recording is salted');
SELECT throws_ok($$ SELECT asv.incident_clip_put('V-1', uid('h2'), true, 'x', dig('salt'), dig('x7')) $$, 'VA001', NULL, 'and is about it');
SELECT throws_ok($$ SELECT pg_temp.clip('h2', true, 2) $$, 'VA001', NULL, 'as the first word of it');
SELECT throws_ok($$ SELECT tap.signed('x8', 'incident', uid('incident'), '{}', 'anna') $$, 'VA006', NULL, 'by nobody whom nobody knows');
SELECT is((SELECT count(*) FROM asv.statement WHERE digest IN (dig('x1'), dig('x2'), dig('x5'))), 0::bigint, 'what is refused is not kept either');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'all that was signed is written down');
SELECT throws_ok($$ SELECT pg_temp.signs('x9', 'incident', 'incident') $$, 'VA002', 'record: nothing was written down of what was signed',
    'and nothing else is kept');
SET CONSTRAINTS ALL DEFERRED;
SELECT is((SELECT count(*) FROM asv.statement_undelivered(NULL, 500) u JOIN asv.statement s ON s.digest = u.digest WHERE s.action = 64)
        + (SELECT count(*) FROM asv.statement_unconcluded(0, 500) u JOIN asv.statement s ON s.digest = u.digest WHERE s.action = 64), 0::bigint,
    'none of it is the keeper''s, and nothing has to follow from it'); -- K-158

-- ---- requests

-- name: action and step about a recording, by whom, answering what.
CREATE FUNCTION pg_temp.say(name text, act int, step int, about text, who text, proposal text DEFAULT NULL, ground int DEFAULT 0)
    RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), act, step::smallint, tap.dig(act || about),
        (CASE WHEN act IN (6, 9) THEN 2 WHEN act = 4 THEN 9 WHEN act = 10 THEN 7 ELSE 1 END)::smallint, tap.dig(about),
        CASE WHEN act = 4 THEN who END, NULL, NULL, CASE WHEN act = 10 THEN current_date - 3 END, NULL, tap.uid('incident'),
        ground::smallint, tap.dig(who), tap.uid(who), tap.b16('n ' || name), now(),
        now() + CASE WHEN act = 8 THEN interval '1 hour' WHEN act = 4 AND step > 1 THEN interval '12 hours' ELSE interval '1 day' END,
        tap.dig(proposal))
$$;
CREATE FUNCTION pg_temp.asks(name text, act int, about text, who text, ground int DEFAULT 0, life interval DEFAULT '1 day')
    RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.say(name, act, 1, about, who, NULL, ground);
    SELECT asv.request_put(tap.dig(name), now() + life, NULL, NULL)
$$;
CREATE FUNCTION pg_temp.answers(name text, step int, about text, who text, proposal text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    p asv.statement;
BEGIN
    SELECT * INTO p FROM asv.statement WHERE digest = tap.dig(answers.proposal);
    PERFORM pg_temp.say(name, p.action, step, about, who, answers.proposal, p.ground);
    RETURN asv.request_end(tap.dig(name), NULL);
END
$$;
SELECT throws_ok($$ SELECT asv.request_put(dig('nothing'), now(), NULL, NULL) $$, 'VA006', NULL, 'no request without a proposal');
SELECT is(pg_temp.asks('q1', 1, 'h1', 'willi', 2), 'done', 'a wearer asks');
SELECT is(asv.request_put(dig('q1'), now() + interval '1 day', NULL, NULL), 'already', 'the same again');
SELECT is(pg_temp.state('h1') || ' ' || pg_temp.kinds('h1'), 'pending hold_requested/person', 'it waits');
SELECT is((SELECT superior FROM asv.request), false, 'for the wearer is no superior');
SELECT throws_ok($$ SELECT pg_temp.asks('q2', 1, 'h1', 'sigrid', 2) $$, '23505', NULL, 'one request at a time');
SELECT throws_ok($$ SELECT pg_temp.asks('q3', 2, 'h1', 'sigrid') $$, 'VA002', NULL, 'nothing is released that is not held');
SELECT throws_ok($$ SELECT pg_temp.asks('q4', 4, 'h1', 'rita') $$, 'VA002', NULL, 'and nothing shown');
SELECT throws_ok($$ SELECT asv.request_end(dig('q1'), NULL) $$, 'VA006', NULL, 'a proposal is no answer');
SELECT throws_ok($$ SELECT pg_temp.answers('a0', 2, 'h1', 'willi', 'q1') $$, 'VA007', NULL, 'nobody approves the own request');
SELECT is(pg_temp.answers('a1', 3, 'h1', 'sigrid', 'q1'), 'done', 'a superior refuses');
SELECT is(asv.request_end(dig('a1'), NULL), 'already', 'the same again');
SELECT is(pg_temp.state('h1'), 'sealed', 'its period goes on');
SELECT is(pg_temp.asks('q5', 1, 'h1', 'sigrid', 2), 'done', 'it can be asked for again');
SELECT is((SELECT superior FROM asv.request WHERE proposal = dig('q5')), true, 'by who is in charge');
SELECT is(pg_temp.answers('a2', 4, 'h1', 'sigrid', 'q5'), 'done', 'and withdrawn');
SELECT is(pg_temp.asks('q6', 1, 'h1', 'dora', 2), 'done', 'by a deputy');
SELECT is((SELECT superior FROM asv.request WHERE proposal = dig('q6')), true, 'while deputising');
SELECT is(pg_temp.say('a3', 1, 2, 'h1', 'sigrid', 'q6', 2), 'done', 'and approved');
SELECT is(asv.request_end(dig('a3'), NULL), 'done', 'the keeper took it');
SELECT is(pg_temp.state('h1'), 'held', 'it is held');
SELECT is(pg_temp.kinds('h1'), 'hold_requested/person hold_refused/person hold_requested/person hold_withdrawn/person '
    || 'hold_requested/person hold_approved/person', 'each step is in custody');
SELECT is((SELECT e.object FROM asv.clip_event e WHERE kind = 'hold_approved'), stmt('a3'), 'with what was signed');
SELECT is((SELECT c.name::text FROM asv.clip_event e JOIN asv.credential c ON c.digest = e.actor WHERE e.kind = 'hold_approved'), 'sigrid', 'and by whom');
SELECT throws_ok($$ SELECT pg_temp.answers('a4', 3, 'h1', 'stefan', 'q6') $$, NULL, NULL, 'what is decided is decided');
SELECT throws_ok($$ SELECT pg_temp.asks('q7', 1, 'h1', 'willi', 2) $$, 'VA002', NULL, 'and not asked for again');

-- A superior who wore the camera asks as its wearer: then another superior is needed.
SELECT pg_temp.person('wolf', 3);
SELECT asv.duty_put(uid('wolf'), 'in_charge', 'VU', NULL, '2026-01-01', NULL, 'x');
SELECT pg_temp.record('h6', 6, 1, 'assignment2');
SELECT asv.issue_put(uid('assignment2'), uid('rita'), NULL, 'x', false);
SELECT is(asv.issue_put(uid('assignment2'), uid('wolf'), NULL, 'x', true), 'done', 'that somebody else wore it was wrong');
SELECT is((SELECT array_agg(wears) FROM unnest(ARRAY['rita', 'wolf']) AS who, asv.standing_of(uid('h6'), uid(who))), ARRAY[false, true],
    'what was said last counts');
SELECT is((SELECT count(*) FROM asv.issue WHERE assignment = uid('assignment2')), 2::bigint, 'and what was said before is kept');
SELECT is(pg_temp.asks('w1', 1, 'h6', 'wolf', 2), 'done', 'a superior who wore the camera asks');
SELECT is((SELECT superior FROM asv.request WHERE proposal = dig('w1')), false, 'and is none for this recording');
SELECT is(pg_temp.answers('w2', 3, 'h6', 'sigrid', 'w1'), 'done', 'refused');

-- ---- LAW T4: the row says it, whoever writes it

SELECT throws_ok($$ UPDATE asv.recording_state SET state = 'held' WHERE recording = (SELECT recording FROM asv.clip
    WHERE header = dig('h2')) $$, 'VA002', NULL, 'nothing is held by a row alone');
-- One person's two statements, written past the functions.
CREATE FUNCTION pg_temp.forge(name text, step int, proposal text, asker text) RETURNS void LANGUAGE sql AS $$
    SELECT tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s WHERE digest = tap.dig('q6'))
        || jsonb_build_object('digest', tap.dig(name), 'object', tap.stmt(name), 'step', step, 'proposal', tap.dig(proposal),
                              'subject', tap.dig('h6'), 'nonce', tap.b16(name), 'credential', tap.dig(asker), 'person', tap.uid(asker)))
$$;
SELECT pg_temp.forge('f1', 1, NULL, 'dora');
SELECT is(asv.request_put(dig('f1'), now() + interval '1 day', NULL, NULL), 'done', 'a request');
SELECT pg_temp.forge('f2', 2, 'f1', 'dora');
SELECT throws_ok($$ SELECT asv.request_end(dig('f2'), NULL) $$, 'VA002', NULL, 'is not ended by who made it');
SELECT throws_ok($$
    UPDATE asv.request SET outcome = 'approved', answer = dig('f2'), ended_at = now() WHERE proposal = dig('f1');
    INSERT INTO asv.hold (recording, proposal, event) SELECT c.recording, dig('f1'), s.event FROM asv.clip c JOIN asv.recording_state s
        USING (recording) WHERE c.header = dig('h6');
    UPDATE asv.recording_state SET state = 'held' WHERE recording = (SELECT recording FROM asv.clip WHERE header = dig('h6'))
$$, 'VA002', NULL, 'and holds nothing, whatever the other rows say');
SELECT pg_temp.forge('f3', 2, 'f1', 'sigrid');
SELECT is(asv.request_end(dig('f3'), NULL), 'done', 'with a second person''s it is');
SELECT is(pg_temp.asks('f4', 2, 'h6', 'dora'), 'done', 'the same with a release');
SELECT tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s WHERE digest = dig('f4'))
    || jsonb_build_object('digest', dig('f6'), 'object', stmt('f6'), 'step', 2, 'proposal', dig('f4'), 'nonce', b16('f6')));
SELECT throws_ok($$ SELECT asv.request_end(dig('f6'), NULL) $$, 'VA002', NULL, 'nobody releases alone');
SELECT is(pg_temp.answers('f5', 2, 'h6', 'sigrid', 'f4'), 'done', 'two people do');

SELECT throws_ok($$ UPDATE asv.request SET outcome = NULL, answer = NULL, ended_at = NULL WHERE proposal = dig('q6') $$, 'VA005', NULL,
    'what was ended is not open again');
SELECT throws_ok($$ UPDATE asv.request SET outcome = 'refused' WHERE proposal = dig('q6') $$, 'VA005', NULL, 'nor ended otherwise');
SELECT throws_ok($$ UPDATE asv.request SET expires_at = expires_at + interval '1 year' $$, 'VA005', NULL, 'nor given more time');

-- ---- what lapses

CREATE FUNCTION pg_temp.shows(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(case_number, ' ') FROM asv.incident_clip_overview WHERE clip = tap.uid(name)
$$;
SELECT is(pg_temp.shows('h2'), NULL, 'a recording of no incident');
SELECT is(pg_temp.asks('q8', 1, 'h2', 'willi', 2, '1 microsecond'), 'done', 'a request that nobody decides');
SELECT is(pg_temp.shows('h2'), NULL, 'which makes it no exhibit: nothing is decided');
SELECT is((SELECT outcome FROM asv.request_overview WHERE proposal = dig('q8')), 'lapsed', 'has lapsed');
SELECT is(asv.requests_lapse(), 1::bigint, 'and is ended');
SELECT is(asv.requests_lapse(), 0::bigint, 'once');
SELECT is(pg_temp.state('h2') || ' ' || pg_temp.kinds('h2'), 'sealed hold_requested/person hold_lapsed/system', 'its period goes on');
SELECT throws_ok($$ SELECT pg_temp.answers('a5', 3, 'h2', 'sigrid', 'q8') $$, 'VA002', NULL, 'nobody refuses it any more');
SELECT is(pg_temp.answers('a6', 2, 'h2', 'sigrid', 'q8'), 'done', 'but an approval that the keeper took in time counts');
SELECT is(pg_temp.state('h2'), 'held', 'it is held');
SELECT is(pg_temp.shows('h2'), 'V-1', 'and one of its incident''s recordings by that, whoever wrote it down');
SELECT is((SELECT (salt, statement = dig('a6'))::text FROM asv.incident_clip n JOIN asv.clip c USING (recording) WHERE c.header = dig('h2')), '(,t)',
    'as the approval says');
SELECT throws_ok($$ SELECT pg_temp.clip('h2', false, 2) $$, 'VA002', NULL, 'of which it cannot be taken out while it is held for it');
SELECT is(pg_temp.asks('q9', 1, 'h3', 'sigrid', 2), 'done', 'what is in quarantine can be kept, too');
SELECT is(pg_temp.answers('a7', 3, 'h3', 'stefan', 'q9'), 'done', 'or not');
SELECT is(pg_temp.state('h3'), 'quarantined', 'and is where it was');

-- ---- what the rules are told

SELECT is((SELECT (wears, in_charge, deputises, appraises)::text FROM asv.standing_of(uid('h1'), uid('willi'))), '(t,f,f,f)', 'the wearer');
SELECT is((SELECT (wears, in_charge, deputises, appraises)::text FROM asv.standing_of(uid('h1'), uid('sigrid'))), '(f,t,f,f)', 'who is in charge');
SELECT is((SELECT (wears, in_charge, deputises, appraises)::text FROM asv.standing_of(uid('h1'), uid('dora'))), '(f,f,t,f)', 'who deputises');
SELECT is((SELECT (wears, in_charge, deputises, appraises)::text FROM asv.standing_of(uid('h1'), uid('stefan'))), '(f,f,f,t)', 'who appraises the wearer');
SELECT is((SELECT (wears, in_charge, deputises, appraises)::text FROM asv.standing_of(uid('h1'), uid('rita'))), '(f,f,f,f)', 'who is none of these');
SELECT is((SELECT hold_case || hold_ground FROM asv.standing_of(uid('h1'), uid('rita'))), 'V-12', 'for which incident it is held');
SELECT is((SELECT count(*) FROM asv.standing_of(uid('h9'), uid('rita'))), 0::bigint, 'of nothing nothing is told');

-- ---- looking

SELECT is(pg_temp.asks('l1', 4, 'h1', 'rita'), 'done', 'a reviewer asks');
SELECT throws_ok($$ SELECT pg_temp.asks('l2', 4, 'h1', 'rita') $$, '23505', NULL, 'once at a time');
SELECT is((SELECT look_outcome FROM asv.standing_of(uid('h1'), uid('rita'))), NULL, 'which is open');
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), dig('l1'), 'r') $$, 'VA006', NULL, 'nothing is shown before');
SELECT throws_ok($$ SELECT tap.show('see1', 'r', 'h1', 'rita', 'l1') $$, 'VA002', NULL, 'nor signed for');
SELECT is(pg_temp.answers('l3', 2, 'h1', 'sigrid', 'l1'), 'done', 'a second person agrees');
SELECT is((SELECT look_outcome FROM asv.standing_of(uid('h1'), uid('rita'))), 'approved', 'which is known');
SELECT is((SELECT count(*) FROM asv.request_overview WHERE action = 4), 0::bigint, 'to nobody else');
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), dig('l1'), 'r') $$, 'VA006', NULL, 'by that alone nothing is shown either');
SELECT throws_ok($$ SELECT tap.show('see1', 'r', 'h1', 'sigrid', 'l1') $$, 'VA007', NULL, 'nor to who agreed');
SELECT throws_ok($$ SELECT tap.show('see1', 'r', 'h2', 'rita', 'l1') $$, 'VA001', NULL, 'nor anything else');
SELECT throws_ok($$ SELECT tap.show('see1', 'r', 'h1', 'rita', 'none') $$, 'VA006', NULL, 'nor by what is not there');
SELECT throws_ok($$ SELECT tap.show('see1', 'r', 'h1', 'rita', 'l3') $$, 'VA006', NULL, 'or is no request');
SELECT is(tap.show('see1', 'r', 'h1', 'rita', 'l1'), 'done', 'who asked signs that it is shown now, and why');
SELECT is((SELECT count(*) FROM asv.statement_undelivered(NULL, 100) WHERE digest = sdig('see1', 'r')), 0::bigint, 'which no nightly run delivers');
SELECT is((SELECT count(*) FROM asv.statement_unconcluded(0, 100) WHERE digest = sdig('see1', 'r')), 0::bigint, 'or concludes');
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), sdig('see1', 'r'), 'r') $$, 'VA006', NULL, 'nothing is shown under no policy');
CREATE FUNCTION pg_temp.policy(number bigint, years int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    content bytea := convert_to(format('{"version": %s, "access_log_years": %s, "incident_years": 1, "blocks": {"dwelling": [], "professional_secret": ["supervisor"]}}',
                                      number, years), 'UTF8');
BEGIN
    PERFORM asv.policy_file_put(number, 'n', 14::smallint, content);
    PERFORM tap.put('statement', (SELECT fields FROM tap.template WHERE tbl = 'statement') || jsonb_build_object(
        'digest', tap.dig('p' || number), 'object', tap.stmt('p' || number), 'step', s, 'proposal',
        CASE s WHEN 2 THEN tap.dig('p' || number) END, 'subject', sha256(content), 'version', number, 'nonce', tap.b16('p' || s || number),
        'credential', tap.dig('sigrid'), 'person', tap.uid('sigrid')) || CASE s WHEN 2 THEN jsonb_build_object('digest',
        tap.dig('pa' || number), 'object', tap.stmt('pa' || number), 'credential', tap.dig('dora'), 'person', tap.uid('dora')) ELSE '{}' END)
    FROM generate_series(1, 2) s;
    PERFORM tap.took('pa' || number);
END
$$;
SELECT pg_temp.policy(1, 1);
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), sdig('see1', 'r'), 'other') $$, 'VA001', NULL, 'for no other reason than was signed');
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), sdig('see1', 'r'), '') $$, 'VA001', NULL, 'or for none');
SELECT is(asv.access_put(uid('access'), sdig('see1', 'r'), 'r'), 'done', 'it is shown');
SELECT is(asv.access_put(uid('access'), sdig('see1', 'r'), 'r'), 'already', 'and written down once');
SELECT throws_ok($$ SELECT asv.access_put(asv.uuid7(), sdig('see1', 'r'), 'r') $$, '23505', NULL, 'once for each signature');
SELECT is(asv.year_end(v_at, years), v_end, 'an access is forgotten at the end of the following year')
FROM (VALUES ('2026-01-01 11:00Z'::timestamptz, 1, '2027-12-31 23:00Z'::timestamptz),
             ('2025-12-31 23:00Z', 1, '2027-12-31 23:00Z'), -- already 1 January in Berlin
             ('2025-12-31 22:59Z', 1, '2026-12-31 23:00Z'), ('2028-02-29 11:00Z', 1, '2029-12-31 23:00Z'),
             ('2026-06-01 11:00Z', 10, '2036-12-31 23:00Z')) AS x (v_at, years, v_end);
SELECT is((SELECT abs(extract(epoch FROM clock_timestamp() - at)) < 600 AND forget_at = asv.year_end(at, 1) FROM asv.access_log), true,
    'by the clock and the policy of the database');
SELECT is((SELECT (deed, name, reason)::text FROM asv.access_log), '(opened,rita,r)', 'who, what, why');
SELECT is((SELECT right(detail, 64) FROM asv.clip_event WHERE kind = 'opened'), (SELECT encode(asv.access_commitment(a), 'hex') FROM asv.access_log a),
    'custody has a commitment to it');
SELECT is((SELECT actor FROM asv.clip_event WHERE kind = 'opened'), NULL, 'and nobody''s name');
SELECT is(asv.access_forget(), 0::bigint, 'nothing is forgotten before its term is over');
SELECT throws_ok('DELETE FROM asv.access_log', 'VA005', NULL, 'by nobody');
SELECT is(tap.show('see2', 'r', 'h1', 'rita', 'l1'), 'done', 'it can be shown again');
SELECT tap.put('access_log', to_jsonb(a) || jsonb_build_object('id', uid('access2'), 'shown', sdig('see2', 'r'), 'at', now() - interval '3 years', 'forget_at', now()))
FROM asv.access_log a;
SELECT is(asv.access_forget(), 1::bigint, 'an access of long ago is forgotten');
SELECT is((SELECT count(*) FROM asv.clip_event WHERE kind = 'opened'), 1::bigint, 'and custody stays whole');

-- What a reviewer signed to be shown it is as personal, and goes with it: a year after its time at the earliest.
CREATE FUNCTION pg_temp.old_look(name text, ago interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s WHERE digest = tap.dig('l1'))
        || jsonb_build_object('digest', tap.dig(name), 'object', tap.stmt(name), 'nonce', tap.b16(name),
                              'issued_at', now() - ago - interval '1 hour', 'expires_at', now() - ago));
    PERFORM tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s WHERE digest = tap.dig('l3'))
        || jsonb_build_object('digest', tap.dig(name || '!'), 'object', tap.stmt(name || '!'), 'nonce', tap.b16(name || '!'),
                              'proposal', tap.dig(name)));
    PERFORM tap.put('request', (SELECT to_jsonb(r) - 'recorded_at' FROM asv.request r WHERE proposal = tap.dig('l1'))
        || jsonb_build_object('proposal', tap.dig(name), 'answer', tap.dig(name || '!')));
    PERFORM tap.took(name || '!');
    PERFORM tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s WHERE digest = tap.sdig('see1', 'r'))
        || jsonb_build_object('digest', tap.dig(name || '?'), 'object', tap.stmt(name || '?'), 'nonce', tap.b16(name || '?'),
                              'opening', tap.dig(name), 'issued_at', now() - ago - interval '1 hour', 'expires_at', now() - ago));
    PERFORM tap.took(name || '?');
END
$$;
SELECT pg_temp.old_look('o1', '366 days');
SELECT pg_temp.old_look('o2', '366 days');
SELECT pg_temp.old_look('o3', '364 days');
SELECT is(tap.show('see4', 'r', 'h1', 'rita', 'o2'), 'done', 'one of them is shown once more');
SELECT is(asv.access_put(uid('access4'), sdig('see4', 'r'), 'r'), 'done', 'the log knows of that');
SELECT throws_ok(format('DELETE FROM asv.%I', t), 'VA005', NULL, 'by hand nothing is deleted of ' || t)
FROM unnest(ARRAY['request', 'statement_answer', 'statement']) AS t;
SELECT throws_ok($$ DELETE FROM asv.statement_answer WHERE statement = dig('o3!') $$, 'VA005', NULL, 'not even within the year');
SELECT is(asv.access_forget(), 0::bigint, 'no access is forgotten yet');
SELECT is((SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['o1', 'o1!', 'o1?', 'o2', 'o2!', 'o2?', 'o3', 'o3!', 'o3?', 'l1', 'l3', 'q6', 'a3']) AS n
           WHERE EXISTS (SELECT FROM asv.statement WHERE digest = dig(n))), 'a3 l1 l3 o2 o2! o3 o3! o3? q6', 'but what nobody was shown a year ago');
SELECT is((SELECT count(*) FROM asv.request WHERE proposal = dig('o1')), 0::bigint, 'with its request');
SELECT is((SELECT count(*) FROM asv.statement WHERE digest = sdig('see4', 'r')), 1::bigint, 'what the log rests on stays with it');

-- ---- blocks

CREATE FUNCTION pg_temp.blocks(name text, act int, about text, who text, ground int, confirms boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.say(name, act, 5, about, who, NULL, ground);
    SELECT asv.block_put(tap.dig(name), confirms);
    SELECT kind FROM asv.block WHERE statement = tap.dig(name)
$$;
SELECT is(pg_temp.blocks('b1', 7, 'h1', 'rita', 6), 'set', 'somebody blocks it');
SELECT is(asv.block_put(dig('b1'), true), 'already', 'once');
SELECT is((SELECT core_block FROM asv.standing_of(uid('h1'), uid('sigrid'))), 'set', 'which is known');
SELECT is((SELECT core_block FROM asv.standing_of(uid('h1'), uid('rita'))), 'own', 'as is that nobody else did');
SELECT is(pg_temp.blocks('b2', 8, 'h1', 'sigrid', 6), 'lifted', 'a decision lifts it');
SELECT is(pg_temp.blocks('b3', 7, 'h1', 'rita', 6), 'set', 'it may be blocked again');
SELECT is(pg_temp.blocks('b4', 7, 'h1', 'sigrid', 6, true), 'confirmed', 'and who decides on it says that it stays');
SELECT is((SELECT (dwelling_block, secret_block, core_block, pre_roll_block)::text FROM asv.standing_of(uid('h1'), uid('rita'))),
    '(none,none,confirmed,none)', 'ground by ground');
SELECT throws_ok($$ SELECT asv.block_put(dig('q1'), false) $$, 'VA006', NULL, 'by a statement about a block');
SELECT matches(pg_temp.kinds('h1'), 'blocked/person block_lifted/person blocked/person block_confirmed/person$', 'all of it in custody');

-- ---- release, early erasure

SELECT throws_ok($$ SELECT pg_temp.asks('r0', 3, 'h1', 'sigrid') $$, 'VA002', NULL, 'what is held is not erased early');
SELECT is(pg_temp.asks('r1', 2, 'h1', 'rita'), 'done', 'somebody asks that it be released');
SELECT throws_ok($$ SELECT pg_temp.asks('r2', 2, 'h1', 'sigrid') $$, '23505', NULL, 'and nothing else meanwhile');
SELECT is(pg_temp.answers('r3', 2, 'h1', 'sigrid', 'r1'), 'done', 'a superior agrees');
SELECT is(pg_temp.state('h1'), 'released', 'it is released');
SELECT throws_ok($$ SELECT asv.access_put(uid('access3'), sdig('see2', 'r'), 'r') $$, 'VA002', NULL,
    'what was approved before shows nothing any more');
SELECT is(pg_temp.asks('r4', 1, 'h1', 'sigrid', 2), 'done', 'while its period runs it can be asked for again');
SELECT is(pg_temp.answers('r5', 3, 'h1', 'stefan', 'r4'), 'done', 'and refused');
SELECT is(pg_temp.state('h1'), 'released', 'then it is where it was');
INSERT INTO asv.lifecycle_move VALUES ('quarantined', 'erasing') ON CONFLICT DO NOTHING; -- comes with retention
SELECT is(pg_temp.asks('e1', 3, 'h3', 'willi', 6), 'done', 'somebody asks that it be erased early');
SELECT is(pg_temp.answers('e2', 2, 'h3', 'sigrid', 'e1'), 'done', 'a superior agrees');
SELECT is(pg_temp.state('h3'), 'erasing', 'it is being erased');
SELECT throws_ok($$ SELECT pg_temp.asks('e3', 3, 'h3', 'willi', 6) $$, 'VA002', NULL, 'and not again');

-- ---- before docking

-- Two hours around the hour: what is signed has no more than milliseconds.
CREATE FUNCTION pg_temp.adig(name text, act int DEFAULT 6) RETURNS bytea LANGUAGE sql AS $$
    SELECT sha256(tap.ranged(name, act, date_trunc('second', now()) - interval '1 hour', date_trunc('second', now()) + interval '1 hour'))
$$;
CREATE FUNCTION pg_temp.ahead(name text, act int, who text, moved interval DEFAULT '0 s') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    from_at CONSTANT timestamptz := date_trunc('second', now()) - interval '1 hour';
    until_at CONSTANT timestamptz := date_trunc('second', now()) + interval '1 hour';
BEGIN
    RETURN asv.request_put(tap.asks_ahead(name, act, who, from_at, until_at), now() + interval '1 day', from_at + moved, until_at + moved);
END
$$;
SELECT is((SELECT (unit, wears, in_charge, deputises, appraises, counts)::text FROM asv.ahead_of(dig('cam'), now(), now() + interval '1 hour', uid('willi'))),
    '(VU,t,f,f,f,f)', 'who wears the camera');
SELECT is((SELECT array_agg(unsaid) FROM unnest(ARRAY['cam', 'nocam']) AS camera, asv.is_worn_unsaid(dig(camera), now(), now() + interval '1 hour') AS unsaid),
    ARRAY[false, false], 'as was said; of a camera that was not issued nothing is to be said');
SELECT is((SELECT (wears, in_charge, appraises)::text FROM asv.ahead_of(dig('cam'), now(), now() + interval '1 hour', uid('stefan'))),
    '(f,f,t)', 'and who appraises the wearer');
-- A-184
SELECT is(asv.is_keyless(dig('cam'), now() + d * interval '1 day', now() + d * interval '1 day' + interval '1 hour'), false, 'without bulletins nothing is known: day ' || d)
FROM unnest(ARRAY[-9, 0, 400]) AS d;
INSERT INTO asv.bulletin (camera, number, digest, previous, issued_at, policy, keys, first_day, last_day, reserve_key, keeper, object)
SELECT dig('cam'), n, sha256(convert_to(n::text, 'UTF8')), CASE n WHEN 1 THEN decode(repeat('00', 32), 'hex') ELSE dig('before') END, now(), 1, 60,
       (now() AT TIME ZONE 'Europe/Berlin')::date - 5 * (2 - n), (now() AT TIME ZONE 'Europe/Berlin')::date + 30 * n, substring(dig('reserve') FOR 16), dig('keeper'),
       convert_to(n::text, 'UTF8') || convert_to(repeat('x', 67), 'UTF8') FROM generate_series(1, 2) AS n;
SELECT is(asv.is_keyless(dig('cam'), now() + d * interval '1 day', now() + d * interval '1 day' + interval '1 s'), keyless, 'whether there is no key of day ' || d)
FROM (VALUES (-400, true), (-7, true), (-4, false), (0, false), (59, false), (62, true), (400, true)) AS x (d, keyless);
SELECT is(asv.is_keyless(dig('cam'), now() - interval '7 days', now() - interval '4 days'), false, 'or of one of them');
SELECT is(asv.is_keyless(dig('nocam'), now() - interval '7 days', now() - interval '7 days' + interval '1 s'), false, 'of another camera nothing is known');
SELECT throws_ok(format($$ SELECT pg_temp.ahead('d0', 6, 'sigrid', %L) $$, moved), 'VA001', NULL, 'a request is of the time that was signed')
FROM unnest(ARRAY['1 ms', '-1 day']) AS moved; -- K-198
SELECT is(pg_temp.ahead('d1', 6, 'sigrid'), 'done', 'a camera that has not docked');
SELECT throws_ok($$ SELECT pg_temp.ahead('d2', 6, 'willi') $$, '23505', NULL, 'is asked for once');
SELECT is((SELECT count(*) FROM asv.held_ahead_page(NULL, NULL, 9)), 0::bigint, 'and kept when it is approved');
SELECT is(tap.agrees_ahead('d3', 6, 'stefan', pg_temp.adig('d1')) || asv.request_end(dig('d3'), NULL), 'donedone', 'by a second person');
-- D-009: what it signs is waited for, also when the range is not over; and of no other camera.
CREATE FUNCTION pg_temp.wanted(camera text) RETURNS boolean LANGUAGE sql AS $$
    SELECT d.word_wanted FROM asv.docking_begin(tap.dig('awaited ' || camera || clock_timestamp()), tap.dig('dock'), 7, '1-2.7', tap.dig(camera), now(), NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS d
$$;
SAVEPOINT awaited;
SELECT tap.put('certificate', fields || jsonb_build_object('digest', dig('cam2'), 'serial', tap.b16('s-cam2'), 'encoded', convert_to('cam2', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('camera', fields || jsonb_build_object('cert', dig('cam2'))) FROM template WHERE tbl = 'camera';
SELECT is(pg_temp.wanted('cam') || ' ' || pg_temp.wanted('cam2'), 'true false', 'what it signs is waited for');
ROLLBACK TO SAVEPOINT awaited;
SELECT pg_temp.record('h4', 4);
SELECT is((SELECT array_agg(header::bytea) FROM asv.held_ahead_page(NULL, NULL, 9)), ARRAY[dig('h4')], 'what it brings');
SAVEPOINT pages;
SELECT pg_temp.record('h4' || n, 40 + n) FROM generate_series(1, 2) AS n;
WITH RECURSIVE page AS (
    SELECT p.header, p.proposal FROM asv.held_ahead_page(NULL, NULL, 1) AS p
    UNION ALL
    SELECT n.header, n.proposal FROM page, asv.held_ahead_page(page.header, page.proposal, 1) AS n
)
SELECT is((SELECT array_agg(header::bytea) FROM page), (SELECT array_agg(h ORDER BY h) FROM unnest(ARRAY[dig('h4'), dig('h41'), dig('h42')]) AS h),
    'page by page, also when none of them is held');
ROLLBACK TO SAVEPOINT pages;
SET LOCAL session_replication_role = replica;
UPDATE asv.clip SET started_at = now() - interval '2 hours' WHERE header = dig('h4');
SELECT is((SELECT array_agg(header::bytea) FROM asv.held_ahead_page(NULL, NULL, 9)), ARRAY[dig('h4')], 'also what it says that it began earlier');
SELECT throws_ok($$ SELECT asv.held_ahead(dig('h4'), pg_temp.adig('d1')) $$, 'VA002', NULL, 'though the keeper does not hold that');
UPDATE asv.clip SET due_at = now() WHERE header = dig('h4');
SELECT is((SELECT count(*) FROM asv.held_ahead_page(NULL, NULL, 9)), 0::bigint, 'until it is due');
UPDATE asv.clip SET started_at = now() - interval '1 hour', earliest_at = now() + interval '3 hours', latest_at = now() + interval '3 hours',
                    due_at = now() + interval '4 hours' WHERE header = dig('h4');
SELECT is((SELECT array_agg(header::bytea) FROM asv.held_ahead_page(NULL, NULL, 9)), ARRAY[dig('h4')], 'and what began then by its own clock alone');
UPDATE asv.clip SET started_at = now(), earliest_at = now(), latest_at = now(), due_at = current_date + 15 WHERE header = dig('h4');
SET LOCAL session_replication_role = origin;
SELECT is(asv.held_ahead(dig('h4'), pg_temp.adig('d1')), 'done', 'is held');
SELECT is(asv.held_ahead(dig('h4'), pg_temp.adig('d1')), 'already', 'once');
SELECT is_empty($$ SELECT FROM asv.recording_periods(0, 1000) WHERE state = 'held' AND ground IS NULL $$, 'for a cause, of which a policy''s change is told');
SELECT is(pg_temp.state('h4') || ' ' || pg_temp.kinds('h4'), 'held held_ahead/system', 'by that decision');
SELECT is(pg_temp.shows('h4'), 'V-1', 'for its incident');
SELECT pg_temp.record('h5', 5);
SELECT throws_ok($$ SELECT asv.held_ahead(dig('h5'), dig('q1')) $$, 'VA002', NULL, 'and by no other');
SELECT is(asv.held_ahead_by(dig('h4')), pg_temp.adig('d1')::asv.digest, 'it says by which decision');
SELECT is(asv.held_ahead_by(dig('h5')), NULL::asv.digest, 'and of others that it is by none');
-- What ends it: its camera was emptied since, what it keeps is held, and the camera signed something that shows that to the keeper.
CREATE FUNCTION pg_temp.stands() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(emptied || ' ' || waiting || ' ' || EXISTS (SELECT FROM asv.inventory_next(camera, until_at, NULL, NULL, NULL)), ',')
    FROM asv.ahead_page(NULL, 10) WHERE proposal = pg_temp.adig('d1')
$$;
SELECT is(pg_temp.stands(), 'false 1 false', 'one that came in is not held yet');
SET LOCAL session_replication_role = replica;
UPDATE asv.clip SET started_at = now() - interval '2 hours' WHERE header = dig('h5');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.stands(), 'false 0 false', 'then nothing shows that its camera was emptied');
-- A docking after the range's end, by a bulletin from then or not.
CREATE FUNCTION pg_temp.emptied(name text, held int, bulletin text, began interval, reason int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_at timestamptz := (SELECT until_at FROM asv.request WHERE proposal = pg_temp.adig('d1')) + began;
BEGIN
    PERFORM tap.put('docking', fields || jsonb_build_object('session', tap.dig(name), 'began_at', v_at, 'camera',
                    (SELECT camera FROM asv.request WHERE proposal = pg_temp.adig('d1'))))
    FROM template WHERE tbl = 'docking';
    RETURN asv.docking_end(tap.dig(name), v_at, reason::smallint, 0, 0, 0, 0, 0, NULL, tap.inventory(name, held, bulletin));
END
$$;
SELECT tap.put('bulletin', fields || jsonb_build_object('number', n, 'digest', dig(name), 'object', obj(name), 'issued_at', until_at + at,
                                                         'camera', camera))
FROM template, asv.request r, (VALUES (901, 'older', interval '-1 second'), (902, 'newer', interval '0')) AS b (n, name, at)
WHERE tbl = 'bulletin' AND r.proposal = pg_temp.adig('d1');
SELECT is(pg_temp.emptied('word', NULL, NULL, '1 hour') || ' ' || pg_temp.stands(), 'done false 0 false', 'a dock''s word, without a signature of the camera''s, does not');
SELECT is(pg_temp.emptied('left', 1, 'newer', '1 hour') || ' ' || pg_temp.stands(), 'done false 0 false', 'nor that it had something on it');
SELECT is(pg_temp.emptied('pulled', 0, 'newer', '1 hour', 4) || ' ' || pg_temp.stands(), 'done false 0 false', 'nor a docking that broke off');
SELECT is(pg_temp.emptied('before', 0, 'older', '-1 second') || ' ' || pg_temp.stands(), 'done false 0 false', 'nor one from before');
SELECT is(pg_temp.emptied('stale', 0, 'older', '1 hour') || ' ' || pg_temp.stands(), 'done true 0 false', 'nor, to the keeper, one by an older bulletin');
SELECT throws_ok($$ SELECT asv.docking_end(dig('session'), now(), 1::smallint, 0, 0, 0, 0, 0, NULL, tap.inventory('word', 0, 'newer')) $$, '23514', NULL,
    'an inventory is of its own session');
SELECT is(pg_temp.emptied('now', 0, 'newer', '2 hours') || ' ' || pg_temp.stands(), 'done true 0 true', 'what it signed since by a bulletin from since then shows it');
CREATE FUNCTION pg_temp.signed(since interval, after bytea DEFAULT NULL, run uuid DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT encode(n.session, 'hex') || (n.inventory = tap.inventory(CASE n.session WHEN tap.dig('now') THEN 'now' ELSE 'again' END, 0, 'newer')
                                        AND n.bulletin = tap.obj('newer') AND n.chain = (SELECT chain FROM asv.camera WHERE cert = r.camera))
    FROM asv.request r, asv.inventory_next(r.camera, r.until_at + since, run, CASE WHEN after IS NOT NULL THEN 902 END, after) AS n WHERE r.proposal = pg_temp.adig('d1')
$$;
SELECT is(pg_temp.signed('0'), encode(dig('now'), 'hex') || 'true', 'which the keeper gets');
SELECT is(pg_temp.signed('1 ms'), NULL, 'K-245: by a bulletin of the instant that is asked about, or later');
SELECT is(pg_temp.emptied('again', 0, 'newer', '3 hours') || ' ' || pg_temp.stands(), 'done true 0 true', 'what it signed at another docking');
SELECT is(pg_temp.signed('0', least(dig('now'), dig('again'))), encode(greatest(dig('now'), dig('again')), 'hex') || 'true', 'K-260: comes behind the first one');
SELECT is(pg_temp.signed('0', greatest(dig('now'), dig('again'))), NULL, 'and is the last one');
-- K-264
SAVEPOINT walk;
CREATE FUNCTION pg_temp.walk(run uuid DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    WITH RECURSIVE step AS (
        SELECT n.number, n.session::bytea AS session, 1 AS i FROM asv.request r, asv.inventory_next(r.camera, '-infinity', run, NULL, NULL) AS n WHERE r.proposal = pg_temp.adig('d1')
        UNION ALL
        SELECT n.number, n.session::bytea, s.i + 1 FROM step s, asv.request r, asv.inventory_next(r.camera, '-infinity', run, s.number, s.session) AS n
        WHERE r.proposal = pg_temp.adig('d1'))
    SELECT string_agg((SELECT v FROM unnest(ARRAY['now', 'again', 'before', 'stale']) AS v WHERE dig(v) = session), ' ' ORDER BY i) FROM step
$$;
SELECT is(pg_temp.walk(), (SELECT string_agg(v, ' ' ORDER BY n, dig(v)) FROM (VALUES (1, 'now'), (1, 'again'), (2, 'before'), (2, 'stale')) AS x (n, v)),
    'K-264: of the newest bulletin first, each docking once');
SET LOCAL session_replication_role = replica;
INSERT INTO asv.retention_run (id, began_at, software) VALUES ('01900000-0000-7000-8000-0000000000f1', (SELECT min(recorded_at) FROM asv.docking_end WHERE session IN (dig('now'), dig('again'), dig('before'), dig('stale'))), 's');
SELECT is(pg_temp.walk('01900000-0000-7000-8000-0000000000f1'), 'before', 'and none that was written down when the run had begun');
INSERT INTO asv.docking_end (session, ended_at, reason, stored, quarantined, expired, remaining, bytes, inventory)
SELECT dig('made up ' || n), now(), 1, 0, 0, 0, 0, 0, tap.inventory('made up ' || n, 0, 'newer') FROM generate_series(1, 3000) AS n;
SELECT cmp_ok(tap.touched(format('SELECT FROM asv.inventory_next(%L, %L, NULL, %s, %s)', camera, until_at, coalesce(number::text, 'NULL'), after)), '<', 100::bigint,
    'a step costs no more among 3,000, ' || what)
FROM asv.request r, (VALUES ('the first', NULL, 'NULL'), ('one amidst them', 902, $$'\x80'$$), ('the last', 902, $$decode(repeat('ff', 32), 'hex')$$)) AS x (what, number, after)
WHERE r.proposal = pg_temp.adig('d1');
ROLLBACK TO SAVEPOINT walk;
SELECT is((SELECT inventory_held || ' ' || encode(inventory_bulletin, 'hex') FROM asv.docking_end WHERE session = dig('left')), '1 ' || encode(dig('newer'), 'hex'),
    'what it says stands beside it');
SELECT throws_ok(format($$ SELECT asv.docking_end(dig('session'), now(), 1::smallint, 0, 0, 0, 0, 0, NULL, set_byte(tap.inventory('session', 0, 'newer'), %s, 9)) $$, at), '23514', NULL,
    'of another format, where it would stand elsewhere, none is taken') FROM unnest(ARRAY[1, 3, 4, 98]) AS at;
SELECT is((SELECT count(*) FROM asv.ahead_page(pg_temp.adig('d1'), 10)), 0::bigint, 'page by page');
SAVEPOINT finished;
SELECT is(asv.ahead_finished(pg_temp.adig('d1')) || ' ' || asv.ahead_finished(pg_temp.adig('d1')), 'done already', 'when the keeper let its keys go');
SELECT is((SELECT count(*) FROM asv.ahead_page(NULL, 10)), 0::bigint, 'it stands no more');
SELECT throws_ok($$ SELECT asv.held_ahead(dig('h5'), pg_temp.adig('d1')) $$, 'VA002', NULL, 'and keeps nothing else');
SELECT is(pg_temp.state('h4'), 'held', 'what it held stays held');
SELECT is(asv.ahead_finished(dig('q1')), 'already', 'no other decision is finished so');
ROLLBACK TO SAVEPOINT finished;
SELECT is(pg_temp.ahead('d4', 9, 'sigrid'), 'done', 'when it is no more');
SELECT is(tap.agrees_ahead('d5', 9, 'stefan', pg_temp.adig('d4', 9)) || asv.request_end(dig('d5'), NULL), 'donedone', 'as two people say');
SELECT throws_ok($$ SELECT asv.held_ahead(dig('h5'), pg_temp.adig('d1')) $$, 'VA002', NULL, 'nothing is held by it');

-- ---- LAW L7

CREATE FUNCTION pg_temp.midnight(n int) RETURNS timestamptz LANGUAGE sql AS $$
    SELECT ((now() AT TIME ZONE 'Europe/Berlin')::date + n)::timestamp AT TIME ZONE 'Europe/Berlin'
$$;
CREATE FUNCTION pg_temp.answers(name text, area text, camera bytea, from_at timestamptz, until_at timestamptz, id text DEFAULT NULL)
    RETURNS TABLE (clip uuid, camera_name text, said text) LANGUAGE sql AS $$
    SELECT clip, camera_name, state || coalesce(CASE WHEN due_at IS NOT NULL THEN '+due' END, '')
    FROM asv.subject_request_answer(tap.uid(coalesce(id, name)), 'x', 'Herr M.', camera, area, from_at, until_at, tap.dig('salt'),
        tap.signed(name, 'subject-request', NULL, ARRAY[tap.uid(coalesce(id, name))::text, 'Herr M.', encode(camera, 'hex'), area,
                   tap.ms(from_at), tap.ms(until_at)], 'doris'))
$$;
CREATE FUNCTION pg_temp.asked(name text, area text, camera bytea DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(said, ' ' ORDER BY clip)
    FROM pg_temp.answers(name, area, camera, greatest(now() - interval '1 hour', pg_temp.midnight(0)), least(now() + interval '1 hour', pg_temp.midnight(1)))
$$;
SELECT is((SELECT array_agg(x ORDER BY x) FROM unnest(string_to_array(pg_temp.asked('s1', NULL), ' ')) x),
    ARRAY['erasing', 'held', 'held', 'released+due', 'released+due', 'sealed+due'], 'what there is of a time');
SELECT throws_ok($$ SELECT pg_temp.asked('s2', 'elsewhere') $$, 'VA006', NULL, 'of a place that is none nothing is said');
SELECT throws_ok($$ SELECT asv.subject_request_answer(uid('s2'), 'x', 'Herr M.', NULL, NULL, now() + interval '1 hour',
    now() + interval '2 hours', dig('salt'), dig('x')) $$, 'VA002', NULL, 'nor of what is to come');
SELECT throws_ok($$ SELECT asv.subject_request_answer(uid('s2'), 'x', 'Herr M.', NULL, NULL, now() - interval '1 hour', now(), dig('salt'), dig('x')) $$,
    'VA006', NULL, 'nobody is answered whose request nobody signed');
SELECT throws_ok($$ SELECT asv.subject_request_answer(uid('s1'), 'x', 'Frau M.', NULL, NULL, now() - interval '1 hour', now() + interval '1 hour',
    dig('salt'), dig('s1')) $$, 'VA001', 'record: what was signed says something else than what is to be written down', 'nor as somebody else');
SELECT asv.area_put('elsewhere', 'Anderswo');
SELECT is(pg_temp.asked('s2', 'elsewhere'), NULL, 'of a place');
SAVEPOINT nowhere;
SET LOCAL session_replication_role = replica;
UPDATE asv.clip SET area = '' WHERE header = dig('h5');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.asked('s2b', 'elsewhere'), 'sealed+due', 'LAW L7: what was recorded nobody knows where may have been there');
SELECT is((SELECT found::int FROM asv.subject_request WHERE id = uid('s2b')), 1, 'and is counted');
ROLLBACK TO SAVEPOINT nowhere;
SELECT is(pg_temp.asked('s3', 'mitte', dig('cam')), pg_temp.asked('s1', NULL), 'of a camera');
SELECT is((SELECT array_agg(found::int ORDER BY found) FROM asv.subject_request), '{0,6,6}', 'that it was asked is written down');
SELECT isnt(pg_temp.asked('s1', NULL), NULL, 'the same again');
SELECT is((SELECT count(*) FROM asv.subject_request), 3::bigint, 'once');
-- LAW L6, A-049: of a camera a day, and of several days no camera.
SAVEPOINT days;
SELECT isnt_empty($$ SELECT FROM pg_temp.answers('s4', NULL, dig('cam'), pg_temp.midnight(0), pg_temp.midnight(1)) $$, 'of a camera''s day');
SELECT throws_ok($$ SELECT pg_temp.answers('s5', NULL, dig('cam'), pg_temp.midnight(0) - interval '1 second', now()) $$, 'VA007', NULL, 'not of two');
SELECT throws_ok($$ SELECT pg_temp.answers('s5', NULL, dig('cam'), now() - interval '7 days', now()) $$, 'VA007', NULL, 'nor of a week');
SELECT is((SELECT count(camera_name) || ' of ' || count(*) FROM pg_temp.answers('s6', NULL, NULL, now() - interval '6 days', now() + interval '1 hour')),
    '0 of 6', 'of a week, cameras are not named');
SELECT is((SELECT count(camera_name) || ' of ' || count(*) FROM pg_temp.answers('s7', NULL, NULL, pg_temp.midnight(0), pg_temp.midnight(1))),
    '6 of 6', 'of a day, they are');
SELECT throws_ok($$ SELECT pg_temp.answers('s8', NULL, NULL, now() - interval '2 days', now(), 's7') $$, 'VA001',
    'subject_request: another one has this id', 'another question under the same id is not answered unwritten');
ROLLBACK TO SAVEPOINT days;
-- LAW L3, ST-106: what was signed goes with it, and not before.
SELECT throws_ok($$ DELETE FROM asv.statement WHERE digest = dig('s1') $$, 'VA005', NULL, 'what was signed stays while it is there');
SAVEPOINT asked;
SET LOCAL session_replication_role = replica;
UPDATE asv.subject_request SET at = now() - interval '3 years', forget_at = now() WHERE id IN (uid('s1'), uid('s2'));
UPDATE asv.statement SET issued_at = now() - interval '3 years', expires_at = now() - interval '3 years' + interval '1 hour' WHERE digest = dig('s1');
SET LOCAL session_replication_role = origin;
SELECT is(asv.access_forget(), 2::bigint, 'when its term is over it is forgotten');
SELECT is((SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['s1', 's2', 's3']) AS n WHERE EXISTS (SELECT FROM asv.statement WHERE digest = dig(n))),
    's2 s3', 'and what was signed with it, when the year after it is over as well');
SELECT throws_ok($$ DELETE FROM asv.statement WHERE digest = dig('s2') $$, 'VA005', NULL, 'whoever would have it gone sooner');
ROLLBACK TO SAVEPOINT asked;

-- ---- LAW T1: of what no clock tells the day of, two people decide

CREATE FUNCTION pg_temp.dayless(name text, number int) RETURNS text LANGUAGE sql AS $$
    SELECT asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, (SELECT fields FROM tap.template WHERE tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(name), 'clip', tap.uid(name), 'day', NULL, 'due_at', NULL,
                              'key_kind', 2, 'key_date', NULL, 'earliest_at', NULL, 'latest_at', now(), 'started_at', now(),
                              'ended_at', now(), 'committed_at', now())),
        tap.obj('record ' || name), NULL, NULL, NULL, NULL, NULL, NULL)
$$;
CREATE FUNCTION pg_temp.nameless() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(clip || ' ' || asked, ' ' ORDER BY clip) FROM asv.dayless_page(NULL, 10)
$$;
CREATE FUNCTION pg_temp.arrived(p_day date) RETURNS text LANGUAGE sql AS $$
    SELECT ingested || '=' || running || '+' || erasing FROM asv.balance_of(p_day)
$$;
CREATE FUNCTION pg_temp.begin(name text, rule text) RETURNS bigint LANGUAGE sql AS $$
    SELECT asv.erasure_begin((SELECT id FROM asv.retention_run ORDER BY id DESC LIMIT 1), ARRAY[(SELECT recording FROM asv.clip WHERE header = tap.dig(name))], ARRAY[rule])
$$;
SELECT asv.retention_begin('test');
SELECT is(pg_temp.dayless('y', 6), 'done', 'a recording of no day');
SELECT is(pg_temp.nameless(), uid('y') || ' false', 'is on the list');
SELECT results_eq($$ SELECT subject FROM asv.alert_matters(now()) WHERE kind = 'dayless' $$, ARRAY[uid('y')::text], 'and people are told');
SELECT is((SELECT (dayless, earliest_at, due_at)::text FROM asv.standing_of(uid('y'), uid('rita'))), '(t,,)', 'as the rules are');
SELECT throws_ok($$ SELECT pg_temp.asks('y0', 10, 'h5', 'willi') $$, 'VA002', NULL, 'what has a day gets no other');
SELECT is(pg_temp.asks('y1', 10, 'y', 'willi'), 'done', 'somebody says on which day it was');
SELECT is(pg_temp.nameless(), uid('y') || ' true', 'and a second person is to answer');
SELECT throws_ok($$ SELECT pg_temp.asks('y2', 10, 'y', 'dora') $$, '23505', NULL, 'one request at a time');
SELECT throws_ok($$ SELECT pg_temp.answers('y3', 2, 'y', 'willi', 'y1') $$, 'VA007', NULL, 'nobody decides alone');
SELECT is(pg_temp.answers('y4', 3, 'y', 'sigrid', 'y1'), 'done', 'a superior refuses');
SELECT is((SELECT dayless FROM asv.standing_of(uid('y'), uid('rita'))), true, 'then it has none');
SELECT is(pg_temp.asks('y5', 10, 'y', 'willi'), 'done', 'it is said again');
SELECT is(pg_temp.say('y6', 10, 2, 'y', 'sigrid', 'y5'), 'done', 'a superior agrees');
SELECT is(pg_temp.arrived(NULL), '1=1+0', 'until the keeper took it it is in the balance of no day');
SELECT is(asv.request_end(dig('y6'), now() + interval '10 days'), 'done', 'it did, and says until when');
SELECT is(asv.request_end(dig('y6'), now() + interval '12 days'), 'already', 'once');
SELECT is(pg_temp.state('y') || ' ' || pg_temp.kinds('y'),
    'sealed day_requested/person day_refused/person day_requested/person day_approved/person', 'all of it in custody');
SELECT is(pg_temp.nameless(), NULL, 'nobody has to decide any more');
SELECT is_empty($$ SELECT FROM asv.alert_matters(now()) WHERE kind = 'dayless' $$, 'nor is told');
SELECT is((SELECT (dayless, due_at - now())::text FROM asv.standing_of(uid('y'), uid('rita'))), '(f,"10 days")', 'its period runs');
SELECT is((SELECT (day, due_at - now())::text FROM asv.clip_overview WHERE clip = uid('y')), (current_date - 3, interval '10 days')::text,
    'as lists say');
SELECT is((SELECT (day, decided_day, due_at - now())::text FROM asv.retained_of(dig('y'))), (NULL::date, current_date - 3, interval '10 days')::text,
    'and retention, which knows where it lies');
SELECT is(pg_temp.arrived(NULL) || ' ' || pg_temp.arrived(current_date - 3), '0=0+0 1=1+0', 'it is in the balance of its day');
SELECT is((SELECT day FROM asv.balance_page(current_date - 4, 1)), current_date - 3, 'which is one of the days');
SELECT is((SELECT day FROM asv.recording_periods(0, 100) WHERE day = current_date - 3), current_date - 3, 'a policy''s change is about it');
SELECT is(pg_temp.begin('y', 'period') + pg_temp.begin('y', 'no_day'), 0::bigint, 'nothing of it is erased before');
SELECT throws_ok($$ SELECT pg_temp.asks('y7', 10, 'y', 'willi') $$, 'VA002', NULL, 'its day is decided once');
SELECT throws_ok($$ UPDATE asv.clip_day SET day = day + 1 $$, 'VA005', NULL, 'and stays');
SELECT is(pg_temp.dayless('z', 7), 'done', 'another one');
SELECT is(pg_temp.begin('z', 'period'), 0::bigint, 'has no period');
SELECT is(pg_temp.asks('z1', 10, 'z', 'willi'), 'done', 'of a day');
SELECT is(pg_temp.answers('z2', 2, 'z', 'sigrid', 'z1'), 'done', 'that is past: the keeper names no end');
SELECT is(pg_temp.begin('z', 'period'), 1::bigint, 'its erasure begins');
SELECT is(pg_temp.arrived(current_date - 3), '2=1+1', 'in the balance of its day');
SELECT is(pg_temp.dayless('yz', 9), 'done', 'of another one');
SELECT is(pg_temp.asks('yz1', 10, 'yz', 'willi') || pg_temp.say('yz2', 10, 2, 'yz', 'sigrid', 'yz1'), 'donedone', 'two people say the day');
SELECT is(asv.request_end(dig('yz2'), '2099-01-01'), 'done', 'and somebody that the keeper named another end');
SELECT is((SELECT due_at FROM asv.clip_day WHERE proposal = dig('yz1')),
    (current_date - 3 + coalesce(asv.policy_days_on(current_date - 3), 366) + 1)::timestamp AT TIME ZONE 'Europe/Berlin', 'it does not outlive its day''s period');
SELECT is(pg_temp.dayless('yy', 8), 'done', 'a third one');
SELECT is(pg_temp.asks('yy1', 10, 'yy', 'willi', 0, '1 ms'), 'done', 'of which nobody decides');
SELECT is(asv.requests_lapse(), 1::bigint, 'is where it was');
SELECT is(pg_temp.kinds('yy') || ' ' || pg_temp.nameless(), 'day_requested/person day_lapsed/system ' || uid('yy') || ' false', 'and on the list');

-- ---- what was signed, and has not followed

CREATE FUNCTION pg_temp.lacking() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(n, '?'), ' ' ORDER BY u.ordinality)
    FROM asv.statement_unconcluded(0, 500) WITH ORDINALITY AS u
    LEFT JOIN unnest(ARRAY['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9']) AS n ON u.digest = tap.dig(n)
$$;
SELECT pg_temp.record('h7', 17);
SELECT pg_temp.record('h8', 18);
SELECT is(pg_temp.lacking(), NULL, 'of everything so far nothing');
SELECT pg_temp.say('u1', 1, 1, 'h7', 'willi', NULL, 2);
SELECT is(pg_temp.lacking(), NULL, 'what the keeper decides waits for its word');
SELECT tap.took('u1');
SELECT is(pg_temp.lacking(), 'u1', 'that it was taken, and its request is missing, is found');
SELECT is(asv.request_put(dig('u1'), now() + interval '1 microsecond', NULL, NULL), 'done', 'whoever finds it opens the request');
SELECT is(pg_temp.lacking(), NULL, 'once');
SELECT pg_temp.say('u2', 1, 2, 'h7', 'sigrid', 'u1', 2);
SELECT is(pg_temp.lacking(), NULL, 'an answer is nothing before the keeper took it');
SELECT is(asv.requests_lapse(), 0::bigint, 'but no request lapses while its approval is under way');
SELECT tap.took('u2');
SELECT is(pg_temp.lacking(), 'u2', 'then its end is missing');
SELECT is(asv.requests_lapse(), 0::bigint, 'and the request does not lapse, whose time is over meanwhile');
SELECT is(asv.request_end(dig('u2'), NULL), 'done', 'but is approved');
SELECT is(pg_temp.lacking() IS NULL AND pg_temp.state('h7') = 'held', true, 'as the keeper has it');
SELECT pg_temp.say('u3', 3, 1, 'h8', 'willi');
SELECT is(pg_temp.lacking(), 'u3', 'of requests that no keeper is asked about, all that are stored');
SELECT asv.statement_answered(dig('u3'), 'another is open', NULL, NULL);
SELECT is(pg_temp.lacking(), NULL, 'and were not refused');
SELECT pg_temp.asks('u4', 4, 'h7', 'rita');
SELECT pg_temp.say('u5', 4, 2, 'h7', 'sigrid', 'u4');
SELECT is(pg_temp.lacking(), 'u5', 'an approval to show something needs no keeper either');
SELECT asv.request_end(dig('u5'), NULL);
SELECT pg_temp.say('u6', 4, 2, 'h7', 'stefan', 'u4');
SELECT is(pg_temp.lacking(), NULL, 'a second one is too late');
SELECT pg_temp.say('u8', 7, 5, 'h8', 'rita', NULL, 6);
SELECT tap.took('u8');
SELECT pg_temp.say('u7', 8, 5, 'h8', 'sigrid', NULL, 6);
SELECT tap.took('u7');
SELECT is(pg_temp.lacking(), 'u8 u7', 'in the order in which they came about');
SELECT is((SELECT encode(digest, 'hex') FROM asv.statement_unconcluded(1, 1)), encode(dig('u7'), 'hex'), 'page by page');
SELECT asv.block_put(dig(n), false) FROM unnest(ARRAY['u8', 'u7']) WITH ORDINALITY AS l (n, i) ORDER BY i;
SELECT is(pg_temp.lacking(), NULL, 'until the blocks are there');

-- ---- what the keeper has not heard

CREATE FUNCTION pg_temp.unsaid(what text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(n, ' ' ORDER BY n) FROM unnest(ARRAY['v1', 'v2', 'v3', 'v4']) AS n
    WHERE tap.dig(n) IN (SELECT digest FROM asv.statement_undelivered(NULL, 500) WHERE what = 'undelivered'
                         UNION ALL SELECT digest FROM asv.statement_unheard(NULL, 500) WHERE what = 'unheard')
$$;
SELECT pg_temp.say('v1', 7, 5, 'h8', 'rita', NULL, 6);
SELECT is(pg_temp.lacking(), '?', 'a block counts before the keeper knows');
SELECT asv.block_put(dig('v1'), false);
SELECT is(pg_temp.unsaid('undelivered'), 'v1', 'which is to hear of it');
SELECT pg_temp.say('v2', 8, 5, 'h8', 'sigrid', NULL, 6);
SELECT is(pg_temp.lacking(), NULL, 'nothing is lifted before the keeper knows');
SELECT asv.statement_answered(dig('v2'), 'it is not blocked', NULL, NULL);
SELECT asv.block_put(dig('v2'), false);
SELECT is(pg_temp.unsaid('undelivered'), NULL, 'and a block that was lifted meanwhile does not reach it any more');
SELECT pg_temp.say('v3', 7, 5, 'h8', 'rita', NULL, 6);
SELECT asv.block_put(dig('v3'), false);
SELECT is(pg_temp.unsaid('unheard'), NULL, 'what can still be heard is not missed');
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET issued_at = now() - interval '2 days', expires_at = now() WHERE digest IN (dig('v1'), dig('v2'), dig('v3'));
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.unsaid('undelivered') IS NULL AND pg_temp.unsaid('unheard') = 'v3', true, 'until its time is over');
-- LG-095: what the keeper keeps says so when it cannot be asked any more, and to nobody but the nightly run.
SELECT pg_temp.say('v5', 7, 5, 'h8', 'rita', NULL, 5);
SELECT throws_ok($$ SELECT asv.statement_answered(dig('v5'), NULL, NULL, NULL) $$, 'VA007', NULL, 'while the keeper can be asked, it signs that it took something');
SELECT throws_ok($$ SELECT asv.statement_answered(dig('v5'), NULL, ruling(dig('v3'), NULL, true), dig('keeper')) $$, 'VA001', NULL, 'and this very thing');
SELECT throws_ok($$ SELECT asv.statement_answered(dig('v5'), NULL, ruling(dig('v5'), NULL, false), dig('keeper')) $$, '23514', NULL, 'and that it took it');
SELECT throws_ok($$ SELECT asv.statement_answered(dig('v5'), 'no', ruling(dig('v5'), NULL, true), dig('keeper')) $$, '23514', NULL, 'or that it did not');
SELECT is(asv.statement_answered(dig('v5'), 'no', NULL, NULL), 'done', 'what may be otherwise tomorrow it does not sign');
SELECT is(asv.statement_answered(dig('v5'), 'no', NULL, NULL), 'already', 'and is said once');
SELECT is(asv.statement_answered(dig('v5'), 'no', ruling(dig('v5'), NULL, false), dig('keeper')), 'done', 'until it is for good');
SAVEPOINT concluded;
SELECT is(asv.statement_answered(dig('v3'), NULL, NULL, NULL), 'done', 'afterwards what it keeps says so');
SELECT is((SELECT (taken, concluded, ruling IS NULL)::text FROM asv.statement_answer WHERE statement = dig('v3')), '(t,t,t)', 'and that nobody signed it');
SELECT is((SELECT encode(t.facts, 'escape') LIKE '%concluded%' FROM asv.statement_answer a, asv.ledger_told(a) t WHERE a.statement = dig('v3')), true,
    'which the ledger tells');
ROLLBACK TO concluded;
SELECT asv.alarm_raise('unheard', NULL, NULL, NULL, NULL, NULL, NULL, 'd', encode(dig('v3'), 'hex'));
SELECT is(pg_temp.unsaid('unheard'), NULL, 'of which people hear once');
SELECT is((SELECT core_block FROM asv.standing_of(uid('h8'), uid('sigrid'))), 'set', 'and the block stays');

-- ---- who wore it

-- Before anybody says who wore the camera, nobody is known not to have (LAW T4, L5).
SELECT pg_temp.record('h11', 11, 1, 'assignment3');
SELECT is((SELECT unsaid FROM asv.standing_of(uid('h11'), uid('sigrid'))), true, 'nobody said who wore the camera');
SELECT is(pg_temp.asks('w3', 1, 'h11', 'sigrid', 2), 'done', 'a superior in charge asks that it be kept');
SELECT is((SELECT superior FROM asv.request WHERE proposal = dig('w3')), false, 'and does not count as the superior of the two');
SELECT throws_ok($$ SELECT asv.issue_put(uid('h11'), NULL, NULL, 'x', false) $$, '23514', NULL, 'that nobody wore it takes a reason');
SELECT is(asv.issue_put(uid('h11'), NULL, 'Probelauf', 'anna', false), 'done', 'that nobody wore it, is said of the recording');
SELECT is(asv.issue_put(uid('assignment3'), NULL, 'Probelauf', 'anna', false), 'already', 'and so of its assignment');
SELECT is((SELECT (unsaid, unworn_reason, unworn_by, wears)::text FROM asv.standing_of(uid('h11'), uid('sigrid'))), '(f,Probelauf,anna,f)',
    'who decides is told');
SELECT is((SELECT detail::text FROM asv.alarm WHERE kind = 'unworn' AND subject = uid('assignment3')::text), 'anna: Probelauf', 'and everybody else');
SELECT throws_ok($$ SELECT asv.issue_put(uid('h11'), uid('wolf'), NULL, 'x', false) $$, 'VA001', NULL, 'to say otherwise is to correct');
SELECT is(asv.issue_put(uid('h11'), uid('wolf'), NULL, 'x', true), 'done', 'which is said to be');
SELECT is((SELECT (wears, unworn_reason)::text FROM asv.standing_of(uid('h11'), uid('wolf'))), '(t,)', 'the last counts');
SELECT is((SELECT detail::text FROM asv.alarm WHERE kind = 'reissued' AND subject = uid('assignment3')::text), 'x: it was written down anew who wore the camera',
    'and people hear that it was corrected, and not of whom (LAW L6)');
SELECT is((SELECT count(*) FROM asv.alarm WHERE kind = 'reissued' AND subject = uid('assignment')::text), 0::bigint, 'what is said first is no correction');
SELECT is(pg_temp.answers('w4', 3, 'h11', 'sigrid', 'w3') IS NOT NULL, true, 'refused');
SELECT pg_temp.record('h12', 12, 1, NULL);
SELECT is((SELECT unsaid FROM asv.standing_of(uid('h12'), uid('sigrid'))), true, 'what was recorded without an assignment');
SELECT is(asv.issue_put(uid('h12'), uid('wolf'), NULL, 'x', false), 'done', 'somebody recorded as well');
SELECT is((SELECT (unsaid, wears)::text FROM asv.standing_of(uid('h12'), uid('wolf'))), '(f,t)', 'who is known then');

-- ---- the wearer's marker asks for nothing

CREATE FUNCTION pg_temp.unasked(name text) RETURNS text LANGUAGE sql AS $$
    SELECT c.unasked::text || CASE WHEN EXISTS (SELECT FROM asv.alert_matters(now()) WHERE kind = 'marked' AND subject = tap.uid(name)::text)
                              THEN ', told' ELSE '' END
    FROM asv.clip_overview c WHERE c.clip = tap.uid(name)
$$;
SELECT pg_temp.record('h13', 13);
SELECT is(pg_temp.unasked('h13'), 'true', 'a marked recording that nobody asked to keep');
SET LOCAL session_replication_role = replica;
UPDATE asv.clip SET due_at = now() + interval '2 days' WHERE clip = uid('h13');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.unasked('h13'), 'true, told', 'which people are told of before its day');
SELECT pg_temp.asks('mk1', 1, 'h13', 'sigrid', 2, '1 microsecond');
SELECT is(pg_temp.unasked('h13'), 'false', 'until somebody asks');
SELECT is(asv.requests_lapse() > 0, true, 'what nobody decided');
SELECT is(pg_temp.unasked('h13'), 'true, told', 'they are told of again');
SELECT pg_temp.asks('mk2', 1, 'h13', 'sigrid', 2);
SELECT pg_temp.answers('mk3', 3, 'h13', 'stefan', 'mk2');
SELECT is(pg_temp.unasked('h13'), 'false', 'what somebody refused is decided on');
SELECT pg_temp.record('h14', 14);
SET LOCAL session_replication_role = replica;
UPDATE asv.clip SET due_at = now() + interval '2 days', marked = false WHERE clip = uid('h14');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.unasked('h14'), 'false', 'what nobody marked is of no concern');

-- ---- what is forgotten of an incident (LAW L10)

CREATE FUNCTION pg_temp.small(number int) RETURNS text LANGUAGE sql AS $$
    SELECT tap.incident_put(tap.uid('small'), 'V-9', number, 'o', 'Petra', 'willi')
$$;
CREATE FUNCTION pg_temp.still() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    PERFORM tap.put('incident_still', (SELECT fields FROM tap.template WHERE tbl = 'incident_still') || jsonb_build_object('incident', tap.uid('small'),
        'recording', (SELECT recording FROM asv.clip WHERE clip = tap.uid('h21'))));
    SET LOCAL session_replication_role = origin;
END
$$;
-- Everything about it happened so long ago.
CREATE FUNCTION pg_temp.aged(ago interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE asv.incident_version SET since = now() - ago WHERE incident = tap.uid('small');
    UPDATE asv.incident_clip SET since = now() - ago WHERE incident = tap.uid('small');
    UPDATE asv.incident_still SET since = now() - ago WHERE incident = tap.uid('small');
    UPDATE asv.recording_state s SET since = now() - ago FROM asv.clip c WHERE c.recording = s.recording AND c.clip IN (tap.uid('h21'), tap.uid('h22'));
    SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION pg_temp.is_in(state text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE asv.recording_state s SET state = is_in.state FROM asv.clip c WHERE c.recording = s.recording AND c.clip = tap.uid('h21');
    SET LOCAL session_replication_role = origin;
END
$$;
SELECT pg_temp.record('h21', 21);
SELECT pg_temp.record('h22', 22);
SELECT pg_temp.small(1);
SELECT pg_temp.small(2);
SELECT tap.clip_put(uid('small'), 'V-9', clip, shows, number, 'willi') FROM (VALUES ('h21', true, 1), ('h22', true, 1), ('h22', false, 2)) AS c (clip, shows, number);
SELECT pg_temp.still();
SELECT pg_temp.aged('3 years');
SELECT is(array_agg(asv.incident_ended_at(uid('small'))), ARRAY[NULL, NULL, NULL, NULL]::timestamptz[], 'an incident goes on while a recording of it lives')
FROM unnest(ARRAY['sealed', 'quarantined', 'pending', 'held']) AS state, pg_temp.is_in(state) AS is_in;
SELECT is(asv.incidents_over(), 0::bigint, 'and is not over');
SELECT pg_temp.is_in('erased');
SELECT is(asv.incident_ended_at(uid('small')), now() - interval '3 years', 'when it is gone its term counts');
SELECT is(asv.incident_forget_at(uid('small')), asv.year_end(now() - interval '3 years', 1), 'as the policy says');
SELECT is(asv.incidents_over(), 1::bigint, 'which is over');
CREATE TEMP TABLE forgets1 AS SELECT tap.asks_ahead('forgets1', 6, 'sigrid', current_date + interval '30 hours', current_date + interval '31 hours') AS digest;
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET incident = uid('small') WHERE digest = (SELECT digest FROM forgets1);
SET LOCAL session_replication_role = origin;
SELECT asv.request_put(digest, now() + interval '1 day', current_date + interval '30 hours', current_date + interval '31 hours') FROM forgets1;
SELECT is(asv.incidents_over(), 0::bigint, 'but not while somebody asks for something for its sake');
SELECT tap.put('statement', (SELECT to_jsonb(s) - 'stored_at' FROM asv.statement s JOIN forgets1 USING (digest)) || jsonb_build_object('digest', dig('forgets2'),
    'object', stmt('forgets2'), 'step', 3, 'proposal', (SELECT digest FROM forgets1), 'nonce', b16('forgets2'), 'person', uid('stefan'), 'credential', dig('stefan')));
SELECT asv.request_end(dig('forgets2'), NULL);
SELECT is(asv.incidents_over(), 0::bigint, 'nor when that was decided just now');
SET LOCAL session_replication_role = replica;
UPDATE asv.request SET ended_at = now() - interval '3 years' WHERE proposal = (SELECT digest FROM forgets1);
SET LOCAL session_replication_role = origin;
SELECT throws_ok($$ DELETE FROM asv.incident_version WHERE incident = uid('small') $$, 'VA005', NULL, 'what is over is not forgotten by the way');
SELECT throws_ok($$ UPDATE asv.incident_version SET place = 'q' WHERE incident = uid('small') $$, 'VA005', NULL, 'nor changed');
SELECT throws_ok($$ DELETE FROM asv.incident_still $$, 'VA005', NULL, 'nor is a still');
SELECT throws_ok($$ UPDATE asv.incident_still SET at_ms = 1 $$, 'VA005', NULL, 'or another place said');
SELECT is(asv.incidents_forget(), 1::bigint, 'it is forgotten');
SELECT is(asv.incidents_forget() + asv.incidents_over(), 0::bigint, 'once');
SELECT is((SELECT (case_number, number, offence, danger, place, accused, injured, from_at, clips)::text FROM asv.incident_overview WHERE id = uid('small')),
    '(V-9,,,,,,,,1)', 'its number and its recordings stay, and nothing of what happened, where and to whom');
SELECT is((SELECT count(*) FROM asv.incident_still), 0::bigint, 'no still is left');
SELECT is((SELECT (c.clip, n.statement = dig(uid('small') || ' h22 2'))::text FROM asv.incident_clip n JOIN asv.clip c USING (recording)
           WHERE n.incident = uid('small') AND NOT n.shows), format('(%s,t)', uid('h22')), 'what was taken out stays, as it was signed');
SELECT is((SELECT count(*) FROM asv.statement WHERE incident = uid('small') AND subject_name = 'incident'), 2::bigint,
    'and that somebody signed what is forgotten, of which nobody has the salt'); -- ST-105
SELECT throws_ok($$ SELECT pg_temp.small(1) $$, 'VA002', NULL, 'it is not written down again');
SELECT throws_ok($$ SELECT tap.clip_put(uid('small'), 'V-9', 'h1', true, 1, 'willi') $$, 'VA002', NULL, 'nor has it more recordings');
SELECT is((SELECT count(*) FROM asv.incident_version WHERE incident = uid('incident')), 3::bigint, 'of others nothing is forgotten');
SELECT tap.incident_put(uid('small2'), 'V-10', 1, 'o', '', 'willi');
SELECT throws_ok($$ INSERT INTO asv.incident_forgotten (incident, ended_at) VALUES (uid('small2'), now());
    DELETE FROM asv.incident_version WHERE incident = uid('small2') $$, 'VA005', NULL, 'nor before its term, whoever says so');

SELECT * FROM finish();
ROLLBACK;
