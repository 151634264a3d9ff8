-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Hand-overs and recipients, as the web server shows them (API.md, "Hand-overs").
-- HO-085: the last of its parts.
CREATE FUNCTION asv.handover_written_at(p_handover uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT max(f.at) FROM (SELECT min(m.at) AS at FROM asv.handover_medium m WHERE m.handover = p_handover AND m.kind = 'carrier' GROUP BY m.part) AS f
            HAVING count(*) = (SELECT w.parts FROM asv.handover_whole(p_handover) AS w WHERE w.kind = 'carrier'));
END
$$;
COMMENT ON FUNCTION asv.handover_written_at IS 'when a carrier was on a medium, each part of it; NULL: not yet';

CREATE FUNCTION asv.handover_stands(h asv.handover) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_state CONSTANT text := asv.handover_state(h);
BEGIN
    RETURN CASE WHEN v_state = 'built' AND asv.handover_written_at(h.id) IS NOT NULL THEN 'written' ELSE v_state END;
END
$$;
COMMENT ON FUNCTION asv.handover_stands IS 'where a hand-over stands; written: it was built, and is on a medium';

CREATE FUNCTION asv.handover_steps(h asv.handover) RETURNS TABLE (kind text, at timestamptz)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT e.* FROM (
        SELECT 'proposed'::text, s.issued_at FROM asv.statement s WHERE s.digest = h.proposal
        UNION ALL SELECT 'approved', b.approved_at FROM asv.handover_build b WHERE b.handover = h.id
        UNION ALL SELECT 'building', b.began_at FROM asv.handover_build b WHERE b.handover = h.id
        UNION ALL SELECT 'failed', b.changed_at FROM asv.handover_build b WHERE b.handover = h.id AND b.stage = 'failed'
        UNION ALL SELECT 'built', max(o.at) FROM asv.handover_output o JOIN asv.handover_build b ON b.handover = o.handover AND b.stage = 'built'
                  WHERE o.handover = h.id
        UNION ALL SELECT 'written', asv.handover_written_at(h.id)
        UNION ALL SELECT 'received', asv.handover_received_at(h.id)
        UNION ALL SELECT 'cancelled', asv.handover_ended_at(h.id)
        UNION ALL SELECT CASE a.step WHEN 3 THEN 'refused' ELSE 'withdrawn' END, a.issued_at
                  FROM asv.statement a WHERE a.digest = asv.proposal_ended_by(h.proposal) AND a.step IN (3, 4)
        UNION ALL SELECT 'lapsed', s.expires_at FROM asv.statement s
                  WHERE s.digest = h.proposal AND s.expires_at <= clock_timestamp() AND asv.proposal_ended_by(s.digest) IS NULL) AS e (kind, at)
    WHERE e.at IS NOT NULL;
END
$$;
COMMENT ON FUNCTION asv.handover_steps IS 'when a hand-over came to each of the states that it was in';

CREATE FUNCTION asv.handover_percent(p_handover uuid) RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT b.done * 100 / (SELECT count(*) FROM asv.handover_clip c WHERE c.handover = b.handover)
            FROM asv.handover_build b WHERE b.handover = p_handover AND b.stage NOT IN ('waiting', 'built'));
END
$$;
COMMENT ON FUNCTION asv.handover_percent IS 'how many of its recordings are finished, while a hand-over is built';

-- What waits for a person (0), for the job (1), and what is over (2). Of what is over each costs next to nothing here.
CREATE FUNCTION asv.handovers_open() RETURNS TABLE (rank integer, handover uuid, incident uuid)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT CASE WHEN t.state IN ('approved', 'building') THEN 1 ELSE 0 END, h.id, h.incident
    FROM asv.handover h JOIN asv.statement s ON s.digest = h.proposal LEFT JOIN asv.handover_build b ON b.handover = h.id
    CROSS JOIN LATERAL (SELECT asv.handover_state(h) AS state) AS t
    WHERE (NOT EXISTS (SELECT FROM asv.handover_end e WHERE e.handover = h.id) OR asv.handover_ended_at(h.id) IS NULL)
      AND NOT EXISTS (SELECT FROM asv.handover_receipt r WHERE r.handover = h.id AND r.how = 'signed')
      AND (b.handover IS NOT NULL OR s.expires_at > clock_timestamp())
      AND t.state IN ('proposed', 'approved', 'building', 'failed', 'built');
END
$$;
COMMENT ON FUNCTION asv.handovers_open IS 'the hand-overs that wait for something';

-- LAW L4, L6, A-226: without who asked or answered.
CREATE FUNCTION asv.handover_page(p_after text, p_limit integer)
    RETURNS TABLE (handover uuid, incident uuid, case_number text, addressee text, state text, clips bigint, since timestamptz,
                   expires_at timestamptz, progress integer, after text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_rank integer := coalesce(split_part(p_after, ' ', 1)::integer, 0);
    v_id uuid := coalesce(split_part(p_after, ' ', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_units CONSTANT text[] := asv.own_units();
    v_seen uuid[];
    v_open asv.handover[];
    v_own asv.handover[];
BEGIN
    PERFORM asv.check_known();
    IF v_rank < 2 THEN
        v_own := ARRAY(SELECT h FROM asv.handovers_open() o JOIN asv.handover h ON h.id = o.handover
                       WHERE (o.rank > v_rank OR (o.rank = v_rank AND o.handover < v_id))
                         AND o.incident IN (SELECT asv.own_incidents(ARRAY(SELECT n.incident FROM asv.handovers_open() n), v_units))
                       ORDER BY o.rank, o.handover DESC LIMIT p_limit);
        v_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    ELSE
        v_own := '{}';
    END IF;
    IF cardinality(v_own) < p_limit THEN
        v_seen := ARRAY(SELECT h.id FROM asv.handover h WHERE h.id < v_id ORDER BY h.id DESC LIMIT 200);
        v_own := (v_own || ARRAY(SELECT h FROM asv.handover h
                                 WHERE h.id = ANY (v_seen) AND h.id NOT IN (SELECT o.handover FROM asv.handovers_open() o)
                                   AND h.incident IN (SELECT asv.own_incidents(ARRAY(SELECT n.incident FROM asv.handover n WHERE n.id = ANY (v_seen)), v_units))
                                 ORDER BY h.id DESC))[:p_limit];
    END IF;
    RETURN QUERY
    SELECT l.id, l.incident, i.case_number::text, s.subject_name::text, t.state, (SELECT count(*) FROM asv.handover_clip c WHERE c.handover = l.id),
           (SELECT e.at FROM asv.handover_steps(h) AS e WHERE e.kind = t.state), CASE t.state WHEN 'proposed' THEN s.expires_at END,
           CASE WHEN t.state = 'building' THEN asv.handover_percent(l.id) END,
           format('%s %s', CASE WHEN t.state IN ('approved', 'building') THEN 1
                                WHEN t.state IN ('proposed', 'failed', 'built', 'written') THEN 0 ELSE 2 END, l.id)
    FROM unnest(v_own) WITH ORDINALITY AS l (id, plan, proposal, incident, position)
    JOIN asv.handover h ON h.id = l.id
    JOIN asv.incident i ON i.id = h.incident
    JOIN asv.statement s ON s.digest = h.proposal
    CROSS JOIN LATERAL (SELECT asv.handover_stands(h) AS state) AS t
    ORDER BY l.position;
    IF cardinality(v_own) < p_limit AND cardinality(v_seen) = 200 THEN
        RETURN QUERY SELECT NULL::uuid, NULL::uuid, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz,
                            NULL::integer, format('2 %s', v_seen[200]);
    END IF;
END
$$;
COMMENT ON FUNCTION asv.handover_page IS 'a page of the hand-overs for incidents of the caller''s units: what waits for a person, what is built, what is over; in each the newest first';
GRANT EXECUTE ON FUNCTION asv.handover_page TO asv_staff;

CREATE FUNCTION asv.base64url(p_bytes bytea) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN translate(encode(p_bytes, 'base64'), E'+/=\n', '-_');
COMMENT ON FUNCTION asv.base64url IS 'without padding, as the API has bytes';

-- LAW L4, L6, A-226. Its recordings may be of several days: no camera is named here.
CREATE FUNCTION asv.handover_about(p_handover uuid)
    RETURNS TABLE (handover uuid, incident uuid, case_number text, addressee text, state text, since timestamptz, plan text, digest bytea,
                   proposal bytea, own boolean, outcome text, requested_by text, requested_at timestamptz, answered_by text, ended_at timestamptz,
                   expires_at timestamptz, progress integer, stage text, failure text, cause text, again_at timestamptz, cancelling_since timestamptz, clips json, events json, outputs json, media json, receipts json)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    h asv.handover;
    v_state text;
    v_answer bytea;
BEGIN
    PERFORM asv.check_known();
    SELECT * INTO h FROM asv.handover o WHERE o.id = p_handover;
    IF NOT FOUND OR NOT asv.is_own_incident(h.incident, asv.own_units()) THEN
        RETURN;
    END IF;
    PERFORM asv.one_at_a_time('hand-over ' || p_handover);
    v_state := asv.handover_stands(h);
    v_answer := coalesce(asv.handover_approval(h.proposal), asv.proposal_ended_by(h.proposal));
    RETURN QUERY
    SELECT h.id, h.incident, i.case_number::text, s.subject_name::text, v_state, (SELECT e.at FROM asv.handover_steps(h) AS e WHERE e.kind = v_state),
           asv.base64url(p.bytes), h.plan::bytea, h.proposal::bytea, coalesce(s.person = asv.caller(), false),
           CASE v_state WHEN 'proposed' THEN 'open' WHEN 'refused' THEN 'refused' WHEN 'withdrawn' THEN 'withdrawn' WHEN 'lapsed' THEN 'lapsed'
                        ELSE 'approved' END,
           k.name::text, s.issued_at, ak.name::text, a.issued_at, CASE v_state WHEN 'proposed' THEN s.expires_at END,
           CASE WHEN v_state IN ('building', 'failed') THEN asv.handover_percent(h.id) END, CASE v_state WHEN 'building' THEN b.stage END, b.error::text, b.cause, b.again_at,
           CASE v_state WHEN 'cancelled' THEN NULL ELSE (SELECT min(e.since) FROM asv.handover_end e WHERE e.handover = h.id) END,
           (SELECT json_agg(json_strip_nulls(json_build_object('clip', c.clip, 'header', encode(c.header, 'hex'), 'state', asv.state_of(c.recording),
                                                               'started_at', asv.utc(c.started_at))) ORDER BY n.number)
            FROM asv.handover_clip n JOIN asv.clip c ON c.recording = n.recording WHERE n.handover = h.id),
           (SELECT json_agg(json_build_object('kind', e.kind, 'at', asv.utc(e.at)) ORDER BY e.at) FROM asv.handover_steps(h) AS e),
           (SELECT coalesce(json_agg(json_build_object('output', o.kind, 'parts', o.parts, 'bytes', o.bytes, 'files', o.files,
                                                       'digest', encode(o.digest, 'hex'), 'software', o.software, 'at', asv.utc(o.at)) ORDER BY o.kind), '[]')
            FROM asv.handover_whole(h.id) AS o),
           (SELECT coalesce(json_agg(json_build_object('output', m.kind, 'label', m.label, 'part', m.part, 'parts', o.parts,
                                                       'digest', encode(o.digest, 'hex'), 'at', asv.utc(m.at)) ORDER BY m.at, m.label), '[]')
            FROM asv.handover_medium m JOIN asv.handover_output o ON (o.handover, o.kind, o.part) = (m.handover, m.kind, m.part) WHERE m.handover = h.id),
           (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('how', r.how, 'received', encode(r.received, 'hex'),
                       'received_at', asv.utc(r.received_at), 'receiver', r.receiver, 'document', encode(r.document, 'hex'), 'since', asv.utc(r.since),
                       'signed_by', rk.name, 'statement', encode(r.statement, 'hex'))) ORDER BY r.number), '[]')
            FROM asv.handover_receipt r JOIN asv.statement rs ON rs.digest = r.statement LEFT JOIN asv.credential rk ON rk.digest = rs.credential
            WHERE r.handover = h.id)
    FROM asv.incident i
    JOIN asv.statement s ON s.digest = h.proposal
    JOIN asv.handover_plan p ON p.digest = h.plan
    LEFT JOIN asv.credential k ON k.digest = s.credential
    LEFT JOIN asv.statement a ON a.digest = v_answer
    LEFT JOIN asv.credential ak ON ak.digest = a.credential
    LEFT JOIN asv.handover_build b ON b.handover = h.id
    WHERE i.id = h.incident;
END
$$;
COMMENT ON FUNCTION asv.handover_about IS 'one hand-over with the two people of its decision, what was made of it, and who wrote its receipts down; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.handover_about TO asv_staff;

-- LAW L6: by their names, those that wait for a second person first.
CREATE FUNCTION asv.recipient_lines(p_after text, p_limit integer)
    RETURNS TABLE (name text, key bytea, card text, digest bytea, state text, proposal bytea, own boolean, proposed_by text, proposed_at timestamptz,
                   expires_at timestamptz, approved_by text, registered_at timestamptz, ended_at timestamptz, after text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    RETURN QUERY
    SELECT l.name, l.key, asv.base64url(l.card), l.digest, l.state, l.proposal, l.own, l.proposed_by, l.proposed_at, l.expires_at, l.approved_by,
           l.registered_at, l.ended_at, l.after
    FROM (
        SELECT s.subject_name::text AS name, s.recipient::bytea AS key, c.content::bytea AS card, s.subject::bytea AS digest, 'waiting' AS state,
               s.digest::bytea AS proposal, coalesce(s.person = asv.caller(), false) AS own, k.name::text AS proposed_by, s.issued_at AS proposed_at,
               s.expires_at, NULL::text AS approved_by, NULL::timestamptz AS registered_at, NULL::timestamptz AS ended_at,
               '0' || encode(s.digest, 'hex') AS after
        FROM asv.statement s JOIN asv.recipient_card c ON c.digest = s.subject JOIN asv.credential k ON k.digest = s.credential
        WHERE s.action = 16 AND s.step = 1 AND s.expires_at > clock_timestamp() AND asv.proposal_ended_by(s.digest) IS NULL
          AND NOT asv.statement_is_refused(s.digest)
        UNION ALL
        SELECT r.name, r.key, r.card, sha256(r.card), CASE WHEN r.ended_at IS NULL THEN 'registered' ELSE 'ended' END, NULL,
               false, pk.name::text, p.issued_at, NULL, ak.name::text, r.registered_at, r.ended_at, '1' || r.name || left(encode(r.key, 'hex'), 16)
        FROM asv.recipient_page(NULL, NULL, 10000) AS r
        LEFT JOIN LATERAL (SELECT t.proposal, t.credential FROM asv.statement t
                           WHERE t.action = 16 AND t.step = 2 AND t.subject = sha256(r.card) AND t.recipient = r.key
                             AND asv.statement_taken_at(t.digest) IS NOT NULL LIMIT 1) AS a ON true
        LEFT JOIN asv.statement p ON p.digest = a.proposal
        LEFT JOIN asv.credential pk ON pk.digest = p.credential
        LEFT JOIN asv.credential ak ON ak.digest = a.credential) AS l
    WHERE p_after IS NULL OR l.after COLLATE "C" > p_after COLLATE "C"
    ORDER BY l.after COLLATE "C" LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.recipient_lines IS 'a page of the recipients: those that wait for a second person, then those that two people registered, by name; with their cards, and who they were';
GRANT EXECUTE ON FUNCTION asv.recipient_lines TO asv_staff;

CREATE TRIGGER news AFTER INSERT ON asv.recipient_card FOR EACH STATEMENT EXECUTE FUNCTION asv.news('recipients');
CREATE TRIGGER news_recipient AFTER INSERT ON asv.statement FOR EACH ROW WHEN (NEW.action IN (16, 17)) EXECUTE FUNCTION asv.news('recipients');
CREATE TRIGGER news_handover AFTER INSERT ON asv.statement FOR EACH ROW WHEN (NEW.action = 5) EXECUTE FUNCTION asv.news('handovers');
CREATE TRIGGER news_recipient AFTER INSERT ON asv.statement_answer FOR EACH STATEMENT EXECUTE FUNCTION asv.news('recipients handovers');
