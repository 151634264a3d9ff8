-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Retention: intents and completions of erasures, runs, balances (docs/RETENTION.md). Tables that are only added to. The
-- erasure is the destroyed key, which is the keeper's; here is its proof, and that the files followed.
INSERT INTO asv.lifecycle_move VALUES
    ('sealed', 'erasing'), ('quarantined', 'erasing'), ('pending', 'erasing'), ('held', 'erasing'), ('released', 'erasing'),
    ('erasing', 'erased'),
    -- What was said to be erased early, and is not (erasure_undo).
    ('erasing', 'sealed'), ('erasing', 'quarantined'), ('erasing', 'released'), ('erasing', 'held')
ON CONFLICT DO NOTHING;
INSERT INTO asv.event_kind VALUES
    ('erasing', false, 'its key is destroyed; its files go now'),
    ('erased', true, 'its files are gone, too; the object is the keeper''s statement that nothing opens it any more'),
    ('erased_unsigned', false, 'its files are gone, too; the keeper signed nothing about it, and why');
INSERT INTO asv.alarm_kind VALUES
    ('retention', 'something whose period is over is not erased: its key or its files are still there'),
    ('balance', 'a recording day does not add up: a clip is in no place, or in two'),
    ('keeper', 'the database and the keeper disagree about what is kept'),
    ('unlogged', 'the keeper gave out the key of a recording to somebody who signed for it, and the access log says nothing of that'),
    ('orphan', 'the vault holds a recording that the database does not know');

CREATE TABLE asv.retention_run (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    software asv.label NOT NULL
);
COMMENT ON TABLE asv.retention_run IS 'runs of the retention job';
COMMENT ON COLUMN asv.retention_run.id IS 'UUIDv7';
COMMENT ON COLUMN asv.retention_run.began_at IS 'by the database''s clock';
COMMENT ON COLUMN asv.retention_run.software IS 'name and version of the program';

CREATE TABLE asv.retention_run_end (
    run uuid PRIMARY KEY REFERENCES asv.retention_run,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    exit smallint NOT NULL CHECK (exit BETWEEN 0 AND 255),
    erased asv.u63 NOT NULL,
    held asv.u63 NOT NULL,
    pending asv.u63 NOT NULL,
    lapsed asv.u63 NOT NULL,
    late asv.u63 NOT NULL,
    failed asv.u63 NOT NULL,
    open asv.u63 NOT NULL,
    disagreements asv.u63 NOT NULL,
    orphans asv.u63 NOT NULL,
    leftovers asv.u63 NOT NULL,
    uneven asv.u63 NOT NULL,
    detail asv.note
);
COMMENT ON TABLE asv.retention_run_end IS 'how a run ended; one without a row here was cut off, and the next one went on';
COMMENT ON COLUMN asv.retention_run_end.run IS 'which';
COMMENT ON COLUMN asv.retention_run_end.ended_at IS 'by the database''s clock';
COMMENT ON COLUMN asv.retention_run_end.exit IS 'status of the program: 0 everything done';
COMMENT ON COLUMN asv.retention_run_end.erased IS 'clips whose erasure was completed in it';
COMMENT ON COLUMN asv.retention_run_end.held IS 'clips that are held';
COMMENT ON COLUMN asv.retention_run_end.pending IS 'clips with an open request';
COMMENT ON COLUMN asv.retention_run_end.lapsed IS 'requests that lapsed';
COMMENT ON COLUMN asv.retention_run_end.late IS 'clips that are due and wait for the keeper';
COMMENT ON COLUMN asv.retention_run_end.failed IS 'clips whose files could not be removed';
COMMENT ON COLUMN asv.retention_run_end.open IS 'erasures that began and are not complete';
COMMENT ON COLUMN asv.retention_run_end.disagreements IS 'clips about which database and keeper disagree';
COMMENT ON COLUMN asv.retention_run_end.orphans IS 'directories in the vault that no row names';
COMMENT ON COLUMN asv.retention_run_end.leftovers IS 'leftovers in staging that were removed';
COMMENT ON COLUMN asv.retention_run_end.uneven IS 'recording days that do not add up';
COMMENT ON COLUMN asv.retention_run_end.detail IS 'what it could not do, for a person';

CREATE TABLE asv.erasure_intent (
    recording uuid PRIMARY KEY REFERENCES asv.clip,
    run uuid REFERENCES asv.retention_run,
    rule text NOT NULL CHECK (rule IN ('period', 'released', 'no_day', 'early')),
    due_at timestamptz,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event,
    CHECK (rule = 'early' OR run IS NOT NULL)
);
COMMENT ON TABLE asv.erasure_intent IS 'recordings whose erasure began';
COMMENT ON COLUMN asv.erasure_intent.recording IS 'which';
COMMENT ON COLUMN asv.erasure_intent.run IS 'the run that began it; NULL: two people decided';
COMMENT ON COLUMN asv.erasure_intent.rule IS 'period: over (LAW T1); released: two people gave it back after its period; no_day: nobody knows its day, and its key is gone; early: two people decided (LAW T4, R4)';
COMMENT ON COLUMN asv.erasure_intent.due_at IS 'end of its period; NULL: its day was not known';
COMMENT ON COLUMN asv.erasure_intent.at IS 'when it began, by the database''s clock';
COMMENT ON COLUMN asv.erasure_intent.event IS 'the custody event';

CREATE TABLE asv.erasure_completion (
    recording uuid PRIMARY KEY REFERENCES asv.erasure_intent,
    run uuid NOT NULL REFERENCES asv.retention_run,
    rule text NOT NULL CHECK (rule IN ('period', 'released', 'no_day', 'early')),
    due_at timestamptz,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    root asv.digest NOT NULL,
    leaves asv.u63 NOT NULL,
    payload_bytes asv.u63 NOT NULL,
    seal_digest asv.digest NOT NULL,
    destruction asv.digest REFERENCES asv.destruction,
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.erasure_completion (run);
COMMENT ON TABLE asv.erasure_completion IS 'the erasure records (LAW T6): what was destroyed, by which rule, when it was due and when it was gone';
COMMENT ON COLUMN asv.erasure_completion.recording IS 'which';
COMMENT ON COLUMN asv.erasure_completion.run IS 'the run that completed it';
COMMENT ON COLUMN asv.erasure_completion.rule IS 'as in its intent; early where the keeper''s statement says so, also when the database had lost it';
COMMENT ON COLUMN asv.erasure_completion.due_at IS 'when it had to be gone; NULL: its day was not known';
COMMENT ON COLUMN asv.erasure_completion.at IS 'when it was gone: key and files, by the database''s clock';
COMMENT ON COLUMN asv.erasure_completion.root IS 'with leaves and payload_bytes: digest of the payload that was destroyed';
COMMENT ON COLUMN asv.erasure_completion.leaves IS 'signed chunks';
COMMENT ON COLUMN asv.erasure_completion.payload_bytes IS 'length of the signed payload';
COMMENT ON COLUMN asv.erasure_completion.seal_digest IS 'SHA-256 of the seal that was destroyed';
COMMENT ON COLUMN asv.erasure_completion.destruction IS 'the keeper''s signed statement; NULL: it signed none, the event says why';
COMMENT ON COLUMN asv.erasure_completion.event IS 'the custody event';

CREATE TABLE asv.balance (
    run uuid NOT NULL REFERENCES asv.retention_run,
    day date,
    ingested asv.u63 NOT NULL,
    expired asv.u63 NOT NULL,
    running asv.u63 NOT NULL,
    pending asv.u63 NOT NULL,
    held asv.u63 NOT NULL,
    quarantined asv.u63 NOT NULL,
    erasing asv.u63 NOT NULL,
    erased asv.u63 NOT NULL,
    UNIQUE NULLS NOT DISTINCT (day, run)
);
COMMENT ON TABLE asv.balance IS 'what became of the clips of each recording day, whenever a run found that it had changed';
COMMENT ON COLUMN asv.balance.run IS 'the run';
COMMENT ON COLUMN asv.balance.day IS 'recording day, local; NULL: nobody knows it';
COMMENT ON COLUMN asv.balance.ingested IS 'clips that were taken into custody or quarantine';
COMMENT ON COLUMN asv.balance.expired IS 'recordings that were expired on arrival';
COMMENT ON COLUMN asv.balance.running IS 'their period runs: sealed or released';
COMMENT ON COLUMN asv.balance.pending IS 'a request waits for approval';
COMMENT ON COLUMN asv.balance.held IS 'two people decided to keep them';
COMMENT ON COLUMN asv.balance.quarantined IS 'in quarantine, their period runs, too';
COMMENT ON COLUMN asv.balance.erasing IS 'their erasure began and is not complete';
COMMENT ON COLUMN asv.balance.erased IS 'gone, those expired on arrival included';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['retention_run', 'retention_run_end', 'erasure_intent', 'erasure_completion', 'balance'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

-- ---------------------------------------------------------------------------------------------- functions

-- One run at a time, as long as its connection lasts. Whoever finds the lock taken sees the row of who has it: both are of one
-- transaction, behind the table's lock. A run that has ended may take a moment to hang up.
CREATE FUNCTION asv.retention_begin(p_software text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_run uuid;
BEGIN
    PERFORM asv.check_durable();
    LOCK TABLE asv.retention_run IN EXCLUSIVE MODE;
    IF pg_try_advisory_lock(hashtextextended('asv retention', 0)) THEN
        INSERT INTO asv.retention_run (software) VALUES (p_software) RETURNING id INTO v_run;
    ELSIF NOT EXISTS (SELECT FROM asv.retention_run r LEFT JOIN asv.retention_run_end e ON e.run = r.id
                      WHERE r.began_at > clock_timestamp() - interval '1 day'
                        AND (e.run IS NULL OR e.ended_at > clock_timestamp() - interval '1 minute')) THEN
        RAISE EXCEPTION 'retention: a connection that is no run keeps its lock (pg_locks has its process): nothing is erased until it ends'
            USING ERRCODE = 'VA002';
    END IF;
    RETURN v_run;
END
$$;
COMMENT ON FUNCTION asv.retention_begin IS 'a run begins; NULL: another one is at it';
GRANT EXECUTE ON FUNCTION asv.retention_begin TO asv_admin;

CREATE FUNCTION asv.retention_end(
    p_run uuid, p_exit smallint, p_erased bigint, p_held bigint, p_pending bigint, p_lapsed bigint, p_late bigint,
    p_failed bigint, p_open bigint, p_disagreements bigint, p_orphans bigint, p_leftovers bigint, p_uneven bigint,
    p_detail text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.retention_run_end (run, exit, erased, held, pending, lapsed, late, failed, open, disagreements, orphans,
                                       leftovers, uneven, detail)
    VALUES (p_run, p_exit, p_erased, p_held, p_pending, p_lapsed, p_late, p_failed, p_open, p_disagreements, p_orphans,
            p_leftovers, p_uneven, p_detail)
    ON CONFLICT (run) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.retention_end IS 'a run ended';
GRANT EXECUTE ON FUNCTION asv.retention_end TO asv_admin;

CREATE VIEW asv.retained AS
SELECT c.recording, c.camera, c.epoch, c.number, c.header, c.clip, c.kind, c.day,
       (SELECT y.day FROM asv.clip_day y WHERE y.recording = c.recording) AS decided_day,
       coalesce(c.due_at, (SELECT y.due_at FROM asv.clip_day y WHERE y.recording = c.recording)) AS due_at,
       c.latest_at, c.committed_at, c.key_kind, c.key_date,
       coalesce((SELECT i.rule = 'early' FROM asv.erasure_intent i WHERE i.recording = c.recording), false) AS early
FROM asv.clip c;
COMMENT ON VIEW asv.retained IS 'clips as the retention job sees them; for its functions, nobody may read it';
COMMENT ON COLUMN asv.retained.decided_day IS 'the day that two people decided on; NULL: the dock''s clock told it, or nobody has';
COMMENT ON COLUMN asv.retained.early IS 'two people had it erased early';

-- Looked up one by one, from where the page before ended (OFFSET 0): merged with tables of a million rows, each page would read
-- them from their beginning. When it is due comes first: most are not, and the rest of what is retained takes three lookups more.
CREATE FUNCTION asv.retention_page(p_state text, p_due_before timestamptz, p_after uuid, p_limit integer)
    RETURNS SETOF asv.retained
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT r.*
    FROM (SELECT t.recording FROM asv.recording_state t
          WHERE t.state = p_state AND t.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
          ORDER BY t.recording OFFSET 0) AS s
    CROSS JOIN LATERAL (SELECT c.recording, coalesce(c.due_at, (SELECT y.due_at FROM asv.clip_day y WHERE y.recording = c.recording)) AS due_at
                        FROM asv.clip c WHERE c.recording = s.recording OFFSET 0) AS d
    CROSS JOIN LATERAL (SELECT * FROM asv.retained v WHERE v.recording = d.recording OFFSET 0) AS r
    WHERE (p_due_before IS NULL OR d.due_at IS NULL OR d.due_at <= p_due_before)
    ORDER BY s.recording
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.retention_page IS 'a page of the clips in one state, and of those only what is due by then or has no day';
GRANT EXECUTE ON FUNCTION asv.retention_page TO asv_admin;

-- Batches and pages are looked up in indexes, whatever the statistics of a growing table say; and each row's state by its
-- recording: a state has a million of them when a million are erased (OFFSET 0 keeps the planner from beginning there). The
-- numbers of events are taken first, so that nothing has to be joined with what was just inserted.

-- Recordings in the order of their ids, so that two runs at once, and a docking, never wait for each other in a circle.
CREATE FUNCTION asv.recordings_lock(p_recordings uuid[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM asv.recording WHERE id = ANY (p_recordings) ORDER BY id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION asv.recordings_lock IS 'takes the row locks of many recordings';

CREATE INDEX request_ahead ON asv.request (camera) WHERE action = 6;

CREATE FUNCTION asv.erasure_begin(p_run uuid, p_recordings uuid[], p_rules text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_moved bigint;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.recordings_lock(p_recordings);
    -- Since the page was read somebody may have asked to keep one: what is not running any more, or not due, stays.
    WITH due AS MATERIALIZED (
        SELECT t.recording, t.rule, c.due_at, nextval('asv.clip_event_position_seq') AS event
        FROM unnest(p_recordings, p_rules) AS t (recording, rule)
        JOIN LATERAL (SELECT coalesce(k.due_at, (SELECT y.due_at FROM asv.clip_day y WHERE y.recording = k.recording)) AS due_at,
                             k.camera FROM asv.clip k
                      WHERE k.recording = t.recording OFFSET 0) AS c ON true
        JOIN LATERAL (SELECT s.state FROM asv.recording_state s WHERE s.recording = t.recording OFFSET 0) AS s ON true
        WHERE s.state IN ('sealed', 'quarantined', 'released')
          AND (c.due_at <= clock_timestamp() OR c.due_at IS NULL AND t.rule = 'no_day')
          -- Nor does what is to be held since before it docked, and is not yet; unless two people released it.
          AND (s.state = 'released' OR NOT EXISTS (
              SELECT FROM asv.request r JOIN asv.clip k ON k.recording = t.recording
              WHERE r.action = 6 AND r.camera = c.camera AND asv.ahead_keeps(r, k)
                AND NOT EXISTS (SELECT FROM asv.hold h WHERE h.recording = t.recording AND h.proposal = r.proposal)))
    ), event AS (
        INSERT INTO asv.clip_event (position, recording, kind, is_signed, at, actor_kind, detail) OVERRIDING SYSTEM VALUE
        SELECT due.event, due.recording, 'erasing', false, clock_timestamp(), 'system', due.rule FROM due
    ), intent AS (
        INSERT INTO asv.erasure_intent (recording, run, rule, due_at, event)
        SELECT due.recording, p_run, due.rule, due.due_at, due.event FROM due
    )
    UPDATE asv.recording_state s SET state = 'erasing', since = clock_timestamp(), event = due.event
    FROM due WHERE s.recording = due.recording;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    RETURN v_moved;
END
$$;
COMMENT ON FUNCTION asv.erasure_begin IS 'the erasure of clips that are due begins; how many of them it was that still were';
GRANT EXECUTE ON FUNCTION asv.erasure_begin TO asv_admin;

CREATE FUNCTION asv.erasure_left(p_recordings uuid[]) RETURNS TABLE (recording uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
    SELECT t.recording
    FROM unnest(p_recordings) WITH ORDINALITY AS t (recording, index)
    JOIN LATERAL (SELECT coalesce(k.due_at, (SELECT y.due_at FROM asv.clip_day y WHERE y.recording = k.recording)) AS due_at
                  FROM asv.clip k WHERE k.recording = t.recording OFFSET 0) AS c ON true
    JOIN LATERAL (SELECT s.state FROM asv.recording_state s WHERE s.recording = t.recording OFFSET 0) AS s ON true
    WHERE s.state IN ('sealed', 'quarantined', 'released') AND (c.due_at IS NULL OR c.due_at <= clock_timestamp())
    ORDER BY t.index
$$;
COMMENT ON FUNCTION asv.erasure_left IS 'of clips whose erasure was to begin, those that run still, although they are due: something here keeps them, and is to be said';
GRANT EXECUTE ON FUNCTION asv.erasure_left TO asv_admin;

CREATE FUNCTION asv.erasure_claims(p_after uuid, p_limit integer) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.* FROM asv.recording_state s JOIN asv.retained r ON r.recording = s.recording
    WHERE s.state = 'erasing' AND NOT EXISTS (SELECT FROM asv.erasure_intent i WHERE i.recording = s.recording)
      AND s.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY s.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.erasure_claims IS 'a page of the clips that two people erased early, as is said, and that no run has taken over';
GRANT EXECUTE ON FUNCTION asv.erasure_claims TO asv_admin;

CREATE FUNCTION asv.erasure_adopt(p_recordings uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_adopted bigint;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.recordings_lock(p_recordings);
    INSERT INTO asv.erasure_intent (recording, rule, due_at, event)
    SELECT s.recording, 'early', coalesce(c.due_at, y.due_at), s.event
    FROM unnest(p_recordings) AS t (recording)
    JOIN asv.recording_state s ON s.recording = t.recording
    JOIN asv.clip c ON c.recording = s.recording
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    WHERE s.state = 'erasing'
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_adopted = ROW_COUNT;
    RETURN v_adopted;
END
$$;
COMMENT ON FUNCTION asv.erasure_adopt IS 'what two people decided to erase, and the keeper has as gone, becomes the retention job''s; how many';
GRANT EXECUTE ON FUNCTION asv.erasure_adopt TO asv_admin;

CREATE FUNCTION asv.erasure_undo(p_recordings uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_recording uuid;
    v_undone bigint := 0;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.recordings_lock(p_recordings);
    FOR v_recording IN
        SELECT s.recording FROM unnest(p_recordings) AS t (recording) JOIN asv.recording_state s ON s.recording = t.recording
        WHERE s.state = 'erasing' AND NOT EXISTS (SELECT FROM asv.erasure_intent i WHERE i.recording = s.recording)
        ORDER BY s.recording
    LOOP
        PERFORM asv.state_rest(v_recording, asv.event_put(v_recording, 'erasure_lapsed', clock_timestamp(), 'system', NULL, NULL,
                                                           'the keeper has not erased it: it stays', NULL));
        v_undone := v_undone + 1;
    END LOOP;
    RETURN v_undone;
END
$$;
COMMENT ON FUNCTION asv.erasure_undo IS 'what is said to be erased early, the keeper has not, and nothing of it is: it is where it was; how many';
GRANT EXECUTE ON FUNCTION asv.erasure_undo TO asv_admin;

CREATE FUNCTION asv.erasure_complete(
    p_run uuid, p_recordings uuid[], p_keepers bytea[], p_orders bytea[], p_issued_ms bigint[],
    p_reasons bigint[], p_details text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_done bigint;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.recordings_lock(p_recordings);
    WITH gone AS MATERIALIZED (
        -- LG-121: what the keeper signed, and not what the database has it for.
        SELECT t.recording, CASE WHEN t.object IS NOT NULL AND t.reason = 2 THEN 'early' ELSE i.rule END AS rule, i.due_at, t.detail, t.reason, t.keeper, nextval('asv.clip_event_position_seq') AS event, t.digest,
               CASE WHEN e.object_digest IS NULL THEN t.object END AS object,
               CASE WHEN e.object_digest IS NULL THEN asv.instant(t.issued_ms) END AS issued_at,
               c.root, c.leaves, c.payload_bytes, c.seal_digest
        FROM (SELECT u.*, asv.object_digest('keeper', u.object) AS digest
              FROM unnest(p_recordings, p_keepers, p_orders, p_issued_ms, p_reasons, p_details)
                  AS u (recording, keeper, object, issued_ms, reason, detail)) AS t
        JOIN LATERAL (SELECT k.* FROM asv.clip k WHERE k.recording = t.recording OFFSET 0) AS c ON true
        JOIN LATERAL (SELECT n.rule, n.due_at FROM asv.erasure_intent n WHERE n.recording = t.recording OFFSET 0) AS i ON true
        JOIN LATERAL (SELECT s.state FROM asv.recording_state s WHERE s.recording = t.recording OFFSET 0) AS s ON true
        -- A statement that custody has already, because the camera was given it, is no second event.
        LEFT JOIN LATERAL (SELECT v.object_digest FROM asv.clip_event v WHERE v.object_digest = t.digest OFFSET 0) AS e ON true
        WHERE s.state = 'erasing'
    ), event AS (
        INSERT INTO asv.clip_event (position, recording, kind, is_signed, at, actor_kind, actor, detail, object, object_digest,
                                    signature) OVERRIDING SYSTEM VALUE
        SELECT gone.event, gone.recording, CASE WHEN gone.object IS NULL THEN 'erased_unsigned' ELSE 'erased' END,
               gone.object IS NOT NULL, coalesce(gone.issued_at, clock_timestamp()),
               CASE WHEN gone.object IS NULL THEN 'system' ELSE 'keeper' END,
               CASE WHEN gone.object IS NOT NULL THEN gone.keeper END, gone.detail, gone.object,
               CASE WHEN gone.object IS NOT NULL THEN gone.digest END,
               substring(gone.object FROM octet_length(gone.object) - 63)
        FROM gone
    ), destroyed AS (
        INSERT INTO asv.destruction (digest, recording, keeper, reason, issued_at, event)
        SELECT gone.digest, gone.recording, gone.keeper, gone.reason, gone.issued_at, gone.event
        FROM gone WHERE gone.object IS NOT NULL
    ), completion AS (
        INSERT INTO asv.erasure_completion (recording, run, rule, due_at, root, leaves, payload_bytes, seal_digest, destruction,
                                            event)
        SELECT gone.recording, p_run, gone.rule, gone.due_at, gone.root, gone.leaves, gone.payload_bytes, gone.seal_digest,
               gone.digest, gone.event
        FROM gone
    )
    UPDATE asv.recording_state s SET state = 'erased', since = clock_timestamp(), event = gone.event
    FROM gone WHERE s.recording = gone.recording;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    RETURN v_done;
END
$$;
COMMENT ON FUNCTION asv.erasure_complete IS 'keys and files of these clips are gone: the erasure records; how many of them were not complete before';
GRANT EXECUTE ON FUNCTION asv.erasure_complete TO asv_admin;

CREATE FUNCTION asv.blocks_held(p_recordings uuid[]) RETURNS TABLE (recording uuid, said smallint, taken smallint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT t.recording, bit_or(1 << g.ground)::smallint, coalesce(bit_or(1 << g.ground) FILTER (WHERE k.taken), 0)::smallint
    FROM unnest(p_recordings) WITH ORDINALITY AS t (recording, index)
    CROSS JOIN generate_series(4, 7) AS g (ground)
    CROSS JOIN LATERAL (
        SELECT bool_or(asv.statement_taken_at(b.statement) IS NOT NULL) AS taken FROM asv.blocks_of(t.recording, g.ground) AS b
        WHERE b.event > coalesce((SELECT max(l.event) FROM asv.blocks_of(t.recording, g.ground) AS l WHERE l.kind = 'lifted'), 0)
        HAVING count(*) > 0) AS k
    GROUP BY t.recording, t.index
    ORDER BY t.index
$$;
COMMENT ON FUNCTION asv.blocks_held IS 'which blocks of these recordings people have said here (bit n: ground n), and which of them the keeper took; none of recordings without';
GRANT EXECUTE ON FUNCTION asv.blocks_held TO asv_admin;

-- LAW L1, L2. Which programs say that somebody was shown something, and which do not, is up to who uses them; what the keeper took is not.
CREATE FUNCTION asv.shown_unlogged(p_shown bytea[]) RETURNS TABLE (shown bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.shown
    FROM (SELECT unnest(p_shown) AS shown
          UNION SELECT s.digest::bytea FROM asv.statement s
                WHERE s.action = 11 AND s.stored_at > clock_timestamp() - interval '90 days'
                  AND asv.statement_taken_at(s.digest) <= clock_timestamp() - interval '1 hour') AS d
    WHERE NOT EXISTS (SELECT FROM asv.access_log a WHERE a.shown = d.shown)
      AND NOT EXISTS (SELECT FROM asv.alarm n WHERE n.kind = 'unlogged' AND n.subject = encode(d.shown, 'hex'))
    ORDER BY d.shown
    LIMIT 500
$$;
COMMENT ON FUNCTION asv.shown_unlogged IS 'of these statements with which something was shown, and of those here that the keeper took more than an hour ago, those of which the access log says nothing, and nobody was told';
GRANT EXECUTE ON FUNCTION asv.shown_unlogged TO asv_admin;

CREATE FUNCTION asv.vault_known(p_kind smallint, p_clips uuid[])
    RETURNS TABLE (index integer, header asv.digest, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
    SELECT t.index::integer, c.header, s.state
    FROM unnest(p_clips) WITH ORDINALITY AS t (clip, index)
    JOIN asv.clip c ON c.clip = t.clip AND c.kind = p_kind
    JOIN asv.recording_state s ON s.recording = c.recording
    ORDER BY t.index
$$;
COMMENT ON FUNCTION asv.vault_known IS 'what is known of clips that lie in the vault, by their place in the list; none for those that no row names';
GRANT EXECUTE ON FUNCTION asv.vault_known TO asv_admin;

-- A clip that arrived stays in the balance of its day for ever; so a day that has fewer than it had lost rows, whoever deleted
-- them. Each kind for itself, and against the most that ever was: what was taken away is missing every night. People decide
-- on days that nobody knew; what they had decided on before an earlier run counts with that run's, as what they have by now.
CREATE FUNCTION asv.balance_missing(p_day date, p_ingested bigint, p_expired bigint) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT greatest(max(b.ingested::bigint + CASE WHEN p_day IS NULL THEN
                            (SELECT count(*) FROM asv.clip_day y JOIN asv.retention_run r ON y.since < r.began_at WHERE r.id = b.run)
                        ELSE 0 END)
                    - p_ingested - CASE WHEN p_day IS NULL THEN (SELECT count(*) FROM asv.clip_day) ELSE 0 END, 0)
           + greatest(max(b.expired::bigint) - p_expired, 0)
    FROM asv.balance b WHERE b.day = p_day OR p_day IS NULL AND b.day IS NULL
$$;
COMMENT ON FUNCTION asv.balance_missing IS 'how many clips of a day earlier balances have as arrived and this one has not';

CREATE FUNCTION asv.balance_of(p_day date)
    RETURNS TABLE (day date, ingested bigint, expired bigint, running bigint, pending bigint, held bigint, quarantined bigint,
                   erasing bigint, erased bigint, overdue bigint, missing bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- Each is counted from what it rests on: what arrived from the commits, what is erased from the erasure records, what is
    -- kept from the state. A clip whose state says something else than its records is in none of them.
    SELECT b.*, asv.balance_missing(p_day, b.ingested, b.expired)
    FROM (SELECT
           p_day AS day,
           count(*) FILTER (WHERE c.kind IN (1, 2)) AS ingested,
           count(*) FILTER (WHERE c.kind = 3) AS expired,
           count(*) FILTER (WHERE s.state IN ('sealed', 'released') AND c.kind IN (1, 2) AND i.recording IS NULL),
           count(*) FILTER (WHERE s.state = 'pending' AND c.kind IN (1, 2) AND i.recording IS NULL),
           count(*) FILTER (WHERE s.state = 'held' AND c.kind IN (1, 2) AND i.recording IS NULL),
           count(*) FILTER (WHERE s.state = 'quarantined' AND c.kind = 2 AND i.recording IS NULL),
           count(*) FILTER (WHERE s.state = 'erasing' AND d.recording IS NULL),
           count(*) FILTER (WHERE s.state = 'erased' AND d.recording IS NOT NULL
                            OR s.state = 'expired_on_arrival' AND c.kind = 3),
           -- The night of the day on which they were due has passed.
           count(*) FILTER (WHERE s.state IN ('sealed', 'released', 'quarantined') AND i.recording IS NULL
                            AND c.due_at <= clock_timestamp() - interval '24 hours')
    FROM (SELECT k.recording, k.kind, k.due_at FROM asv.clip k WHERE k.day = p_day
          UNION ALL SELECT k.recording, k.kind, y.due_at
                    FROM asv.clip_day y JOIN asv.clip k ON k.recording = y.recording WHERE y.day = p_day
          UNION ALL SELECT k.recording, k.kind, NULL FROM asv.clip k
                    WHERE p_day IS NULL AND k.day IS NULL
                      AND NOT EXISTS (SELECT FROM asv.clip_day y WHERE y.recording = k.recording)) AS c
    LEFT JOIN asv.recording_state s ON s.recording = c.recording
    LEFT JOIN asv.erasure_intent i ON i.recording = c.recording
    LEFT JOIN asv.erasure_completion d ON d.recording = c.recording) AS b
$$;
COMMENT ON FUNCTION asv.balance_of IS 'what became of the clips of one recording day, by the dock''s clock or as people decided; NULL: of those whose day nobody knows';
GRANT EXECUTE ON FUNCTION asv.balance_of TO asv_admin;

CREATE FUNCTION asv.next_day(p_after date) RETURNS date
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT least((SELECT min(c.day) FROM asv.clip c WHERE c.day > p_after), (SELECT min(y.day) FROM asv.clip_day y WHERE y.day > p_after),
                 (SELECT min(b.day) FROM asv.balance b WHERE b.day > p_after))
$$;
COMMENT ON FUNCTION asv.next_day IS 'the next day behind that one that has recordings, or had; NULL: there is none';

CREATE FUNCTION asv.balance_page(p_after date, p_limit integer)
    RETURNS TABLE (day date, ingested bigint, expired bigint, running bigint, pending bigint, held bigint, quarantined bigint,
                   erasing bigint, erased bigint, overdue bigint, missing bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- From day to day along the index, not over all clips.
    WITH RECURSIVE days (day, n) AS (
        SELECT asv.next_day(coalesce(p_after, '-infinity')), 1
        UNION ALL
        SELECT asv.next_day(days.day), days.n + 1
        FROM days WHERE days.day IS NOT NULL AND days.n < p_limit
    )
    SELECT b.* FROM days CROSS JOIN LATERAL asv.balance_of(days.day) AS b WHERE days.day IS NOT NULL ORDER BY days.day
$$;
COMMENT ON FUNCTION asv.balance_page IS 'the balances of the next recording days';
GRANT EXECUTE ON FUNCTION asv.balance_page TO asv_admin;

CREATE FUNCTION asv.balance_put(
    p_run uuid, p_day date, p_ingested bigint, p_expired bigint, p_running bigint, p_pending bigint, p_held bigint,
    p_quarantined bigint, p_erasing bigint, p_erased bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF (p_ingested, p_expired, p_running, p_pending, p_held, p_quarantined, p_erasing, p_erased) IS NOT DISTINCT FROM (
        SELECT (b.ingested::bigint, b.expired::bigint, b.running::bigint, b.pending::bigint, b.held::bigint,
                b.quarantined::bigint, b.erasing::bigint, b.erased::bigint)
        FROM asv.balance b WHERE b.day = p_day OR p_day IS NULL AND b.day IS NULL ORDER BY b.run DESC LIMIT 1) THEN
        RETURN 'already';
    END IF;
    INSERT INTO asv.balance (run, day, ingested, expired, running, pending, held, quarantined, erasing, erased)
    VALUES (p_run, p_day, p_ingested, p_expired, p_running, p_pending, p_held, p_quarantined, p_erasing, p_erased)
    ON CONFLICT (day, run) DO NOTHING;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.balance_put IS 'keeps a day''s balance, if it is another than the last one';
GRANT EXECUTE ON FUNCTION asv.balance_put TO asv_admin;

CREATE FUNCTION asv.undocked(p_before timestamptz, p_after bytea, p_limit integer)
    RETURNS TABLE (camera asv.digest, name text, last_docked_at timestamptz, issued boolean, remaining bigint, days integer,
                   area text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.cert, t.name::text, d.began_at, coalesce(a.id IS NOT NULL, false), coalesce(e.remaining::bigint, 0),
           coalesce(asv.policy_days_on((d.began_at AT TIME ZONE 'Europe/Berlin')::date), 0),
           CASE WHEN a.id IS NOT NULL THEN a.area::text END
    FROM asv.camera k
    JOIN asv.certificate t ON t.digest = k.cert
    JOIN LATERAL (SELECT o.began_at, o.session FROM asv.docking o WHERE o.camera = k.cert
                  ORDER BY o.began_at DESC LIMIT 1) AS d ON true
    LEFT JOIN asv.docking_end e ON e.session = d.session
    LEFT JOIN LATERAL (SELECT n.id, n.area FROM asv.assignment n WHERE n.camera = k.cert ORDER BY n.number DESC LIMIT 1) AS a ON true
    WHERE (p_after IS NULL OR k.cert > p_after) AND d.began_at < p_before AND (a.id IS NOT NULL OR e.remaining > 0)
      AND NOT EXISTS (SELECT FROM asv.camera_retirement q WHERE q.camera = k.cert)
    ORDER BY k.cert
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.undocked IS 'cameras that were issued, or left with recordings on them, and have not been docked since: what they hold is not in the balance yet, and its period runs. area: where it was issued for; NULL: not known';
GRANT EXECUTE ON FUNCTION asv.undocked TO asv_staff, asv_admin;

CREATE FUNCTION asv.camera_unheld(p_camera bytea) RETURNS TABLE (unheld bigint, held bigint, last_due_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT count(*) FILTER (WHERE s.state <> 'held'), count(*) FILTER (WHERE s.state = 'held'),
           max(r.due_at) FILTER (WHERE s.state <> 'held')
    FROM asv.retained r JOIN asv.recording_state s ON s.recording = r.recording
    WHERE r.camera = p_camera AND s.state IN ('sealed', 'released', 'pending', 'held')
$$;
COMMENT ON FUNCTION asv.camera_unheld IS 'recordings of a camera that are in custody and that nobody holds, those that two people hold, and when the last one of the former is due';
GRANT EXECUTE ON FUNCTION asv.camera_unheld TO asv_admin;

CREATE INDEX clip_rewrap ON asv.clip (recording) WHERE key_kind = 1 AND day <> key_date OR key_kind = 2 AND day IS NOT NULL;

CREATE FUNCTION asv.rewrap_page(p_after uuid, p_limit integer) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.* FROM asv.retained r JOIN asv.recording_state s ON s.recording = r.recording
    WHERE (r.key_kind = 1 AND r.day <> r.key_date OR r.key_kind = 2 AND r.day IS NOT NULL)
      -- What is due already, too: its key may live for the other clips of that key's day; and what is kept counts from its release on.
      AND s.state IN ('sealed', 'released', 'pending', 'held')
      AND r.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY r.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.rewrap_page IS 'a page of the clips whose key, of another day or a reserve key, has another end than they: the keeper is to give them one of their own';
GRANT EXECUTE ON FUNCTION asv.rewrap_page TO asv_admin;

CREATE FUNCTION asv.camera_day_page(p_camera bytea, p_key_date date, p_after uuid, p_limit integer) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.* FROM asv.retained r JOIN asv.recording_state s ON s.recording = r.recording
    WHERE r.camera = p_camera AND r.key_kind = 1 AND r.key_date = p_key_date
      -- Of what is being erased the keeper says itself that it is gone, or over: whoever only says so here ends none.
      AND (s.state IN ('sealed', 'quarantined', 'released', 'pending', 'held', 'erasing')
           OR s.state = 'erased' AND NOT EXISTS (SELECT FROM asv.erasure_completion e WHERE e.recording = r.recording))
      AND r.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY r.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.camera_day_page IS 'a page of the clips under a camera''s key of one day that are not erased';
GRANT EXECUTE ON FUNCTION asv.camera_day_page TO asv_admin;

CREATE INDEX erasure_early ON asv.erasure_intent (due_at) WHERE rule = 'early';

CREATE FUNCTION asv.early_day_page(p_now timestamptz, p_after uuid, p_limit integer) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- Of those that are complete, too, as long as the other recordings of that day are not due: what lives must have a key of its own.
    WITH early AS MATERIALIZED (
        SELECT DISTINCT ON (c.camera, c.key_date) c.recording
        FROM asv.erasure_intent i
        JOIN asv.clip c ON c.recording = i.recording
        JOIN asv.recording_state s ON s.recording = i.recording
        WHERE i.rule = 'early' AND c.key_kind = 1
          AND (s.state = 'erasing' OR s.state = 'erased' AND (i.due_at > p_now OR i.due_at IS NULL))
        ORDER BY c.camera, c.key_date, c.recording
    )
    SELECT r.* FROM early JOIN asv.retained r ON r.recording = early.recording
    WHERE r.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY r.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.early_day_page IS 'a page of clips that two people erased early, one for each camera and day of its key: where that is not complete, or its period would run then';
GRANT EXECUTE ON FUNCTION asv.early_day_page TO asv_admin;

-- K-255, K-257, K-258, K-263. A number is of no earlier a time than the one before it, and of no later a time than the one behind it, by a clock that dockings
-- set: between two dockings also of one since the first, or as late as its clock was then. Whatever a clock does not tell may be of any time, as
-- where it went back within one docking. What is only announced is not here. In numeric: a docking says of a last number what it likes.
CREATE FUNCTION asv.numbers_missing(p_camera bytea, p_from timestamptz, p_until timestamptz) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH told AS (
        (SELECT DISTINCT ON (r.epoch, r.number) r.epoch, r.number::numeric AS number, r.started_at, r.session::bytea AS session, d.began_at, d.camera_wall_at
         FROM asv.recording r
         JOIN asv.recording_state s ON s.recording = r.id AND s.state NOT IN ('announced', 'transferring')
         LEFT JOIN asv.docking d ON d.session = r.session
         WHERE r.camera = p_camera
         ORDER BY r.epoch, r.number, r.started_at NULLS FIRST)
        UNION ALL -- behind all that it is known to have given
        SELECT g.epoch, max(g.number)::numeric + 1, 'infinity', NULL, NULL, NULL
        FROM (SELECT r.epoch, r.number::bigint AS number FROM asv.recording r WHERE r.camera = p_camera
              UNION ALL
              SELECT d.epoch, d.last_number::bigint FROM asv.docking d WHERE d.camera = p_camera AND d.last_number IS NOT NULL) AS g
        GROUP BY g.epoch
    ), step AS (
        SELECT t.number, t.started_at, lag(t.number, 1, 0::numeric) OVER numbers AS before,
               lag(t.started_at, 1, '-infinity') OVER numbers AS started_before,
               t.session IS DISTINCT FROM lag(t.session) OVER numbers AS docked_between,
               lag(t.began_at) OVER numbers AS docked_at, lag(t.camera_wall_at) OVER numbers AS docked_wall_at
        FROM told t WINDOW numbers AS (PARTITION BY t.epoch ORDER BY t.number)
    ), gap AS (
        SELECT s.number - s.before - 1 AS missing, s.started_at IS NULL OR s.started_before IS NULL AS timeless,
               CASE WHEN s.docked_between THEN least(s.started_before, s.started_at, s.docked_at)
                    WHEN s.started_at >= s.started_before THEN s.started_before ELSE '-infinity' END AS earliest,
               CASE WHEN s.docked_between THEN greatest(s.started_before, s.started_at, s.docked_wall_at)
                    WHEN s.started_at >= s.started_before THEN s.started_at ELSE 'infinity' END AS latest
        FROM step s
        WHERE s.number > s.before + 1
    )
    SELECT least(coalesce(sum(g.missing), 0), 1000000)::bigint
    FROM gap g
    WHERE g.timeless OR g.earliest < p_until AND g.latest >= p_from
$$;
COMMENT ON FUNCTION asv.numbers_missing IS 'how many numbers that a camera gave, and that may be of this time, are of no recording here';
GRANT EXECUTE ON FUNCTION asv.numbers_missing TO asv_admin;

CREATE FUNCTION asv.retained_of(p_header bytea) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.* FROM asv.retained r WHERE r.header = p_header
$$;
COMMENT ON FUNCTION asv.retained_of IS 'the clip in custody with this seal header';
GRANT EXECUTE ON FUNCTION asv.retained_of TO asv_admin;

CREATE FUNCTION asv.emptied_since(p_camera bytea, p_at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.docking d JOIN asv.docking_end e ON e.session = d.session
                   WHERE d.camera = p_camera AND d.began_at >= p_at AND asv.has_emptied(e))
$$;
COMMENT ON FUNCTION asv.emptied_since IS 'whether a docking after that instant left nothing on the camera';

-- What the keeper is shown before it lets keys go (K-143, K-245), of which it believes nothing but signatures. A row that somebody
-- made up may be among them (K-260): whoever shows them goes on to the next one. K-264: each step is looked up where the one before
-- ended, and nothing is seen of what docks say meanwhile. Of one bulletin in the order of their sessions, which means nothing.
CREATE FUNCTION asv.inventory_next(p_camera bytea, p_since timestamptz, p_run uuid, p_number bigint, p_after bytea)
    RETURNS TABLE (number bigint, session asv.digest, chain bytea, inventory bytea, bulletin bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_until CONSTANT timestamptz := coalesce((SELECT r.began_at FROM asv.retention_run r WHERE r.id = p_run), 'infinity');
BEGIN
    RETURN QUERY
    SELECT b.number::bigint, e.session, (SELECT k.chain FROM asv.camera k WHERE k.cert = p_camera), e.inventory, b.object
    FROM (SELECT n.number, n.digest, n.object FROM asv.bulletin n
          WHERE n.camera = p_camera AND n.issued_at >= p_since AND n.number <= coalesce(p_number, 9223372036854775807)
          ORDER BY n.number DESC OFFSET 0) AS b
    CROSS JOIN LATERAL (SELECT d.session, d.inventory FROM asv.docking_end d
                        WHERE d.inventory_bulletin = b.digest AND d.reason = 1 AND d.remaining = 0 AND d.inventory_held = 0 -- has_emptied
                          AND d.session > coalesce(CASE WHEN b.number = p_number THEN p_after END, '') AND d.recorded_at <= v_until
                        ORDER BY d.session LIMIT 1) AS e
    ORDER BY b.number DESC
    LIMIT 1;
END
$$;
COMMENT ON FUNCTION asv.inventory_next IS 'what a camera signed when a docking had emptied it, by a bulletin of that instant or later: its chain, that inventory, that bulletin; of the newest bulletin''s first session, or the next one behind that bulletin and session. Of what docks said before that run began';
GRANT EXECUTE ON FUNCTION asv.inventory_next TO asv_admin;

CREATE FUNCTION asv.ahead_page(p_after bytea, p_limit integer)
    RETURNS TABLE (proposal asv.digest, camera asv.digest, camera_name text, from_at timestamptz, until_at timestamptz, since timestamptz,
                   emptied boolean, waiting bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.proposal, r.camera, t.name::text, r.from_at, r.until_at, r.ended_at, asv.emptied_since(r.camera, r.until_at),
           (SELECT count(*) FROM asv.clip c JOIN asv.recording_state s ON s.recording = c.recording
            WHERE c.camera = r.camera AND s.state IN ('sealed', 'quarantined', 'pending') AND asv.ahead_keeps(r, c)
              AND NOT EXISTS (SELECT FROM asv.hold h WHERE h.recording = c.recording AND h.proposal = r.proposal))
    FROM asv.request r
    JOIN asv.certificate t ON t.digest = r.camera
    WHERE r.action = 6 AND asv.ahead_counts(r) AND (p_after IS NULL OR r.proposal > p_after)
    ORDER BY r.proposal
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ahead_page IS 'a page of the holds ahead of the docking that count: whether their camera was emptied since, and how many recordings are not held yet';
GRANT EXECUTE ON FUNCTION asv.ahead_page TO asv_admin;

CREATE FUNCTION asv.ahead_clip_page(p_proposal bytea, p_after uuid, p_limit integer) RETURNS SETOF asv.retained
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT v.*
    FROM asv.request r
    JOIN asv.clip c ON c.camera = r.camera AND asv.ahead_keeps(r, c)
    JOIN asv.recording_state s ON s.recording = c.recording
    JOIN asv.retained v ON v.recording = c.recording
    WHERE r.proposal = p_proposal AND r.action = 6 AND c.kind <> 3
      AND (s.state <> 'erased' OR NOT EXISTS (SELECT FROM asv.erasure_completion e WHERE e.recording = c.recording))
      AND c.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY c.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ahead_clip_page IS 'a page of the clips in the range of a hold ahead of the docking that are not erased';
GRANT EXECUTE ON FUNCTION asv.ahead_clip_page TO asv_admin;

CREATE FUNCTION asv.ahead_finished(p_proposal bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_durable();
    INSERT INTO asv.ahead_finish (proposal)
    SELECT r.proposal FROM asv.request r WHERE r.proposal = p_proposal AND r.action = 6 AND r.outcome = 'approved'
    ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ahead_finished IS 'the keeper has no key of this hold ahead of the docking any more';
GRANT EXECUTE ON FUNCTION asv.ahead_finished TO asv_admin;

CREATE VIEW asv.tombstone_overview AS
SELECT c.camera, c.epoch, c.number, c.header, c.clip, c.device_serial, c.model, c.started_at, c.ended_at, c.earliest_at,
       c.latest_at, c.day, c.committed_at, d.rule, d.due_at, i.at AS begun_at, d.at AS erased_at, d.root, d.leaves,
       d.payload_bytes, d.seal_digest, d.destruction, e.object AS statement
FROM asv.erasure_completion d
JOIN asv.erasure_intent i ON i.recording = d.recording
JOIN asv.clip c ON c.recording = d.recording
JOIN asv.clip_event e ON e.position = d.event;
COMMENT ON VIEW asv.tombstone_overview IS 'what stays of a clip that was erased (LAW T6): id, digests, device, times, rule, proof';
COMMENT ON COLUMN asv.tombstone_overview.begun_at IS 'when its erasure began';
COMMENT ON COLUMN asv.tombstone_overview.erased_at IS 'when key and files were gone';
COMMENT ON COLUMN asv.tombstone_overview.statement IS 'the keeper''s signed statement; NULL: it signed none';
GRANT SELECT ON asv.tombstone_overview TO asv_admin;

-- ---------------------------------------------------------------------------------------------- as people are shown it
-- For the data-protection officer, who watches over it, and the administrator, whose job it is: days and counts, no recording.

CREATE FUNCTION asv.run_lines(p_after uuid, p_limit integer)
    RETURNS TABLE (run uuid, began_at timestamptz, ended_at timestamptz, software text, exit integer, erased bigint, held bigint, pending bigint,
                   lapsed bigint, late bigint, failed bigint, open bigint, disagreements bigint, orphans bigint, leftovers bigint, uneven bigint,
                   detail text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.id, r.began_at, e.ended_at, r.software::text, e.exit::integer, e.erased::bigint, e.held::bigint, e.pending::bigint,
           e.lapsed::bigint, e.late::bigint, e.failed::bigint, e.open::bigint, e.disagreements::bigint, e.orphans::bigint,
           e.leftovers::bigint, e.uneven::bigint, e.detail::text
    FROM asv.retention_run r LEFT JOIN asv.retention_run_end e ON e.run = r.id
    WHERE (SELECT asv.check_role(160)) AND (p_after IS NULL OR r.id < p_after)
    ORDER BY r.id DESC
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.run_lines IS 'a page of the runs of the retention job, the newest first';
GRANT EXECUTE ON FUNCTION asv.run_lines TO asv_staff;

CREATE FUNCTION asv.night_of(p_due_at timestamptz) RETURNS date
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ((p_due_at - interval '1 microsecond') AT TIME ZONE 'Europe/Berlin')::date + 1
$$;
COMMENT ON FUNCTION asv.night_of IS 'the local day in whose first hour the run is that erases what is due then';

-- A-222. What it recorded on the day of its last docking is due first; not how much that is (A-048).
CREATE FUNCTION asv.camera_out_lines(p_after text, p_limit integer)
    RETURNS TABLE (camera bytea, name text, docked_at timestamptz, issued boolean, due_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT u.camera::bytea, u.name, u.last_docked_at, u.issued,
           CASE WHEN u.days > 0 THEN ((u.last_docked_at AT TIME ZONE 'Europe/Berlin')::date + u.days + 1)::timestamp AT TIME ZONE 'Europe/Berlin' END
    FROM asv.undocked(clock_timestamp(), decode(p_after, 'hex'), p_limit) AS u
    WHERE (SELECT asv.check_role(166))
$$;
COMMENT ON FUNCTION asv.camera_out_lines IS 'cameras that hold recordings, or may, and are in no dock, and when the first of those may be due (NULL: by no policy): for superiors, administration and the data-protection officer';
GRANT EXECUTE ON FUNCTION asv.camera_out_lines TO asv_staff;

CREATE FUNCTION asv.night_lines(p_nights integer)
    RETURNS TABLE (night date, recordings bigint, marked bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    v_first CONSTANT date := asv.night_of(clock_timestamp() + interval '1 microsecond');
    v_last CONSTANT timestamptz := (v_first + p_nights - 1)::timestamp AT TIME ZONE 'Europe/Berlin';
    -- What is due already goes with the first of them; what should have gone for longer is the alarm's.
    v_since CONSTANT timestamptz := clock_timestamp() - interval '8 days';
BEGIN
    PERFORM asv.check_known();
    RETURN QUERY
    WITH due AS ( -- many are due at once, and few instants are asked about
        SELECT t.due_at, count(*) AS recordings, count(*) FILTER (WHERE t.marked) AS marked FROM asv.recording_state t
        WHERE t.state IN ('sealed', 'quarantined') AND t.due_at > v_since AND t.due_at <= v_last
        GROUP BY t.due_at
        UNION ALL
        SELECT t.due_at, count(*), 0 FROM asv.recording_state t WHERE t.state = 'released' AND t.due_at <= v_last
        GROUP BY t.due_at
        UNION ALL
        SELECT y.due_at, 1, s.marked::integer
        FROM asv.clip_day y
        CROSS JOIN LATERAL (SELECT t.marked, t.state FROM asv.recording_state t WHERE t.recording = y.recording OFFSET 0) AS s
        WHERE y.due_at > v_since AND y.due_at <= v_last AND s.state IN ('sealed', 'quarantined')
        UNION ALL
        SELECT y.due_at, 1, 0
        FROM asv.recording_state t JOIN asv.clip_day y ON y.recording = t.recording
        WHERE t.state = 'released' AND t.due_at IS NULL AND y.due_at <= v_last
    ), counted AS MATERIALIZED (
        SELECT greatest(asv.night_of(d.due_at), v_first) AS night, d.recordings, d.marked FROM due d
    )
    SELECT n.night, coalesce(sum(d.recordings), 0)::bigint, coalesce(sum(d.marked), 0)::bigint
    FROM (SELECT v_first + i AS night FROM generate_series(0, p_nights - 1) AS i) AS n
    LEFT JOIN counted d ON d.night = n.night
    GROUP BY n.night ORDER BY n.night;
END
$$;
COMMENT ON FUNCTION asv.night_lines IS 'how many recordings each of the next nights erases unless somebody asks to keep them, and how many of them are marked';
GRANT EXECUTE ON FUNCTION asv.night_lines TO asv_staff;

CREATE FUNCTION asv.balance_lines(p_after date, p_limit integer)
    RETURNS TABLE (day date, found_at timestamptz, ingested bigint, expired bigint, running bigint, pending bigint, held bigint, quarantined bigint,
                   erasing bigint, erased bigint, even boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- From day to day along the index, as balance_page.
    WITH RECURSIVE days (day, n) AS (
        SELECT (SELECT max(b.day) FROM asv.balance b WHERE b.day < coalesce(p_after, 'infinity')), 1
        UNION ALL
        SELECT (SELECT max(b.day) FROM asv.balance b WHERE b.day < days.day), days.n + 1
        FROM days WHERE days.day IS NOT NULL AND days.n < p_limit
    )
    SELECT b.day, r.began_at, b.ingested::bigint, b.expired::bigint, b.running::bigint, b.pending::bigint, b.held::bigint,
           b.quarantined::bigint, b.erasing::bigint, b.erased::bigint,
           b.ingested + b.expired = b.running + b.pending + b.held + b.quarantined + b.erasing + b.erased
    FROM days
    CROSS JOIN LATERAL (SELECT * FROM asv.balance x WHERE x.day = days.day ORDER BY x.run DESC LIMIT 1) AS b
    JOIN asv.retention_run r ON r.id = b.run
    WHERE (SELECT asv.check_role(160))
    ORDER BY b.day DESC
$$;
COMMENT ON FUNCTION asv.balance_lines IS 'a page of what the runs found of the recording days, the newest day first';
GRANT EXECUTE ON FUNCTION asv.balance_lines TO asv_staff;
