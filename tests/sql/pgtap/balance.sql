-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The balance, against rows that were drawn: the functions must give what was drawn, each clip in one place, and whatever a
-- superuser changes afterwards must show, on its day and nowhere else. RETENTION.md, "The balance".
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
SET LOCAL session_replication_role = replica; -- rows as they lie there, however they came to be

-- What there is, with what rests on what: the column that has to have it.
CREATE TEMP TABLE place (number int, kind int, state text, intent boolean, completion boolean, place text);
INSERT INTO place VALUES
    (0, 1, 'sealed', false, false, 'running'), (1, 1, 'released', false, false, 'running'), (2, 1, 'pending', false, false, 'pending'),
    (3, 1, 'held', false, false, 'held'), (4, 2, 'held', false, false, 'held'), (5, 2, 'quarantined', false, false, 'quarantined'),
    (6, 1, 'erasing', true, false, 'erasing'), (7, 2, 'erasing', true, false, 'erasing'), (8, 1, 'erased', true, true, 'erased'),
    (9, 2, 'erased', true, true, 'erased'), (10, 3, 'expired_on_arrival', false, false, 'erased'), (11, 1, 'erasing', false, false, 'erasing');
CREATE TEMP TABLE drawn (recording uuid, day date, decided boolean, kind int, state text, intent boolean, completion boolean, place text);

CREATE FUNCTION pg_temp.draw(seed double precision, many int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    base jsonb := (SELECT fields FROM tap.template WHERE tbl = 'clip');
    d record;
BEGIN
    PERFORM setseed(seed);
    TRUNCATE drawn;
    TRUNCATE asv.clip, asv.clip_day, asv.recording_state, asv.erasure_intent, asv.erasure_completion, asv.balance, asv.retention_run CASCADE;
    INSERT INTO drawn
    SELECT tap.uid(seed || ' ' || n), date '2026-03-26' + (random() * 5)::int, r < 0.1, p.kind, p.state, p.intent, p.completion, p.place
    FROM (SELECT n, random() AS r, (random() * 11)::int AS p FROM generate_series(1, many) AS n) AS x
    JOIN place p ON p.number = x.p;
    UPDATE drawn SET day = NULL WHERE NOT decided AND kind <> 3 AND random() < 0.1;
    FOR d IN SELECT *, row_number() OVER () AS n FROM drawn LOOP
        PERFORM tap.put('clip', base || jsonb_build_object('recording', d.recording, 'number', d.n, 'header', tap.dig(d.recording::text),
            'clip', d.recording, 'kind', d.kind, 'reason', CASE WHEN d.kind = 1 THEN '' ELSE 'drawn' END, 'event', d.n,
            'replicas', CASE WHEN d.kind = 3 THEN 0 ELSE 1 END, 'committed_at', '2026-05-01 06:05Z',
            'day', CASE WHEN d.decided AND d.kind <> 3 THEN NULL ELSE d.day END,
            'due_at', CASE WHEN d.decided AND d.kind <> 3 THEN NULL ELSE d.day + 15 END,
            'earliest_at', coalesce(d.day, '2026-03-26'), 'latest_at', coalesce(d.day, '2026-03-26')));
        PERFORM tap.put('recording_state', jsonb_build_object('recording', d.recording, 'state', d.state, 'event', d.n));
        IF d.intent THEN
            PERFORM tap.put('erasure_intent', (SELECT fields FROM tap.template WHERE tbl = 'erasure_intent')
                || jsonb_build_object('recording', d.recording, 'event', d.n));
        END IF;
        IF d.completion THEN
            PERFORM tap.put('erasure_completion', (SELECT fields FROM tap.template WHERE tbl = 'erasure_completion')
                || jsonb_build_object('recording', d.recording, 'event', d.n, 'destruction', NULL));
        END IF;
        IF d.decided AND d.kind <> 3 THEN
            PERFORM tap.put('clip_day', (SELECT fields FROM tap.template WHERE tbl = 'clip_day')
                || jsonb_build_object('recording', d.recording, 'day', d.day, 'event', d.n, 'proposal', tap.dig('day ' || d.n)));
        END IF;
    END LOOP;
    INSERT INTO asv.retention_run (software) VALUES ('test');
END
$$;

-- All days' balances, as lines; and the same from what was drawn, counted by itself.
CREATE FUNCTION pg_temp.found() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s: %s+%s=%s+%s+%s+%s+%s+%s %s', coalesce(day::text, 'none'), ingested, expired, running, pending, held, quarantined,
                  erasing, erased, missing)
    FROM (SELECT * FROM asv.balance_page(NULL, 1000) UNION ALL SELECT * FROM asv.balance_of(NULL)) AS b ORDER BY 1
$$;
CREATE FUNCTION pg_temp.expected() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    v_day date;
    counts jsonb;
    d record;
    line text;
    lines text[] := '{}';
BEGIN
    FOR v_day IN SELECT DISTINCT day FROM (SELECT day FROM drawn UNION ALL SELECT NULL) AS x LOOP
        counts := '{"1": 0, "2": 0, "3": 0, "running": 0, "pending": 0, "held": 0, "quarantined": 0, "erasing": 0, "erased": 0}';
        FOR d IN SELECT * FROM drawn WHERE day IS NOT DISTINCT FROM v_day LOOP
            counts := counts || jsonb_build_object(d.place, (counts->>d.place)::int + 1)
                || jsonb_build_object(d.kind::text, (counts->>d.kind::text)::int + 1);
        END LOOP;
        line := format('%s: %s+%s=%s+%s+%s+%s+%s+%s 0', coalesce(v_day::text, 'none'), (counts->>'1')::int + (counts->>'2')::int, counts->>'3',
                       counts->>'running', counts->>'pending', counts->>'held', counts->>'quarantined', counts->>'erasing', counts->>'erased');
        lines := lines || line;
    END LOOP;
    RETURN QUERY SELECT unnest(lines) ORDER BY 1;
END
$$;

-- The days that are not even, and by how much.
CREATE FUNCTION pg_temp.uneven() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(coalesce(day::text, 'none') || ' ' || off, ', ' ORDER BY day), 'even')
    FROM (SELECT day, abs(ingested + expired - running - pending - held - quarantined - erasing - erased) + missing AS off
          FROM (SELECT * FROM asv.balance_page(NULL, 1000) UNION ALL SELECT * FROM asv.balance_of(NULL)) AS b) AS o
    WHERE off <> 0
$$;

-- What it does to the balance, and undone again.
CREATE FUNCTION pg_temp.spoilt(how text, r uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    BEGIN
        CASE how
        WHEN 'no state' THEN DELETE FROM asv.recording_state WHERE recording = r;
        WHEN 'said to be erased' THEN UPDATE asv.recording_state SET state = 'erased' WHERE recording = r;
        WHEN 'said to run' THEN UPDATE asv.recording_state SET state = 'sealed' WHERE recording = r;
        WHEN 'begun' THEN
            PERFORM tap.put('erasure_intent', (SELECT fields FROM tap.template WHERE tbl = 'erasure_intent')
                || jsonb_build_object('recording', r, 'event', 1000000));
        WHEN 'completed' THEN
            PERFORM tap.put('erasure_completion', (SELECT fields FROM tap.template WHERE tbl = 'erasure_completion')
                || jsonb_build_object('recording', r, 'event', 1000000, 'destruction', NULL));
        WHEN 'vanished' THEN
            DELETE FROM asv.clip WHERE recording = r;
        WHEN 'without a trace' THEN
            DELETE FROM asv.clip WHERE recording = r;
            DELETE FROM asv.recording_state WHERE recording = r;
            DELETE FROM asv.erasure_intent WHERE recording = r;
            DELETE FROM asv.erasure_completion WHERE recording = r;
        WHEN 'the whole day' THEN
            DELETE FROM asv.clip WHERE day = (SELECT day FROM drawn WHERE recording = r);
            DELETE FROM asv.clip_day WHERE day = (SELECT day FROM drawn WHERE recording = r);
        END CASE;
        RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = pg_temp.uneven();
    EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
        said := SQLERRM;
    END;
    RETURN said;
END
$$;

-- Each of these, done to any clip of such a place.
CREATE TEMP TABLE spoil (how text, place text[], kind int[]);
INSERT INTO spoil VALUES
    ('no state', '{running,pending,held,quarantined,erasing,erased}', '{1,2,3}'),
    ('said to be erased', '{running,pending,held,quarantined,erasing}', '{1,2}'),
    ('said to run', '{erased}', '{1,2,3}'),
    ('begun', '{running,pending,held,quarantined}', '{1,2}'),
    ('completed', '{erasing}', '{1,2}'),
    ('vanished', '{running,pending,held,quarantined,erasing,erased}', '{1,2,3}'),
    ('without a trace', '{running,pending,held,quarantined,erasing,erased}', '{1,2,3}');

CREATE FUNCTION pg_temp.tried(seed double precision) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    s record;
BEGIN
    PERFORM pg_temp.draw(seed, 150);
    RETURN NEXT results_eq('SELECT pg_temp.found()', 'SELECT pg_temp.expected()', 'seed ' || seed || ': each clip in its place');
    RETURN NEXT is(pg_temp.uneven(), 'even', 'and each day is even');
    PERFORM asv.balance_put((SELECT id FROM asv.retention_run), b.day, b.ingested, b.expired, b.running, b.pending, b.held, b.quarantined,
                            b.erasing, b.erased)
    FROM (SELECT * FROM asv.balance_page(NULL, 1000) UNION ALL SELECT * FROM asv.balance_of(NULL)) AS b;
    RETURN NEXT is(pg_temp.uneven(), 'even', 'also by what was there before');
    FOR s IN SELECT p.how, d.place, d.day, d.recording
             FROM spoil p CROSS JOIN LATERAL (SELECT * FROM drawn d WHERE d.place = ANY (p.place) AND d.kind = ANY (p.kind)
                                              ORDER BY random() LIMIT 12) AS d LOOP
        IF pg_temp.spoilt(s.how, s.recording) <> coalesce(s.day::text, 'none') || ' 1' THEN
            RETURN NEXT is(pg_temp.spoilt(s.how, s.recording), coalesce(s.day::text, 'none') || ' 1', s.how || ', and was ' || s.place);
        END IF;
    END LOOP;
    FOR s IN SELECT d.day, min(d.recording::text)::uuid AS recording, count(*) AS n FROM drawn d WHERE d.day IS NOT NULL GROUP BY 1 LOOP
        RETURN NEXT is(pg_temp.spoilt('the whole day', s.recording), s.day || ' ' || s.n, 'a day whose rows are all gone lacks all of them');
    END LOOP;
    RETURN NEXT is(pg_temp.uneven(), 'even', 'what was undone is even again');
END
$$;
SELECT pg_temp.tried(seed) FROM unnest(ARRAY[0.1, 0.2, 0.3]) AS seed;

-- What is missing is so every night, and not only in the first one; what comes later does not make up for it.
SELECT pg_temp.draw(0.4, 40);
CREATE FUNCTION pg_temp.keep() RETURNS void LANGUAGE sql AS $$
    INSERT INTO asv.retention_run (software) VALUES ('test');
    SELECT asv.balance_put((SELECT max(id::text)::uuid FROM asv.retention_run), b.day, b.ingested, b.expired, b.running, b.pending, b.held,
                           b.quarantined, b.erasing, b.erased)
    FROM (SELECT * FROM asv.balance_page(NULL, 1000) UNION ALL SELECT * FROM asv.balance_of(NULL)) AS b
$$;
SELECT pg_temp.keep();
SELECT is(pg_temp.uneven(), 'even', 'all is there');
DELETE FROM asv.clip WHERE recording = (SELECT recording FROM drawn WHERE day = '2026-03-28' AND NOT decided LIMIT 1);
SELECT pg_temp.keep();
SELECT is(pg_temp.uneven(), '2026-03-28 1', 'one is missing, also when a later balance has it so');
UPDATE asv.clip SET day = NULL, due_at = NULL WHERE recording = (SELECT recording FROM drawn WHERE day = '2026-03-29' AND NOT decided
    AND kind <> 3 LIMIT 1);
SELECT is(pg_temp.uneven(), '2026-03-28 1, 2026-03-29 1', 'what was moved to no day is missing on its own');

SELECT finish();
ROLLBACK;
