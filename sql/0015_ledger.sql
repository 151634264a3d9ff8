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
    (16, 'day_destroyed'),
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
    (68, 'handover_requested'),
    (69, 'handover_approved'),
    (70, 'handover_refused'),
    (71, 'handover_withdrawn'),
    (72, 'handover_cancelled'),
    (73, 'handover_built'),
    (74, 'handover_written'),
    (75, 'handover_received'),
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

CREATE FUNCTION asv.ledger_key() RETURNS bytea
    LANGUAGE sql VOLATILE
    RETURN sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
COMMENT ON FUNCTION asv.ledger_key IS 'a random key, from 366 random bits';

CREATE TABLE asv.ledger_day (
    day date PRIMARY KEY,
    key asv.digest NOT NULL DEFAULT asv.ledger_key()
);
COMMENT ON TABLE asv.ledger_day IS 'keys that give cameras another name each day';
COMMENT ON COLUMN asv.ledger_day.day IS 'local day';
COMMENT ON COLUMN asv.ledger_day.key IS 'random';

CREATE DOMAIN asv.ledger_entry_bytes AS bytea CHECK (octet_length(VALUE) BETWEEN 28 AND 1024);
COMMENT ON DOMAIN asv.ledger_entry_bytes IS 'an entry, byte for byte';
CREATE DOMAIN asv.ledger_facts AS bytea CHECK (octet_length(VALUE) <= 1024);
COMMENT ON DOMAIN asv.ledger_facts IS 'fields that stand in an entry';
CREATE DOMAIN asv.ledger_closed AS bytea CHECK (octet_length(VALUE) BETWEEN 1 AND 8192);
COMMENT ON DOMAIN asv.ledger_closed IS 'fields that an entry has commitments to';

-- Every writer comes by here with a row or two, and a table's own checks are read anew with each statement: those of domains are not.
CREATE TABLE asv.ledger_pending (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind asv.u16 NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    day date, -- no foreign key: all writers of a day would take turns at its row
    facts asv.ledger_facts NOT NULL,
    key asv.digest,
    closed asv.ledger_closed,
    entry asv.ledger_entry_bytes
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE asv.ledger_pending IS 'what waits for its index; a row goes when it has one';
COMMENT ON COLUMN asv.ledger_pending.position IS 'order in which they came';
COMMENT ON COLUMN asv.ledger_pending.id IS 'of the entry: random, and its source''s own where it has one';
COMMENT ON COLUMN asv.ledger_pending.kind IS 'of ledger_kind';
COMMENT ON COLUMN asv.ledger_pending.recorded_at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.ledger_pending.day IS 'the day whose key names the camera; NULL: no camera is named';
COMMENT ON COLUMN asv.ledger_pending.facts IS 'fields that stand in the entry';
COMMENT ON COLUMN asv.ledger_pending.key IS 'of the commitments, as in ledger_entry';
COMMENT ON COLUMN asv.ledger_pending.closed IS 'fields that the entry will have commitments to, as in ledger_entry';
COMMENT ON COLUMN asv.ledger_pending.entry IS 'what a log that ended had as its entry, under no signed head; NULL: it is made when it gets its index';

CREATE TABLE asv.ledger_entry (
    log smallint NOT NULL,
    index asv.u63 NOT NULL,
    id uuid NOT NULL UNIQUE,
    kind asv.u16 NOT NULL,
    recorded_at timestamptz NOT NULL,
    entry asv.ledger_entry_bytes NOT NULL,
    key asv.digest,
    closed asv.ledger_closed,
    PRIMARY KEY (log, index),
    CHECK ((key IS NULL) = (closed IS NULL)),
    CHECK (substring(entry FROM 3 FOR 18) = int2send(kind::smallint) || uuid_send(id))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0); -- what was forgotten goes soon, however large it is
COMMENT ON TABLE asv.ledger_entry IS 'the entries; (log, index) is what keeps two sequencers apart';
COMMENT ON COLUMN asv.ledger_entry.log IS 'in which log';
COMMENT ON COLUMN asv.ledger_entry.index IS 'from 0, without gaps';
COMMENT ON COLUMN asv.ledger_entry.id IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.kind IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.recorded_at IS 'as in the entry';
COMMENT ON COLUMN asv.ledger_entry.entry IS 'its bytes, of which the leaf is made';
COMMENT ON COLUMN asv.ledger_entry.key IS 'of its commitments; it may be forgotten with them, and every proof stays';
COMMENT ON COLUMN asv.ledger_entry.closed IS 'the closed fields, which the commitments are to; NULL: there are none, or they were forgotten';

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
    software asv.label NOT NULL CHECK (software <> ''),
    run uuid UNIQUE,
    started_at timestamptz,
    CHECK ((run IS NULL) = (started_at IS NULL))
);
COMMENT ON TABLE asv.software_start IS 'programs that began to work with this database; of the keeper, which has none, whoever meets it first tells; of jobs a version that is new here';
COMMENT ON COLUMN asv.software_start.id IS 'UUIDv7';
COMMENT ON COLUMN asv.software_start.at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.software_start.software IS 'name and version';
COMMENT ON COLUMN asv.software_start.run IS 'random: names the keeper''s process; NULL: the program told of itself';
COMMENT ON COLUMN asv.software_start.started_at IS 'when, by that process''s own clock';

CREATE TABLE asv.day_end (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    day date NOT NULL,
    digest asv.digest NOT NULL UNIQUE,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 3072),
    keeper asv.digest NOT NULL,
    issued_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    slots bytea NOT NULL CHECK (octet_length(slots) BETWEEN 17 AND 136),
    confirmed asv.u16 NOT NULL,
    open asv.u16 NOT NULL,
    copies asv.u16 NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67))),
    CHECK (17 * (confirmed + open) = octet_length(slots))
);
CREATE INDEX ON asv.day_end (day, id);
COMMENT ON TABLE asv.day_end IS 'days whose keys the keeper has destroyed, as it signed that; once more when another slot has confirmed it';
COMMENT ON COLUMN asv.day_end.id IS 'UUIDv7';
COMMENT ON COLUMN asv.day_end.day IS 'local day';
COMMENT ON COLUMN asv.day_end.digest IS 'of the statement''s body';
COMMENT ON COLUMN asv.day_end.object IS 'the day statement (TRUST.md 13)';
COMMENT ON COLUMN asv.day_end.keeper IS 'certificate that signed it';
COMMENT ON COLUMN asv.day_end.issued_at IS 'when it was signed';
COMMENT ON COLUMN asv.day_end.due_at IS 'when the keys were due';
COMMENT ON COLUMN asv.day_end.slots IS 'of each master slot its id, and 1 where it has confirmed, 0 where not';
COMMENT ON COLUMN asv.day_end.confirmed IS 'slots that hold nothing any more that opens them';
COMMENT ON COLUMN asv.day_end.open IS 'slots of which that is not known';
COMMENT ON COLUMN asv.day_end.copies IS 'keys of that day which holds before docking keep';
COMMENT ON COLUMN asv.day_end.stored_at IS 'when it was stored, by the database''s clock';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_kind', 'ledger_forgotten', 'ledger_day', 'ledger_checkpoint', 'ledger_cosignature',
                                'ledger_witnessed', 'software_start', 'day_end'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['ledger_log', 'ledger_tile'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['ledger_pending', 'ledger_entry'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE TRUNCATE ON asv.%I
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
    -- But that a log began: of no row, and over when another one begins.
    IF EXISTS (SELECT FROM gone g WHERE g.kind <> 1 AND (SELECT e.id FROM asv.ledger_entry e WHERE e.id = g.id) IS NULL) THEN
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
       AND (old.kind = 1 OR EXISTS (SELECT FROM asv.ledger_pending p WHERE p.id = old.id AND p.entry = old.entry)) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION 'ledger_entry: an entry stays' USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_unsigned() IS 'trigger: an entry stays, unless its log ended before its head was signed and it waits for another one, or says how that log began';
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
    IF (to_jsonb(new) - ARRAY['key', 'closed']) = (to_jsonb(old) - ARRAY['key', 'closed']) AND new.key IS NULL AND new.closed IS NULL
       AND (EXISTS (SELECT FROM asv.ledger_forgotten WHERE id = old.id)
            OR (old.kind IN (96, 97, 120, 121)
                AND NOT EXISTS (SELECT FROM asv.access_log WHERE id = old.id)
                AND NOT EXISTS (SELECT FROM asv.statement_answer WHERE entry = old.id)
                AND NOT EXISTS (SELECT FROM asv.subject_request WHERE id = old.id)
                AND NOT EXISTS (SELECT FROM asv.statement
                                WHERE digest BETWEEN uuid_send(old.id) || decode(repeat('00', 16), 'hex')
                                                 AND uuid_send(old.id) || decode(repeat('ff', 16), 'hex')))) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION '%: what two people have not decided to forget, and what has not been forgotten at its source, stays', tg_table_name
        USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.check_closed() IS 'trigger: of an entry changes only that what it is closed over is forgotten: after its source, or when two people decide it';
CREATE TRIGGER check_closed BEFORE UPDATE ON asv.ledger_pending FOR EACH ROW EXECUTE FUNCTION asv.check_closed();
CREATE TRIGGER check_closed BEFORE UPDATE ON asv.ledger_entry FOR EACH ROW EXECUTE FUNCTION asv.check_closed();
