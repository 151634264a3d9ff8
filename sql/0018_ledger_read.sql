-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Reading the ledger: to publish it, to prove from it, and to compare it with what it tells of.
CREATE FUNCTION asv.ledger_logs(p_after smallint)
    RETURNS TABLE (number smallint, origin text, size bigint, root bytea, signed_size bigint, note text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- LG-084. Whatever somebody put there is a log that is found wrong, and does not keep the others from being looked at.
    SELECT l.number, CASE WHEN octet_length(l.origin) <= 128 THEN l.origin ELSE '' END, greatest(l.size::bigint, 0),
           CASE WHEN octet_length(l.root) = 32 THEN l.root::bytea ELSE decode(repeat('00', 32), 'hex') END,
           greatest(c.size::bigint, 0), c.note
    FROM asv.ledger_log l
    LEFT JOIN LATERAL (SELECT k.size, k.note FROM asv.ledger_checkpoint k WHERE k.log = l.number
                       ORDER BY k.size DESC LIMIT 1) AS c ON true
    WHERE l.number > p_after
    ORDER BY l.number LIMIT 64
$$;
COMMENT ON FUNCTION asv.ledger_logs IS 'the logs behind p_after, each with its head and the last one that was signed';
GRANT EXECUTE ON FUNCTION asv.ledger_logs TO asv_ledger, asv_cosign, asv_publish, asv_server, asv_admin, asv_check, asv_staff;

CREATE FUNCTION asv.ledger_newest() RETURNS TABLE (number smallint, origin text, size bigint, root bytea, signed_size bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT l.number, l.origin, l.size, l.root, l.signed_size
    FROM asv.ledger_logs(((SELECT max(m.number) FROM asv.ledger_log m) - 1)::smallint) l LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_newest IS 'the log that goes on';
GRANT EXECUTE ON FUNCTION asv.ledger_newest TO asv_ledger, asv_cosign, asv_publish, asv_server, asv_admin, asv_staff;

CREATE FUNCTION asv.ledger_tile_get(p_log smallint, p_level smallint, p_index bigint) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT hashes FROM asv.ledger_tile WHERE log = p_log AND level = p_level AND index = p_index
$$;
COMMENT ON FUNCTION asv.ledger_tile_get IS 'the hashes of a tile, as many as it has now; NULL: there is no such tile';
GRANT EXECUTE ON FUNCTION asv.ledger_tile_get TO asv_ledger, asv_cosign, asv_publish, asv_server, asv_admin, asv_check;

CREATE FUNCTION asv.ledger_entries(p_log smallint, p_from bigint, p_limit integer)
    RETURNS TABLE (index bigint, entry bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT e.index::bigint, e.entry::bytea FROM asv.ledger_entry e WHERE e.log = p_log AND e.index >= p_from
    ORDER BY e.index LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_entries IS 'entries from an index on';
GRANT EXECUTE ON FUNCTION asv.ledger_entries TO asv_publish, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_waiting() RETURNS TABLE (waiting bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT count(*), min(w.recorded_at) FROM (SELECT p.recorded_at FROM asv.ledger_pending p ORDER BY p.position LIMIT 100000) AS w
$$;
COMMENT ON FUNCTION asv.ledger_waiting IS 'how much waits for its index (at most 100,000 are counted), and since when';
GRANT EXECUTE ON FUNCTION asv.ledger_waiting TO asv_server, asv_admin, asv_check;

CREATE FUNCTION asv.ledger_heads(p_log smallint, p_after bigint, p_limit integer)
    RETURNS TABLE (size bigint, root bytea, note text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- Whatever somebody put there is a head that is found wrong, and does not keep the others from being looked at.
    SELECT k.size::bigint, CASE WHEN octet_length(k.root) = 32 THEN k.root::bytea ELSE decode(repeat('00', 32), 'hex') END,
           CASE WHEN octet_length(k.note) <= 16384 THEN k.note ELSE '' END
    FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size > p_after
    ORDER BY k.size LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_heads IS 'the signed heads of a log behind a size, in order';
GRANT EXECUTE ON FUNCTION asv.ledger_heads TO asv_check;

CREATE FUNCTION asv.ledger_source(p_kind integer, p_id uuid) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    t asv.ledger_tale;
BEGIN
    CASE
    WHEN p_kind = 2 THEN SELECT o.* INTO t FROM asv.software_start r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 3 THEN SELECT o.* INTO t FROM asv.ledger_forgotten r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 10 THEN SELECT o.* INTO t FROM asv.camera_enrolment r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 11 THEN SELECT o.* INTO t FROM asv.camera_unit r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 12 THEN SELECT o.* INTO t FROM asv.camera_retirement r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 13 THEN SELECT o.* INTO t FROM asv.dock r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 14 THEN SELECT o.* INTO t FROM asv.revocation_list r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 15 THEN SELECT o.* INTO t FROM asv.bulletin r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 16 THEN SELECT o.* INTO t FROM asv.day_end r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 20 THEN SELECT o.* INTO t FROM asv.docking r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 21 THEN SELECT o.* INTO t FROM asv.docking_end r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind BETWEEN 34 AND 36 THEN
        SELECT o.* INTO t FROM asv.clip_event e JOIN asv.clip r ON r.event = e.position, asv.ledger_told(r) o WHERE e.id = p_id
        AND r.recording = e.recording;
    WHEN p_kind BETWEEN 32 AND 75 THEN SELECT o.* INTO t FROM asv.clip_event r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 96 THEN
        SELECT o.* INTO t FROM asv.statement r, asv.ledger_told(r) o
        WHERE r.digest BETWEEN uuid_send(p_id) || decode(repeat('00', 16), 'hex') AND uuid_send(p_id) || decode(repeat('ff', 16), 'hex');
    WHEN p_kind = 97 THEN SELECT o.* INTO t FROM asv.statement_answer r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 98 THEN
        SELECT o.* INTO t FROM asv.person r, asv.ledger_told(r) o WHERE r.entry = p_id
        UNION ALL SELECT o.* FROM asv.person_login r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 99 THEN SELECT o.* INTO t FROM asv.person_disabling r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 100 THEN SELECT o.* INTO t FROM asv.duty r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 101 THEN SELECT o.* INTO t FROM asv.duty_end r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 102 THEN
        SELECT o.* INTO t FROM asv.policy_file r, asv.ledger_told(r) o
        WHERE r.digest BETWEEN uuid_send(p_id) || decode(repeat('00', 16), 'hex') AND uuid_send(p_id) || decode(repeat('ff', 16), 'hex');
    WHEN p_kind = 103 THEN SELECT o.* INTO t FROM asv.alarm r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 104 THEN SELECT o.* INTO t FROM asv.alarm_acknowledgement r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 105 THEN SELECT o.* INTO t FROM asv.ahead_finish r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 112 THEN SELECT o.* INTO t FROM asv.retention_run r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 113 THEN SELECT o.* INTO t FROM asv.retention_run_end r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 114 THEN SELECT o.* INTO t FROM asv.balance r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 120 THEN SELECT o.* INTO t FROM asv.access_log r, asv.ledger_told(r) o WHERE r.id = p_id;
    WHEN p_kind = 121 THEN SELECT o.* INTO t FROM asv.subject_request r, asv.ledger_told(r) o WHERE r.id = p_id;
    ELSE t := NULL;
    END CASE;
    RETURN t;
END
$$;
COMMENT ON FUNCTION asv.ledger_source IS 'what the row that an entry tells of says now; NULL: there is no such row';

CREATE TYPE asv.ledger_known AS (
    log smallint, index bigint, id uuid, kind integer, recorded_ms bigint, entry bytea, key bytea, fields bytea,
    forgotten boolean, day_key bytea);
COMMENT ON TYPE asv.ledger_known IS 'an entry, and what lies beside it; key NULL: nothing does';

CREATE FUNCTION asv.ledger_audit(p_log smallint, p_from bigint, p_until bigint)
    RETURNS TABLE (log smallint, index bigint, id uuid, kind integer, recorded_ms bigint, entry bytea, key bytea, fields bytea,
                   forgotten boolean, day_key bytea, told boolean, facts bytea, closed bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT e.log, e.index::bigint, e.id, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, e.entry::bytea,
           e.key::bytea, e.closed::bytea, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id), d.key::bytea,
           (t.tale).id IS NOT NULL, (t.tale).facts, (t.tale).closed
    FROM (SELECT w.* FROM asv.ledger_entry w WHERE w.log = p_log AND w.index >= p_from AND w.index < p_until
          ORDER BY w.index LIMIT p_until - p_from) AS e
    CROSS JOIN LATERAL (SELECT asv.ledger_source(e.kind, e.id) AS tale OFFSET 0) AS t
    LEFT JOIN asv.ledger_day d ON d.day = (t.tale).day
    ORDER BY e.index;
EXCEPTION WHEN OTHERS THEN
    -- LG-084. What somebody wrote into a row is no failure of the server, which would be tried again.
    IF sqlstate ~ '^(0A|22|23|42[^5]|P0|XX001)' THEN
        RAISE EXCEPTION '%', sqlerrm USING ERRCODE = 'VA001';
    END IF;
    RAISE;
END
$$;
COMMENT ON FUNCTION asv.ledger_audit IS 'entries from an index on to just before another, what lies beside them, and what the rows that they tell of say now';
GRANT EXECUTE ON FUNCTION asv.ledger_audit TO asv_check;

CREATE FUNCTION asv.may_trace(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
BEGIN
    -- Asked of each entry that goes out, so by keys alone; handover_told says the same of all of them.
    IF session_user <> 'asv_export'
       OR EXISTS (SELECT FROM asv.clip_event e JOIN asv.handover_clip c ON c.recording = e.recording
                  WHERE e.id = p_id AND asv.handover_is_open(c.handover)) THEN
        RETURN true;
    END IF;
    SELECT t.* INTO s FROM asv.statement t
    WHERE t.digest BETWEEN uuid_send(p_id) || decode(repeat('00', 16), 'hex') AND uuid_send(p_id) || decode(repeat('ff', 16), 'hex')
       OR t.digest = (SELECT a.statement FROM asv.statement_answer a WHERE a.entry = p_id);
    RETURN FOUND
       AND (s.action IN (32, 34)
            OR s.subject_kind IN (1, 7) AND EXISTS (SELECT FROM asv.clip k JOIN asv.handover_clip c ON c.recording = k.recording
                                                    WHERE k.header = s.subject AND asv.handover_is_open(c.handover))
            OR EXISTS (SELECT FROM asv.handover h WHERE h.proposal IN (s.digest, s.proposal) AND asv.handover_is_open(h.id)));
END
$$;
COMMENT ON FUNCTION asv.may_trace IS 'whether the caller may be told of an entry by its id: the job of hand-overs of what goes out with one (0023), and of who enrolled whom; for the ledger''s functions, nobody may call it';

-- What an entry rests on.
CREATE FUNCTION asv.ledger_object(p_kind integer, p_id uuid) RETURNS TABLE (object bytea, signer bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT f.object, f.signer FROM (
        SELECT s.object, c.record AS signer
        FROM asv.statement s LEFT JOIN asv.credential c ON c.digest = s.credential
        WHERE s.digest IN (
            SELECT f.approval FROM asv.ledger_forgotten f WHERE p_kind = 3 AND f.entry = p_id
            UNION ALL SELECT t.digest FROM asv.statement t
                      WHERE p_kind = 96 AND t.digest BETWEEN uuid_send(p_id) || decode(repeat('00', 16), 'hex')
                                                         AND uuid_send(p_id) || decode(repeat('ff', 16), 'hex'))
        UNION ALL SELECT e.object, CASE e.actor_kind WHEN 'person' THEN (SELECT c.record FROM asv.credential c WHERE c.digest = e.actor)
                                                     ELSE asv.chain_of(e.actor) END
                  FROM asv.clip_event e WHERE p_kind BETWEEN 32 AND 75 AND e.id = p_id
        UNION ALL SELECT r.object, NULL FROM asv.revocation_list r WHERE p_kind = 14 AND r.entry = p_id
        UNION ALL SELECT b.object, NULL FROM asv.bulletin b WHERE p_kind = 15 AND b.entry = p_id
        UNION ALL SELECT a.ruling, NULL FROM asv.statement_answer a WHERE p_kind = 97 AND a.entry = p_id
        UNION ALL SELECT d.object, NULL FROM asv.day_end d WHERE p_kind = 16 AND d.id = p_id
        UNION ALL SELECT o.content, NULL FROM asv.policy_file o
                  WHERE p_kind = 102 AND o.digest BETWEEN uuid_send(p_id) || decode(repeat('00', 16), 'hex')
                                                      AND uuid_send(p_id) || decode(repeat('ff', 16), 'hex')) AS f
    WHERE f.object IS NOT NULL AND asv.may_trace(p_id)
$$;
COMMENT ON FUNCTION asv.ledger_object IS 'the object that an entry names, signature included, and who signed it: a device''s chain, a person''s credential record; NULL: that stands in the object, or nobody did';
GRANT EXECUTE ON FUNCTION asv.ledger_object TO asv_admin, asv_check;

CREATE FUNCTION asv.ledger_said(p_digest bytea)
    RETURNS TABLE (log smallint, index bigint, entry bytea, taken_log smallint, taken_index bigint, taken bytea, waits boolean, object bytea, record bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT e.log, e.index::bigint, e.entry::bytea, t.log, t.index::bigint, t.entry::bytea,
           EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id IN (d.id, a.entry)), s.object, c.record
    FROM (SELECT asv.ledger_id(p_digest) AS id) AS d
    LEFT JOIN asv.ledger_entry e ON e.id = d.id
    LEFT JOIN asv.statement s ON s.digest = p_digest
    LEFT JOIN asv.credential c ON c.digest = s.credential
    LEFT JOIN asv.statement_answer a ON a.statement = p_digest AND a.taken
    LEFT JOIN asv.ledger_entry t ON t.id = a.entry
    WHERE asv.may_trace(d.id)
    LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_said IS 'the entries about a statement and about that the keeper took it, whether one of them waits, and the statement itself with its signer''s record; NULL for what there is not';
GRANT EXECUTE ON FUNCTION asv.ledger_said TO asv_admin, asv_check;

CREATE FUNCTION asv.ledger_forgetting(p_id uuid) RETURNS TABLE (proposal bytea, approval bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT f.proposal::bytea, f.approval::bytea FROM asv.ledger_forgotten f WHERE f.id = p_id
$$;
COMMENT ON FUNCTION asv.ledger_forgetting IS 'which two statements are said to have had an entry forgotten';
GRANT EXECUTE ON FUNCTION asv.ledger_forgetting TO asv_check;

CREATE FUNCTION asv.ledger_enrolment(p_credential bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.digest::bytea FROM asv.statement s
    WHERE s.subject = p_credential AND (s.action = 32 AND s.step = 2 OR s.action = 34) AND asv.statement_taken_at(s.digest) IS NOT NULL
    ORDER BY asv.statement_taken_at(s.digest), s.digest LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_enrolment IS 'the statement that enrolled a credential first; NULL: none did';
GRANT EXECUTE ON FUNCTION asv.ledger_enrolment TO asv_admin, asv_check;

CREATE FUNCTION asv.ledger_recorded(p_event uuid) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.header::bytea FROM asv.clip_event e JOIN asv.recording r ON r.id = e.recording WHERE e.id = p_event
$$;
COMMENT ON FUNCTION asv.ledger_recorded IS 'the seal header of the recording that an event is of; NULL: there is no such event';
GRANT EXECUTE ON FUNCTION asv.ledger_recorded TO asv_check;

-- LAW L3. Whatever the policies say, or whoever took them away: not before the end of the following year.
CREATE FUNCTION asv.ledger_term(p_at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.year_end(p_at, greatest(1, coalesce((convert_from(asv.policy_on((p_at AT TIME ZONE 'Europe/Berlin')::date), 'UTF8')::json
                                                    ->> 'access_log_years')::integer, 1)))
$$;
COMMENT ON FUNCTION asv.ledger_term IS 'until when an access, or a recorded person''s request, of this time is kept';
GRANT EXECUTE ON FUNCTION asv.ledger_term TO asv_check;

CREATE FUNCTION asv.ledger_waits(p_what uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.ledger_pending p
                   WHERE p.id = p_what OR p.id IN (SELECT e.id FROM asv.clip_event e JOIN asv.recording r ON r.id = e.recording
                                                   WHERE r.clip = p_what OR r.id = p_what))
$$;
COMMENT ON FUNCTION asv.ledger_waits IS 'whether an event, or one of a clip''s, waits for its entry';
GRANT EXECUTE ON FUNCTION asv.ledger_waits TO asv_admin;

-- LG-101. A page: so many blocks of one table, whatever it has for keys, and each row's id looked up in the index (a join would
-- read all entries for each page). The first row names the table and where to go on (next_table 0: nowhere, that was all); each
-- of the others a row that no entry tells of.
CREATE FUNCTION asv.ledger_untold(p_table integer, p_block bigint, p_limit integer)
    RETURNS TABLE (kind text, id uuid, next_table integer, next_block bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c_blocks CONSTANT bigint := 256;
    c_sources CONSTANT text[] := ARRAY[
        'camera_enrolment', 'r.entry', 'camera_unit', 'r.entry', 'camera_retirement', 'r.entry', 'dock', 'r.entry',
        'revocation_list', 'r.entry', 'bulletin', 'r.entry', 'software_start', 'r.id', 'day_end', 'r.id', 'ledger_forgotten', 'r.entry',
        'docking', 'r.entry', 'docking_end', 'r.entry', 'clip_event', 'r.id', 'statement', 'asv.ledger_id(r.digest)',
        'statement_answer', 'r.entry', 'person', 'r.entry', 'person_login', 'r.entry', 'person_disabling', 'r.entry', 'duty', 'r.id',
        'duty_end', 'r.entry', 'policy_file', 'asv.ledger_id(r.digest)', 'access_log', 'r.id', 'subject_request', 'r.id',
        'retention_run', 'r.id', 'retention_run_end', 'r.entry', 'balance', 'r.entry', 'alarm', 'r.id',
        'alarm_acknowledgement', 'r.entry', 'ahead_finish', 'r.entry'];
    v_told text := c_sources[2 * p_table];
    v_end bigint;
BEGIN
    kind := c_sources[2 * p_table - 1];
    IF kind IS NULL OR p_block < 0 THEN
        RAISE EXCEPTION 'ledger: there is no such page' USING ERRCODE = 'VA003';
    END IF;
    v_end := pg_relation_size(format('asv.%I', kind)::regclass) / current_setting('block_size')::integer;
    IF p_block + c_blocks < v_end THEN
        next_table := p_table;
        next_block := p_block + c_blocks;
    ELSE
        next_table := CASE WHEN 2 * p_table < cardinality(c_sources) THEN p_table + 1 ELSE 0 END;
        next_block := 0;
    END IF;
    RETURN NEXT;
    FOR id IN EXECUTE format(
        'SELECT %s FROM asv.%I r WHERE r.ctid >= $1 AND r.ctid < $2 AND NOT EXISTS (SELECT FROM asv.ledger_entry e WHERE e.id = %s AND e.kind <> 1)
         AND NOT EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id = %s) LIMIT $3', v_told, kind, v_told, v_told)
        USING format('(%s,0)', p_block)::tid, format('(%s,0)', p_block + c_blocks)::tid, p_limit
    LOOP
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION asv.ledger_untold IS 'rows that the ledger should tell of and does not, at most p_limit of a page, behind a row that says where to go on';
GRANT EXECUTE ON FUNCTION asv.ledger_untold TO asv_check;

-- LG-089. Of a log that ended, tiles may go on: what they told of waited again, and stands in the next one. By the tables' keys:
-- what lies within the logs is not looked at.
CREATE FUNCTION asv.ledger_stray(p_limit integer) RETURNS TABLE (what text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH RECURSIVE log_of_entry AS (
        (SELECT e.log FROM asv.ledger_entry e ORDER BY e.log LIMIT 1)
        UNION ALL
        SELECT (SELECT e.log FROM asv.ledger_entry e WHERE e.log > w.log ORDER BY e.log LIMIT 1) FROM log_of_entry w WHERE w.log IS NOT NULL),
    log_of_head AS (
        (SELECT c.log FROM asv.ledger_checkpoint c ORDER BY c.log LIMIT 1)
        UNION ALL
        SELECT (SELECT c.log FROM asv.ledger_checkpoint c WHERE c.log > w.log ORDER BY c.log LIMIT 1) FROM log_of_head w WHERE w.log IS NOT NULL),
    known AS (
        SELECT w.log, w.of_entries, coalesce((SELECT l.size::bigint FROM asv.ledger_log l WHERE l.number = w.log AND l.number > 0), 0) AS size
        FROM (SELECT log, true AS of_entries FROM log_of_entry UNION ALL SELECT log, false FROM log_of_head) AS w WHERE w.log IS NOT NULL)
    (SELECT format('entry %s of log %s', s.index, s.log) FROM (
        (SELECT f.index::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT e.index FROM asv.ledger_entry e WHERE e.log = k.log AND e.index >= k.size LIMIT p_limit) AS f WHERE k.of_entries)
        UNION ALL (SELECT f.index::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT e.index FROM asv.ledger_entry e WHERE e.log = k.log AND e.index < 0 LIMIT p_limit) AS f WHERE k.of_entries)
        UNION ALL (SELECT f.index::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT e.index FROM asv.ledger_entry e WHERE e.log = k.log AND e.index IS NULL LIMIT p_limit) AS f WHERE k.of_entries)
        UNION ALL (SELECT e.index::bigint, e.log FROM asv.ledger_entry e WHERE e.log IS NULL LIMIT p_limit)) AS s LIMIT p_limit)
    UNION ALL
    (SELECT format('head of %s of log %s', s.size, s.log) FROM (
        (SELECT f.size::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT c.size FROM asv.ledger_checkpoint c WHERE c.log = k.log AND c.size > k.size LIMIT p_limit) AS f WHERE NOT k.of_entries)
        UNION ALL (SELECT f.size::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT c.size FROM asv.ledger_checkpoint c WHERE c.log = k.log AND c.size < 1 LIMIT p_limit) AS f WHERE NOT k.of_entries)
        UNION ALL (SELECT f.size::bigint, k.log FROM known k CROSS JOIN LATERAL (
            SELECT c.size FROM asv.ledger_checkpoint c WHERE c.log = k.log AND c.size IS NULL LIMIT p_limit) AS f WHERE NOT k.of_entries)
        UNION ALL (SELECT c.size::bigint, c.log FROM asv.ledger_checkpoint c WHERE c.log IS NULL LIMIT p_limit)) AS s LIMIT p_limit)
$$;
COMMENT ON FUNCTION asv.ledger_stray IS 'entries and signed heads that no log is as large as, at most p_limit of each';
GRANT EXECUTE ON FUNCTION asv.ledger_stray TO asv_check;

-- LG-093. What one person signed is a row's text, by a salted digest: the row says it still, and no row says what nobody signed.
CREATE FUNCTION asv.ledger_record(p_statement bytea) RETURNS TABLE (what text, salt bytea, said bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT r.what, CASE WHEN octet_length(r.salt) = 32 THEN r.salt END, substring(convert_to(r.said, 'UTF8') FOR 16384)
    FROM (SELECT format('incident %s, version %s', v.incident, v.number) AS what, v.salt::bytea AS salt, asv.record_text(v) AS said
          FROM asv.incident_version v WHERE v.statement = p_statement
          UNION ALL SELECT format('incident %s, recording %s, %s', n.incident, n.recording, n.number), n.salt::bytea, asv.record_text(n)
          FROM asv.incident_clip n WHERE n.statement = p_statement AND n.salt IS NOT NULL
          UNION ALL SELECT format('incident %s, still of recording %s at %s ms', f.incident, f.recording, f.at_ms), f.salt::bytea, asv.record_text(f)
          FROM asv.incident_still f WHERE f.statement = p_statement
          UNION ALL SELECT format('request %s of somebody recorded', q.id), q.salt::bytea, asv.record_text(q)
          FROM asv.subject_request q WHERE q.statement = p_statement
          UNION ALL SELECT format('hand-over %s, end %s', d.handover, d.number), d.salt::bytea, asv.record_text(d)
          FROM asv.handover_end d WHERE d.statement = p_statement
          UNION ALL SELECT format('hand-over %s, receipt %s', g.handover, g.number), g.salt::bytea, asv.record_text(g)
          FROM asv.handover_receipt g WHERE g.statement = p_statement) AS r
    ORDER BY r.what LIMIT 4;
END
$$;
COMMENT ON FUNCTION asv.ledger_record IS 'the rows that name a statement as what one person signed of them, and what they say now';
GRANT EXECUTE ON FUNCTION asv.ledger_record TO asv_check;

CREATE FUNCTION asv.ledger_record_term(p_incident uuid, p_at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.year_end(p_at, (SELECT coalesce(min((convert_from(f.content, 'UTF8')::json ->> 'incident_years')::integer), 0)
                               FROM asv.policy_version v JOIN asv.policy_file f ON f.digest = v.digest))
    FROM asv.incident_forgotten i WHERE i.incident = p_incident
$$;
COMMENT ON FUNCTION asv.ledger_record_term IS 'until when, by the shortest term that people decided on, a version of this time of an incident that is said to be forgotten was kept; NULL: it is not said to be';
GRANT EXECUTE ON FUNCTION asv.ledger_record_term TO asv_check;

CREATE FUNCTION asv.ledger_unsigned(p_limit integer) RETURNS TABLE (what text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    (SELECT format('incident %s, version %s', v.incident, v.number)
     FROM asv.incident_version v LEFT JOIN asv.statement s ON s.digest = v.statement
     WHERE (s.action = 64 AND s.subject_name = 'incident' AND s.incident = v.incident) IS NOT TRUE LIMIT p_limit)
    UNION ALL
    (SELECT format('incident %s, recording %s, %s', n.incident, n.recording, n.number)
     FROM asv.incident_clip n LEFT JOIN asv.statement s ON s.digest = n.statement LEFT JOIN asv.clip c ON c.recording = n.recording
     WHERE (s.incident = n.incident
            AND CASE WHEN n.salt IS NOT NULL
                     THEN s.action = 64 AND s.subject_name = CASE WHEN n.shows THEN 'incident-clip' ELSE 'incident-clip-out' END
                     ELSE n.shows AND s.step = 2 AND asv.statement_taken_at(s.digest) IS NOT NULL
                          AND (s.action = 1 AND s.subject = c.header OR s.action = 6 AND s.subject = c.camera) END) IS NOT TRUE
     LIMIT p_limit)
    UNION ALL
    (SELECT format('incident %s, still of recording %s at %s ms', f.incident, f.recording, f.at_ms)
     FROM asv.incident_still f LEFT JOIN asv.statement s ON s.digest = f.statement
     WHERE (s.action = 64 AND s.subject_name = 'incident-still' AND s.incident = f.incident) IS NOT TRUE LIMIT p_limit)
    UNION ALL
    (SELECT format('request %s of somebody recorded', q.id)
     FROM asv.subject_request q LEFT JOIN asv.statement s ON s.digest = q.statement
     WHERE (s.action = 65 AND s.subject_name = 'subject-request') IS NOT TRUE LIMIT p_limit)
    UNION ALL
    (SELECT format('hand-over %s, end %s', d.handover, d.number)
     FROM asv.handover_end d LEFT JOIN asv.statement s ON s.digest = d.statement LEFT JOIN asv.handover h ON h.id = d.handover
     WHERE (s.action = 64 AND s.subject_name = 'handover-end' AND s.incident = h.incident) IS NOT TRUE LIMIT p_limit)
    UNION ALL
    (SELECT format('hand-over %s, receipt %s', g.handover, g.number)
     FROM asv.handover_receipt g LEFT JOIN asv.statement s ON s.digest = g.statement LEFT JOIN asv.handover h ON h.id = g.handover
     WHERE (s.action = 64 AND s.subject_name = 'handover-receipt' AND s.incident = h.incident) IS NOT TRUE LIMIT p_limit)
    UNION ALL -- LG-140
    (SELECT format('hand-over %s', h.id)
     FROM asv.handover h LEFT JOIN asv.handover_plan p ON p.digest = h.plan LEFT JOIN asv.statement s ON s.digest = h.proposal
     WHERE (s.action = 5 AND s.step = 1 AND s.subject = h.plan AND s.incident = h.incident
            AND NOT EXISTS (SELECT FROM asv.handover_plan_read(p.bytes) r
                            FULL JOIN (SELECT c.*, k.header FROM asv.handover_clip c JOIN asv.clip k ON k.recording = c.recording
                                       WHERE c.handover = h.id) AS n ON n.number = r.number + 1
                            WHERE (r.header, r.form, r.from_ms, r.until_ms)
                                  IS DISTINCT FROM (n.header::bytea, n.form, n.from_ms::bigint, n.until_ms::bigint))) IS NOT TRUE LIMIT p_limit)
    UNION ALL
    (SELECT format('%s of hand-over %s', o.kind, o.handover)
     FROM asv.handover_output o
     WHERE NOT EXISTS (SELECT FROM asv.handover_clip c JOIN asv.clip_event e ON e.recording = c.recording
                       WHERE c.handover = o.handover AND e.kind = 'handover_built' AND e.detail LIKE '%' || encode(o.digest, 'hex') || '%') LIMIT p_limit)
    UNION ALL -- LG-130
    (SELECT format('erasure record of recording %s', d.recording)
     FROM asv.erasure_completion d LEFT JOIN asv.clip c ON c.recording = d.recording
     WHERE (d.root, d.leaves, d.payload_bytes, d.seal_digest) IS DISTINCT FROM (c.root, c.leaves, c.payload_bytes, c.seal_digest) LIMIT p_limit);
END
$$;
COMMENT ON FUNCTION asv.ledger_unsigned IS 'rows of incidents, hand-overs and recorded people''s requests that name no statement which could be about them, what was made of hand-overs that custody does not tell of, and erasure records of something else than was taken in, at most p_limit of each table';
GRANT EXECUTE ON FUNCTION asv.ledger_unsigned TO asv_check;

CREATE TABLE asv.ledger_check (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    entries asv.u63 NOT NULL,
    wrong asv.u63 NOT NULL
);
COMMENT ON TABLE asv.ledger_check IS 'checks of the whole ledger that came to their end';
COMMENT ON COLUMN asv.ledger_check.position IS 'order in which they ended';
COMMENT ON COLUMN asv.ledger_check.at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.ledger_check.entries IS 'that were checked';
COMMENT ON COLUMN asv.ledger_check.wrong IS 'things that were wrong';
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.ledger_check
    FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();

-- LG-102. Whoever checks reads what the owner of a database that is not trusted sends: it raises this alarm and no other.
CREATE FUNCTION asv.ledger_alarm(p_subject text, p_detail text) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.alarm_raise('ledger', NULL, NULL, NULL, NULL, NULL, NULL, p_detail, p_subject)
$$;
COMMENT ON FUNCTION asv.ledger_alarm IS 'raises the alarm of the ledger unless the same one is open';
GRANT EXECUTE ON FUNCTION asv.ledger_alarm TO asv_check;

CREATE FUNCTION asv.ledger_checked(p_entries bigint, p_wrong bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.ledger_check (entries, wrong) VALUES (p_entries, p_wrong)
$$;
COMMENT ON FUNCTION asv.ledger_checked IS 'the whole ledger was checked';
GRANT EXECUTE ON FUNCTION asv.ledger_checked TO asv_check;

CREATE FUNCTION asv.ledger_checked_last() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce((SELECT c.at FROM asv.ledger_check c ORDER BY c.position DESC LIMIT 1),
                    (SELECT min(l.begun_at) FROM asv.ledger_log l))
$$;
COMMENT ON FUNCTION asv.ledger_checked_last IS 'when the whole ledger was checked last, or began; NULL: there is none';
GRANT EXECUTE ON FUNCTION asv.ledger_checked_last TO asv_admin;

CREATE TABLE asv.ledger_publication (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE asv.ledger_publication IS 'when all logs were published, once an hour at most';
COMMENT ON COLUMN asv.ledger_publication.position IS 'order';
COMMENT ON COLUMN asv.ledger_publication.at IS 'when, by the database''s clock';
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.ledger_publication
    FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();

CREATE FUNCTION asv.ledger_published_last() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT (SELECT p.at FROM asv.ledger_publication p ORDER BY p.position DESC LIMIT 1)
$$;
COMMENT ON FUNCTION asv.ledger_published_last IS 'when all logs were published last, to an hour; NULL: never';
GRANT EXECUTE ON FUNCTION asv.ledger_published_last TO asv_admin;

CREATE FUNCTION asv.ledger_published() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.ledger_publication (at)
    SELECT n.now FROM (SELECT clock_timestamp() AS now, asv.ledger_published_last() AS last) AS n
    WHERE (n.now - n.last < interval '1 hour' AND n.now >= n.last) IS NOT TRUE
$$;
COMMENT ON FUNCTION asv.ledger_published IS 'all logs were published';
GRANT EXECUTE ON FUNCTION asv.ledger_published TO asv_publish;

CREATE FUNCTION asv.ledger_names(p_digest bytea) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.clip_event e WHERE e.object_digest = p_digest
                   AND (EXISTS (SELECT FROM asv.ledger_entry n WHERE n.id = e.id)
                        OR EXISTS (SELECT FROM asv.ledger_pending n WHERE n.id = e.id)))
$$;
COMMENT ON FUNCTION asv.ledger_names IS 'whether an entry, or what waits to be one, names a signed object of custody';
GRANT EXECUTE ON FUNCTION asv.ledger_names TO asv_check;

-- p_what: of an entry, of a recording as its entries name it, or of a clip.
CREATE FUNCTION asv.ledger_about(p_what uuid, p_after_log smallint, p_after bigint, p_limit integer) RETURNS SETOF asv.ledger_known
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.one_at_a_time('entry ' || p_what);
    RETURN QUERY
    WITH recording AS (SELECT r.id, r.header FROM asv.recording r WHERE r.clip = p_what OR r.id = p_what),
    decided AS (SELECT s.digest FROM recording r CROSS JOIN LATERAL asv.statements_about(r.header) AS s (digest)),
    named AS (
        SELECT p_what AS id
        UNION SELECT e.id FROM asv.clip_event e JOIN recording r ON e.recording = r.id
        UNION SELECT asv.ledger_id(s.digest) FROM decided s
        UNION SELECT a.entry FROM asv.statement_answer a JOIN decided s ON a.statement = s.digest
        UNION SELECT a.id FROM asv.access_log a JOIN recording r ON a.recording = r.id)
    SELECT e.log, e.index::bigint, e.id, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, e.entry::bytea,
           e.key::bytea, e.closed::bytea, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id), d.key::bytea
    FROM named JOIN asv.ledger_entry e ON e.id = named.id
    LEFT JOIN LATERAL (SELECT k.key FROM asv.ledger_day k
                       WHERE e.key IS NOT NULL AND k.day = (SELECT t.day FROM asv.ledger_source(e.kind, e.id) t)) AS d ON true
    WHERE (e.log, e.index::bigint) > (p_after_log, p_after) AND asv.may_trace(p_what)
    ORDER BY e.log, e.index LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.ledger_about IS 'the entries about a recording, or the one entry that is named, with what lies beside them; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.ledger_about TO asv_admin;

-- What people need before they sign that an entry is to be forgotten: which it is, and which of its fields are closed. Not the
-- values, nor the key: those of the access log are the data-protection officer's (access_page), and an entry's index is public.
CREATE FUNCTION asv.ledger_shown(p_id uuid)
    RETURNS TABLE (log smallint, index bigint, kind integer, recorded_ms bigint, tags bytea, forgotten boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_fields bytea := (SELECT e.closed::bytea FROM asv.ledger_entry e WHERE e.id = p_id);
    v_at integer := 0;
    v_tags bytea := CASE WHEN v_fields IS NOT NULL THEN ''::bytea END;
BEGIN
    IF asv.caller() IS NULL THEN
        RAISE EXCEPTION 'ledger: this account is nobody''s, or it is disabled' USING ERRCODE = 'VA007';
    END IF;
    WHILE v_at + 3 <= octet_length(v_fields) LOOP
        v_tags := v_tags || substring(v_fields FROM v_at + 1 FOR 1);
        v_at := v_at + 3 + get_byte(v_fields, v_at + 1) * 256 + get_byte(v_fields, v_at + 2);
    END LOOP;
    RETURN QUERY
    SELECT e.log, e.index::bigint, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, v_tags,
           EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id)
    FROM asv.ledger_entry e WHERE e.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: no entry has this id' USING ERRCODE = 'VA006';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.ledger_shown IS 'which entry has this id, and which fields it is closed over: their tags, NULL: none; never their values (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.ledger_shown TO asv_staff;

-- Running numbers of a camera, for proofs that nothing is left out. p_epoch NULL: the one that fits best. p_from and p_until
-- NULL: only the epoch is asked for.
CREATE FUNCTION asv.ledger_span(p_camera bytea, p_epoch uuid, p_from timestamptz, p_until timestamptz)
    RETURNS TABLE (epoch uuid, first bigint, last bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.epoch, coalesce(max(c.number) FILTER (WHERE c.started_at <= p_from), min(c.number))::bigint,
           coalesce(min(c.number) FILTER (WHERE c.started_at >= p_until), max(c.number))::bigint
    FROM asv.clip c WHERE c.camera = p_camera AND (p_epoch IS NULL OR c.epoch = p_epoch)
    GROUP BY c.epoch
    ORDER BY count(*) FILTER (WHERE c.started_at BETWEEN p_from - interval '1 day' AND p_until + interval '1 day') DESC,
             max(c.committed_at) DESC
    LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_span IS 'the running numbers between the last recording that began before an instant and the first behind another';
GRANT EXECUTE ON FUNCTION asv.ledger_span TO asv_admin;

CREATE FUNCTION asv.ledger_links(
    p_camera bytea, p_epoch uuid, p_first bigint, p_last bigint, p_after bigint, p_after_log smallint, p_after_index bigint,
    p_limit integer)
    RETURNS TABLE (log smallint, index bigint, id uuid, kind integer, recorded_ms bigint, entry bytea, key bytea, fields bytea,
                   forgotten boolean, day_key bytea, number bigint, link bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT n.log, n.index::bigint, n.id, n.kind::integer, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint, n.entry::bytea,
           n.key::bytea, n.closed::bytea, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = n.id),
           CASE WHEN n.key IS NOT NULL THEN d.key::bytea END, c.number::bigint,
           l.object
    FROM asv.clip c
    JOIN asv.clip_event e ON e.position = c.event
    JOIN asv.ledger_entry n ON n.id = e.id
    LEFT JOIN asv.ledger_day d ON d.day = c.day
    LEFT JOIN asv.link l ON l.recording = c.recording
    WHERE c.camera = p_camera AND c.epoch = p_epoch AND c.number BETWEEN p_first AND p_last
      AND (c.number, n.log, n.index) > (p_after, p_after_log, p_after_index)
    ORDER BY c.number, n.log, n.index LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_links IS 'entries that took recordings of a camera into custody, by its running numbers, with their link records';
GRANT EXECUTE ON FUNCTION asv.ledger_links TO asv_admin;

CREATE FUNCTION asv.ledger_balances(p_day date, p_after_log smallint, p_after bigint, p_limit integer)
    RETURNS SETOF asv.ledger_known
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT n.log, n.index::bigint, n.id, n.kind::integer, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint, n.entry::bytea,
           NULL::bytea, NULL::bytea, false, NULL::bytea
    FROM asv.balance b JOIN asv.ledger_entry n ON n.id = b.entry
    WHERE b.day = p_day AND (n.log, n.index::bigint) > (p_after_log, p_after)
    ORDER BY n.log, n.index LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_balances IS 'the entries that tell of the balances of a day, in order';
GRANT EXECUTE ON FUNCTION asv.ledger_balances TO asv_admin;

-- ---- as people are shown it

CREATE FUNCTION asv.clip_custody(p_clip uuid, p_after uuid, p_limit integer)
    RETURNS TABLE (event uuid, kind text, at timestamptz, recorded_at timestamptz, actor_kind text, actor bytea, actor_name text, place text,
                   detail text, signed boolean, object_digest bytea, log integer, leaf bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    c asv.clip;
BEGIN
    PERFORM asv.check_known();
    SELECT * INTO c FROM asv.clip k WHERE k.clip = p_clip AND NOT k.uuid_taken;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'clip: there is no % in custody', p_clip USING ERRCODE = 'VA006';
    END IF;
    RETURN QUERY
    SELECT e.id, e.kind, e.at, e.recorded_at, e.actor_kind, e.actor::bytea, nullif(e.actor_name, ''), nullif(e.place, ''), nullif(e.detail, ''),
           e.is_signed, e.object_digest::bytea, l.log::integer, l.index::bigint
    FROM asv.clip_events(c.camera, c.epoch, c.number, c.header, p_after, p_limit) AS e
    LEFT JOIN asv.ledger_entry l ON l.id = e.id;
END
$$;
COMMENT ON FUNCTION asv.clip_custody IS 'a page of the custody events of one recording, each with its place in the ledger (NULL: it waits for one); of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.clip_custody TO asv_staff;

CREATE FUNCTION asv.ledger_standing()
    RETURNS TABLE (log integer, origin text, size bigint, root bytea, signed_size bigint, signed_at timestamptz, witnessed_size bigint,
                   witnessed_at timestamptz, behind_since timestamptz, waiting bigint, waiting_since timestamptz, published_at timestamptz,
                   checked_at timestamptz, witnesses json)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT l.number::integer, l.origin, l.size, l.root, l.signed_size,
           (SELECT k.signed_at FROM asv.ledger_checkpoint k WHERE k.log = l.number ORDER BY k.size DESC LIMIT 1),
           nullif(w.witnessed, 0), w.met_at, w.behind, CASE WHEN n.goes_on THEN q.waiting END, CASE WHEN n.goes_on THEN q.oldest END,
           CASE WHEN n.goes_on THEN asv.ledger_published_last() END, CASE WHEN n.goes_on THEN asv.ledger_checked_last() END,
           (SELECT coalesce(json_agg(json_build_object('witness', x.witness, 'size', x.size, 'cosigned_at', asv.utc(x.cosigned_at)) ORDER BY x.witness), '[]')
            FROM (SELECT DISTINCT ON (c.witness) c.witness, c.size, c.cosigned_at FROM asv.ledger_cosignature c
                  WHERE c.log = l.number ORDER BY c.witness, c.size DESC) AS x)
    FROM asv.ledger_logs(0::smallint) l
    CROSS JOIN LATERAL asv.ledger_witness_state(l.number) w
    CROSS JOIN LATERAL (SELECT NOT EXISTS (SELECT FROM asv.ledger_log m WHERE m.number > l.number) AS goes_on) AS n
    CROSS JOIN asv.ledger_waiting() q
    WHERE (SELECT asv.check_known())
    ORDER BY l.number DESC
$$;
COMMENT ON FUNCTION asv.ledger_standing IS 'the logs, the one that goes on first: heads, witnesses, and how far they are behind';
GRANT EXECUTE ON FUNCTION asv.ledger_standing TO asv_staff;

CREATE FUNCTION asv.key_days(p_after date, p_limit integer)
    RETURNS TABLE (day date, destroyed_at timestamptz, due_at timestamptz, confirmed integer, open integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.day, d.issued_at, d.due_at, d.confirmed::integer, d.open::integer
    FROM (SELECT DISTINCT ON (e.day) e.* FROM asv.day_end e WHERE p_after IS NULL OR e.day < p_after ORDER BY e.day DESC, e.issued_at DESC LIMIT p_limit) AS d
    WHERE (SELECT asv.check_role(160))
    ORDER BY d.day DESC
$$;
COMMENT ON FUNCTION asv.key_days IS 'a page of the days whose keys the keeper destroyed, the newest first, and in how many slots that was confirmed or is open, as it signed last';
GRANT EXECUTE ON FUNCTION asv.key_days TO asv_staff;

CREATE FUNCTION asv.alarm_lines(p_after uuid, p_limit integer)
    RETURNS TABLE (alarm uuid, kind text, raised_at timestamptz, dock_name text, slot integer, camera_name text, clip uuid, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- LAW L6: what is about a recording names no camera, as there may be several of several days.
    SELECT a.id, a.kind, a.raised_at, nullif(a.dock_name, ''), a.slot::integer, CASE WHEN a.clip IS NULL THEN nullif(a.camera_name, '') END, a.clip, a.detail::text
    FROM asv.alarm_overview a
    WHERE (SELECT asv.check_role(160)) AND (p_after IS NULL OR a.id > p_after)
    ORDER BY a.id
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.alarm_lines IS 'a page of the open alarms, the oldest first: for the administrator and the data-protection officer';
GRANT EXECUTE ON FUNCTION asv.alarm_lines TO asv_staff;
