-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the functions of people and statements do. LAW L4: roles, and what excludes what. LAW T4: one person is not two, whatever
-- accounts, badges and keys. LAW T7, T8: policies have versions, and none is in force backwards.
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
SELECT tap.put('certificate', fields || jsonb_build_object('digest', tap.dig('root'), 'role', 1, 'kx_pk', NULL,
    'encoded', convert_to('root', 'UTF8'))) FROM template WHERE tbl = 'certificate';
SELECT tap.put('agency', fields) FROM template WHERE tbl = 'agency';

-- ---- helpers: people by their names, statements by theirs

CREATE FUNCTION pg_temp.add(who text, roles int, key text DEFAULT NULL, badge text DEFAULT NULL,
    until timestamptz DEFAULT '2126-01-01') RETURNS text LANGUAGE sql AS $$
    SELECT asv.credential_put(tap.dig(repeat('r', 32)), tap.uid(who), tap.dig(coalesce(badge, 'badge ' || who)), who, roles,
        E'32-1\n32-3', '2026-01-01', until, tap.dig(coalesce(key, who)), convert_to(coalesce(key, who), 'UTF8'), 'somebody')
$$;
-- name states: action and step, about (a credential's name), with the credential `key` of who.
CREATE FUNCTION pg_temp.say(name text, act int, step int, about text, who text, key text DEFAULT NULL,
    proposal text DEFAULT NULL, issued timestamptz DEFAULT now(), life interval DEFAULT '1 day',
    matter text DEFAULT NULL, version int DEFAULT NULL, nonce text DEFAULT NULL, from_day date DEFAULT '2126-01-01') RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), act, step::smallint,
        tap.dig(coalesce(matter, act::text || about)),
        (CASE act WHEN 48 THEN 5 WHEN 1 THEN 1 ELSE 3 END)::smallint, tap.dig(about), NULL, version,
        CASE WHEN version IS NOT NULL THEN 14 END::smallint, CASE WHEN version IS NOT NULL THEN from_day END,
        NULL, NULL, 0::smallint, tap.dig(coalesce(key, who)), tap.uid(who), tap.b16(coalesce(nonce, 'nonce ' || name)), issued,
        issued + life, tap.dig(proposal))
$$;
CREATE FUNCTION pg_temp.takes(name text, why text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT tap.took(name, why)
$$;
CREATE FUNCTION pg_temp.state(key text) RETURNS text LANGUAGE sql AS $$
    SELECT format('enrolled=%s revoked=%s disabled=%s', enrolled_at IS NOT NULL, revoked_at IS NOT NULL, disabled_at IS NOT NULL)
    FROM asv.credential_find(tap.dig(key), NULL)
$$;
CREATE FUNCTION pg_temp.open() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM asv.statement_open(NULL, NULL, NULL, 100)
$$;
CREATE FUNCTION pg_temp.undelivered() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM asv.statement_undelivered(NULL, 100)
$$;

-- ---- people and credentials

SELECT is(pg_temp.add('anna', 128), 'done', 'an administrator');
SELECT is(pg_temp.add('anna', 128), 'already', 'the same again');
SELECT is(pg_temp.add('sven', 2), 'done', 'a supervisor');
SELECT is(pg_temp.add('dora', 4), 'done', 'a deputy');
SELECT is(pg_temp.add('wanda', 1), 'done', 'a wearer');
SELECT is((SELECT units FROM asv.credential WHERE name = 'wanda'), '{32-1,32-3}', 'units come apart');
SELECT is((SELECT count(*) FROM asv.unit WHERE code IN ('32-1', '32-3')), 2::bigint, 'and are known');
SELECT throws_ok($$ SELECT pg_temp.add('wim', 1, badge => 'badge wanda') $$, 'VA001', NULL, 'a badge is one person''s for ever');
SELECT throws_ok($$ SELECT pg_temp.add('wanda', 1, 'wanda2', badge => 'badge other') $$, 'VA001', NULL, 'a person has one badge');
SELECT throws_ok($$ SELECT asv.credential_put(tap.dig(repeat('r', 32)), tap.uid('wim'), tap.dig('badge wim'), 'wim', 1, '', '2026-01-01',
    '2126-01-01', tap.dig('wanda'), convert_to('wim', 'UTF8'), 'x') $$, 'VA001', NULL, 'a key is in one credential for ever');
SELECT throws_ok($$ SELECT pg_temp.add('anna', 2, 'anna2') $$, 'VA007', NULL, 'no administrator decides about recordings');
SELECT throws_ok($$ SELECT pg_temp.add('sven', 128, 'sven2') $$, 'VA007', NULL, 'and who decides is no administrator');
SELECT is(pg_temp.add('anna', 129, 'anna2'), 'done', 'an administrator may wear a camera');
SELECT is(pg_temp.add('old', 128, until => '2026-01-02'), 'done', 'a credential that has expired');
SELECT is(pg_temp.add('old', 2, 'old2'), 'done', 'excludes nothing any more');

-- ---- nobody signs who is not enrolled; the root begins

SELECT throws_ok($$ SELECT pg_temp.say('p1', 32, 1, 'wanda', 'anna') $$, 'VA007', NULL, 'a credential that nobody enrolled');
CREATE FUNCTION pg_temp.found(name text, about text) RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), 34, 5::smallint, tap.dig('34' || about), 3::smallint, tap.dig(about), NULL,
        NULL, NULL, NULL, NULL, NULL, 0::smallint, NULL, NULL, tap.b16(name), now(), now() + interval '1 day', NULL)
$$;
SELECT is(pg_temp.found('f1', 'anna'), 'done', 'the root founds');
SELECT is(pg_temp.found('f1', 'anna'), 'already', 'the same again');
SELECT is(pg_temp.state('anna'), 'enrolled=f revoked=f disabled=f', 'which counts when the keeper took it');
SELECT is(pg_temp.undelivered(), 1::bigint, 'until then it is to be delivered');
SELECT is(pg_temp.takes('f1', 'the store is busy'), 'done', 'the keeper refuses');
SELECT is(pg_temp.undelivered(), 0::bigint, 'which is not tried again');
SELECT is(pg_temp.state('anna'), 'enrolled=f revoked=f disabled=f', 'and nobody is enrolled');
SELECT is(pg_temp.takes('f1'), 'done', 'but may take it later, as it is asked again');
SELECT is(pg_temp.takes('f1'), 'already', 'once');
SELECT is(pg_temp.takes('f1', 'no'), 'already', 'and for good');
SELECT is(pg_temp.state('anna'), 'enrolled=t revoked=f disabled=f', 'enrolled');
SELECT is(pg_temp.found('f2', 'sven'), 'done', 'a supervisor, too');
SELECT is(pg_temp.takes('f2'), 'done', 'who counts');
SELECT throws_ok($$ SELECT pg_temp.found('f3', 'nobody') $$, 'VA006', NULL, 'a record that is not here');

-- ---- two people

SELECT is(pg_temp.say('p1', 32, 1, 'wanda', 'anna'), 'done', 'an administrator proposes');
SELECT is(pg_temp.open(), 1::bigint, 'it waits');
SELECT is(pg_temp.undelivered(), 0::bigint, 'the keeper does not want it alone');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'anna', proposal => 'p1') $$, 'VA007', NULL, 'who proposes cannot approve');
SELECT is(pg_temp.found('f4', 'anna2'), 'done', 'another credential of the same person');
SELECT is(pg_temp.takes('f4'), 'done', 'that is enrolled');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'anna', 'anna2', proposal => 'p1') $$, 'VA007', NULL,
    'two credentials of one person are not two people (LAW T4)');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'sven', proposal => 'nothing') $$, 'VA006', NULL, 'an answer to nothing');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'sven', proposal => 'f1') $$, 'VA001', NULL, 'an answer to no proposal');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'sven', proposal => 'p1', matter => 'other') $$, '23503', NULL,
    'an answer about something else');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'sven', 'anna', proposal => 'p1') $$, 'VA006', NULL,
    'a signer with another''s credential');
SELECT throws_ok($$ SELECT pg_temp.say('a1', 32, 2, 'wanda', 'sven', proposal => 'p1', issued => now() - interval '1 hour') $$, 'VA004', NULL,
    'an answer from before the proposal');
SELECT throws_ok($$ SELECT pg_temp.say('x1', 32, 1, 'wanda', 'anna', issued => now() - interval '2 days') $$, 'VA004', NULL,
    'a statement whose time is over');
SELECT throws_ok($$ SELECT pg_temp.say('x1', 32, 1, 'wanda', 'anna', issued => now() + interval '1 hour') $$, 'VA004', NULL,
    'a statement from the future');
SELECT throws_ok($$ SELECT pg_temp.say('x1', 32, 1, 'wanda', 'anna', nonce => 'nonce p1') $$, '23505', NULL, 'a nonce is used once');
SELECT is(pg_temp.say('a1', 32, 2, 'wanda', 'sven', proposal => 'p1'), 'done', 'a supervisor approves');
SELECT is(pg_temp.open(), 1::bigint, 'which ends nothing before the keeper has it');
SELECT is((SELECT digest FROM asv.statement_approval(dig('p1'))), dig('a1'), 'and is found');
SELECT is(pg_temp.undelivered(), 1::bigint, 'to be delivered');
SELECT is(pg_temp.takes('a1'), 'done', 'it has');
SELECT is(pg_temp.state('wanda'), 'enrolled=t revoked=f disabled=f', 'she is enrolled');
SELECT is(pg_temp.open(), 0::bigint, 'nothing waits');
SELECT throws_ok($$ SELECT pg_temp.say('a2', 32, 3, 'wanda', 'sven', proposal => 'p1') $$, 'VA002', NULL, 'too late to refuse');
SELECT throws_ok($$ SELECT pg_temp.found('f5', 'dora') $$, 'VA007', NULL, 'people enrol people now, and the root nobody');

SELECT is(pg_temp.say('p2', 32, 1, 'dora', 'anna'), 'done', 'another proposal');
SELECT throws_ok($$ SELECT pg_temp.say('w2', 32, 4, 'dora', 'sven', proposal => 'p2') $$, 'VA007', NULL, 'another cannot withdraw it');
SELECT is(pg_temp.say('w2', 32, 4, 'dora', 'anna', 'anna2', proposal => 'p2'), 'done', 'who proposed it can, with any credential');
SELECT throws_ok($$ SELECT pg_temp.say('a2', 32, 2, 'dora', 'sven', proposal => 'p2') $$, 'VA002', NULL,
    'withdrawn is withdrawn, before the keeper knows');
SELECT is(pg_temp.undelivered(), 1::bigint, 'it is to know');
SELECT is(pg_temp.takes('w2'), 'done', 'it does');
SELECT is(pg_temp.state('dora'), 'enrolled=f revoked=f disabled=f', 'nobody was enrolled');
SELECT is(pg_temp.say('p3', 32, 1, 'dora', 'anna'), 'done', 'again');
SELECT is(pg_temp.say('r3', 32, 3, 'dora', 'sven', proposal => 'p3'), 'done', 'refused');
SELECT is(pg_temp.takes('r3', 'already approved'), 'done', 'but the keeper had taken an approval before');
SELECT is(pg_temp.open(), 1::bigint, 'then it is open still');
SELECT is(pg_temp.say('a3', 32, 2, 'dora', 'sven', proposal => 'p3'), 'done', 'and is approved');
SELECT is(pg_temp.takes('a3'), 'done', 'and taken');
SELECT is(pg_temp.add('sven', 3, 'sven3'), 'done', 'the supervisor gets another credential');
SELECT is(pg_temp.say('p4', 32, 1, 'sven3', 'anna'), 'done', 'which is proposed');
SELECT throws_ok($$ SELECT pg_temp.say('a4', 32, 2, 'sven3', 'sven', proposal => 'p4') $$, 'VA007', NULL, 'nobody approves the own one (ST-099)');
SELECT is(pg_temp.say('a4', 32, 2, 'sven3', 'dora', proposal => 'p4'), 'done', 'another does');
SELECT is(pg_temp.takes('a4'), 'done', 'and it counts');

-- ---- the end of a credential, and of an account

SELECT is(pg_temp.say('v1', 33, 5, 'sven3', 'sven'), 'done', 'one person revokes');
SELECT is(pg_temp.state('sven3'), 'enrolled=t revoked=t disabled=f', 'at once, whether the keeper knows or not');
SELECT throws_ok($$ SELECT pg_temp.say('x2', 33, 5, 'wanda', 'sven', 'sven3') $$, 'VA007', NULL, 'nothing is signed with it');
SELECT is((SELECT revocation_taken FROM asv.credential_find(dig('sven3'), NULL)), false, 'it does not');
SELECT is(pg_temp.takes('v1', 'who signed it is unknown here'), 'done', 'unless the keeper refuses');
SELECT is(pg_temp.state('sven3'), 'enrolled=t revoked=f disabled=f', 'as the two shall not differ');
SELECT is(asv.person_disable(uid('dora'), 'left', 'somebody'), 'done', 'an account is disabled');
SELECT is(asv.person_disable(uid('dora'), 'left', 'somebody'), 'already', 'once');
SELECT throws_ok($$ SELECT asv.person_disable(tap.uid('nobody'), 'x', 'x') $$, 'VA006', NULL, 'that is there');
SELECT is(pg_temp.state('dora'), 'enrolled=t revoked=f disabled=t', 'disabled');
SELECT throws_ok($$ SELECT pg_temp.say('x3', 33, 5, 'wanda', 'dora') $$, 'VA007', NULL, 'nothing is signed with it');
SELECT throws_ok($$ SELECT pg_temp.add('doris', 4, badge => 'badge dora') $$, 'VA001', NULL, 'and nobody else gets the badge');
SELECT is(pg_temp.add('dora', 4, 'dora2'), 'done', 'she comes back');
SELECT is(pg_temp.say('p5', 32, 1, 'dora2', 'anna', issued => now() + interval '1 minute'), 'done', 'two people');
SELECT is(pg_temp.say('a5', 32, 2, 'dora2', 'sven', proposal => 'p5', issued => now() + interval '1 minute'), 'done', 'enrol her again');
SELECT is(pg_temp.takes('a5'), 'done', 'and the keeper knows');
SELECT is(pg_temp.state('dora2'), 'enrolled=t revoked=f disabled=f', 'the account lives');
SELECT is(pg_temp.add('dora', 4, 'dora3'), 'done', 'an enrolment');
SELECT is(pg_temp.say('p6', 32, 1, 'dora3', 'anna'), 'done', 'that was proposed');
SELECT is(asv.person_disable(uid('dora'), 'left', 'somebody'), 'done', 'before the account was disabled');
SELECT throws_ok($$ SELECT pg_temp.say('a6', 32, 2, 'dora3', 'sven', proposal => 'p6') $$, 'VA002', NULL, 'brings it not back');

-- K-092: when nobody is left whom people enrolled, the root may begin again.
SELECT is(pg_temp.say('v' || key, 33, 5, key, 'sven'), 'done', key || ' is revoked') FROM unnest(ARRAY['wanda', 'dora', 'sven3']) AS key;
SELECT throws_ok($$ SELECT pg_temp.found('f6', 'anna') $$, 'VA007', NULL, 'not while one lives');
SELECT is(pg_temp.say('vdora2', 33, 5, 'dora2', 'sven'), 'done', 'the last is revoked');
SELECT is(pg_temp.takes('vdora2'), 'done', 'and the keeper knows');
SELECT is((SELECT revocation_taken FROM asv.credential_find(dig('dora2'), NULL)), true, 'which is known here');
SELECT is(pg_temp.found('f6', 'anna'), 'done', 'then it may');

-- ---- duties

SELECT isnt(asv.duty_put(uid('sven'), 'in_charge', '32-1', NULL, '2026-01-01', NULL, 'somebody'), NULL, 'in charge');
SELECT is(asv.duty_put(uid('sven'), 'in_charge', '32-1', NULL, '2026-02-01', NULL, 'somebody'),
    asv.duty_put(uid('sven'), 'in_charge', '32-1', NULL, '2026-01-01', NULL, 'somebody'), 'which is said once');
SELECT is((SELECT d::text FROM asv.duties_of(uid('sven'), '32-1', uid('wanda')) d), '(t,f,f)', 'of that unit');
SELECT is((SELECT d::text FROM asv.duties_of(uid('sven'), '32-3', NULL) d), '(f,f,f)', 'of no other');
SELECT isnt(asv.duty_put(uid('sven'), 'deputy', '32-3', NULL, now() - interval '1 day', now() + interval '1 day', 'x'), NULL, 'a deputy');
SELECT isnt(asv.duty_put(uid('sven'), 'deputy', '32-4711', NULL, now() - interval '2 day', now() - interval '1 day', 'x'), NULL, 'who was one')
    WHERE asv.unit_put('32-4711', NULL) IS NOT NULL;
SELECT isnt(asv.duty_put(uid('sven'), 'appraises', NULL, uid('wanda'), now(), NULL, 'x'), NULL, 'appraises');
SELECT is((SELECT d::text FROM asv.duties_of(uid('sven'), '32-3', uid('wanda')) d), '(f,t,t)', 'and it counts now');
SELECT is((SELECT d::text FROM asv.duties_of(uid('sven'), '32-4711', uid('anna')) d), '(f,f,f)', 'but not what is over');
SELECT is((SELECT count(*) FROM asv.duty_list(NULL, 10)), 3::bigint, 'those that are not over are listed');
SELECT is((SELECT string_agg(asv.duty_end(id, 'x'), ' ') FROM asv.duty_list(NULL, 10)), 'done done done', 'ended');
SELECT is((SELECT d::text FROM asv.duties_of(uid('sven'), '32-1', uid('wanda')) d), '(f,f,f)', 'now');
SELECT throws_ok($$ SELECT asv.duty_end(asv.uuid7(), 'x') $$, '23503', NULL, 'one that is there');

-- ---- policies (LAW T7, T8)

SELECT is(asv.policy_file_put(1, 'one', 14::smallint, convert_to('one', 'UTF8')), 'done', 'a file');
SELECT is(asv.policy_file_put(1, 'one', 14::smallint, convert_to('one', 'UTF8')), 'already', 'once');
SELECT is(asv.policy_file_put(2, 'two', 14::smallint, convert_to('two', 'UTF8')), 'done', 'another');
SELECT is(asv.policy_file_find(dig('one')), convert_to('one', 'UTF8'), 'byte for byte');
SELECT is(asv.policy_on('2026-01-01'), NULL, 'none is in force');
SELECT throws_ok($$ SELECT pg_temp.say('q0', 48, 1, 'three', 'anna', version => 3) $$, 'VA006', NULL, 'a policy that is not here');
SELECT throws_ok($$ SELECT pg_temp.say('q0', 48, 1, 'one', 'anna', version => 2) $$, 'VA006', NULL, 'or says another version');
SELECT throws_ok($$ SELECT pg_temp.say('q0', 48, 1, 'two', 'anna', version => 2, from_day => (now() AT TIME ZONE 'Europe/Berlin')::date) $$,
    'VA004', NULL, 'never from today on or from earlier (LAW T8)');
SELECT is(pg_temp.say('q2', 48, 1, 'two', 'anna', version => 2), 'done', 'is proposed');
SELECT is(asv.policy_on('2126-01-01'), NULL, 'which changes nothing');
SELECT is((SELECT string_agg(name || ' ' || version || ' ' || proposed_by || ' ' || own, ', ') FROM asv.policy_proposals(NULL, 10)), 'two 2 anna false', 'it waits for a second person');
SELECT is((SELECT count(*) FROM asv.policy_proposals((SELECT after FROM asv.policy_proposals(NULL, 10)), 10)), 0::bigint, 'behind it nothing');
SELECT is(pg_temp.say('b2', 48, 2, 'two', 'sven', proposal => 'q2', version => 2), 'done', 'and approved');
SELECT is(pg_temp.takes('b2'), 'done', 'and taken');
SELECT is(asv.policy_on('2126-01-01'), convert_to('two', 'UTF8'), 'is in force from its day on');
SELECT is((SELECT count(*) FROM asv.policy_proposals(NULL, 10)), 0::bigint, 'and waits no more');
SELECT is(asv.policy_on('2125-12-31'), convert_to('two', 'UTF8'), 'before the first there is no other');
SELECT is(asv.policy_file_put(v, v::text, 14::smallint, convert_to('v' || v, 'UTF8')), 'done', 'version ' || v) FROM generate_series(3, 5) v;
SELECT is(pg_temp.say('q' || v, 48, 1, 'v' || v, 'anna', version => v, from_day => d::date), 'done', 'proposed from ' || d)
    FROM (VALUES (3, '2126-03-01'), (4, '2126-02-01'), (5, '2126-02-01')) AS x (v, d);
SELECT is(pg_temp.say('b' || v, 48, 2, 'v' || v, 'sven', proposal => 'q' || v, version => v, from_day => d::date), 'done', 'approved')
    FROM (VALUES (3, '2126-03-01'), (4, '2126-02-01'), (5, '2126-02-01')) AS x (v, d);
SELECT is(pg_temp.takes('b' || v), 'done', 'taken') FROM generate_series(3, 5) v;
SELECT is(convert_from(asv.policy_on(d::date), 'UTF8'), want, d || ': the one that begins last, of two the higher (K-094)')
    FROM (VALUES ('2126-01-31', 'two'), ('2126-02-01', 'v5'), ('2126-02-28', 'v5'), ('2126-03-01', 'v3')) AS x (d, want);
SELECT throws_ok($$ SELECT pg_temp.say('q1', 48, 1, 'one', 'anna', version => 1) $$, 'VA004', NULL, 'versions only rise');
SELECT is((asv.policy_days_on('2126-01-01'), asv.policy_days_on('2025-12-31'))::text, '(14,)', 'and its period is that of its days, not of those before');
SELECT is((SELECT string_agg(version::text, ' ') FROM asv.policy_page(NULL, 10)), '5 4 3 2', 'they are in the history');
SELECT is((SELECT string_agg(version::text, ' ') FROM asv.policy_page(4, 1)), '3', 'page by page');

-- ---- recipients

CREATE FUNCTION pg_temp.recipient(name text, act int, step int, who text, proposal text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), act, step::smallint, tap.dig('court'), 4::smallint, sha256('card'), 'court', NULL, NULL,
        NULL, tap.dig('court key'), NULL, 0::smallint, tap.dig(who), tap.uid(who), tap.b16(name), clock_timestamp(),
        clock_timestamp() + interval '1 hour', tap.dig(proposal))
$$;
CREATE FUNCTION pg_temp.recipients() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(name || CASE WHEN ended_at IS NULL THEN '' ELSE ' ended' END, ', '), 'none')
    FROM asv.recipient_page(NULL, NULL, 10)
$$;
SELECT throws_ok($$ SELECT pg_temp.recipient('c1', 16, 1, 'anna') $$, 'VA006', NULL, 'nobody is registered without a card (ST-124)');
SELECT is(asv.recipient_card_put('card'), 'done', 'the card is kept');
SELECT is(asv.recipient_card_put('card'), 'already', 'once');
SELECT is((asv.recipient_card_find(sha256('card')), asv.recipient_card_of(tap.dig('court key')))::text, '("\\x63617264",)', 'byte for byte, of no key yet');
SELECT is(pg_temp.recipient('c1', 16, 1, 'anna'), 'done', 'a recipient');
SELECT is(pg_temp.recipient('c2', 16, 2, 'sven', 'c1'), 'done', 'is approved');
SELECT is(pg_temp.recipients(), 'none', 'but not taken');
SELECT is(pg_temp.takes('c2'), 'done', 'but taken');
SELECT is(pg_temp.recipients(), 'court', 'then it is one');
SELECT is((SELECT card FROM asv.recipient_page(NULL, NULL, 10)), 'card'::bytea, 'with its card');
SELECT is(asv.recipient_card_of(tap.dig('court key')), 'card'::bytea, 'which is found by its key');
SELECT is(pg_temp.recipient('c3', 17, 5, 'sven'), 'done', 'one person ends it');
SELECT is(pg_temp.recipients(), 'court ended', 'at once');

-- ---- plans of hand-overs

-- A recipient, and recordings, as STATEMENTS.md 4 has them: a u16 of clips, and of each digest, form and range.
CREATE FUNCTION pg_temp.plan(clips int, more bytea DEFAULT '') RETURNS bytea LANGUAGE sql AS $$
    SELECT decode(repeat('00', 70), 'hex') || '\x01610100010120'::bytea || tap.dig('key') || '\x0163'::bytea || int2send(clips::int2)
        || coalesce(string_agg('\x0120'::bytea || tap.dig('clip ' || n) || '\x03'::bytea || int4send(n) || int4send(-1), ''::bytea ORDER BY n), '')
        || '\x0000'::bytea || more
    FROM generate_series(1, least(clips, 1001)) AS n
$$;
SELECT is((SELECT string_agg(format('%s %s %s %s %s', number, header = tap.dig('clip ' || number + 1), form, from_ms, until_ms), ', ')
           FROM asv.handover_plan_read(pg_temp.plan(2))), '0 t 3 1 4294967295, 1 t 3 2 4294967295', 'the recordings of a plan');
SELECT throws_ok(format('SELECT asv.handover_plan_put(%L)', pg_temp.plan(n)), 'VA001', NULL, n || ' are none') FROM unnest(ARRAY[0, 1001]) AS n;
SELECT throws_ok(format('SELECT asv.handover_plan_put(%L)', substring(pg_temp.plan(2) FOR 150)), 'VA001', NULL, 'nor is what ends before its last');
CREATE FUNCTION pg_temp.hand_over(name text, step int, who text, plan bytea, proposal text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT asv.statement_put(tap.stmt(name), tap.dig(name), 5, step::smallint, tap.dig('5'), 11::smallint, sha256(plan), 'court', NULL, NULL,
        NULL, NULL, '01900000-0000-7000-8000-0000000000e1', 0::smallint, tap.dig(who), tap.uid(who), tap.b16(name), clock_timestamp(),
        clock_timestamp() + interval '1 hour', tap.dig(proposal))
$$;
ALTER TABLE asv.statement DISABLE TRIGGER handover; -- what follows from it is in handover.sql
SELECT throws_ok($$ SELECT pg_temp.hand_over('h1', 1, 'sven', pg_temp.plan(2)) $$, 'VA006', NULL, 'nothing is handed over without a plan (ST-123)');
SELECT is(asv.handover_plan_put(pg_temp.plan(2)), 'done', 'the plan is kept');
SELECT is(asv.handover_plan_find(sha256(pg_temp.plan(2))), pg_temp.plan(2), 'byte for byte');
SELECT is(pg_temp.hand_over('h1', 1, 'sven', pg_temp.plan(2)), 'done', 'and can be proposed');

-- ---- the agency is not locked out

-- One person revokes alone, and could revoke all others.
SELECT is(pg_temp.add('lena', 4), 'done', 'a deputy');
SELECT is(pg_temp.say('p7', 32, 1, 'lena', 'anna', issued => now() + interval '1 minute'), 'done', 'whom two people');
SELECT is(pg_temp.say('a7', 32, 2, 'lena', 'sven', proposal => 'p7', issued => now() + interval '1 minute'), 'done', 'enrol');
SELECT is(pg_temp.takes('a7'), 'done', 'counts');
SELECT throws_ok($$ SELECT pg_temp.found('f7', 'sven3') $$, 'VA007', NULL, 'while there is another, and an administrator, the root founds nobody');
SELECT is(pg_temp.say('vl' || key, 33, 5, key, 'lena'), 'done', key || ' is revoked by her') FROM unnest(ARRAY['anna', 'anna2']) AS key;
SELECT is(pg_temp.found('f7', 'sven3'), 'done', 'when she has revoked every administrator, it does');

SELECT * FROM finish();
ROLLBACK;
