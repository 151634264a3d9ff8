-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Who was shown what, and the requests of recorded people: kept for a term, then forgotten (LAW L3, L7).
CREATE FUNCTION asv.year_end(p_at timestamptz, p_years integer) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT make_date(extract(year FROM p_at AT TIME ZONE 'Europe/Berlin')::integer + p_years + 1, 1, 1)::timestamp
           AT TIME ZONE 'Europe/Berlin'
$$;
COMMENT ON FUNCTION asv.year_end IS 'when the local year ends that comes so many years after the one of an instant';

-- LAW L3. By this server's clock and the policy in force, not as the program says that is being watched.
CREATE FUNCTION asv.forget_at(p_at timestamptz) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_policy bytea := asv.policy_on((p_at AT TIME ZONE 'Europe/Berlin')::date);
BEGIN
    IF v_policy IS NULL THEN
        RAISE EXCEPTION 'access: no policy is in force' USING ERRCODE = 'VA006';
    END IF;
    RETURN asv.year_end(p_at, (convert_from(v_policy, 'UTF8')::json ->> 'access_log_years')::integer);
END
$$;
COMMENT ON FUNCTION asv.forget_at IS 'when the policy has forgotten who was shown, or was told, something now';

CREATE TABLE asv.access_log (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    at timestamptz NOT NULL,
    deed text NOT NULL CHECK (deed IN ('opened')),
    recording uuid NOT NULL REFERENCES asv.clip,
    incident uuid NOT NULL REFERENCES asv.incident,
    proposal asv.digest NOT NULL,
    shown asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    credential asv.digest NOT NULL,
    name asv.name128 NOT NULL,
    reason asv.note NOT NULL,
    salt asv.digest NOT NULL,
    forget_at timestamptz NOT NULL,
    CHECK (forget_at >= asv.year_end(at, 1))
);
CREATE INDEX ON asv.access_log (forget_at);
CREATE INDEX ON asv.access_log (recording, id);
COMMENT ON TABLE asv.access_log IS 'who was shown what, when and why (LAW L1, L2); forgotten at the end of its term (LAW L3). Custody keeps a commitment to each row, which says nothing once the row is gone';
COMMENT ON COLUMN asv.access_log.id IS 'UUIDv7; custody names it';
COMMENT ON COLUMN asv.access_log.at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.access_log.deed IS 'opened: the plaintext was given to the person';
COMMENT ON COLUMN asv.access_log.recording IS 'which';
COMMENT ON COLUMN asv.access_log.incident IS 'for which';
COMMENT ON COLUMN asv.access_log.proposal IS 'the statement that asked for it';
COMMENT ON COLUMN asv.access_log.shown IS 'the statement with which the person had it shown, this once (SHOW)';
COMMENT ON COLUMN asv.access_log.credential IS 'whose';
COMMENT ON COLUMN asv.access_log.name IS 'as the credential names the person';
COMMENT ON COLUMN asv.access_log.reason IS 'as signed';
COMMENT ON COLUMN asv.access_log.salt IS 'random, of the commitment';
COMMENT ON COLUMN asv.access_log.forget_at IS 'when the policy has it forgotten';

CREATE TABLE asv.subject_request (
    id uuid PRIMARY KEY CHECK (asv.is_uuid7(id)),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    reason asv.words NOT NULL,
    camera asv.digest REFERENCES asv.camera,
    area asv.label,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    found asv.u32 NOT NULL,
    forget_at timestamptz NOT NULL,
    salt asv.digest NOT NULL,
    statement asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    CHECK (from_at < until_at AND until_at <= from_at + interval '7 days'),
    CHECK (forget_at >= asv.year_end(at, 1))
);
COMMENT ON TABLE asv.subject_request IS 'requests of recorded people (LAW L7) that were answered: by time, place and camera, never by name of staff; forgotten with the access log';
COMMENT ON COLUMN asv.subject_request.id IS 'UUIDv7';
COMMENT ON COLUMN asv.subject_request.at IS 'when it was answered';
COMMENT ON COLUMN asv.subject_request.by IS 'who looked it up';
COMMENT ON COLUMN asv.subject_request.reason IS 'why: who asked, in words';
COMMENT ON COLUMN asv.subject_request.camera IS 'of this camera only; NULL: of any';
COMMENT ON COLUMN asv.subject_request.area IS 'in this operating area, or in none that is known; NULL: in any';
COMMENT ON COLUMN asv.subject_request.from_at IS 'from then on';
COMMENT ON COLUMN asv.subject_request.until_at IS 'until just before then';
COMMENT ON COLUMN asv.subject_request.found IS 'recordings that the answer named';
COMMENT ON COLUMN asv.subject_request.forget_at IS 'when the policy has it forgotten';
COMMENT ON COLUMN asv.subject_request.salt IS 'random; with it the statement names what was asked';
COMMENT ON COLUMN asv.subject_request.statement IS 'with which somebody signed it; forgotten with it';

-- ST-104. Nothing is kept of what somebody signed of a row that is not written down: looked at when the transaction ends, as whoever is
-- connected.
CREATE FUNCTION asv.check_recorded() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM asv.incident_version WHERE statement = new.digest)
       AND NOT EXISTS (SELECT FROM asv.incident_clip WHERE statement = new.digest AND salt IS NOT NULL)
       AND NOT EXISTS (SELECT FROM asv.incident_still WHERE statement = new.digest)
       AND NOT EXISTS (SELECT FROM asv.subject_request WHERE statement = new.digest)
       AND NOT EXISTS (SELECT FROM asv.handover_end WHERE statement = new.digest)
       AND NOT EXISTS (SELECT FROM asv.handover_receipt WHERE statement = new.digest) THEN
        RAISE EXCEPTION 'record: nothing was written down of what was signed' USING ERRCODE = 'VA002';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.check_recorded() IS 'trigger: what one person signs of a row comes with that row';
GRANT EXECUTE ON FUNCTION asv.check_recorded TO asv_staff;
CREATE CONSTRAINT TRIGGER check_recorded AFTER INSERT ON asv.statement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (new.subject_kind = 10) EXECUTE FUNCTION asv.check_recorded();

INSERT INTO asv.event_kind VALUES
    ('opened', false, 'somebody was shown it; detail: row of the access log, and the commitment to it');

-- LAW L3: who asked to be shown something is as personal as that it was shown, and is forgotten with it: a year after its
-- time is over at the earliest, which is the least that a policy can say, and not while the access log knows of it. So is what was
-- signed when somebody recorded was answered: it says who asked (ST-106).
CREATE FUNCTION asv.is_forgotten(p_proposal bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.statement p
                   WHERE p.digest = p_proposal
                     AND (p.action IN (4, 11) AND p.expires_at < clock_timestamp() - interval '1 year'
                          OR p.action = 65 AND asv.year_end(p.issued_at, 1) <= clock_timestamp()))
       AND NOT EXISTS (SELECT FROM asv.access_log WHERE proposal = p_proposal OR shown = p_proposal)
       AND NOT EXISTS (SELECT FROM asv.statement WHERE opening = p_proposal)
       AND NOT EXISTS (SELECT FROM asv.subject_request WHERE statement = p_proposal)
$$;
COMMENT ON FUNCTION asv.is_forgotten IS 'whether a request to be shown something, or a recorded person''s, and what was signed for it, is to be forgotten';

CREATE FUNCTION asv.check_look() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF asv.is_forgotten(CASE tg_table_name
        WHEN 'request' THEN (to_jsonb(old) ->> 'proposal')::bytea
        WHEN 'statement' THEN coalesce((to_jsonb(old) ->> 'proposal')::bytea, (to_jsonb(old) ->> 'digest')::bytea)
        ELSE (SELECT coalesce(s.proposal, s.digest)::bytea FROM asv.statement s
              WHERE s.digest = (to_jsonb(old) ->> 'statement')::bytea) END) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION '%: DELETE is refused: this table knows INSERT and SELECT only', tg_table_name USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_look() IS 'trigger: of what people signed nothing is deleted but requests to be shown something, and recorded people''s, when they are to be forgotten';
CREATE TRIGGER check_look BEFORE DELETE ON asv.request FOR EACH ROW EXECUTE FUNCTION asv.check_look();
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['statement', 'statement_answer'] LOOP
        EXECUTE format('DROP TRIGGER keep ON asv.%I', name);
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER check_look BEFORE DELETE ON asv.%I
                        FOR EACH ROW EXECUTE FUNCTION asv.check_look()', name);
    END LOOP;
END
$$;

CREATE FUNCTION asv.check_forgetting() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF old.forget_at <= clock_timestamp() THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION '%: this is forgotten at %, not before', tg_table_name, old.forget_at USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_forgetting() IS 'trigger: nothing is forgotten before its term is over';
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['access_log', 'subject_request'] LOOP
        EXECUTE format('CREATE TRIGGER check_forgetting BEFORE DELETE ON asv.%I
                        FOR EACH ROW EXECUTE FUNCTION asv.check_forgetting()', name);
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

CREATE FUNCTION asv.access_commitment(a asv.access_log) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT sha256(a.salt || convert_to(concat_ws(E'\n', a.id, floor(extract(epoch FROM a.at) * 1000)::bigint, a.deed,
        a.recording, a.incident, encode(a.proposal, 'hex'), encode(a.shown, 'hex'), encode(a.credential, 'hex'), a.name, a.reason), 'UTF8'))
$$;
COMMENT ON FUNCTION asv.access_commitment IS 'what custody keeps of a row of the access log: SHA-256 over its salt and its fields, one to a line';

-- STATEMENTS.md 3: a body ends with its reason, and the count of its extensions, of which there are none.
CREATE FUNCTION asv.gives_reason(s asv.statement, p_reason text) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT substring(b.body FROM octet_length(b.body) - octet_length(t.tail) + 1) = t.tail
    FROM (SELECT substring(s.object FROM 3 FOR get_byte(s.object, 0) * 256 + get_byte(s.object, 1)) AS body) AS b
    CROSS JOIN (SELECT int2send(octet_length(p_reason)::smallint) || convert_to(p_reason, 'UTF8') || '\x0000'::bytea AS tail) AS t
$$;
COMMENT ON FUNCTION asv.gives_reason IS 'whether this is the reason that somebody signed';

CREATE FUNCTION asv.access_put(
    p_id uuid, p_shown bytea, p_reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
    r asv.request;
    v asv.access_log;
    v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
    PERFORM asv.check_durable();
    SELECT * INTO s FROM asv.statement WHERE digest = p_shown AND action = 11;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'access: nobody signed that it is shown' USING ERRCODE = 'VA006';
    END IF;
    PERFORM FROM asv.recording WHERE id = (SELECT recording FROM asv.request WHERE proposal = s.opening) FOR NO KEY UPDATE;
    SELECT * INTO r FROM asv.request WHERE proposal = s.opening AND action = 4 AND outcome = 'approved';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'access: nobody approved it' USING ERRCODE = 'VA006';
    ELSIF NOT asv.gives_reason(s, p_reason) THEN
        RAISE EXCEPTION 'access: another reason was signed' USING ERRCODE = 'VA001';
    ELSIF r.opener IS DISTINCT FROM asv.caller() AND NOT pg_has_role(session_user, 'asv_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'access: it is shown to somebody else' USING ERRCODE = 'VA007';
    ELSIF EXISTS (SELECT FROM asv.access_log WHERE id = p_id) THEN
        RETURN 'already';
    ELSIF asv.state_of(r.recording) <> 'held' THEN
        RAISE EXCEPTION 'access: the recording is not held, but %', asv.state_of(r.recording) USING ERRCODE = 'VA002';
    END IF;
    INSERT INTO asv.access_log (id, at, deed, recording, incident, proposal, shown, credential, name, reason, salt, forget_at)
    SELECT p_id, v_now, 'opened', r.recording, r.incident, r.proposal, s.digest, s.credential, c.name, p_reason,
           sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), asv.forget_at(v_now)
    FROM asv.credential c WHERE c.digest = s.credential
    RETURNING * INTO STRICT v;
    PERFORM asv.event_put(r.recording, 'opened', v_now, 'system', NULL, NULL,
                          'access ' || v.id || ' commitment ' || encode(asv.access_commitment(v), 'hex'), NULL);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.access_put IS 'somebody who signed for it is about to be shown a recording: row of the access log, and its custody event';
GRANT EXECUTE ON FUNCTION asv.access_put TO asv_staff;

CREATE FUNCTION asv.access_page(p_clip uuid, p_after uuid, p_limit integer)
    RETURNS TABLE (id uuid, at timestamptz, name text, case_number text, reason text, forget_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_person uuid := asv.caller();
    v_officer boolean := asv.has_role(v_person, 32);
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('recording ' || p_clip);
    IF NOT v_officer AND NOT EXISTS (SELECT FROM asv.clip c
                                     WHERE c.clip = p_clip AND NOT c.uuid_taken AND (asv.worn_as(coalesce(c.assignment, c.recording))).holder = v_person) THEN
        RAISE EXCEPTION 'access: who looked at a recording is told to the data-protection officer, and that somebody did to who wore the camera'
            USING ERRCODE = 'VA007';
    END IF;
    RETURN QUERY
    SELECT a.id, a.at, CASE WHEN v_officer THEN a.name::text END, i.case_number::text, a.reason::text, a.forget_at
    FROM asv.access_log a
    JOIN asv.clip c ON c.recording = a.recording
    JOIN asv.incident i ON i.id = a.incident
    WHERE c.clip = p_clip AND (p_after IS NULL OR a.id > p_after)
    ORDER BY a.id
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.access_page IS 'who was shown one recording, as far as it is not forgotten (LAW L1, L2): for the data-protection officer; to who wore the camera (LAW L8), without names; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.access_page TO asv_staff;

-- A-221, LAW L8 and L6: whoever wore the camera is told that somebody was shown a recording, without having to ask for each: of
-- the own ones, those that were shown, and nothing of others.
CREATE FUNCTION asv.own_access_lines(p_after uuid, p_limit integer)
    RETURNS TABLE (access uuid, at timestamptz, clip uuid, started_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_person uuid := asv.caller();
BEGIN
    PERFORM asv.check_known();
    -- Of a bounded number of accesses (A-043): there is no way from a person to recordings.
    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT a.id, a.at, a.recording FROM asv.access_log a WHERE p_after IS NULL OR a.id < p_after ORDER BY a.id DESC LIMIT 1000
    ), own AS MATERIALIZED (
        SELECT n.id, n.at, c.clip, c.started_at FROM seen n JOIN asv.clip c ON c.recording = n.recording
        WHERE (asv.worn_as(coalesce(c.assignment, c.recording))).holder = v_person ORDER BY n.id DESC LIMIT p_limit
    )
    SELECT o.id, o.at, o.clip, o.started_at FROM own o
    UNION ALL
    SELECT l.id, NULL, NULL, NULL FROM (SELECT n.id FROM seen n ORDER BY n.id LIMIT 1) AS l
    WHERE (SELECT count(*) FROM own) < p_limit AND (SELECT count(*) FROM seen) = 1000
    ORDER BY 1 DESC;
END
$$;
COMMENT ON FUNCTION asv.own_access_lines IS 'when recordings were shown whose camera the caller wore, the newest first, without names';
GRANT EXECUTE ON FUNCTION asv.own_access_lines TO asv_staff;

CREATE FUNCTION asv.access_forget() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_log bigint;
    v_subject bigint;
    v_shown bytea[];
    v_looks bytea[];
BEGIN
    DELETE FROM asv.access_log WHERE forget_at <= clock_timestamp();
    GET DIAGNOSTICS v_log = ROW_COUNT;
    DELETE FROM asv.subject_request WHERE forget_at <= clock_timestamp();
    GET DIAGNOSTICS v_subject = ROW_COUNT;
    -- What rests on a request goes before it.
    SELECT array_agg(digest::bytea) INTO v_shown FROM asv.statement
    WHERE action = 11 AND expires_at < clock_timestamp() - interval '1 year' AND asv.is_forgotten(digest);
    DELETE FROM asv.statement_answer WHERE statement = ANY (v_shown);
    DELETE FROM asv.statement WHERE digest = ANY (v_shown);
    SELECT array_agg(digest::bytea) INTO v_looks FROM asv.statement
    WHERE (action = 4 AND step = 1 AND expires_at < clock_timestamp() - interval '1 year'
           OR action = 65 AND expires_at < clock_timestamp() - interval '1 year') AND asv.is_forgotten(digest);
    DELETE FROM asv.request WHERE proposal = ANY (v_looks);
    DELETE FROM asv.statement_answer a USING asv.statement s
    WHERE s.digest = a.statement AND (s.digest = ANY (v_looks) OR s.proposal = ANY (v_looks));
    DELETE FROM asv.statement WHERE proposal = ANY (v_looks);
    DELETE FROM asv.statement WHERE digest = ANY (v_looks);
    RETURN v_log + v_subject;
END
$$;
COMMENT ON FUNCTION asv.access_forget IS 'forgets what the access log and the subject requests have kept for their term (LAW L3), how many, and what was signed to be shown something and to answer';
GRANT EXECUTE ON FUNCTION asv.access_forget TO asv_admin;

-- LAW L6. Who wore a camera is known for its recordings' sake, and for as long: until all of them are gone, none can come any more, nothing is asked
-- or kept ahead of the camera's docking, and who wore it has nobody's looks left to be told of (LAW L8).
CREATE FUNCTION asv.assignment_is_over(a asv.assignment) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM asv.request r
                       WHERE r.camera = a.camera AND (r.action IN (6, 9) AND r.outcome IS NULL OR asv.ahead_counts(r)))
       AND (EXISTS (SELECT FROM asv.assignment n
                    JOIN asv.docking b ON b.session = n.session
                    JOIN asv.docking d ON d.camera = a.camera AND d.began_at >= b.began_at
                    JOIN asv.docking_end e ON e.session = d.session
                    WHERE n.camera = a.camera AND n.number > a.number AND asv.has_emptied(e))
            -- What it still brings after that, no policy has kept for so long.
            OR EXISTS (SELECT FROM asv.assignment n
                       WHERE n.camera = a.camera AND n.number > a.number AND n.issued_at < clock_timestamp() - interval '368 days')
            OR EXISTS (SELECT FROM asv.camera_retirement q
                       WHERE q.camera = a.camera AND q.retired_at < clock_timestamp() - interval '368 days'))
$$;
COMMENT ON FUNCTION asv.assignment_is_over IS 'whether a camera has brought what was recorded under an assignment: it was issued anew since, and emptied';

CREATE FUNCTION asv.issue_is_over(p_assignment uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM asv.clip c JOIN asv.recording_state s ON s.recording = c.recording
                       WHERE coalesce(c.assignment, c.recording) = p_assignment
                         AND (s.state NOT IN ('erased', 'expired_on_arrival')
                              OR EXISTS (SELECT FROM asv.access_log l WHERE l.recording = c.recording)))
       AND NOT EXISTS (SELECT FROM asv.assignment a WHERE a.id = p_assignment AND NOT asv.assignment_is_over(a))
$$;
COMMENT ON FUNCTION asv.issue_is_over IS 'whether who wore a camera under this assignment is to be forgotten';

CREATE FUNCTION asv.check_issue() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF asv.issue_is_over(old.assignment) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION 'issue: who wore a camera is known as long as its recordings are there' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_issue() IS 'trigger: who wore a camera is forgotten with its recordings, and not before';
CREATE TRIGGER check_issue BEFORE DELETE ON asv.issue FOR EACH ROW EXECUTE FUNCTION asv.check_issue();

CREATE FUNCTION asv.issues_forget() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM asv.issue i WHERE i.since < clock_timestamp() - interval '1 day' AND asv.issue_is_over(i.assignment);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION asv.issues_forget IS 'forgets who wore cameras whose recordings are gone (LAW L6), how many rows';
GRANT EXECUTE ON FUNCTION asv.issues_forget TO asv_admin;

-- LAW L10. What is kept of an incident for its recordings' sake has its term from the end of the last of them on.
CREATE FUNCTION asv.incident_ended_at(p_incident uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT CASE WHEN NOT EXISTS (SELECT FROM asv.exhibit e JOIN asv.recording_state s ON s.recording = e.recording
                                         WHERE e.incident = p_incident AND s.state IN ('sealed', 'quarantined', 'pending', 'held'))
                         AND NOT EXISTS (SELECT FROM asv.request r
                                         WHERE r.incident = p_incident AND (r.outcome IS NULL OR asv.ahead_counts(r)))
                   THEN greatest((SELECT max(v.since) FROM asv.incident_version v WHERE v.incident = p_incident),
                                 (SELECT max(f.since) FROM asv.incident_still f WHERE f.incident = p_incident),
                                 (SELECT max(n.since) FROM asv.incident_clip n WHERE n.incident = p_incident),
                                 (SELECT max(s.since) FROM asv.incident_clip n JOIN asv.recording_state s ON s.recording = n.recording
                                  WHERE n.incident = p_incident),
                                 (SELECT max(r.ended_at) FROM asv.request r WHERE r.incident = p_incident)) END);
END
$$;
COMMENT ON FUNCTION asv.incident_ended_at IS 'when an incident''s last recording was released or gone, or it was last changed or decided on; NULL: that is still to come';

CREATE FUNCTION asv.incident_forget_at(p_incident uuid) RETURNS timestamptz
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.year_end(e.at, (convert_from(asv.policy_on((e.at AT TIME ZONE 'Europe/Berlin')::date), 'UTF8')::json
                               ->> 'incident_years')::integer)
    FROM (SELECT asv.incident_ended_at(p_incident) AS at) AS e
$$;
COMMENT ON FUNCTION asv.incident_forget_at IS 'when the policy has an incident forgotten; NULL: that is still to come';

CREATE FUNCTION asv.incidents_over() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT count(*) FROM asv.incident i
    WHERE EXISTS (SELECT FROM asv.incident_version v WHERE v.incident = i.id)
      AND asv.incident_forget_at(i.id) <= clock_timestamp()
$$;
COMMENT ON FUNCTION asv.incidents_over IS 'how many incidents are to be forgotten';
GRANT EXECUTE ON FUNCTION asv.incidents_over TO asv_admin;

CREATE FUNCTION asv.incidents_forget() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_incident uuid;
    v_count bigint := 0;
BEGIN
    FOR v_incident IN SELECT i.id FROM asv.incident i
                      WHERE EXISTS (SELECT FROM asv.incident_version v WHERE v.incident = i.id)
                      ORDER BY i.id LOOP
        -- Whoever changes it meanwhile has this lock: then its term begins anew.
        PERFORM FROM asv.incident WHERE id = v_incident FOR UPDATE;
        CONTINUE WHEN asv.incident_forget_at(v_incident) > clock_timestamp() IS NOT FALSE;
        INSERT INTO asv.incident_forgotten (incident, ended_at) VALUES (v_incident, asv.incident_ended_at(v_incident))
        ON CONFLICT DO NOTHING;
        DELETE FROM asv.incident_version WHERE incident = v_incident; -- with their salts (ST-105)
        DELETE FROM asv.incident_still WHERE incident = v_incident;
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION asv.incidents_forget IS 'forgets persons, places and texts of incidents whose term is over (LAW L10), how many';
GRANT EXECUTE ON FUNCTION asv.incidents_forget TO asv_admin;

CREATE FUNCTION asv.record_text(r asv.subject_request) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY['subject-request', r.id::text, r.reason, encode(r.camera, 'hex'), r.area, asv.record_time(r.from_at),
        asv.record_time(r.until_at)])
$$;
COMMENT ON FUNCTION asv.record_text(asv.subject_request) IS 'what is signed of a recorded person''s request';

CREATE FUNCTION asv.subject_request_answer(
    p_id uuid, p_by text, p_reason text, p_camera bytea, p_area text, p_from_at timestamptz, p_until_at timestamptz, p_salt bytea,
    p_statement bytea)
    RETURNS TABLE (clip uuid, camera_name text, area text, started_at timestamptz, ended_at timestamptz, day date, state text,
                   due_at timestamptz, erased_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v asv.subject_request;
    v_one_day CONSTANT boolean := (p_from_at AT TIME ZONE 'Europe/Berlin')::date
                                = ((p_until_at - interval '1 microsecond') AT TIME ZONE 'Europe/Berlin')::date;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.check_known();
    IF p_camera IS NOT NULL AND NOT v_one_day THEN -- A-049
        RAISE EXCEPTION 'of one camera one day at a time is asked for: nothing is listed or counted by person' USING ERRCODE = 'VA007';
    END IF;
    -- Of a misspelt place, and of what is still to come, "none" would be said of something else than was asked.
    IF p_area IS NOT NULL AND NOT EXISTS (SELECT FROM asv.area WHERE code = p_area)
       AND NOT EXISTS (SELECT FROM asv.clip WHERE area = p_area) THEN
        RAISE EXCEPTION 'there is no operating area %', p_area USING ERRCODE = 'VA006';
    ELSIF p_from_at > clock_timestamp() THEN
        RAISE EXCEPTION 'this time is still to come' USING ERRCODE = 'VA002';
    END IF;
    SELECT p_id AS id, clock_timestamp() AS at, asv.said_by(p_by) AS by, p_reason AS reason, p_camera AS camera, p_area AS area,
           p_from_at AS from_at, p_until_at AS until_at, count(*) AS found, asv.forget_at(clock_timestamp()) AS forget_at,
           p_salt AS salt, p_statement AS statement
    INTO v
    -- What was recorded in a place that nobody signed may have been recorded there.
    FROM asv.clip c
    WHERE (p_camera IS NULL OR c.camera = p_camera) AND (p_area IS NULL OR c.area IN (p_area, ''))
      AND coalesce(c.earliest_at, '-infinity') < p_until_at AND c.latest_at >= p_from_at;
    PERFORM asv.record_check(p_statement, 'subject-request', 65, NULL, asv.record_digest(p_salt, asv.record_text(v)));
    INSERT INTO asv.subject_request VALUES (v.*) ON CONFLICT (id) DO NOTHING;
    IF NOT EXISTS (SELECT FROM asv.subject_request q WHERE q.id = p_id AND q.statement = p_statement) THEN
        RAISE EXCEPTION 'subject_request: another one has this id' USING ERRCODE = 'VA001';
    END IF;
    RETURN QUERY
    SELECT c.clip, CASE WHEN v_one_day THEN t.name::text END, c.area::text, c.started_at, c.ended_at, coalesce(c.day, y.day), s.state,
           CASE WHEN s.state IN ('sealed', 'quarantined', 'pending', 'released') THEN coalesce(c.due_at, y.due_at) END,
           CASE WHEN s.state IN ('erased', 'expired_on_arrival') THEN s.since END
    FROM asv.clip c
    JOIN asv.recording_state s ON s.recording = c.recording
    JOIN asv.certificate t ON t.digest = c.camera
    LEFT JOIN asv.clip_day y ON y.recording = c.recording
    WHERE (p_camera IS NULL OR c.camera = p_camera) AND (p_area IS NULL OR c.area IN (p_area, ''))
      AND coalesce(c.earliest_at, '-infinity') < p_until_at AND c.latest_at >= p_from_at
    ORDER BY c.latest_at, c.header
    LIMIT 500;
END
$$;
COMMENT ON FUNCTION asv.subject_request_answer IS 'whether there are recordings of a time, place and camera, and when they were or will be erased (LAW L7); of several days without cameras (LAW L6); notes that it was asked, as the statement of the same transaction says';
GRANT EXECUTE ON FUNCTION asv.subject_request_answer TO asv_staff;

-- ---- incidents, as people are shown them

CREATE FUNCTION asv.incident_state(p_incident uuid) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT CASE WHEN EXISTS (SELECT FROM asv.incident_forgotten f WHERE f.incident = p_incident) THEN 'forgotten'
                        WHEN asv.incident_ended_at(p_incident) IS NOT NULL THEN 'ended' ELSE 'open' END);
END
$$;
COMMENT ON FUNCTION asv.incident_state IS 'open: something of it is kept, or decided on; ended; forgotten';

-- A-043. Whose an incident is, and its state, is asked of a few at a time, and for a page of 200 at most; on which day it was written down, of 5,000.
-- Where that was not enough to fill the page a row without an incident says where the next one goes on.
CREATE FUNCTION asv.incident_lines(p_case text, p_state text, p_from date, p_until date, p_after uuid, p_limit integer)
    RETURNS TABLE (incident uuid, case_number text, state text, version integer, cause text, offence text, place text, from_at timestamptz,
                   until_at timestamptz, prosecutor text, opened_at timestamptz, since timestamptz, clips bigint, after uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off SET jit = off
    SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_from CONSTANT timestamptz := coalesce(p_from::timestamp AT TIME ZONE 'Europe/Berlin', '-infinity');
    v_until CONSTANT timestamptz := coalesce((p_until + 1)::timestamp AT TIME ZONE 'Europe/Berlin', 'infinity');
    v_units text[];
    v_after uuid := coalesce(p_after, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_scan integer := greatest(p_limit, 200); -- may still be asked about
    v_some integer := p_limit;
    v_seen uuid[];
    v_own uuid[] := '{}';
BEGIN
    PERFORM asv.check_known();
    v_units := asv.own_units();
    WHILE v_scan > 0 AND cardinality(v_own) < p_limit LOOP
        v_some := least(v_some, v_scan);
        IF p_case IS NULL THEN
            v_seen := ARRAY(SELECT w.id FROM (SELECT i.id, i.opened_at FROM asv.incident i WHERE i.id < v_after ORDER BY i.id DESC LIMIT 5000) AS w
                            WHERE w.opened_at >= v_from AND w.opened_at < v_until
                            ORDER BY w.id DESC LIMIT v_some);
        ELSE
            v_seen := ARRAY(SELECT i.id FROM asv.incident i
                            WHERE i.case_number = p_case AND i.id < v_after AND i.opened_at >= v_from AND i.opened_at < v_until);
        END IF;
        v_own := (v_own
                  || ARRAY(SELECT o.id FROM asv.own_incidents(v_seen, v_units) AS o (id)
                           -- One without a version is being written down.
                           WHERE (EXISTS (SELECT FROM asv.incident_version v WHERE v.incident = o.id)
                                  OR EXISTS (SELECT FROM asv.incident_forgotten f WHERE f.incident = o.id))
                             AND (p_state IS NULL OR asv.incident_state(o.id) = p_state)
                           ORDER BY o.id DESC))[:p_limit];
        IF cardinality(v_seen) = v_some AND p_case IS NULL THEN
            v_after := v_seen[v_some];
            v_scan := v_scan - v_some;
            v_some := 4 * v_some;
        ELSE
            v_after := (SELECT i.id FROM asv.incident i WHERE p_case IS NULL AND i.id < v_after ORDER BY i.id DESC OFFSET 4999 LIMIT 1);
            v_scan := 0;
        END IF;
    END LOOP;
    RETURN QUERY
    SELECT l.id, l.case_number, l.state, l.version, l.cause, l.offence, l.place, l.from_at, l.until_at, l.prosecutor, l.opened_at, l.since, l.clips,
           l.after
    FROM (
        SELECT n.position, i.id, i.case_number::text, asv.incident_state(i.id) AS state, v.number::integer AS version,
               asv.ground_name(v.cause) AS cause, v.offence::text, v.place::text, v.from_at, v.until_at, v.prosecutor::text, i.opened_at, v.since,
               (SELECT count(*) FROM asv.exhibit e WHERE e.incident = i.id) AS clips, i.id AS after
        FROM unnest(v_own) WITH ORDINALITY AS n (id, position)
        CROSS JOIN LATERAL (SELECT x.* FROM asv.incident x WHERE x.id = n.id OFFSET 0) AS i
        LEFT JOIN LATERAL (SELECT w.* FROM asv.incident_version w WHERE w.incident = n.id ORDER BY w.number DESC LIMIT 1) AS v ON true
        UNION ALL
        SELECT p_limit + 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v_after
        WHERE cardinality(v_own) < p_limit AND v_after IS NOT NULL) AS l
    ORDER BY l.position;
END
$$;
COMMENT ON FUNCTION asv.incident_lines IS 'a page of incidents, the newest first, without their persons (LAW L6); of some days, on which they were written down';
GRANT EXECUTE ON FUNCTION asv.incident_lines TO asv_staff;

CREATE FUNCTION asv.incident_versions(p_incident uuid) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('version', v.number, 'cause', asv.ground_name(v.cause), 'offence', v.offence,
                       'danger', v.danger, 'from_at', asv.utc(v.from_at), 'until_at', asv.utc(v.until_at), 'place', v.place, 'accused', v.accused,
                       'injured', to_json(v.injured), 'prosecutor', v.prosecutor, 'assault', v.assault, 'since', asv.utc(v.since), 'signed_by', k.name,
                       'statement', encode(v.statement, 'hex'))) ORDER BY v.number), '[]')
            FROM asv.incident_version v
            LEFT JOIN asv.statement s ON s.digest = v.statement
            LEFT JOIN asv.credential k ON k.digest = s.credential
            WHERE v.incident = p_incident);
END
$$;
COMMENT ON FUNCTION asv.incident_versions IS 'what is known of an incident, each version and who signed it; for incident_about, nobody may call it';

-- LAW L6. Its recordings may be of several days: no camera is named here.
CREATE FUNCTION asv.incident_exhibits(p_incident uuid, p_shows boolean) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('clip', c.clip, 'state', asv.state_of(c.recording),
                       'started_at', asv.utc(c.started_at), 'due_at', asv.utc(coalesce(c.due_at, y.due_at)), 'since', asv.utc(n.since),
                       'signed_by', k.name, 'statement', encode(n.statement, 'hex'))) ORDER BY n.since, c.clip), '[]')
            FROM (SELECT DISTINCT ON (l.recording) l.* FROM asv.incident_clip l WHERE l.incident = p_incident ORDER BY l.recording, l.number DESC) AS n
            JOIN asv.clip c ON c.recording = n.recording
            LEFT JOIN asv.clip_day y ON y.recording = n.recording
            LEFT JOIN asv.statement s ON s.digest = n.statement
            LEFT JOIN asv.credential k ON k.digest = s.credential
            WHERE n.shows = p_shows);
END
$$;
COMMENT ON FUNCTION asv.incident_exhibits IS 'the recordings that show an incident, or that were taken out of it, and who signed that; for incident_about, nobody may call it';

CREATE FUNCTION asv.incident_stills(p_incident uuid) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('clip', c.clip, 'started_at', asv.utc(c.started_at), 'at_ms', n.at_ms,
                       'width', n.width, 'height', n.height, 'picture', encode(n.picture, 'hex'), 'since', asv.utc(n.since), 'signed_by', k.name,
                       'statement', encode(n.statement, 'hex'))) ORDER BY n.since, n.statement), '[]')
            FROM asv.incident_still n
            JOIN asv.clip c ON c.recording = n.recording
            LEFT JOIN asv.statement s ON s.digest = n.statement
            LEFT JOIN asv.credential k ON k.digest = s.credential
            WHERE n.incident = p_incident);
END
$$;
COMMENT ON FUNCTION asv.incident_stills IS 'the pictures that were pointed out for an incident, and who signed that; for incident_about, nobody may call it';

CREATE FUNCTION asv.incident_requests(p_incident uuid) RETURNS json
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('request', encode(r.proposal, 'hex'), 'action', asv.action_name(r.action),
                       'ground', asv.ground_name(r.ground), 'clip', c.clip, 'camera_name', t.name, 'from_at', asv.utc(r.from_at),
                       'until_at', asv.utc(r.until_at), 'requested_at', asv.utc(r.requested_at), 'requested_by', pk.name,
                       'own', p.person IS NOT DISTINCT FROM asv.caller(), 'expires_at', asv.utc(r.expires_at),
                       'outcome', CASE WHEN r.outcome IS NULL AND r.expires_at <= clock_timestamp() THEN 'lapsed' ELSE coalesce(r.outcome, 'open') END,
                       'ended_at', asv.utc(r.ended_at), 'answer', encode(r.answer, 'hex'), 'answered_by', ak.name)) ORDER BY r.requested_at, r.proposal), '[]')
            FROM asv.request r
            JOIN asv.statement p ON p.digest = r.proposal
            LEFT JOIN asv.credential pk ON pk.digest = p.credential
            LEFT JOIN asv.statement a ON a.digest = r.answer
            LEFT JOIN asv.credential ak ON ak.digest = a.credential
            LEFT JOIN asv.clip c ON c.recording = r.recording
            LEFT JOIN asv.certificate t ON t.digest = r.camera
            WHERE r.incident = p_incident AND asv.may_know(p));
END
$$;
COMMENT ON FUNCTION asv.incident_requests IS 'what was asked for an incident, by whom, and who answered, as far as the caller may know; for incident_about, nobody may call it';

CREATE FUNCTION asv.incident_about(p_incident uuid)
    RETURNS TABLE (incident uuid, case_number text, state text, opened_at timestamptz, forgotten_at timestamptz, versions json, clips json,
                   removed json, stills json, requests json)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    IF NOT asv.is_own_incident(p_incident, asv.own_units()) THEN
        RETURN;
    END IF;
    PERFORM asv.one_at_a_time('incident ' || i.case_number) FROM asv.incident i WHERE i.id = p_incident;
    RETURN QUERY
    SELECT i.id, i.case_number::text, asv.incident_state(i.id), i.opened_at, f.at, asv.incident_versions(i.id), asv.incident_exhibits(i.id, true),
           asv.incident_exhibits(i.id, false), asv.incident_stills(i.id), asv.incident_requests(i.id)
    FROM asv.incident i LEFT JOIN asv.incident_forgotten f ON f.incident = i.id
    WHERE i.id = p_incident;
END
$$;
COMMENT ON FUNCTION asv.incident_about IS 'one incident with its persons, versions, recordings, stills and requests, and who signed which; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.incident_about TO asv_staff;

-- A-220. A still is its viewer's: for the incident for which the recording is held, and was shown.
CREATE FUNCTION asv.incident_still_next(p_clip uuid, p_at_ms bigint, p_picture bytea)
    RETURNS TABLE (incident uuid, case_number text, recording uuid, header bytea, there boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    c asv.clip;
    v_incident uuid;
BEGIN
    PERFORM asv.check_known();
    SELECT * INTO c FROM asv.clip k WHERE k.clip = p_clip AND NOT k.uuid_taken;
    IF NOT EXISTS (SELECT FROM asv.access_log a JOIN asv.statement s ON s.digest = a.shown
                   WHERE a.recording = c.recording AND s.person = asv.caller()) THEN
        RAISE EXCEPTION 'still: nobody has shown the caller a recording %', p_clip USING ERRCODE = 'VA006';
    ELSIF asv.state_of(c.recording) <> 'held' THEN
        RAISE EXCEPTION 'still: % is not held any more', p_clip USING ERRCODE = 'VA002';
    END IF;
    SELECT r.incident INTO v_incident FROM asv.hold h JOIN asv.request r ON r.proposal = h.proposal
    WHERE h.recording = c.recording ORDER BY h.event DESC LIMIT 1;
    IF NOT asv.is_own_incident(v_incident, asv.own_units())
       OR NOT EXISTS (SELECT FROM asv.access_log a JOIN asv.statement s ON s.digest = a.shown
                      WHERE a.recording = c.recording AND a.incident = v_incident AND s.person = asv.caller()) THEN
        RAISE EXCEPTION 'still: nobody has shown the caller % for the incident for which it is held', p_clip USING ERRCODE = 'VA006';
    ELSIF EXISTS (SELECT FROM asv.incident_forgotten f WHERE f.incident = v_incident) THEN
        RAISE EXCEPTION 'still: the incident of % was forgotten', p_clip USING ERRCODE = 'VA002';
    END IF;
    RETURN QUERY SELECT v_incident, (SELECT i.case_number::text FROM asv.incident i WHERE i.id = v_incident), c.recording, c.header::bytea,
        EXISTS (SELECT FROM asv.incident_still n
                WHERE n.incident = v_incident AND n.recording = c.recording AND n.at_ms = p_at_ms AND n.picture = p_picture);
END
$$;
COMMENT ON FUNCTION asv.incident_still_next IS 'what is to be signed of a picture that the caller was shown; there: it is written down already';
GRANT EXECUTE ON FUNCTION asv.incident_still_next TO asv_staff;

CREATE FUNCTION asv.incident_still_put(p_clip uuid, p_at_ms bigint, p_width integer, p_height integer, p_picture bytea, p_by text, p_salt bytea,
                                       p_statement bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v record;
    v_new asv.incident_still;
BEGIN
    PERFORM asv.check_known();
    PERFORM FROM asv.recording r WHERE r.id = (SELECT c.recording FROM asv.clip c WHERE c.clip = p_clip AND NOT c.uuid_taken) FOR NO KEY UPDATE;
    SELECT * INTO STRICT v FROM asv.incident_still_next(p_clip, p_at_ms, p_picture);
    PERFORM FROM asv.incident WHERE id = v.incident FOR NO KEY UPDATE;
    PERFORM FROM asv.incident_still_next(p_clip, p_at_ms, p_picture); -- it may have been forgotten meanwhile
    IF EXISTS (SELECT FROM asv.incident_still WHERE statement = p_statement) THEN
        RETURN 'already';
    END IF;
    -- Of an incident 100 are shown, as of its recordings; nobody needs more, and one person's statements are bounded.
    IF (SELECT count(*) FROM asv.incident_still n WHERE n.incident = v.incident) >= 100 THEN
        RAISE EXCEPTION 'still: an incident has at most 100' USING ERRCODE = 'VA002';
    END IF;
    v_new := ROW(v.incident, v.recording, p_at_ms, p_picture, p_width, p_height, clock_timestamp(), asv.said_by(p_by), p_salt, p_statement);
    PERFORM asv.record_check(p_statement, 'incident-still', 64, v.incident, asv.record_digest(p_salt, asv.record_text(v_new)));
    INSERT INTO asv.incident_still VALUES (v_new.*);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.incident_still_put IS 'points a picture of a recording out, as the statement of the same transaction says, by who was shown it';
GRANT EXECUTE ON FUNCTION asv.incident_still_put TO asv_staff;

CREATE FUNCTION asv.incident_still_list(p_case text, p_limit integer)
    RETURNS TABLE (clip uuid, at_ms bigint, width integer, height integer, picture bytea, since timestamptz, by text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('incident ' || p_case);
    RETURN QUERY
    SELECT c.clip, n.at_ms, n.width, n.height, n.picture::bytea, n.since, n.by::text
    FROM asv.incident i JOIN asv.incident_still n ON n.incident = i.id JOIN asv.clip c ON c.recording = n.recording
    WHERE i.case_number = p_case AND asv.is_own_incident(i.id, asv.own_units())
    ORDER BY n.since, c.clip
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.incident_still_list IS 'the pictures that were pointed out for one incident; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.incident_still_list TO asv_staff;

-- ---- what the data-protection officer and the staff council are told

CREATE FUNCTION asv.subject_request_lines(p_after uuid, p_limit integer)
    RETURNS TABLE (subject_request uuid, at timestamptz, answered_by text, reason text, camera_name text, area text, from_at timestamptz,
                   until_at timestamptz, found bigint, forget_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT q.id, q.at, q.by::text, q.reason::text, t.name::text, q.area::text, q.from_at, q.until_at, q.found::bigint, q.forget_at
    FROM asv.subject_request q LEFT JOIN asv.certificate t ON t.digest = q.camera
    WHERE (SELECT asv.check_role(32)) AND (p_after IS NULL OR q.id < p_after)
    ORDER BY q.id DESC
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.subject_request_lines IS 'a page of what recorded people asked (LAW L7), the newest first: for the data-protection officer';
GRANT EXECUTE ON FUNCTION asv.subject_request_lines TO asv_staff;

CREATE FUNCTION asv.group_minimum(p_day date) RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (convert_from(asv.policy_on(p_day), 'UTF8')::json ->> 'statistics_min_group')::integer;
EXCEPTION WHEN data_exception THEN
    RETURN NULL; -- No policy, or one that no program would take.
END
$$;
COMMENT ON FUNCTION asv.group_minimum IS 'the smallest group of which the policy in force on a day lets a figure be shown; NULL: of none';

-- LAW L6. The group is those who looked: of fewer than the policy names, how often they did would say it of somebody. A month is told when it
-- is over, so that no two answers differ by one look.
CREATE FUNCTION asv.access_counts(p_after date, p_limit integer)
    RETURNS TABLE (month date, accesses bigint, suppressed boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT m.month, CASE WHEN m.people >= g.minimum THEN m.accesses END, coalesce(m.people < g.minimum, true)
    FROM (SELECT date_trunc('month', a.at AT TIME ZONE 'Europe/Berlin')::date AS month, count(*) AS accesses,
                 count(DISTINCT s.person) AS people
          FROM asv.access_log a JOIN asv.credential s ON s.digest = a.credential
          GROUP BY 1) AS m
    -- By the policy of its own time, as the evaluation: a smaller group that is agreed on later tells nothing of before.
    CROSS JOIN LATERAL (SELECT asv.group_minimum((m.month + interval '1 month')::date - 1) AS minimum) AS g
    WHERE (SELECT asv.check_role(96)) AND (p_after IS NULL OR m.month < p_after)
      AND m.month < date_trunc('month', clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date
    ORDER BY m.month DESC
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.access_counts IS 'how often recordings were shown in each month that is over, the newest first; of fewer people than the policy''s smallest group no figure: for the staff council and the data-protection officer';
GRANT EXECUTE ON FUNCTION asv.access_counts TO asv_staff;
