-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Incidents, the recordings that show them, and to whom cameras were issued.
CREATE TABLE asv.incident (
    id uuid PRIMARY KEY CHECK (asv.is_uuid7(id)),
    case_number asv.name128 NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by asv.note NOT NULL
);
COMMENT ON TABLE asv.incident IS 'incidents for which recordings are kept';
COMMENT ON COLUMN asv.incident.id IS 'UUIDv7; stands in statements';
COMMENT ON COLUMN asv.incident.case_number IS 'the office''s own number (Vorgangsnummer); stands in statements and never changes';
COMMENT ON COLUMN asv.incident.opened_at IS 'when it was written down';
COMMENT ON COLUMN asv.incident.opened_by IS 'who wrote it down';

CREATE TABLE asv.incident_version (
    incident uuid NOT NULL REFERENCES asv.incident,
    number smallint NOT NULL CHECK (number > 0),
    cause smallint NOT NULL CHECK (cause BETWEEN 1 AND 3),
    offence asv.words NOT NULL,
    danger asv.words NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    place asv.words NOT NULL,
    accused asv.words NOT NULL,
    injured text[] NOT NULL CHECK (cardinality(injured) <= 32 AND array_position(injured, NULL) IS NULL
                                   AND octet_length(array_to_string(injured, ' ')) <= 4000
                                   AND array_to_string(injured, ' ') IS NFC NORMALIZED),
    prosecutor asv.name128,
    assault boolean NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    salt asv.digest NOT NULL,
    statement asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    PRIMARY KEY (incident, number),
    CHECK (from_at <= until_at)
);
COMMENT ON TABLE asv.incident_version IS 'what is known of an incident (LAW H9); each change is a version, the highest counts';
COMMENT ON COLUMN asv.incident_version.incident IS 'which';
COMMENT ON COLUMN asv.incident_version.number IS 'from 1, without gaps';
COMMENT ON COLUMN asv.incident_version.cause IS 'why recordings may be kept (LAW T3): 1 danger, 2 prosecution, 3 a recorded person demands a check of legality';
COMMENT ON COLUMN asv.incident_version.offence IS 'what is said to have been done';
COMMENT ON COLUMN asv.incident_version.danger IS 'the danger to life or limb for which it was recorded (LAW R2)';
COMMENT ON COLUMN asv.incident_version.from_at IS 'when it happened, or began';
COMMENT ON COLUMN asv.incident_version.until_at IS 'when it ended; NULL: at that moment';
COMMENT ON COLUMN asv.incident_version.place IS 'where';
COMMENT ON COLUMN asv.incident_version.accused IS 'who is accused, or Unbekannt';
COMMENT ON COLUMN asv.incident_version.injured IS 'who was injured; may be nobody';
COMMENT ON COLUMN asv.incident_version.prosecutor IS 'the prosecutor''s Aktenzeichen, like 570 Js 123/18; NULL: not known yet';
COMMENT ON COLUMN asv.incident_version.assault IS 'somebody of the office was attacked or insulted, and that was reported';
COMMENT ON COLUMN asv.incident_version.since IS 'when this was written down';
COMMENT ON COLUMN asv.incident_version.by IS 'who wrote it down';
COMMENT ON COLUMN asv.incident_version.salt IS 'random; with it the statement names what this row says';
COMMENT ON COLUMN asv.incident_version.statement IS 'with which somebody signed it';

CREATE TABLE asv.incident_clip (
    incident uuid NOT NULL REFERENCES asv.incident,
    recording uuid NOT NULL REFERENCES asv.clip,
    number smallint NOT NULL CHECK (number > 0),
    shows boolean NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    salt asv.digest,
    statement asv.digest NOT NULL REFERENCES asv.statement,
    PRIMARY KEY (incident, recording, number),
    UNIQUE (statement, recording),
    CHECK (salt IS NOT NULL OR shows)
);
CREATE UNIQUE INDEX ON asv.incident_clip (statement) WHERE salt IS NOT NULL;
CREATE INDEX ON asv.incident_clip (recording);
COMMENT ON TABLE asv.incident_clip IS 'which recordings show an incident, and which were taken out again; the highest number counts';
COMMENT ON COLUMN asv.incident_clip.incident IS 'which';
COMMENT ON COLUMN asv.incident_clip.recording IS 'which';
COMMENT ON COLUMN asv.incident_clip.number IS 'from 1, without gaps';
COMMENT ON COLUMN asv.incident_clip.shows IS 'it shows the incident; false: it was taken out';
COMMENT ON COLUMN asv.incident_clip.since IS 'when somebody said so';
COMMENT ON COLUMN asv.incident_clip.by IS 'who said so';
COMMENT ON COLUMN asv.incident_clip.salt IS 'random; with it the statement names what this row says; NULL: it follows from a decision to hold the recording for the incident';
COMMENT ON COLUMN asv.incident_clip.statement IS 'with which somebody signed it, and why; or the approval of that decision';

CREATE TABLE asv.incident_still (
    incident uuid NOT NULL REFERENCES asv.incident,
    recording uuid NOT NULL REFERENCES asv.clip,
    at_ms bigint NOT NULL CHECK (at_ms BETWEEN 0 AND 604800000),
    picture asv.digest NOT NULL,
    width integer NOT NULL CHECK (width BETWEEN 1 AND 16384),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 16384),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    salt asv.digest NOT NULL,
    statement asv.digest NOT NULL UNIQUE REFERENCES asv.statement,
    PRIMARY KEY (incident, recording, at_ms, picture)
);
COMMENT ON TABLE asv.incident_still IS 'pictures of recordings that somebody who was shown them points out for an incident: where, and a digest; the pictures are nowhere. Forgotten with the incident''s versions';
COMMENT ON COLUMN asv.incident_still.incident IS 'for which';
COMMENT ON COLUMN asv.incident_still.recording IS 'of which';
COMMENT ON COLUMN asv.incident_still.at_ms IS 'where: media time, of the stream''s own line';
COMMENT ON COLUMN asv.incident_still.picture IS 'SHA-256 of the picture as PNG, as the browser made it of what it showed';
COMMENT ON COLUMN asv.incident_still.width IS 'in pixels';
COMMENT ON COLUMN asv.incident_still.height IS 'in pixels';
COMMENT ON COLUMN asv.incident_still.since IS 'when somebody said so';
COMMENT ON COLUMN asv.incident_still.by IS 'who said so';
COMMENT ON COLUMN asv.incident_still.salt IS 'random; with it the statement names what this row says';
COMMENT ON COLUMN asv.incident_still.statement IS 'with which somebody signed it, and why';

CREATE TABLE asv.incident_forgotten (
    incident uuid PRIMARY KEY REFERENCES asv.incident,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz NOT NULL
);
COMMENT ON TABLE asv.incident_forgotten IS 'incidents of which nothing is known any more but that they were: number, recordings, decisions (LAW L10)';
COMMENT ON COLUMN asv.incident_forgotten.incident IS 'which';
COMMENT ON COLUMN asv.incident_forgotten.at IS 'when its versions were forgotten';
COMMENT ON COLUMN asv.incident_forgotten.ended_at IS 'when its last recording was released or gone, or it was last changed, from which the term counts';

INSERT INTO asv.alarm_kind VALUES
    ('reissued', 'it was written down anew who wore a camera: the rules that shut out its wearer shut out somebody else then'),
    ('unworn', 'it was written down that nobody wore a camera: the rules that shut out a wearer shut out nobody then');

CREATE TABLE asv.issue (
    assignment uuid NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    holder uuid REFERENCES asv.person,
    reason asv.words,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    PRIMARY KEY (assignment, number),
    CHECK ((holder IS NULL) = (reason IS NOT NULL))
);
COMMENT ON TABLE asv.issue IS 'to whom a camera was issued under a random assignment id: asked whether it was this person, for one recording at a time; never listed, counted or searched, and forgotten when the recordings are gone (LAW L6)';
COMMENT ON COLUMN asv.issue.assignment IS 'as it stands in the camera''s recordings; of a recording without one: the recording';
COMMENT ON COLUMN asv.issue.number IS 'from 1, without gaps: who corrects it adds one, the highest counts';
COMMENT ON COLUMN asv.issue.holder IS 'who wears the camera meanwhile; NULL: nobody';
COMMENT ON COLUMN asv.issue.reason IS 'why nobody, as who decides is shown it';
COMMENT ON COLUMN asv.issue.since IS 'when it was written down';
COMMENT ON COLUMN asv.issue.by IS 'who wrote it down';

-- Only added to.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['incident', 'incident_clip', 'incident_forgotten'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.incident_version FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.incident_still FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.issue FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();

-- But for what is forgotten: versions and stills go.
CREATE FUNCTION asv.check_incident_forgotten() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.incident_forgotten WHERE incident = old.incident)
       AND asv.incident_forget_at(old.incident) <= clock_timestamp() THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION '%: this table is only added to, until the incident is forgotten', tg_table_name USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_incident_forgotten() IS 'trigger: what is known of an incident stays until its term is over';
CREATE TRIGGER check_forgotten BEFORE DELETE ON asv.incident_version
    FOR EACH ROW EXECUTE FUNCTION asv.check_incident_forgotten();
CREATE TRIGGER check_forgotten BEFORE DELETE ON asv.incident_still
    FOR EACH ROW EXECUTE FUNCTION asv.check_incident_forgotten();

CREATE FUNCTION asv.record_text(v asv.incident_version) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY['incident', v.incident::text, (SELECT i.case_number FROM asv.incident i WHERE i.id = v.incident),
        v.number::text, v.cause::text, v.offence, v.danger, asv.record_time(v.from_at), asv.record_time(v.until_at), v.place, v.accused,
        v.prosecutor, v.assault::integer::text, cardinality(v.injured)::text] || v.injured)
$$;
COMMENT ON FUNCTION asv.record_text(asv.incident_version) IS 'what is signed of a version of an incident';

CREATE FUNCTION asv.record_text(n asv.incident_clip) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY[CASE WHEN n.shows THEN 'incident-clip' ELSE 'incident-clip-out' END, n.incident::text,
        (SELECT i.case_number FROM asv.incident i WHERE i.id = n.incident), n.number::text,
        (SELECT encode(c.header, 'hex') FROM asv.clip c WHERE c.recording = n.recording)])
$$;
COMMENT ON FUNCTION asv.record_text(asv.incident_clip) IS 'what is signed of a recording that shows an incident, or does not';

CREATE FUNCTION asv.record_text(n asv.incident_still) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.record_lines(ARRAY['incident-still', n.incident::text, (SELECT i.case_number FROM asv.incident i WHERE i.id = n.incident),
        (SELECT encode(c.header, 'hex') FROM asv.clip c WHERE c.recording = n.recording), n.at_ms::text, n.width::text, n.height::text,
        encode(n.picture, 'hex')])
$$;
COMMENT ON FUNCTION asv.record_text(asv.incident_still) IS 'what is signed of a picture of a recording';

-- LAW L4, A-104. Its units are those of its recordings, of what was asked for it, and of who wrote it down.
CREATE FUNCTION asv.is_own_incident(p_incident uuid, p_units text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN p_units IS NULL
        OR EXISTS (SELECT FROM asv.incident_forgotten f WHERE f.incident = p_incident)
        OR EXISTS (SELECT FROM asv.incident_version v JOIN asv.statement s ON s.digest = v.statement
                   JOIN asv.credential k ON k.digest = s.credential
                   WHERE v.incident = p_incident AND k.units && p_units)
        OR EXISTS (SELECT FROM asv.incident_clip n JOIN asv.clip c ON c.recording = n.recording
                   WHERE n.incident = p_incident AND c.unit::text = ANY (p_units))
        OR EXISTS (SELECT FROM asv.request r LEFT JOIN asv.clip c ON c.recording = r.recording
                   WHERE r.incident = p_incident
                     AND coalesce(c.unit::text, (SELECT u.unit::text FROM asv.camera_unit u WHERE u.camera = r.camera
                                                 ORDER BY u.since DESC LIMIT 1)) = ANY (p_units))
        -- Last, as who asks is a question of its own.
        OR EXISTS (SELECT FROM asv.incident_version v JOIN asv.statement s ON s.digest = v.statement
                   WHERE v.incident = p_incident AND s.person = asv.caller());
END
$$;
COMMENT ON FUNCTION asv.is_own_incident IS 'whether an incident is of one of these units (NULL: of any), or the caller wrote it down; one that was forgotten is everybody''s, as it is a number alone';
GRANT EXECUTE ON FUNCTION asv.is_own_incident TO asv_staff;

CREATE FUNCTION asv.incident_put(
    p_id uuid, p_case text, p_number smallint, p_cause smallint, p_offence text, p_danger text, p_from_at timestamptz,
    p_until_at timestamptz, p_place text, p_accused text, p_injured text, p_prosecutor text, p_assault boolean, p_by text, p_salt bytea,
    p_statement bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.incident_version;
    v_new CONSTANT asv.incident_version := ROW(p_id, p_number, p_cause, p_offence, p_danger, p_from_at, p_until_at, p_place, p_accused,
        coalesce(string_to_array(nullif(p_injured, ''), E'\n'), '{}'), p_prosecutor, p_assault, clock_timestamp(), asv.said_by(p_by), p_salt,
        p_statement);
BEGIN
    PERFORM asv.check_known();
    IF p_number = 1 THEN
        INSERT INTO asv.incident (id, case_number, opened_by) VALUES (p_id, p_case, asv.said_by(p_by)) ON CONFLICT (id) DO NOTHING;
    END IF;
    PERFORM FROM asv.incident WHERE id = p_id AND case_number = p_case FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'incident: there is no %', p_case USING ERRCODE = 'VA006';
    ELSIF p_number > 1 AND NOT asv.is_own_incident(p_id, asv.own_units()) THEN
        RAISE EXCEPTION 'incident: there is no % of the caller''s units', p_case USING ERRCODE = 'VA006';
    ELSIF EXISTS (SELECT FROM asv.incident_forgotten WHERE incident = p_id) THEN
        RAISE EXCEPTION 'incident %: it was forgotten', p_case USING ERRCODE = 'VA002';
    END IF;
    PERFORM asv.record_check(p_statement, 'incident', 64, p_id, asv.record_digest(p_salt, asv.record_text(v_new)));
    SELECT * INTO v FROM asv.incident_version WHERE incident = p_id AND number = p_number;
    IF FOUND THEN
        IF v.statement = p_statement THEN
            RETURN 'already';
        END IF;
        RAISE EXCEPTION 'incident %: somebody else changed it meanwhile', p_case USING ERRCODE = 'VA001';
    ELSIF p_number > 1 AND NOT EXISTS (SELECT FROM asv.incident_version WHERE incident = p_id AND number = p_number - 1) THEN
        RAISE EXCEPTION 'incident %: versions are without gaps', p_case USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.incident_version VALUES (v_new.*);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.incident_put IS 'a new incident (number 1), or its next version, as the statement of the same transaction says; injured: one to a line';
GRANT EXECUTE ON FUNCTION asv.incident_put TO asv_staff;

CREATE VIEW asv.exhibit AS
SELECT c.incident, c.recording FROM asv.incident_clip c
WHERE c.shows AND NOT EXISTS (SELECT FROM asv.incident_clip n
                              WHERE n.incident = c.incident AND n.recording = c.recording AND n.number > c.number);
COMMENT ON VIEW asv.exhibit IS 'the recordings that show incidents, without those that were taken out; for other views, nobody may read it';

-- Under the incident's row lock, which is taken after a recording's: numbers have no gaps.
CREATE FUNCTION asv.incident_clip_say(p_incident uuid, p_recording uuid, p_shows boolean, p_by text, p_salt bytea, p_statement bytea)
    RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_last asv.incident_clip;
    v_new asv.incident_clip;
BEGIN
    PERFORM FROM asv.incident WHERE id = p_incident FOR NO KEY UPDATE;
    SELECT * INTO v_last FROM asv.incident_clip WHERE incident = p_incident AND recording = p_recording
    ORDER BY number DESC LIMIT 1;
    IF coalesce(v_last.shows, false) = p_shows THEN
        RETURN false;
    END IF;
    v_new := ROW(p_incident, p_recording, coalesce(v_last.number, 0) + 1, p_shows, clock_timestamp(), p_by, p_salt, p_statement);
    IF p_salt IS NOT NULL THEN
        PERFORM asv.record_check(p_statement, CASE WHEN p_shows THEN 'incident-clip' ELSE 'incident-clip-out' END, 64, p_incident,
                                 asv.record_digest(p_salt, asv.record_text(v_new)));
    END IF;
    INSERT INTO asv.incident_clip VALUES (v_new.*);
    RETURN true;
END
$$;
COMMENT ON FUNCTION asv.incident_clip_say IS 'a recording shows an incident, or does not any more, as this statement says or (salt NULL) as follows from it; whether that is news';

-- Before anything is signed, and again when it was.
CREATE FUNCTION asv.incident_clip_next(p_case text, p_clip uuid, p_shows boolean)
    RETURNS TABLE (incident uuid, recording uuid, header bytea, number smallint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_incident uuid;
    c asv.clip;
    v_last asv.incident_clip;
BEGIN
    PERFORM asv.check_known();
    SELECT i.id INTO v_incident FROM asv.incident i WHERE i.case_number = p_case AND asv.is_own_incident(i.id, asv.own_units());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'incident: there is no %', p_case USING ERRCODE = 'VA006';
    END IF;
    SELECT * INTO c FROM asv.clip k WHERE k.clip = p_clip AND NOT k.uuid_taken;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'clip: there is no % in custody', p_clip USING ERRCODE = 'VA006';
    END IF;
    SELECT * INTO v_last FROM asv.incident_clip n WHERE n.incident = v_incident AND n.recording = c.recording
    ORDER BY n.number DESC LIMIT 1;
    IF NOT p_shows AND NOT FOUND THEN
        RAISE EXCEPTION 'incident %: % is none of its recordings', p_case, p_clip USING ERRCODE = 'VA006';
    ELSIF p_shows AND EXISTS (SELECT FROM asv.incident_forgotten f WHERE f.incident = v_incident) THEN
        RAISE EXCEPTION 'incident %: it was forgotten', p_case USING ERRCODE = 'VA002';
    -- What two people signed says that it is an exhibit of this incident.
    ELSIF NOT p_shows AND asv.state_of(c.recording) = 'held'
          AND (SELECT r.incident FROM asv.hold h JOIN asv.request r ON r.proposal = h.proposal
               WHERE h.recording = c.recording ORDER BY h.event DESC LIMIT 1) = v_incident THEN
        RAISE EXCEPTION 'incident %: % is held for it', p_case, p_clip USING ERRCODE = 'VA002';
    END IF;
    RETURN QUERY SELECT v_incident, c.recording, c.header::bytea,
        CASE WHEN coalesce(v_last.shows, false) <> p_shows THEN (coalesce(v_last.number, 0) + 1)::smallint END;
END
$$;
COMMENT ON FUNCTION asv.incident_clip_next IS 'what is to be signed so that a recording shows an incident, or does not after all; number NULL: it is so already';
GRANT EXECUTE ON FUNCTION asv.incident_clip_next TO asv_staff;

CREATE FUNCTION asv.incident_clip_put(p_case text, p_clip uuid, p_shows boolean, p_by text, p_salt bytea, p_statement bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v record;
BEGIN
    PERFORM asv.check_known();
    IF p_salt IS NULL THEN
        RAISE EXCEPTION 'record: what one person says is salted' USING ERRCODE = 'VA003';
    ELSIF EXISTS (SELECT FROM asv.incident_clip n JOIN asv.clip c ON c.recording = n.recording
                  WHERE n.statement = p_statement AND n.salt = p_salt AND c.clip = p_clip AND n.shows = p_shows) THEN
        RETURN 'already';
    END IF;
    PERFORM FROM asv.recording r WHERE r.id = (SELECT c.recording FROM asv.clip c WHERE c.clip = p_clip AND NOT c.uuid_taken) FOR NO KEY UPDATE;
    SELECT * INTO STRICT v FROM asv.incident_clip_next(p_case, p_clip, p_shows);
    IF NOT asv.incident_clip_say(v.incident, v.recording, p_shows, asv.said_by(p_by), p_salt, p_statement) THEN
        RAISE EXCEPTION 'incident %: somebody else said so of % meanwhile', p_case, p_clip USING ERRCODE = 'VA001';
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.incident_clip_put IS 'a recording shows an incident, or does not after all, as the statement of the same transaction says; what was said before is kept';
GRANT EXECUTE ON FUNCTION asv.incident_clip_put TO asv_staff;

CREATE VIEW asv.incident_overview WITH (security_barrier) AS
SELECT i.id, i.case_number, v.number, v.cause, v.offence, v.danger, v.from_at, v.until_at, v.place, v.accused,
       array_to_string(v.injured, E'\n') AS injured, v.prosecutor, v.assault, i.opened_at, v.since,
       (SELECT count(*) FROM asv.exhibit e WHERE e.incident = i.id) AS clips,
       f.at AS forgotten_at, v.salt, v.statement
FROM asv.incident i
LEFT JOIN asv.incident_version v ON v.incident = i.id
                                    AND v.number = (SELECT max(w.number) FROM asv.incident_version w WHERE w.incident = i.id)
LEFT JOIN asv.incident_forgotten f ON f.incident = i.id
-- One without a version is being written down.
WHERE (v.number IS NOT NULL OR f.at IS NOT NULL) AND asv.is_own_incident(i.id, (SELECT asv.own_units()));
COMMENT ON VIEW asv.incident_overview IS 'incidents of the caller''s units, as they are known now';
COMMENT ON COLUMN asv.incident_overview.clips IS 'recordings that show it';
COMMENT ON COLUMN asv.incident_overview.forgotten_at IS 'when everything else was forgotten; NULL: it is not';
COMMENT ON COLUMN asv.incident_overview.salt IS 'of the digest by which the statement names what it says';
COMMENT ON COLUMN asv.incident_overview.statement IS 'with which somebody signed it as it is known now';
-- LAW L6: who was injured, or is accused, may be a member of staff.
GRANT SELECT (id, case_number, number, cause, offence, danger, from_at, until_at, place, prosecutor, assault, opened_at, since, clips,
              forgotten_at) ON asv.incident_overview TO asv_staff;

CREATE FUNCTION asv.incident_find(p_case text) RETURNS SETOF asv.incident_overview
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('incident ' || p_case);
    RETURN QUERY SELECT * FROM asv.incident_overview WHERE case_number = p_case;
END
$$;
COMMENT ON FUNCTION asv.incident_find IS 'one incident as it is known now, with its persons; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.incident_find TO asv_staff;

CREATE VIEW asv.incident_clip_overview AS
SELECT i.case_number, c.clip, c.state, c.started_at, c.due_at, c.camera_name
FROM asv.exhibit n
JOIN asv.incident i ON i.id = n.incident
JOIN asv.clip_overview c ON c.recording = n.recording;
COMMENT ON VIEW asv.incident_clip_overview IS 'recordings of incidents, without those that were taken out';
COMMENT ON COLUMN asv.incident_clip_overview.camera_name IS 'of its certificate';
GRANT SELECT ON asv.incident_clip_overview TO asv_staff;

CREATE FUNCTION asv.holder_of(p_assignment uuid) RETURNS uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT holder FROM asv.issue WHERE assignment = p_assignment ORDER BY number DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.holder_of IS 'to whom a camera was issued under an assignment, as it was last written down; for the rules, nobody may call it';

CREATE FUNCTION asv.worn_as(p_assignment uuid) RETURNS asv.issue
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT i FROM asv.issue i WHERE assignment = p_assignment ORDER BY number DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.worn_as IS 'what was last written down of who wore a camera under an assignment; NULL: nothing was; for the rules, nobody may call it';

CREATE FUNCTION asv.issue_put(p_which uuid, p_holder uuid, p_reason text, p_by text, p_correct boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_assignment uuid;
    v_last asv.issue;
BEGIN
    SELECT coalesce(c.assignment, c.recording) INTO v_assignment FROM asv.clip c WHERE c.clip = p_which AND NOT c.uuid_taken;
    v_assignment := coalesce(v_assignment, p_which);
    IF NOT EXISTS (SELECT FROM asv.assignment WHERE id = v_assignment)
       AND NOT EXISTS (SELECT FROM asv.clip WHERE assignment = v_assignment OR assignment IS NULL AND recording = v_assignment) THEN
        RAISE EXCEPTION 'issue: no camera was issued under this assignment' USING ERRCODE = 'VA006';
    END IF;
    v_last := asv.worn_as(v_assignment);
    -- LAW L4, L6. Who writes it down learns nothing of what was written: said again it is the same for a minute, as who did not hear the
    -- answer says it; from then on nobody is told whether it would be.
    IF v_last.number IS NOT NULL AND v_last.holder IS NOT DISTINCT FROM p_holder
       AND v_last.since > clock_timestamp() - interval '1 minute' THEN
        RETURN 'already';
    ELSIF v_last.number IS NOT NULL AND NOT p_correct THEN
        RAISE EXCEPTION 'issue: it was written down before who wore the camera' USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.issue (assignment, number, holder, reason, by)
    VALUES (v_assignment, coalesce(v_last.number, 0) + 1, p_holder, CASE WHEN p_holder IS NULL THEN p_reason END, p_by);
    IF p_holder IS NULL THEN
        -- Not in silence: who may not decide on a recording could write this first.
        PERFORM asv.alarm_put('unworn', NULL, NULL, NULL, NULL, p_by || ': ' || p_reason, v_assignment::text);
    ELSIF v_last.number IS NOT NULL THEN
        -- Nor this; but not whether it was somebody else.
        PERFORM asv.alarm_put('reissued', NULL, NULL, NULL, NULL, p_by || ': it was written down anew who wore the camera', v_assignment::text);
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.issue_put IS 'to whom a camera was issued under an assignment, or under that of a clip; to nobody (NULL) with a reason and an alarm; to correct is to say so again, with an alarm';
GRANT EXECUTE ON FUNCTION asv.issue_put TO asv_admin;

CREATE FUNCTION asv.holders(p_camera bytea, p_from_at timestamptz, p_until_at timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    -- An assignment lasts until the camera's next one.
    SELECT i.holder FROM asv.assignment a
    JOIN LATERAL (SELECT asv.holder_of(a.id) AS holder) i ON i.holder IS NOT NULL
    WHERE a.camera = p_camera AND a.issued_at < p_until_at
      AND NOT EXISTS (SELECT FROM asv.assignment n
                      WHERE n.camera = a.camera AND n.number > a.number AND n.issued_at <= p_from_at)
$$;
COMMENT ON FUNCTION asv.holders IS 'to whom a camera was issued at that time; for the rules, nobody may call it';

CREATE FUNCTION asv.is_worn_unsaid(p_camera bytea, p_from_at timestamptz, p_until_at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.assignment a
                   WHERE a.camera = p_camera AND a.id IS NOT NULL AND a.issued_at < p_until_at
                     AND NOT EXISTS (SELECT FROM asv.issue i WHERE i.assignment = a.id)
                     AND NOT EXISTS (SELECT FROM asv.assignment n
                                     WHERE n.camera = a.camera AND n.number > a.number AND n.issued_at <= p_from_at))
$$;
COMMENT ON FUNCTION asv.is_worn_unsaid IS 'whether a camera was issued at that time, and nobody wrote down to whom; for the rules, nobody may call it';
