-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Hand-overs (docs/HANDOVER.md). What two people decide follows from their statements about a plan, as with policies: a proposal opens
-- a hand-over, and what became of it is what was answered and what the keeper said to that. What follows here is the job's progress,
-- what it made, and what people write down of it: that nothing comes of it, and its receipt.
CREATE TABLE asv.handover (
    id uuid PRIMARY KEY CHECK (asv.is_uuid7(id)),
    plan asv.digest NOT NULL UNIQUE REFERENCES asv.handover_plan,
    proposal asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    incident uuid NOT NULL REFERENCES asv.incident
);
CREATE INDEX ON asv.handover (incident);
COMMENT ON TABLE asv.handover IS 'hand-overs that somebody proposed; whether they were approved is what their statements and the keeper say (handover_state)';
COMMENT ON COLUMN asv.handover.id IS 'UUIDv7, as the plan says';
COMMENT ON COLUMN asv.handover.plan IS 'what is handed over, and to whom';
COMMENT ON COLUMN asv.handover.proposal IS 'the statement that proposed it';
COMMENT ON COLUMN asv.handover.incident IS 'for which incident, as plan and statement say';

CREATE TABLE asv.handover_clip (
    handover uuid NOT NULL REFERENCES asv.handover,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 1000),
    recording uuid NOT NULL REFERENCES asv.clip,
    form smallint NOT NULL CHECK (form BETWEEN 1 AND 4),
    from_ms asv.u32 NOT NULL,
    until_ms asv.u32 NOT NULL,
    PRIMARY KEY (handover, number),
    UNIQUE (handover, recording),
    CHECK (CASE WHEN form IN (3, 4) THEN from_ms < until_ms ELSE from_ms = 0 AND until_ms = 0 END)
);
CREATE INDEX ON asv.handover_clip (recording);
COMMENT ON TABLE asv.handover_clip IS 'the recordings of a hand-over, read from its plan when it was proposed: for finding it by them';
COMMENT ON COLUMN asv.handover_clip.handover IS 'of which';
COMMENT ON COLUMN asv.handover_clip.number IS 'its place in the plan, from 1';
COMMENT ON COLUMN asv.handover_clip.recording IS 'which recording';
COMMENT ON COLUMN asv.handover_clip.form IS '1 the sealed original alone, 2 and the playable file, 3 and an excerpt, 4 an excerpt without the sealed original';
COMMENT ON COLUMN asv.handover_clip.from_ms IS 'of an excerpt: media time; otherwise 0';
COMMENT ON COLUMN asv.handover_clip.until_ms IS 'until just before; otherwise 0';

CREATE FUNCTION asv.statements_about(p_header bytea) RETURNS SETOF bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.digest::bytea FROM asv.statement s WHERE s.subject = p_header AND s.subject_kind IN (1, 7, 9)
    UNION
    SELECT s.digest::bytea FROM asv.recording r JOIN asv.handover_clip c ON c.recording = r.id JOIN asv.handover h ON h.id = c.handover
    JOIN asv.statement s ON s.subject = h.plan AND s.subject_kind = 11
    WHERE r.header = p_header
$$;
COMMENT ON FUNCTION asv.statements_about IS 'what people signed about a recording, itself or in the plan of a hand-over';

CREATE TABLE asv.handover_build (
    handover uuid PRIMARY KEY REFERENCES asv.handover,
    stage text NOT NULL DEFAULT 'waiting'
        CHECK (stage IN ('waiting', 'recordings', 'documents', 'packing', 'checking', 'built', 'again', 'failed')),
    done smallint NOT NULL DEFAULT 0 CHECK (done >= 0),
    bytes asv.u63 NOT NULL DEFAULT 0,
    error asv.note,
    cause text CHECK (cause IN ('away', 'waits', 'full', 'disk', 'blocked', 'setup', 'fault', 'expired', 'large', 'plan', 'differs', 'trust')),
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    again_at timestamptz,
    approved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    began_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((stage IN ('again', 'failed')) = (error IS NOT NULL)),
    CHECK ((error IS NULL) = (cause IS NULL)),
    CHECK ((stage = 'again') = (again_at IS NOT NULL)),
    CHECK ((stage = 'waiting') = (began_at IS NULL))
);
COMMENT ON TABLE asv.handover_build IS 'how far the job has come with each approved hand-over; changed in place';
COMMENT ON COLUMN asv.handover_build.handover IS 'which';
COMMENT ON COLUMN asv.handover_build.stage IS 'what it is doing; again: it ended, and a run goes on at again_at; failed: it ended, and goes on when somebody says so';
COMMENT ON COLUMN asv.handover_build.done IS 'recordings that are finished';
COMMENT ON COLUMN asv.handover_build.bytes IS 'that were written';
COMMENT ON COLUMN asv.handover_build.error IS 'why it ended';
COMMENT ON COLUMN asv.handover_build.cause IS 'the kind of that, by which people are told what to do (HANDOVER.md, HO-140)';
COMMENT ON COLUMN asv.handover_build.tries IS 'how often it ended so that it is begun again, since somebody said so';
COMMENT ON COLUMN asv.handover_build.again_at IS 'when it is begun again at the earliest: later each time, but an hour later at most';
COMMENT ON COLUMN asv.handover_build.approved_at IS 'when this database was told that the keeper took its approval';
COMMENT ON COLUMN asv.handover_build.began_at IS 'when the job began with it';
COMMENT ON COLUMN asv.handover_build.changed_at IS 'when it last said something';

CREATE TABLE asv.handover_output (
    handover uuid NOT NULL REFERENCES asv.handover,
    kind text NOT NULL CHECK (kind IN ('carrier', 'filing')),
    part smallint NOT NULL DEFAULT 1,
    parts smallint NOT NULL DEFAULT 1 CHECK (parts BETWEEN 1 AND CASE kind WHEN 'carrier' THEN 1000 ELSE 1 END),
    clips smallint[],
    digest asv.digest NOT NULL,
    bytes asv.u63 NOT NULL,
    files integer NOT NULL CHECK (files > 0),
    software asv.label NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (handover, kind, part),
    CHECK (part BETWEEN 1 AND parts),
    CHECK ((parts = 1) = (clips IS NULL) AND cardinality(clips) > 0)
);
COMMENT ON TABLE asv.handover_output IS 'what was made of a hand-over';
COMMENT ON COLUMN asv.handover_output.handover IS 'of which';
COMMENT ON COLUMN asv.handover_output.kind IS 'carrier: one file; filing: a directory';
COMMENT ON COLUMN asv.handover_output.part IS 'of a carrier in parts: which, from 1 (HO-085)';
COMMENT ON COLUMN asv.handover_output.parts IS 'of how many';
COMMENT ON COLUMN asv.handover_output.clips IS 'the recordings in this part, by their numbers in the plan; NULL: all of them';
COMMENT ON COLUMN asv.handover_output.digest IS 'SHA-256 of the carrier as it leaves the house, or of the filing''s facts';
COMMENT ON COLUMN asv.handover_output.bytes IS 'of the carrier, or of the filing''s files together';
COMMENT ON COLUMN asv.handover_output.files IS 'how many lie in it';
COMMENT ON COLUMN asv.handover_output.software IS 'program and version that made it (LAW H3)';
COMMENT ON COLUMN asv.handover_output.at IS 'when it was finished';

CREATE TABLE asv.handover_medium (
    handover uuid NOT NULL,
    kind text NOT NULL,
    label asv.name128 NOT NULL,
    medium uuid NOT NULL UNIQUE,
    part smallint NOT NULL DEFAULT 1,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (handover, kind, label),
    FOREIGN KEY (handover, kind, part) REFERENCES asv.handover_output
);
COMMENT ON TABLE asv.handover_medium IS 'media that an output was written to, read back from and found to be the same';
COMMENT ON COLUMN asv.handover_medium.handover IS 'of which hand-over';
COMMENT ON COLUMN asv.handover_medium.kind IS 'which output';
COMMENT ON COLUMN asv.handover_medium.label IS 'what stands on it';
COMMENT ON COLUMN asv.handover_medium.medium IS 'which medium it is: drawn when it was begun, and on it until it is finished (HO-175)';
COMMENT ON COLUMN asv.handover_medium.part IS 'which part of it';
COMMENT ON COLUMN asv.handover_medium.at IS 'when';

CREATE TABLE asv.handover_end (
    handover uuid NOT NULL REFERENCES asv.handover,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 100),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    salt asv.digest NOT NULL,
    statement asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    PRIMARY KEY (handover, number)
);
COMMENT ON TABLE asv.handover_end IS 'hand-overs that were approved, and of which nothing comes: once something may have left the house, when two people say so (handover_ended_at)';
COMMENT ON COLUMN asv.handover_end.handover IS 'which';
COMMENT ON COLUMN asv.handover_end.number IS 'from 1, without gaps';
COMMENT ON COLUMN asv.handover_end.since IS 'when somebody said so';
COMMENT ON COLUMN asv.handover_end.by IS 'who said so';
COMMENT ON COLUMN asv.handover_end.salt IS 'random; with it the statement names what this row says';
COMMENT ON COLUMN asv.handover_end.statement IS 'with which somebody signed it, and why';

CREATE TABLE asv.handover_receipt (
    handover uuid NOT NULL REFERENCES asv.handover,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 100),
    how text NOT NULL CHECK (how IN ('signed', 'form')),
    received asv.digest NOT NULL,
    received_at timestamptz NOT NULL CHECK (isfinite(received_at)),
    receiver asv.words NOT NULL,
    document asv.digest NOT NULL,
    signature bytea CHECK (octet_length(signature) BETWEEN 1 AND 65536),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    salt asv.digest NOT NULL,
    statement asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    PRIMARY KEY (handover, number),
    CHECK ((how = 'signed') = (signature IS NOT NULL)),
    CHECK (document = sha256(signature))
);
COMMENT ON TABLE asv.handover_receipt IS 'what people wrote down of a recipient''s receipt (LAW H10): one that the recipient signed counts, of a form two that say the same, of two people (handover_is_received)';
COMMENT ON COLUMN asv.handover_receipt.handover IS 'of which hand-over';
COMMENT ON COLUMN asv.handover_receipt.number IS 'from 1, without gaps';
COMMENT ON COLUMN asv.handover_receipt.how IS 'signed: with the recipient''s certificate; form: on paper';
COMMENT ON COLUMN asv.handover_receipt.received IS 'digest of the output that was received, as it says (handover_whole)';
COMMENT ON COLUMN asv.handover_receipt.received_at IS 'when, as it says';
COMMENT ON COLUMN asv.handover_receipt.receiver IS 'by whom, as it says';
COMMENT ON COLUMN asv.handover_receipt.document IS 'SHA-256 of what was signed, or of the form as it was scanned';
COMMENT ON COLUMN asv.handover_receipt.signature IS 'what the recipient signed, with the signature (CMS, DER); the form stays with the office. The database verifies no signature';
COMMENT ON COLUMN asv.handover_receipt.since IS 'when it was written down';
COMMENT ON COLUMN asv.handover_receipt.by IS 'who wrote it down';
COMMENT ON COLUMN asv.handover_receipt.salt IS 'random; with it the statement names what this row says';
COMMENT ON COLUMN asv.handover_receipt.statement IS 'with which somebody signed it';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['handover', 'handover_clip', 'handover_output', 'handover_medium', 'handover_end', 'handover_receipt'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

INSERT INTO asv.event_kind VALUES
    ('handover_requested', false, 'somebody asked that it be handed over'),
    ('handover_approved', false, 'a second person agreed, and the keeper took it'),
    ('handover_refused', false, 'who could have agreed did not'),
    ('handover_withdrawn', false, 'who had asked thought better of it'),
    ('handover_cancelled', false, 'somebody said that nothing comes of the hand-over'),
    ('handover_built', false, 'it was packed for the hand-over'),
    ('handover_written', false, 'what was packed was written to a medium, and read back'),
    ('handover_received', false, 'its receipt was confirmed');

-- ---------------------------------------------------------------------------------------------- what follows from statements

-- HO-001
CREATE FUNCTION asv.handover_outputs(p_plan bytea) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN get_byte(p_plan, 71 + get_byte(p_plan, 70));
COMMENT ON FUNCTION asv.handover_outputs IS 'what is made of a plan: 1 carrier, 2 filing, 3 both';

-- HO-005: that the keeper took.
CREATE FUNCTION asv.handover_approval(p_proposal bytea) RETURNS bytea
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT a.digest FROM asv.statement a
            WHERE a.proposal = p_proposal AND a.step = 2 AND asv.statement_taken_at(a.digest) IS NOT NULL
            ORDER BY asv.statement_taken_at(a.digest), a.digest LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.handover_approval IS 'the approval of a hand-over that the keeper took; NULL: there is none';

-- LAW H10. Of a form two people say the same.
CREATE FUNCTION asv.handover_received_at(p_handover uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT min(r.since) FROM asv.handover_receipt r
            WHERE r.handover = p_handover
              AND (r.how = 'signed'
                   OR EXISTS (SELECT FROM asv.handover_receipt o
                              JOIN asv.statement s ON s.digest = r.statement JOIN asv.statement t ON t.digest = o.statement
                              WHERE o.handover = r.handover AND o.how = 'form' AND o.number < r.number AND t.person <> s.person
                                AND (o.received, o.received_at, o.receiver::text, o.document)
                                    = (r.received, r.received_at, r.receiver::text, r.document))));
END
$$;
COMMENT ON FUNCTION asv.handover_received_at IS 'when the receipt of a hand-over was confirmed; NULL: it is waited for';

-- HO-020, LAW H10: with a filing, which is sent, or a medium the receipt is all that says whether it arrived.
CREATE FUNCTION asv.handover_left(p_handover uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM asv.handover_medium m WHERE m.handover = p_handover)
        OR EXISTS (SELECT FROM asv.handover_output o WHERE o.handover = p_handover AND o.kind = 'filing');
END
$$;
COMMENT ON FUNCTION asv.handover_left IS 'whether something of a hand-over may have left the house';

CREATE FUNCTION asv.handover_ended_at(p_handover uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT min(e.since) FROM asv.handover_end e
            WHERE e.handover = p_handover
              AND (NOT asv.handover_left(p_handover)
                   OR EXISTS (SELECT FROM asv.handover_end o
                              JOIN asv.statement s ON s.digest = e.statement JOIN asv.statement t ON t.digest = o.statement
                              WHERE o.handover = e.handover AND o.number < e.number AND t.person <> s.person)));
END
$$;
COMMENT ON FUNCTION asv.handover_ended_at IS 'since when nothing comes of a hand-over; NULL: something may';

CREATE FUNCTION asv.handover_is_open(p_handover uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT asv.handover_approval(h.proposal) IS NOT NULL AND asv.handover_ended_at(h.id) IS NULL
                   AND asv.handover_received_at(h.id) IS NULL
            FROM asv.handover h WHERE h.id = p_handover);
END
$$;
COMMENT ON FUNCTION asv.handover_is_open IS 'whether a hand-over was approved, and neither cancelled nor received';

CREATE FUNCTION asv.handover_of(p_recording uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT c.handover FROM asv.handover_clip c WHERE c.recording = p_recording AND asv.handover_is_open(c.handover)
            ORDER BY c.handover LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.handover_of IS 'the hand-over for whose receipt a recording stays (LAW H10); NULL: none';

CREATE FUNCTION asv.handover_state(h asv.handover) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_step smallint;
BEGIN
    IF asv.handover_approval(h.proposal) IS NOT NULL THEN
        RETURN CASE WHEN asv.handover_received_at(h.id) IS NOT NULL THEN 'received'
                    WHEN asv.handover_ended_at(h.id) IS NOT NULL THEN 'cancelled'
                    ELSE (SELECT CASE b.stage WHEN 'waiting' THEN 'approved' WHEN 'built' THEN 'built' WHEN 'failed' THEN 'failed'
                                              ELSE 'building' END
                          FROM asv.handover_build b WHERE b.handover = h.id) END;
    END IF;
    SELECT s.step INTO v_step FROM asv.statement s WHERE s.digest = asv.proposal_ended_by(h.proposal);
    RETURN CASE WHEN v_step = 3 THEN 'refused' WHEN v_step = 4 THEN 'withdrawn'
                WHEN (SELECT s.expires_at FROM asv.statement s WHERE s.digest = h.proposal) <= clock_timestamp() THEN 'lapsed'
                ELSE 'proposed' END;
END
$$;
COMMENT ON FUNCTION asv.handover_state IS 'where a hand-over stands: proposed, refused, withdrawn, lapsed; approved, building, failed, built, cancelled, received';

-- LAW H10, KEEPER.md K-238: what was signed while the keeper was away it may still take.
CREATE FUNCTION asv.release_agreed(p_recording uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM asv.statement s JOIN asv.clip c ON c.header = s.subject
                   WHERE c.recording = p_recording AND s.action IN (2, 3) AND s.step = 2 AND s.expires_at > clock_timestamp()
                     AND NOT EXISTS (SELECT FROM asv.statement_answer n
                                     WHERE n.statement = s.digest AND (n.taken OR n.forged OR n.ruling IS NOT NULL)));
END
$$;
COMMENT ON FUNCTION asv.release_agreed IS 'whether two people have agreed that a recording be released, or erased early, and the keeper has not said for good what it makes of that';

CREATE FUNCTION asv.held_for(p_recording uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT r.incident FROM asv.hold h JOIN asv.request r ON r.proposal = h.proposal
            WHERE h.recording = p_recording AND asv.state_of(p_recording) = 'held' AND NOT asv.release_agreed(p_recording)
            ORDER BY h.event DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.held_for IS 'the incident for which a recording is held, and stays so; NULL: it is not';

-- HO-006
CREATE FUNCTION asv.handover_event(p_handover uuid, p_kind text, p_at timestamptz, p_credential bytea, p_detail text, p_clips smallint[] DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM FROM asv.recording r
    WHERE r.id IN (SELECT c.recording FROM asv.handover_clip c WHERE c.handover = p_handover AND (p_clips IS NULL OR c.number = ANY (p_clips)))
    ORDER BY r.id FOR NO KEY UPDATE;
    PERFORM asv.event_put(c.recording, p_kind, p_at, CASE WHEN p_credential IS NULL THEN 'system' ELSE 'person' END, p_credential, NULL,
                          format('hand-over %s, %s', p_handover, p_detail), NULL)
    FROM asv.handover_clip c WHERE c.handover = p_handover AND (p_clips IS NULL OR c.number = ANY (p_clips)) ORDER BY c.number;
END
$$;
COMMENT ON FUNCTION asv.handover_event IS 'adds a custody event of each of its recordings, or (p_clips) of those with these numbers, whose row locks it takes';

-- HO-086: a receipt is of one digest, in however many parts a carrier is.
CREATE FUNCTION asv.handover_whole(p_handover uuid)
    RETURNS TABLE (kind text, parts smallint, digest bytea, bytes bigint, files bigint, software text, at timestamptz)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT o.kind, max(o.parts),
           CASE max(o.parts) WHEN 1 THEN (array_agg(o.digest::bytea))[1]
                             ELSE sha256(convert_to(string_agg(format(E'%s  Beweismittel_%s_%s-von-%s.zip\n', encode(o.digest, 'hex'), p_handover, o.part, o.parts),
                                                               '' ORDER BY o.part), 'UTF8')) END,
           sum(o.bytes)::bigint, sum(o.files), min(o.software::text), max(o.at)
    FROM asv.handover_output o WHERE o.handover = p_handover GROUP BY o.kind HAVING count(*) = max(o.parts);
END
$$;
COMMENT ON FUNCTION asv.handover_whole IS 'what was made of a hand-over and is whole: all parts of its carrier together, with the digest that a receipt is of';

-- HO-002, HO-016, LAW R3, R4: by a person's word, or the camera's.
CREATE FUNCTION asv.handover_is_blocked(p_recording uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN asv.is_undecided(p_recording, 4)
        OR EXISTS (SELECT FROM generate_series(4, 7) AS g (ground) WHERE asv.block_kind(p_recording, g.ground) IN ('set', 'confirmed'));
END
$$;
COMMENT ON FUNCTION asv.handover_is_blocked IS 'whether something keeps a recording from being handed over, whatever it is held for';

CREATE FUNCTION asv.handover_check_free(p_handover uuid) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_clip uuid;
BEGIN
    SELECT k.clip INTO v_clip FROM asv.handover_clip c JOIN asv.clip k ON k.recording = c.recording
    WHERE c.handover = p_handover AND asv.handover_is_blocked(c.recording) ORDER BY c.number LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hand-over: % is blocked: nobody may use it', v_clip USING ERRCODE = 'VA002';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.handover_check_free IS 'refuses a hand-over of what is blocked';

CREATE FUNCTION asv.handover_check_held(h asv.handover) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_clip uuid;
BEGIN
    SELECT k.clip INTO v_clip FROM asv.handover_clip c JOIN asv.clip k ON k.recording = c.recording
    WHERE c.handover = h.id AND asv.held_for(c.recording) IS DISTINCT FROM h.incident ORDER BY c.number LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'hand-over: % is not held for this incident, or is about to be released', v_clip USING ERRCODE = 'VA002';
    END IF;
    PERFORM asv.handover_check_free(h.id);
END
$$;
COMMENT ON FUNCTION asv.handover_check_held IS 'refuses a hand-over of what is not held for its incident, or is blocked';

CREATE FUNCTION asv.handover_open(s asv.statement) RETURNS asv.handover
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_plan bytea;
    h asv.handover;
    r record;
    v_recording uuid;
BEGIN
    SELECT p.bytes INTO v_plan FROM asv.handover_plan p WHERE p.digest = s.subject;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hand-over: its plan is not here' USING ERRCODE = 'VA006';
    END IF;
    h := ROW(encode(substring(v_plan FROM 39 FOR 16), 'hex')::uuid, s.subject, s.digest, encode(substring(v_plan FROM 55 FOR 16), 'hex')::uuid);
    IF h.incident IS DISTINCT FROM s.incident THEN
        RAISE EXCEPTION 'hand-over: plan and statement name different incidents' USING ERRCODE = 'VA001';
    ELSIF NOT EXISTS (SELECT FROM asv.incident i WHERE i.id = h.incident) OR NOT asv.is_own_incident(h.incident, asv.own_units()) THEN
        RAISE EXCEPTION 'hand-over: there is no such incident of the caller''s units' USING ERRCODE = 'VA006';
    END IF;
    INSERT INTO asv.handover SELECT h.*;
    FOR r IN SELECT * FROM asv.handover_plan_read(v_plan) LOOP
        SELECT c.recording INTO v_recording FROM asv.clip c WHERE c.header = r.header AND NOT c.uuid_taken;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'hand-over: recording % of the plan is not in custody', r.number + 1 USING ERRCODE = 'VA006';
        END IF;
        INSERT INTO asv.handover_clip VALUES (h.id, r.number + 1, v_recording, r.form, r.from_ms, r.until_ms);
    END LOOP;
    PERFORM asv.handover_check_held(h);
    RETURN h;
END
$$;
COMMENT ON FUNCTION asv.handover_open IS 'the hand-over that this statement proposes';

CREATE FUNCTION asv.handover_said() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    h asv.handover;
    v_detail CONSTANT text := 'statement ' || encode(new.digest, 'hex');
BEGIN
    PERFORM asv.check_durable();
    IF new.step = 1 THEN
        h := asv.handover_open(new);
        PERFORM asv.handover_event(h.id, 'handover_requested', new.issued_at, new.credential, v_detail);
        RETURN NULL;
    END IF;
    SELECT * INTO h FROM asv.handover o WHERE o.proposal = new.proposal;
    IF NOT FOUND OR NOT asv.is_own_incident(h.incident, asv.own_units()) THEN -- LAW L4, A-104
        RAISE EXCEPTION 'hand-over: there is none of the caller''s units that this answers' USING ERRCODE = 'VA006';
    ELSIF new.step = 2 THEN
        PERFORM FROM asv.recording r WHERE r.id IN (SELECT c.recording FROM asv.handover_clip c WHERE c.handover = h.id)
        ORDER BY r.id FOR NO KEY UPDATE;
        PERFORM asv.handover_check_held(h);
    ELSE
        PERFORM asv.handover_event(h.id, CASE new.step WHEN 3 THEN 'handover_refused' ELSE 'handover_withdrawn' END, new.issued_at,
                                   new.credential, v_detail);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.handover_said() IS 'trigger: what somebody signed about a plan opens a hand-over, or answers one';
CREATE TRIGGER handover AFTER INSERT ON asv.statement
    FOR EACH ROW WHEN (new.action = 5) EXECUTE FUNCTION asv.handover_said();

CREATE FUNCTION asv.handover_ruled() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
    v_handover uuid;
BEGIN
    SELECT * INTO s FROM asv.statement t WHERE t.digest = new.statement AND t.action = 5 AND t.step = 2;
    IF FOUND THEN
        INSERT INTO asv.handover_build (handover) SELECT h.id FROM asv.handover h WHERE h.proposal = s.proposal
        ON CONFLICT DO NOTHING RETURNING handover INTO v_handover;
        IF v_handover IS NOT NULL THEN
            PERFORM asv.handover_event(v_handover, 'handover_approved', s.issued_at, s.credential, 'statement ' || encode(s.digest, 'hex'));
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.handover_ruled() IS 'trigger: the keeper took the approval of a hand-over, which the job builds from now on';
CREATE TRIGGER handover AFTER INSERT ON asv.statement_answer
    FOR EACH ROW WHEN (new.taken) EXECUTE FUNCTION asv.handover_ruled();

-- K-235, LAW L1: whoever has both statements asks the keeper, and whether the database is told is up to that one.
INSERT INTO asv.alarm_kind VALUES
    ('untold', 'the keeper let the keys of recordings leave for a hand-over of which the database was told nothing');

CREATE FUNCTION asv.handover_unknown(p_proposal bytea, p_headers bytea[]) RETURNS TABLE (recordings integer, first bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT count(*)::integer, (array_agg(d.header ORDER BY d.header))[1]
    FROM unnest(p_headers) AS d (header)
    WHERE NOT EXISTS (SELECT FROM asv.handover h JOIN asv.handover_clip c ON c.handover = h.id JOIN asv.clip k ON k.recording = c.recording
                      JOIN asv.handover_build b ON b.handover = h.id
                      WHERE h.proposal = p_proposal AND k.header = d.header AND asv.handover_approval(h.proposal) IS NOT NULL)
      AND NOT EXISTS (SELECT FROM asv.alarm n WHERE n.kind = 'untold' AND n.subject = encode(p_proposal, 'hex'))
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION asv.handover_unknown IS 'of these recordings, which the keeper took to be handed over by this proposal, those of which nobody here was told that it did; none when somebody was called';
GRANT EXECUTE ON FUNCTION asv.handover_unknown TO asv_admin;

CREATE FUNCTION asv.handover_taken(p_alive timestamptz, p_after bytea, p_limit integer) RETURNS TABLE (proposal asv.digest)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT h.proposal
    FROM asv.handover h JOIN asv.statement s ON s.digest = h.proposal
    WHERE s.expires_at > p_alive AND asv.handover_approval(h.proposal) IS NOT NULL AND (p_after IS NULL OR h.proposal > p_after)
    ORDER BY h.proposal
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.handover_taken IS 'a page of the hand-overs that the keeper took, as is said, and whose proposal had not expired at that instant';
GRANT EXECUTE ON FUNCTION asv.handover_taken TO asv_admin;

-- LAW H10, whatever a program thinks: before anything is signed with which the keeper would destroy its key.
CREATE FUNCTION asv.handover_keeps() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_recording uuid := (SELECT c.recording FROM asv.clip c WHERE c.header = new.subject LIMIT 1);
    v_handover uuid;
BEGIN
    PERFORM FROM asv.recording r WHERE r.id = v_recording FOR NO KEY UPDATE;
    v_handover := asv.handover_of(v_recording);
    IF v_handover IS NOT NULL THEN
        RAISE EXCEPTION 'the recording is handed over (%), and nobody has confirmed its receipt: until then its original stays', v_handover
            USING ERRCODE = 'VA002';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION asv.handover_keeps() IS 'trigger: nobody asks, or agrees, that a recording be released or erased whose hand-over waits for its receipt';
CREATE TRIGGER handover_keeps BEFORE INSERT ON asv.statement
    FOR EACH ROW WHEN (new.action IN (2, 3) AND new.step IN (1, 2)) EXECUTE FUNCTION asv.handover_keeps();

-- ---------------------------------------------------------------------------------------------- people

CREATE FUNCTION asv.handover_clip_next(p_case text, p_clip uuid)
    RETURNS TABLE (incident uuid, header bytea, held boolean, bytes bigint, span_ms bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_incident uuid;
BEGIN
    PERFORM asv.check_known();
    SELECT i.id INTO v_incident FROM asv.incident i WHERE i.case_number = p_case AND asv.is_own_incident(i.id, asv.own_units());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'incident: there is no %', p_case USING ERRCODE = 'VA006';
    END IF;
    RETURN QUERY
    SELECT v_incident, c.header::bytea, asv.held_for(c.recording) IS NOT DISTINCT FROM v_incident, c.payload_bytes::bigint,
           CASE WHEN c.sealer = 1 THEN floor(extract(epoch FROM c.latest_at - c.earliest_at) * 1000)::bigint END
    FROM asv.clip c WHERE c.clip = p_clip AND NOT c.uuid_taken;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'clip: there is no % in custody', p_clip USING ERRCODE = 'VA006';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.handover_clip_next IS 'what stands in a plan about a recording, whether it is held for this incident, how long it is, sealed, and in what time all of it lies (NULL: nobody knows, as of what a dock imported)';
GRANT EXECUTE ON FUNCTION asv.handover_clip_next TO asv_staff;

-- HO-015, LAW L6: without who asked or answered.
CREATE FUNCTION asv.handover_lines(p_state text, p_after uuid, p_limit integer)
    RETURNS TABLE (id uuid, case_number text, addressee text, state text, clips integer, done integer, proposal bytea, own boolean,
                   proposed_at timestamptz, expires_at timestamptz, approved_at timestamptz, built_at timestamptz, received_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_units CONSTANT text[] := asv.own_units();
BEGIN
    PERFORM asv.check_known();
    RETURN QUERY
    SELECT h.id, i.case_number::text, s.subject_name::text, t.state,
           (SELECT count(*)::integer FROM asv.handover_clip c WHERE c.handover = h.id), coalesce(b.done, 0)::integer, s.digest::bytea,
           coalesce(s.person = asv.caller(), false), s.issued_at, s.expires_at, b.approved_at,
           CASE WHEN b.stage = 'built' THEN (SELECT max(o.at) FROM asv.handover_output o WHERE o.handover = h.id) END,
           asv.handover_received_at(h.id)
    FROM asv.handover h
    JOIN asv.incident i ON i.id = h.incident
    JOIN asv.statement s ON s.digest = h.proposal
    CROSS JOIN LATERAL (SELECT asv.handover_state(h) AS state) AS t
    LEFT JOIN asv.handover_build b ON b.handover = h.id
    WHERE (p_after IS NULL OR h.id < p_after) AND (p_state IS NULL OR t.state = p_state) AND asv.is_own_incident(h.incident, v_units)
    ORDER BY h.id DESC
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.handover_lines IS 'a page of the hand-overs of the caller''s units, the newest first';
GRANT EXECUTE ON FUNCTION asv.handover_lines TO asv_staff;

CREATE FUNCTION asv.handover_find(p_what text)
    RETURNS TABLE (id uuid, case_number text, incident uuid, state text, plan bytea, card bytea, proposal bytea, object bytea, approval bytea,
                   stage text, done smallint, bytes bigint, error text, cause text, again_at timestamptz, approved_at timestamptz, began_at timestamptz,
                   changed_at timestamptz, received_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('hand-over ' || p_what);
    RETURN QUERY
    SELECT h.id, i.case_number::text, h.incident, asv.handover_state(h), p.bytes::bytea, asv.handover_card(p.bytes), s.digest::bytea,
           s.object::bytea, (SELECT a.object::bytea FROM asv.statement a WHERE a.digest = asv.handover_approval(h.proposal)),
           b.stage, b.done, b.bytes::bigint, b.error::text, b.cause, b.again_at, b.approved_at, b.began_at, b.changed_at, asv.handover_received_at(h.id)
    FROM asv.handover h
    JOIN asv.handover_plan p ON p.digest = h.plan
    JOIN asv.incident i ON i.id = h.incident
    JOIN asv.statement s ON s.digest = h.proposal
    LEFT JOIN asv.handover_build b ON b.handover = h.id
    WHERE (p_what = h.id::text OR p_what ~ '^[0-9a-f]{8,64}$' AND encode(h.proposal, 'hex') LIKE p_what || '%')
      AND asv.is_own_incident(h.incident, asv.own_units())
    ORDER BY h.id DESC
    LIMIT 2;
END
$$;
COMMENT ON FUNCTION asv.handover_find IS 'the hand-over with this id, or whose proposal''s digest begins so, with its plan, statements and card; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.handover_find TO asv_staff;

CREATE FUNCTION asv.handover_card(p_plan bytea) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.recipient_card_of(substring(p_plan FROM 77 + get_byte(p_plan, 70) FOR 32))
$$;
COMMENT ON FUNCTION asv.handover_card IS 'the card that two people registered for the addressee of a plan, its first recipient; NULL: there is none';

CREATE FUNCTION asv.handover_history(p_id uuid)
    RETURNS TABLE (kind text, what text, digest bytea, bytes bigint, count integer, at timestamptz, by text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('hand-over ' || p_id);
    IF NOT EXISTS (SELECT FROM asv.handover h WHERE h.id = p_id AND asv.is_own_incident(h.incident, asv.own_units())) THEN
        RAISE EXCEPTION 'hand-over: there is none of the caller''s units with this id' USING ERRCODE = 'VA006';
    END IF;
    RETURN QUERY
    SELECT e.* FROM (
        SELECT 'part'::text, format('%s, %s of %s', o.kind, o.part, o.parts), o.digest::bytea, o.bytes::bigint, o.files, o.at AS at, o.software::text
        FROM asv.handover_output o WHERE o.handover = p_id AND o.parts > 1
        UNION ALL
        SELECT 'output', o.kind, o.digest, o.bytes, o.files::integer, o.at, o.software FROM asv.handover_whole(p_id) AS o
        UNION ALL
        SELECT 'medium', m.label::text, o.digest::bytea, o.bytes::bigint, m.part::integer, m.at, m.kind
        FROM asv.handover_medium m JOIN asv.handover_output o ON (o.handover, o.kind, o.part) = (m.handover, m.kind, m.part) WHERE m.handover = p_id
        UNION ALL
        SELECT 'cancelled', NULL, NULL, NULL, e.number::integer, e.since, e.by::text FROM asv.handover_end e WHERE e.handover = p_id
        UNION ALL
        SELECT 'receipt_' || r.how, r.receiver::text, r.received::bytea, NULL, r.number::integer, r.since, r.by::text
        FROM asv.handover_receipt r WHERE r.handover = p_id) AS e
    ORDER BY e.at;
END
$$;
COMMENT ON FUNCTION asv.handover_history IS 'what was made of a hand-over, written to media, and written down of it, in its order; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.handover_history TO asv_staff;

CREATE FUNCTION asv.handover_signature(p_id uuid) RETURNS TABLE (received bytea, received_at timestamptz, receiver text, document bytea, signature bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    RETURN QUERY
    SELECT r.received::bytea, r.received_at, r.receiver::text, r.document::bytea, r.signature
    FROM asv.handover_receipt r JOIN asv.handover h ON h.id = r.handover
    WHERE r.handover = p_id AND r.how = 'signed' AND asv.is_own_incident(h.incident, asv.own_units())
    ORDER BY r.number LIMIT 1;
END
$$;
COMMENT ON FUNCTION asv.handover_signature IS 'the receipt of a hand-over that its recipient signed, for whoever verifies it; none: there is no such';
GRANT EXECUTE ON FUNCTION asv.handover_signature TO asv_staff;

CREATE FUNCTION asv.handover_lock(p_id uuid) RETURNS asv.handover
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    h asv.handover;
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.check_durable();
    SELECT * INTO h FROM asv.handover o WHERE o.id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT asv.is_own_incident(h.incident, asv.own_units()) THEN
        RAISE EXCEPTION 'hand-over: there is none of the caller''s units with this id' USING ERRCODE = 'VA006';
    ELSIF NOT asv.has_role(asv.caller(), (SELECT r.proposers FROM asv.action_rule(5) r)) AND NOT pg_has_role(session_user, 'asv_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'hand-over: that is written down by who may propose one' USING ERRCODE = 'VA007';
    ELSIF asv.handover_approval(h.proposal) IS NULL THEN
        RAISE EXCEPTION 'hand-over: it was not approved' USING ERRCODE = 'VA002';
    END IF;
    RETURN h;
END
$$;
COMMENT ON FUNCTION asv.handover_lock IS 'an approved hand-over of the caller''s units, and its row lock';

CREATE FUNCTION asv.record_text(r asv.handover_end) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY['handover-end', h.incident::text, i.case_number, h.id::text])
    FROM asv.handover h JOIN asv.incident i ON i.id = h.incident WHERE h.id = r.handover
$$;
COMMENT ON FUNCTION asv.record_text(asv.handover_end) IS 'what is signed when nothing comes of a hand-over';

CREATE FUNCTION asv.record_text(r asv.handover_receipt) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY['handover-receipt', h.incident::text, i.case_number, h.id::text, r.how, encode(r.received, 'hex'),
        asv.record_time(r.received_at), r.receiver, encode(r.document, 'hex')])
    FROM asv.handover h JOIN asv.incident i ON i.id = h.incident WHERE h.id = r.handover
$$;
COMMENT ON FUNCTION asv.record_text(asv.handover_receipt) IS 'what is signed of a receipt';

CREATE FUNCTION asv.handover_end(p_id uuid, p_by text, p_salt bytea, p_statement bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    h asv.handover := asv.handover_lock(p_id);
    v_new asv.handover_end := ROW(p_id, 1, clock_timestamp(), asv.said_by(p_by), p_salt, p_statement);
BEGIN
    IF EXISTS (SELECT FROM asv.handover_end e WHERE e.handover = p_id AND e.statement = p_statement) THEN
        RETURN 'already';
    END IF;
    PERFORM asv.record_check(p_statement, 'handover-end', 64, h.incident, asv.record_digest(p_salt, asv.record_text(v_new)));
    IF NOT asv.handover_is_open(p_id) THEN
        RAISE EXCEPTION 'hand-over: it was cancelled before, or its receipt was confirmed' USING ERRCODE = 'VA002';
    ELSIF EXISTS (SELECT FROM asv.handover_end e JOIN asv.statement s ON s.digest = e.statement JOIN asv.statement n ON n.digest = p_statement
                  WHERE e.handover = p_id AND s.person = n.person) THEN
        RAISE EXCEPTION 'hand-over: this person has said it; something may have left the house, and another one says the same' USING ERRCODE = 'VA007';
    END IF;
    v_new.number := 1 + (SELECT count(*) FROM asv.handover_end e WHERE e.handover = p_id);
    INSERT INTO asv.handover_end SELECT v_new.*;
    IF asv.handover_ended_at(p_id) IS NULL THEN
        RETURN 'waits';
    END IF;
    PERFORM asv.handover_event(p_id, 'handover_cancelled', s.issued_at, s.credential, 'statement ' || encode(s.digest, 'hex'))
    FROM asv.statement s WHERE s.digest = p_statement;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.handover_end IS 'nothing comes of an approved hand-over, as the statement of the same transaction says: done, it is not built, and its recordings can be released; waits: another person has to say the same';
GRANT EXECUTE ON FUNCTION asv.handover_end TO asv_staff;

-- HO-019: nothing is decided by that; two people have decided.
CREATE FUNCTION asv.handover_again(p_id uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.handover_lock(p_id);
    IF NOT asv.handover_is_open(p_id) THEN
        RAISE EXCEPTION 'hand-over: it was cancelled, or its receipt was confirmed' USING ERRCODE = 'VA002';
    END IF;
    UPDATE asv.handover_build b SET stage = 'again', tries = 0, again_at = clock_timestamp(), changed_at = clock_timestamp()
    WHERE b.handover = p_id AND b.stage IN ('again', 'failed');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hand-over: the job did not end with it' USING ERRCODE = 'VA002';
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.handover_again IS 'the next run begins again with a hand-over with which the job ended';
GRANT EXECUTE ON FUNCTION asv.handover_again TO asv_staff;

-- HO-010: what a recipient signed is a receipt only of one whose card has a certificate, its last line.
CREATE FUNCTION asv.handover_receipt_put(
    p_id uuid, p_how text, p_received bytea, p_received_at timestamptz, p_receiver text, p_document bytea, p_signature bytea, p_by text,
    p_salt bytea, p_statement bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    h asv.handover := asv.handover_lock(p_id);
    v_new asv.handover_receipt := ROW(p_id, 1, p_how, p_received, p_received_at, p_receiver, p_document, p_signature, clock_timestamp(),
                                      asv.said_by(p_by), p_salt, p_statement);
    v_card bytea;
BEGIN
    IF EXISTS (SELECT FROM asv.handover_receipt r WHERE r.handover = p_id AND r.statement = p_statement) THEN
        RETURN 'already';
    END IF;
    PERFORM asv.record_check(p_statement, 'handover-receipt', 64, h.incident, asv.record_digest(p_salt, asv.record_text(v_new)));
    IF NOT asv.handover_is_open(p_id) THEN
        RAISE EXCEPTION 'hand-over: it was cancelled, or its receipt was confirmed before' USING ERRCODE = 'VA002';
    ELSIF NOT EXISTS (SELECT FROM asv.handover_whole(p_id) AS o WHERE o.digest = p_received) THEN
        RAISE EXCEPTION 'hand-over: the receipt is of something else than was made of it' USING ERRCODE = 'VA001';
    ELSIF p_received_at > clock_timestamp() + interval '2 minutes' THEN
        RAISE EXCEPTION 'hand-over: nothing is received in the future' USING ERRCODE = 'VA004';
    ELSIF EXISTS (SELECT FROM asv.handover_whole(p_id) AS o WHERE o.digest = p_received AND p_received_at < o.at - interval '2 minutes') THEN
        RAISE EXCEPTION 'hand-over: nothing is received before it was made' USING ERRCODE = 'VA004';
    END IF;
    v_card := (SELECT asv.handover_card(p.bytes) FROM asv.handover_plan p WHERE p.digest = h.plan);
    IF p_how = 'signed' AND convert_from(v_card, 'UTF8') ~ '[0-9a-f]{64}\n?$' IS NOT TRUE THEN
        RAISE EXCEPTION 'hand-over: no certificate is registered for its addressee' USING ERRCODE = 'VA002';
    ELSIF EXISTS (SELECT FROM asv.handover_receipt r JOIN asv.statement s ON s.digest = r.statement JOIN asv.statement n ON n.digest = p_statement
                  WHERE r.handover = p_id AND r.how = p_how AND s.person = n.person
                    AND (r.received, r.received_at, r.receiver::text, r.document) = (p_received, p_received_at, p_receiver, p_document)) THEN
        RAISE EXCEPTION 'hand-over: this person has written it down; of a form another one says the same' USING ERRCODE = 'VA007';
    END IF;
    v_new.number := 1 + (SELECT count(*) FROM asv.handover_receipt r WHERE r.handover = p_id);
    INSERT INTO asv.handover_receipt SELECT v_new.*;
    IF asv.handover_received_at(p_id) IS NOT NULL THEN
        PERFORM asv.handover_event(p_id, 'handover_received', s.issued_at, s.credential,
                                   format('statement %s, %s', encode(s.digest, 'hex'), encode(p_received, 'hex')))
        FROM asv.statement s WHERE s.digest = p_statement;
        RETURN 'done';
    END IF;
    RETURN 'waits';
END
$$;
COMMENT ON FUNCTION asv.handover_receipt_put IS 'a receipt, as the statement of the same transaction says: done, its recordings can be released; waits: of a form another person has to say the same';
GRANT EXECUTE ON FUNCTION asv.handover_receipt_put TO asv_staff;

-- ---------------------------------------------------------------------------------------------- the job
-- asv_export reads what is approved, neither cancelled nor received, and nothing of other recordings.

CREATE FUNCTION asv.handover_made(p_id uuid) RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(sum(CASE w.kind WHEN 'carrier' THEN 1 ELSE 2 END), 0) FROM asv.handover_whole(p_id) AS w);
END
$$;
COMMENT ON FUNCTION asv.handover_made IS 'what was made of a hand-over, each part of it: 1 carrier, 2 filing, 3 both';

CREATE FUNCTION asv.handover_work(p_id uuid, p_after uuid, p_limit integer)
    RETURNS TABLE (id uuid, case_number text, incident uuid, plan bytea, card bytea, proposal bytea, proposer bytea, approval bytea, approver bytea,
                   ruling bytea, stage text, done smallint, made integer, approved_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF asv.handover_is_open(p_id) THEN
        PERFORM asv.handover_check_free(p_id); -- what was built before somebody blocked it goes onto no medium
    END IF;
    RETURN QUERY
    SELECT h.id, i.case_number::text, h.incident, p.bytes::bytea, asv.handover_card(p.bytes), s.object::bytea, c.record::bytea, a.object::bytea,
           d.record::bytea, asv.ruling_taken(a.digest), b.stage, b.done, asv.handover_made(h.id), b.approved_at
    FROM asv.handover_build b
    JOIN asv.handover h ON h.id = b.handover
    JOIN asv.handover_plan p ON p.digest = h.plan
    JOIN asv.incident i ON i.id = h.incident
    JOIN asv.statement s ON s.digest = h.proposal
    JOIN asv.credential c ON c.digest = s.credential
    JOIN asv.statement a ON a.digest = asv.handover_approval(h.proposal)
    JOIN asv.credential d ON d.digest = a.credential
    WHERE asv.handover_is_open(h.id)
      AND CASE WHEN p_id IS NULL THEN b.stage NOT IN ('built', 'failed') AND coalesce(b.again_at <= clock_timestamp(), true) ELSE h.id = p_id END
      AND (p_after IS NULL OR h.id > p_after)
    ORDER BY h.id
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.handover_work IS 'a page of the hand-overs that are to be built now, or (p_id) one that was approved, whether it is built or not: with the plan, the addressee''s card, both statements, their signers'' credential records, and the keeper''s ruling';
GRANT EXECUTE ON FUNCTION asv.handover_work TO asv_export;

CREATE FUNCTION asv.handover_check_open(p_id uuid) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF asv.handover_is_open(p_id) IS NOT TRUE THEN
        RAISE EXCEPTION 'hand-over: none with this id is approved, and neither cancelled nor received' USING ERRCODE = 'VA006';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.handover_check_open IS 'refuses what is no approved hand-over, or is one no more';

-- HO-051: what stood there when it was approved; where that was forgotten, the first that stands there still.
CREATE FUNCTION asv.handover_version(p_id uuid) RETURNS asv.incident_version
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT v FROM asv.handover h
    JOIN asv.statement a ON a.digest = asv.handover_approval(h.proposal)
    JOIN asv.incident_version v ON v.incident = h.incident
    WHERE h.id = p_id
    ORDER BY v.since <= a.stored_at DESC, CASE WHEN v.since <= a.stored_at THEN -v.number ELSE v.number END
    LIMIT 1
$$;
COMMENT ON FUNCTION asv.handover_version IS 'the incident of a hand-over as it was known when the approval was stored';

CREATE FUNCTION asv.handover_incident(p_id uuid)
    RETURNS TABLE (number smallint, cause smallint, offence text, danger text, from_at timestamptz, until_at timestamptz, place text, accused text,
                   injured text, prosecutor text, statement bytea, since timestamptz, changed_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v CONSTANT asv.incident_version := asv.handover_version(p_id);
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    SELECT v.number, v.cause, v.offence::text, v.danger::text, v.from_at, v.until_at, v.place::text, v.accused::text,
           array_to_string(v.injured, E'\n'), v.prosecutor::text, v.statement::bytea, v.since,
           (SELECT max(w.since) FROM asv.incident_version w WHERE w.incident = v.incident AND w.number > v.number)
    WHERE v.incident IS NOT NULL;
END
$$;
COMMENT ON FUNCTION asv.handover_incident IS 'the incident of a hand-over as it was known when that was approved, and when it was changed since (NULL: not); injured: one to a line';
GRANT EXECUTE ON FUNCTION asv.handover_incident TO asv_export;

CREATE FUNCTION asv.handover_clip_about(p_id uuid, p_number smallint)
    RETURNS TABLE (clip uuid, camera bytea, epoch uuid, number bigint, header bytea, kind smallint, day date, latest_at timestamptz,
                   camera_name text, model text, device_serial text, firmware text, unit text, area text, started_at timestamptz, ended_at timestamptz,
                   earliest_at timestamptz, clock_state smallint, clock_offset_ms bigint, clock_uncertainty_ms bigint, docked_at timestamptz,
                   dock bytea, dock_name text, committed_at timestamptz, erased_on_camera_at timestamptz, integrity smallint, provenance smallint,
                   marked boolean, payload_bytes bigint, tail_bytes bigint, chunks bigint, root bytea, seal_digest bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    SELECT c.clip, c.camera::bytea, c.epoch, c.number::bigint, c.header::bytea, c.kind::smallint, coalesce(c.day, y.day), c.latest_at,
           t.name::text, c.model::text, c.device_serial::text, c.firmware::text, nullif(c.unit::text, ''), nullif(c.area::text, ''), c.started_at,
           c.ended_at, c.earliest_at, c.clock_state::smallint, c.clock_offset_ms, c.clock_uncertainty_ms::bigint, c.docked_at, c.dock::bytea,
           coalesce((SELECT d.name::text FROM asv.certificate d WHERE d.digest = c.dock), c.dock_name::text), c.committed_at,
           (SELECT min(ev.recorded_at) FROM asv.erasure e JOIN asv.clip_event ev ON ev.position = e.event WHERE e.recording = c.recording),
           c.integrity::smallint, c.provenance::smallint, c.marked, c.payload_bytes::bigint, c.tail_bytes::bigint, c.leaves::bigint,
           c.root::bytea, c.seal_digest::bytea
    FROM asv.handover_clip n
    JOIN asv.clip c ON c.recording = n.recording
    JOIN asv.certificate t ON t.digest = c.camera
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    WHERE n.handover = p_id AND n.number = p_number;
END
$$;
COMMENT ON FUNCTION asv.handover_clip_about IS 'the facts of one recording of a hand-over, by its place in the plan, from 1';
GRANT EXECUTE ON FUNCTION asv.handover_clip_about TO asv_export;

-- HO-050: of each camera of a hand-over, or of some of its recordings, the running numbers from the last recording that began before the incident, or before the first of
-- them that is handed over, to the first that began behind both. What a dock imported has the dock's numbers, which tell of no camera.
CREATE FUNCTION asv.handover_series(p_id uuid, p_clips smallint[])
    RETURNS TABLE (camera bytea, epoch uuid, camera_name text, from_at timestamptz, until_at timestamptz, first bigint, last bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v CONSTANT asv.incident_version := asv.handover_version(p_id);
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    WITH shown AS (
        SELECT c.camera, c.epoch, min(c.number) AS low, max(c.number) AS high, least(v.from_at, min(c.started_at)) AS from_at,
               greatest(v.from_at, v.until_at, max(c.ended_at)) AS until_at
        FROM asv.handover_clip n JOIN asv.clip c ON c.recording = n.recording
        WHERE n.handover = p_id AND c.sealer = 1
        GROUP BY c.camera, c.epoch
        HAVING p_clips IS NULL OR bool_or(n.number = ANY (p_clips))),
    spans AS (
        SELECT s.camera, s.epoch, s.from_at, s.until_at,
               least(s.low, coalesce(max(c.number) FILTER (WHERE c.started_at <= s.from_at), min(c.number)))::bigint AS first,
               greatest(s.high, coalesce(min(c.number) FILTER (WHERE c.started_at >= s.until_at), max(c.number)))::bigint AS last
        FROM shown s JOIN asv.clip c ON c.camera = s.camera AND c.epoch = s.epoch
        GROUP BY s.camera, s.epoch, s.from_at, s.until_at, s.low, s.high)
    SELECT s.camera::bytea, s.epoch, t.name::text, s.from_at, s.until_at, s.first, least(s.last, s.first + 4095)
    FROM spans s JOIN asv.certificate t ON t.digest = s.camera
    ORDER BY s.camera, s.epoch;
END
$$;
COMMENT ON FUNCTION asv.handover_series IS 'the cameras of a hand-over, or (p_clips) of its recordings with these numbers, each with the time of which nothing is to be left out and the running numbers that show it, 4,096 at most';
GRANT EXECUTE ON FUNCTION asv.handover_series TO asv_export;

-- Of recordings that are not handed over their number, what became of them, and what of the link record is shown without naming them (S-083).
CREATE FUNCTION asv.handover_links(p_id uuid, p_camera bytea, p_epoch uuid, p_after bigint, p_limit integer)
    RETURNS TABLE (number bigint, fate text, twice boolean, clip smallint, link bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    SELECT DISTINCT ON (r.number) r.number::bigint,
           CASE WHEN n.number IS NOT NULL THEN 'handed_over'
                WHEN t.state IN ('announced', 'transferring') THEN 'announced'
                WHEN t.state IN ('erasing', 'erased', 'expired_on_arrival') OR t.state IS NULL THEN 'erased'
                WHEN asv.handover_is_blocked(r.id) THEN 'blocked'
                WHEN t.state IN ('quarantined', 'held') THEN t.state
                ELSE 'kept' END,
           EXISTS (SELECT FROM asv.recording o WHERE o.camera = r.camera AND o.epoch = r.epoch AND o.number = r.number AND o.id <> r.id),
           n.number, substring(l.object FOR octet_length(l.object) - 50)
    FROM asv.handover_series(p_id, NULL) AS s
    JOIN asv.recording r ON r.camera = s.camera AND r.epoch = s.epoch AND r.number BETWEEN s.first AND s.last
    LEFT JOIN asv.recording_state t ON t.recording = r.id
    LEFT JOIN asv.link l ON l.recording = r.id
    LEFT JOIN asv.handover_clip n ON n.handover = p_id AND n.recording = r.id
    WHERE s.camera = p_camera AND s.epoch = p_epoch AND r.number > p_after
    ORDER BY r.number, n.number, l.object, r.id
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.handover_links IS 'what a camera of a hand-over recorded in those numbers, each once (twice: the camera gave it to several), with the link record as it is shown alone (NULL: there is none), and of the hand-over''s own their place in the plan';
GRANT EXECUTE ON FUNCTION asv.handover_links TO asv_export;

CREATE FUNCTION asv.handover_custody(p_id uuid, p_number smallint, p_after uuid, p_limit integer)
    RETURNS TABLE (event uuid, kind text, at timestamptz, recorded_at timestamptz, actor_kind text, actor bytea, actor_name text, place text,
                   detail text, signed boolean, object_digest bytea, log integer, leaf bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    c asv.clip;
BEGIN
    PERFORM asv.handover_check_open(p_id);
    SELECT k.* INTO c FROM asv.handover_clip n JOIN asv.clip k ON k.recording = n.recording WHERE n.handover = p_id AND n.number = p_number;
    RETURN QUERY
    SELECT e.id, e.kind, e.at, coalesce(l.recorded_at, e.recorded_at), e.actor_kind, e.actor::bytea, nullif(e.actor_name, ''), nullif(e.place, ''),
           CASE WHEN e.kind <> 'opened' AND e.kind NOT LIKE 'handover\_%' THEN nullif(e.detail, '') END, -- ids and digests for programs
           e.is_signed, e.object_digest::bytea, l.log::integer, l.index::bigint
    FROM asv.clip_events(c.camera, c.epoch, c.number, c.header, p_after, p_limit) AS e
    LEFT JOIN asv.ledger_entry l ON l.id = e.id;
END
$$;
COMMENT ON FUNCTION asv.handover_custody IS 'a page of the custody events of one recording of a hand-over, each with its place in the ledger and recorded when that says so (NULL: it waits for one); of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.handover_custody TO asv_export;

-- HO-009: what an entry is about, as far as a package tells of it: its recordings' custody, what was decided about them and about hand-overs of
-- them, and who enrolled the people who signed. Of who looked at a recording the ledger keeps other entries, which do not go out.
CREATE FUNCTION asv.handover_told(p_id uuid, p_clips smallint[]) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH recordings AS (
        SELECT c.recording, k.header FROM asv.handover_clip c JOIN asv.clip k ON k.recording = c.recording
        WHERE c.handover = p_id AND (p_clips IS NULL OR c.number = ANY (p_clips))),
    decided AS (
        SELECT s.digest FROM asv.statement s JOIN recordings r ON s.subject = r.header
        WHERE s.subject_kind IN (1, 7)
        UNION SELECT s.digest FROM asv.handover h JOIN asv.statement s ON h.proposal IN (s.digest, s.proposal) WHERE h.id = p_id)
    SELECT e.id FROM asv.clip_event e JOIN recordings r ON r.recording = e.recording
    UNION SELECT asv.ledger_id(d.digest) FROM decided d
    UNION SELECT a.entry FROM asv.statement_answer a JOIN decided d ON a.statement = d.digest;
END
$$;
COMMENT ON FUNCTION asv.handover_told IS 'the ids of the entries that go out with a hand-over, of all its recordings or (p_clips) of those with these numbers';

CREATE FUNCTION asv.handover_entries(p_id uuid, p_clips smallint[], p_after_log smallint, p_after bigint, p_limit integer)
    RETURNS SETOF asv.ledger_known
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    SELECT e.log, e.index::bigint, e.id, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, e.entry::bytea,
           e.key::bytea, e.closed::bytea, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id), d.key::bytea
    FROM (SELECT n.* FROM asv.handover_told(p_id, p_clips) AS t (id) JOIN asv.ledger_entry n ON n.id = t.id
          WHERE (n.log, n.index::bigint) > (p_after_log, p_after)
          ORDER BY n.log, n.index LIMIT p_limit) AS e
    LEFT JOIN LATERAL (SELECT k.key FROM asv.ledger_day k
                       WHERE e.key IS NOT NULL AND k.day = (SELECT o.day FROM asv.ledger_source(e.kind, e.id) o)) AS d ON true
    ORDER BY e.log, e.index;
END
$$;
COMMENT ON FUNCTION asv.handover_entries IS 'the entries that go out with a hand-over, with what lies beside them, as ledger_about gives them; p_clips NULL: of all its recordings';
GRANT EXECUTE ON FUNCTION asv.handover_entries TO asv_export;

CREATE FUNCTION asv.handover_waits(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN EXISTS (SELECT FROM asv.handover_told(p_id, NULL) AS t (id) JOIN asv.ledger_pending p ON p.id = t.id);
END
$$;
COMMENT ON FUNCTION asv.handover_waits IS 'whether something that goes out with a hand-over waits for its place in the ledger';
GRANT EXECUTE ON FUNCTION asv.handover_waits TO asv_export;

-- HO-049
CREATE FUNCTION asv.handover_is_over(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN coalesce((SELECT asv.handover_state(h) IN ('received', 'cancelled') FROM asv.handover h WHERE h.id = p_id), false);
END
$$;
COMMENT ON FUNCTION asv.handover_is_over IS 'whether a hand-over was received or cancelled: nothing of it is to lie anywhere any more';
GRANT EXECUTE ON FUNCTION asv.handover_is_over TO asv_export;

-- HO-008: the job says how far it is, and hears that it is to end.
CREATE FUNCTION asv.handover_progress(p_id uuid, p_stage text, p_done smallint, p_bytes bigint, p_error text, p_cause text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF asv.handover_is_open(p_id) IS NOT TRUE THEN
        RETURN 'cancelled';
    ELSIF p_stage IN ('waiting', 'built') THEN
        RAISE EXCEPTION 'hand-over: that it is built follows from what was made' USING ERRCODE = 'VA003';
    END IF;
    UPDATE asv.handover_build b
    SET stage = p_stage, done = p_done, bytes = p_bytes, error = p_error, cause = p_cause, began_at = coalesce(b.began_at, clock_timestamp()),
        changed_at = clock_timestamp(), tries = CASE p_stage WHEN 'again' THEN least(b.tries + 1, 1000) ELSE b.tries END,
        again_at = CASE p_stage WHEN 'again' THEN clock_timestamp() + least(interval '1 minute' * power(2, least(b.tries, 6)), interval '1 hour') END
    WHERE b.handover = p_id AND b.stage <> 'built';
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.handover_progress IS 'how far the job is, or why it ended (again, failed), and the kind of that: done; cancelled: it is to end; already: all is made';
GRANT EXECUTE ON FUNCTION asv.handover_progress TO asv_export;

-- HO-085: each recording is in one part.
CREATE FUNCTION asv.handover_check_part(n asv.handover_output) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.handover_output o
               WHERE o.handover = n.handover AND o.kind = n.kind AND (o.parts <> n.parts OR o.part <> n.part AND o.clips && n.clips))
       OR EXISTS (SELECT FROM unnest(n.clips) AS u (number)
                  WHERE u.number NOT IN (SELECT c.number FROM asv.handover_clip c WHERE c.handover = n.handover))
       OR n.parts = (SELECT 1 + count(*) FROM asv.handover_output o WHERE o.handover = n.handover AND o.kind = n.kind)
          AND (SELECT count(*) FROM asv.handover_clip c WHERE c.handover = n.handover)
              <> cardinality(n.clips) + (SELECT coalesce(sum(cardinality(o.clips)), 0) FROM asv.handover_output o WHERE o.handover = n.handover AND o.kind = n.kind) THEN
        RAISE EXCEPTION 'hand-over: its parts do not have each recording once' USING ERRCODE = 'VA001';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.handover_check_part IS 'refuses a part of which a recording is in another one, too, or the last one while a recording is in none';

CREATE FUNCTION asv.handover_built(
    p_id uuid, p_kind text, p_digest bytea, p_bytes bigint, p_files integer, p_software text, p_part smallint DEFAULT 1, p_parts smallint DEFAULT 1,
    p_clips smallint[] DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    o asv.handover_output;
    v_new asv.handover_output := ROW(p_id, p_kind, p_part, p_parts, p_clips, p_digest, p_bytes, p_files, p_software, clock_timestamp());
    v_outputs integer;
BEGIN
    PERFORM asv.check_durable();
    PERFORM FROM asv.handover h WHERE h.id = p_id FOR NO KEY UPDATE; -- as who cancels it
    PERFORM FROM asv.handover_build b WHERE b.handover = p_id FOR UPDATE;
    PERFORM asv.handover_check_open(p_id);
    v_outputs := (SELECT asv.handover_outputs(p.bytes) FROM asv.handover h JOIN asv.handover_plan p ON p.digest = h.plan WHERE h.id = p_id);
    SELECT * INTO o FROM asv.handover_output n WHERE n.handover = p_id AND n.kind = p_kind AND n.part = p_part;
    IF FOUND AND (o.digest, o.parts) = (p_digest, p_parts) THEN
        RETURN 'already';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'hand-over: something else was made of it before' USING ERRCODE = 'VA001';
    ELSIF v_outputs & (CASE p_kind WHEN 'carrier' THEN 1 ELSE 2 END) = 0 THEN
        RAISE EXCEPTION 'hand-over: nobody decided that a % be made of it', p_kind USING ERRCODE = 'VA001';
    END IF;
    PERFORM asv.handover_check_part(v_new);
    INSERT INTO asv.handover_output SELECT v_new.*;
    PERFORM asv.handover_event(p_id, 'handover_built', NULL, NULL, format('%s, %s bytes, SHA-256 %s, %s',
        p_kind || CASE WHEN p_parts > 1 THEN format(' %s of %s', p_part, p_parts) ELSE '' END, p_bytes, encode(p_digest, 'hex'), p_software), p_clips);
    IF asv.handover_made(p_id) = v_outputs THEN
        UPDATE asv.handover_build b SET stage = 'built', error = NULL, cause = NULL, again_at = NULL, began_at = coalesce(b.began_at, clock_timestamp()), changed_at = clock_timestamp(),
            done = (SELECT count(*) FROM asv.handover_clip c WHERE c.handover = p_id)
        WHERE b.handover = p_id;
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.handover_built IS 'an output, or a part of a carrier, was finished: custody of each recording in it tells of it; with the last of them the hand-over is built';
GRANT EXECUTE ON FUNCTION asv.handover_built TO asv_export;

CREATE FUNCTION asv.handover_carriers(p_id uuid) RETURNS TABLE (part smallint, parts smallint, digest bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN QUERY
    SELECT o.part, o.parts, o.digest::bytea FROM asv.handover_output o
    WHERE o.handover = p_id AND o.kind = 'carrier' AND EXISTS (SELECT FROM asv.handover_whole(p_id) AS w WHERE w.kind = 'carrier') ORDER BY o.part;
END
$$;
COMMENT ON FUNCTION asv.handover_carriers IS 'the carrier of a hand-over in its parts, once all of them are made';
GRANT EXECUTE ON FUNCTION asv.handover_carriers TO asv_export;

-- HO-175: a name says nothing about which medium it is.
CREATE FUNCTION asv.handover_medium_stands(p_id uuid, p_kind text, p_label text, p_medium uuid, p_part smallint DEFAULT NULL) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp
    RETURN (SELECT CASE WHEN bool_and((m.handover, m.kind, m.label, m.medium, m.part) = (p_id, p_kind, p_label, p_medium, coalesce(p_part, m.part))) THEN 'already' ELSE coalesce(min('conflict'), 'done') END
            FROM asv.handover_medium m WHERE (m.handover, m.kind, m.label) = (p_id, p_kind, p_label) OR m.medium = p_medium);
COMMENT ON FUNCTION asv.handover_medium_stands IS 'already: custody knows this medium by this name; conflict: another one by this name, or this one by another or with another part; done: neither';

-- HO-157: asked before anything is written.
CREATE FUNCTION asv.handover_named(p_id uuid, p_kind text, p_label text, p_medium uuid) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.handover_check_open(p_id);
    RETURN asv.handover_medium_stands(p_id, p_kind, p_label, p_medium);
END
$$;
COMMENT ON FUNCTION asv.handover_named IS 'what handover_written would say of a medium';
GRANT EXECUTE ON FUNCTION asv.handover_named TO asv_export;

CREATE FUNCTION asv.handover_written(p_id uuid, p_kind text, p_label text, p_medium uuid, p_digest bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    o asv.handover_output;
    v_stands text;
BEGIN
    PERFORM asv.check_durable();
    PERFORM FROM asv.handover h WHERE h.id = p_id FOR NO KEY UPDATE;
    PERFORM asv.handover_check_open(p_id);
    PERFORM asv.handover_check_free(p_id);
    SELECT * INTO o FROM asv.handover_output n WHERE n.handover = p_id AND n.kind = p_kind AND n.digest = p_digest;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hand-over: what was written is not what was made of it' USING ERRCODE = 'VA001';
    END IF;
    v_stands := asv.handover_medium_stands(p_id, p_kind, p_label, p_medium, o.part);
    IF v_stands <> 'done' THEN
        RETURN v_stands;
    END IF;
    INSERT INTO asv.handover_medium (handover, kind, label, medium, part) VALUES (p_id, p_kind, p_label, p_medium, o.part);
    PERFORM asv.handover_event(p_id, 'handover_written', NULL, NULL, format('%s to %s, SHA-256 %s',
        p_kind || CASE WHEN o.parts > 1 THEN format(' %s of %s', o.part, o.parts) ELSE '' END, p_label, encode(p_digest, 'hex')), o.clips);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.handover_written IS 'an output, or a part of a carrier, was written to a medium, read back and found to be the same: custody of each recording in it tells of it';
GRANT EXECUTE ON FUNCTION asv.handover_written TO asv_export;

-- What everybody may read, and what the keeper's word and the package's certificates are verified with.
GRANT EXECUTE ON FUNCTION asv.ledger_logs, asv.ledger_newest, asv.ledger_tile_get, asv.ledger_witness_state, asv.ledger_note_cosigned,
    asv.ledger_cosigned_last, asv.ledger_about, asv.ledger_object, asv.ledger_said, asv.ledger_enrolment, asv.revocations_newest, asv.chain_of,
    asv.software_used TO asv_export;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['handover', 'handover_build', 'handover_output', 'handover_medium', 'handover_end', 'handover_receipt'] LOOP
        EXECUTE format('CREATE TRIGGER news AFTER INSERT%s ON asv.%I FOR EACH STATEMENT EXECUTE FUNCTION asv.news(%L)',
                       CASE name WHEN 'handover_build' THEN ' OR UPDATE' ELSE '' END, name, 'handovers');
    END LOOP;
END
$$;
