-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people decide about recordings: requests and their answers, holds, days, blocks. Each decision names the statements that it
-- consists of (0009); the keeper verifies those, and is right about keys.
CREATE TABLE asv.request (
    proposal asv.digest PRIMARY KEY REFERENCES asv.statement,
    action smallint NOT NULL CHECK (action IN (1, 2, 3, 4, 6, 9, 10)),
    recording uuid REFERENCES asv.clip,
    camera asv.digest REFERENCES asv.camera,
    from_at timestamptz,
    until_at timestamptz,
    incident uuid REFERENCES asv.incident,
    ground smallint NOT NULL,
    superior boolean NOT NULL,
    opener uuid REFERENCES asv.person,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome text CHECK (outcome IN ('approved', 'refused', 'withdrawn', 'lapsed')),
    answer asv.digest UNIQUE REFERENCES asv.statement,
    ended_at timestamptz,
    CHECK (requested_at < expires_at),
    CHECK ((action IN (6, 9)) = (recording IS NULL) AND (recording IS NULL) = (camera IS NOT NULL)
           AND (camera IS NULL) = (from_at IS NULL) AND (camera IS NULL) = (until_at IS NULL)),
    CHECK (from_at < until_at AND until_at <= from_at + interval '24 hours'),
    CHECK (action IN (2, 3, 9, 10) OR incident IS NOT NULL),
    CHECK (CASE action WHEN 1 THEN ground BETWEEN 1 AND 3 WHEN 6 THEN ground BETWEEN 1 AND 3
                       WHEN 3 THEN ground = 0 OR ground BETWEEN 4 AND 7 ELSE ground = 0 END),
    CHECK ((action = 4) = (opener IS NOT NULL)),
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((answer IS NULL) = (outcome IS NULL OR outcome = 'lapsed'))
);
CREATE UNIQUE INDEX request_open ON asv.request (recording) WHERE outcome IS NULL AND action IN (1, 2, 3, 10);
CREATE UNIQUE INDEX request_open_ahead ON asv.request (camera, from_at, until_at) WHERE outcome IS NULL AND action IN (6, 9);
CREATE UNIQUE INDEX request_open_look ON asv.request (recording, opener) WHERE outcome IS NULL AND action = 4;
CREATE INDEX ON asv.request (recording, action);
CREATE INDEX request_early ON asv.request (recording) WHERE action = 3 AND outcome = 'approved';
CREATE INDEX request_waiting ON asv.request (expires_at, proposal) WHERE outcome IS NULL;
CREATE INDEX ON asv.request (incident);
COMMENT ON TABLE asv.request IS 'what two people decide about a recording: asked for by the proposal, ended once by an answer or by time';
COMMENT ON COLUMN asv.request.proposal IS 'the statement that asks for it';
COMMENT ON COLUMN asv.request.action IS '1 hold, 2 release, 3 erase early, 4 open, 6 hold what a camera recorded before it docks, 9 no more of that, 10 on which day it was made (STATEMENTS.md 4)';
COMMENT ON COLUMN asv.request.recording IS 'about which; NULL with 6 and 9';
COMMENT ON COLUMN asv.request.camera IS 'with 6 and 9: certificate of the camera';
COMMENT ON COLUMN asv.request.from_at IS 'with 6 and 9: what it recorded from then on';
COMMENT ON COLUMN asv.request.until_at IS 'with 6 and 9: until just before then';
COMMENT ON COLUMN asv.request.incident IS 'for which';
COMMENT ON COLUMN asv.request.ground IS 'as the proposal says';
COMMENT ON COLUMN asv.request.superior IS 'asked for as supervisor or deputy in charge, and not by who wore the camera';
COMMENT ON COLUMN asv.request.opener IS 'with 4: who would see it';
COMMENT ON COLUMN asv.request.requested_at IS 'as signed';
COMMENT ON COLUMN asv.request.expires_at IS 'when it lapses: with a hold as the keeper says, otherwise as signed';
COMMENT ON COLUMN asv.request.recorded_at IS 'when this database was told';
COMMENT ON COLUMN asv.request.outcome IS 'NULL while it is open';
COMMENT ON COLUMN asv.request.answer IS 'the statement that ended it';
COMMENT ON COLUMN asv.request.ended_at IS 'as signed, or when it lapsed';

CREATE TABLE asv.hold (
    recording uuid NOT NULL REFERENCES asv.clip,
    proposal asv.digest NOT NULL REFERENCES asv.request,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event,
    PRIMARY KEY (recording, proposal)
);
COMMENT ON TABLE asv.hold IS 'which decision keeps, or kept, which recording; of a held one the last counts';
COMMENT ON COLUMN asv.hold.recording IS 'which';
COMMENT ON COLUMN asv.hold.proposal IS 'the approved request, of the recording itself or ahead of its docking';
COMMENT ON COLUMN asv.hold.since IS 'since when';
COMMENT ON COLUMN asv.hold.event IS 'its custody event';

CREATE TABLE asv.ahead_finish (
    proposal asv.digest PRIMARY KEY REFERENCES asv.request,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE asv.ahead_finish IS 'holds ahead of the docking for which the keeper has no key any more: the camera is in, and what they keep has keys of its own';
COMMENT ON COLUMN asv.ahead_finish.proposal IS 'which decision';
COMMENT ON COLUMN asv.ahead_finish.at IS 'when this database was told';

CREATE TABLE asv.clip_day (
    recording uuid PRIMARY KEY REFERENCES asv.clip,
    proposal asv.digest NOT NULL UNIQUE REFERENCES asv.request,
    day date NOT NULL,
    due_at timestamptz NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.clip_day (day);
COMMENT ON TABLE asv.clip_day IS 'days that two people decided on, of recordings whose day no clock tells: beside clip.day, which is what the dock signed and where the vault has it';
COMMENT ON COLUMN asv.clip_day.recording IS 'which';
COMMENT ON COLUMN asv.clip_day.proposal IS 'the approved request';
COMMENT ON COLUMN asv.clip_day.day IS 'the recording day, local';
COMMENT ON COLUMN asv.clip_day.due_at IS 'when it is due, as the keeper said: with its day''s period, and with the reserve key at the latest';
COMMENT ON COLUMN asv.clip_day.since IS 'since when';
COMMENT ON COLUMN asv.clip_day.event IS 'its custody event';

CREATE TABLE asv.block (
    statement asv.digest PRIMARY KEY REFERENCES asv.statement,
    recording uuid NOT NULL REFERENCES asv.clip,
    ground smallint NOT NULL CHECK (ground BETWEEN 4 AND 7),
    kind text NOT NULL CHECK (kind IN ('set', 'confirmed', 'lifted')),
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.block (recording, ground, event);
COMMENT ON TABLE asv.block IS 'what keeps a recording from use (LAW R3, R4, R5), and the decisions on it; beside what the camera itself says (clip.dwelling, clip.pre_roll_ms)';
COMMENT ON COLUMN asv.block.statement IS 'what somebody signed';
COMMENT ON COLUMN asv.block.recording IS 'of which recording';
COMMENT ON COLUMN asv.block.ground IS '4 dwelling, 5 professional secret, 6 core area of private life, 7 pre-roll';
COMMENT ON COLUMN asv.block.kind IS 'set: from now on, undecided; confirmed: decided that it stays; lifted: decided that it does not';
COMMENT ON COLUMN asv.block.event IS 'its custody event; of several the last counts';

-- ---------------------------------------------------------------------------------------------- moves and events

INSERT INTO asv.lifecycle_move VALUES
    ('sealed', 'pending'), ('quarantined', 'pending'),
    ('pending', 'sealed'), ('pending', 'quarantined'),
    ('pending', 'held'),
    -- A hold ahead of the docking; and an approval that the keeper took just before the request lapsed here.
    ('sealed', 'held'), ('quarantined', 'held'),
    ('held', 'released'),
    -- What was released and whose period still runs may be asked for again.
    ('released', 'pending'), ('pending', 'released'), ('released', 'held'),
    -- What followed from an approval that was none (approval_void); from a release, released to held.
    ('held', 'sealed'), ('held', 'quarantined'), ('erasing', 'sealed'), ('erasing', 'quarantined'), ('erasing', 'released'), ('erasing', 'held');

INSERT INTO asv.alarm_kind VALUES
    ('unheard', 'what somebody signed did not reach the keeper before its time was over: it has to be signed again'),
    ('forged', 'what stood here as signed was nothing that anybody signed, as is said: it was put here from somebody''s own account, past the programs');

INSERT INTO asv.event_kind VALUES
    ('hold_requested', true, 'somebody asked that it be kept'),
    ('hold_approved', true, 'a second person agreed: it is held'),
    ('hold_refused', true, 'who could have agreed did not'),
    ('hold_withdrawn', true, 'who had asked thought better of it'),
    ('hold_lapsed', false, 'nobody decided in time'),
    ('held_ahead', false, 'it is held, as two people had decided before it was docked'),
    ('release_requested', true, 'somebody asked that it be kept no longer'),
    ('release_approved', true, 'a second person agreed: its hold key is destroyed'),
    ('release_refused', true, 'who could have agreed did not'),
    ('release_withdrawn', true, 'who had asked thought better of it'),
    ('release_lapsed', false, 'nobody decided in time'),
    ('erasure_requested', true, 'somebody asked that it be erased before its day'),
    ('erasure_approved', true, 'a second person agreed: its key is destroyed'),
    ('erasure_refused', true, 'who could have agreed did not'),
    ('erasure_withdrawn', true, 'who had asked thought better of it'),
    ('erasure_lapsed', false, 'nobody decided in time'),
    ('day_requested', true, 'somebody said on which day it was recorded'),
    ('day_approved', true, 'a second person agreed: its period is that day''s'),
    ('day_refused', true, 'who could have agreed did not'),
    ('day_withdrawn', true, 'who had said so thought better of it'),
    ('day_lapsed', false, 'nobody decided in time'),
    ('blocked', true, 'somebody blocked all use of it'),
    ('block_confirmed', true, 'it was decided that the block stays'),
    ('block_lifted', true, 'it was decided that the block does not stay');

-- Only added to, but for what follows from an approval that was none; a request is ended once.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ahead_finish', 'block'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['hold', 'clip_day'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

CREATE FUNCTION asv.check_void() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.request r JOIN asv.statement a ON a.proposal = r.proposal
               WHERE r.proposal = old.proposal AND r.outcome = 'lapsed' AND a.step = 2 AND asv.is_forged(a.digest)) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION '%: this table is only added to', tg_table_name USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_void() IS 'trigger: what follows from an approval goes when that was found to be none, and not otherwise';
CREATE TRIGGER check_void BEFORE DELETE ON asv.hold FOR EACH ROW EXECUTE FUNCTION asv.check_void();
CREATE TRIGGER check_void BEFORE DELETE ON asv.clip_day FOR EACH ROW EXECUTE FUNCTION asv.check_void();

CREATE FUNCTION asv.may_reopen(r asv.request, p_approval bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.outcome IN ('refused', 'withdrawn') AND asv.statement_taken_at(r.answer) IS NULL
       AND asv.statement_taken_at(p_approval) IS NOT NULL
$$;
COMMENT ON FUNCTION asv.may_reopen IS 'whether the keeper took this approval of a request that was ended here by an answer that it did not take';

CREATE FUNCTION asv.check_request() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- The keeper may have taken an approval before its time was over, although here it was found to be over first; or one of a
    -- request that was ended here by an answer that it never took. And what stood as an approval may be none.
    IF new.outcome IS NOT NULL
       AND (old.outcome IS NULL OR new.outcome = 'approved' AND (old.outcome = 'lapsed' OR asv.may_reopen(old, new.answer))
            OR old.outcome = 'approved' AND new.outcome = 'lapsed' AND asv.is_forged(old.answer))
       AND (to_jsonb(new) - ARRAY['outcome', 'answer', 'ended_at'])
           = (to_jsonb(old) - ARRAY['outcome', 'answer', 'ended_at']) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'request: it is ended once, and otherwise stays as it is' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_request() IS 'trigger: a request is ended once';
CREATE TRIGGER check_request BEFORE UPDATE ON asv.request
    FOR EACH ROW EXECUTE FUNCTION asv.check_request();
CREATE TRIGGER keep BEFORE TRUNCATE ON asv.request
    FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();

-- LAW T4, whatever a program thinks: nothing is held without two people's stored statements. Bytes and signatures are
-- the keeper's to verify; here it is the rows that cannot contradict each other.
CREATE FUNCTION asv.check_held() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM asv.hold h
        JOIN asv.request r ON r.proposal = h.proposal
        JOIN asv.statement p ON p.digest = r.proposal
        JOIN asv.statement a ON a.digest = r.answer
        WHERE h.recording = new.recording AND h.event = new.event AND r.outcome = 'approved'
          AND p.step = 1 AND a.step = 2 AND a.proposal = p.digest AND a.person <> p.person) THEN
        RAISE EXCEPTION 'recording_state: held without the approval of a second person' USING ERRCODE = 'VA002';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION asv.check_held() IS 'trigger: a recording is held by a request that another person approved, and by nothing else (LAW T4)';
CREATE TRIGGER check_held BEFORE INSERT OR UPDATE ON asv.recording_state
    FOR EACH ROW WHEN (new.state = 'held') EXECUTE FUNCTION asv.check_held();

-- ---------------------------------------------------------------------------------------------- functions
-- Each may be repeated with the same facts, and takes its recording's row lock first, as those of custody do.

CREATE FUNCTION asv.recording_lock(p_header bytea) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    SELECT r.id INTO v_id FROM asv.recording r JOIN asv.clip c ON c.recording = r.id
    WHERE c.header = p_header
    FOR NO KEY UPDATE OF r;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'recording: none in custody has the header that the statement names' USING ERRCODE = 'VA006';
    END IF;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION asv.recording_lock IS 'the recording in custody with this seal header, and its row lock';
CREATE INDEX ON asv.clip (header);

CREATE FUNCTION asv.state_of(p_recording uuid) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT state FROM asv.recording_state WHERE recording = p_recording);
END
$$;
COMMENT ON FUNCTION asv.state_of IS 'where a recording stands';

CREATE FUNCTION asv.resting_state(p_recording uuid) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM asv.request
                             WHERE recording = p_recording AND action = 2 AND outcome = 'approved') THEN 'released'
                WHEN EXISTS (SELECT FROM asv.quarantine WHERE recording = p_recording) THEN 'quarantined'
                ELSE 'sealed' END
$$;
COMMENT ON FUNCTION asv.resting_state IS 'where a recording that nobody holds goes back to when something about it came to nothing';

CREATE FUNCTION asv.hold_of(p_recording uuid) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT h.event FROM asv.hold h JOIN asv.request r ON r.proposal = h.proposal
    WHERE h.recording = p_recording AND r.outcome = 'approved'
      AND NOT EXISTS (SELECT FROM asv.request q JOIN asv.clip_event e ON e.object_digest = q.answer AND e.recording = q.recording
                      WHERE q.recording = p_recording AND q.action = 2 AND q.outcome = 'approved' AND e.position > h.event)
    ORDER BY h.event DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.hold_of IS 'the event of the hold of a recording that nobody has released since, whatever its state; NULL: none';

-- K-201. Whoever holds a recording is not forgotten because something else about it came to nothing: the keeper has it still.
CREATE FUNCTION asv.state_rest(p_recording uuid, p_event bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_hold bigint := asv.hold_of(p_recording);
BEGIN
    PERFORM asv.state_move(p_recording, CASE WHEN v_hold IS NULL THEN asv.resting_state(p_recording) ELSE 'held' END, coalesce(v_hold, p_event));
END
$$;
COMMENT ON FUNCTION asv.state_rest IS 'something about a recording came to nothing: it is held by its hold, or is where it was before';

CREATE FUNCTION asv.is_dayless(p_recording uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.clip c JOIN asv.recording_state s ON s.recording = c.recording
                   WHERE c.recording = p_recording AND c.day IS NULL
                     AND s.state IN ('sealed', 'quarantined', 'pending', 'held', 'released'))
       AND NOT EXISTS (SELECT FROM asv.clip_day WHERE recording = p_recording)
$$;
COMMENT ON FUNCTION asv.is_dayless IS 'whether nobody knows the day of a recording in custody, and nobody has decided on it';

CREATE FUNCTION asv.event_stated(p_recording uuid, p_kind text, p_statement bytea) RETURNS bigint
    LANGUAGE sql SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.event_put(p_recording, p_kind, s.issued_at, 'person', s.credential, NULL, NULL, s.object)
    FROM asv.statement s WHERE s.digest = p_statement
$$;
COMMENT ON FUNCTION asv.event_stated IS 'adds the custody event of what a person stated';

CREATE FUNCTION asv.request_event(p_action smallint, p_what text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE p_action WHEN 1 THEN 'hold_' WHEN 2 THEN 'release_' WHEN 3 THEN 'erasure_' WHEN 10 THEN 'day_' END || p_what
$$;
COMMENT ON FUNCTION asv.request_event IS 'the kind of a request''s event; NULL where there is none: who looks at what is the access log''s';

CREATE FUNCTION asv.request_lapse(p_proposal bytea, p_until timestamptz) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    r asv.request;
    v_event bigint;
BEGIN
    PERFORM FROM asv.recording
    WHERE id = (SELECT recording FROM asv.request WHERE proposal = p_proposal)
    FOR NO KEY UPDATE;
    -- What the keeper took an answer to did not lapse, although what follows from it may not be written down yet; and what was
    -- approved in time waits for the keeper's word.
    UPDATE asv.request SET outcome = 'lapsed', ended_at = least(expires_at, clock_timestamp())
    WHERE proposal = p_proposal AND outcome IS NULL AND expires_at <= p_until
      AND NOT EXISTS (SELECT FROM asv.statement a
                      WHERE a.proposal = p_proposal
                        AND (asv.statement_taken_at(a.digest) IS NOT NULL
                             OR a.step = 2 AND a.expires_at > clock_timestamp() AND NOT asv.statement_is_refused(a.digest)))
    RETURNING * INTO r;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF r.action IN (1, 2, 3, 10) THEN
        v_event := asv.event_put(r.recording, asv.request_event(r.action, 'lapsed'), r.ended_at, 'system', NULL, NULL, NULL,
                                 NULL);
        IF r.action = 1 AND asv.state_of(r.recording) = 'pending' THEN
            PERFORM asv.state_rest(r.recording, v_event);
        END IF;
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION asv.request_lapse IS 'ends a request whose time is over by then';

CREATE FUNCTION asv.hold_open(p_recording uuid) RETURNS asv.digest
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT proposal FROM asv.request WHERE recording = p_recording AND action = 1 AND outcome IS NULL
$$;
COMMENT ON FUNCTION asv.hold_open IS 'the request to hold this recording that is open; NULL: none';
GRANT EXECUTE ON FUNCTION asv.hold_open TO asv_admin;

-- K-215. The keeper may wait no more for its answer: the recording's day was said since, and is past. That it has nothing of a request
-- that it took says no such thing: its index may have been put back.
CREATE FUNCTION asv.hold_lapsed(p_recording uuid, p_proposal bytea, p_ended boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_durable();
    RETURN coalesce((SELECT CASE WHEN asv.request_lapse(r.proposal, 'infinity') THEN 'done' END FROM asv.request r
                     WHERE r.recording = p_recording AND r.proposal = p_proposal AND r.action = 1 AND r.outcome IS NULL
                       AND (p_ended AND asv.statement_taken_at(r.proposal) IS NOT NULL OR asv.is_forged(r.proposal)
                            OR asv.statement_is_refused(r.proposal)
                               AND EXISTS (SELECT FROM asv.statement_answer a
                                           WHERE a.statement = r.proposal AND NOT a.taken AND a.ruling IS NOT NULL))), 'already');
END
$$;
COMMENT ON FUNCTION asv.hold_lapsed IS 'this request to hold this recording lapsed, as the keeper, asked for it, has ended it, or signed that it never takes it, unless its approval is under way, or the keeper has not heard of it (already)';
GRANT EXECUTE ON FUNCTION asv.hold_lapsed TO asv_admin;

CREATE FUNCTION asv.requests_lapse() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_proposal bytea;
    v_count bigint := 0;
BEGIN
    PERFORM asv.check_durable();
    FOR v_proposal IN SELECT proposal FROM asv.request WHERE outcome IS NULL AND expires_at <= clock_timestamp()
                      ORDER BY recording, proposal LOOP
        v_count := v_count + asv.request_lapse(v_proposal, clock_timestamp())::int;
    END LOOP;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION asv.requests_lapse IS 'ends every request whose time is over; how many. To be called when the keeper was told of what was not delivered';
GRANT EXECUTE ON FUNCTION asv.requests_lapse TO asv_admin;

CREATE FUNCTION asv.deciding_roles(p_person uuid, p_recording uuid, p_camera bytea, p_from_at timestamptz, p_until_at timestamptz)
    RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT CASE WHEN o.wears OR NOT o.said THEN 0 ELSE 248 | d.in_charge::integer * 2 | d.deputises::integer * 4 END
            FROM (VALUES (true)) AS one
            LEFT JOIN asv.clip c ON c.recording = p_recording
            CROSS JOIN LATERAL (
                SELECT coalesce(c.unit::text, (SELECT u.unit::text FROM asv.camera_unit u WHERE u.camera = p_camera
                                               ORDER BY u.since DESC LIMIT 1), '') AS unit,
                       coalesce(w.holder = p_person, false)
                       OR p_camera IS NOT NULL AND p_person IN (SELECT asv.holders(p_camera, p_from_at, p_until_at)) AS wears,
                       CASE WHEN p_camera IS NOT NULL THEN NOT asv.is_worn_unsaid(p_camera, p_from_at, p_until_at)
                            ELSE w.number IS NOT NULL END AS said
                FROM asv.worn_as(coalesce(c.assignment, c.recording)) AS w) o
            CROSS JOIN LATERAL asv.duties_of(p_person, o.unit, NULL) d);
END
$$;
COMMENT ON FUNCTION asv.deciding_roles IS 'which roles count of who decides about a recording, or about a camera before it docks: a supervisor''s or deputy''s in charge alone, and none of who wore the camera, or before it was written down who did';

CREATE FUNCTION asv.is_superior(s asv.statement, p_recording uuid, p_from_at timestamptz, p_until_at timestamptz)
    RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.roles & 6 & asv.deciding_roles(s.person, p_recording, CASE s.subject_kind WHEN 2 THEN s.subject::bytea END,
                                            p_from_at, p_until_at) <> 0
    FROM asv.credential k
    WHERE k.digest = s.credential
$$;
COMMENT ON FUNCTION asv.is_superior IS 'whether who signed this is supervisor or deputy in charge, and did not wear the camera, as was written down';

CREATE FUNCTION asv.may_approve(r asv.request, a asv.statement) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN k.roles & (CASE r.action WHEN 4 THEN 38 ELSE 6 END)
                     & asv.deciding_roles(a.person, r.recording, r.camera, r.from_at, r.until_at) <> 0 THEN true
                WHEN r.action = 4 THEN false
                ELSE r.superior END
    FROM asv.credential k WHERE k.digest = a.credential
$$;
COMMENT ON FUNCTION asv.may_approve IS 'whether one of the two is a superior in charge, of what is shown the second or the data-protection officer';

CREATE FUNCTION asv.may_refuse(r asv.request, a asv.statement) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.roles & (CASE r.action WHEN 4 THEN 38 ELSE 6 END)
           & asv.deciding_roles(a.person, r.recording, r.camera, r.from_at, r.until_at) <> 0
    FROM asv.credential k WHERE k.digest = a.credential
$$;
COMMENT ON FUNCTION asv.may_refuse IS 'whether who signed this is a superior in charge, of what is shown also the data-protection officer, and did not wear the camera';

CREATE FUNCTION asv.may_agree(p_proposal bytea) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (
                SELECT FROM asv.request r
                JOIN asv.clip c ON c.recording = r.recording
                CROSS JOIN LATERAL asv.worn_as(coalesce(c.assignment, c.recording)) AS w
                CROSS JOIN LATERAL asv.duties_of(asv.caller(), c.unit::text, w.holder) d
                WHERE r.proposal = p_proposal AND r.action = 4 AND r.outcome IS NULL AND r.expires_at > clock_timestamp()
                  AND w.number IS NOT NULL AND w.holder IS DISTINCT FROM asv.caller()
                  AND (d.in_charge AND asv.has_role(asv.caller(), 2) OR d.deputises AND asv.has_role(asv.caller(), 4))));
END
$$;
COMMENT ON FUNCTION asv.may_agree IS 'whether the caller is one of the superiors in charge for whom this request to be shown something waits';

-- STATEMENTS.md 3: of a camera's range, behind format, suite, agency, action and the camera's digest.
CREATE FUNCTION asv.names_range(s asv.statement, p_from_at timestamptz, p_until_at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(substring(s.object FROM 78 FOR 16) = int8send(floor(extract(epoch FROM p_from_at) * 1000)::bigint)
                                                         || int8send(floor(extract(epoch FROM p_until_at) * 1000)::bigint)
                    AND date_trunc('milliseconds', p_from_at) = p_from_at AND date_trunc('milliseconds', p_until_at) = p_until_at, false)
$$;
COMMENT ON FUNCTION asv.names_range IS 'whether this is the time that somebody signed of a camera';

CREATE FUNCTION asv.excludes_appraiser() RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_policy bytea := asv.policy_on((clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date);
BEGIN
    RETURN coalesce((convert_from(v_policy, 'UTF8')::json ->> 'exclude_appraising_superior')::boolean, true);
EXCEPTION WHEN data_exception THEN
    RETURN true; -- No policy, or one that no program would take.
END
$$;
COMMENT ON FUNCTION asv.excludes_appraiser IS 'whether the policy in force today shuts out the superior who appraises the wearer (POLICIES.md, exclude_appraising_superior)';

-- LAW L5. Who agrees sees a name, and not whose superior that is.
CREATE FUNCTION asv.is_shut_out(p_person uuid, p_recording uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT w.number IS NULL OR d.appraises AND asv.excludes_appraiser()
    FROM asv.clip c
    CROSS JOIN LATERAL asv.worn_as(coalesce(c.assignment, c.recording)) AS w
    CROSS JOIN LATERAL asv.duties_of(p_person, c.unit::text, w.holder) d
    WHERE c.recording = p_recording
$$;
COMMENT ON FUNCTION asv.is_shut_out IS 'whether somebody must not be shown a recording, as the superior who appraises its wearer, or because it is not written down who that is';

CREATE FUNCTION asv.request_put(
    p_proposal bytea, p_expires_at timestamptz, p_from_at timestamptz, p_until_at timestamptz) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
    v_recording uuid;
    v_event bigint;
    v_state text;
BEGIN
    PERFORM asv.check_durable();
    SELECT * INTO s FROM asv.statement WHERE digest = p_proposal AND step = 1 AND action IN (1, 2, 3, 4, 6, 9, 10);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'request: there is no such proposal' USING ERRCODE = 'VA006';
    END IF;
    PERFORM asv.check_caller(s.person);
    IF s.action IN (6, 9) AND NOT asv.names_range(s, p_from_at, p_until_at) THEN -- K-198
        RAISE EXCEPTION 'request: another time of the camera was signed' USING ERRCODE = 'VA001';
    END IF;
    IF s.subject_kind IN (1, 7, 9) THEN
        v_recording := asv.recording_lock(s.subject);
    END IF;
    IF EXISTS (SELECT FROM asv.request WHERE proposal = p_proposal) THEN
        RETURN 'already';
    END IF;
    IF s.action = 1 AND NOT asv.is_administration() AND asv.statement_taken_at(p_proposal) IS NULL THEN -- K-214
        RAISE EXCEPTION 'request: the keeper did not take it' USING ERRCODE = 'VA007';
    END IF;
    IF s.action = 4 AND asv.is_shut_out(s.person, v_recording) THEN
        RAISE EXCEPTION 'request: it is not shown to the superior who appraises its wearer, nor to anybody before it is written down who wore the camera'
            USING ERRCODE = 'VA007';
    END IF;
    PERFORM asv.request_lapse(proposal, clock_timestamp()) FROM asv.request
    WHERE outcome IS NULL AND expires_at <= clock_timestamp()
      AND (recording = v_recording OR camera = s.subject AND from_at = p_from_at AND until_at = p_until_at);
    IF NOT asv.is_administration() AND s.incident IS NOT NULL AND NOT asv.is_own_incident(s.incident, asv.own_units())
       AND NOT EXISTS (SELECT FROM asv.request r WHERE r.incident = s.incident AND (r.recording = v_recording OR r.camera = s.subject)) THEN
        -- LAW L4, A-104. An incident is told to the units of what is asked for it: nobody comes to read another's by asking.
        RAISE EXCEPTION 'request: there is no such incident of the caller''s units' USING ERRCODE = 'VA006';
    END IF;
    v_state := asv.state_of(v_recording);
    IF s.action IN (2, 4) AND v_state <> 'held' THEN
        RAISE EXCEPTION 'request: the recording is not held, but %', v_state USING ERRCODE = 'VA002';
    ELSIF s.action = 3 AND v_state IN ('held', 'erasing', 'erased', 'expired_on_arrival') THEN
        RAISE EXCEPTION 'request: the recording is %', v_state USING ERRCODE = 'VA002';
    ELSIF s.action = 10 AND NOT asv.is_dayless(v_recording) THEN
        RAISE EXCEPTION 'request: the recording''s day is known, or it is erased' USING ERRCODE = 'VA002';
    END IF;
    INSERT INTO asv.request (proposal, action, recording, camera, from_at, until_at, incident, ground, superior, opener,
                             requested_at, expires_at)
    VALUES (s.digest, s.action, v_recording, CASE WHEN s.subject_kind = 2 THEN s.subject END, p_from_at, p_until_at, s.incident,
            s.ground, asv.is_superior(s, v_recording, p_from_at, p_until_at), CASE WHEN s.action = 4 THEN s.person END, s.issued_at,
            -- No longer than the keeper lets a request to hold wait (KEEPER.md, K-086), and any other than it was signed for.
            least(p_expires_at, CASE s.action WHEN 1 THEN s.issued_at + interval '4 days 1 hour' ELSE s.expires_at END));
    IF s.action IN (1, 2, 3, 10) THEN
        v_event := asv.event_stated(v_recording, asv.request_event(s.action::smallint, 'requested'), s.digest);
        IF s.action = 1 THEN
            PERFORM asv.state_move(v_recording, 'pending', v_event);
        END IF;
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.request_put IS 'the keeper took this proposal: the request is open until it is answered or lapses';
GRANT EXECUTE ON FUNCTION asv.request_put TO asv_staff, asv_admin;

CREATE FUNCTION asv.period_end(p_day date) RETURNS timestamptz
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    -- Before the first policy's day the keeper's configuration has a period that is not known here; no policy has a longer one.
    SELECT (p_day + coalesce(asv.policy_days_on(p_day), 366) + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
$$;
COMMENT ON FUNCTION asv.period_end IS 'when what was recorded on a day is due at the latest (LAW T1, T2)';

CREATE FUNCTION asv.request_end(p_answer bytea, p_until timestamptz) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    a asv.statement;
    r asv.request;
    v_outcome text;
    v_event bigint;
BEGIN
    PERFORM asv.check_durable();
    SELECT * INTO a FROM asv.statement WHERE digest = p_answer AND step IN (2, 3, 4);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'request: there is no such answer' USING ERRCODE = 'VA006';
    END IF;
    PERFORM asv.check_caller(a.person);
    v_outcome := (ARRAY[NULL, 'approved', 'refused', 'withdrawn'])[a.step];
    PERFORM FROM asv.recording WHERE id = (SELECT recording FROM asv.request WHERE proposal = a.proposal) FOR NO KEY UPDATE;
    SELECT * INTO r FROM asv.request WHERE proposal = a.proposal FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'request: there is none that this answers' USING ERRCODE = 'VA006';
    ELSIF r.answer = p_answer THEN
        RETURN 'already';
    ELSIF a.step <> 2 AND r.outcome <> 'approved' AND asv.statement_taken_at(p_answer) IS NOT NULL THEN
        RETURN 'already'; -- Now the keeper has ended what was ended here.
    ELSIF r.outcome IS NOT NULL
          AND NOT (a.step = 2 AND (r.outcome = 'lapsed' OR r.outcome = 'approved' AND r.action = 1 OR asv.may_reopen(r, p_answer))) THEN
        RAISE EXCEPTION 'request: it was % before', r.outcome USING ERRCODE = 'VA002';
    ELSIF a.step = 2 AND EXISTS (SELECT FROM asv.statement WHERE digest = r.proposal AND person = a.person) THEN
        RAISE EXCEPTION 'request: whoever asked does not approve' USING ERRCODE = 'VA002';
    ELSIF a.step = 2 AND NOT asv.is_administration() AND NOT asv.may_approve(r, a) THEN
        -- As the policy's rules have it (POLICIES.md): a program that asks them says why. What the keeper took is written down by
        -- the nightly run in the end, also when duties have changed since.
        RAISE EXCEPTION 'request: neither asked nor answered by a superior in charge' USING ERRCODE = 'VA007';
    ELSIF a.step = 2 AND r.action <> 4 AND NOT asv.is_administration() AND asv.statement_taken_at(p_answer) IS NULL THEN
        -- K-195. That something may be shown is taken to the keeper by whom it is shown to, and by nobody before.
        RAISE EXCEPTION 'request: the keeper did not take this approval' USING ERRCODE = 'VA007';
    ELSIF a.step = 2 AND r.action = 3 AND NOT asv.is_administration() AND asv.state_of(r.recording) = 'held' THEN -- K-201, K-107
        RAISE EXCEPTION 'request: the recording is held meanwhile: it is released first' USING ERRCODE = 'VA002';
    ELSIF a.step = 2 AND r.action = 10 AND NOT asv.is_administration() AND coalesce(p_until, '-infinity') <= clock_timestamp() THEN
        RAISE EXCEPTION 'request: that the period is over by that day, is written down by the nightly run' USING ERRCODE = 'VA007';
    ELSIF a.step = 3 AND NOT asv.is_administration() AND NOT asv.may_refuse(r, a) THEN
        RAISE EXCEPTION 'request: it is refused by a superior in charge, or the data-protection officer' USING ERRCODE = 'VA007';
    ELSIF r.outcome = 'approved' THEN
        -- Of a second approval custody tells as of the first: which of them the keeper holds it by, is the keeper's to say.
        IF EXISTS (SELECT FROM asv.clip_event WHERE recording = r.recording AND object_digest = p_answer) THEN
            RETURN 'already';
        END IF;
        PERFORM asv.event_stated(r.recording, asv.request_event(r.action, 'approved'), p_answer);
        RETURN 'done';
    END IF;
    UPDATE asv.request SET outcome = v_outcome, answer = p_answer, ended_at = a.issued_at WHERE proposal = r.proposal;
    IF r.action NOT IN (1, 2, 3, 10) THEN
        RETURN 'done';
    END IF;
    v_event := asv.event_stated(r.recording, asv.request_event(r.action, v_outcome), p_answer);
    IF r.action = 1 AND a.step = 2 THEN
        INSERT INTO asv.hold (recording, proposal, event) VALUES (r.recording, r.proposal, v_event);
        PERFORM asv.state_move(r.recording, 'held', v_event);
        PERFORM asv.incident_clip_say(r.incident, r.recording, true, c.name, NULL, p_answer)
        FROM asv.statement s JOIN asv.credential c ON c.digest = s.credential WHERE s.digest = r.proposal;
    ELSIF r.action = 1 THEN
        PERFORM asv.state_rest(r.recording, v_event);
    ELSIF a.step = 2 AND r.action = 10 THEN
        -- Without an instant its period was over when the keeper was told.
        INSERT INTO asv.clip_day (recording, proposal, day, due_at, event)
        VALUES (r.recording, r.proposal, a.from_day,
                least(coalesce(p_until, asv.statement_taken_at(p_answer), clock_timestamp()), asv.period_end(a.from_day)), v_event);
    ELSIF a.step = 2 THEN
        UPDATE asv.request SET outcome = 'lapsed', ended_at = clock_timestamp()
        WHERE recording = r.recording AND action = 4 AND outcome IS NULL;
        PERFORM asv.state_move(r.recording, CASE r.action WHEN 2 THEN 'released' ELSE 'erasing' END, v_event);
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.request_end IS 'this answer, approval, refusal or withdrawal, ends its request; the keeper took it before. What is kept is one of its incident''s recordings by that. p_until: of a day, when the recording is due by the keeper, which is with that day''s period at the latest; NULL: it is over, as the nightly run says';
GRANT EXECUTE ON FUNCTION asv.request_end TO asv_staff, asv_admin;

-- What a program that can read statements finds to be none would stand in everybody's way until its time is over. Who could refuse it
-- if it were one ends it. That it is none is that person's word here, as everybody hears; where it was one, and the keeper waits for
-- its answer, another person still gives it (request_end).
CREATE FUNCTION asv.request_void(p_proposal bytea, p_why text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    r asv.request;
    v_person uuid := (SELECT person FROM asv.statement WHERE digest = p_proposal);
    v_event bigint;
BEGIN
    PERFORM asv.check_durable();
    PERFORM FROM asv.recording WHERE id = (SELECT recording FROM asv.request WHERE proposal = p_proposal) FOR NO KEY UPDATE;
    SELECT * INTO r FROM asv.request WHERE proposal = p_proposal FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'request: there is none' USING ERRCODE = 'VA006';
    ELSIF r.outcome IS NOT NULL THEN
        RETURN 'already';
    END IF;
    IF NOT asv.is_administration()
       AND NOT asv.has_role(asv.caller(), CASE r.action WHEN 4 THEN 38 ELSE 6 END
                                          & asv.deciding_roles(asv.caller(), r.recording, r.camera, r.from_at, r.until_at)) THEN
        RAISE EXCEPTION 'request: who could refuse it ends it: a superior in charge who did not wear the camera' USING ERRCODE = 'VA007';
    ELSIF v_person = asv.caller() THEN
        RAISE EXCEPTION 'request: whoever asked withdraws it' USING ERRCODE = 'VA007';
    END IF;
    UPDATE asv.request SET outcome = 'lapsed', ended_at = clock_timestamp() WHERE proposal = p_proposal;
    IF r.action IN (1, 2, 3, 10) THEN
        v_event := asv.event_put(r.recording, asv.request_event(r.action, 'lapsed'), clock_timestamp(), 'system', NULL, NULL,
                                 format('it was nothing that anybody signed, says %s', coalesce(asv.person_name(asv.caller()), session_user)), NULL);
        IF r.action = 1 AND asv.state_of(r.recording) = 'pending' THEN
            PERFORM asv.state_rest(r.recording, v_event);
        END IF;
    END IF;
    PERFORM asv.alarm_put('forged', NULL, NULL, r.camera, r.recording,
                          format('request %s, from the account of %s, is none, says %s, who ended it (%s)', left(encode(p_proposal, 'hex'), 12),
                                 asv.person_name(v_person), session_user, p_why), encode(p_proposal, 'hex'));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.request_void IS 'ends a request that is nothing that anybody signed, with an alarm that names whose account it came from and who ended it: by who could refuse it';
GRANT EXECUTE ON FUNCTION asv.request_void TO asv_staff;

CREATE FUNCTION asv.ahead_counts(r asv.request) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.action = 6 AND r.outcome = 'approved'
       AND NOT EXISTS (SELECT FROM asv.ahead_finish f WHERE f.proposal = r.proposal)
       AND NOT EXISTS (SELECT FROM asv.request e
                       WHERE e.action = 9 AND e.outcome = 'approved' AND e.camera = r.camera AND e.from_at = r.from_at
                         AND e.until_at = r.until_at AND e.requested_at >= r.ended_at) -- K-206
$$;
COMMENT ON FUNCTION asv.ahead_counts IS 'whether a request to hold ahead of the docking was approved, and neither released nor finished since';

CREATE FUNCTION asv.ahead_keeps(r asv.request, c asv.clip) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(r.camera = c.camera AND c.started_at >= r.from_at AND c.started_at < r.until_at, false) AND asv.ahead_counts(r)
$$;
COMMENT ON FUNCTION asv.ahead_keeps IS 'whether a request to hold ahead of the docking keeps this recording: by the camera''s own clock, as the keeper has it, which sees no other';

CREATE FUNCTION asv.held_ahead(p_header bytea, p_proposal bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_recording uuid;
    v_event bigint;
BEGIN
    PERFORM asv.check_durable();
    v_recording := asv.recording_lock(p_header);
    IF EXISTS (SELECT FROM asv.hold WHERE recording = v_recording AND proposal = p_proposal) THEN
        RETURN 'already';
    ELSIF NOT EXISTS (SELECT FROM asv.request r JOIN asv.clip c ON c.recording = v_recording AND c.camera = r.camera
                      WHERE r.proposal = p_proposal AND asv.ahead_keeps(r, c)) THEN
        RAISE EXCEPTION 'hold: that decision does not keep this recording' USING ERRCODE = 'VA002';
    END IF;
    v_event := asv.event_put(v_recording, 'held_ahead', NULL, 'system', NULL, NULL,
                             'decision ' || encode(p_proposal, 'hex'), NULL);
    INSERT INTO asv.hold (recording, proposal, event) VALUES (v_recording, p_proposal, v_event);
    PERFORM asv.incident_clip_say(r.incident, v_recording, true, 'decision ' || encode(p_proposal, 'hex'), NULL, r.answer)
    FROM asv.request r WHERE r.proposal = p_proposal;
    PERFORM asv.state_move(v_recording, 'held', v_event);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.held_ahead IS 'the keeper holds this recording, as a decision ahead of its docking says, for the incident that it names';
GRANT EXECUTE ON FUNCTION asv.held_ahead TO asv_admin;

CREATE FUNCTION asv.incident_removed(p_case text, p_limit integer)
    RETURNS TABLE (clip uuid, since timestamptz, by text, object bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('incident ' || p_case);
    RETURN QUERY
    SELECT c.clip, n.since, n.by::text, s.object
    FROM asv.incident i JOIN asv.incident_clip n ON n.incident = i.id JOIN asv.clip c ON c.recording = n.recording
    LEFT JOIN asv.statement s ON s.digest = n.statement
    WHERE i.case_number = p_case AND NOT n.shows AND asv.is_own_incident(i.id, asv.own_units())
    ORDER BY n.since, c.clip
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.incident_removed IS 'what was taken out of one incident, when, by whom and with which statement; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.incident_removed TO asv_staff;

CREATE FUNCTION asv.held_ahead_page(p_after_header bytea, p_after_proposal bytea, p_limit integer)
    RETURNS TABLE (header asv.digest, clip uuid, proposal asv.digest, camera asv.digest, epoch uuid, number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    -- What was recorded in that time by the dock's clock, and is in no range of the keeper's, is asked about as well, while its
    -- period runs: that it is not held must be heard by those who wanted it.
    SELECT c.header, c.clip, r.proposal, c.camera, c.epoch, c.number
    FROM asv.request r
    JOIN asv.clip c ON c.camera = r.camera
    JOIN asv.recording_state s ON s.recording = c.recording
    WHERE asv.ahead_counts(r) AND s.state IN ('sealed', 'quarantined', 'pending')
      AND (asv.ahead_keeps(r, c)
           OR c.earliest_at < r.until_at AND c.latest_at >= r.from_at AND c.due_at > clock_timestamp())
      AND NOT EXISTS (SELECT FROM asv.hold h WHERE h.recording = c.recording AND h.proposal = r.proposal)
      AND (p_after_header IS NULL OR (c.header, r.proposal) > (p_after_header, p_after_proposal))
    ORDER BY c.header, r.proposal
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.held_ahead_page IS 'a page of the recordings that came into custody and that a decision ahead of their docking keeps: the keeper is to be asked';
GRANT EXECUTE ON FUNCTION asv.held_ahead_page TO asv_admin;

CREATE FUNCTION asv.held_ahead_by(p_header bytea) RETURNS asv.digest
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN r.action = 6 THEN r.proposal END
    FROM asv.clip c
    JOIN asv.hold h ON h.recording = c.recording
    JOIN asv.request r ON r.proposal = h.proposal
    WHERE c.header = p_header
    ORDER BY h.event DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.held_ahead_by IS 'which decision ahead of its docking keeps this recording; NULL: none, or another';
GRANT EXECUTE ON FUNCTION asv.held_ahead_by TO asv_admin;

-- What was found to be nothing that anybody signed says nothing. (That the keeper refused it is another thing: what the camera itself
-- says is lifted by an UNBLOCK for which the keeper has no block.)
CREATE FUNCTION asv.blocks_of(p_recording uuid, p_ground integer) RETURNS SETOF asv.block
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT b.* FROM asv.block b WHERE b.recording = p_recording AND b.ground = p_ground AND NOT asv.is_forged(b.statement);
END
$$;
COMMENT ON FUNCTION asv.blocks_of IS 'what people have said of one block of a recording';

CREATE FUNCTION asv.block_kind(p_recording uuid, p_ground integer) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce((SELECT kind FROM asv.blocks_of(p_recording, p_ground) ORDER BY event DESC LIMIT 1), 'none')
$$;
COMMENT ON FUNCTION asv.block_kind IS 'what was last said of a block: none, set, confirmed, lifted';

CREATE FUNCTION asv.is_blocked_alone(p_recording uuid, p_ground integer, p_who uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.block_kind(p_recording, p_ground) = 'set'
       AND NOT EXISTS (SELECT FROM asv.blocks_of(p_recording, p_ground) b JOIN asv.statement s ON s.digest = b.statement
                       WHERE s.person IS DISTINCT FROM p_who
                         AND b.event > coalesce((SELECT max(l.event) FROM asv.blocks_of(p_recording, p_ground) l
                                                 WHERE l.kind = 'lifted'), 0))
$$;
COMMENT ON FUNCTION asv.is_blocked_alone IS 'whether this block waits for its decision, and nobody but this person has set it';

CREATE FUNCTION asv.block_seen(p_recording uuid, p_ground integer, p_who uuid) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN asv.is_blocked_alone(p_recording, p_ground, p_who) THEN 'own' ELSE asv.block_kind(p_recording, p_ground) END
$$;
COMMENT ON FUNCTION asv.block_seen IS 'what was last said of a block, to one person: own, when he or she alone has set it';

CREATE FUNCTION asv.block_roles(p_ground integer) RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_policy bytea := asv.policy_on((clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date);
BEGIN
    RETURN (SELECT coalesce(bit_or(r.bit), 0)
            FROM json_array_elements_text(convert_from(v_policy, 'UTF8')::json -> 'blocks'
                 -> CASE p_ground WHEN 4 THEN 'dwelling' WHEN 7 THEN 'pre_roll' ELSE 'professional_secret' END) AS n (name)
            JOIN (VALUES ('supervisor', 2), ('deputy', 4), ('data_protection_officer', 32)) AS r (name, bit) ON r.name = n.name);
EXCEPTION WHEN data_exception THEN
    RETURN 0; -- No policy, or one that no program would take.
END
$$;
COMMENT ON FUNCTION asv.block_roles IS 'one of which roles decides on a block of this ground, by the policy in force today (POLICIES.md, blocks)';

CREATE FUNCTION asv.may_decide_block(s asv.statement, p_recording uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.roles & asv.block_roles(s.ground) & asv.deciding_roles(s.person, p_recording, NULL, NULL, NULL) <> 0
    FROM asv.credential k WHERE k.digest = s.credential
$$;
COMMENT ON FUNCTION asv.may_decide_block IS 'whether who signed this decides on such a block: named by the policy, in charge where that matters, and not who wore the camera';

CREATE FUNCTION asv.is_undecided(p_recording uuid, p_ground integer) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE asv.block_kind(p_recording, p_ground) WHEN 'set' THEN true WHEN 'none' THEN
        EXISTS (SELECT FROM asv.clip WHERE recording = p_recording
                AND (p_ground = 4 AND dwelling OR p_ground = 7 AND pre_roll_ms > 0)) ELSE false END
$$;
COMMENT ON FUNCTION asv.is_undecided IS 'whether this block is there, by a person''s word or the camera''s, and waits for its decision';

-- Confirming is said, and never a matter of who comes second: nothing is decided by a race, nor by who may not decide.
CREATE FUNCTION asv.block_put(p_statement bytea, p_confirms boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
    v_recording uuid;
    v_last text;
    v_kind text;
BEGIN
    PERFORM asv.check_durable();
    SELECT * INTO s FROM asv.statement WHERE digest = p_statement AND action IN (7, 8);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'block: there is no such statement' USING ERRCODE = 'VA006';
    END IF;
    PERFORM asv.check_caller(s.person);
    v_recording := asv.recording_lock(s.subject);
    IF EXISTS (SELECT FROM asv.block WHERE statement = p_statement) THEN
        RETURN 'already';
    END IF;
    v_last := asv.block_kind(v_recording, s.ground);
    v_kind := CASE WHEN s.action = 8 THEN 'lifted' WHEN p_confirms THEN 'confirmed' ELSE 'set' END;
    IF v_last = 'confirmed' THEN
        RAISE EXCEPTION 'block: it was decided that it stays' USING ERRCODE = 'VA002';
    ELSIF v_kind = 'set' AND v_last = 'set' AND NOT asv.is_administration() THEN
        RAISE EXCEPTION 'block: somebody else has blocked it meanwhile; it is blocked, and nothing was confirmed' USING ERRCODE = 'VA002';
    ELSIF v_kind = 'confirmed' AND NOT asv.is_undecided(v_recording, s.ground) THEN
        RAISE EXCEPTION 'block: meanwhile there is none that waits for its decision, and nothing was confirmed' USING ERRCODE = 'VA002';
    ELSIF v_kind <> 'set' AND NOT asv.may_decide_block(s, v_recording) THEN
        RAISE EXCEPTION 'block: it is decided on by whom the policy names for it, in charge, and not by who wore the camera'
            USING ERRCODE = 'VA007';
    ELSIF v_kind = 'lifted' AND NOT asv.is_administration() AND NOT EXISTS (SELECT FROM asv.statement_answer WHERE statement = p_statement) THEN
        RAISE EXCEPTION 'block: the keeper has not answered yet whether it lifts it' USING ERRCODE = 'VA007'; -- K-196
    ELSIF v_kind = 'confirmed' AND asv.is_blocked_alone(v_recording, s.ground, s.person) THEN
        RAISE EXCEPTION 'block: another person than who set it decides that it stays' USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.block (statement, recording, ground, kind, event)
    VALUES (p_statement, v_recording, s.ground, v_kind, asv.event_stated(
        v_recording, CASE v_kind WHEN 'set' THEN 'blocked' WHEN 'confirmed' THEN 'block_confirmed' ELSE 'block_lifted' END,
        p_statement));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.block_put IS 'this statement blocks a recording, decides that its block stays (p_confirms), or, when the keeper has answered it, lifts it';
GRANT EXECUTE ON FUNCTION asv.block_put TO asv_staff, asv_admin;

CREATE FUNCTION asv.block_decision(p_clip uuid, p_ground smallint)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('recording ' || p_clip);
    RETURN QUERY
    SELECT n.* FROM asv.clip c
    JOIN asv.block b ON b.recording = c.recording AND b.ground = p_ground
    CROSS JOIN LATERAL asv.statement_now(b.statement) AS n
    WHERE c.clip = p_clip AND NOT c.uuid_taken AND b.kind = 'confirmed' AND asv.block_kind(c.recording, p_ground) = 'confirmed'
    ORDER BY b.event DESC LIMIT 1;
END
$$;
COMMENT ON FUNCTION asv.block_decision IS 'the statement by which a block of this recording stays; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.block_decision TO asv_staff;

CREATE FUNCTION asv.block_void(p_statement bytea, p_why text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    b asv.block;
    v_person uuid := (SELECT person FROM asv.statement WHERE digest = p_statement);
BEGIN
    PERFORM asv.check_durable();
    PERFORM FROM asv.recording WHERE id = (SELECT recording FROM asv.block WHERE statement = p_statement) FOR NO KEY UPDATE;
    SELECT * INTO b FROM asv.block WHERE statement = p_statement AND kind = 'confirmed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'block: it decides nothing' USING ERRCODE = 'VA006';
    ELSIF NOT asv.has_role(asv.caller(), (6 | asv.block_roles(b.ground)) & asv.deciding_roles(asv.caller(), b.recording, NULL, NULL, NULL))
          OR v_person = asv.caller() THEN
        RAISE EXCEPTION 'block: somebody else who decides on it, or a superior in charge, says that its decision is none'
            USING ERRCODE = 'VA007';
    ELSIF asv.statement_taken_at(p_statement) IS NOT NULL THEN
        RAISE EXCEPTION 'block: the keeper took it, as was written down; the nightly run looks into that' USING ERRCODE = 'VA002';
    END IF;
    RETURN asv.statement_refute(p_statement, p_why);
END
$$;
COMMENT ON FUNCTION asv.block_void IS 'the decision by which a block stays is nothing that anybody signed: it is blocked, and waits for one; with an alarm that names whose account it came from and who said so';
GRANT EXECUTE ON FUNCTION asv.block_void TO asv_staff;

CREATE FUNCTION asv.ruling_taken(p_statement bytea) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT a.ruling::bytea FROM asv.statement_answer a WHERE a.statement = p_statement AND a.taken ORDER BY a.position DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.ruling_taken IS 'the keeper''s ruling that it took this; NULL: there is none';

CREATE FUNCTION asv.block_decisions(p_after bytea, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea, action smallint, step smallint, about bytea, from_at timestamptz, until_at timestamptz, day date,
                   incident uuid, ground smallint, proposal bytea, ruling bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT n.*, CASE b.kind WHEN 'lifted' THEN 8 ELSE 7 END::smallint, 5::smallint, c.header::bytea, NULL::timestamptz, NULL::timestamptz, NULL::date,
           s.incident, b.ground, NULL::bytea, asv.ruling_taken(b.statement)
    FROM asv.block b
    JOIN asv.clip c ON c.recording = b.recording
    JOIN asv.statement s ON s.digest = b.statement
    JOIN asv.recording_state r ON r.recording = b.recording
    CROSS JOIN LATERAL asv.statement_now(b.statement) AS n
    WHERE b.kind IN ('confirmed', 'lifted') AND NOT asv.is_forged(b.statement) AND (p_after IS NULL OR b.statement > p_after)
      AND r.state IN ('sealed', 'quarantined', 'pending', 'held', 'released')
    ORDER BY b.statement LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.block_decisions IS 'the statements by which blocks of recordings that are there stay, or were lifted: the nightly run reads each of them';
GRANT EXECUTE ON FUNCTION asv.block_decisions TO asv_admin;

-- What follows from it is undone as far as it can be: a release that is none is no release, as long as nothing was erased. Where an
-- early erasure stands the keeper is asked next (erasure_undo).
CREATE FUNCTION asv.approval_void(p_answer bytea, p_why text, p_undo boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    r asv.request;
    v_event bigint;
    v_state text;
    v_held boolean;
BEGIN
    PERFORM asv.check_durable();
    PERFORM FROM asv.recording WHERE id = (SELECT recording FROM asv.request WHERE answer = p_answer) FOR NO KEY UPDATE;
    SELECT * INTO r FROM asv.request WHERE answer = p_answer AND outcome = 'approved' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'request: this approves none' USING ERRCODE = 'VA006';
    END IF;
    PERFORM asv.statement_refute(p_answer, p_why);
    IF NOT p_undo OR r.action = 3 AND EXISTS (SELECT FROM asv.erasure_intent i WHERE i.recording = r.recording) THEN
        RETURN 'already';
    END IF;
    UPDATE asv.request SET outcome = 'lapsed', answer = NULL, ended_at = clock_timestamp() WHERE proposal = r.proposal;
    IF r.action NOT IN (1, 2, 3, 10) THEN
        RETURN 'done';
    END IF;
    v_event := asv.event_put(r.recording, asv.request_event(r.action, 'lapsed'), clock_timestamp(), 'system', NULL, NULL,
                             format('its approval was nothing that the keeper took: %s', p_why), NULL);
    v_state := asv.state_of(r.recording);
    v_held := r.action = 1 AND v_state = 'held' AND asv.hold_of(r.recording) IS NULL;
    DELETE FROM asv.hold WHERE recording = r.recording AND proposal = r.proposal AND r.action = 1;
    DELETE FROM asv.clip_day WHERE proposal = r.proposal;
    IF r.action = 2 AND v_state IN ('released', 'pending') AND asv.hold_of(r.recording) IS NOT NULL THEN
        -- Nobody needs to ask for what is held.
        UPDATE asv.request SET outcome = 'lapsed', ended_at = clock_timestamp()
        WHERE recording = r.recording AND action = 1 AND outcome IS NULL;
        PERFORM asv.state_rest(r.recording, v_event);
    ELSIF v_held THEN
        PERFORM asv.state_rest(r.recording, v_event);
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.approval_void IS 'the nightly run read an approval, and it is nothing that anybody signed, or that the keeper took: with an alarm; p_undo: what follows from it, which the keeper has not done, is undone. already: it is not';
GRANT EXECUTE ON FUNCTION asv.approval_void TO asv_admin;

CREATE FUNCTION asv.approvals(p_after bytea, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea, action smallint, step smallint, about bytea, from_at timestamptz, until_at timestamptz, day date,
                   incident uuid, ground smallint, proposal bytea, ruling bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT n.*, r.action, 2::smallint, coalesce(c.header, r.camera)::bytea, r.from_at, r.until_at, y.day, r.incident, r.ground, r.proposal::bytea,
           asv.ruling_taken(r.answer)
    FROM asv.request r
    LEFT JOIN asv.clip c ON c.recording = r.recording
    LEFT JOIN asv.recording_state s ON s.recording = r.recording
    LEFT JOIN asv.clip_day y ON y.proposal = r.proposal
    CROSS JOIN LATERAL asv.statement_now(r.answer) AS n
    WHERE r.outcome = 'approved' AND (p_after IS NULL OR r.answer > p_after)
      -- A run that was cut off between finding it none and asking the keeper, which took it, is followed by one that asks (KEEPER.md, K-197).
      AND (NOT asv.is_forged(r.answer)
           OR r.action IN (6, 9, 10) AND EXISTS (SELECT FROM asv.statement a WHERE a.digest IN (r.proposal, r.answer)
                                                 AND a.expires_at > clock_timestamp() - interval '4 days'))
      AND CASE r.action WHEN 6 THEN asv.ahead_counts(r)
                        WHEN 9 THEN EXISTS (SELECT FROM asv.request h WHERE h.action = 6 AND h.outcome = 'approved' AND h.camera = r.camera
                                            AND h.from_at = r.from_at AND h.until_at = r.until_at AND h.ended_at <= r.requested_at
                                            AND NOT EXISTS (SELECT FROM asv.ahead_finish f WHERE f.proposal = h.proposal))
                        WHEN 4 THEN r.expires_at > clock_timestamp() AND s.state = 'held'
                        ELSE s.state IN ('sealed', 'quarantined', 'pending', 'held', 'released', 'erasing') END
    ORDER BY r.answer LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.approvals IS 'the approvals from which something follows of recordings that are there, or of cameras before they dock, and the keeper''s rulings on them: the nightly run reads each of them';
GRANT EXECUTE ON FUNCTION asv.approvals TO asv_admin;

CREATE FUNCTION asv.is_delivered_to_keeper(s asv.statement) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT (s.step <> 1 OR s.action = 1)
       -- What one person writes down is this database's own (K-158).
       AND s.subject_kind <> 10
       -- An approved OPEN, and a SHOW, is taken to the keeper by whom it lets see, and by nobody else.
       AND NOT (s.action = 4 AND s.step = 2 OR s.action = 11)
       -- Another answer came first. But that the keeper took another's approval to hold may be that person's word alone.
       AND NOT EXISTS (SELECT FROM asv.statement e
                       WHERE e.digest = asv.proposal_ended_by(s.proposal) AND e.digest <> s.digest
                         AND NOT (s.action = 1 AND s.step = 2 AND e.step = 2 AND e.person <> s.person))
       -- A block that was lifted before the keeper heard of it.
       AND NOT EXISTS (SELECT FROM asv.block b
                       CROSS JOIN LATERAL asv.blocks_of(b.recording, b.ground) AS l
                       WHERE b.statement = s.digest AND l.event > b.event AND l.kind = 'lifted')
$$;
COMMENT ON FUNCTION asv.is_delivered_to_keeper IS 'whether this is for the keeper, as far as it was not answered; of proposals it takes those of HOLD alone';

CREATE FUNCTION asv.statement_undelivered(p_after bytea, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT f.* FROM asv.statement s CROSS JOIN asv.statement_now(s.digest) AS f
    WHERE (s.person = asv.caller() OR asv.is_administration())
      AND s.expires_at > clock_timestamp() AND (p_after IS NULL OR s.digest > p_after)
      AND f.taken_at IS NULL AND f.refused_why IS NULL AND f.ended_by IS NULL AND asv.is_delivered_to_keeper(s)
    ORDER BY s.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.statement_undelivered IS 'what the keeper has neither taken nor refused yet, and still can: everybody''s own, and the nightly run''s all';
GRANT EXECUTE ON FUNCTION asv.statement_undelivered TO asv_staff, asv_admin;

CREATE FUNCTION asv.statement_unheard(p_after bytea, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH over AS MATERIALIZED (
        SELECT s.* FROM asv.statement s
        WHERE s.expires_at <= clock_timestamp() AND (p_after IS NULL OR s.digest > p_after)
          AND NOT EXISTS (SELECT FROM asv.statement_answer a WHERE a.statement = s.digest)
          AND NOT EXISTS (SELECT FROM asv.alarm a WHERE a.kind = 'unheard' AND a.subject = encode(s.digest, 'hex'))
    )
    SELECT f.* FROM over CROSS JOIN LATERAL asv.statement_now(over.digest) AS f
    JOIN asv.statement s ON s.digest = over.digest
    WHERE f.ended_by IS NULL AND asv.is_delivered_to_keeper(s)
    ORDER BY s.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.statement_unheard IS 'what the keeper did not answer before its time was over, and nobody was told of';
GRANT EXECUTE ON FUNCTION asv.statement_unheard TO asv_admin;

CREATE FUNCTION asv.is_past_block(s asv.statement) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.clip c
                   CROSS JOIN LATERAL asv.blocks_of(c.recording, s.ground) AS b
                   JOIN asv.clip_event e ON e.position = b.event
                   WHERE c.header = s.subject
                     AND (asv.block_kind(c.recording, s.ground) = 'confirmed'
                          OR s.action = 8 AND b.kind = 'lifted' AND e.recorded_at > s.stored_at))
$$;
COMMENT ON FUNCTION asv.is_past_block IS 'whether nothing can follow any more from what somebody said of a block: it was decided that it stays, or somebody else lifted it since';

-- What was signed, and what has to follow from it in the tables above, are two transactions: whoever dies between them leaves
-- a statement that is found here, and whose consequence somebody else writes down.
CREATE FUNCTION asv.statement_unconcluded(p_skip integer, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH lacking AS MATERIALIZED (
        SELECT s.digest, s.action, s.step, s.stored_at, r.outcome,
               (SELECT max(a.position) FROM asv.statement_answer a
                WHERE a.statement = s.digest AND a.taken AND asv.statement_taken_at(s.digest) IS NOT NULL) AS taken
        FROM asv.statement s
        LEFT JOIN asv.request r ON r.proposal = coalesce(s.proposal, s.digest)
        WHERE s.action BETWEEN 1 AND 10 AND s.action <> 5
          AND CASE s.step WHEN 1 THEN r.proposal IS NULL AND s.expires_at > clock_timestamp()
                          WHEN 5 THEN NOT EXISTS (SELECT FROM asv.block b WHERE b.statement = s.digest) AND NOT asv.is_past_block(s)
                          ELSE r.answer IS DISTINCT FROM s.digest
                               AND NOT EXISTS (SELECT FROM asv.clip_event e WHERE e.recording = r.recording AND e.object_digest = s.digest) END
    )
    SELECT f.* FROM lacking l CROSS JOIN LATERAL asv.statement_now(l.digest) AS f
    WHERE f.ended_by IS NULL
      AND CASE WHEN l.taken IS NOT NULL THEN l.step NOT IN (3, 4) OR l.outcome IS NULL
               -- What no keeper is asked about first: other requests than to hold, blocks, and that somebody may be shown something.
               ELSE f.refused_why IS NULL
                    AND (l.step = 1 AND l.action <> 1 OR l.action = 7
                         OR l.step = 2 AND l.action = 4 AND coalesce(l.outcome, 'lapsed') = 'lapsed') END
    -- In the order in which they came about, which says what a block is.
    ORDER BY l.taken NULLS LAST, l.stored_at, l.digest
    OFFSET p_skip LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.statement_unconcluded IS 'what the keeper took, or is not asked about, and from which nothing has followed here yet: request, answer or block';
GRANT EXECUTE ON FUNCTION asv.statement_unconcluded TO asv_admin;

-- ---------------------------------------------------------------------------------------------- facts for the rules

-- LAW H10. (What hand-overs are comes with 0023.)
CREATE FUNCTION asv.is_handed_over(p_recording uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN asv.handover_of(p_recording) IS NOT NULL;
END
$$;
COMMENT ON FUNCTION asv.is_handed_over IS 'whether a recording stays for the receipt of a hand-over';

CREATE FUNCTION asv.standing_of(p_clip uuid, p_who uuid)
    RETURNS TABLE (recording uuid, header asv.digest, camera asv.digest, epoch uuid, number bigint, clip uuid, state text,
                   kind smallint, unit text, day date, dayless boolean, earliest_at timestamptz, latest_at timestamptz, due_at timestamptz,
                   unsaid boolean, unworn_reason text, unworn_by text, wears boolean, in_charge boolean, deputises boolean, appraises boolean, dwelling boolean, pre_roll_ms bigint, dwelling_block text, secret_block text, core_block text,
                   pre_roll_block text, open_proposal asv.digest, open_action smallint, open_ground smallint,
                   open_incident uuid, open_case text, open_superior boolean, open_by_them boolean,
                   open_expires_at timestamptz, hold_proposal asv.digest, hold_ground smallint, hold_incident uuid,
                   hold_case text, look_proposal asv.digest, look_outcome text, look_answer asv.digest,
                   look_expires_at timestamptz, handed_over boolean)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.recording, c.header, c.camera, c.epoch, c.number, c.clip, s.state, c.kind::smallint, c.unit::text,
           c.day, asv.is_dayless(c.recording), c.earliest_at, c.latest_at, coalesce(c.due_at, y.due_at), w.number IS NULL, w.reason::text, CASE WHEN w.reason IS NOT NULL THEN w.by::text END,
           coalesce(w.holder = p_who, false), d.in_charge, d.deputises, d.appraises, c.dwelling, c.pre_roll_ms, asv.block_seen(c.recording, 4, p_who),
           asv.block_seen(c.recording, 5, p_who), asv.block_seen(c.recording, 6, p_who), asv.block_seen(c.recording, 7, p_who), o.proposal,
           o.action, o.ground, o.incident, oi.case_number::text, o.superior, op.person = p_who, o.expires_at, h.proposal, hr.ground,
           hr.incident, hi.case_number::text,
           l.proposal, l.outcome, l.answer, least(l.expires_at, la.expires_at), asv.is_handed_over(c.recording)
    FROM asv.clip c
    JOIN asv.recording_state s ON s.recording = c.recording
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    CROSS JOIN LATERAL asv.worn_as(coalesce(c.assignment, c.recording)) w
    CROSS JOIN LATERAL asv.duties_of(p_who, c.unit, w.holder) d
    LEFT JOIN asv.request o ON o.recording = c.recording AND o.action IN (1, 2, 3, 10) AND o.outcome IS NULL
                               AND o.expires_at > clock_timestamp()
    LEFT JOIN asv.statement op ON op.digest = o.proposal
    LEFT JOIN asv.incident oi ON oi.id = o.incident
    LEFT JOIN LATERAL (SELECT * FROM asv.hold x WHERE x.recording = c.recording AND s.state = 'held'
                       ORDER BY x.event DESC LIMIT 1) h ON true
    LEFT JOIN asv.request hr ON hr.proposal = h.proposal
    LEFT JOIN asv.incident hi ON hi.id = hr.incident
    -- What was asked for before it was released and held again is not revived (KEEPER.md, K-199).
    LEFT JOIN LATERAL (SELECT * FROM asv.request x WHERE x.recording = c.recording AND x.action = 4 AND x.opener = p_who
                         AND x.requested_at >= (SELECT coalesce(e.at, '-infinity') FROM asv.clip_event e WHERE e.position = h.event)
                       ORDER BY x.recorded_at DESC LIMIT 1) l ON true
    LEFT JOIN asv.statement la ON la.digest = l.answer
    WHERE c.clip = p_clip AND NOT c.uuid_taken
$$;
COMMENT ON FUNCTION asv.standing_of IS 'what the rules ask about a recording, and about one person with it; nobody may call it';

CREATE FUNCTION asv.clip_standing(p_clip uuid)
    RETURNS TABLE (recording uuid, header asv.digest, camera asv.digest, epoch uuid, number bigint, clip uuid, state text,
                   kind smallint, unit text, day date, dayless boolean, earliest_at timestamptz, latest_at timestamptz, due_at timestamptz,
                   unsaid boolean, unworn_reason text, unworn_by text, wears boolean, in_charge boolean, deputises boolean, appraises boolean, dwelling boolean, pre_roll_ms bigint, dwelling_block text, secret_block text, core_block text,
                   pre_roll_block text, open_proposal asv.digest, open_action smallint, open_ground smallint,
                   open_incident uuid, open_case text, open_superior boolean, open_by_them boolean,
                   open_expires_at timestamptz, hold_proposal asv.digest, hold_ground smallint, hold_incident uuid,
                   hold_case text, look_proposal asv.digest, look_outcome text, look_answer asv.digest,
                   look_expires_at timestamptz, handed_over boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('recording ' || p_clip);
    RETURN QUERY SELECT s.* FROM asv.standing_of(p_clip, asv.caller()) AS s;
END
$$;
COMMENT ON FUNCTION asv.clip_standing IS 'what the rules ask about a recording, and about whoever asks with it; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.clip_standing TO asv_staff;

-- A-184. Which days' keys there are, the keeper knows (K-090); here, that a day of it is over, that no bulletin reaches a day to come, or
-- that it lies before the camera's first bulletin. Where bulletins were lost with the database nothing is known of that.
CREATE FUNCTION asv.is_keyless(p_camera bytea, p_from_at timestamptz, p_until_at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT bool_and(coalesce((d.day::date + asv.policy_days_on(d.day::date) + 1)::timestamp AT TIME ZONE 'Europe/Berlin' <= clock_timestamp(), false)
                    OR coalesce(d.day > clock_timestamp() AT TIME ZONE 'Europe/Berlin'
                                AND d.day > (SELECT max(b.last_day) FROM asv.bulletin b WHERE b.camera = p_camera), false)
                    OR coalesce(d.day < (SELECT min(b.first_day) FROM asv.bulletin b
                                         WHERE b.camera = p_camera AND b.previous = decode(repeat('00', 32), 'hex')), false))
    FROM generate_series((p_from_at AT TIME ZONE 'Europe/Berlin')::date::timestamp,
                         (p_until_at - interval '1 ms') AT TIME ZONE 'Europe/Berlin', interval '1 day') AS d (day)
$$;
COMMENT ON FUNCTION asv.is_keyless IS 'whether the camera certainly has no key of any local day of this time';

CREATE FUNCTION asv.ahead_of(p_camera bytea, p_from_at timestamptz, p_until_at timestamptz, p_who uuid)
    RETURNS TABLE (camera_name text, unit text, unsaid boolean, wears boolean, in_charge boolean, deputises boolean, appraises boolean,
                   open_proposal asv.digest, open_action smallint, open_superior boolean, open_by_them boolean,
                   counts boolean, keyless boolean)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    WITH worn AS (SELECT holder FROM asv.holders(p_camera, p_from_at, p_until_at) AS holder)
    SELECT t.name::text, u.unit, asv.is_worn_unsaid(p_camera, p_from_at, p_until_at), EXISTS (SELECT FROM worn WHERE holder = p_who), d.in_charge, d.deputises,
           EXISTS (SELECT FROM worn CROSS JOIN LATERAL asv.duties_of(p_who, u.unit, worn.holder) x WHERE x.appraises),
           o.proposal, o.action, o.superior, op.person = p_who,
           EXISTS (SELECT FROM asv.request r WHERE r.camera = p_camera AND r.from_at = p_from_at
                     AND r.until_at = p_until_at AND asv.ahead_counts(r)), asv.is_keyless(p_camera, p_from_at, p_until_at)
    FROM asv.certificate t
    CROSS JOIN LATERAL (SELECT coalesce((SELECT unit::text FROM asv.camera_unit WHERE camera = p_camera
                                         ORDER BY since DESC LIMIT 1), '') AS unit) u
    CROSS JOIN LATERAL asv.duties_of(p_who, u.unit, NULL) d
    LEFT JOIN asv.request o ON o.camera = p_camera AND o.from_at = p_from_at AND o.until_at = p_until_at
                               AND o.outcome IS NULL AND o.expires_at > clock_timestamp()
    LEFT JOIN asv.statement op ON op.digest = o.proposal
    WHERE t.digest = p_camera
$$;
COMMENT ON FUNCTION asv.ahead_of IS 'what the rules ask about a camera that has not docked, and about one person with it; nobody may call it';

CREATE FUNCTION asv.ahead_standing(p_camera bytea, p_from_at timestamptz, p_until_at timestamptz)
    RETURNS TABLE (camera_name text, unit text, unsaid boolean, wears boolean, in_charge boolean, deputises boolean, appraises boolean,
                   open_proposal asv.digest, open_action smallint, open_superior boolean, open_by_them boolean,
                   counts boolean, keyless boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time(concat_ws(' ', 'camera', encode(p_camera, 'hex'), extract(epoch FROM p_from_at), extract(epoch FROM p_until_at)));
    RETURN QUERY SELECT s.* FROM asv.ahead_of(p_camera, p_from_at, p_until_at, asv.caller()) AS s;
END
$$;
COMMENT ON FUNCTION asv.ahead_standing IS 'what the rules ask about a camera that has not docked, and about whoever asks with it; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.ahead_standing TO asv_staff;

CREATE FUNCTION asv.request_find(p_what text)
    RETURNS TABLE (proposal asv.digest, action smallint, clip uuid, camera asv.digest, camera_name text, from_at timestamptz,
                   until_at timestamptz, incident uuid, case_number text, ground smallint, superior boolean,
                   requested_at timestamptz, expires_at timestamptz, outcome text, unit text, object bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('request ' || p_what);
    RETURN QUERY
    SELECT r.proposal, r.action, c.clip, r.camera, t.name::text, r.from_at, r.until_at, r.incident, i.case_number::text,
           r.ground, r.superior, r.requested_at, r.expires_at, r.outcome,
           coalesce(c.unit::text, (SELECT u.unit::text FROM asv.camera_unit u WHERE u.camera = r.camera
                                   ORDER BY u.since DESC LIMIT 1)), s.object
    FROM asv.request r
    JOIN asv.statement s ON s.digest = r.proposal
    LEFT JOIN asv.clip c ON c.recording = r.recording
    LEFT JOIN asv.certificate t ON t.digest = r.camera
    LEFT JOIN asv.incident i ON i.id = r.incident
    WHERE p_what ~ '^[0-9a-f]{8,64}$' AND encode(r.proposal, 'hex') LIKE p_what || '%' AND asv.may_know(s)
    ORDER BY r.requested_at DESC
    LIMIT 2;
END
$$;
COMMENT ON FUNCTION asv.request_find IS 'the request that the first digits of its statement''s digest name: two rows when they name several; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.request_find TO asv_staff;

-- A function, and nothing that a query becomes one with: whoever lists requests could have the planner (EXPLAIN ANALYZE) count what
-- it leaves out, for each recording and each digest.
CREATE FUNCTION asv.requests_shown()
    RETURNS TABLE (proposal asv.digest, action smallint, clip uuid, camera_name text, from_at timestamptz, until_at timestamptz,
                   case_number asv.name128, ground smallint, requested_at timestamptz, expires_at timestamptz, outcome text,
                   ended_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.proposal, r.action, c.clip, coalesce(t.name, d.name)::text, r.from_at, r.until_at, i.case_number, r.ground, r.requested_at,
           r.expires_at, CASE WHEN r.outcome IS NULL AND r.expires_at <= clock_timestamp() THEN 'lapsed' ELSE r.outcome END,
           r.ended_at
    FROM asv.request r
    LEFT JOIN asv.clip c ON c.recording = r.recording
    LEFT JOIN asv.certificate t ON t.digest = r.camera
    LEFT JOIN asv.certificate d ON d.digest = c.camera
    LEFT JOIN asv.incident i ON i.id = r.incident
    WHERE r.action <> 4 AND session_user <> 'asv_web' -- A-195
$$;
COMMENT ON FUNCTION asv.requests_shown IS 'requests, but those to be shown something (LAW L1, L6): the view request_overview';
GRANT EXECUTE ON FUNCTION asv.requests_shown TO asv_staff, asv_admin;

CREATE VIEW asv.request_overview AS SELECT * FROM asv.requests_shown();
COMMENT ON VIEW asv.request_overview IS 'requests, without who made or answered them (LAW L6), and without who looked at what';
COMMENT ON COLUMN asv.request_overview.camera_name IS 'of its certificate';
GRANT SELECT ON asv.request_overview TO asv_staff, asv_admin;

-- ---------------------------------------------------------------------------------------------- people in custody

CREATE FUNCTION asv.clip_events(p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_after uuid, p_limit integer)
    RETURNS TABLE (id uuid, kind text, at timestamptz, recorded_at timestamptz, actor_kind text, actor asv.digest, actor_name text,
                   place text, detail text, is_signed boolean, object_digest asv.digest, signature bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('recording ' || encode(p_header, 'hex'));
    RETURN QUERY
    SELECT e.id, e.kind, e.at, e.recorded_at, e.actor_kind, e.actor,
           coalesce(t.name::text, p.name::text, CASE e.actor_kind WHEN 'dock' THEN c.dock_name::text END, ''),
           coalesce('dock ' || coalesce(dt.name::text, c.dock_name::text, left(encode(d.dock, 'hex'), 16))
                    || ' slot ' || d.slot || ' port ' || d.port, ''),
           coalesce(e.detail::text, ''), e.is_signed, e.object_digest, e.signature::bytea
    FROM asv.clip_event e
    JOIN asv.recording r ON r.id = e.recording
    LEFT JOIN asv.clip c ON c.recording = r.id
    LEFT JOIN asv.docking d ON d.session = e.session
    LEFT JOIN asv.certificate t ON t.digest = e.actor
    LEFT JOIN asv.credential p ON p.digest = e.actor AND e.actor_kind = 'person'
    LEFT JOIN asv.certificate dt ON dt.digest = d.dock
    WHERE r.camera = p_camera AND r.epoch = p_epoch AND r.number = p_number AND r.header = p_header
      AND (p_after IS NULL OR e.position > (SELECT a.position FROM asv.clip_event a WHERE a.id = p_after))
    ORDER BY e.position
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.clip_events IS 'a page of the custody events of one recording, with names and places; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.clip_events TO asv_staff;

-- ---------------------------------------------------------------------------------------------- recordings of no day

CREATE OR REPLACE VIEW asv.clip_overview AS
SELECT c.camera, c.epoch, c.number, c.header, c.clip, s.state, c.kind, c.integrity, c.provenance, c.marked,
       t.name AS camera_name, c.unit, c.area, c.reason, coalesce(c.day, y.day) AS day, c.started_at, c.ended_at, c.earliest_at,
       c.latest_at, coalesce(c.due_at, y.due_at) AS due_at, c.committed_at, c.payload_bytes, c.tail_bytes, c.recording,
       (SELECT min(ev.recorded_at) FROM asv.erasure e JOIN asv.clip_event ev ON ev.position = e.event
        WHERE e.recording = c.recording) AS erased_on_camera_at,
       l.in_vault,
       c.marked AND s.state IN ('sealed', 'quarantined')
           AND NOT EXISTS (SELECT FROM asv.request r
                           WHERE r.recording = c.recording AND r.action = 1
                             AND (r.outcome IS NULL OR r.outcome IN ('refused', 'withdrawn'))) AS unasked
FROM asv.clip c
JOIN asv.recording_state s ON s.recording = c.recording
JOIN asv.lifecycle_state l ON l.name = s.state
JOIN asv.certificate t ON t.digest = c.camera
LEFT JOIN asv.clip_day y ON y.recording = c.recording
-- A-195. It has every camera with all its days: the web server's lists are clip_lines'.
WHERE session_user <> 'asv_web';
COMMENT ON COLUMN asv.clip_overview.day IS 'recording day, local, by the dock''s clock or by the decision of two people; NULL: not decided';
COMMENT ON COLUMN asv.clip_overview.due_at IS 'NULL: not decided';
COMMENT ON COLUMN asv.clip_overview.unasked IS 'the wearer marked it, and nobody asked that it be kept, or nobody decided on that';

CREATE FUNCTION asv.clip_face(p_header bytea) RETURNS TABLE (clip uuid, camera_name text, unit text, started_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.clip, t.name::text, c.unit::text, c.started_at
    FROM asv.clip c JOIN asv.certificate t ON t.digest = c.camera
    WHERE c.header = p_header AND (SELECT asv.check_known())
    ORDER BY c.committed_at LIMIT 1
$$;
COMMENT ON FUNCTION asv.clip_face IS 'what people know the recording by that has this seal header';
GRANT EXECUTE ON FUNCTION asv.clip_face TO asv_staff, asv_admin;

CREATE FUNCTION asv.dayless_page(p_after uuid, p_limit integer)
    RETURNS TABLE (recording uuid, clip uuid, camera_name text, committed_at timestamptz, asked boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.recording, c.clip, t.name::text, c.committed_at,
           EXISTS (SELECT FROM asv.request r WHERE r.recording = c.recording AND r.action = 10 AND r.outcome IS NULL
                     AND r.expires_at > clock_timestamp())
    FROM asv.clip c
    JOIN asv.certificate t ON t.digest = c.camera
    WHERE c.day IS NULL AND c.kind = 1 AND asv.is_dayless(c.recording)
      AND c.recording > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY c.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.dayless_page IS 'a page of the recordings on whose day people have to decide; asked: one of the two has';
GRANT EXECUTE ON FUNCTION asv.dayless_page TO asv_admin;

CREATE FUNCTION asv.recording_periods(p_offset integer, p_limit integer)
    RETURNS TABLE (day date, state text, ground smallint, requested_at timestamptz, recordings bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(c.day, y.day), s.state, coalesce(p.ground, h.ground), p.requested_at, count(*)
    FROM asv.recording_state s
    JOIN asv.clip c ON c.recording = s.recording
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    LEFT JOIN asv.request p ON s.state = 'pending' AND p.recording = c.recording AND p.action = 1 AND p.outcome IS NULL
    -- Of a held one, the request that holds it, which may be one ahead of its docking.
    LEFT JOIN LATERAL (SELECT x.proposal FROM asv.hold x WHERE x.recording = c.recording ORDER BY x.event DESC LIMIT 1) x
        ON s.state = 'held'
    LEFT JOIN asv.request h ON h.proposal = x.proposal
    WHERE s.state IN ('sealed', 'quarantined', 'pending', 'held')
    GROUP BY 1, 2, 3, 4
    ORDER BY 1, 2, 3, 4 LIMIT p_limit OFFSET p_offset
$$;
COMMENT ON FUNCTION asv.recording_periods IS 'how many recordings live since which day, in which state and why: what a policy''s change would be about';
GRANT EXECUTE ON FUNCTION asv.recording_periods TO asv_staff;

-- ---------------------------------------------------------------------------------------------- recordings, as people are shown them

CREATE FUNCTION asv.ground_name(p_ground integer) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (ARRAY['danger', 'prosecution', 'legality-check', 'dwelling', 'professional-secret', 'private-life', 'pre-roll'])[p_ground]
$$;
COMMENT ON FUNCTION asv.ground_name IS 'a ground (STATEMENTS.md 4) as people read it; NULL: none';

CREATE FUNCTION asv.action_name(p_action integer) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE p_action WHEN 1 THEN 'hold' WHEN 2 THEN 'release' WHEN 3 THEN 'erase-early' WHEN 4 THEN 'open' WHEN 6 THEN 'hold-ahead'
                         WHEN 9 THEN 'release-ahead' WHEN 10 THEN 'day' END
$$;
COMMENT ON FUNCTION asv.action_name IS 'what a request is for';

CREATE FUNCTION asv.integrity_names() RETURNS text[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY['VALID', 'TRUNCATED', 'UNSIGNED_TAIL', 'GAP', 'INVALID']
$$;
COMMENT ON FUNCTION asv.integrity_names IS 'of clip.integrity (SEAL.md)';

CREATE FUNCTION asv.provenance_names() RETURNS text[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY['TRUSTED', 'SEALED_BY_DOCK', 'UNKNOWN_KEY', 'REVOKED']
$$;
COMMENT ON FUNCTION asv.provenance_names IS 'of clip.provenance (SEAL.md)';

-- LAW L6, A-048. A camera is one person's for a shift, and may be one person's for ever. So who asks about a camera asks about one day, and where an
-- answer is about several days it names no camera, nor when a dock took a recording in: what a camera brings at once is taken in at once. For
-- that, too, recordings are in the order in which they were made, and not in that in which they came: recording.id, whose first bits are when a dock was
-- told of it, neither orders a list nor stands in a cursor.
--
-- A page costs as much as a page, of however many recordings: candidates are read along an index, at most p_scan of them, and where that
-- was not enough to fill the page a row without a clip says where the next one goes on.
CREATE FUNCTION asv.clip_inbox(p_state text, p_after text, p_scan integer)
    RETURNS TABLE (recording uuid, after text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_left integer := p_scan;
    v_rows integer;
    v_marked boolean;
    v_goes_on boolean; -- among these, or with the first of them
BEGIN
    FOREACH v_marked IN ARRAY ARRAY[true, false] LOOP
        v_goes_on := p_after LIKE 'm%' = v_marked;
        CONTINUE WHEN v_marked AND NOT v_goes_on;
        RETURN QUERY
        SELECT s.recording, CASE WHEN v_marked THEN 'm' ELSE 'u' END || s.clip || encode(s.header, 'hex')
        FROM (SELECT CASE WHEN v_goes_on THEN substr(p_after, 2, 36)::uuid ELSE '00000000-0000-0000-0000-000000000000' END AS clip,
                     CASE WHEN v_goes_on THEN decode(substr(p_after, 38), 'hex') ELSE '' END AS header) AS a
        CROSS JOIN unnest(ARRAY['sealed', 'quarantined', 'pending', 'held', 'released', 'erasing']) AS q (state)
        CROSS JOIN LATERAL (
            SELECT t.recording, t.clip, t.header FROM asv.recording_state t
            WHERE t.state = q.state AND t.marked = v_marked
              AND t.state IN ('sealed', 'quarantined', 'pending', 'held', 'released', 'erasing')
              AND (t.clip, t.header) > (a.clip, a.header)
            ORDER BY t.clip, t.header LIMIT v_left) AS s
        WHERE p_state IS NULL OR q.state = p_state
        ORDER BY s.clip, s.header LIMIT v_left;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_left := v_left - v_rows;
        EXIT WHEN v_left = 0;
    END LOOP;
END
$$;
COMMENT ON FUNCTION asv.clip_inbox IS 'recordings that are kept now: marked ones first, then in the order in which they were made; for clip_lines, nobody may call it';

-- Days that people decided on are few: two of them for each. The place to go on from is never before the first day: an index is read from that place on,
-- whatever else is asked for.
CREATE FUNCTION asv.clip_days(p_camera bytea, p_from date, p_until date, p_after text, p_scan integer)
    RETURNS TABLE (recording uuid, after text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.recording, d.day || '/' || d.clip || '/' || encode(d.header, 'hex')
    FROM (SELECT greatest(split_part(p_after, '/', 1)::date, p_from) AS day,
                 coalesce(split_part(p_after, '/', 2)::uuid, '00000000-0000-0000-0000-000000000000') AS clip,
                 coalesce(decode(split_part(p_after, '/', 3), 'hex'), '') AS header) AS a
    CROSS JOIN LATERAL (
        (SELECT k.day, k.clip, k.header, k.recording FROM asv.clip k
         WHERE p_camera IS NULL AND k.day BETWEEN p_from AND p_until AND (k.day, k.clip, k.header) > (a.day, a.clip, a.header)
         ORDER BY k.day, k.clip, k.header LIMIT p_scan)
        UNION ALL
        (SELECT k.day, k.clip, k.header, k.recording FROM asv.clip k
         WHERE p_camera IS NOT NULL AND k.camera = p_camera AND k.day = p_from AND (k.day, k.clip, k.header) > (a.day, a.clip, a.header)
         ORDER BY k.clip, k.header LIMIT p_scan)
        UNION ALL
        (SELECT y.day, k.clip, k.header, k.recording FROM asv.clip_day y JOIN asv.clip k ON k.recording = y.recording
         WHERE y.day BETWEEN p_from AND p_until AND (y.day, k.clip, k.header) > (a.day, a.clip, a.header)
           AND (p_camera IS NULL OR k.camera = p_camera)
         ORDER BY y.day, k.clip, k.header LIMIT p_scan)) AS d
    ORDER BY d.day, d.clip, d.header LIMIT p_scan;
END
$$;
COMMENT ON FUNCTION asv.clip_days IS 'recordings of these days, by the dock''s clock or as people decided, erased ones included, of a day in the order in which they were made; for clip_lines, nobody may call it';

-- Whether a filter lets one through is asked of a few at a time: most pages are full before all that may be looked at was.
CREATE FUNCTION asv.clip_lines(
    p_state text, p_unit text, p_area text, p_camera bytea, p_from date, p_until date, p_integrity text, p_provenance text, p_after text, p_limit integer)
    RETURNS TABLE (clip uuid, state text, kind text, marked boolean, unasked boolean, unit text, area text, camera bytea, camera_name text,
                   day date, due_at timestamptz, days_left integer, started_at timestamptz, ended_at timestamptz, committed_at timestamptz,
                   payload_bytes bigint, integrity text, provenance text, after text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off SET jit = off
    SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_one_day CONSTANT boolean := p_from IS NOT NULL AND p_from = p_until;
    v_today CONSTANT date := (clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date;
    v_integrity CONSTANT integer := array_position(asv.integrity_names(), p_integrity);
    v_provenance CONSTANT integer := array_position(asv.provenance_names(), p_provenance);
    v_all CONSTANT boolean := p_unit IS NULL AND p_area IS NULL AND p_integrity IS NULL AND p_provenance IS NULL AND (p_state IS NULL OR p_from IS NULL);
    v_scan integer := CASE WHEN v_all THEN p_limit ELSE greatest(p_limit, 1000) END; -- may still be looked at
    v_some integer := p_limit;
    v_seen integer;
    v_after text := p_after;
    v_last text;
    v_recordings uuid[] := '{}';
    v_afters text[] := '{}';
    v_more_recordings uuid[];
    v_more_afters text[];
BEGIN
    PERFORM asv.check_known();
    IF p_camera IS NOT NULL AND NOT v_one_day THEN
        RAISE EXCEPTION 'clips of one camera are listed for one day at a time: nothing is listed or counted by person' USING ERRCODE = 'VA007';
    ELSIF (p_from IS NULL) <> (p_until IS NULL) THEN
        RAISE EXCEPTION 'days have a first and a last one' USING ERRCODE = '22023';
    END IF;
    WHILE v_scan > 0 AND cardinality(v_recordings) < p_limit LOOP
        v_some := least(v_some, v_scan);
        SELECT count(*), max(x.after) FILTER (WHERE x.position = v_some), array_agg(x.recording ORDER BY x.position) FILTER (WHERE x.fits),
               array_agg(x.after ORDER BY x.position) FILTER (WHERE x.fits)
        INTO v_seen, v_last, v_more_recordings, v_more_afters
        FROM (SELECT n.*, v_all
                  OR (SELECT (p_unit IS NULL OR c.unit = p_unit) AND (p_area IS NULL OR c.area = p_area) AND (p_integrity IS NULL OR c.integrity = v_integrity)
                         AND (p_provenance IS NULL OR c.provenance = v_provenance)
                         AND (p_state IS NULL
                              OR (SELECT t.state FROM asv.recording_state t WHERE t.recording = c.recording) = p_state)
                      FROM asv.clip c WHERE c.recording = n.recording) AS fits
              FROM (SELECT i.* FROM asv.clip_inbox(p_state, v_after, v_some) WITH ORDINALITY AS i (recording, after, position)
                    WHERE p_from IS NULL
                    UNION ALL
                    SELECT d.* FROM asv.clip_days(p_camera, p_from, p_until, v_after, v_some) WITH ORDINALITY AS d (recording, after, position)
                    WHERE p_from IS NOT NULL) AS n
              OFFSET 0) AS x; -- asked once
        v_recordings := (v_recordings || v_more_recordings)[:p_limit];
        v_afters := (v_afters || v_more_afters)[:p_limit];
        EXIT WHEN v_seen < v_some;
        v_after := v_last;
        v_scan := v_scan - v_some;
        v_some := 4 * v_some;
    END LOOP;
    RETURN QUERY
    SELECT h.clip, h.state, h.kind, h.marked, h.unasked, h.unit, h.area, h.camera, h.camera_name, h.day, h.due_at, h.days_left, h.started_at,
           h.ended_at, h.committed_at, h.payload_bytes, h.integrity, h.provenance, h.after
    FROM (
        SELECT n.position, c.clip, s.state, (ARRAY['stored', 'quarantined', 'expired_on_arrival'])[c.kind] AS kind, c.marked,
               c.marked AND s.state IN ('sealed', 'quarantined')
                   AND NOT EXISTS (SELECT FROM asv.request r
                                   WHERE r.recording = c.recording AND r.action = 1
                                     AND (r.outcome IS NULL OR r.outcome IN ('refused', 'withdrawn'))) AS unasked,
               c.unit::text, c.area::text, CASE WHEN v_one_day THEN c.camera::bytea END AS camera,
               CASE WHEN v_one_day THEN (SELECT t.name::text FROM asv.certificate t WHERE t.digest = c.camera) END AS camera_name,
               y.day, y.due_at,
               CASE WHEN s.state IN ('sealed', 'quarantined', 'pending', 'released') AND y.due_at IS NOT NULL
                    THEN greatest((y.due_at AT TIME ZONE 'Europe/Berlin')::date - v_today, 0) END AS days_left,
               c.started_at, c.ended_at, CASE WHEN v_one_day THEN c.committed_at END AS committed_at, c.payload_bytes::bigint,
               (asv.integrity_names())[c.integrity] AS integrity, (asv.provenance_names())[c.provenance] AS provenance, n.after
        FROM unnest(v_recordings, v_afters) WITH ORDINALITY AS n (recording, after, position)
        -- Looked up one by one (OFFSET 0), as by the retention job.
        CROSS JOIN LATERAL (SELECT k.* FROM asv.clip k WHERE k.recording = n.recording OFFSET 0) AS c
        CROSS JOIN LATERAL (SELECT t.state FROM asv.recording_state t WHERE t.recording = n.recording OFFSET 0) AS s
        CROSS JOIN LATERAL (SELECT coalesce(c.day, d.day) AS day, coalesce(c.due_at, d.due_at) AS due_at
                            FROM (SELECT) AS one LEFT JOIN asv.clip_day d ON d.recording = n.recording OFFSET 0) AS y
        UNION ALL
        SELECT p_limit + 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v_after
        WHERE v_scan = 0 AND cardinality(v_recordings) < p_limit) AS h
    ORDER BY h.position;
END
$$;
COMMENT ON FUNCTION asv.clip_lines IS 'a page of recordings: those that are kept now, or those of some days; of a camera those of one day (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.clip_lines TO asv_staff;

CREATE FUNCTION asv.clip_keeps(p_recording uuid) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT json_build_object('incident', i.id, 'case_number', i.case_number, 'ground', asv.ground_name(r.ground), 'since', asv.utc(h.since))
            FROM asv.hold h JOIN asv.request r ON r.proposal = h.proposal JOIN asv.incident i ON i.id = r.incident
            WHERE h.recording = p_recording AND asv.state_of(p_recording) = 'held'
            ORDER BY h.event DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.clip_keeps IS 'which decision keeps a recording; NULL: none; for clip_about, nobody may call it';

-- A-160: who made it withdraws it.
CREATE FUNCTION asv.clip_asked(p_recording uuid) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT json_strip_nulls(json_build_object('request', encode(r.proposal, 'hex'), 'action', asv.action_name(r.action),
                       'ground', asv.ground_name(r.ground), 'case_number', i.case_number, 'requested_at', asv.utc(r.requested_at),
                       'requested_by', k.name, 'own', s.person IS NOT DISTINCT FROM asv.caller(), 'expires_at', asv.utc(r.expires_at)))
            FROM asv.request r
            JOIN asv.statement s ON s.digest = r.proposal
            LEFT JOIN asv.credential k ON k.digest = s.credential
            LEFT JOIN asv.incident i ON i.id = r.incident
            WHERE r.recording = p_recording AND r.action IN (1, 2, 3, 10) AND r.outcome IS NULL AND r.expires_at > clock_timestamp());
END
$$;
COMMENT ON FUNCTION asv.clip_asked IS 'the request about a recording that waits for its answer; NULL: none; for clip_about, nobody may call it';

CREATE FUNCTION asv.clip_blocks(c asv.clip) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_build_object('ground', asv.ground_name(g.ground), 'by',
                       CASE b.kind WHEN 'none' THEN 'camera' ELSE b.kind END) ORDER BY g.ground), '[]')
            FROM generate_series(4, 7) AS g (ground)
            CROSS JOIN LATERAL (SELECT asv.block_kind(c.recording, g.ground) AS kind) AS b
            WHERE b.kind <> 'none' OR g.ground = 4 AND c.dwelling OR g.ground = 7 AND c.pre_roll_ms > 0);
END
$$;
COMMENT ON FUNCTION asv.clip_blocks IS 'what was said of the blocks of a recording, by people or by the camera; for clip_about, nobody may call it';

CREATE FUNCTION asv.clip_about(p_clip uuid)
    RETURNS TABLE (clip uuid, state text, since timestamptz, kind text, integrity text, provenance text, reason text, marked boolean, camera bytea,
                   camera_name text, model text, device_serial text, firmware text, number bigint, unit text, area text, day date,
                   due_at timestamptz, started_at timestamptz, ended_at timestamptz, earliest_at timestamptz, latest_at timestamptz,
                   clock_state text, clock_offset_ms bigint, clock_uncertainty_ms bigint, docked_at timestamptz, committed_at timestamptz,
                   erased_on_camera_at timestamptz, header bytea, root bytea, chunks bigint, payload_bytes bigint, media_bytes bigint,
                   tail_bytes bigint, seal_digest bytea, copies integer, kept json, asked json, blocks json, incidents json)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('recording ' || p_clip);
    RETURN QUERY
    SELECT c.clip, s.state, s.since, (ARRAY['stored', 'quarantined', 'expired_on_arrival'])[c.kind], (asv.integrity_names())[c.integrity],
           (asv.provenance_names())[c.provenance], nullif(c.reason::text, ''), c.marked, c.camera::bytea, t.name::text, c.model::text,
           c.device_serial::text, c.firmware::text, c.number::bigint, c.unit::text, c.area::text, coalesce(c.day, y.day),
           coalesce(c.due_at, y.due_at), c.started_at, c.ended_at, c.earliest_at, c.latest_at,
           (ARRAY['unknown', 'synced', 'holdover', 'lost'])[c.clock_state + 1], c.clock_offset_ms, c.clock_uncertainty_ms::bigint, c.docked_at,
           c.committed_at,
           (SELECT min(ev.recorded_at) FROM asv.erasure e JOIN asv.clip_event ev ON ev.position = e.event WHERE e.recording = c.recording),
           c.header::bytea, c.root::bytea, c.leaves::bigint, c.payload_bytes::bigint, nullif(c.media_bytes::bigint, 0), c.tail_bytes::bigint,
           c.seal_digest::bytea, c.replicas::integer, asv.clip_keeps(c.recording), asv.clip_asked(c.recording), asv.clip_blocks(c),
           (SELECT coalesce(json_agg(json_build_object('incident', i.id, 'case_number', i.case_number) ORDER BY i.id), '[]')
            FROM asv.exhibit x JOIN asv.incident i ON i.id = x.incident WHERE x.recording = c.recording)
    FROM asv.clip c
    JOIN asv.recording_state s ON s.recording = c.recording
    JOIN asv.certificate t ON t.digest = c.camera
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    WHERE c.clip = p_clip AND NOT c.uuid_taken;
END
$$;
COMMENT ON FUNCTION asv.clip_about IS 'the facts of one recording, its verdict, and what keeps or blocks it; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.clip_about TO asv_staff;

CREATE FUNCTION asv.may_answer(r asv.request, p_person uuid, p_roles integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT (SELECT s.person FROM asv.statement s WHERE s.digest = r.proposal) IS DISTINCT FROM p_person
               AND (r.action <> 4 AND r.superior AND p_roles & (SELECT u.approvers FROM asv.action_rule(r.action) u) <> 0
                    OR p_roles & CASE r.action WHEN 4 THEN 38 ELSE 6 END <> 0
                       AND p_roles & CASE r.action WHEN 4 THEN 38 ELSE 6 END
                           & asv.deciding_roles(p_person, r.recording, r.camera, r.from_at, r.until_at) <> 0));
END
$$;
COMMENT ON FUNCTION asv.may_answer IS 'whether a person with these roles is one of those who may approve or refuse this request (may_approve, may_refuse); for request_waiting, nobody may call it';

CREATE FUNCTION asv.request_waiting(p_after text, p_limit integer)
    RETURNS TABLE (request bytea, action text, ground text, case_number text, clip uuid, camera_name text, from_at timestamptz,
                   until_at timestamptz, requested_at timestamptz, expires_at timestamptz, after text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_person CONSTANT uuid := asv.caller();
    v_roles CONSTANT integer := asv.roles_of(v_person);
BEGIN
    PERFORM asv.check_known();
    RETURN QUERY
    SELECT r.proposal::bytea, asv.action_name(r.action), asv.ground_name(r.ground), i.case_number::text, c.clip, t.name::text, r.from_at, r.until_at,
           r.requested_at, r.expires_at, r.expires_at || '/' || encode(r.proposal, 'hex')
    FROM asv.request r
    LEFT JOIN asv.incident i ON i.id = r.incident
    LEFT JOIN asv.clip c ON c.recording = r.recording
    LEFT JOIN asv.certificate t ON t.digest = r.camera
    WHERE r.outcome IS NULL AND r.expires_at > clock_timestamp()
      AND (p_after IS NULL OR (r.expires_at, r.proposal) > (split_part(p_after, '/', 1)::timestamptz, decode(split_part(p_after, '/', 2), 'hex')))
      AND asv.may_answer(r, v_person, v_roles)
    ORDER BY r.expires_at, r.proposal
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.request_waiting IS 'a page of the open requests that the caller may answer, what lapses next first; without who made them (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.request_waiting TO asv_staff;
