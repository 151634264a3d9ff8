-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people can ask and do, each in an account of his or her own. LAW L6: whatever they join, nothing is listed or counted by
-- person. LAW L1, L2: the access log is the data-protection officer's. LAW L8: and, without names, the wearer's. LAW L4: what is
-- administration's.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();

-- ---- people with accounts, recordings that willi made, one of them held and shown

SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('root'), 'role', 1, 'serial', tap.b16('s1'), 'kx_pk', NULL,
    'encoded', convert_to('root', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('dock'), 'role', 4, 'serial', tap.b16('s4'),
    'encoded', convert_to('dock', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put(tbl, fields) FROM template
WHERE tbl IN ('certificate', 'agency', 'unit', 'area', 'camera', 'camera_unit', 'dock', 'docking', 'assignment') ORDER BY position;

CREATE FUNCTION pg_temp.person(who text, roles int, units text DEFAULT 'VU') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig('badge ' || who), who, roles, units, '2026-01-01',
        '2126-01-01', tap.dig('key ' || who), convert_to(who, 'UTF8'), 'somebody');
    PERFORM asv.statement_put(tap.stmt('found ' || who), tap.dig('found ' || who), 34, 5::smallint, tap.dig('34' || who), 3::smallint,
        tap.dig(who), NULL, NULL, NULL, NULL, NULL, NULL, 0::smallint, NULL, NULL, tap.b16('found ' || who), now(),
        now() + interval '1 day', NULL);
    PERFORM tap.took('found ' || who);
    EXECUTE format('CREATE ROLE %I LOGIN IN ROLE asv_staff', who);
    RETURN asv.login_put(tap.uid(who), who, 'somebody');
END
$$;
SELECT is(pg_temp.person(who, roles), 'done', who || ' has an account')
FROM (VALUES ('willi', 1), ('sigrid', 2), ('stefan', 2), ('rita', 8), ('doris', 32), ('dora', 4), ('wolf', 3)) AS p (who, roles);
SELECT is(pg_temp.person(who, roles, units), 'done', who || ' has an account')
FROM (VALUES ('adele', 11, 'AD'), ('udo', 2, 'AD'), ('emil', 8, ''), ('olga', 32, 'AD')) AS p (who, roles, units);
CREATE ROLE stranger LOGIN IN ROLE asv_staff;
SELECT asv.duty_put(uid('udo'), 'deputy', 'VU', NULL, '2026-01-01', '2126-01-01', 'x');
SELECT asv.duty_put(uid(who), 'in_charge', 'VU', NULL, '2026-01-01', NULL, 'x') FROM unnest(ARRAY['sigrid', 'wolf']) AS who;
SELECT asv.duty_put(uid('dora'), 'deputy', 'VU', NULL, '2026-01-01', '2126-01-01', 'x');
SELECT asv.duty_put(uid('stefan'), 'appraises', NULL, uid('willi'), '2026-01-01', NULL, 'x');
SELECT asv.issue_put(uid('assignment'), uid('willi'), NULL, 'x', false);

CREATE FUNCTION pg_temp.record(name text, number int, assignment text DEFAULT 'assignment', dayless boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$
    SELECT asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, (SELECT fields FROM tap.template WHERE tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(name), 'clip', tap.uid(name), 'kind', 1, 'reason', '',
                              'assignment', tap.uid(assignment), 'day', current_date, 'key_date', current_date, 'due_at', current_date + 15, 'earliest_at', now(),
                              'latest_at', now(), 'started_at', now(), 'ended_at', now(), 'committed_at', now())
        || CASE WHEN dayless THEN '{"day": null, "due_at": null, "key_kind": 2, "key_date": null, "earliest_at": null}'::jsonb ELSE '{}' END),
        tap.obj('record ' || name), NULL, NULL, NULL, NULL, NULL, NULL)
$$;
SELECT pg_temp.record('h' || n, n) FROM generate_series(1, 3) AS n;
SELECT pg_temp.record('own', 4);
SELECT tap.incident_put(uid('incident'), 'V-1', 1, 'o', '', 'willi');
SELECT tap.incident_put(uid('other'), 'V-2', 1, 'o', '', 'adele');

CREATE FUNCTION tap.say(name text, act int, step int, about text, who text, proposal text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), act, step::smallint, tap.dig(act || about),
        (CASE WHEN act = 4 THEN 9 WHEN act = 33 THEN 3 WHEN act IN (6, 9) THEN 2 WHEN act = 10 THEN 7 ELSE 1 END)::smallint, tap.dig(about),
        CASE WHEN act = 4 THEN who END, NULL, NULL, CASE WHEN act = 10 THEN current_date - 3 END, NULL,
        CASE WHEN act <> 33 THEN tap.uid('incident') END, (CASE WHEN act IN (1, 6) THEN 2 WHEN act IN (7, 8) THEN 6 ELSE 0 END)::smallint, tap.dig(who),
        tap.uid(who), tap.b16('n ' || name), now(),
        now() + CASE WHEN name LIKE 'long%' THEN interval '5 days' WHEN act = 8 THEN interval '1 hour'
                     WHEN act = 4 AND step > 1 THEN interval '12 hours' ELSE interval '1 day' END,
        tap.dig(proposal))
$$;
GRANT EXECUTE ON FUNCTION tap.say TO PUBLIC;
SELECT tap.say('q1', 1, 1, 'h1', 'willi', NULL), asv.request_put(dig('q1'), now() + interval '1 day', NULL, NULL),
       tap.say('q2', 1, 1, 'h2', 'sigrid', NULL), asv.request_put(dig('q2'), now() + interval '1 day', NULL, NULL),
       tap.say('q3', 1, 1, 'h3', 'willi', NULL), asv.request_put(dig('q3'), now() + interval '1 day', NULL, NULL),
       tap.took('q3');
SELECT tap.say('own adele', 1, 1, 'own', 'adele', NULL), tap.took('own adele'), tap.say('own willi', 1, 1, 'own', 'willi', NULL), tap.took('own willi');
SELECT tap.say('a1', 1, 2, 'h1', 'sigrid', 'q1'), asv.request_end(dig('a1'), NULL),
       tap.say('l1', 4, 1, 'h1', 'rita', NULL), asv.request_put(dig('l1'), now() + interval '1 day', NULL, NULL);
SELECT tap.say('l2', 4, 2, 'h1', 'sigrid', 'l1'), asv.request_end(dig('l2'), NULL);
DO $$
DECLARE
    content bytea := convert_to('{"version": 1, "access_log_years": 1, "blocks": {"professional_secret": ["supervisor", "data_protection_officer"]}}',
                                'UTF8');
BEGIN
    PERFORM asv.policy_file_put(1, 'Willi trinkt', 14::smallint, content);
    PERFORM tap.put('statement', (SELECT fields FROM tap.template WHERE tbl = 'statement') || jsonb_build_object(
        'digest', tap.dig('p' || s), 'object', tap.stmt('p' || s), 'step', s, 'proposal', CASE s WHEN 2 THEN tap.dig('p1') END,
        'subject', sha256(content), 'nonce', tap.b16('p' || s), 'credential', tap.dig('sigrid'), 'person', tap.uid('sigrid')))
    FROM generate_series(1, 2) AS s;
    PERFORM tap.took('p2');
END
$$;
SELECT tap.show('see1', 'r', 'h1', 'rita', 'l1');
SELECT is(asv.access_put(uid('access'), sdig('see1', 'r'), 'r'), 'done', 'rita is shown h1');
SELECT tap.say('m1', 4, 1, 'h1', 'rita', NULL), asv.request_put(dig('m1'), now() + interval '1 day', NULL, NULL); -- and asks again

-- LAW T4: a refusal that stands here keeps nobody from deciding, but by who may refuse.
SAVEPOINT refusal;
SELECT tap.say('n1', 1, 3, 'h3', 'stefan', 'q3');
SELECT is(asv.proposal_ended_by(dig('q3')), NULL, 'who is not in charge ends no request with a row');
SELECT is(asv.statement_answered(dig('n1'), NULL, tap.ruling(dig('n1'), dig('q3'), true), dig('keeper')), 'done', 'whatever bytes');
SELECT is(asv.proposal_ended_by(dig('q3')), NULL, 'stand for the keeper''s word');
SELECT is(tap.say('n2', 1, 2, 'h3', 'sigrid', 'q3'), 'done', 'and others approve it');
ROLLBACK TO refusal;
SELECT tap.say('n1', 1, 3, 'h3', 'sigrid', 'q3');
SELECT is(asv.proposal_ended_by(dig('q3'))::bytea, dig('n1'), 'who is in charge does, before the keeper knows');
ROLLBACK TO refusal;
SELECT tap.say('n1', 1, 3, 'h3', 'stefan', 'q3'), tap.took('n1');
SELECT is(asv.request_end(dig('n1'), NULL), 'done', 'what the keeper took, the nightly run writes down');
SELECT is(asv.proposal_ended_by(dig('q3'))::bytea, dig('n1'), 'and that ends it');
ROLLBACK TO refusal;

-- And the ledger tells of it.
SELECT is(asv.ledger_begin(1::smallint, 'stadt.example/1', NULL), 'done', 'a ledger');
SELECT is((SELECT asv.ledger_append(1::smallint, 0, (SELECT root FROM asv.ledger_logs(0::smallint)), dig('root'), array_agg(t.pos ORDER BY t.pos),
    array_agg('\x0001'::bytea || int2send(t.kind::smallint) || uuid_send(t.id) || int8send(0) ORDER BY t.pos), '{}', '{}', '{}')
    FROM asv.ledger_take(1000) AS t), 'done', 'with all of this in it');

SELECT ok(count(*) = 1 AND bool_and(position(convert_to(p.name, 'UTF8') IN t.facts) = 0), 'and publishes no text that somebody wrote')
FROM asv.policy_file p, asv.ledger_told(p) t;

-- A second account of one person, which is not made in silence.
CREATE ROLE willi2 LOGIN IN ROLE asv_staff;
SELECT is_empty($$ SELECT FROM asv.alarm WHERE kind = 'account' $$, 'one account each');
SELECT is(asv.login_put(uid('willi'), 'willi2', 'anna') || asv.login_put(uid('willi'), 'willi2', 'anna'), 'donealready', 'another account of willi''s');
SELECT is((SELECT string_agg(detail, ',') FROM asv.alarm WHERE kind = 'account' AND subject = 'willi2'), 'anna: willi2 is another account of willi, who had one', 'people hear of it');

-- LG-084. Whoever owns the tables says twice that the keeper took something: who can still be read, and what is checked.
SAVEPOINT twice;
SET LOCAL session_replication_role = replica;
INSERT INTO asv.statement_answer (statement, taken, ruling, keeper)
SELECT a.statement, true, a.ruling, a.keeper FROM asv.statement_answer a WHERE a.statement = dig('found willi');
SET LOCAL session_replication_role = origin;
SELECT is((SELECT count(*) FROM asv.statement_answer WHERE statement = dig('found willi') AND taken), 2::bigint, 'said twice');
SELECT ok(asv.credential_enrolled_at(dig('willi')) IS NOT NULL, 'what somebody said twice was said');
ROLLBACK TO twice;

-- Somebody who waits for the second signature; and what was written down is older than a minute.
SELECT asv.credential_put(dig(repeat('r', 32)), uid('neu'), dig('badge neu'), 'neu', 1, 'VU', '2026-01-01', '2126-01-01', dig('key neu'),
    convert_to('neu', 'UTF8'), 'somebody');
SET LOCAL session_replication_role = replica;
UPDATE asv.issue SET since = since - interval '1 hour';
SET LOCAL session_replication_role = origin;

-- Who writes something down is who is connected.
CREATE FUNCTION pg_temp.wrote(login text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
    PERFORM tap.incident_put('01900000-0000-7000-8000-0000000000f1', 'V-7', 1, 'o', '', login, 'doris');
    PERFORM tap.clip_put('01900000-0000-7000-8000-0000000000f1', 'V-7', 'h3', true, 1, login, 'doris');
    PERFORM tap.clip_put('01900000-0000-7000-8000-0000000000f1', 'V-7', 'h3', false, 2, login, 'doris');
    RESET SESSION AUTHORIZATION;
    SET LOCAL SESSION AUTHORIZATION doris;
    PERFORM asv.subject_request_answer('01900000-0000-7000-8000-0000000000f2', login, 'r', NULL, NULL, now() - interval '1 hour', now(), tap.dig('salt'),
        tap.signed('asked', 'subject-request', NULL, ARRAY['01900000-0000-7000-8000-0000000000f2', 'r', '', '', tap.ms(now() - interval '1 hour'),
                   tap.ms(now())], 'doris'));
    RESET SESSION AUTHORIZATION;
    RETURN (SELECT string_agg(DISTINCT who, ' ') FROM (
        SELECT opened_by FROM asv.incident WHERE case_number = 'V-7'
        UNION ALL SELECT v.by FROM asv.incident_version v JOIN asv.incident i ON i.id = v.incident WHERE i.case_number = 'V-7'
        UNION ALL SELECT n.by FROM asv.incident_clip n JOIN asv.incident i ON i.id = n.incident WHERE i.case_number = 'V-7') AS w (who)) || ' ' || (SELECT by FROM asv.subject_request);
END
$$;
SELECT is(pg_temp.wrote('willi'), 'willi doris', 'who writes something down is who is connected, whatever is said');

-- What a query gives in this account, or the SQLSTATE; nothing of it stays.
CREATE FUNCTION pg_temp.asked(login text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
        EXECUTE query INTO got;
        RAISE EXCEPTION USING ERRCODE = 'VT000';
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE <> 'VT000' THEN
            got := SQLSTATE;
        END IF;
    END;
    RETURN got;
END
$$;
-- A-220
SAVEPOINT elsewhere;
SET LOCAL session_replication_role = replica;
UPDATE asv.request SET incident = uid('other') WHERE proposal = dig('q1');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.asked('rita', 'SELECT count(*) FROM asv.incident_still_next(tap.uid(''h1''), 83033, tap.dig(''pic''))'), 'VA006',
    'a still is for the incident for which the recording is held, and for which it was shown');
ROLLBACK TO elsewhere;
SET LOCAL session_replication_role = replica;
INSERT INTO asv.incident_forgotten (incident, ended_at) VALUES (uid('incident'), now());
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.asked('rita', 'SELECT count(*) FROM asv.incident_still_next(tap.uid(''h1''), 83033, tap.dig(''pic''))'), 'VA002', 'and for none that was forgotten');
ROLLBACK TO elsewhere;

SELECT is(pg_temp.asked(login, query), want, login || ': ' || what)
FROM (VALUES
    -- ---- whose account it is
    ('willi', 'SELECT asv.caller() = tap.uid(''willi'')', 'true', 'the database knows who asks'),
    ('stranger', 'SELECT coalesce(asv.caller()::text, ''nobody'')', 'nobody', 'an account that is written down nowhere is nobody''s'),

    -- ---- LAW L6: one recording, request or statement at a time, about oneself
    ('willi', 'SELECT wears FROM asv.clip_standing(tap.uid(''h1''))', 'true', 'is told that he wore the camera'),
    ('rita', 'SELECT wears FROM asv.clip_standing(tap.uid(''h1''))', 'false', 'is told about herself'),
    ('stefan', 'SELECT appraises FROM asv.clip_standing(tap.uid(''h1''))', 'true', 'is told that he appraises the wearer'),
    ('stranger', 'SELECT wears FROM asv.clip_standing(tap.uid(''h1''))', 'VA007', 'nobody stands nowhere'),
    ('stranger', 'SELECT accused FROM asv.incident_find(''V-1'')', 'VA007', 'reads no names'),
    ('stranger', 'SELECT count(*) FROM asv.clip_events(tap.dig(''cam''), tap.uid(''epoch''), 1, tap.dig(''h1''), NULL, 100)', 'VA007',
     'in no history'),
    ('stranger', 'SELECT count(*) FROM asv.duty_list(NULL, 10)', 'VA007', 'nor duties'),
    ('stranger', 'SELECT asv.incident_put(tap.uid(''incident''), ''V-1'', 2::smallint, 2::smallint, ''nichts'', ''d'', now(), NULL, ''anderswo'', ''U'', '''', NULL, false, ''x'',
      tap.dig(''salt''), tap.dig(''x''))',
     'VA007', 'changes no incident'),
    ('stranger', 'SELECT asv.incident_clip_put(''V-1'', tap.uid(''h3''), true, ''x'', tap.dig(''salt''), tap.dig(''x''))', 'VA007', 'says of no recording that it shows one'),
    ('stranger', 'SELECT asv.incident_clip_put(''V-1'', tap.uid(''h1''), false, ''x'', tap.dig(''salt''), tap.dig(''x''))', 'VA007', 'nor that it does not'),
    ('stranger', 'SELECT count(*) FROM asv.subject_request_answer(tap.uid(''s''), ''x'', ''r'', NULL, NULL, now() - interval ''1 hour'', now(),
      tap.dig(''salt''), tap.dig(''x''))',
     'VA007', 'answers nobody'),
    ('stranger', 'SELECT asv.policy_file_put(77, ''x'', 1::smallint, ''77'')', 'VA007', 'leaves no files here'),
    ('willi', 'SELECT asv.policy_file_put(77, ''x'', 1::smallint, ''77'')', 'VA007', 'nor does who proposes no policy'),
    ('rita', 'SELECT string_agg(DISTINCT tap.say(''many'' || n, 7, 5, ''h3'', ''rita'', NULL), '' '') FROM generate_series(1, 100) AS n', 'done',
     'somebody may sign much'),
    ('rita', 'SELECT string_agg(DISTINCT tap.say(''many'' || n, 7, 5, ''h3'', ''rita'', NULL), '' '') FROM generate_series(1, 1001) AS n', 'VA002',
     'and nobody without end'),
    ('stranger', 'SELECT asv.person_disable(tap.uid(''neu''), ''r'', ''x'')', 'VA007', 'keeps nobody out who waits for the second signature'),
    ('willi', 'SELECT asv.person_disable(tap.uid(''neu''), ''r'', ''x'')', 'VA007', 'nor does who may revoke nothing'),
    ('sigrid', 'SELECT asv.person_disable(tap.uid(''neu''), ''r'', ''x'')', 'done', 'a superior does'),
    -- ---- A-222: cameras that are out
    ('willi', 'SELECT count(*) FROM asv.camera_out_lines(NULL, 9)', 'VA007', 'who is in charge of nobody is not told which cameras are out'),
    ('sigrid', 'SELECT count(*) FROM asv.camera_out_lines(NULL, 9) o WHERE NOT EXISTS (SELECT FROM asv.undocked(now() + interval ''1 day'', NULL, 9) u WHERE u.name = o.name)', '0',
     'who is, is told of those'),
    -- ---- A-221, LAW L8: whoever wore the camera is told that it was looked at
    ('willi', 'SELECT string_agg(clip::text, '','') FROM asv.own_access_lines(NULL, 9)', tap.uid('h1')::text, 'of his own recordings those that were shown'),
    ('willi', 'SELECT count(*) FROM asv.own_access_lines(tap.uid(''access''), 9)', '0', 'a page after the other'),
    ('rita', 'SELECT count(*) FROM asv.own_access_lines(NULL, 9)', '0', 'who looked is told of none'),
    ('doris', 'SELECT count(*) FROM asv.own_access_lines(NULL, 9)', '0', 'nor is the officer, here'),
    ('stranger', 'SELECT count(*) FROM asv.own_access_lines(NULL, 9)', 'VA007', 'and nobody is nobody'),
    -- ---- A-220: a still is its viewer's
    ('rita', 'SELECT (case_number, header = tap.dig(''h1''), there)::text FROM asv.incident_still_next(tap.uid(''h1''), 83033, tap.dig(''pic''))', '(V-1,t,f)',
     'who was shown a recording is told what to sign of a picture of it'),
    ('rita', 'SELECT tap.still_put(tap.uid(''incident''), ''V-1'', ''h1'', ''pic'', ''rita'')', 'done', 'and points it out'),
    ('rita', 'SELECT tap.still_put(tap.uid(''incident''), ''V-1'', ''h1'', ''pic'', ''rita'', 1921)', 'VA001', 'as it was signed'),
    ('rita', 'SELECT tap.still_put(tap.uid(''other''), ''V-2'', ''h1'', ''pic'', ''rita'')', 'VA001', 'for the incident for which it was shown'),
    ('rita', 'SELECT tap.still_put(tap.uid(''incident''), ''V-1'', ''h1'', ''pic'', ''sigrid'')', 'VA007', 'in no other name'),
    ('rita', 'SELECT tap.still_put(tap.uid(''incident''), ''V-1'', ''h3'', ''pic'', ''rita'')', 'VA006', 'and of no recording that she was not shown'),
    ('sigrid', 'SELECT count(*) FROM asv.incident_still_next(tap.uid(''h1''), 83033, tap.dig(''pic''))', 'VA006', 'nor does who agreed that she sees it'),
    ('stranger', 'SELECT count(*) FROM asv.incident_still_next(tap.uid(''h1''), 83033, tap.dig(''pic''))', 'VA007', 'or a stranger'),
    ('adele', 'SELECT count(*) FROM asv.incident_still_list(''V-1'', 9)', '0', 'whose unit''s it is not is told of none'),
    -- ---- ST-104: who writes something down has signed it
    ('sigrid', 'SELECT tap.incident_put(tap.uid(''f3''), ''V-8'', 1, ''o'', '''', ''sigrid'')', 'done', 'what she signed is written down'),
    ('sigrid', 'SELECT tap.incident_put(tap.uid(''f3''), ''V-8'', 1, ''o'', '''', ''willi'')', 'VA007', 'and nothing in the name of another'),
    ('sigrid', 'SELECT asv.incident_put(tap.uid(''incident''), ''V-1'', 1::smallint, 2::smallint, ''o'', ''d'', ''2026-01-05 05:00Z'', NULL, ''p'', ''Unbekannt'', '''',
      NULL, false, ''x'', tap.dig(''salt''), (SELECT statement FROM asv.incident_find(''V-1'')))', 'VA007', 'or with what another signed'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '0', 'what somebody recorded asked is told to nobody'),
    ('asv_admin', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '0', 'nor to administration'),
    ('doris', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '1', 'but to the officer, who signed it'),
    ('sigrid', 'SELECT tap.signed(''asks'', ''subject-request'', NULL, ARRAY[''x''], ''sigrid'')', 'VA007', 'who alone answers somebody recorded'),
    ('willi', 'SELECT tap.signed(''asks'', ''subject-request'', NULL, ARRAY[''x''], ''willi'')', 'VA007', 'and nobody else'),
    ('willi', 'SELECT count(*) FROM asv.clip_overview c, LATERAL asv.clip_standing(c.clip) s WHERE s.wears', 'VA007',
     'recordings are not counted by who wore the camera'),
    ('stefan', 'SELECT count(*) FROM asv.clip_overview c, LATERAL asv.clip_standing(c.clip) s WHERE s.appraises', 'VA007',
     'nor by whom he appraises'),
    ('willi', 'SELECT count(*) FROM generate_series(0, 3) h, LATERAL asv.ahead_standing(tap.dig(''cam''), now() + h * interval ''1 hour'',
      now() + (h + 1) * interval ''1 hour'')', 'VA007', 'nor hours of a camera'),
    ('willi', 'SELECT count(*) FROM generate_series(0, 3) h, LATERAL (SELECT set_config(''datestyle'', ''German'', true), set_config(''TimeZone'', ''XXX'' || h, true), 1 AS one) z,
      LATERAL asv.ahead_standing(tap.dig(''cam''), date_trunc(''hour'', now()) + h * interval ''1 hour'',
                                 date_trunc(''hour'', now()) + (h + z.one) * interval ''1 hour'')', 'VA007',
     'whatever the clock on the wall says'),
    ('rita', 'SELECT string_agg(actor_name, '','' ORDER BY at) FROM asv.clip_events(tap.dig(''cam''), tap.uid(''epoch''), 1, tap.dig(''h1''),
      NULL, 100) WHERE actor_kind = ''person''', 'willi,sigrid', 'the history of one recording has names'),
    ('rita', 'SELECT string_agg(e.actor_name, '','') FROM asv.clip_overview c,
      LATERAL asv.clip_events(c.camera, c.epoch, c.number, c.header, NULL, 100) e', 'VA007', 'the histories of several cannot be grouped by them'),
    ('rita', 'SELECT count(*) FROM asv.event_overview', '42P01', 'nor is there a view of them'),
    ('rita', 'SELECT octet_length(asv.clip_record(tap.dig(''cam''), tap.uid(''epoch''), 1, tap.dig(''h1''))) > 0', 'true', 'a commit record is read'),
    ('rita', 'SELECT count(DISTINCT asv.clip_record(camera, epoch, number, header)) FROM asv.clip_overview', 'VA007',
     'and recordings not grouped by the assignment in it'),
    ('rita', 'SELECT count(*) FROM asv.statement_find(tap.dig(''q1''))', '1', 'a statement is read'),
    ('rita', 'SELECT count(*) FROM asv.request_overview r, LATERAL asv.statement_find(r.proposal) s', 'VA007', 'and requests not grouped by who signed'),
    ('rita', 'SELECT count(*) FROM asv.request_overview r, LATERAL asv.statement_approval(r.proposal) s', 'VA007', 'nor by who approved'),
    ('stefan', 'SELECT count(*) FROM asv.request_overview', '3', 'requests are listed, but those to be shown something'),
    ('willi', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l1''))', '0', 'who asked to be shown something is not told'),
    ('willi', 'SELECT count(*) FROM asv.statement_approval(tap.dig(''l1''))', '0', 'nor who agreed'),
    ('willi', 'SELECT count(*) FROM asv.request_find(left(encode(tap.dig(''l1''), ''hex''), 8))', '0', 'whatever it is called'),
    ('rita', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l2''))', '1', 'but who asked reads the answer'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l1''))', '1', 'who agreed what to'),
    ('doris', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l1''))', '1', 'and the officer each'),
    ('asv_admin', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l1''))', '0', 'administration none'),
    ('stefan', 'SELECT count(*) FROM asv.statement_find(tap.dig(''l1''))', '0', 'nor another superior'),
    ('stefan', 'SELECT count(*) FROM asv.statement_approval(tap.dig(''l1''))', '0', 'nor the approval'),
    ('stefan', 'SELECT count(*) FROM asv.statement_find(tap.dig(''m1''))', '0', 'not even while it waits: who is in charge is told alone'),
    ('stefan', 'SELECT count(*) FROM asv.request_find(left(encode(tap.dig(''m1''), ''hex''), 8))', '0', 'whatever it is called'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_find(tap.dig(''m1''))', '1', 'who has to agree to it'),
    ('willi', 'SELECT count(*) FROM asv.statement_find(tap.dig(''m1''))', '0', 'not who wore the camera'),
    ('rita', 'SELECT count(*) FROM asv.statement_find(tap.sdig(''see1'', ''r''))', '1', 'with what she had it shown is read by who signed it'),
    ('doris', 'SELECT count(*) FROM asv.statement_find(tap.sdig(''see1'', ''r''))', '1', 'and by the officer'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_find(tap.sdig(''see1'', ''r''))', '0', 'not by who agreed'),
    ('willi', 'SELECT count(*) FROM asv.statement_find(tap.sdig(''see1'', ''r''))', '0', 'nor by who wore the camera'),
    ('sigrid', 'SELECT tap.show(''see8'', ''r'', ''h1'', ''sigrid'', ''l1'')', 'VA007', 'who agreed has nothing shown'),
    ('sigrid', 'SELECT tap.show(''see8'', ''r'', ''h1'', ''rita'', ''l1'')', 'VA007', 'under no name'),
    ('rita', 'SELECT tap.show(''see8'', ''r'', ''h1'', ''rita'', ''m1'')', 'VA002', 'and who asked nothing that nobody agreed to'),
    ('rita', 'SELECT tap.show(''see9'', ''r'', ''h1'', ''rita'', ''l1'')', 'done', 'but what was agreed to, again'),
    ('rita', 'SELECT count(*) FROM asv.request_find(left(encode(tap.dig(''q1''), ''hex''), 8))', '1', 'a request is found'),
    ('rita', 'SELECT count(*) FROM asv.request_overview r, LATERAL asv.request_find(encode(r.proposal, ''hex'')) s', 'VA007',
     'and not one after the other'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_open(1, NULL, NULL, 100)', '1', 'of open proposals about recordings her own are listed'),
    ('rita', 'SELECT count(*) FROM asv.statement_open(1, NULL, NULL, 100)', '0', 'and nobody else''s'),
    ('willi', 'SELECT count(*) FROM asv.statement_undelivered(NULL, 100)', '1', 'what the keeper did not hear is listed to who signed it'),
    ('rita', 'SELECT count(*) FROM asv.statement_undelivered(NULL, 100)', '0', 'and to nobody else'),

    ('rita', 'SELECT accused FROM asv.incident_find(''V-1'')', 'Unbekannt', 'an incident is read'),
    -- ---- LAW L4: A-104, incidents of one's own units
    ('rita', 'SELECT string_agg(case_number, '' '' ORDER BY case_number) FROM asv.incident_overview', 'V-1 V-7', 'incidents of her unit'),
    ('rita', 'SELECT string_agg(case_number, '' '' ORDER BY case_number) FROM asv.incident_lines(NULL, NULL, NULL, NULL, NULL, 9)', 'V-1 V-7', 'and no others'),
    ('adele', 'SELECT string_agg(case_number, '' '') FROM asv.incident_overview', 'V-2', 'what she wrote down herself'),
    ('adele', 'SELECT string_agg(case_number, '' '') FROM asv.incident_lines(NULL, NULL, NULL, NULL, NULL, 9)', 'V-2', 'and nothing of another unit'),
    ('adele', 'SELECT count(*) FROM asv.incident_find(''V-1'')', '0', 'by its number'),
    ('adele', 'SELECT count(*) FROM asv.incident_about(tap.uid(''incident''))', '0', 'or its id'),
    ('adele', 'SELECT tap.incident_put(tap.uid(''incident''), ''V-1'', 2, ''o'', '''', ''adele'')', 'VA006', 'nor does she come to read it by writing it anew'),
    ('adele', 'SELECT tap.clip_put(tap.uid(''incident''), ''V-1'', ''h3'', true, 1, ''adele'')', 'VA006', 'or by adding a recording'),
    ('adele', 'SELECT asv.request_put(tap.dig(''own adele''), now() + interval ''1 day'', NULL, NULL)', 'VA006',
     'or by asking that another one is kept for it'),
    ('willi', 'SELECT asv.request_put(tap.dig(''own willi''), now() + interval ''1 day'', NULL, NULL)', 'done',
     'which somebody of its unit does'),
    ('udo', 'SELECT string_agg(case_number, '' '' ORDER BY case_number) FROM asv.incident_overview', 'V-1 V-2 V-7', 'who deputises reads for that unit, too'),
    ('emil', 'SELECT string_agg(case_number, '' '' ORDER BY case_number) FROM asv.incident_overview', 'V-1 V-2 V-7', 'who is of no unit is of the agency'),
    ('olga', 'SELECT string_agg(case_number, '' '' ORDER BY case_number) FROM asv.incident_overview', 'V-1 V-2 V-7', 'and so is the officer'),
    ('olga', 'SELECT case_number FROM asv.incident_about(tap.uid(''incident''))', 'V-1', 'who reads each'),

    -- ---- A-195: the web server is told what its routes need
    ('rita', 'SELECT count(*) > 0 FROM asv.clip_overview', 'true', 'recordings are listed at the command line'),
    ('asv_web', 'SELECT count(*) FROM asv.clip_overview', '0', 'and to the web server by clip_lines alone, which has no camera with all its days'),
    ('rita', 'SELECT sum(clips) > 0 FROM asv.camera_overview', 'true', 'so is how many a camera made'),
    ('asv_web', 'SELECT sum(clips) FROM asv.camera_overview', '0', 'not to the web server'),
    ('asv_web', 'SELECT count(*) FROM asv.incident_clip_overview', '0', 'nor those of incidents'),
    ('asv_web', 'SELECT count(*) FROM asv.request_overview', '0', 'nor what was asked for'),
    ('asv_web', 'SELECT count(*) FROM asv.clip_face(tap.dig(''h1''))', 'VA007', 'nor, for nobody, what a header is of'),
    ('rita', 'SELECT clip = tap.uid(''h1'') FROM asv.clip_face(tap.dig(''h1''))', 'true', 'which is told to people'),

    ('rita', 'SELECT string_agg(injured, '','') FROM asv.incident_overview', '42501', 'and incidents not grouped by who was injured'),
    ('rita', 'SELECT count(*) FROM generate_series(1, 2) n, LATERAL asv.incident_find(''V-'' || n)', 'VA007', 'nor read one after the other'),
    ('rita', 'SELECT count(*) FROM generate_series(1, 2) n, LATERAL asv.incident_removed(''V-'' || n, 9)', 'VA007',
     'nor who took recordings out of incidents'),

    -- ---- LAW L1, L2, L8: the access log
    ('doris', 'SELECT (name, case_number, reason)::text FROM asv.access_page(tap.uid(''h1''), NULL, 10)', '(rita,V-1,r)',
     'the officer reads who was shown a recording'),
    ('doris', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), tap.uid(''access''), 10)', '0', 'page by page'),
    ('doris', 'SELECT count(*) FROM asv.access_page(tap.uid(''h2''), NULL, 10)', '0', 'recording by recording'),
    ('doris', 'SELECT count(*) FROM asv.clip_overview c, LATERAL asv.access_page(c.clip, NULL, 10)', 'VA007', 'and counts nobody''s looks'),
    ('willi', 'SELECT (name, case_number, reason)::text FROM asv.access_page(tap.uid(''h1''), NULL, 10)', '(,V-1,r)',
     'who wore the camera is told that somebody was, without the name'),
    ('rita', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), NULL, 10)', 'VA007', 'nobody else reads the access log'),
    ('sigrid', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), NULL, 10)', 'VA007', 'no superior either'),
    ('stranger', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), NULL, 10)', 'VA007', 'nor an account that is nobody''s'),
    ('willi', 'SELECT asv.access_put(asv.caller(), tap.sdig(''see1'', ''r''), ''r'')', 'VA007', 'and nobody writes into it that another looked'),
    ('stefan', 'SELECT string_agg(encode(fields, ''escape''), '''') FROM asv.ledger_about(tap.uid(''h1''), 0::smallint, -1, 200)', '42501',
     'the ledger does not tell who looked either'),
    ('willi', 'SELECT string_agg(encode(fields, ''escape''), '''') FROM asv.ledger_about(tap.uid(''access''), 0::smallint, -1, 200)', '42501',
     'nor to who wore the camera'),
    ('stranger', 'SELECT string_agg(encode(fields, ''escape''), '''') FROM asv.ledger_about(tap.uid(''h1''), 0::smallint, -1, 200)', '42501',
     'nor to an account that is nobody''s'),
    ('rita', 'SELECT (kind, tags)::text FROM asv.ledger_shown(tap.uid(''access''))', '(120,"\\x80828387")',
     'of an entry everybody is told which fields are closed, and not what they say'),
    ('rita', 'SELECT * FROM asv.ledger_shown(tap.uid(''none''))', 'VA006', 'if there is one'),
    ('stranger', 'SELECT tags FROM asv.ledger_shown(tap.uid(''access''))', 'VA007', 'and nobody''s account not even that'),

    -- ---- everybody speaks for himself or herself
    ('willi', 'SELECT tap.say(''s1'', 1, 1, ''h3'', ''willi'', NULL)', 'done', 'his statement is taken from his account'),
    ('willi', 'SELECT tap.say(''s2'', 1, 2, ''h2'', ''rita'', ''q2'')', 'VA007', 'nobody else''s is'),
    ('stranger', 'SELECT tap.say(''s3'', 1, 1, ''h3'', ''willi'', NULL)', 'VA007', 'nor from an account that is nobody''s'),
    ('rita', 'SELECT tap.say(''s4'', 33, 5, ''sigrid'', ''rita'', NULL)', 'VA007', 'who may revoke nothing revokes nothing here either'),
    -- What takes a place here before anybody has verified it: LAW T3, T4.
    ('willi', 'SELECT tap.say(''long'', 3, 1, ''h3'', ''willi'', NULL)', 'VA004', 'no request waits for longer than anything is signed for'),
    ('rita', 'SELECT tap.say(''s8'', 1, 1, ''h3'', ''rita'', NULL)', 'VA007', 'who may not ask for something keeps nobody else from asking'),
    ('rita', 'SELECT tap.say(''s9'', 1, 2, ''h2'', ''rita'', ''q2'')', 'VA007', 'who may not approve something approves nothing here either'),
    ('willi', 'SELECT tap.say(''s10'', 1, 3, ''h2'', ''willi'', ''q2'')', 'VA007', 'and no wearer refuses'),
    ('stefan', 'SELECT tap.say(''s11'', 1, 2, ''h2'', ''stefan'', ''q2'')', 'done', 'a superior may approve'),
    ('stefan', 'SELECT tap.say(''s12'', 1, 2, ''h3'', ''stefan'', ''q3'') || asv.request_end(tap.dig(''s12''), NULL)', 'VA007',
     'but not hold anything where he is not in charge'),
    ('sigrid', 'SELECT tap.say(''s13'', 1, 2, ''h3'', ''sigrid'', ''q3'') || asv.request_end(tap.dig(''s13''), NULL)', 'VA007',
     'nor does who is in charge, before the keeper took it'),
    ('stefan', 'SELECT tap.say(''s14'', 1, 3, ''h3'', ''stefan'', ''q3'') || asv.request_end(tap.dig(''s14''), NULL)', 'VA007', 'nor refuse it'),
    ('stefan', 'SELECT tap.say(''s15'', 1, 2, ''h1'', ''stefan'', ''q1'') || asv.request_end(tap.dig(''s15''), NULL)', 'VA007',
     'nor say so once more of what is held'),
    ('willi', 'SELECT asv.request_void(tap.dig(''q3''), ''x'')', 'VA007', 'ends no request that nobody signed'),
    ('stefan', 'SELECT asv.request_void(tap.dig(''q3''), ''x'')', 'VA007', 'nor does who is not in charge'),
    ('sigrid', 'SELECT asv.request_void(tap.dig(''q3''), ''x'')', 'done', 'who is in charge does'),
    ('sigrid', 'SELECT tap.say(''s5'', 33, 5, ''rita'', ''sigrid'', NULL)', 'done', 'a superior revokes'),
    ('willi', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, tap.ruling(tap.dig(''a1''), tap.dig(''q1''), true), tap.dig(''keeper''))', 'VA007', 'has no night skip an approval that is another''s'),
    ('willi', 'SELECT asv.statement_answered(tap.dig(''a1''), ''no'', NULL, NULL)', 'VA007', 'nor says that the keeper refused it'),
    ('sigrid', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, tap.ruling(tap.dig(''a1''), tap.dig(''q1''), true), tap.dig(''keeper''))', 'done',
     'who signed it says what the keeper said'),
    ('sigrid', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, NULL, NULL)', 'VA007', 'but not that it took it without its ruling'),
    ('sigrid', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, tap.ruling(tap.dig(''l2''), tap.dig(''l1''), true), tap.dig(''keeper''))', 'VA001',
     'nor with the one on another statement'),
    ('sigrid', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, tap.ruling(tap.dig(''a1''), tap.dig(''q2''), true), tap.dig(''keeper''))', 'VA001',
     'nor on an answer to another proposal'),
    ('rita', 'SELECT asv.statement_answered(tap.dig(''l2''), NULL, tap.ruling(tap.dig(''l2''), tap.dig(''l1''), true), tap.dig(''keeper''))', 'done', 'to whom it is shown takes the approval to the keeper'),
    ('willi', 'SELECT asv.request_end(tap.dig(''a1''), NULL)', 'VA007', 'writes down nothing that follows from another''s answer'),
    ('willi', 'SELECT asv.request_put(tap.dig(''q2''), now(), NULL, NULL)', 'VA007', 'nor from another''s request'),
    ('sigrid', 'SELECT asv.request_end(tap.dig(''a1''), NULL)', 'already', 'but she who signed it does'),
    ('asv_admin', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, tap.ruling(tap.dig(''a1''), tap.dig(''q1''), true), tap.dig(''keeper''))', 'done',
     'and the nightly run for everybody'),
    ('asv_admin', 'SELECT asv.statement_answered(tap.dig(''a1''), NULL, NULL, NULL)', 'VA007', 'but with the ruling, as long as the keeper can be asked'),
    ('sigrid', 'SELECT asv.person_disable(tap.uid(''rita''), ''r'', ''x'')', 'VA002', 'no account is disabled whose credentials nobody revoked'),

    -- ---- what is administration's
    ('willi', 'SELECT asv.duty_end(asv.caller(), ''x'')', '42501', 'a wearer ends no duty'),
    ('willi', 'SELECT asv.duty_put(asv.caller(), ''in_charge'', ''VU'', NULL, now(), NULL, ''x'')', '42501', 'nor takes one'),
    ('willi', 'SELECT asv.issue_put(tap.uid(''assignment''), asv.caller(), NULL, ''x'', true)', '42501', 'nor says who wore a camera'),
    ('willi', 'SELECT asv.retention_begin(''x'')', '42501', 'begins no nightly run'),
    ('willi', 'SELECT asv.retention_end(asv.caller(), 0::smallint, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ''x'')', '42501', 'nor ends one'),
    ('willi', 'SELECT asv.requests_lapse()', '42501', 'ends no requests'),
    ('willi', 'SELECT asv.access_forget()', '42501', 'forgets nothing'),
    ('willi', 'SELECT asv.alarm_acknowledge(asv.caller(), ''x'', ''x'')', '42501', 'silences no alarm'),
    ('willi', 'SELECT asv.login_put(asv.caller(), ''willi'', ''x'')', '42501', 'and says of no account whose it is'),
    ('willi', 'SELECT tap.say(''s6'', 34, 5, ''willi'', ''willi'', NULL)', 'VA007', 'and is not the agency root'),
    ('asv_admin', 'SELECT wears FROM asv.clip_standing(tap.uid(''h1''))', '42501', 'administration stands nowhere'),
    ('asv_admin', 'SELECT count(*) FROM asv.clip_events(tap.dig(''cam''), tap.uid(''epoch''), 1, tap.dig(''h1''), NULL, 100)', '42501',
     'reads no history'),
    ('asv_admin', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), NULL, 10)', '42501', 'no access log'),
    ('asv_admin', 'SELECT count(id) FROM asv.incident_overview', '42501', 'no incident'),
    ('asv_admin', 'SELECT tap.say(''s7'', 1, 1, ''h3'', ''willi'', NULL)', 'VA007', 'and speaks for nobody'),
    ('asv_admin', 'SELECT count(*) FROM asv.request_overview r, LATERAL asv.statement_find(r.proposal) s', 'VA007', 'nor counts who signed'),
    ('asv_admin', 'SELECT asv.login_put(tap.uid(''rita''), ''nobody_at_all'', ''x'')', 'VA006', 'accounts are members of asv_staff'),
    ('asv_admin', 'SELECT asv.login_put(tap.uid(''rita''), ''willi'', ''x'')', 'VA001', 'and one person''s for ever'),
    ('asv_admin', 'SELECT asv.login_put(tap.uid(''willi''), ''willi'', ''x'')', 'already', 'said once'),
    ('asv_admin', 'SELECT asv.issue_put(tap.uid(''assignment''), tap.uid(''willi''), NULL, ''x'', false)', 'VA001', 'is not told who wore a camera'),
    ('asv_admin', 'SELECT asv.issue_put(tap.uid(''assignment''), tap.uid(''sigrid''), NULL, ''x'', false)', 'VA001', 'nor who did not'),
    ('asv_admin', 'SELECT asv.issue_put(tap.uid(''assignment''), tap.uid(''willi''), NULL, ''x'', true)', 'done', 'also when it says it again')
) AS t (login, query, want, what);

SELECT ok(pg_temp.asked('stefan', 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM asv.request_overview WHERE clip = tap.uid(''h1'')')
    ~ 'Function Scan' AND pg_temp.asked('stefan', 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM asv.request_overview') !~ '"request"',
    'nobody has the planner count what a list leaves out');

-- ---- A-043: a page of incidents looks at a bounded number of others' incidents, and says where the next one goes on
INSERT INTO asv.incident (id, case_number, opened_by)
SELECT ('ffffffff-ffff-7fff-bfff-' || lpad(n::text, 12, '0'))::uuid, 'X-' || n, 'x' FROM generate_series(1, 250) n;
SET LOCAL session_replication_role = replica;
INSERT INTO asv.incident_version SELECT i.id, v.number, v.cause, v.offence, v.danger, v.from_at, v.until_at, v.place, v.accused, v.injured,
    v.prosecutor, v.assault, v.since, v.by, v.salt, tap.sdig('x', i.case_number)
FROM asv.incident i JOIN asv.incident_version v ON v.incident = tap.uid('incident') AND v.number = 1 WHERE i.case_number LIKE 'X-%';
SET LOCAL session_replication_role = origin;
CREATE FUNCTION pg_temp.page(login text, after text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.asked(login, format('SELECT string_agg(coalesce(case_number, ''on from '' || after), '' '') FROM asv.incident_lines(NULL, NULL, NULL, NULL, %L, 9)', after))
$$;
SELECT is(pg_temp.page('adele', NULL), 'on from ffffffff-ffff-7fff-bfff-000000000051', 'an empty page that goes on');
SELECT is(pg_temp.page('adele', 'ffffffff-ffff-7fff-bfff-000000000051'), 'V-2', 'to the own one');
SELECT is(pg_temp.page('emil', 'ffffffff-ffff-7fff-bfff-000000000010'), 'X-9 X-8 X-7 X-6 X-5 X-4 X-3 X-2 X-1', 'who is of the agency has a full page');

-- ---- LAW T3, T4: what stands here and the keeper did not take keeps nobody else from deciding

-- What a query gives in this account, or the SQLSTATE; it stays.
CREATE FUNCTION pg_temp.does(login text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', login);
    EXECUTE query INTO got;
    RESET SESSION AUTHORIZATION;
    RETURN got;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.says(name text, act int, step int, about text, who text, proposal text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.does(who, format('SELECT tap.say(%L, %s, %s, %L, %L, %L)', name, act, step, about, who, proposal))
$$;
-- The word of whoever signed it on what the keeper said; why NULL: it took it.
CREATE FUNCTION pg_temp.answered(name text, who text, why text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.does(who, format('SELECT asv.statement_answered(tap.dig(%L), %L, %L, tap.dig(''keeper''))', name, why,
        tap.ruling(tap.dig(name), (SELECT s.proposal FROM asv.statement s WHERE s.digest = tap.dig(name)), why IS NULL)))
$$;
CREATE FUNCTION pg_temp.state(name text) RETURNS text LANGUAGE sql AS $$
    SELECT s.state FROM asv.recording_state s JOIN asv.clip c USING (recording) WHERE c.header = tap.dig(name)
$$;
SELECT pg_temp.record('worn', 99, 'assignment2');
SELECT asv.issue_put(uid('assignment2'), uid('wolf'), NULL, 'x', false);

-- A request to hold that the keeper waits for the answer to. Then an answer that may be nothing that anybody signed, in the account of
-- somebody who says that the keeper took it (taken) or refused it (no), writes down what follows (row), or whose time is over (late). And
-- what another person's answer comes to: whether the first one counts, that the second is stored, what follows from it before and after the
-- keeper takes it, and where the recording stands.
CREATE FUNCTION pg_temp.combined(n int, worn text, asks text, who text, step int, more text, another text, then_step int) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    v_about text := 'k' || n;
    v_ended bytea;
    v_second text := 'ks' || n;
    v_end text := format('SELECT asv.request_end(tap.dig(%L), NULL)', v_second);
    v_got text;
BEGIN
    PERFORM pg_temp.record(v_about, 100 + n, worn);
    PERFORM pg_temp.says('kp' || n, 1, 1, v_about, asks);
    PERFORM pg_temp.answered('kp' || n, asks);
    PERFORM pg_temp.does(asks, format('SELECT asv.request_put(tap.dig(%L), now() + interval ''1 day'', NULL, NULL)', 'kp' || n));
    v_got := pg_temp.says('kf' || n, 1, step, v_about, who, 'kp' || n);
    IF v_got <> 'done' THEN
        RETURN 'first ' || v_got;
    END IF;
    IF more ~ 'taken' THEN
        PERFORM pg_temp.answered('kf' || n, who);
    ELSIF more ~ 'no' THEN
        PERFORM pg_temp.answered('kf' || n, who, 'no');
    END IF;
    IF more ~ 'row' THEN
        v_got := pg_temp.does(who, format('SELECT asv.request_end(tap.dig(%L), NULL)', 'kf' || n));
        IF v_got <> 'done' THEN
            RETURN 'first ' || v_got;
        END IF;
    END IF;
    IF more ~ 'late' THEN
        SET LOCAL session_replication_role = replica;
        UPDATE asv.statement SET issued_at = now() - interval '2 hours', expires_at = now() WHERE digest = tap.dig('kf' || n);
        SET LOCAL session_replication_role = origin;
    END IF;
    v_ended := asv.proposal_ended_by(tap.dig('kp' || n));
    v_got := pg_temp.says(v_second, 1, then_step, v_about, another, 'kp' || n);
    IF v_got = 'done' THEN
        v_got := v_got || ' ' || pg_temp.does(another, v_end);
        PERFORM pg_temp.answered(v_second, another);
        v_got := v_got || ' ' || pg_temp.does(another, v_end);
    END IF;
    RETURN CASE WHEN v_ended IS NULL THEN 'open ' ELSE 'ended ' END || v_got || ' ' || pg_temp.state(v_about);
END
$$;
SELECT is(pg_temp.combined(n::int, worn, asks, who, step, more, another, then_step), want, format('%s %s (%s), then %s %s: %s', who,
    (ARRAY[NULL, 'approves', 'refuses', 'withdraws'])[step], more, another, (ARRAY[NULL, 'approves', 'refuses', 'withdraws'])[then_step], what))
FROM (SELECT row_number() OVER () AS n, v.* FROM (VALUES
    -- A refusal counts from who could refuse, and from nobody else.
    ('assignment', 'willi', 'stefan', 3, '', 'sigrid', 2, 'open done VA007 done held', 'who is not in charge refuses nothing'),
    ('assignment', 'willi', 'stefan', 3, 'taken', 'sigrid', 2, 'open done VA007 done held', 'whatever is said of the keeper'),
    ('assignment', 'willi', 'stefan', 3, '', 'sigrid', 3, 'open done done already sealed', 'nor keeps a refusal out'),
    ('assignment', 'willi', 'stefan', 3, '', 'willi', 4, 'open done done already sealed', 'nor a withdrawal'),
    ('assignment2', 'sigrid', 'wolf', 3, '', 'dora', 2, 'open done VA007 done held', 'who wore the camera refuses nothing'),
    ('assignment', 'willi', 'sigrid', 3, '', 'sigrid', 2, 'ended VA002 pending', 'who is in charge does, once'),
    ('assignment', 'willi', 'sigrid', 3, 'late', 'dora', 2, 'open done VA007 done held', 'no refusal counts that the keeper can take no more'),
    ('assignment', 'willi', 'sigrid', 3, 'no', 'dora', 2, 'open done VA007 done held', 'nor one that it refused'),
    -- One that is written down holds until the keeper takes another's approval, if it never took the refusal.
    ('assignment', 'willi', 'sigrid', 3, 'row', 'dora', 2, 'ended done VA002 done held', 'the keeper''s hold is followed'),
    ('assignment', 'willi', 'sigrid', 3, 'row late', 'dora', 2, 'open done VA002 done held', 'also after its time'),
    ('assignment', 'willi', 'sigrid', 3, 'taken row', 'dora', 2, 'ended done VA002 VA002 sealed', 'what the keeper took is final'),
    ('assignment', 'willi', 'sigrid', 3, 'row', 'dora', 3, 'ended VA002 sealed', 'what is refused is not refused again'),
    ('assignment', 'willi', 'willi', 4, '', 'sigrid', 3, 'ended done done already sealed', 'a withdrawal keeps no refusal out'),
    ('assignment', 'willi', 'willi', 4, 'row', 'sigrid', 2, 'ended done VA002 done held', 'nor what the keeper holds'),
    ('assignment', 'willi', 'willi', 4, 'taken row', 'sigrid', 2, 'ended done VA002 VA002 sealed', 'unless it took the withdrawal'),
    -- An approval, whatever its account says of the keeper.
    ('assignment', 'willi', 'stefan', 2, '', 'sigrid', 2, 'open done VA007 done held', 'an approval of who is not in charge is none'),
    ('assignment', 'willi', 'stefan', 2, 'taken', 'sigrid', 2, 'ended done VA007 done held', 'though the keeper is said to have taken it'),
    ('assignment', 'willi', 'stefan', 2, 'taken', 'sigrid', 3, 'ended done done already sealed', 'nor does it keep a refusal out'),
    ('assignment', 'willi', 'stefan', 2, 'taken', 'willi', 4, 'ended done done already sealed', 'or a withdrawal'),
    ('assignment', 'sigrid', 'willi', 2, 'taken row', 'dora', 2, 'ended done VA007 done held', 'what one held by a row another may hold')
) AS v (worn, asks, who, step, more, another, then_step, want, what)) AS t;

-- What the nightly run finds to be none is none, whatever its account said; and the request is open to others, and to time.
SELECT is(pg_temp.combined(90, 'assignment', 'willi', 'stefan', 2, 'taken', 'nobody', 2), 'ended 22023 pending', 'an approval that the keeper is said to have taken');
SET LOCAL session_replication_role = replica;
UPDATE asv.request SET requested_at = now() - interval '1 hour', expires_at = now() WHERE proposal = dig('kp90');
SET LOCAL session_replication_role = origin;
SELECT is(asv.request_lapse(dig('kp90'), clock_timestamp()), false, 'keeps its request from lapsing');
SELECT is(asv.statement_forged(dig('kf90'), 'MALFORMED') || ' ' || asv.statement_forged(dig('kf90'), 'MALFORMED'), 'done already', 'the nightly run reads it');
SELECT is((SELECT count(*) FROM asv.alarm WHERE kind = 'forged' AND subject = encode(dig('kf90'), 'hex') AND detail ~ 'from the account of stefan'), 1::bigint,
    'people hear whose account it came from');
SELECT ok(asv.statement_is_refused(dig('kf90')) AND asv.proposal_ended_by(dig('kp90')) IS NULL
    AND dig('kf90') NOT IN (SELECT digest FROM asv.statement_unconcluded(0, 1000)), 'then it counts no more, and is not come back to');
SELECT is(asv.request_lapse(dig('kp90'), clock_timestamp()), true, 'and its request lapses');
SELECT is(pg_temp.answered('kf90', 'stefan') || ' ' || pg_temp.answered('kf90', 'stefan'), 'done already', 'and if the keeper does take it');
SELECT ok(asv.statement_taken_at(dig('kf90')) IS NOT NULL AND NOT asv.is_forged(dig('kf90')), 'then that counts');
SELECT lives_ok('SELECT count(*) FROM asv.statement_unconcluded(0, 1000)', 'for whoever concludes, too');

-- K-214: nobody's request to hold is there before the keeper took it. K-215: nor any more when the keeper, which was told that its day is past, waits
-- for no answer; but what it has not heard of, and what is approved in time, waits for its word.
SELECT pg_temp.record('early', 240), pg_temp.says('el1', 1, 1, 'early', 'willi');
CREATE FUNCTION pg_temp.early_lapsed(p_ended boolean DEFAULT true, p_proposal text DEFAULT 'el1') RETURNS text LANGUAGE sql AS $$
    SELECT asv.hold_lapsed((SELECT recording FROM asv.clip WHERE header = tap.dig('early')), tap.dig(p_proposal), p_ended) || ' ' || pg_temp.state('early')
$$;
SELECT is(pg_temp.does('willi', 'SELECT asv.request_put(tap.dig(''el1''), now() + interval ''1 day'', NULL, NULL)') || ' ' || pg_temp.state('early'),
    'VA007 sealed', 'a request to hold that the keeper has not taken is none here');
SELECT is(asv.request_put(dig('el1'), now() + interval '1 day', NULL, NULL) || ' ' || pg_temp.early_lapsed(), 'done already pending', 'as long as the keeper has not heard of it, it does not lapse');
SELECT pg_temp.answered('el1', 'willi'), pg_temp.says('el2', 1, 2, 'early', 'sigrid', 'el1');
SELECT is(pg_temp.early_lapsed(), 'already pending', 'nor while it is approved');
SELECT pg_temp.answered('el2', 'sigrid', 'the clip does not open');
SELECT is(pg_temp.early_lapsed(false), 'already pending', 'nor when the keeper, which took it, only does not know of it');
SELECT is(pg_temp.early_lapsed(true, 'el2'), 'already pending', 'nor when it was asked about another request');
SELECT is(asv.hold_open((SELECT recording FROM asv.clip WHERE header = dig('early'))), dig('el1')::asv.digest, 'which is open');
SELECT is(pg_temp.early_lapsed(), 'done sealed', 'but before its time is over');
SELECT is(asv.hold_open((SELECT recording FROM asv.clip WHERE header = dig('early'))), NULL, 'and is open no more');
SELECT is(pg_temp.early_lapsed(), 'already sealed', 'once');
SELECT is((SELECT at <= clock_timestamp() FROM asv.clip_event e JOIN asv.clip c USING (recording) WHERE c.header = dig('early') AND e.kind = 'hold_lapsed'), true, 'at that time');

-- A request that is said to be none: by who could refuse it; and what the keeper waits for is still answered.
SELECT pg_temp.record('void' || n, 200 + n, CASE n WHEN 1 THEN 'assignment2' ELSE 'assignment' END) FROM generate_series(1, 2) AS n;
SELECT pg_temp.says('v' || n, 1, 1, 'void' || n, who), pg_temp.answered('v' || n, who),
       pg_temp.does(who, format('SELECT asv.request_put(tap.dig(%L), now() + interval ''1 day'', NULL, NULL)', 'v' || n))
FROM (VALUES (1, 'stefan'), (2, 'sigrid')) AS r (n, who);
SELECT is(pg_temp.does(who, format('SELECT asv.request_void(tap.dig(%L), ''x'')', which)), want, format('%s ends %s: %s', who, which, what))
FROM (VALUES ('wolf', 'v1', 'VA007', 'not who wore the camera'), ('stefan', 'v1', 'VA007', 'nor who is not in charge'),
             ('sigrid', 'v2', 'VA007', 'nor who asked'), ('doris', 'v1', 'VA007', 'nor the officer, where nothing is to be shown'),
             ('sigrid', 'v1', 'done', 'but a superior in charge'), ('sigrid', 'v1', 'already', 'once')) AS t (who, which, want, what);
SELECT is(pg_temp.state('void1'), 'sealed', 'its period goes on');
SELECT matches((SELECT detail::text FROM asv.clip_event e JOIN asv.clip c USING (recording) WHERE c.header = dig('void1') AND e.kind = 'hold_lapsed'),
    'says sigrid', 'custody tells whose word it was');
SELECT is(concat_ws(' ', pg_temp.says('v3', 1, 2, 'void1', 'dora', 'v1'), pg_temp.answered('v3', 'dora'),
    pg_temp.does('dora', 'SELECT asv.request_end(tap.dig(''v3''), NULL)')), 'done done done',
    'another person approves what the keeper waits for');
SELECT is(pg_temp.state('void1'), 'held', 'and it is held');

-- LAW T4, K-195: an approval that the keeper did not take, because it was not there, or refused it, moves nothing. (To be shown something, 4, is
-- taken to the keeper by whom it is shown to.)
CREATE FUNCTION pg_temp.updig(act int) RETURNS bytea LANGUAGE sql AS $$
    SELECT CASE WHEN act IN (6, 9) THEN sha256(tap.ranged('up' || act, act, current_date - act, current_date - act + 1)) ELSE tap.dig('up' || act) END
$$;
CREATE FUNCTION pg_temp.untaken(act int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_about text := CASE WHEN act NOT IN (6, 9) THEN 'untaken' || act END;
    v_end text := format('SELECT asv.request_end(tap.dig(%L), ''infinity'')', 'ua' || act);
BEGIN
    IF act NOT IN (6, 9) THEN
        PERFORM pg_temp.record(v_about, 300 + act, 'assignment', act = 10);
    END IF;
    IF act = 2 THEN
        PERFORM pg_temp.says('uh', 1, 1, v_about, 'willi'), pg_temp.answered('uh', 'willi'), pg_temp.does('willi', 'SELECT asv.request_put(tap.dig(''uh''), now() + interval ''1 day'', NULL, NULL)'),
                pg_temp.says('ui', 1, 2, v_about, 'sigrid', 'uh'), pg_temp.answered('ui', 'sigrid'), pg_temp.does('sigrid', 'SELECT asv.request_end(tap.dig(''ui''), NULL)');
    END IF;
    RETURN concat_ws(' ', CASE WHEN v_about IS NULL THEN pg_temp.does('willi', format('SELECT left(''done'' || tap.asks_ahead(%L, %s, ''willi'', %L, %L)::text, 4)',
                                                             'up' || act, act, current_date - act, current_date - act + 1))
                               ELSE pg_temp.says('up' || act, act, 1, v_about, 'willi') END,
                     CASE WHEN act = 1 THEN nullif(pg_temp.answered('up1', 'willi'), 'done') END,
        pg_temp.does('willi', format('SELECT asv.request_put(%L, now() + interval ''1 day'', %L, %L)', pg_temp.updig(act),
            CASE WHEN v_about IS NULL THEN current_date - act END, CASE WHEN v_about IS NULL THEN current_date - act + 1 END)),
        CASE WHEN v_about IS NULL THEN pg_temp.does('sigrid', format('SELECT tap.agrees_ahead(%L, %s, ''sigrid'', %L)', 'ua' || act, act, pg_temp.updig(act)))
             ELSE pg_temp.says('ua' || act, act, 2, v_about, 'sigrid', 'up' || act) END, pg_temp.does('sigrid', v_end),
        pg_temp.answered('ua' || act, 'sigrid', 'no'), pg_temp.does('sigrid', v_end), pg_temp.state(v_about));
END
$$;
SELECT is(pg_temp.untaken(act), 'done done done VA007 done VA007' || coalesce(' ' || state, ''), format('nor does an approval of %s that the keeper did not take', act))
FROM (VALUES (1, 'pending'), (2, 'held'), (3, 'sealed'), (6, NULL), (9, NULL), (10, 'sealed')) AS t (act, state);

-- Nor is a period over, or longer than its day's, by the word of who signed it.
SELECT pg_temp.record('past', 320, 'assignment', true);
SELECT is(pg_temp.says('pd1', 10, 1, 'past', 'willi') || pg_temp.does('willi', 'SELECT asv.request_put(tap.dig(''pd1''), now() + interval ''1 day'', NULL, NULL)')
    || pg_temp.says('pd2', 10, 2, 'past', 'sigrid', 'pd1') || pg_temp.answered('pd2', 'sigrid'), 'donedonedonedone', 'two people say a day');
SELECT is(pg_temp.does('sigrid', format('SELECT asv.request_end(tap.dig(''pd2''), %L)', until)), 'VA007', format('that is over: %s', coalesce(until, 'no end')))
FROM unnest(ARRAY[NULL, '2026-01-01', '-infinity']) AS until;
SELECT is(pg_temp.does('asv_admin', 'SELECT asv.request_end(tap.dig(''pd2''), NULL)'), 'done', 'says the nightly run, which asked the keeper');

-- What is said of the keeper has the shape of its ruling and is none: the nightly run reads each approval, and undoes what follows from it.
CREATE FUNCTION pg_temp.voided(act int, undo boolean DEFAULT true) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_end text := format('SELECT asv.request_end(tap.dig(%L), ''infinity'')', 'ua' || act);
    v_before text;
BEGIN
    PERFORM pg_temp.answered('ua' || act, 'sigrid');
    v_before := concat_ws(' ', pg_temp.does('sigrid', v_end), pg_temp.state('untaken' || act));
    v_before := concat_ws(' ', v_before, (SELECT count(*) FROM asv.approvals(NULL, 1000) WHERE digest = tap.dig('ua' || act)),
        asv.approval_void(tap.dig('ua' || act), 'x', undo), pg_temp.state('untaken' || act));
    RETURN concat_ws(' ', v_before, (SELECT outcome FROM asv.request WHERE proposal = pg_temp.updig(act)),
        (SELECT count(*) FROM asv.approvals(NULL, 1000) WHERE digest = tap.dig('ua' || act)));
END
$$;
SELECT is(pg_temp.voided(act, undo), want, format('%s: %s', act, what)) FROM (VALUES
    (1, true, 'done held 1 done sealed lapsed 0', 'it is not held'),
    (2, true, 'done released 1 done held lapsed 0', 'it is held'),
    (3, true, 'done erasing 1 done erasing lapsed 0', 'its erasure is for the keeper to say'),
    (6, true, 'done 1 done lapsed 0', 'no camera''s recordings are kept'),
    (10, true, 'done sealed 1 done sealed lapsed 0', 'its day is not known')) AS t (act, undo, want, what);
SELECT is(asv.erasure_undo(ARRAY[(SELECT recording FROM asv.clip WHERE header = dig('untaken3'))]) || pg_temp.state('untaken3'), '1sealed',
    'and when that has not erased it, nothing of it is');
SELECT ok(asv.is_dayless((SELECT recording FROM asv.clip WHERE header = dig('untaken10'))), 'and people decide on it');
SELECT is(array_agg(pg_temp.says(name, act, 2, 'untaken' || act, 'dora', 'up' || act) || pg_temp.answered(name, 'dora')
    || pg_temp.does('dora', format('SELECT asv.request_end(tap.dig(%L), ''infinity'')', name)) || pg_temp.state('untaken' || act) ORDER BY act),
    ARRAY['donedonedoneheld', 'donedonedonereleased', 'donedonedoneerasing', 'donedonedonesealed'], 'another person still approves each of them')
FROM (VALUES (1, 'ub1'), (2, 'ub2'), (3, 'ub3'), (10, 'ub10')) AS t (act, name);
SELECT is(asv.approval_void(dig('ub2'), 'x', false) || pg_temp.state('untaken2'), 'alreadyreleased', 'what the keeper did is not undone');
-- K-201: what two people hold is not forgotten because something else about it came to nothing.
CREATE FUNCTION pg_temp.asks(name text, act int, about text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.says(name, act, 1, about, 'willi') || CASE act WHEN 1 THEN left(pg_temp.answered(name, 'willi'), 0) ELSE '' END
        || pg_temp.does('willi', format('SELECT asv.request_put(tap.dig(%L), now() + interval ''1 day'', NULL, NULL)', name))
$$;
CREATE FUNCTION pg_temp.agrees(name text, act int, about text, asked text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.says(name, act, 2, about, 'sigrid', asked) || pg_temp.answered(name, 'sigrid')
        || pg_temp.does('sigrid', format('SELECT asv.request_end(tap.dig(%L), NULL)', name))
$$;
CREATE FUNCTION pg_temp.holds(about text, number int) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.record(about, number);
    SELECT concat_ws(' ', pg_temp.asks(about || 'h', 1, about), pg_temp.agrees(about || 'i', 1, about, about || 'h'), pg_temp.state(about))
$$;
CREATE FUNCTION pg_temp.kept(about text) RETURNS text LANGUAGE sql AS $$
    SELECT s.state || ' ' || e.kind FROM asv.recording_state s JOIN asv.clip c USING (recording) JOIN asv.clip_event e ON e.position = s.event
    WHERE c.header = tap.dig(about)
$$;
SELECT is(pg_temp.holds('both', 330), 'donedone donedonedone held', 'one that is held');
SET LOCAL session_replication_role = replica; -- as if the request had been there when it docked, and was held ahead of that
UPDATE asv.recording_state SET state = 'sealed' WHERE recording = (SELECT recording FROM asv.clip WHERE header = dig('both'));
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.asks('bothe', 3, 'both'), 'donedone', 'and was to be erased before');
SET LOCAL session_replication_role = replica;
UPDATE asv.recording_state SET state = 'held' WHERE recording = (SELECT recording FROM asv.clip WHERE header = dig('both'));
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.agrees('bothf', 3, 'both', 'bothe') || ' ' || pg_temp.kept('both'), 'donedoneVA002 held hold_approved', 'nobody has it erased while it is held');
SELECT is(pg_temp.does('asv_admin', 'SELECT asv.request_end(tap.dig(''bothf''), NULL)') || ' ' || pg_temp.state('both'), 'done erasing', 'but the keeper');
SELECT is(asv.erasure_undo(ARRAY[(SELECT recording FROM asv.clip WHERE header = dig('both'))]) || ' ' || pg_temp.kept('both'),
    '1 held hold_approved', 'which has not: it is held by what two people decided');
SELECT is(concat_ws(' ', pg_temp.holds('again', 331), pg_temp.asks('againr', 2, 'again'), pg_temp.agrees('agains', 2, 'again', 'againr'), pg_temp.asks('againj', 1, 'again'),
    pg_temp.state('again')), 'donedone donedonedone held donedone donedonedone donedone pending', 'one is released, as is said, and asked for again');
SELECT is(asv.approval_void(dig('agains'), 'x', true) || ' ' || pg_temp.kept('again'), 'done held hold_approved', 'its release was none: it is held');
SELECT is((SELECT outcome FROM asv.request WHERE proposal = dig('againj')), 'lapsed', 'and nobody needs to ask for it');

-- LAW L5: who asks to be shown it with a program of the own is no less the wearer's superior.
SELECT is(pg_temp.says('ap0', 4, 1, 'again', 'rita') || pg_temp.does('rita', 'SELECT asv.request_put(tap.dig(''ap0''), now() + interval ''1 day'', NULL, NULL)'),
    'donedone', 'a reviewer asks to be shown it');
SELECT asv.duty_put(uid('rita'), 'appraises', NULL, uid('willi'), '2026-01-01', NULL, 'x');
SELECT pg_temp.says('ap1', 4, 1, 'both', 'rita');
SELECT is(pg_temp.does(who, 'SELECT asv.request_put(tap.dig(''ap1''), now() + interval ''1 day'', NULL, NULL)'), 'VA007', 'not who appraises the wearer, says ' || who)
FROM unnest(ARRAY['rita', 'asv_admin']) AS who;
SELECT asv.duty_end((SELECT id FROM asv.duty WHERE person = uid('rita') AND kind = 'appraises'), 'x');
SELECT is(pg_temp.does('rita', 'SELECT asv.request_put(tap.dig(''ap1''), now() + interval ''1 day'', NULL, NULL)'), 'done', 'as long as that is so');
SELECT pg_temp.record('unsaid', 332, 'who knows');
SELECT pg_temp.says('ap2', 4, 1, 'unsaid', 'rita');
SELECT is(pg_temp.does('rita', 'SELECT asv.request_put(tap.dig(''ap2''), now() + interval ''1 day'', NULL, NULL)'), 'VA007', 'nor anybody, of what is worn by nobody knows whom');

-- K-197: what was found to be none, and the keeper was not asked about, is read again as long as it remembers.
CREATE FUNCTION pg_temp.asked_again() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM asv.approvals(NULL, 1000) WHERE digest = tap.dig('ra6') $$;
CREATE FUNCTION pg_temp.rdig() RETURNS bytea LANGUAGE sql AS $$ SELECT sha256(tap.ranged('rq6', 6, current_date - 20, current_date - 19)) $$;
SELECT pg_temp.does('willi', 'SELECT tap.asks_ahead(''rq6'', 6, ''willi'', current_date - 20, current_date - 19)::text');
SELECT is(concat_ws(' ', pg_temp.does('willi', 'SELECT asv.request_put(sha256(tap.ranged(''rq6'', 6, current_date - 20, current_date - 19)), now() + interval ''1 day'', current_date - 20, current_date - 19)'),
    pg_temp.does('sigrid', 'SELECT tap.agrees_ahead(''ra6'', 6, ''sigrid'', sha256(tap.ranged(''rq6'', 6, current_date - 20, current_date - 19)))'), pg_temp.answered('ra6', 'sigrid'),
    pg_temp.does('sigrid', 'SELECT asv.request_end(tap.dig(''ra6''), NULL)'), asv.approval_void(dig('ra6'), 'x', false)), 'done done done done already',
    'a hold ahead, whose approval was found to be none, and a run was cut off');
SELECT is(pg_temp.asked_again(), 1::bigint, 'the next one asks');
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET issued_at = now() - interval '7 days', expires_at = now() - interval '5 days' WHERE digest IN (dig('ra6'), pg_temp.rdig());
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.asked_again(), 0::bigint, 'but no keeper who has forgotten it');
SELECT throws_ok($$ SELECT asv.approval_void(dig('ub2!'), 'x', true) $$, 'VA006', NULL, 'and nothing that approves nothing');
SELECT throws_ok($$ DELETE FROM asv.hold $$, 'VA005', NULL, 'holds go by nothing else');
SELECT throws_ok($$ DELETE FROM asv.clip_day $$, 'VA005', NULL, 'nor days');

-- ---- LAW R4: a block stays by the decision of who decides on it, and by no race

SELECT pg_temp.record('h5', 5);
SELECT pg_temp.record('h6', 6, 'assignment2');
SELECT pg_temp.record('h7', 7);
SELECT is(pg_temp.says('b' || n, act, 5, about, who), 'done', format('%s signs b%s', who, n))
FROM (VALUES (1, 7, 'h5', 'willi'), (2, 7, 'h5', 'rita'), (3, 7, 'h5', 'stefan'), (4, 7, 'h5', 'willi'), (5, 7, 'h5', 'sigrid'),
             (6, 8, 'h5', 'doris'), (7, 7, 'h5', 'doris'), (8, 8, 'h5', 'stefan'), (9, 8, 'h5', 'sigrid'), (10, 7, 'h6', 'rita'),
             (11, 7, 'h6', 'wolf'), (12, 8, 'h6', 'wolf'), (13, 7, 'h7', 'sigrid'), (14, 7, 'h7', 'sigrid'), (15, 7, 'h7', 'rita'),
             (16, 7, 'h5', 'rita'), (17, 7, 'h5', 'doris'), (18, 8, 'h5', 'sigrid')) AS s (n, act, about, who);
CREATE FUNCTION pg_temp.kind(about text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.block_kind((SELECT recording FROM asv.clip WHERE header = tap.dig(about)), 6)
$$;
SELECT is(CASE call WHEN 'taken' THEN pg_temp.answered('b' || n, who) WHEN 'no' THEN
    pg_temp.does(who, format('SELECT asv.statement_answered(tap.dig(%L), ''no'', NULL, NULL)', 'b' || n)) ELSE pg_temp.does(who, format(call, 'b' || n)) END || ' ' || pg_temp.kind(about), want, format('%s, b%s: %s', who, n, what))
FROM (VALUES
    (1, 'willi', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'VA002 none', 'nothing is there that could stay'),
    (2, 'willi', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA007 none', 'nobody writes down what another signed'),
    (1, 'willi', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'done set', 'somebody blocks it'),
    (2, 'rita', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA002 set', 'who comes second has confirmed nothing'),
    (2, 'rita', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'VA007 set', 'nor does who is not named by the policy'),
    (3, 'stefan', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'VA007 set', 'nor who is not in charge'),
    (4, 'willi', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'VA007 set', 'nor who wore the camera'),
    (8, 'stefan', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA007 set', 'and by none of these it is lifted'),
    (5, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'done confirmed', 'who decides on it says that it stays'),
    (6, 'doris', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA002 confirmed', 'which nobody lifts'),
    (16, 'rita', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA002 confirmed', 'nor sets anew'),
    (5, 'sigrid', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'VA007 confirmed', 'that it is none says another person'),
    (5, 'stefan', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'VA007 confirmed', 'who is in charge'),
    (5, 'willi', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'VA007 confirmed', 'or decides on it'),
    (1, 'doris', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'VA006 confirmed', 'of what decides something'),
    (5, 'doris', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'done set', 'then it is blocked, and waits for its decision'),
    (7, 'doris', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'done confirmed', 'which is made again'),
    (7, 'doris', 'taken', 'h5', 'done confirmed', 'and the keeper takes, as is said'),
    (7, 'sigrid', 'SELECT asv.block_void(tap.dig(%L), ''x'')', 'h5', 'VA002 confirmed', 'then nobody says that it is none'),
    (7, 'asv_admin', 'SELECT asv.statement_forged(tap.dig(%L), ''x'')', 'h5', 'done set', 'but the nightly run, which reads it'),
    (9, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'VA007 set', 'who decides on it does not lift it before the keeper knows'), -- K-196
    (9, 'sigrid', 'no', 'h5', 'done set', 'which has none where the camera says it'),
    (9, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'done lifted', 'then she lifts it'),
    (9, 'asv_admin', 'SELECT asv.statement_forged(tap.dig(%L), ''x'')', 'h5', 'done set', 'with nothing that anybody signed, reads the nightly run'),
    (18, 'sigrid', 'no', 'h5', 'done set', 'with another one that the keeper answers'),
    (18, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), false)', 'h5', 'done lifted', 'it is lifted'),
    (17, 'doris', 'SELECT asv.block_put(tap.dig(%L), true)', 'h5', 'VA002 lifted', 'and nothing stays that was lifted meanwhile'),
    (10, 'rita', 'SELECT asv.block_put(tap.dig(%L), false)', 'h6', 'done set', 'somebody blocks another one'),
    (11, 'wolf', 'SELECT asv.block_put(tap.dig(%L), true)', 'h6', 'VA007 set', 'a superior who wore its camera does not decide'),
    (12, 'wolf', 'SELECT asv.block_put(tap.dig(%L), false)', 'h6', 'VA007 set', 'either way'),
    (13, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), false)', 'h7', 'done set', 'a superior blocks a third one'),
    (14, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), true)', 'h7', 'VA007 set', 'and does not decide alone that it stays'),
    (15, 'asv_admin', 'SELECT asv.block_put(tap.dig(%L), true)', 'h7', 'VA007 set', 'nor does the nightly run for somebody'),
    (15, 'asv_admin', 'SELECT asv.block_put(tap.dig(%L), false)', 'h7', 'done set', 'but that two people set it'),
    (14, 'sigrid', 'SELECT asv.block_put(tap.dig(%L), true)', 'h7', 'done confirmed', 'of whom one decides then')
) AS t (n, who, call, about, want, what);
SELECT is(pg_temp.asked('rita', 'SELECT encode(digest, ''hex'') FROM asv.block_decision(tap.uid(''h7''), 6::smallint)'), encode(dig('b14'), 'hex'),
    'whoever reads it is told by which statement it stays');
SELECT is(pg_temp.asked('rita', 'SELECT count(*) FROM asv.block_decision(tap.uid(''h5''), 6::smallint)'), '0', 'and of what was found to be none nothing');
SELECT is(pg_temp.asked('rita', 'SELECT count(*) FROM asv.clip_overview c, LATERAL asv.block_decision(c.clip, 6::smallint) d'), 'VA007', 'one recording at a time');
SELECT is((SELECT array_agg(digest ORDER BY digest = dig('b14')) FROM asv.block_decisions(NULL, 10)), ARRAY[dig('b18'), dig('b14')], 'the nightly run reads each decision that stands');
SELECT is((SELECT count(*) FROM asv.alarm WHERE kind = 'forged' AND subject IN (encode(dig('b5'), 'hex'), encode(dig('b7'), 'hex'), encode(dig('b9'), 'hex'))), 3::bigint,
    'and people hear of those that were none');

-- ---- and stops no night

CREATE FUNCTION pg_temp.forgets(name text, step int, who text, proposal text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.does(who, format('SELECT asv.statement_put(tap.stmt(%1$L), tap.dig(%1$L), 53, %2$s::smallint, tap.dig(''53''), 8::smallint, NULL, ''x'', NULL,
        NULL, NULL, NULL, NULL, 0::smallint, tap.dig(%3$L), tap.uid(%3$L), tap.b16(%1$L), now(), now() + interval ''1 day'', tap.dig(%4$L))',
        name, step, who, proposal))
$$;
SELECT is(pg_temp.forgets('fg1', 1, 'doris') || ' ' || pg_temp.forgets('fg2', 2, 'sigrid', 'fg1') || ' '
    || pg_temp.answered('fg2', 'sigrid'), 'done done done', 'what is to be forgotten has a name that is no id');
SELECT is(pg_temp.does('asv_admin', 'SELECT asv.ledger_forget()'), '0', 'then nothing is, and all the rest goes on');

GRANT asv_admin TO stranger;
SELECT is(pg_temp.asked('asv_admin', 'SELECT asv.login_put(tap.uid(''rita''), ''stranger'', ''x'')'), 'VA007', 'administration''s account is no person''s');
REVOKE asv_admin FROM stranger;
SELECT tap.put('person_disabling', jsonb_build_object('person', uid('doris'), 'at', clock_timestamp(), 'by', 'x', 'reason', 'left'));
SELECT is(pg_temp.asked('doris', 'SELECT count(*) FROM asv.access_page(tap.uid(''h1''), NULL, 10)'), 'VA007', 'a disabled account is nobody''s');
SELECT is(pg_temp.asked('doris', 'SELECT accused FROM asv.incident_find(''V-1'')'), 'VA007', 'reads no names');
SELECT is(pg_temp.asked('doris', 'SELECT asv.incident_clip_put(''V-1'', tap.uid(''h3''), true, ''x'', tap.dig(''salt''), tap.dig(''x''))'), 'VA007', 'and writes nothing down');

SELECT * FROM finish();
ROLLBACK;
