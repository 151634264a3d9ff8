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

CREATE FUNCTION pg_temp.person(who text, roles int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig('badge ' || who), who, roles, 'VU', '2026-01-01',
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
FROM (VALUES ('willi', 1), ('sigrid', 2), ('stefan', 2), ('rita', 8), ('doris', 32)) AS p (who, roles);
CREATE ROLE stranger LOGIN IN ROLE asv_staff;
SELECT asv.duty_put(uid('sigrid'), 'in_charge', 'VU', NULL, '2026-01-01', NULL, 'x');
SELECT asv.duty_put(uid('stefan'), 'appraises', NULL, uid('willi'), '2026-01-01', NULL, 'x');
SELECT asv.issue_put(uid('assignment'), uid('willi'), NULL, 'x', false);

CREATE FUNCTION pg_temp.record(name text, number int) RETURNS void LANGUAGE sql AS $$
    SELECT asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, (SELECT fields FROM tap.template WHERE tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(name), 'clip', tap.uid(name), 'kind', 1, 'reason', '',
                              'day', current_date, 'key_date', current_date, 'due_at', current_date + 15, 'earliest_at', now(),
                              'latest_at', now(), 'started_at', now(), 'ended_at', now(), 'committed_at', now())),
        tap.obj('record ' || name), NULL, NULL, NULL, NULL, NULL, NULL)
$$;
SELECT pg_temp.record('h' || n, n) FROM generate_series(1, 3) AS n;
SELECT tap.incident_put(uid('incident'), 'V-1', 1, 'o', '', 'willi');

CREATE FUNCTION tap.say(name text, act int, step int, about text, who text, proposal text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), act, step::smallint, tap.dig(act || about),
        (CASE act WHEN 4 THEN 9 WHEN 33 THEN 3 ELSE 1 END)::smallint, tap.dig(about), CASE WHEN act = 4 THEN who END, NULL, NULL,
        NULL, NULL, CASE WHEN act <> 33 THEN tap.uid('incident') END, (CASE act WHEN 1 THEN 2 ELSE 0 END)::smallint, tap.dig(who),
        tap.uid(who), tap.b16('n ' || name), now(),
        now() + CASE WHEN name LIKE 'long%' THEN interval '5 days' WHEN act = 4 AND step > 1 THEN interval '12 hours' ELSE interval '1 day' END,
        tap.dig(proposal))
$$;
GRANT EXECUTE ON FUNCTION tap.say TO PUBLIC;
SELECT tap.say('q1', 1, 1, 'h1', 'willi', NULL), asv.request_put(dig('q1'), now() + interval '1 day', NULL, NULL),
       tap.say('q2', 1, 1, 'h2', 'sigrid', NULL), asv.request_put(dig('q2'), now() + interval '1 day', NULL, NULL),
       tap.say('q3', 1, 1, 'h3', 'willi', NULL), asv.request_put(dig('q3'), now() + interval '1 day', NULL, NULL),
       tap.took('q3');
SELECT tap.say('a1', 1, 2, 'h1', 'sigrid', 'q1'), asv.request_end(dig('a1'), NULL),
       tap.say('l1', 4, 1, 'h1', 'rita', NULL), asv.request_put(dig('l1'), now() + interval '1 day', NULL, NULL);
SELECT tap.say('l2', 4, 2, 'h1', 'sigrid', 'l1'), asv.request_end(dig('l2'), NULL);
DO $$
DECLARE
    content bytea := convert_to('{"version": 1, "access_log_years": 1}', 'UTF8');
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
SELECT throws_ok($$ SELECT tap.say('n2', 1, 2, 'h3', 'stefan', 'q3') $$, 'VA002', NULL, 'and then nobody approves it');
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
    PERFORM asv.subject_request_answer('01900000-0000-7000-8000-0000000000f2', 'doris', 'r', NULL, NULL, now() - interval '1 hour', now(), tap.dig('salt'),
        tap.signed('asked', 'subject-request', NULL, ARRAY['01900000-0000-7000-8000-0000000000f2', 'r', '', '', tap.ms(now() - interval '1 hour'),
                   tap.ms(now())], login));
    RESET SESSION AUTHORIZATION;
    RETURN (SELECT string_agg(DISTINCT who, ' ') FROM (
        SELECT opened_by FROM asv.incident WHERE case_number = 'V-7'
        UNION ALL SELECT v.by FROM asv.incident_version v JOIN asv.incident i ON i.id = v.incident WHERE i.case_number = 'V-7'
        UNION ALL SELECT n.by FROM asv.incident_clip n JOIN asv.incident i ON i.id = n.incident WHERE i.case_number = 'V-7'
        UNION ALL SELECT by FROM asv.subject_request) AS w (who));
END
$$;
SELECT is(pg_temp.wrote('willi'), 'willi', 'who writes something down is who is connected, whatever is said');

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
    ('stranger', 'SELECT asv.incident_put(tap.uid(''incident''), ''V-1'', 2::smallint, 2::smallint, ''nichts'', ''d'', now(), NULL, ''anderswo'', ''U'', '''', NULL, ''x'',
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
    -- ---- ST-104: who writes something down has signed it
    ('sigrid', 'SELECT tap.incident_put(tap.uid(''f3''), ''V-8'', 1, ''o'', '''', ''sigrid'')', 'done', 'what she signed is written down'),
    ('sigrid', 'SELECT tap.incident_put(tap.uid(''f3''), ''V-8'', 1, ''o'', '''', ''willi'')', 'VA007', 'and nothing in the name of another'),
    ('sigrid', 'SELECT asv.incident_put(tap.uid(''incident''), ''V-1'', 1::smallint, 2::smallint, ''o'', ''d'', ''2026-01-05 05:00Z'', NULL, ''p'', ''Unbekannt'', '''',
      NULL, ''x'', tap.dig(''salt''), (SELECT statement FROM asv.incident_find(''V-1'')))', 'VA007', 'or with what another signed'),
    ('sigrid', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '0', 'what somebody recorded asked is told to nobody'),
    ('asv_admin', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '0', 'nor to administration'),
    ('willi', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '1', 'but to who signed it'),
    ('doris', 'SELECT count(*) FROM asv.statement_find(tap.dig(''asked''))', '1', 'and to the officer'),
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
    ('sigrid', 'SELECT tap.say(''s13'', 1, 2, ''h3'', ''sigrid'', ''q3'') || asv.request_end(tap.dig(''s13''), NULL)', 'donedone', 'who is in charge does'),
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

-- ---- a name that is no id

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
-- The word of whoever signed it on what the keeper said; why NULL: it took it.
CREATE FUNCTION pg_temp.answered(name text, who text, why text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.does(who, format('SELECT asv.statement_answered(tap.dig(%L), %L)', name, why))
$$;
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
