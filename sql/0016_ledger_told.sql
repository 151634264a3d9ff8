-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the ledger tells (docs/LEDGER.md 3): of which rows, which fields in the open and which closed, and what is forgotten again.
CREATE FUNCTION asv.ledger_refuse(p_tag integer, p_bytes integer) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'ledger: field % has % bytes, more than an entry takes', p_tag, p_bytes USING ERRCODE = '22001';
END
$$;
COMMENT ON FUNCTION asv.ledger_refuse IS 'refuses a field that is too long';

CREATE FUNCTION asv.ledger_field(p_tag integer, p_value bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN coalesce(octet_length(p_value), 0) = 0 THEN ''
        -- LG-005: whoever writes is refused, and not the sequencer, which could not go on.
        WHEN octet_length(p_value) > CASE p_tag WHEN 7 THEN 256 WHEN 10 THEN 64 WHEN 13 THEN 168 WHEN 130 THEN 4096 WHEN 136 THEN 256
                                     ELSE 32 END THEN asv.ledger_refuse(p_tag, octet_length(p_value))
        ELSE substring(int2send(p_tag::smallint) FROM 2) || int2send(octet_length(p_value)::smallint) || p_value END;
COMMENT ON FUNCTION asv.ledger_field IS 'one field; nothing for NULL';

CREATE FUNCTION asv.ledger_instant(p_tag integer, p_at timestamptz) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN asv.ledger_field(p_tag, int8send(floor(extract(epoch FROM p_at) * 1000)::bigint));
COMMENT ON FUNCTION asv.ledger_instant IS 'an instant as a field, in milliseconds';

CREATE FUNCTION asv.ledger_text(p_tag integer, p_text text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN asv.ledger_field(p_tag, convert_to(p_text, 'UTF8'));
COMMENT ON FUNCTION asv.ledger_text IS 'a text as a field';

CREATE FUNCTION asv.ledger_time(p_at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
COMMENT ON FUNCTION asv.ledger_time IS 'an instant within a text: the same for every reader';

CREATE FUNCTION asv.ledger_day_field(p_day date) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN asv.ledger_field(3, int4send(to_char(p_day, 'YYYYMMDD')::integer));
COMMENT ON FUNCTION asv.ledger_day_field IS 'a local day as a field';

CREATE FUNCTION asv.ledger_counts(VARIADIC p_counts bigint[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.ledger_field(7, (SELECT string_agg(int8send(c), ''::bytea ORDER BY n)
                                FROM unnest(p_counts) WITH ORDINALITY AS t (c, n)))
$$;
COMMENT ON FUNCTION asv.ledger_counts IS 'numbers as a field';

CREATE FUNCTION asv.ledger_id(p_digest bytea) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(substring(p_digest FOR 16), 'hex')::uuid;
COMMENT ON FUNCTION asv.ledger_id IS 'the id of the entry about something that is known by its digest';

CREATE TYPE asv.ledger_tale AS (kind text, id uuid, day date, facts bytea, closed bytea);
COMMENT ON TYPE asv.ledger_tale IS 'what the ledger tells of one row: kind and id of its entry, and its fields';

CREATE FUNCTION asv.ledger_put(t asv.ledger_tale) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, asv, pg_temp AS $$ -- which keeps its plans from one event to the next
BEGIN
    INSERT INTO asv.ledger_pending (id, kind, day, facts, key, closed)
    VALUES (t.id, (SELECT k.code FROM asv.ledger_kind k WHERE k.name = t.kind), t.day, t.facts,
            CASE WHEN t.closed <> '' THEN asv.ledger_key() END, nullif(t.closed, ''));
    -- What waits already is found by its unique key, what has its entry here: two entries of one id would stop the sequencer.
    IF EXISTS (SELECT FROM asv.ledger_entry e WHERE e.id = t.id) THEN
        RAISE EXCEPTION 'ledger: there is an entry of this id' USING ERRCODE = '23505';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.ledger_put(asv.ledger_tale) IS 'has the ledger tell of something, with the transaction that it happens in';

-- Of many at once, for less each; one alone would cost twice as much this way.
CREATE FUNCTION asv.ledger_put(p_tales asv.ledger_tale[]) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO asv.ledger_pending (id, kind, day, facts, key, closed)
    SELECT t.id, (SELECT k.code FROM asv.ledger_kind k WHERE k.name = t.kind), t.day, t.facts,
           CASE WHEN t.closed <> '' THEN asv.ledger_key() END, nullif(t.closed, '')
    FROM unnest(p_tales) AS t;
    IF EXISTS (SELECT FROM unnest(p_tales) AS t JOIN asv.ledger_entry e ON e.id = t.id) THEN
        RAISE EXCEPTION 'ledger: there is an entry of this id' USING ERRCODE = '23505';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.ledger_put(asv.ledger_tale[]) IS 'has the ledger tell of these, in their order, with the transaction that they happen in';

-- ---------------------------------------------------------------------------------------------- what it tells of

-- Rows that have no id of their own that may stand in an entry are given one.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['camera_enrolment', 'camera_unit', 'camera_retirement', 'dock', 'revocation_list', 'bulletin',
                                'docking', 'docking_end', 'statement_answer', 'person', 'person_login', 'person_disabling', 'duty_end',
                                'retention_run_end', 'balance', 'alarm_acknowledgement', 'ahead_finish'] LOOP
        EXECUTE format('ALTER TABLE asv.%I ADD COLUMN entry uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()', name);
        EXECUTE format('COMMENT ON COLUMN asv.%I.entry IS %L', name, 'its entry in the ledger: random');
    END LOOP;
END
$$;

CREATE FUNCTION asv.ledger_told(r asv.camera_enrolment) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('camera_enrolled', r.entry, NULL::date,
        asv.ledger_instant(1, r.enrolled_at),
        asv.ledger_text(130, r.enrolled_by) || asv.ledger_field(132, r.camera))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.camera_enrolment) IS 'what the ledger tells of a camera that is enrolled';

CREATE FUNCTION asv.ledger_told(r asv.camera_unit) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('camera_moved', r.entry, NULL::date,
        asv.ledger_instant(1, r.since),
        asv.ledger_text(130, r.moved_by) || asv.ledger_field(132, r.camera) || asv.ledger_text(136, r.unit))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.camera_unit) IS 'what the ledger tells of the unit of a camera';

CREATE FUNCTION asv.ledger_told(r asv.camera_retirement) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('camera_retired', r.entry, NULL::date,
        asv.ledger_instant(1, r.retired_at),
        asv.ledger_text(130, r.retired_by || ': ' || r.reason) || asv.ledger_field(132, r.camera))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.camera_retirement) IS 'what the ledger tells of a camera that is retired';

CREATE FUNCTION asv.ledger_told(r asv.dock) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('dock_enrolled', r.entry, NULL::date,
        asv.ledger_instant(1, r.enrolled_at),
        asv.ledger_field(128, r.cert) || asv.ledger_text(130, r.enrolled_by) || asv.ledger_text(136, r.site))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.dock) IS 'what the ledger tells of a dock';

CREATE FUNCTION asv.ledger_told(r asv.revocation_list) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('revocations', r.entry, NULL::date,
        asv.ledger_instant(1, r.issued_at) || asv.ledger_field(5, r.digest)
        || asv.ledger_counts(r.number, cardinality(r.serials)),
        asv.ledger_field(128, r.signer))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.revocation_list) IS 'what the ledger tells of revocations';

CREATE FUNCTION asv.ledger_told(r asv.bulletin) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('keys_made', r.entry, NULL::date,
        asv.ledger_instant(1, r.issued_at) || asv.ledger_field(5, r.digest) || asv.ledger_counts(r.keys),
        asv.ledger_field(128, r.keeper) || asv.ledger_field(132, r.camera))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.bulletin) IS 'what the ledger tells of keys that were made';

CREATE FUNCTION asv.ledger_told(r asv.software_start) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('software_started', r.id, NULL::date,
        asv.ledger_instant(1, r.started_at) || asv.ledger_text(10, r.software),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.software_start) IS 'what the ledger tells of a program that began';

CREATE FUNCTION asv.ledger_told(r asv.day_end) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('day_destroyed', r.id, NULL::date,
        asv.ledger_instant(1, r.issued_at) || asv.ledger_day_field(r.day) || asv.ledger_field(5, r.digest)
        || asv.ledger_counts(r.confirmed, r.open, r.copies) || asv.ledger_instant(9, r.due_at),
        asv.ledger_field(128, r.keeper))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.day_end) IS 'what the ledger tells of a day whose keys are destroyed';

CREATE FUNCTION asv.ledger_told(r asv.ledger_forgotten) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('forgotten', r.entry, NULL::date,
        asv.ledger_instant(1, r.at) || asv.ledger_field(5, r.approval) || asv.ledger_text(10, r.id::text)
        || asv.ledger_field(12, r.proposal),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.ledger_forgotten) IS 'what the ledger tells of values that were forgotten';

CREATE FUNCTION asv.ledger_told(r asv.docking) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_day CONSTANT date := (r.began_at AT TIME ZONE 'Europe/Berlin')::date;
BEGIN
    RETURN ROW('docked', r.entry, v_day,
        asv.ledger_instant(1, r.began_at) || asv.ledger_day_field(v_day),
        asv.ledger_field(128, r.dock) || asv.ledger_field(132, r.camera) || asv.ledger_field(133, r.session)
        || asv.ledger_text(136, format('slot %s, port %s', r.slot, r.port)))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.docking) IS 'what the ledger tells of a docking';

CREATE FUNCTION asv.ledger_told(r asv.docking_end) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('undocked', r.entry, NULL::date,
        asv.ledger_instant(1, r.ended_at)
        || asv.ledger_counts(r.reason, r.stored, r.quarantined, r.expired, r.remaining, r.bytes),
        asv.ledger_text(130, r.detail) || asv.ledger_field(133, r.session))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.docking_end) IS 'what the ledger tells of the end of a docking';

-- A set, though it has one row: so a query has it as part of itself, and tells of a night's batch at once.
CREATE FUNCTION asv.ledger_told(r asv.clip_event) RETURNS SETOF asv.ledger_tale
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.kind, r.id, NULL::date,
        asv.ledger_instant(1, r.at) || asv.ledger_field(2, uuid_send(r.recording))
        || asv.ledger_field(5, r.object_digest)
        || CASE WHEN r.kind IN ('erased', 'erased_unsigned')
                THEN (SELECT asv.ledger_field(6, d.root) || asv.ledger_counts(d.leaves, d.payload_bytes)
                             || asv.ledger_instant(9, d.due_at) || asv.ledger_text(10, d.rule)
                      FROM asv.erasure_completion d WHERE d.event = r.position)
                ELSE ''::bytea END,
        asv.ledger_field(128, r.actor) || asv.ledger_text(130, r.detail)
        || CASE r.kind WHEN 'announced' THEN (SELECT asv.ledger_field(131, o.header) || asv.ledger_field(132, o.camera)
                                              FROM asv.recording o WHERE o.id = r.recording) ELSE ''::bytea END
        || asv.ledger_field(133, r.session);
END;
COMMENT ON FUNCTION asv.ledger_told(asv.clip_event) IS 'what the ledger tells of an event of custody, but what a commit tells of; of an erasure with its record';

CREATE FUNCTION asv.ledger_told(r asv.clip) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    e asv.clip_event;
BEGIN
    SELECT * INTO STRICT e FROM asv.clip_event WHERE position = r.event;
    RETURN ROW(e.kind, e.id, r.day,
        asv.ledger_instant(1, r.committed_at) || asv.ledger_field(2, uuid_send(r.recording))
        || asv.ledger_day_field(r.day) || asv.ledger_field(5, e.object_digest) || asv.ledger_field(6, r.root)
        || asv.ledger_counts(r.leaves, r.payload_bytes)
        || asv.ledger_field(8, substring(int2send(r.integrity) FROM 2) || substring(int2send(r.provenance) FROM 2)
                               || substring(int2send(r.kind) FROM 2))
        || asv.ledger_instant(9, r.due_at),
        asv.ledger_field(128, r.dock) || asv.ledger_text(130, e.detail) || asv.ledger_field(131, r.header)
        || asv.ledger_field(132, r.camera) || asv.ledger_field(133, r.session)
        || asv.ledger_field(134, r.link_digest) || asv.ledger_text(136, r.unit))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.clip) IS 'what the ledger tells of what was taken into custody, with its root and verdict';

CREATE FUNCTION asv.ledger_told(r asv.statement) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('statement', asv.ledger_id(r.digest), NULL::date,
        asv.ledger_instant(1, r.issued_at) || asv.ledger_field(5, r.digest) || asv.ledger_instant(9, r.expires_at)
        || asv.ledger_field(11, int2send(r.action::smallint) || substring(int2send(r.step) FROM 2))
        || asv.ledger_field(12, coalesce(r.proposal, r.opening)),
        asv.ledger_field(128, r.credential) || asv.ledger_field(129, uuid_send(r.person))
        || asv.ledger_field(131, CASE r.subject_kind WHEN 1 THEN r.subject::bytea END)
        || asv.ledger_field(132, CASE r.subject_kind WHEN 2 THEN r.subject::bytea END)
        || asv.ledger_field(135, uuid_send(r.incident)))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.statement) IS 'what the ledger tells of what a person decided';

CREATE FUNCTION asv.ledger_told(r asv.statement_answer) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('statement_answered', r.entry, NULL::date,
        -- LG-095: by the keeper's clock and under its signature, or by nobody's.
        CASE WHEN r.ruling IS NULL THEN asv.ledger_instant(1, r.at) ELSE asv.ledger_field(1, substring(r.ruling FROM 126 FOR 8)) END
        || asv.ledger_field(5, sha256(substring(r.ruling FROM 1 FOR octet_length(r.ruling) - 67)))
        || asv.ledger_text(10, CASE WHEN r.concluded THEN 'concluded' WHEN r.taken THEN 'taken' WHEN r.ruling IS NULL THEN 'not taken'
                                    ELSE 'refused' END)
        || asv.ledger_field(12, r.statement),
        asv.ledger_field(128, r.keeper) || asv.ledger_text(130, r.why))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.statement_answer) IS 'what the ledger tells of what the keeper answered';

CREATE FUNCTION asv.ledger_told(r asv.person) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('person', r.entry, NULL::date,
        ''::bytea,
        asv.ledger_field(129, uuid_send(r.id)) || asv.ledger_text(130, r."by"))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.person) IS 'what the ledger tells of a person';

CREATE FUNCTION asv.ledger_told(r asv.person_login) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('person', r.entry, NULL::date,
        asv.ledger_instant(1, r.since),
        asv.ledger_field(129, uuid_send(r.person)) || asv.ledger_text(130, r."by" || ': ' || r.login))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.person_login) IS 'what the ledger tells of a person''s account';

CREATE FUNCTION asv.ledger_told(r asv.person_disabling) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('person_disabled', r.entry, NULL::date,
        asv.ledger_instant(1, r.at),
        asv.ledger_field(129, uuid_send(r.person)) || asv.ledger_text(130, r."by" || ': ' || r.reason))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.person_disabling) IS 'what the ledger tells of a person who may do nothing more';

CREATE FUNCTION asv.ledger_told(r asv.duty) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('duty', r.id, NULL::date,
        ''::bytea,
        asv.ledger_field(129, uuid_send(r.person))
        || asv.ledger_text(130, r."by" || ': ' || r.kind || ' from ' || asv.ledger_time(r.from_at)
                                || coalesce(' until ' || asv.ledger_time(r.until_at), ''))
        || asv.ledger_text(136, r.unit))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.duty) IS 'what the ledger tells of a duty';

CREATE FUNCTION asv.ledger_told(r asv.duty_end) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('duty_ended', r.entry, NULL::date,
        asv.ledger_instant(1, r.at),
        asv.ledger_text(130, r."by" || ': ' || r.duty))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.duty_end) IS 'what the ledger tells of the end of a duty';

CREATE FUNCTION asv.ledger_told(r asv.policy_file) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('policy_file', asv.ledger_id(r.digest), NULL::date,
        asv.ledger_field(5, r.digest) || asv.ledger_counts(r.version, r.days), -- and not its name: that is free text
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.policy_file) IS 'what the ledger tells of a policy';

CREATE FUNCTION asv.ledger_told(r asv.alarm) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('alarm', r.id, NULL::date,
        asv.ledger_instant(1, r.raised_at) || asv.ledger_field(2, uuid_send(r.recording)) || asv.ledger_text(10, r.kind),
        asv.ledger_field(128, r.dock) || asv.ledger_text(130, r.detail) || asv.ledger_field(132, r.camera))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.alarm) IS 'what the ledger tells of an alarm: also of cameras and recordings that were refused';

CREATE FUNCTION asv.ledger_told(r asv.alarm_acknowledgement) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('alarm_acknowledged', r.entry, NULL::date,
        asv.ledger_instant(1, r.at),
        asv.ledger_text(130, r."by" || ': ' || r.alarm || ': ' || r.note))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.alarm_acknowledgement) IS 'what the ledger tells of an alarm that somebody dealt with';

CREATE FUNCTION asv.ledger_told(r asv.ahead_finish) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('ahead_finished', r.entry, NULL::date,
        asv.ledger_instant(1, r.at) || asv.ledger_field(12, r.proposal),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.ahead_finish) IS 'what the ledger tells of a hold before docking whose copied keys are gone';

CREATE FUNCTION asv.ledger_told(r asv.access_log) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('access', r.id, NULL::date,
        asv.ledger_instant(1, r.at) || asv.ledger_field(12, r.shown),
        asv.ledger_field(128, r.credential) || asv.ledger_text(130, r.deed || ', ' || r.name || ': ' || r.reason)
        || (SELECT asv.ledger_field(131, o.header) FROM asv.recording o WHERE o.id = r.recording)
        || asv.ledger_field(135, uuid_send(r.incident)))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.access_log) IS 'what the ledger tells of who was shown what';

CREATE FUNCTION asv.ledger_told(r asv.subject_request) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('subject_request', r.id, NULL::date,
        asv.ledger_instant(1, r.at),
        asv.ledger_text(130, r."by" || ': ' || r.reason || ': ' || r.found || ' found') || asv.ledger_field(132, r.camera)
        || asv.ledger_text(136, r.area))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.subject_request) IS 'what the ledger tells of a recorded person who asks';

CREATE FUNCTION asv.ledger_told(r asv.retention_run) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('retention_began', r.id, NULL::date,
        asv.ledger_instant(1, r.began_at) || asv.ledger_text(10, r.software),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.retention_run) IS 'what the ledger tells of a night that began';

CREATE FUNCTION asv.ledger_told(r asv.retention_run_end) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('retention_ended', r.entry, NULL::date,
        asv.ledger_instant(1, r.ended_at)
        || asv.ledger_counts(r.exit, r.erased, r.held, r.pending, r.lapsed, r.late, r.failed, r.open,
                             r.disagreements, r.orphans, r.leftovers, r.uneven),
        asv.ledger_text(130, r.detail))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.retention_run_end) IS 'what the ledger tells of a night that ended';

CREATE FUNCTION asv.ledger_told(r asv.balance) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW('balance', r.entry, NULL::date,
        asv.ledger_day_field(r.day)
        || asv.ledger_counts(r.ingested, r.expired, r.running, r.pending, r.held, r.quarantined, r.erasing, r.erased),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.balance) IS 'what the ledger tells of the balance of a day';

CREATE FUNCTION asv.ledger_tell() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.ledger_put(asv.ledger_told(new));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.ledger_tell() IS 'trigger: the ledger tells of each new row, as ledger_told says';

CREATE FUNCTION asv.ledger_tell_events() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- What a commit tells of is in the clip's own row, which follows its event.
    PERFORM asv.ledger_put(array_agg(t ORDER BY e.position))
    FROM added e CROSS JOIN LATERAL asv.ledger_told(ROW(e.*)::asv.clip_event) AS t
    WHERE e.kind NOT IN ('committed', 'quarantined', 'expired_on_arrival');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.ledger_tell_events() IS 'trigger: the ledger tells of a statement''s new events at once, as ledger_told says';
CREATE TRIGGER ledger AFTER INSERT ON asv.clip_event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION asv.ledger_tell_events();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'camera_enrolment', 'camera_unit', 'camera_retirement', 'dock', 'revocation_list', 'bulletin', 'software_start', 'day_end',
        'docking', 'docking_end', 'clip', 'statement', 'statement_answer', 'person', 'person_login',
        'person_disabling', 'duty', 'duty_end', 'policy_file', 'access_log', 'subject_request', 'retention_run', 'retention_run_end', 'balance',
        'ledger_forgotten', 'alarm', 'alarm_acknowledgement', 'ahead_finish'] LOOP
        EXECUTE format('CREATE TRIGGER ledger AFTER INSERT ON asv.%I FOR EACH ROW EXECUTE FUNCTION asv.ledger_tell()', name);
    END LOOP;
END
$$;

CREATE FUNCTION asv.ledger_close(p_ids uuid[]) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- What waits may become an entry meanwhile, which the second statement sees then; that no entry waits again meanwhile (ledger_begin) is
    -- what the lock is for.
    LOCK TABLE asv.ledger_log IN ROW SHARE MODE;
    UPDATE asv.ledger_pending SET key = NULL, closed = NULL WHERE id = ANY (p_ids) AND key IS NOT NULL;
    UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id = ANY (p_ids) AND key IS NOT NULL;
END
$$;
COMMENT ON FUNCTION asv.ledger_close IS 'from now on nothing opens these entries';

-- LAW L3: what is forgotten at its source is forgotten here; the entry stays, and opens no more.
CREATE FUNCTION asv.ledger_forget_source() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.ledger_close(ARRAY[CASE tg_table_name
        WHEN 'statement' THEN asv.ledger_id((to_jsonb(old) ->> 'digest')::bytea)
        ELSE (to_jsonb(old) ->> CASE tg_table_name WHEN 'statement_answer' THEN 'entry' ELSE 'id' END)::uuid END]);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.ledger_forget_source() IS 'trigger: what is forgotten at its source opens no more in the ledger';
CREATE TRIGGER ledger_forget AFTER DELETE ON asv.statement
    FOR EACH ROW EXECUTE FUNCTION asv.ledger_forget_source();
CREATE TRIGGER ledger_forget AFTER DELETE ON asv.statement_answer
    FOR EACH ROW EXECUTE FUNCTION asv.ledger_forget_source();
CREATE TRIGGER ledger_forget AFTER DELETE ON asv.access_log
    FOR EACH ROW EXECUTE FUNCTION asv.ledger_forget_source();
CREATE TRIGGER ledger_forget AFTER DELETE ON asv.subject_request
    FOR EACH ROW EXECUTE FUNCTION asv.ledger_forget_source();

-- LG-075: values go when two people have said so and the keeper found them right, and the ledger tells of it. Whatever was
-- decided and has not been done, because somebody died in between, is done with the next call.
CREATE FUNCTION asv.ledger_forget() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM asv.check_durable();
    INSERT INTO asv.ledger_forgotten (id, proposal, approval)
    SELECT DISTINCT ON (e.id) e.id, p.digest, a.digest
    FROM asv.statement p
    JOIN asv.statement a ON a.proposal = p.digest AND a.step = 2 AND a.person <> p.person
    -- Whoever may propose it can have stored any name: what is no id names no entry.
    JOIN asv.ledger_entry e
      ON e.id = CASE WHEN p.action = 53 AND p.subject_name::text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p.subject_name::text::uuid END
    WHERE p.action = 53 AND p.step = 1 AND asv.statement_taken_at(a.digest) IS NOT NULL
      AND NOT EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id)
    ORDER BY e.id, a.stored_at;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    PERFORM asv.ledger_close(ARRAY(SELECT f.id FROM asv.ledger_forgotten f JOIN asv.ledger_entry e ON e.id = f.id WHERE e.key IS NOT NULL));
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION asv.ledger_forget IS 'forgets what two people have decided that is to be forgotten; says of how many entries';
GRANT EXECUTE ON FUNCTION asv.ledger_forget TO asv_staff, asv_admin; -- who decides, and the night

CREATE FUNCTION asv.software_started(p_software text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.software_start (software) VALUES (p_software)
$$;
COMMENT ON FUNCTION asv.software_started IS 'a program, with its version, begins to work with this database';
GRANT EXECUTE ON FUNCTION asv.software_started TO asv_dock, asv_server, asv_ledger, asv_cosign;

-- LG-080
CREATE FUNCTION asv.software_seen(p_run uuid, p_software text, p_started_at timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF p_software !~ '^asservat-keeper [^ ]+$' THEN -- it stands in the open under the keeper's name
        RAISE EXCEPTION 'ledger: that is no start of the keeper' USING ERRCODE = 'VA003';
    END IF;
    INSERT INTO asv.software_start (run, software, started_at) VALUES (p_run, p_software, p_started_at)
    ON CONFLICT (run) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.software_seen IS 'tells of a start of the keeper, once, whoever and however many have met it';
GRANT EXECUTE ON FUNCTION asv.software_seen TO asv_dock, asv_admin, asv_ledger;

-- LG-081
CREATE FUNCTION asv.software_used(p_software text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_program CONSTANT text := regexp_replace(p_software, ' [^ ]*$', '');
    v_last text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('software ' || v_program, 0)); -- two jobs at once tell one time
    SELECT s.software INTO v_last FROM asv.software_start s
    WHERE regexp_replace(s.software, ' [^ ]*$', '') = v_program ORDER BY s.at DESC, s.id DESC LIMIT 1;
    IF v_last IS NOT DISTINCT FROM p_software THEN
        RETURN 'already';
    END IF;
    INSERT INTO asv.software_start (software) VALUES (p_software);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.software_used IS 'tells of the version that a job works with, when it is another one than the last';
GRANT EXECUTE ON FUNCTION asv.software_used TO asv_admin, asv_check;

-- ---------------------------------------------------------------------------------------------- destroyed days

CREATE FUNCTION asv.days_undestroyed(p_after date, p_until date, p_limit integer) RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.day::date
    FROM (SELECT least((SELECT min(b.first_day) FROM asv.bulletin b), (SELECT min(c.key_date) FROM asv.clip c)) AS first) AS f
    CROSS JOIN LATERAL generate_series(greatest(f.first, p_after + 1)::timestamp, p_until::timestamp, interval '1 day') AS d (day)
    WHERE f.first IS NOT NULL
      AND (SELECT e.open + e.copies FROM asv.day_end e WHERE e.day = d.day::date ORDER BY e.id DESC LIMIT 1) IS DISTINCT FROM 0
    ORDER BY d.day LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.days_undestroyed IS 'days since there are keys, of which the keeper has not yet said that nothing is left of them';
GRANT EXECUTE ON FUNCTION asv.days_undestroyed TO asv_admin;

-- LG-082: once for each change. What the keeper signs when nothing has changed is not stored.
CREATE FUNCTION asv.day_ended(
    p_day date, p_object bytea, p_digest bytea, p_keeper bytea, p_issued_at timestamptz, p_due_at timestamptz, p_slots bytea,
    p_confirmed integer, p_open integer, p_copies integer) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_last asv.day_end;
BEGIN
    PERFORM asv.check_durable();
    PERFORM pg_advisory_xact_lock(hashtextextended('day_end ' || p_day, 0));
    SELECT * INTO v_last FROM asv.day_end e WHERE e.day = p_day ORDER BY e.id DESC LIMIT 1;
    IF (v_last.slots, v_last.copies::integer) IS NOT DISTINCT FROM (p_slots, p_copies) THEN
        RETURN 'already';
    END IF;
    INSERT INTO asv.day_end (day, object, digest, keeper, issued_at, due_at, slots, confirmed, open, copies)
    VALUES (p_day, p_object, p_digest, p_keeper, p_issued_at, p_due_at, p_slots, p_confirmed, p_open, p_copies);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.day_ended IS 'keeps what the keeper signed about a day whose keys are destroyed, unless it says what is known';
GRANT EXECUTE ON FUNCTION asv.day_ended TO asv_admin;
