-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The ledger (docs/LEDGER.md): what happened waits in ledger_pending, committed with what it tells of, until the sequencer
-- gives it an index, a leaf and its place in the tree. Logs, entries and tiles are only added to.
INSERT INTO asv.alarm_kind VALUES
    ('ledger', 'the ledger does not go on before people have looked'),
    ('witness', 'a witness of the ledger has seen another tree, or forgot what it had seen');
GRANT EXECUTE ON FUNCTION asv.alarm_raise TO asv_ledger;

CREATE TABLE asv.ledger_kind (
    code asv.u16 PRIMARY KEY CHECK (code > 0),
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z_]{1,32}$')
);
COMMENT ON TABLE asv.ledger_kind IS 'what the ledger tells of; server/ledger/kind.c has the same';
COMMENT ON COLUMN asv.ledger_kind.code IS 'as entries have it';
COMMENT ON COLUMN asv.ledger_kind.name IS 'its name; of an event of custody the event''s kind';
INSERT INTO asv.ledger_kind VALUES
    (1, 'log_begun'),
    (2, 'software_started'),
    (3, 'forgotten'),
    (10, 'camera_enrolled'),
    (11, 'camera_moved'),
    (12, 'camera_retired'),
    (13, 'dock_enrolled'),
    (14, 'revocations'),
    (15, 'keys_made'),
    (20, 'docked'),
    (21, 'undocked'),
    (32, 'announced'),
    (33, 'transferring'),
    (34, 'committed'),
    (35, 'quarantined'),
    (36, 'expired_on_arrival'),
    (37, 'receipt'),
    (38, 'destruction_ordered'),
    (39, 'erased_on_camera'),
    (40, 'hold_requested'),
    (41, 'hold_approved'),
    (42, 'hold_refused'),
    (43, 'hold_withdrawn'),
    (44, 'hold_lapsed'),
    (45, 'held_ahead'),
    (46, 'release_requested'),
    (47, 'release_approved'),
    (48, 'release_refused'),
    (49, 'release_withdrawn'),
    (50, 'release_lapsed'),
    (51, 'erasure_requested'),
    (52, 'erasure_approved'),
    (53, 'erasure_refused'),
    (54, 'erasure_withdrawn'),
    (55, 'erasure_lapsed'),
    (56, 'blocked'),
    (57, 'block_confirmed'),
    (58, 'block_lifted'),
    (59, 'opened'),
    (60, 'erasing'),
    (61, 'erased'),
    (62, 'erased_unsigned'),
    (63, 'day_requested'),
    (64, 'day_approved'),
    (65, 'day_refused'),
    (66, 'day_withdrawn'),
    (67, 'day_lapsed'),
    (96, 'statement'),
    (97, 'statement_answered'),
    (98, 'person'),
    (99, 'person_disabled'),
    (100, 'duty'),
    (101, 'duty_ended'),
    (102, 'policy_file'),
    (103, 'alarm'),
    (104, 'alarm_acknowledged'),
    (105, 'ahead_finished'),
    (112, 'retention_began'),
    (113, 'retention_ended'),
    (114, 'balance'),
    (120, 'access'),
    (121, 'subject_request');

CREATE TABLE asv.ledger_log (
    number smallint PRIMARY KEY CHECK (number > 0),
    origin text NOT NULL UNIQUE CHECK (origin COLLATE "C" ~ '^[\x21-\x2a\x2c-\x7e]{1,128}$'),
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    size asv.u63 NOT NULL DEFAULT 0,
    root asv.digest NOT NULL DEFAULT sha256('')
);
COMMENT ON TABLE asv.ledger_log IS 'the logs, each with its head; the one with the highest number goes on';
COMMENT ON COLUMN asv.ledger_log.number IS 'from 1; a new one begins when the database came back from an earlier time';
COMMENT ON COLUMN asv.ledger_log.origin IS 'its name in checkpoints';
COMMENT ON COLUMN asv.ledger_log.begun_at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.ledger_log.size IS 'entries';
COMMENT ON COLUMN asv.ledger_log.root IS 'RFC 6962 root of so many entries';

CREATE TABLE asv.ledger_day (
    day date PRIMARY KEY,
    key asv.digest NOT NULL
);
COMMENT ON TABLE asv.ledger_day IS 'keys that give cameras another name each day';
COMMENT ON COLUMN asv.ledger_day.day IS 'local day';
COMMENT ON COLUMN asv.ledger_day.key IS 'random';

CREATE TABLE asv.ledger_pending (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind asv.u16 NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    day date REFERENCES asv.ledger_day,
    facts bytea NOT NULL CHECK (octet_length(facts) <= 1024),
    entry bytea CHECK (octet_length(entry) BETWEEN 28 AND 1024)
);
COMMENT ON TABLE asv.ledger_pending IS 'what waits for its index; a row goes when it has one';
COMMENT ON COLUMN asv.ledger_pending.position IS 'order in which they came';
COMMENT ON COLUMN asv.ledger_pending.id IS 'of the entry: random, and its source''s own where it has one';
COMMENT ON COLUMN asv.ledger_pending.kind IS 'of ledger_kind';
COMMENT ON COLUMN asv.ledger_pending.recorded_at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.ledger_pending.day IS 'the day whose key names the camera; NULL: no camera is named';
COMMENT ON COLUMN asv.ledger_pending.facts IS 'fields that stand in the entry';
COMMENT ON COLUMN asv.ledger_pending.entry IS 'what a log that ended had as its entry, under no signed head; NULL: it is made when it gets its index';

CREATE TABLE asv.ledger_entry (
    log smallint NOT NULL,
    index asv.u63 NOT NULL,
    id uuid NOT NULL UNIQUE,
    kind asv.u16 NOT NULL,
    recorded_at timestamptz NOT NULL,
    entry bytea NOT NULL CHECK (octet_length(entry) BETWEEN 28 AND 1024),
    PRIMARY KEY (log, index),
    CHECK (substring(entry FROM 3 FOR 18) = int2send(kind::smallint) || uuid_send(id))
);
COMMENT ON TABLE asv.ledger_entry IS 'the entries; (log, index) is what keeps two sequencers apart';
COMMENT ON COLUMN asv.ledger_entry.log IS 'in which log';
COMMENT ON COLUMN asv.ledger_entry.index IS 'from 0, without gaps';
COMMENT ON COLUMN asv.ledger_entry.id IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.kind IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.recorded_at IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.entry IS 'its bytes, of which the leaf is made';

CREATE TABLE asv.ledger_closed (
    id uuid PRIMARY KEY,
    key asv.digest NOT NULL,
    fields bytea NOT NULL CHECK (octet_length(fields) BETWEEN 1 AND 8192)
);
COMMENT ON TABLE asv.ledger_closed IS 'what the commitments in entries are to, from its event on; a row may be forgotten, and every proof stays';
COMMENT ON COLUMN asv.ledger_closed.id IS 'of the entry';
COMMENT ON COLUMN asv.ledger_closed.key IS 'of its commitments';
COMMENT ON COLUMN asv.ledger_closed.fields IS 'the closed fields';

CREATE TABLE asv.ledger_forgotten (
    id uuid PRIMARY KEY,
    proposal asv.digest NOT NULL,
    approval asv.digest NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    entry uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()
);
COMMENT ON TABLE asv.ledger_forgotten IS 'entries whose values two people decided to forget';
COMMENT ON COLUMN asv.ledger_forgotten.id IS 'of the entry';
COMMENT ON COLUMN asv.ledger_forgotten.proposal IS 'digest of the statement that proposed it; the statement itself may be gone by now';
COMMENT ON COLUMN asv.ledger_forgotten.approval IS 'digest of the one that approved it';
COMMENT ON COLUMN asv.ledger_forgotten.at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.ledger_forgotten.entry IS 'the entry that tells of it: random';

CREATE TABLE asv.ledger_tile (
    log smallint NOT NULL REFERENCES asv.ledger_log,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    index asv.u63 NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (log, level, index)
);
COMMENT ON TABLE asv.ledger_tile IS 'tiles (C2SP tlog-tiles); the last of each level grows, the others are full';
COMMENT ON COLUMN asv.ledger_tile.log IS 'of which log';
COMMENT ON COLUMN asv.ledger_tile.level IS 'height above the leaves, in tiles';
COMMENT ON COLUMN asv.ledger_tile.index IS 'in its level';
COMMENT ON COLUMN asv.ledger_tile.hashes IS '32 bytes each';
ALTER TABLE asv.ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL; -- hashes do not compress

CREATE TABLE asv.ledger_checkpoint (
    log smallint NOT NULL REFERENCES asv.ledger_log,
    size asv.u63 NOT NULL CHECK (size > 0),
    root asv.digest NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text NOT NULL CHECK (octet_length(note) BETWEEN 1 AND 16384),
    PRIMARY KEY (log, size)
);
COMMENT ON TABLE asv.ledger_checkpoint IS 'heads that the keeper signed';
COMMENT ON COLUMN asv.ledger_checkpoint.log IS 'of which log';
COMMENT ON COLUMN asv.ledger_checkpoint.size IS 'entries';
COMMENT ON COLUMN asv.ledger_checkpoint.root IS 'RFC 6962 root';
COMMENT ON COLUMN asv.ledger_checkpoint.signed_at IS 'when it was stored, by the database''s clock';
COMMENT ON COLUMN asv.ledger_checkpoint.note IS 'the signed note (C2SP tlog-checkpoint)';

CREATE TABLE asv.ledger_cosignature (
    log smallint NOT NULL,
    witness text NOT NULL CHECK (octet_length(witness) BETWEEN 10 AND 264 AND witness ~ '^[^[:space:]+]+\+[0-9a-f]{8}$'),
    size asv.u63 NOT NULL,
    cosigned_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    line text NOT NULL CHECK (octet_length(line) BETWEEN 2 AND 512 AND position(E'\n' IN line) = length(line)),
    PRIMARY KEY (log, witness, size),
    FOREIGN KEY (log, size) REFERENCES asv.ledger_checkpoint
);
COMMENT ON TABLE asv.ledger_cosignature IS 'what witnesses have cosigned';
COMMENT ON COLUMN asv.ledger_cosignature.log IS 'of which log';
COMMENT ON COLUMN asv.ledger_cosignature.witness IS 'name and id of its key, as in signed notes';
COMMENT ON COLUMN asv.ledger_cosignature.size IS 'entries of the head that it cosigned';
COMMENT ON COLUMN asv.ledger_cosignature.cosigned_at IS 'when, by its own word';
COMMENT ON COLUMN asv.ledger_cosignature.stored_at IS 'when it was stored, by the database''s clock';
COMMENT ON COLUMN asv.ledger_cosignature.line IS 'its signature line, to be put behind the note';
CREATE INDEX ledger_cosignature_of ON asv.ledger_cosignature (log, size);

CREATE TABLE asv.ledger_witnessed (
    log smallint NOT NULL,
    size asv.u63 NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log, size),
    FOREIGN KEY (log, size) REFERENCES asv.ledger_checkpoint
);
COMMENT ON TABLE asv.ledger_witnessed IS 'heads that as many witnesses have cosigned as the trust file then asked for';
COMMENT ON COLUMN asv.ledger_witnessed.log IS 'of which log';
COMMENT ON COLUMN asv.ledger_witnessed.size IS 'entries';
COMMENT ON COLUMN asv.ledger_witnessed.at IS 'when it was found, by the database''s clock';

CREATE TABLE asv.software_start (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    software asv.label NOT NULL CHECK (software <> '')
);
COMMENT ON TABLE asv.software_start IS 'programs that began to work with this database';
COMMENT ON COLUMN asv.software_start.id IS 'UUIDv7';
COMMENT ON COLUMN asv.software_start.at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.software_start.software IS 'name and version';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_kind', 'ledger_forgotten', 'ledger_day', 'ledger_checkpoint', 'ledger_cosignature',
                                'ledger_witnessed', 'software_start'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['ledger_log', 'ledger_tile'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['ledger_pending', 'ledger_entry', 'ledger_closed'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

CREATE FUNCTION asv.ledger_head(p_log smallint) RETURNS TABLE (size bigint, root bytea)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(max(c.size)::bigint, 0),
           coalesce((array_agg(c.root::bytea ORDER BY c.size DESC))[1], sha256(''))
    FROM (SELECT k.size, k.root FROM asv.ledger_checkpoint k WHERE k.log = p_log ORDER BY k.size DESC LIMIT 1) AS c
$$;
COMMENT ON FUNCTION asv.ledger_head IS 'the last signed head of a log; before the first one, that of an empty tree';

CREATE FUNCTION asv.check_growth() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF (to_jsonb(new) - ARRAY['size', 'root']) = (to_jsonb(old) - ARRAY['size', 'root'])
       AND (new.size > old.size
            -- One that ended, to what was signed of it.
            OR EXISTS (SELECT FROM asv.ledger_log l WHERE l.number > old.number)
               AND (new.size, new.root::bytea) = (SELECT h.size, h.root FROM asv.ledger_head(old.number) h)) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'ledger_log: a log grows, and otherwise stays as it is' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_growth() IS 'trigger: logs grow, and otherwise stay as they are; when another one goes on, they end with what was signed';
CREATE TRIGGER check_growth BEFORE UPDATE ON asv.ledger_log FOR EACH ROW EXECUTE FUNCTION asv.check_growth();

CREATE FUNCTION asv.check_tile() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF (new.log, new.level, new.index) = (old.log, old.level, old.index)
       AND octet_length(new.hashes) > octet_length(old.hashes)
       AND substring(new.hashes FOR octet_length(old.hashes)) = old.hashes THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'ledger_tile: a tile grows, and otherwise stays as it is' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_tile() IS 'trigger: tiles grow, and otherwise stay as they are';
CREATE TRIGGER check_tile BEFORE UPDATE ON asv.ledger_tile FOR EACH ROW EXECUTE FUNCTION asv.check_tile();

-- What follows is checked once for a statement, not for each of its rows: a batch has 256. Each is asked for by its key (a subquery is
-- not made a join), however large the table is.

-- LG-050
CREATE FUNCTION asv.check_sequenced() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g WHERE (SELECT e.id FROM asv.ledger_entry e WHERE e.id = g.id) IS NULL) THEN
        RAISE EXCEPTION 'ledger_pending: what has no entry yet stays' USING ERRCODE = 'VA005';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.check_sequenced() IS 'trigger: nothing that waits for its entry goes without one';
CREATE TRIGGER check_sequenced AFTER DELETE ON asv.ledger_pending REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION asv.check_sequenced();

CREATE FUNCTION asv.check_unsigned() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF old.index >= (SELECT h.size FROM asv.ledger_head(old.log) h)
       AND EXISTS (SELECT FROM asv.ledger_log l WHERE l.number > old.log)
       AND EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id = old.id AND p.entry = old.entry) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION 'ledger_entry: an entry stays' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_unsigned() IS 'trigger: an entry stays, unless its log ended before its head was signed and it waits for another one';
CREATE TRIGGER check_unsigned BEFORE DELETE ON asv.ledger_entry
    FOR EACH ROW EXECUTE FUNCTION asv.check_unsigned();

CREATE FUNCTION asv.check_entry() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added a WHERE (SELECT l.size FROM asv.ledger_log l WHERE l.number = a.log) > a.index IS NOT TRUE) THEN
        RAISE EXCEPTION 'ledger_entry: no log is as large' USING ERRCODE = 'VA005';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.check_entry() IS 'trigger: an entry is one of its log''s';
CREATE TRIGGER check_entry AFTER INSERT ON asv.ledger_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION asv.check_entry();

CREATE FUNCTION asv.check_closed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.ledger_forgotten WHERE id = old.id)
       OR (coalesce((SELECT kind FROM asv.ledger_entry WHERE id = old.id), (SELECT kind FROM asv.ledger_pending WHERE id = old.id))
           IN (96, 97, 120, 121)
           AND NOT EXISTS (SELECT FROM asv.access_log WHERE id = old.id)
           AND NOT EXISTS (SELECT FROM asv.statement_answer WHERE entry = old.id)
           AND NOT EXISTS (SELECT FROM asv.subject_request WHERE id = old.id)
           AND NOT EXISTS (SELECT FROM asv.statement
                           WHERE digest BETWEEN uuid_send(old.id) || decode(repeat('00', 16), 'hex')
                                            AND uuid_send(old.id) || decode(repeat('ff', 16), 'hex'))) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION 'ledger_closed: what two people have not decided to forget, and what has not been forgotten at its source, stays'
        USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_closed() IS 'trigger: what an entry is closed over is forgotten after its source, or when two people decide it';
CREATE TRIGGER check_closed BEFORE DELETE ON asv.ledger_closed FOR EACH ROW EXECUTE FUNCTION asv.check_closed();

-- ---------------------------------------------------------------------------------------------- fields

CREATE FUNCTION asv.ledger_field(p_tag integer, p_value bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_value IS NULL OR p_value = '' THEN
        RETURN '';
    END IF;
    -- LG-005: whoever writes is refused, and not the sequencer, which could not go on.
    IF (octet_length(p_value) > CASE p_tag WHEN 7 THEN 256 WHEN 10 THEN 64 WHEN 13 THEN 168 WHEN 130 THEN 4096 WHEN 136 THEN 256
                                ELSE 32 END) THEN
        RAISE EXCEPTION 'ledger: field % has % bytes, more than an entry takes', p_tag, octet_length(p_value) USING ERRCODE = '22001';
    END IF;
    RETURN substring(int2send(p_tag::smallint) FROM 2) || int2send(octet_length(p_value)::smallint) || p_value;
END
$$;
COMMENT ON FUNCTION asv.ledger_field IS 'one field; nothing for NULL';

CREATE FUNCTION asv.ledger_instant(p_tag integer, p_at timestamptz) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.ledger_field(p_tag, int8send(floor(extract(epoch FROM p_at) * 1000)::bigint))
$$;
COMMENT ON FUNCTION asv.ledger_instant IS 'an instant as a field, in milliseconds';

CREATE FUNCTION asv.ledger_text(p_tag integer, p_text text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.ledger_field(p_tag, convert_to(p_text, 'UTF8'))
$$;
COMMENT ON FUNCTION asv.ledger_text IS 'a text as a field';

CREATE FUNCTION asv.ledger_day_field(p_day date) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.ledger_field(3, int4send(to_char(p_day, 'YYYYMMDD')::integer))
$$;
COMMENT ON FUNCTION asv.ledger_day_field IS 'a local day as a field';

CREATE FUNCTION asv.ledger_counts(VARIADIC p_counts bigint[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.ledger_field(7, (SELECT string_agg(int8send(c), ''::bytea ORDER BY n)
                                FROM unnest(p_counts) WITH ORDINALITY AS t (c, n)))
$$;
COMMENT ON FUNCTION asv.ledger_counts IS 'numbers as a field';

CREATE FUNCTION asv.ledger_id(p_digest bytea) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(substring(p_digest FOR 16), 'hex')::uuid
$$;
COMMENT ON FUNCTION asv.ledger_id IS 'the id of the entry about something that is known by its digest';

CREATE FUNCTION asv.ledger_put(p_kind text, p_id uuid, p_day date, p_facts bytea, p_closed bytea) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, asv, pg_temp AS $$ -- which keeps its plans from one event to the next
BEGIN
    IF p_day IS NOT NULL THEN
        INSERT INTO asv.ledger_day (day, key)
        SELECT p_day, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        WHERE NOT EXISTS (SELECT FROM asv.ledger_day d WHERE d.day = p_day)
        ON CONFLICT DO NOTHING;
    END IF;
    IF p_closed <> '' THEN
        INSERT INTO asv.ledger_closed (id, key, fields)
        VALUES (p_id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), p_closed);
    END IF;
    INSERT INTO asv.ledger_pending (id, kind, day, facts)
    VALUES (p_id, (SELECT code FROM asv.ledger_kind WHERE name = p_kind), p_day, p_facts);
    -- What waits already is found by its unique key, what has its entry here: two entries of one id would stop the sequencer.
    IF EXISTS (SELECT FROM asv.ledger_entry e WHERE e.id = p_id) THEN
        RAISE EXCEPTION 'ledger: there is an entry of this id' USING ERRCODE = '23505';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.ledger_put IS 'has the ledger tell of something, with the transaction that it happens in';

-- ---------------------------------------------------------------------------------------------- what it tells of

CREATE TYPE asv.ledger_tale AS (kind text, id uuid, day date, facts bytea, closed bytea);
COMMENT ON TYPE asv.ledger_tale IS 'what the ledger tells of one row: kind and id of its entry, and its fields';

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
        asv.ledger_text(10, r.software),
        ''::bytea)::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.software_start) IS 'what the ledger tells of a program that began';

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

CREATE FUNCTION asv.ledger_told(r asv.clip_event) RETURNS asv.ledger_tale
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN ROW(r.kind, r.id, NULL::date,
        asv.ledger_instant(1, r.at) || asv.ledger_field(2, uuid_send(r.recording))
        || asv.ledger_field(5, r.object_digest),
        asv.ledger_field(128, r.actor) || asv.ledger_text(130, r.detail)
        || CASE r.kind WHEN 'announced' THEN (SELECT asv.ledger_field(131, o.header) || asv.ledger_field(132, o.camera)
                                              FROM asv.recording o WHERE o.id = r.recording) ELSE ''::bytea END
        || asv.ledger_field(133, r.session))::asv.ledger_tale;
END
$$;
COMMENT ON FUNCTION asv.ledger_told(asv.clip_event) IS 'what the ledger tells of an event of custody, but what a commit tells of';

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
        || asv.ledger_field(12, r.proposal),
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
        asv.ledger_instant(1, r.at) || asv.ledger_field(5, r.statement)
        || asv.ledger_text(10, CASE WHEN r.taken THEN 'taken' ELSE 'refused' END),
        asv.ledger_text(130, r.why))::asv.ledger_tale;
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
        asv.ledger_instant(1, r.from_at) || asv.ledger_instant(9, r.until_at),
        asv.ledger_field(129, uuid_send(r.person)) || asv.ledger_text(130, r."by" || ': ' || r.kind)
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
        asv.ledger_field(5, r.digest) || asv.ledger_counts(r.version, r.days) || asv.ledger_text(10,
            CASE WHEN r.name::text COLLATE "C" ~ '^[\x20-\x7e]{1,64}$' THEN r.name END),
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
        asv.ledger_instant(1, r.at),
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
        asv.ledger_instant(1, r.at) || asv.ledger_counts(r.found),
        asv.ledger_text(130, r."by" || ': ' || r.reason) || asv.ledger_field(132, r.camera)
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
DECLARE
    t CONSTANT asv.ledger_tale := asv.ledger_told(new);
BEGIN
    -- What a commit tells of is in the clip's own row, which follows its event.
    IF tg_table_name <> 'clip_event' OR t.kind NOT IN ('committed', 'quarantined', 'expired_on_arrival') THEN
        PERFORM asv.ledger_put(t.kind, t.id, t.day, t.facts, t.closed);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.ledger_tell() IS 'trigger: the ledger tells of each new row, as ledger_told says';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'camera_enrolment', 'camera_unit', 'camera_retirement', 'dock', 'revocation_list', 'bulletin', 'software_start',
        'docking', 'docking_end', 'clip_event', 'clip', 'statement', 'statement_answer', 'person', 'person_login',
        'person_disabling', 'duty', 'duty_end', 'policy_file', 'access_log', 'subject_request', 'retention_run', 'retention_run_end', 'balance',
        'ledger_forgotten', 'alarm', 'alarm_acknowledgement', 'ahead_finish'] LOOP
        EXECUTE format('CREATE TRIGGER ledger AFTER INSERT ON asv.%I FOR EACH ROW EXECUTE FUNCTION asv.ledger_tell()', name);
    END LOOP;
END
$$;

-- LAW L3: what is forgotten at its source is forgotten here; the entry stays, and opens no more.
CREATE FUNCTION asv.ledger_forget_source() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    DELETE FROM asv.ledger_closed WHERE id = CASE tg_table_name
        WHEN 'statement' THEN asv.ledger_id((to_jsonb(old) ->> 'digest')::bytea)
        ELSE (to_jsonb(old) ->> CASE tg_table_name WHEN 'statement_answer' THEN 'entry' ELSE 'id' END)::uuid END;
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
    JOIN asv.ledger_entry e ON e.id = CASE WHEN p.action = 53 THEN p.subject_name::text::uuid END
    WHERE p.action = 53 AND p.step = 1 AND asv.statement_taken_at(a.digest) IS NOT NULL
      AND NOT EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id)
    ORDER BY e.id, a.stored_at;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    DELETE FROM asv.ledger_closed c USING asv.ledger_forgotten f WHERE c.id = f.id;
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
GRANT EXECUTE ON FUNCTION asv.software_started TO asv_dock, asv_server, asv_admin, asv_ledger;

-- ---------------------------------------------------------------------------------------------- the sequencer

CREATE FUNCTION asv.ledger_begin(p_number smallint, p_origin text, p_before bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_first bigint;
    v_tail asv.ledger_entry;
BEGIN
    PERFORM asv.check_durable();
    LOCK TABLE asv.ledger_log IN SHARE ROW EXCLUSIVE MODE; -- nothing is appended meanwhile
    IF EXISTS (SELECT FROM asv.ledger_log WHERE number = p_number AND origin = p_origin) THEN
        RETURN 'already';
    ELSIF p_number <> coalesce((SELECT max(number) FROM asv.ledger_log), 0) + 1 THEN
        RAISE EXCEPTION 'ledger: log % is not the next one', p_number USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.ledger_log (number, origin) VALUES (p_number, p_origin);
    -- What the one before has under no signed head, nobody has seen in it: it waits again, and before all that waits already.
    v_first := least(0, (SELECT min(position) FROM asv.ledger_pending));
    FOR v_tail IN SELECT e.* FROM asv.ledger_entry e
                  WHERE e.log = p_number - 1 AND e.index >= (SELECT h.size FROM asv.ledger_head(e.log) h) ORDER BY e.index DESC LOOP
        v_first := v_first - 1;
        INSERT INTO asv.ledger_pending (position, id, kind, recorded_at, facts, entry) OVERRIDING SYSTEM VALUE
        VALUES (v_first, v_tail.id, v_tail.kind, v_tail.recorded_at, '', v_tail.entry);
        DELETE FROM asv.ledger_entry WHERE log = v_tail.log AND index = v_tail.index;
    END LOOP;
    UPDATE asv.ledger_log l SET size = h.size, root = h.root FROM asv.ledger_head((p_number - 1)::smallint) h
    WHERE l.number = p_number - 1 AND l.size <> h.size;
    INSERT INTO asv.ledger_pending (position, id, kind, facts) OVERRIDING SYSTEM VALUE
    VALUES (v_first - 1, gen_random_uuid(), 1, asv.ledger_text(10, left(p_origin, 64)) || asv.ledger_field(13, p_before));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.ledger_begin IS 'begins a log; p_before: head of the one before it, NULL for the first';
GRANT EXECUTE ON FUNCTION asv.ledger_begin TO asv_ledger;

CREATE FUNCTION asv.ledger_take(p_limit integer)
    RETURNS TABLE (pos bigint, id uuid, kind integer, recorded_ms bigint, facts bytea, closed bytea, key bytea,
                   day_key bytea, entry bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT p.position, p.id, p.kind::integer, floor(extract(epoch FROM p.recorded_at) * 1000)::bigint, p.facts,
           coalesce(c.fields, ''), coalesce(c.key, decode(repeat('00', 32), 'hex')), d.key::bytea, coalesce(p.entry, '')
    FROM asv.ledger_pending p
    LEFT JOIN asv.ledger_closed c ON c.id = p.id
    LEFT JOIN asv.ledger_day d ON d.day = p.day
    ORDER BY p.position LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_take IS 'what waits longest; it stays until it has its index';
GRANT EXECUTE ON FUNCTION asv.ledger_take TO asv_ledger;

CREATE FUNCTION asv.ledger_append(
    p_log smallint, p_size bigint, p_old_root bytea, p_root bytea, p_positions bigint[], p_entries bytea[], p_levels bigint[],
    p_indexes bigint[], p_hashes bytea[]) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM asv.check_durable();
    -- The fence (LG-051): whoever counted on another tree than this log has, or on a log that does not go on, appends nothing.
    UPDATE asv.ledger_log SET size = p_size + cardinality(p_positions), root = p_root
    WHERE number = p_log AND size = p_size AND root = p_old_root AND number = (SELECT max(number) FROM asv.ledger_log);
    IF NOT FOUND THEN
        RETURN 'conflict';
    END IF;
    INSERT INTO asv.ledger_entry (log, index, id, kind, recorded_at, entry)
    SELECT p_log, p_size + t.n - 1, p.id, p.kind, p.recorded_at, t.entry
    FROM unnest(p_positions, p_entries) WITH ORDINALITY AS t (position, entry, n)
    JOIN asv.ledger_pending p ON p.position = t.position;
    DELETE FROM asv.ledger_pending WHERE position = ANY (p_positions);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> cardinality(p_positions) THEN
        RAISE EXCEPTION 'ledger: something that was to be appended waits no more' USING ERRCODE = 'VA006';
    END IF;
    INSERT INTO asv.ledger_tile AS t (log, level, index, hashes)
    SELECT p_log, u.level, u.index, u.hashes FROM unnest(p_levels, p_indexes, p_hashes) AS u (level, index, hashes)
    ON CONFLICT (log, level, index) DO UPDATE SET hashes = excluded.hashes
    WHERE octet_length(excluded.hashes) > octet_length(t.hashes);
    PERFORM pg_notify('asv_ledger', (p_size + v_count)::text);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.ledger_append IS 'gives what waits its index and its place in the tree: done, or conflict when another sequencer was quicker';
GRANT EXECUTE ON FUNCTION asv.ledger_append TO asv_ledger;

CREATE FUNCTION asv.ledger_signed(p_log smallint, p_size bigint, p_root bytea, p_note text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_durable();
    INSERT INTO asv.ledger_checkpoint (log, size, root, note)
    SELECT p_log, p_size, p_root, p_note FROM asv.ledger_log WHERE number = p_log AND size >= p_size
    ON CONFLICT (log, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_signed IS 'keeps a head that the keeper signed';
GRANT EXECUTE ON FUNCTION asv.ledger_signed TO asv_ledger;

-- ---------------------------------------------------------------------------------------------- witnesses

CREATE FUNCTION asv.ledger_cosigned(p_log smallint, p_size bigint, p_witness text, p_at timestamptz, p_line text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.ledger_cosignature (log, size, witness, cosigned_at, line) VALUES (p_log, p_size, p_witness, p_at, p_line)
    ON CONFLICT (log, witness, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_cosigned IS 'keeps what a witness has cosigned';
GRANT EXECUTE ON FUNCTION asv.ledger_cosigned TO asv_ledger;

CREATE FUNCTION asv.ledger_met(p_log smallint, p_size bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.ledger_witnessed (log, size) VALUES (p_log, p_size) ON CONFLICT (log, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_met IS 'as many witnesses have cosigned this head as the trust file asks for';
GRANT EXECUTE ON FUNCTION asv.ledger_met TO asv_ledger;

CREATE FUNCTION asv.ledger_cosigned_last(p_log smallint, p_witness text) RETURNS TABLE (size bigint, cosigned_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.size::bigint, c.cosigned_at FROM asv.ledger_cosignature c WHERE c.log = p_log AND c.witness = p_witness
    ORDER BY c.size DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_cosigned_last IS 'the largest head of this log that this witness has cosigned';
GRANT EXECUTE ON FUNCTION asv.ledger_cosigned_last TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_note_cosigned(p_log smallint, p_size bigint) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.note || coalesce((SELECT string_agg(c.line, '' ORDER BY c.witness) FROM asv.ledger_cosignature c
                               WHERE c.log = k.log AND c.size = k.size), '')
    FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size = p_size
$$;
COMMENT ON FUNCTION asv.ledger_note_cosigned IS 'a signed head with all its cosignatures; NULL: there is no such head';
GRANT EXECUTE ON FUNCTION asv.ledger_note_cosigned TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_witness_state(p_log smallint) RETURNS TABLE (signed bigint, witnessed bigint, met_at timestamptz, behind timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce((SELECT max(k.size) FROM asv.ledger_checkpoint k WHERE k.log = p_log)::bigint, 0), coalesce(w.size::bigint, 0), w.at,
           (SELECT k.signed_at FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size > coalesce(w.size, 0)
            ORDER BY k.size LIMIT 1)
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (SELECT m.size, m.at FROM asv.ledger_witnessed m WHERE m.log = p_log ORDER BY m.size DESC LIMIT 1) AS w ON true
$$;
COMMENT ON FUNCTION asv.ledger_witness_state IS 'sizes of the last head that was signed and of the last one that enough witnesses cosigned, and since when the latter is behind; NULL: it is not';
GRANT EXECUTE ON FUNCTION asv.ledger_witness_state TO asv_ledger, asv_server, asv_admin;

-- ---------------------------------------------------------------------------------------------- reading

CREATE FUNCTION asv.ledger_logs(p_after smallint)
    RETURNS TABLE (number smallint, origin text, size bigint, root bytea, signed_size bigint, note text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT l.number, l.origin, l.size::bigint, l.root::bytea, coalesce(c.size::bigint, 0), c.note
    FROM asv.ledger_log l
    LEFT JOIN LATERAL (SELECT k.size, k.note FROM asv.ledger_checkpoint k WHERE k.log = l.number
                       ORDER BY k.size DESC LIMIT 1) AS c ON true
    WHERE l.number > p_after
    ORDER BY l.number LIMIT 64
$$;
COMMENT ON FUNCTION asv.ledger_logs IS 'the logs behind p_after, each with its head and the last one that was signed';
GRANT EXECUTE ON FUNCTION asv.ledger_logs TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_tile_get(p_log smallint, p_level smallint, p_index bigint) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT hashes FROM asv.ledger_tile WHERE log = p_log AND level = p_level AND index = p_index
$$;
COMMENT ON FUNCTION asv.ledger_tile_get IS 'the hashes of a tile, as many as it has now; NULL: there is no such tile';
GRANT EXECUTE ON FUNCTION asv.ledger_tile_get TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_entries(p_log smallint, p_from bigint, p_limit integer)
    RETURNS TABLE (index bigint, entry bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT e.index::bigint, e.entry FROM asv.ledger_entry e WHERE e.log = p_log AND e.index >= p_from
    ORDER BY e.index LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_entries IS 'entries from an index on';
GRANT EXECUTE ON FUNCTION asv.ledger_entries TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_waiting() RETURNS TABLE (waiting bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT count(*), min(w.recorded_at) FROM (SELECT p.recorded_at FROM asv.ledger_pending p ORDER BY p.position LIMIT 100000) AS w
$$;
COMMENT ON FUNCTION asv.ledger_waiting IS 'how much waits for its index (at most 100,000 are counted), and since when';
GRANT EXECUTE ON FUNCTION asv.ledger_waiting TO asv_ledger, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_heads(p_log smallint, p_after bigint, p_limit integer)
    RETURNS TABLE (size bigint, root bytea, note text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.size::bigint, k.root::bytea, k.note FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size > p_after
    ORDER BY k.size LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_heads IS 'the signed heads of a log behind a size, in order';
GRANT EXECUTE ON FUNCTION asv.ledger_heads TO asv_admin;

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
    WHEN p_kind = 20 THEN SELECT o.* INTO t FROM asv.docking r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind = 21 THEN SELECT o.* INTO t FROM asv.docking_end r, asv.ledger_told(r) o WHERE r.entry = p_id;
    WHEN p_kind BETWEEN 34 AND 36 THEN
        SELECT o.* INTO t FROM asv.clip_event e JOIN asv.clip r ON r.event = e.position, asv.ledger_told(r) o WHERE e.id = p_id
        AND r.recording = e.recording;
    WHEN p_kind BETWEEN 32 AND 67 THEN SELECT o.* INTO t FROM asv.clip_event r, asv.ledger_told(r) o WHERE r.id = p_id;
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

CREATE FUNCTION asv.ledger_audit(p_log smallint, p_from bigint, p_limit integer)
    RETURNS TABLE (log smallint, index bigint, id uuid, kind integer, recorded_ms bigint, entry bytea, key bytea, fields bytea,
                   forgotten boolean, day_key bytea, told boolean, facts bytea, closed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT e.log, e.index::bigint, e.id, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, e.entry,
           c.key::bytea, c.fields, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id), d.key::bytea,
           (t.tale).id IS NOT NULL, (t.tale).facts, (t.tale).closed
    FROM (SELECT w.* FROM asv.ledger_entry w WHERE w.log = p_log AND w.index >= p_from ORDER BY w.index LIMIT p_limit) AS e
    LEFT JOIN asv.ledger_closed c ON c.id = e.id
    CROSS JOIN LATERAL (SELECT asv.ledger_source(e.kind, e.id) AS tale OFFSET 0) AS t
    LEFT JOIN asv.ledger_day d ON d.day = (t.tale).day
    ORDER BY e.index
$$;
COMMENT ON FUNCTION asv.ledger_audit IS 'entries from an index on, what lies beside them, and what the rows that they tell of say now';
GRANT EXECUTE ON FUNCTION asv.ledger_audit TO asv_admin;

CREATE FUNCTION asv.ledger_untold(p_limit integer) RETURNS TABLE (kind text, id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT * FROM (VALUES
        ('camera_enrolment', 'r.entry'), ('camera_unit', 'r.entry'), ('camera_retirement', 'r.entry'), ('dock', 'r.entry'),
        ('revocation_list', 'r.entry'), ('bulletin', 'r.entry'), ('software_start', 'r.id'), ('ledger_forgotten', 'r.entry'),
        ('docking', 'r.entry'), ('docking_end', 'r.entry'), ('clip_event', 'r.id'), ('statement', 'asv.ledger_id(r.digest)'),
        ('statement_answer', 'r.entry'), ('person', 'r.entry'), ('person_login', 'r.entry'), ('person_disabling', 'r.entry'), ('duty', 'r.id'),
        ('duty_end', 'r.entry'), ('policy_file', 'asv.ledger_id(r.digest)'), ('access_log', 'r.id'), ('subject_request', 'r.id'),
        ('retention_run', 'r.id'), ('retention_run_end', 'r.entry'), ('balance', 'r.entry'), ('alarm', 'r.id'),
        ('alarm_acknowledgement', 'r.entry'), ('ahead_finish', 'r.entry')) AS t (source, told) LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, %s FROM asv.%I r WHERE NOT EXISTS (SELECT FROM asv.ledger_entry e WHERE e.id = %s)
             AND NOT EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id = %s) LIMIT $1', s.source, s.told, s.source, s.told, s.told)
            USING p_limit;
    END LOOP;
END
$$;
COMMENT ON FUNCTION asv.ledger_untold IS 'rows that the ledger should tell of and does not, at most p_limit of each table';
GRANT EXECUTE ON FUNCTION asv.ledger_untold TO asv_admin;

CREATE FUNCTION asv.ledger_names(p_digest bytea) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.clip_event e WHERE e.object_digest = p_digest
                   AND (EXISTS (SELECT FROM asv.ledger_entry n WHERE n.id = e.id)
                        OR EXISTS (SELECT FROM asv.ledger_pending n WHERE n.id = e.id)))
$$;
COMMENT ON FUNCTION asv.ledger_names IS 'whether an entry, or what waits to be one, names a signed object of custody';
GRANT EXECUTE ON FUNCTION asv.ledger_names TO asv_admin;

-- p_what: of an entry, of a recording as its entries name it, or of a clip.
CREATE FUNCTION asv.ledger_about(p_what uuid, p_after_log smallint, p_after bigint, p_limit integer) RETURNS SETOF asv.ledger_known
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.one_at_a_time('entry ' || p_what);
    RETURN QUERY
    WITH recording AS (SELECT r.id, r.header FROM asv.recording r WHERE r.clip = p_what OR r.id = p_what),
    decided AS (SELECT s.digest FROM asv.statement s JOIN recording r ON s.subject = r.header WHERE s.subject_kind IN (1, 7, 9)),
    named AS (
        SELECT p_what AS id
        UNION SELECT e.id FROM asv.clip_event e JOIN recording r ON e.recording = r.id
        UNION SELECT asv.ledger_id(s.digest) FROM decided s
        UNION SELECT a.entry FROM asv.statement_answer a JOIN decided s ON a.statement = s.digest
        UNION SELECT a.id FROM asv.access_log a JOIN recording r ON a.recording = r.id)
    SELECT e.log, e.index::bigint, e.id, e.kind::integer, floor(extract(epoch FROM e.recorded_at) * 1000)::bigint, e.entry,
           c.key::bytea, c.fields, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = e.id), d.key::bytea
    FROM named JOIN asv.ledger_entry e ON e.id = named.id
    LEFT JOIN asv.ledger_closed c ON c.id = e.id
    LEFT JOIN LATERAL (SELECT k.key FROM asv.ledger_day k
                       WHERE c.key IS NOT NULL AND k.day = (SELECT t.day FROM asv.ledger_source(e.kind, e.id) t)) AS d ON true
    WHERE (e.log, e.index::bigint) > (p_after_log, p_after)
    ORDER BY e.log, e.index LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.ledger_about IS 'the entries about a recording, or the one entry that is named, with what lies beside them; of one in a transaction (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.ledger_about TO asv_staff, asv_admin;

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
    SELECT n.log, n.index::bigint, n.id, n.kind::integer, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint, n.entry,
           k.key::bytea, k.fields, EXISTS (SELECT FROM asv.ledger_forgotten f WHERE f.id = n.id), d.key::bytea, c.number::bigint,
           l.object
    FROM asv.clip c
    JOIN asv.clip_event e ON e.position = c.event
    JOIN asv.ledger_entry n ON n.id = e.id
    LEFT JOIN asv.ledger_closed k ON k.id = n.id
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
    SELECT n.log, n.index::bigint, n.id, n.kind::integer, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint, n.entry,
           NULL::bytea, NULL::bytea, false, NULL::bytea
    FROM asv.balance b JOIN asv.ledger_entry n ON n.id = b.entry
    WHERE b.day = p_day AND (n.log, n.index::bigint) > (p_after_log, p_after)
    ORDER BY n.log, n.index LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.ledger_balances IS 'the entries that tell of the balances of a day, in order';
GRANT EXECUTE ON FUNCTION asv.ledger_balances TO asv_admin;
