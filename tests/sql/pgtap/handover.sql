-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Hand-overs (docs/HANDOVER.md 1): what follows from the statements of two people, what the job says of it, and that the original stays
-- until somebody has confirmed the receipt (LAW H10).
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();

SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('root'), 'role', 1, 'serial', tap.b16('s1'), 'kx_pk', NULL,
    'encoded', convert_to('root', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('dock'), 'role', 4, 'serial', tap.b16('s4'),
    'encoded', convert_to('dock', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put(tbl, fields) FROM template
WHERE tbl IN ('certificate', 'agency', 'unit', 'area', 'camera', 'camera_unit', 'dock', 'docking', 'assignment') ORDER BY position;
CREATE FUNCTION pg_temp.person(who text, roles int, unit text DEFAULT 'VU') RETURNS void LANGUAGE sql AS $$
    SELECT asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig('badge ' || who), who, roles, unit,
        '2026-01-01', '2126-01-01', tap.dig('key ' || who), convert_to(who, 'UTF8'), 'somebody');
    SELECT asv.statement_put(tap.stmt('found ' || who), tap.dig('found ' || who), 34, 5::smallint, tap.dig('34' || who), 3::smallint,
        tap.dig(who), NULL, NULL, NULL, NULL, NULL, NULL, 0::smallint, NULL, NULL, tap.b16('found ' || who), now(),
        now() + interval '1 day', NULL);
    SELECT tap.took('found ' || who);
$$;
SELECT pg_temp.person('willi', 1), pg_temp.person('sigrid', 2), pg_temp.person('dora', 4), pg_temp.person('erika', 16), pg_temp.person('rita', 8),
       pg_temp.person('fremd', 2, 'XX'), pg_temp.person('anna', 128);
SELECT asv.duty_put(uid('sigrid'), 'in_charge', 'VU', NULL, '2026-01-01', NULL, 'x');
SELECT asv.issue_put(uid('assignment'), uid('willi'), NULL, 'x', false);
CREATE FUNCTION pg_temp.link(name text) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to(name || repeat('s', 50) || repeat('o', 50), 'UTF8') $$;
CREATE FUNCTION pg_temp.record(name text, number int) RETURNS void LANGUAGE sql AS $$
    SELECT asv.clip_commit(jsonb_populate_record(NULL::asv.clip_facts, (SELECT fields FROM tap.template WHERE tbl = 'clip')
        || jsonb_build_object('number', number, 'header', tap.dig(name), 'clip', tap.uid(name), 'kind', 1, 'assignment', tap.uid('assignment'),
                              'reason', '', 'day', current_date, 'key_date', current_date, 'due_at', current_date + 15, 'earliest_at', now(),
                              'latest_at', now(), 'started_at', now() - interval '1 minute' * (5 - number), 'ended_at', now() - interval '1 minute' * (4 - number),
                              'committed_at', now(), 'sealer', 1, 'link_bytes', 100 + length(name), 'link_digest', sha256(pg_temp.link(name)))),
        tap.obj('record ' || name), pg_temp.link(name), NULL, NULL, NULL, NULL, NULL)
$$;
SELECT pg_temp.record('h1', 1), pg_temp.record('h2', 2), pg_temp.record('h3', 3);
SELECT tap.incident_put(uid('incident'), 'V-1', 1, 'o', '', 'willi');
SELECT tap.incident_put(uid('other'), 'V-2', 1, 'o', '', 'willi');

-- A statement about a recording, or a plan; an approval is taken by the keeper.
CREATE FUNCTION pg_temp.say(name text, action int, step int, subject bytea, who text, incident text DEFAULT 'incident', proposal text DEFAULT NULL)
    RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), action, step::smallint, tap.dig('matter ' || coalesce(proposal, name)),
        (CASE action WHEN 5 THEN 11 ELSE 1 END)::smallint, subject, CASE action WHEN 5 THEN 'court' END, NULL, NULL, NULL, NULL, tap.uid(incident),
        (CASE action WHEN 1 THEN 2 ELSE 0 END)::smallint, tap.dig(who), tap.uid(who), tap.b16(name), clock_timestamp(),
        clock_timestamp() + interval '1 hour', tap.dig(proposal))
$$;
CREATE FUNCTION pg_temp.hold(clip text, incident text DEFAULT 'incident') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.say('hold ' || clip, 1, 1, tap.dig(clip), 'willi', incident);
    PERFORM tap.took('hold ' || clip);
    PERFORM asv.request_put(tap.dig('hold ' || clip), now() + interval '1 hour', NULL, NULL);
    PERFORM pg_temp.say('keep ' || clip, 1, 2, tap.dig(clip), 'sigrid', incident, 'hold ' || clip);
    PERFORM tap.took('keep ' || clip);
    RETURN asv.request_end(tap.dig('keep ' || clip), NULL);
END
$$;
SELECT is(pg_temp.hold('h1'), 'done', 'kept');
SELECT is(pg_temp.hold('h2'), 'done', 'kept, too');
SELECT is(pg_temp.hold('h3', 'other'), 'done', 'and for another incident');

-- A plan, as STATEMENTS.md has it: of one recipient, and of these recordings, whole.
CREATE FUNCTION pg_temp.plan(name text, VARIADIC clips text[]) RETURNS bytea LANGUAGE sql AS $$
    SELECT '\x00010001'::bytea || '\x0120'::bytea || tap.dig('agency') || uuid_send(tap.uid(name)) || uuid_send(tap.uid('incident'))
        || '\x03'::bytea || 'V-1'::bytea || '\x010001'::bytea || '\x0120'::bytea || tap.dig('age key') || '\x05'::bytea || 'court'::bytea
        || int2send(cardinality(clips)::int2)
        || string_agg('\x0120'::bytea || h || '\x02'::bytea || int8send(0), ''::bytea ORDER BY h) || '\x0000'::bytea
    FROM unnest(clips) AS c CROSS JOIN LATERAL (SELECT tap.dig(c) AS h) AS d
$$;
CREATE FUNCTION pg_temp.propose(name text, who text, VARIADIC clips text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM asv.handover_plan_put(pg_temp.plan(name, VARIADIC clips));
    RETURN pg_temp.say(name, 5, 1, sha256(pg_temp.plan(name, VARIADIC clips)), who);
END
$$;
CREATE FUNCTION pg_temp.answer(name text, step int, who text, VARIADIC clips text[]) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.say(name || ' ' || step || ' ' || who, 5, step, sha256(pg_temp.plan(name, VARIADIC clips)), who, 'incident', name)
$$;
CREATE FUNCTION pg_temp.state(name text) RETURNS text LANGUAGE sql AS $$ SELECT asv.handover_state(h) FROM asv.handover h WHERE h.id = tap.uid(name) $$;
CREATE FUNCTION pg_temp.kinds(clip text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(substring(e.kind FROM 10) || '/' || e.actor_kind, ' ' ORDER BY e.position), '') FROM asv.clip_event e JOIN asv.clip c USING (recording)
    WHERE c.header = tap.dig(kinds.clip) AND e.kind LIKE 'handover%'
$$;

-- ---- proposed: HO-001, HO-002

SELECT throws_ok($$ SELECT pg_temp.say('nothing', 5, 1, tap.dig('nothing'), 'erika') $$, 'VA006', NULL, 'nothing is handed over without a plan');
SELECT throws_ok($$ SELECT pg_temp.propose('p0', 'erika', 'h1', 'h3') $$, 'VA002', NULL, 'what is held for another incident does not go with it (HO-002)');
SELECT throws_ok($$ SELECT pg_temp.propose('p0', 'erika', 'h1', 'unknown') $$, 'VA006', NULL, 'nor what is not in custody');
SELECT throws_ok($$ SELECT pg_temp.propose('p0', 'rita', 'h1') $$, 'VA007', NULL, 'who looks at recordings proposes none');
SELECT asv.handover_plan_put(pg_temp.plan('p0', 'h1'));
SELECT throws_ok($$ SELECT pg_temp.say('p0', 5, 1, sha256(pg_temp.plan('p0', 'h1')), 'erika', 'other') $$, 'VA001', NULL, 'plan and statement name one incident');
SELECT is(pg_temp.propose('p1', 'erika', 'h1', 'h2'), 'done', 'two recordings');
SELECT is(pg_temp.state('p1'), 'proposed', 'wait for a second person (HO-001)');
SELECT is(pg_temp.kinds('h1') || ', ' || pg_temp.kinds('h2'), 'requested/person, requested/person', 'custody of each says so (HO-006)');
SELECT is((SELECT array_agg(ROW(c.number, k.header = tap.dig('h1'), c.form)::text ORDER BY k.header = tap.dig('h1')) FROM asv.handover_clip c JOIN asv.clip k USING (recording)),
    ARRAY[format('(%s,f,2)', CASE WHEN dig('h2') < dig('h1') THEN 1 ELSE 2 END), format('(%s,t,2)', CASE WHEN dig('h1') < dig('h2') THEN 1 ELSE 2 END)], 'in the plan''s order');
SELECT is((SELECT count(*) FROM asv.statements_about(dig(clip)) AS a WHERE a = (SELECT proposal FROM asv.handover WHERE id = tap.uid('p1'))), want, 'is it about ' || clip)
FROM (VALUES ('h1', 1::bigint), ('h2', 1), ('h3', 0)) AS x (clip, want);
SELECT throws_ok($$ SELECT pg_temp.say('p1 again', 5, 1, sha256(pg_temp.plan('p1', 'h1', 'h2')), 'erika') $$, '23505', NULL, 'one plan is one hand-over');

-- ---- answered: HO-005

SELECT throws_ok($$ SELECT pg_temp.answer('p1', 2, 'erika', 'h1', 'h2') $$, 'VA007', NULL, 'who proposes does not approve (HO-005)');
SELECT throws_ok($$ SELECT pg_temp.answer('p1', 2, 'willi', 'h1', 'h2') $$, 'VA007', NULL, 'nor does who wears a camera');
SELECT throws_ok($$ SELECT pg_temp.answer('p1', 4, 'sigrid', 'h1', 'h2') $$, 'VA007', NULL, 'who proposed withdraws');
SELECT is(pg_temp.propose('p2', 'erika', 'h1'), 'done', 'another');
SELECT is(pg_temp.answer('p2', 3, 'sigrid', 'h1'), 'done', 'is refused');
SELECT is(pg_temp.propose('p3', 'sigrid', 'h1'), 'done', 'a third');
SELECT is(pg_temp.answer('p3', 4, 'sigrid', 'h1'), 'done', 'is withdrawn');
SELECT is(pg_temp.state('p2') || ' ' || pg_temp.state('p3'), 'refused withdrawn', 'and over');
SELECT throws_ok($$ SELECT pg_temp.answer('p2', 2, 'dora', 'h1') $$, 'VA002', NULL, 'which is not approved any more');
SELECT is(pg_temp.kinds('h1'), 'requested/person requested/person refused/person requested/person withdrawn/person', 'as custody says');
SELECT is(pg_temp.answer('p1', 2, 'sigrid', 'h1', 'h2'), 'done', 'an approval');
SELECT is(pg_temp.state('p1'), 'proposed', 'counts when the keeper took it (HO-005)');
SELECT is((SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 0::bigint, 'and not before');
SELECT throws_ok($$ SELECT asv.handover_built(tap.uid('p1'), 'carrier', tap.dig('zip'), 9, 9, 'asservat 1') $$, 'VA006', NULL, 'nothing is made of it before');
SELECT is(pg_temp.say('early', 2, 1, dig('h1'), 'willi'), 'done', 'somebody asks before that for its release');
SELECT is(tap.took('p1 2 sigrid'), 'done', 'the keeper takes it');
SELECT is(pg_temp.state('p1'), 'approved', 'it is approved');
SELECT is(pg_temp.kinds('h2'), 'requested/person approved/person', 'and so says custody');
SELECT ok((SELECT bool_and(e.actor = dig('sigrid') AND e.detail LIKE '%' || encode(dig('p1 2 sigrid'), 'hex')) FROM asv.clip_event e WHERE e.kind = 'handover_approved'),
    'by whom, and with which statement');

-- Said again it is the same; and what was signed for a time counts in that time.
SELECT is(pg_temp.propose('p1', 'erika', 'h1', 'h2') || ' ' || pg_temp.answer('p1', 2, 'sigrid', 'h1', 'h2') || ' ' || tap.took('p1 2 sigrid'), 'already already already',
    'what is said again is not said twice');
SELECT is(pg_temp.kinds('h2'), 'requested/person approved/person', 'nor told of twice');
SELECT is(pg_temp.propose('late', 'erika', 'h1'), 'done', 'one on which nobody decides');
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET issued_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' WHERE digest = dig('late');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state('late'), 'lapsed', 'lapses');
SELECT throws_ok($$ SELECT pg_temp.answer('late', 2, 'sigrid', 'h1') $$, 'VA004', NULL, 'and is not approved any more');

-- ---- LAW H10: HO-011

CREATE FUNCTION pg_temp.keeps(what text, nr int) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT throws_matching(format('SELECT pg_temp.say(%L, %s, 1, tap.dig(%L), %L)', what || nr, a, 'h1', 'sigrid'), 'nobody has confirmed its receipt', what || ', action ' || a)
    FROM unnest(ARRAY[2, 3]) AS a
$$;
SELECT pg_temp.keeps('nobody asks that it be released or erased (HO-011)', 1);
SELECT throws_matching($$ SELECT pg_temp.say('agreed', 2, 2, tap.dig('h1'), 'sigrid', 'incident', 'early') $$, 'nobody has confirmed its receipt', 'nor agrees to it, when it was asked before (HO-011)');
SELECT is(pg_temp.say('free h3', 2, 1, dig('h3'), 'willi', 'other'), 'done', 'what is in no hand-over can be released');

-- ---- LAW L4, A-104: HO-015

CREATE FUNCTION pg_temp.seen(who text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got text;
BEGIN
    EXECUTE format('SET SESSION AUTHORIZATION %I', who);
    BEGIN
        EXECUTE what INTO got;
        RAISE EXCEPTION 'as if the transaction ended' USING ERRCODE = 'TT000'; -- and with it what was asked about
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE <> 'TT000' THEN
            got := SQLSTATE;
        END IF;
    END;
    RESET SESSION AUTHORIZATION;
    RETURN got;
END
$$;
CREATE FUNCTION pg_temp.account(who text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE ROLE %I LOGIN IN ROLE asv_staff', who);
    RETURN asv.login_put(tap.uid(who), who, 'somebody');
END
$$;
SELECT pg_temp.person('olga', 32, 'XX');
SELECT is(pg_temp.account(who), 'done', who || ' has an account') FROM unnest(ARRAY['fremd', 'dora', 'olga']) AS who;
SELECT is(pg_temp.seen(who, 'SELECT count(*)::text FROM asv.handover_lines(NULL, NULL, 10)'), seen, who || ' sees hand-overs of the own units (HO-015)')
FROM (VALUES ('fremd', '0'), ('dora', '4'), ('olga', '4')) AS x (who, seen);
SELECT is(pg_temp.seen(who, format('SELECT state FROM asv.handover_find(%L)', uid('p1')::text)), seen, who || ' looks at one')
FROM (VALUES ('fremd', NULL), ('dora', 'approved')) AS x (who, seen);
SELECT is(pg_temp.seen('fremd', format('SELECT count(*) FROM asv.handover_history(%L)', uid('p1'))), 'VA006', 'of another''s nobody is told what was made');
SELECT is(pg_temp.seen('fremd', $$ SELECT held::text FROM asv.handover_clip_next('V-1', tap.uid('h1')) $$), 'VA006', 'nor composes one of another unit''s incident');
SELECT is((SELECT n.span_ms IS NOT DISTINCT FROM CASE WHEN c.sealer = 1 THEN floor(extract(epoch FROM c.latest_at - c.earliest_at) * 1000)::bigint END
           FROM asv.clip c, asv.handover_clip_next('V-1', c.clip) n WHERE c.clip = uid('h1')), true, 'in what time it lies is known of what a camera sealed (HO-144)');
SELECT is(pg_temp.seen('dora', $$ SELECT held || ' ' || (bytes > 0) FROM asv.handover_clip_next('V-1', tap.uid('h1')) $$), 'true true', 'who does learns whether a recording can go');
SELECT is(pg_temp.seen('dora', $$ SELECT held::text FROM asv.handover_clip_next('V-1', tap.uid('h3')) $$), 'false', 'as what is held for another incident cannot');
SELECT is(pg_temp.seen('dora', format('SELECT (f.state || h.kind) FROM asv.handover_find(%L) f, asv.handover_history(%L) h', uid('p1')::text, uid('p2'))), 'VA007', 'of one at a time (LAW L6)');

-- ---- the job: HO-007, HO-008, HO-009

SELECT results_eq($$ SELECT id, proposal = tap.stmt('p1'), approval = tap.stmt('p1 2 sigrid'), proposer, approver, ruling IS NOT NULL, stage FROM asv.handover_work(NULL, NULL, 10) $$,
    $$ VALUES (tap.uid('p1'), true, true, convert_to('erika', 'UTF8'), convert_to('sigrid', 'UTF8'), true, 'waiting') $$, 'the job finds what is approved, and nothing else (HO-007)');
SELECT is((SELECT count(*) FROM asv.handover_clip_about(uid('p1'), 1::smallint)), 1::bigint, 'it reads its recordings');
SELECT is((SELECT count(*) FROM asv.handover_clip_about(uid('p1'), 3::smallint)), 0::bigint, 'and no other');
SELECT throws_ok($$ SELECT * FROM asv.handover_clip_about(tap.uid('p2'), 1::smallint) $$, 'VA006', NULL, 'of what was refused nothing (HO-007)');
SELECT throws_ok($$ SELECT * FROM asv.handover_incident(tap.uid('p2')) $$, 'VA006', NULL, 'nor its incident');
SELECT is((SELECT offence FROM asv.handover_incident(uid('p1'))), 'o', 'it reads the incident');
SELECT ok((SELECT bool_or(kind = 'hold_approved') AND bool_or(kind = 'handover_approved') FROM asv.handover_custody(uid('p1'), 1::smallint, NULL, 100)), 'and the custody');
SELECT is((SELECT count(*) FROM asv.handover_incident(uid('p1')) WHERE number = 1 AND statement = dig(concat_ws(' ', uid('incident'), 1, 'o')) AND changed_at IS NULL), 1::bigint, 'as it was signed');
SELECT tap.incident_put(uid('incident'), 'V-1', 2, 'o2', '', 'willi');
SELECT is((SELECT count(*) FROM asv.handover_incident(uid('p1')) WHERE number = 1 AND offence = 'o' AND changed_at > since), 1::bigint, 'and stood there when it was approved, whatever is written down since (HO-051)');
SELECT results_eq($$ SELECT first, last, from_at = '2026-01-05 05:00Z', until_at = now() - interval '2 minutes' FROM asv.handover_series(tap.uid('p1'), NULL) $$,
    $$ VALUES (1::bigint, 3::bigint, true, true) $$, 'of a camera it is told the numbers from the incident on to the first behind it and what is handed over (HO-050)');
SELECT results_eq($$ SELECT * FROM asv.handover_series(tap.uid('p1'), '{2}') $$, $$ SELECT * FROM asv.handover_series(tap.uid('p1'), NULL) $$, 'for a part, too (HO-085)');
SELECT is_empty($$ SELECT * FROM asv.handover_series(tap.uid('p1'), '{3}') $$, 'of the cameras of its recordings alone');
SELECT is((SELECT string_agg(concat_ws(' ', number, fate, twice, clip, replace(convert_from(link, 'UTF8'), repeat('s', 50), ' shown')), ', ' ORDER BY number)
           FROM asv.handover_links(uid('p1'), dig('cam'), uid('epoch'), 0, 10)), '1 handed_over f 1 h1 shown, 2 handed_over f 2 h2 shown, 3 held f h3 shown',
    'of each what became of it, and its record without what opens it (HO-050)');
SELECT is((SELECT count(*) FROM asv.handover_links(uid('p1'), dig('other camera'), uid('epoch'), 0, 10)), 0::bigint, 'of no other camera');
SELECT is((SELECT count(*) FROM asv.handover_links(uid('p1'), dig('cam'), uid('other epoch'), 0, 10)), 0::bigint, 'nor of other numbers');
SELECT throws_ok($$ SELECT * FROM asv.handover_links(tap.uid('p2'), tap.dig('cam'), tap.uid('epoch'), 0, 10) $$, 'VA006', NULL, 'nor of what was refused');
SELECT ok(asv.handover_waits(uid('p1')), 'which waits for its place in the ledger');
SELECT ok((SELECT bool_and(id IN (SELECT asv.handover_told(uid('p1'), NULL)))
           FROM (SELECT e.id FROM asv.clip_event e JOIN asv.clip c USING (recording) WHERE c.header = dig('h1')
                 UNION ALL SELECT asv.ledger_id(dig(s)) FROM unnest(ARRAY['p1', 'p1 2 sigrid', 'hold h1', 'keep h2']) AS s) AS x (id)), 'of all of which the ledger tells');
SELECT ok((SELECT bool_and(NOT id IN (SELECT asv.handover_told(uid('p1'), NULL)))
           FROM (SELECT e.id FROM asv.clip_event e JOIN asv.clip c USING (recording) WHERE c.header = dig('h3')
                 UNION ALL SELECT asv.ledger_id(dig(s)) FROM unnest(ARRAY['hold h3', 'p2', 'found rita']) AS s) AS x (id)), 'and nothing of others goes out (HO-009)');
SELECT is(pg_temp.seen('asv_export', format('SELECT count(*)::text FROM asv.ledger_said(%L)', dig(what))), told, 'the ledger tells the job of ' || what || ': ' || told || ' (HO-009)')
FROM (VALUES ('p1', '1'), ('p1 2 sigrid', '1'), ('hold h1', '1'), ('found erika', '1'), ('hold h3', '0'), ('p2', '0'), ('incident 1 o', '0')) AS x (what, told);
SELECT is(pg_temp.seen('asv_export', format('SELECT count(*)::text FROM asv.ledger_object(%s, %L)', k.code, e.id)), CASE WHEN c.header = dig('h3') THEN '0' ELSE '1' END,
          'and of an event of a recording in it alone')
FROM asv.clip_event e JOIN asv.clip c USING (recording) JOIN asv.ledger_kind k ON k.name = e.kind WHERE e.kind = 'hold_approved';
SELECT is(asv.handover_progress(uid('p1'), 'recordings', 1::smallint, 17, NULL), 'done', 'it says how far it is (HO-008)');
SELECT is((SELECT stage || ' ' || done || ' ' || bytes FROM asv.handover_build WHERE handover = uid('p1')), 'recordings 1 17', 'as everybody can see');
SELECT is(asv.handover_progress(uid('p1'), 'again', 1::smallint, 17, 'no space', 'full'), 'done', 'or why it ended');
SELECT is(pg_temp.state('p1') || ' ' || (SELECT error FROM asv.handover_build WHERE handover = uid('p1')), 'building no space', 'which is kept');
SELECT throws_ok($$ SELECT asv.handover_progress(tap.uid('p1'), 'again', 1::smallint, 17, 'no space') $$, '23514', NULL, 'with the kind of that (HO-140)');
SELECT is((SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 0::bigint, 'it is not begun again at once (HO-055)');
CREATE FUNCTION pg_temp.waits(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    PERFORM asv.handover_progress(tap.uid('p1'), 'recordings', 1::smallint, 17, NULL), asv.handover_progress(tap.uid('p1'), 'again', 1::smallint, 17, 'no space', 'full');
    RETURN (SELECT round(extract(epoch FROM again_at - changed_at) / 60) FROM asv.handover_build WHERE handover = tap.uid('p1'));
END
$$;
SELECT is(ARRAY(SELECT pg_temp.waits(n) FROM generate_series(1, 9) AS n), ARRAY[2, 4, 8, 16, 32, 60, 60, 60, 60], 'but later and later, an hour at most, whatever it did in between (HO-055)');
UPDATE asv.handover_build SET again_at = clock_timestamp() WHERE handover = uid('p1');
SELECT is((SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 1::bigint, 'then it is begun again');
SELECT is(asv.handover_progress(uid('p1'), 'failed', 1::smallint, 17, 'a letter', 'plan'), 'done', 'what ends so whenever it is begun');
SELECT is(pg_temp.state('p1') || ' ' || (SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 'failed 0', 'is given up (HO-055)');
SELECT is(asv.handover_again(uid('p1')), 'done', 'until somebody says that it be begun again (HO-019)');
SELECT is(pg_temp.state('p1') || ' ' || (SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 'building 1', 'then it is, at once');
SELECT is(pg_temp.waits(1), 1, 'and is as new');
SELECT asv.handover_progress(uid('p1'), 'recordings', 1::smallint, 17, NULL);
SELECT throws_ok($$ SELECT asv.handover_again(tap.uid('p1')) $$, 'VA002', NULL, 'while the job is at it there is nothing to begin');
SELECT throws_ok($$ SELECT asv.handover_again(tap.uid('p2')) $$, 'VA002', NULL, 'nor of what was not approved');
SELECT throws_ok($$ SELECT asv.handover_progress(tap.uid('p1'), 'built', 2::smallint, 17, NULL) $$, 'VA003', NULL, 'that all is made follows from what was made');
SELECT throws_ok($$ SELECT asv.handover_built(tap.uid('p1'), 'filing', tap.dig('facts'), 9, 9, 'asservat 1') $$, 'VA001', NULL, 'nobody decided that a filing be made');
SELECT is(asv.handover_built(uid('p1'), 'carrier', dig('zip'), 9, 9, 'asservat 1'), 'done', 'the carrier is finished');
SELECT is(asv.handover_built(uid('p1'), 'carrier', dig('zip'), 9, 9, 'asservat 1'), 'already', 'once');
SELECT throws_ok($$ SELECT asv.handover_built(tap.uid('p1'), 'carrier', tap.dig('other'), 9, 9, 'asservat 1') $$, 'VA001', NULL, 'and another one is not made');
SELECT is(pg_temp.state('p1') || ' ' || (SELECT done FROM asv.handover_build WHERE handover = uid('p1')), 'built 2', 'it is built');
SELECT is((SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)) || ' ' || (SELECT count(*) FROM asv.handover_work(uid('p1'), NULL, 10)), '0 1', 'and found by its id alone');
-- Blocked since it was approved: HO-002, HO-016.
SELECT is(pg_temp.propose('p9', 'erika', 'h1'), 'done', 'before somebody blocks it');
SELECT is(asv.statement_put(tap.stmt('block'), dig('block'), 7, 5::smallint, dig('matter block'), 1::smallint, dig('h1'), NULL, NULL, NULL, NULL, NULL, NULL, 6::smallint,
    dig('rita'), uid('rita'), b16('block'), clock_timestamp(), clock_timestamp() + interval '1 hour', NULL) || ' ' || asv.block_put(dig('block'), false), 'done done', 'it is blocked');
SELECT throws_ok($$ SELECT pg_temp.propose('p10', 'erika', 'h1') $$, 'VA002', NULL, 'then none of it is proposed');
SELECT throws_ok($$ SELECT pg_temp.answer('p9', 2, 'sigrid', 'h1') $$, 'VA002', NULL, 'nor is one approved');
SELECT throws_ok($$ SELECT * FROM asv.handover_work(tap.uid('p1'), NULL, 10) $$, 'VA002', NULL, 'what was built goes onto no medium');
SELECT throws_ok($$ SELECT asv.handover_written(tap.uid('p1'), 'carrier', 'USB 1', tap.uid('p1 USB 1'), tap.dig('zip')) $$, 'VA002', NULL, 'nor does the one that is being written count');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.block;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.answer('p9', 3, 'sigrid', 'h1'), 'done', 'refused it is, whatever blocks it');
SELECT throws_ok($$ SELECT asv.handover_written(tap.uid('p1'), 'carrier', 'USB 1', tap.uid('p1 USB 1'), tap.dig('other')) $$, 'VA001', NULL, 'what is written is what was made (HO-080)');
SELECT is(asv.handover_written(uid('p1'), 'carrier', 'USB 1', uid('p1 USB 1'), dig('zip')), 'done', 'it is written to a medium');
SELECT is(asv.handover_written(uid('p1'), 'carrier', 'USB 1', uid('p1 USB 1'), dig('zip')), 'already', 'once');
SELECT is(asv.handover_named(uid('p1'), 'carrier', 'USB 1', uid('p1 USB 1')), 'already', 'which is known before it is gone on with');
SELECT is(asv.handover_named(uid('p1'), 'carrier', 'USB 2', uid('p1 USB 2')), 'done', 'another name is free');
-- HO-175: a name is not the medium.
SELECT is(asv.handover_named(uid('p1'), 'carrier', label, uid(medium)), 'conflict', format('nor is the one before the next is written (HO-157): %s, %s', label, medium))
FROM (VALUES ('USB 1', 'another'), ('USB 2', 'p1 USB 1')) AS v (label, medium);
SELECT is(asv.handover_written(uid('p1'), 'carrier', label, uid(medium), dig('zip')), 'conflict', format('and custody has no more than before: %s, %s', label, medium))
FROM (VALUES ('USB 1', 'another'), ('USB 2', 'p1 USB 1')) AS v (label, medium);
SELECT is((SELECT count(*) FROM asv.handover_medium WHERE handover = uid('p1')), 1::bigint, 'which is one medium');
SELECT is(pg_temp.kinds('h2'), 'requested/person approved/person built/system written/system', 'custody of each tells of it (HO-006)');
SELECT is((SELECT count(*) FROM asv.clip_event WHERE kind = 'handover_built' AND detail LIKE '%' || encode(dig('zip'), 'hex') || '%'), 2::bigint, 'with the digest');

-- ---- the receipt: HO-010, HO-012

CREATE FUNCTION pg_temp.receipt(name text, id text, how text, received bytea, receiver text, document bytea, signature bytea, who text, said text DEFAULT NULL,
                                received_at timestamptz DEFAULT date_trunc('milliseconds', now()))
    RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN asv.handover_receipt_put(tap.uid(id), how, received, received_at, receiver, document, signature, 'x', tap.dig('salt'),
        tap.signed(name, 'handover-receipt', tap.uid('incident'), ARRAY[tap.uid('incident')::text, 'V-1', tap.uid(id)::text, how, encode(received, 'hex'),
            asv.record_time(received_at), coalesce(said, receiver), encode(document, 'hex')], who));
END
$$;
SELECT throws_ok($$ SELECT pg_temp.receipt('r0', 'p1', 'form', tap.dig('zip'), 'G', tap.dig('scan'), NULL, 'erika', 'H') $$, 'VA001', NULL, 'what is written down is what was signed');
SELECT throws_ok($$ SELECT pg_temp.receipt('r0', 'p1', 'form', tap.dig('other'), 'G', tap.dig('scan'), NULL, 'erika') $$, 'VA001', NULL, 'a receipt is of what was made');
SELECT throws_ok($$ SELECT pg_temp.receipt('r0', 'p2', 'form', tap.dig('zip'), 'G', tap.dig('scan'), NULL, 'erika') $$, 'VA002', NULL, 'of what was approved');
SELECT throws_ok($$ SELECT pg_temp.receipt('r0', 'p1', 'signed', tap.dig('zip'), 'G', sha256('\x00'), '\x00', 'erika') $$, 'VA002', NULL,
    'one that the recipient signed is of one with a certificate (HO-012)');
SELECT throws_ok(format($$ SELECT pg_temp.receipt('r0', 'p1', 'form', tap.dig('zip'), 'G', tap.dig('scan'), NULL, 'erika', NULL, %L) $$,
    date_trunc('milliseconds', o.at) + x.off), 'VA004', NULL, 'nor when nothing was made, nor still to come') -- clocks may differ by two minutes
    FROM asv.handover_output o, (VALUES (interval '-121 seconds'), (interval '1 hour')) AS x (off) WHERE o.handover = uid('p1');
SAVEPOINT near;
SELECT is(pg_temp.receipt('r0', 'p1', 'form', dig('zip'), 'G', dig('scan'), NULL, 'erika', NULL, date_trunc('milliseconds', o.at) - interval '119 seconds'), 'waits',
    'a minute is what a form says') FROM asv.handover_output o WHERE o.handover = uid('p1');
ROLLBACK TO near;
SELECT is(pg_temp.receipt('r1', 'p1', 'form', dig('zip'), 'G', dig('scan'), NULL, 'erika'), 'waits', 'of a form one person');
SELECT is(pg_temp.state('p1'), 'built', 'is not enough (HO-010)');
SET LOCAL session_replication_role = replica;
INSERT INTO asv.handover_receipt SELECT r.handover, 99, r.how, r.received, r.received_at, r.receiver, r.document, r.signature, r.since, r.by, r.salt, dig('p1') FROM asv.handover_receipt r;
SET LOCAL session_replication_role = origin;
SELECT is(asv.handover_received_at(uid('p1')), NULL, 'whatever the rows say, it is two people who do');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.handover_receipt WHERE number = 99;
SET LOCAL session_replication_role = origin;
SELECT throws_ok($$ SELECT pg_temp.receipt('r2', 'p1', 'form', tap.dig('zip'), 'G', tap.dig('scan'), NULL, 'erika') $$, 'VA007', NULL, 'nor the same person twice');
SELECT is(pg_temp.receipt('r3', 'p1', 'form', dig('zip'), 'Another', dig('scan'), NULL, 'dora'), 'waits', 'nor two who say different things');
SELECT pg_temp.keeps('and the original stays (HO-011)', 2);
SELECT is(pg_temp.receipt('r4', 'p1', 'form', dig('zip'), 'G', dig('scan'), NULL, 'dora'), 'done', 'two who say the same are');
SELECT is((SELECT string_agg(n || ' ' || asv.handover_is_over(uid(n)), ', ') FROM unnest(ARRAY['p1', 'p2', 'unknown']) AS n), 'p1 true, p2 false, unknown false', 'nothing of it lies anywhere (HO-049)');
SELECT is(pg_temp.state('p1') || ' ' || pg_temp.kinds('h2'), 'received requested/person approved/person built/system written/system received/person', 'it is received');
SELECT throws_ok($$ SELECT pg_temp.receipt('r5', 'p1', 'form', tap.dig('zip'), 'G', tap.dig('scan'), NULL, 'sigrid') $$, 'VA002', NULL, 'once');
SELECT is(pg_temp.say('free h1', 2, 1, dig('h1'), 'willi'), 'done', 'and its recordings can be released');
SELECT throws_ok($$ SELECT * FROM asv.handover_custody(tap.uid('p1'), 1::smallint, NULL, 100) $$, 'VA006', NULL, 'the job is told no more of it');
SELECT throws_ok($$ SELECT * FROM asv.handover_series(tap.uid('p1'), NULL) $$, 'VA006', NULL, 'nor of its cameras');
SELECT is((SELECT count(*) FROM asv.handover_work(uid('p1'), NULL, 10)), 0::bigint, 'nor that there was one (HO-007)');

-- ---- cancelled: HO-013

CREATE FUNCTION pg_temp.cancel(name text, id text, who text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.handover_end(tap.uid(id), 'x', tap.dig('salt'), tap.signed(name, 'handover-end', tap.uid('incident'), ARRAY[tap.uid('incident')::text, 'V-1', tap.uid(id)::text], who))
$$;
SELECT is(pg_temp.propose('p4', 'erika', 'h2'), 'done', 'one more');
SELECT throws_ok($$ SELECT pg_temp.cancel('c0', 'p4', 'erika') $$, 'VA002', NULL, 'what was not approved is withdrawn');
SELECT pg_temp.answer('p4', 2, 'dora', 'h2'), tap.took('p4 2 dora');
SELECT throws_ok($$ SELECT pg_temp.say('free h2', 2, 1, tap.dig('h2'), 'willi') $$, 'VA002', NULL, 'its recording stays');
SELECT is(pg_temp.cancel('c1', 'p4', 'erika'), 'done', 'nothing comes of it (HO-013)');
SELECT is(asv.handover_progress(uid('p4'), 'recordings', 0::smallint, 0, NULL), 'cancelled', 'the job hears that (HO-008)');
SELECT is((SELECT count(*) FROM asv.handover_work(NULL, NULL, 10)), 0::bigint, 'and does not begin');
SELECT throws_ok($$ SELECT asv.handover_built(tap.uid('p4'), 'carrier', tap.dig('zip 4'), 9, 9, 'asservat 1') $$, 'VA006', NULL, 'and makes nothing of it');
SELECT throws_ok($$ SELECT pg_temp.cancel('c2', 'p4', 'dora') $$, 'VA002', NULL, 'once');
SELECT is(pg_temp.state('p4') || ' ' || pg_temp.say('free h2', 2, 1, dig('h2'), 'willi'), 'cancelled done', 'and its recording does not wait');
-- HO-020
SELECT is(pg_temp.propose('p5', 'erika', 'h2') || ' ' || pg_temp.answer('p5', 2, 'dora', 'h2') || ' ' || tap.took('p5 2 dora'), 'done done done', 'and one that leaves the house');
SELECT is(asv.handover_built(uid('p5'), 'carrier', dig('zip 5'), 9, 9, 'asservat 1') || ' ' || asv.handover_left(uid('p5')), 'done false', 'which a carrier that was made did not');
SELECT is(asv.handover_written(uid('p5'), 'carrier', 'USB 5', uid('p5 USB 5'), dig('zip 5')), 'done', 'one on a medium may have');
SELECT is(pg_temp.cancel('c5', 'p5', 'erika'), 'waits', 'then one person who says that nothing comes of it');
SELECT is(pg_temp.state('p5') || ' ' || pg_temp.kinds('h2') LIKE 'built % written/system', true, 'is not enough (HO-020)');
SELECT throws_matching($$ SELECT pg_temp.say('free again', 2, 1, tap.dig('h2'), 'willi') $$, 'nobody has confirmed its receipt', 'and the original stays');
SELECT throws_ok($$ SELECT pg_temp.cancel('c6', 'p5', 'erika') $$, 'VA007', NULL, 'nor the same person twice');
SET LOCAL session_replication_role = replica;
INSERT INTO asv.handover_end SELECT e.handover, 99, e.since, e.by, e.salt, dig('p5') FROM asv.handover_end e WHERE e.handover = uid('p5');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.state('p5'), 'built', 'whatever the rows say');
SET LOCAL session_replication_role = replica;
DELETE FROM asv.handover_end WHERE number = 99;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.cancel('c7', 'p5', 'dora') || ' ' || pg_temp.state('p5'), 'done cancelled', 'two people are');
SELECT ok(pg_temp.kinds('h2') LIKE '% written/system cancelled/person', 'of which custody tells');

-- ---- in parts: HO-085, HO-086

SELECT is(pg_temp.propose('p30', 'erika', 'h1', 'h2'), 'done', 'one for two media');
SELECT pg_temp.answer('p30', 2, 'dora', 'h1', 'h2'), tap.took('p30 2 dora');
SELECT throws_ok($$ SELECT asv.handover_built(tap.uid('p30'), 'carrier', tap.dig('a'), 9, 9, 'asservat 1', 1::smallint, 2::smallint, '{1,3}') $$, 'VA001', NULL,
    'a part has recordings of its plan');
SELECT is(asv.handover_built(uid('p30'), 'carrier', dig('a'), 9, 9, 'asservat 1', 1::smallint, 2::smallint, '{2}'), 'done', 'the first part is finished');
SELECT is(pg_temp.state('p30') || ' ' || (SELECT count(*) FROM asv.handover_carriers(uid('p30'))), 'approved 0', 'which is not all of it');
SELECT throws_ok($$ SELECT pg_temp.receipt('r6', 'p30', 'form', tap.dig('a'), 'G', tap.dig('scan'), NULL, 'erika') $$, 'VA001', NULL, 'nor what is received (HO-086)');
SELECT throws_ok(format($$ SELECT asv.handover_built(tap.uid('p30'), 'carrier', tap.dig('b'), 9, 9, 'asservat 1', 2::smallint, %s::smallint, '{%s}') $$, n, c), 'VA001', NULL,
    'each recording is in one part: ' || n || ' ' || c) FROM (VALUES (2, '2'), (2, '1,2'), (3, '1')) AS x (n, c);
SELECT is(asv.handover_built(uid('p30'), 'carrier', dig('a'), 9, 9, 'asservat 1', 1::smallint, 2::smallint, '{2}'), 'already', 'once');
SELECT is(asv.handover_built(uid('p30'), 'carrier', dig('b'), 8, 7, 'asservat 1', 2::smallint, 2::smallint, '{1}'), 'done', 'and the last one');
SELECT is(pg_temp.state('p30') || ' ' || (SELECT string_agg(part || '/' || parts || ' ' || (digest IN (dig('a'), dig('b'))), ', ') FROM asv.handover_carriers(uid('p30'))),
    'built 1/2 true, 2/2 true', 'then it is built');
SELECT results_eq($$ SELECT n.number::integer, split_part(e.detail, ', ', 2) FROM asv.clip_event e JOIN asv.handover_clip n USING (recording)
    WHERE e.kind = 'handover_built' AND n.handover = tap.uid('p30') AND e.detail LIKE '%' || tap.uid('p30') || '%' ORDER BY n.number $$,
    $$ VALUES (1, 'carrier 2 of 2'), (2, 'carrier 1 of 2') $$, 'custody of each recording tells of its own part (HO-006)');
SELECT is(asv.handover_written(uid('p30'), 'carrier', 'USB 1', uid('p30 USB 1'), dig('a')), 'done', 'the first part is on a medium');
SELECT is(asv.handover_written_at(uid('p30')), NULL, 'and the other one is not');
SELECT is(asv.handover_written(uid('p30'), 'carrier', 'USB 1', uid(medium), dig('b')), 'conflict', 'nor by the name of the first one (HO-175): ' || medium) FROM (VALUES ('p30 USB 1'), ('another')) AS v (medium);
SELECT is(asv.handover_written(uid('p30'), 'carrier', 'USB 2', uid('p30 USB 2'), dig('b')), 'done', 'it is, too');
SELECT isnt(asv.handover_written_at(uid('p30')), NULL, 'then it is written');
SELECT is((SELECT digest FROM asv.handover_whole(uid('p30'))),
    sha256(convert_to(format(E'%1$s  Beweismittel_%3$s_1-von-2.zip\n%2$s  Beweismittel_%3$s_2-von-2.zip\n', encode(dig('a'), 'hex'), encode(dig('b'), 'hex'), uid('p30')), 'UTF8')),
    'its receipt is of the list of its parts (HO-086)');
SELECT is(pg_temp.receipt('r7', 'p30', 'form', (SELECT digest FROM asv.handover_whole(uid('p30'))), 'G', dig('scan'), NULL, 'erika'), 'waits', 'of both together');

-- ---- what ledger verify compares: LG-093, LG-140

SELECT is((SELECT string_agg(what || ' ' || split_part(convert_from(said, 'UTF8'), E'\n', 5), ', ') FROM asv.ledger_record(dig('r4'))),
    format('hand-over %s, receipt 3 form', uid('p1')), 'a receipt names its statement');
SELECT is((SELECT string_agg(what, ', ') FROM asv.ledger_record(dig('c1'))), format('hand-over %s, end 1', uid('p4')), 'as does its end');
SELECT is_empty('SELECT * FROM asv.ledger_unsigned(9)', 'all of it is what was signed');
SET LOCAL session_replication_role = replica;
UPDATE asv.handover_clip SET form = 1 WHERE handover = uid('p4');
UPDATE asv.handover_receipt SET statement = dig('c1') WHERE number = 1 AND handover = uid('p1');
UPDATE asv.handover_output SET digest = dig('swapped') WHERE handover = uid('p1');
SET LOCAL session_replication_role = origin;
SELECT set_eq('SELECT what FROM asv.ledger_unsigned(9)', format($$ VALUES ('carrier of hand-over %1$s'), ('hand-over %1$s, receipt 1'), ('hand-over %2$s') $$,
    uid('p1'), uid('p4')), 'what somebody changed is found (LG-140)');

-- K-238: what two people agreed to while the keeper was away.
SELECT pg_temp.record('h4', 4);
SELECT is(pg_temp.hold('h4') || ' ' || pg_temp.propose('p20', 'erika', 'h4'), 'done done', 'one more');
SELECT is(pg_temp.say('free h4', 2, 1, dig('h4'), 'willi') || ' ' || pg_temp.say('agreed h4', 2, 2, dig('h4'), 'sigrid', 'incident', 'free h4'), 'done done',
    'whose release two people have signed, and the keeper has not heard');
SELECT throws_ok($$ SELECT pg_temp.answer('p20', 2, 'sigrid', 'h4') $$, 'VA002', NULL, 'is not handed over any more (LAW H10, HO-002)');
SELECT throws_ok($$ SELECT pg_temp.propose('p21', 'erika', 'h4') $$, 'VA002', NULL, 'nor proposed');
INSERT INTO asv.statement_answer (statement, taken, why) VALUES (dig('agreed h4'), false, 'the keeper was away');
SELECT throws_ok($$ SELECT pg_temp.answer('p20', 2, 'sigrid', 'h4') $$, 'VA002', NULL, 'and a word that is not for good changes nothing');
SET LOCAL session_replication_role = replica;
UPDATE asv.statement SET issued_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' WHERE digest = dig('agreed h4');
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.answer('p20', 2, 'sigrid', 'h4'), 'done', 'when it cannot take that any more, it goes');

SELECT * FROM finish();
ROLLBACK;
