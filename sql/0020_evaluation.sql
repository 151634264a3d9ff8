-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The evaluation (docs/RETENTION.md, "The evaluation"): what happened in each month that is over, by unit, counted once and kept, so that
-- what is erased or forgotten afterwards changes nothing of it. Nothing of it is by person or camera (LAW L6).
CREATE TABLE asv.evaluation_figure (
    name text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,32}$'),
    position smallint NOT NULL UNIQUE,
    people text NOT NULL CHECK (people IN ('wearers', 'viewers', 'public')),
    meaning text NOT NULL
);
COMMENT ON TABLE asv.evaluation_figure IS 'what is counted';
COMMENT ON COLUMN asv.evaluation_figure.name IS 'its name';
COMMENT ON COLUMN asv.evaluation_figure.position IS 'order';
COMMENT ON COLUMN asv.evaluation_figure.people IS 'of whom it would tell something if they were few: wearers of cameras, viewers of recordings; public: of nobody in the office, and of no unit';
COMMENT ON COLUMN asv.evaluation_figure.meaning IS 'for people';
INSERT INTO asv.evaluation_figure VALUES
    ('days_of_use', 1, 'wearers', 'days on which a camera was issued, added up over cameras'),
    ('displayed', 2, 'wearers', 'the display was switched on, and off without a recording'),
    ('announced', 3, 'wearers', 'somebody was told that a recording follows'),
    ('recorded', 4, 'wearers', 'recordings that were begun; what goes on in a new clip is one'),
    ('ingested', 5, 'wearers', 'clips that were taken into custody or quarantine'),
    ('held', 6, 'wearers', 'clips that two people decided to keep'),
    ('erased', 7, 'wearers', 'clips that are gone, key and files'),
    ('handed_over', 8, 'wearers', 'decisions to hand a clip over that the keeper took'),
    ('assaults', 9, 'wearers', 'incidents in which somebody of the office was attacked or insulted'),
    ('late_docks', 10, 'wearers', 'dockings of a camera that was out for more than 24 hours'),
    ('openings', 11, 'viewers', 'somebody was shown a clip'),
    ('subject_requests', 12, 'public', 'questions of recorded people that were answered');

CREATE TABLE asv.evaluation_month (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    minimum integer NOT NULL CHECK (minimum > 0),
    log smallint NOT NULL,
    size asv.u63 NOT NULL,
    FOREIGN KEY (log, size) REFERENCES asv.ledger_checkpoint
);
COMMENT ON TABLE asv.evaluation_month IS 'months that were counted';
COMMENT ON COLUMN asv.evaluation_month.month IS 'its first day, local';
COMMENT ON COLUMN asv.evaluation_month.closed_at IS 'when it was counted';
COMMENT ON COLUMN asv.evaluation_month.minimum IS 'the smallest group of which a figure is told, by the policy of its last day';
COMMENT ON COLUMN asv.evaluation_month.log IS 'the ledger''s head that has all that was counted: of which log';
COMMENT ON COLUMN asv.evaluation_month.size IS 'and how large';

CREATE TABLE asv.evaluation_count (
    month date NOT NULL REFERENCES asv.evaluation_month,
    unit asv.label,
    figure text NOT NULL REFERENCES asv.evaluation_figure,
    count asv.u63 NOT NULL,
    people asv.u32,
    UNIQUE NULLS NOT DISTINCT (month, unit, figure)
);
COMMENT ON TABLE asv.evaluation_count IS 'what was counted of a month; told by evaluation_cell alone';
COMMENT ON COLUMN asv.evaluation_count.month IS 'in which';
COMMENT ON COLUMN asv.evaluation_count.unit IS 'of which unit; empty: of none; NULL: of all';
COMMENT ON COLUMN asv.evaluation_count.figure IS 'what';
COMMENT ON COLUMN asv.evaluation_count.count IS 'how often';
COMMENT ON COLUMN asv.evaluation_count.people IS 'of at least how many people it tells something; NULL: of nobody in the office';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['evaluation_figure', 'evaluation_month', 'evaluation_count'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

-- ---- what is told

-- A-122. A cell of a small group is not told, and beside it not the smallest of the large ones either: what is left of a total is of a
-- large group then. Of nobody, nothing can be said: 0 is told.
CREATE VIEW asv.evaluation_cell AS
SELECT c.month, c.unit, c.figure, c.count,
       CASE WHEN c.unit IS NOT NULL THEN NOT c.small AND NOT (c.smalls > 0 AND c.large AND c.rank = 1)
            ELSE NOT c.small AND (c.smalls <> 1 OR c.larges > 0) END AS told
FROM (SELECT g.*, count(*) FILTER (WHERE g.unit IS NOT NULL AND g.small) OVER figure AS smalls,
             count(*) FILTER (WHERE g.unit IS NOT NULL AND g.large) OVER figure AS larges,
             row_number() OVER (PARTITION BY g.month, g.figure, g.unit IS NULL, g.large ORDER BY g.people, g.unit COLLATE "C") AS rank
      FROM (SELECT n.*, n.people IS NOT NULL AND (n.people > 0 OR n.count > 0) AND n.people < m.minimum AS small,
                   n.people > 0 AND n.people >= m.minimum AS large
            FROM asv.evaluation_count n JOIN asv.evaluation_month m ON m.month = n.month) AS g
      WINDOW figure AS (PARTITION BY g.month, g.figure)) AS c;
COMMENT ON VIEW asv.evaluation_cell IS 'what was counted, and whether it is told; for evaluation, nobody may read it';
COMMENT ON COLUMN asv.evaluation_cell.told IS 'the group is large enough, and no other one''s figure follows from it';

-- ---- what is counted

CREATE FUNCTION asv.local_day(p_at timestamptz) RETURNS date
    LANGUAGE sql STABLE
    RETURN (p_at AT TIME ZONE 'Europe/Berlin')::date;
COMMENT ON FUNCTION asv.local_day IS 'the local day of an instant';

CREATE FUNCTION asv.local_month(p_day date) RETURNS date
    LANGUAGE sql IMMUTABLE
    RETURN make_date(extract(year FROM p_day)::integer, extract(month FROM p_day)::integer, 1);
COMMENT ON FUNCTION asv.local_month IS 'the first day of a day''s month';

CREATE INDEX clip_event_recorded ON asv.clip_event USING brin (recorded_at);

-- Nobody wears two cameras: on its fullest day so many people of a unit wore one, at least. Who they were is not asked.
CREATE FUNCTION asv.evaluation_wearers() RETURNS TABLE (unit text, month date, people bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.unit, asv.local_month(d.day), max(d.cameras)
    FROM (SELECT a.unit::text, asv.local_day(a.recorded_at) AS day, count(DISTINCT a.camera) AS cameras
          FROM asv.assignment a WHERE a.id IS NOT NULL
          GROUP BY GROUPING SETS ((a.unit, asv.local_day(a.recorded_at)), (asv.local_day(a.recorded_at)))) AS d
    GROUP BY 1, 2
$$;
COMMENT ON FUNCTION asv.evaluation_wearers IS 'at least how many people of each unit (NULL: of all) wore a camera in each month; for evaluation_close, nobody may call it';

-- Each fact belongs to the month in which this database was told of it, so that none is counted twice or comes too late; month: in which
-- the camera was worn.
CREATE FUNCTION asv.evaluation_uses(p_from timestamptz, p_until timestamptz)
    RETURNS TABLE (figure text, unit text, month date, count bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT 'days_of_use', d.unit::text, asv.local_month(d.day), count(*)
    FROM (SELECT DISTINCT a.camera, a.unit, asv.local_day(a.recorded_at) AS day FROM asv.assignment a
          WHERE a.id IS NOT NULL AND a.recorded_at >= p_from AND a.recorded_at < p_until) AS d
    GROUP BY d.unit, asv.local_month(d.day)
    UNION ALL
    -- The docking that ended an issue.
    SELECT 'late_docks', a.unit::text, asv.local_month(asv.local_day(a.recorded_at)), count(*)
    FROM asv.docking d
    CROSS JOIN LATERAL (SELECT n.* FROM asv.assignment n WHERE n.camera = d.camera AND n.issued_at < d.began_at
                        ORDER BY n.number DESC LIMIT 1) AS a
    WHERE d.recorded_at >= p_from AND d.recorded_at < p_until AND a.id IS NOT NULL AND d.began_at > a.issued_at + interval '24 hours'
      AND NOT EXISTS (SELECT FROM asv.docking x WHERE x.camera = d.camera AND x.began_at > a.issued_at AND x.began_at < d.began_at)
    GROUP BY a.unit, asv.local_month(asv.local_day(a.recorded_at))
$$;
COMMENT ON FUNCTION asv.evaluation_uses IS 'how cameras were used, as was told in a time; for evaluation_close, nobody may call it';

-- Of the device log (firmware-proto/wire/devlog.h). A display that is on while a recording runs, or before one, is part of that one.
CREATE FUNCTION asv.evaluation_steps(p_from timestamptz, p_until timestamptz)
    RETURNS TABLE (figure text, unit text, month date, count bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH entry AS (
        SELECT b.session, e.number, e.kind, e.value, e.kind IN (1, 2, 3, 16) AS ends
        FROM asv.device_log_block b JOIN asv.device_log_entry e ON e.block = b.position
        WHERE b.recorded_at >= p_from AND b.recorded_at < p_until AND b.continuity <> 'broken' AND e.kind IN (1, 2, 3, 6, 7, 9, 10, 11, 16)
    ), step AS (
        SELECT n.session, n.kind, n.value,
               max(n.number) FILTER (WHERE n.kind = 6) OVER before > coalesce(max(n.number) FILTER (WHERE n.kind = 7 OR n.ends) OVER before, 0) AS recording,
               min(n.number) FILTER (WHERE n.kind = 6) OVER behind AS begins,
               min(n.number) FILTER (WHERE n.kind IN (2, 10, 16)) OVER behind AS off,
               lag(n.kind) OVER runs AS last_kind, lag(n.value) OVER runs AS last_value
        FROM entry n
        WINDOW before AS (PARTITION BY n.session ORDER BY n.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               behind AS (PARTITION BY n.session ORDER BY n.number ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
               runs AS (PARTITION BY n.session, n.kind IN (6, 7) ORDER BY n.number)
    ), counted AS (
        SELECT s.session, CASE s.kind WHEN 9 THEN 'displayed' WHEN 11 THEN 'announced' ELSE 'recorded' END AS figure
        FROM step s
        WHERE CASE s.kind
            WHEN 9 THEN s.recording IS NOT TRUE AND (s.begins < s.off OR s.begins IS NOT NULL AND s.off IS NULL) IS NOT TRUE
            WHEN 11 THEN substring(s.value FOR 1) = '\x01' -- 0: was not told, and why
            WHEN 6 THEN (s.last_kind = 7 AND substring(s.last_value FROM 9) = '\x02') IS NOT TRUE -- the day key's end
            ELSE false END
    )
    SELECT c.figure, coalesce(a.unit::text, u.unit::text, ''), asv.local_month(asv.local_day(coalesce(a.recorded_at, d.recorded_at))), count(*)
    FROM counted c
    JOIN asv.docking d ON d.session = c.session
    LEFT JOIN asv.assignment a ON a.camera = d.camera AND a.number = d.assignment
    LEFT JOIN LATERAL (SELECT k.unit FROM asv.camera_unit k WHERE k.camera = d.camera AND k.since <= d.recorded_at
                       ORDER BY k.since DESC LIMIT 1) AS u ON true
    GROUP BY 1, 2, 3
$$;
COMMENT ON FUNCTION asv.evaluation_steps IS 'steps of de-escalation, as docks brought them in a time; for evaluation_close, nobody may call it';

CREATE FUNCTION asv.evaluation_clips(p_from timestamptz, p_until timestamptz)
    RETURNS TABLE (figure text, unit text, month date, count bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT x.figure, c.unit::text, asv.local_month(coalesce(c.day, asv.local_day(c.docked_at))), count(*)
    FROM (SELECT CASE e.kind WHEN 'committed' THEN 'ingested' WHEN 'quarantined' THEN 'ingested' WHEN 'hold_approved' THEN 'held'
                             WHEN 'held_ahead' THEN 'held' WHEN 'opened' THEN 'openings' ELSE 'erased' END AS figure, e.recording
          FROM asv.clip_event e
          WHERE e.recorded_at >= p_from AND e.recorded_at < p_until
            AND e.kind IN ('committed', 'quarantined', 'hold_approved', 'held_ahead', 'erased', 'erased_unsigned', 'opened')
          UNION ALL
          SELECT 'handed_over', k.recording
          FROM asv.statement s JOIN asv.handover_plan p ON p.digest = s.subject
          CROSS JOIN LATERAL asv.handover_plan_read(p.bytes) AS r JOIN asv.clip k ON k.header = r.header
          WHERE s.action = 5 AND s.step = 2 AND asv.statement_taken_at(s.digest) >= p_from AND asv.statement_taken_at(s.digest) < p_until) AS x
    JOIN asv.clip c ON c.recording = x.recording
    GROUP BY 1, 2, 3
$$;
COMMENT ON FUNCTION asv.evaluation_clips IS 'what happened to clips in a time; for evaluation_close, nobody may call it';

-- What was written down of them since, and is forgotten later, stays out: as they are known when the month is counted.
CREATE FUNCTION asv.evaluation_incidents(p_from timestamptz, p_until timestamptz)
    RETURNS TABLE (figure text, unit text, month date, count bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT 'assaults', coalesce((SELECT min(c.unit::text) FROM asv.exhibit e JOIN asv.clip c ON c.recording = e.recording WHERE e.incident = o.id), ''),
           asv.local_month(asv.local_day(o.from_at)), count(*)
    FROM asv.incident_overview o WHERE o.assault AND o.opened_at >= p_from AND o.opened_at < p_until
    GROUP BY 2, 3
$$;
COMMENT ON FUNCTION asv.evaluation_incidents IS 'incidents that were written down in a time; for evaluation_close, nobody may call it';

CREATE FUNCTION asv.evaluation_viewers(p_from timestamptz, p_until timestamptz) RETURNS TABLE (unit text, people bigint)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.unit::text, count(DISTINCT s.person)
    FROM asv.access_log l
    JOIN asv.credential s ON s.digest = l.credential
    JOIN asv.clip c ON c.recording = l.recording
    WHERE l.at >= p_from AND l.at < p_until
    GROUP BY GROUPING SETS ((c.unit), ())
$$;
COMMENT ON FUNCTION asv.evaluation_viewers IS 'how many people were shown clips of each unit (NULL: of all) in a time; for evaluation_close, nobody may call it';

-- A group is of the month, of the one before it and of those of what is counted, whichever was the smallest: what happens to recordings
-- tells of who made them, and that there are none, too.
CREATE FUNCTION asv.evaluation_count_of(p_month date) RETURNS SETOF asv.evaluation_count
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH span AS (
        SELECT p_month::timestamp AT TIME ZONE 'Europe/Berlin' AS from_at,
               (p_month + interval '1 month')::timestamp AT TIME ZONE 'Europe/Berlin' AS until_at, (p_month - interval '1 month')::date AS before
    ), wearers AS MATERIALIZED (SELECT * FROM asv.evaluation_wearers()),
    viewers AS MATERIALIZED (SELECT v.* FROM span s, asv.evaluation_viewers(s.from_at, s.until_at) v),
    fact AS MATERIALIZED (
        SELECT f.* FROM span s, asv.evaluation_uses(s.from_at, s.until_at) f
        UNION ALL SELECT f.* FROM span s, asv.evaluation_steps(s.from_at, s.until_at) f
        UNION ALL SELECT f.* FROM span s, asv.evaluation_clips(s.from_at, s.until_at) f
        UNION ALL SELECT f.* FROM span s, asv.evaluation_incidents(s.from_at, s.until_at) f
    ), unit AS (
        SELECT f.unit FROM fact f UNION SELECT w.unit FROM wearers w, span s WHERE w.month IN (p_month, s.before) AND w.unit IS NOT NULL
        UNION SELECT NULL
    )
    SELECT p_month, u.unit::asv.label, g.name, coalesce(n.count, 0)::asv.u63,
           CASE g.people WHEN 'viewers' THEN coalesce((SELECT v.people FROM viewers v WHERE v.unit IS NOT DISTINCT FROM u.unit), 0)
                ELSE coalesce(least((SELECT min(w.people) FROM wearers w, span s
                                     WHERE w.unit IS NOT DISTINCT FROM u.unit AND w.month IN (p_month, s.before)), n.people), 0) END::asv.u32
    FROM unit u
    CROSS JOIN asv.evaluation_figure g
    LEFT JOIN LATERAL (
        SELECT sum(f.count)::bigint AS count, min(coalesce(w.people, 0)) AS people
        FROM fact f LEFT JOIN wearers w ON w.unit IS NOT DISTINCT FROM u.unit AND w.month = f.month
        WHERE f.figure = g.name AND (u.unit IS NULL OR f.unit = u.unit)) AS n ON true
    WHERE g.people <> 'public'
    UNION ALL
    SELECT p_month, NULL::asv.label, 'subject_requests',
           (SELECT count(*) FROM asv.subject_request q, span s WHERE q.at >= s.from_at AND q.at < s.until_at)::asv.u63, NULL::asv.u32
$$;
COMMENT ON FUNCTION asv.evaluation_count_of IS 'what there is to be counted of a month; for evaluation_close, nobody may call it';

-- A-121. A month is counted when it is over, people have decided on a policy, and a signed head of the ledger has all that happened in it,
-- by the night: before what is forgotten goes.
CREATE FUNCTION asv.evaluation_close() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_now CONSTANT date := asv.local_month(asv.local_day(clock_timestamp()));
    v_month date;
    v_until timestamptz;
    v_minimum integer;
    v_head asv.ledger_checkpoint;
    v_closed bigint := 0;
BEGIN
    PERFORM asv.check_durable();
    LOCK TABLE asv.evaluation_month IN EXCLUSIVE MODE;
    SELECT coalesce((SELECT (max(m.month) + interval '1 month')::date FROM asv.evaluation_month m),
                    (SELECT asv.local_month(asv.local_day(a.created_at)) FROM asv.agency a)) INTO v_month;
    SELECT k.* INTO v_head FROM asv.ledger_checkpoint k
    WHERE k.log = (SELECT max(l.number) FROM asv.ledger_log l) ORDER BY k.size DESC LIMIT 1;
    WHILE v_month < v_now LOOP
        v_until := (v_month + interval '1 month')::timestamp AT TIME ZONE 'Europe/Berlin';
        v_minimum := asv.group_minimum((v_month + interval '1 month')::date - 1);
        EXIT WHEN v_minimum IS NULL OR v_head.log IS NULL OR EXISTS (SELECT FROM asv.ledger_pending p WHERE p.recorded_at < v_until)
                  OR EXISTS (SELECT FROM asv.ledger_entry e WHERE e.log = v_head.log AND e.index >= v_head.size AND e.recorded_at < v_until);
        INSERT INTO asv.evaluation_month (month, minimum, log, size)
        VALUES (v_month, v_minimum, v_head.log, v_head.size);
        INSERT INTO asv.evaluation_count SELECT * FROM asv.evaluation_count_of(v_month);
        v_closed := v_closed + 1;
        v_month := (v_month + interval '1 month')::date;
    END LOOP;
    RETURN v_closed;
END
$$;
COMMENT ON FUNCTION asv.evaluation_close IS 'counts the months that are over, how many';
GRANT EXECUTE ON FUNCTION asv.evaluation_close TO asv_admin;

-- ---- as people are shown it

CREATE FUNCTION asv.evaluation_head(m asv.evaluation_month) RETURNS json
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT json_build_object('log', l.origin, 'size', k.size, 'root', encode(k.root, 'hex'))
    FROM asv.ledger_checkpoint k JOIN asv.ledger_log l ON l.number = k.log WHERE k.log = m.log AND k.size = m.size
$$;
COMMENT ON FUNCTION asv.evaluation_head IS 'over which head of the ledger a month was counted; for evaluation, nobody may call it';

-- What is told is worked out of whole months: which unit is asked for changes nothing of it.
CREATE FUNCTION asv.evaluation_lines(p_from date, p_until date, p_unit text) RETURNS TABLE (month date, unit text, counts json)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.month, c.unit::text COLLATE "C", json_object_agg(g.name, CASE WHEN c.told THEN c.count END ORDER BY g.position)
    FROM asv.evaluation_cell c JOIN asv.evaluation_figure g ON g.name = c.figure
    WHERE c.month BETWEEN p_from AND p_until AND (p_unit IS NULL OR c.unit = p_unit)
    GROUP BY c.month, c.unit
$$;
COMMENT ON FUNCTION asv.evaluation_lines IS 'the figures of each month and unit (NULL: of all), or of one, null where they are not told; for evaluation, nobody may call it';

CREATE FUNCTION asv.evaluation_json(p_from date, p_until date, p_unit text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT json_strip_nulls(json_build_object(
        'from', to_char(p_from, 'YYYY-MM'), 'until', to_char(p_until, 'YYYY-MM'), 'unit', p_unit,
        'head', (SELECT asv.evaluation_head(m) FROM asv.evaluation_month m WHERE m.month BETWEEN p_from AND p_until ORDER BY m.month DESC LIMIT 1),
        'figures', (SELECT json_agg(g.name ORDER BY g.position) FROM asv.evaluation_figure g WHERE p_unit IS NULL OR g.people <> 'public'),
        'months', (SELECT coalesce(json_agg(json_build_object('month', to_char(m.month, 'YYYY-MM'), 'minimum', m.minimum, 'head', asv.evaluation_head(m),
                                                              'total', l.total, 'units', coalesce(l.units, '[]')) ORDER BY m.month), '[]')
            FROM asv.evaluation_month m
            LEFT JOIN (SELECT n.month, (array_agg(n.counts) FILTER (WHERE n.unit IS NULL))[1] AS total,
                              json_agg(json_build_object('unit', n.unit, 'counts', n.counts) ORDER BY n.unit) FILTER (WHERE n.unit IS NOT NULL) AS units
                       FROM asv.evaluation_lines(p_from, p_until, p_unit) n GROUP BY n.month) AS l ON l.month = m.month
            WHERE m.month BETWEEN p_from AND p_until)))::text || E'\n'
$$;
COMMENT ON FUNCTION asv.evaluation_json IS 'the evaluation as JSON; for evaluation, nobody may call it';

CREATE FUNCTION asv.evaluation_csv(p_from date, p_until date, p_unit text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT 'month,scope,unit,' || (SELECT string_agg(g.name, ',' ORDER BY g.position) FROM asv.evaluation_figure g) || E',minimum,log,size,root\r\n'
        || coalesce(string_agg(concat_ws(',', to_char(l.month, 'YYYY-MM'), CASE WHEN l.unit IS NULL THEN 'total' ELSE 'unit' END,
               '"' || replace(coalesce(l.unit, ''), '"', '""') || '"',
               (SELECT string_agg(coalesce(l.counts ->> g.name, ''), ',' ORDER BY g.position) FROM asv.evaluation_figure g), m.minimum, h.head ->> 'log', h.head ->> 'size', h.head ->> 'root') || E'\r\n', ''
               ORDER BY l.month, l.unit NULLS FIRST), '')
    FROM asv.evaluation_lines(p_from, p_until, p_unit) l
    JOIN asv.evaluation_month m ON m.month = l.month
    CROSS JOIN LATERAL (SELECT asv.evaluation_head(m) AS head) AS h
$$;
COMMENT ON FUNCTION asv.evaluation_csv IS 'the evaluation as CSV (RFC 4180); for evaluation, nobody may call it';

-- A-120. Of what is kept of each month, and of nothing that changes: the same question is answered in the same bytes.
CREATE FUNCTION asv.evaluation(p_from date, p_until date, p_unit text, p_format text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_until CONSTANT date := coalesce(p_until, p_from, (SELECT max(m.month) FROM asv.evaluation_month m));
    v_first CONSTANT date := v_until - interval '59 months';
    v_from CONSTANT date := coalesce(p_from, greatest(v_first, (SELECT min(m.month) FROM asv.evaluation_month m)));
BEGIN
    PERFORM asv.check_role(102);
    IF v_until < v_from OR v_from < v_first THEN
        RAISE EXCEPTION 'evaluation: of a month up to five years, the first one first' USING ERRCODE = '22023';
    END IF;
    RETURN CASE p_format WHEN 'csv' THEN asv.evaluation_csv(v_from, v_until, p_unit) ELSE asv.evaluation_json(v_from, v_until, p_unit) END;
END
$$;
COMMENT ON FUNCTION asv.evaluation IS 'what happened in months that are over, by unit, none of a group that is smaller than the policy''s smallest; without months of all, five years at most: for superiors, the data-protection officer and the staff council';
GRANT EXECUTE ON FUNCTION asv.evaluation TO asv_staff;
