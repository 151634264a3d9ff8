-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Dockings: what a camera told a dock, and what it was given. Tables that are only added to.
CREATE TABLE asv.docking (
    session asv.digest PRIMARY KEY,
    dock asv.digest NOT NULL,
    slot asv.u16 NOT NULL,
    port asv.label NOT NULL,
    camera asv.digest NOT NULL REFERENCES asv.camera,
    began_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    clock_offset_ms bigint,
    clock_uncertainty_ms asv.u32,
    camera_wall_at timestamptz,
    camera_mono_ms asv.u63,
    boot uuid,
    clock_state asv.u8 CHECK (clock_state BETWEEN 1 AND 3),
    last_sync_at timestamptz,
    clock_source asv.u8 CHECK (clock_source <= 3),
    epoch uuid,
    last_number asv.u63,
    clips asv.u32,
    erasures asv.u32,
    store_bytes asv.u63,
    free_bytes asv.u63,
    battery_percent smallint CHECK (battery_percent BETWEEN 0 AND 100),
    flags asv.u16,
    firmware asv.label,
    firmware_digest asv.digest,
    bulletin asv.u63,
    revocations asv.u63,
    configuration asv.u63,
    assignment asv.u63,
    policy asv.u32,
    assignment_id uuid,
    CHECK ((clock_offset_ms IS NULL) = (clock_uncertainty_ms IS NULL))
);
CREATE INDEX ON asv.docking (camera, epoch, began_at);
CREATE INDEX ON asv.docking (camera, epoch, last_number);
CREATE INDEX ON asv.docking (dock, began_at);
COMMENT ON TABLE asv.docking IS 'sessions between a dock and a camera, with the camera''s clock and state as measured then. What is NULL was not said, or is not in the commit records that this row was rebuilt from';
COMMENT ON COLUMN asv.docking.session IS 'Noise handshake hash';
COMMENT ON COLUMN asv.docking.dock IS 'certificate of the dock';
COMMENT ON COLUMN asv.docking.slot IS 'its slot then';
COMMENT ON COLUMN asv.docking.port IS 'its USB port path';
COMMENT ON COLUMN asv.docking.camera IS 'certificate of the camera';
COMMENT ON COLUMN asv.docking.began_at IS 'by the dock''s clock';
COMMENT ON COLUMN asv.docking.recorded_at IS 'by the database''s clock; later than began_at when the database had been away';
COMMENT ON COLUMN asv.docking.clock_offset_ms IS 'dock''s clock minus camera''s (LAW H2)';
COMMENT ON COLUMN asv.docking.clock_uncertainty_ms IS '+- of the offset';
COMMENT ON COLUMN asv.docking.camera_wall_at IS 'the camera''s wall clock as it answered';
COMMENT ON COLUMN asv.docking.camera_mono_ms IS 'the camera''s monotonic clock then';
COMMENT ON COLUMN asv.docking.boot IS 'of the camera: its monotonic times count from there';
COMMENT ON COLUMN asv.docking.clock_state IS '1 synced, 2 holdover, 3 lost';
COMMENT ON COLUMN asv.docking.last_sync_at IS 'when its clock was last set; NULL: never';
COMMENT ON COLUMN asv.docking.clock_source IS 'by what: 0 none, 1 dock, 2 GNSS, 3 real-time clock';
COMMENT ON COLUMN asv.docking.epoch IS 'of its store; new at each format';
COMMENT ON COLUMN asv.docking.last_number IS 'highest recording number it says it ever gave in this epoch';
COMMENT ON COLUMN asv.docking.clips IS 'recordings on it';
COMMENT ON COLUMN asv.docking.erasures IS 'erasure records no dock had acknowledged';
COMMENT ON COLUMN asv.docking.store_bytes IS 'size of its store';
COMMENT ON COLUMN asv.docking.free_bytes IS 'free in it';
COMMENT ON COLUMN asv.docking.battery_percent IS 'charge; NULL: unknown';
COMMENT ON COLUMN asv.docking.flags IS 'state bits of PROTOCOL.md, STATUS';
COMMENT ON COLUMN asv.docking.firmware IS 'version';
COMMENT ON COLUMN asv.docking.firmware_digest IS 'of its image';
COMMENT ON COLUMN asv.docking.bulletin IS 'number in force as the docking began; 0 none';
COMMENT ON COLUMN asv.docking.revocations IS 'number in force';
COMMENT ON COLUMN asv.docking.configuration IS 'number in force';
COMMENT ON COLUMN asv.docking.assignment IS 'number in force';
COMMENT ON COLUMN asv.docking.policy IS 'policy version of the bulletin';
COMMENT ON COLUMN asv.docking.assignment_id IS 'random id; NULL: not issued';

CREATE TABLE asv.docking_end (
    session asv.digest PRIMARY KEY REFERENCES asv.docking,
    ended_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason smallint NOT NULL CHECK (reason BETWEEN 1 AND 6),
    stored asv.u32 NOT NULL,
    quarantined asv.u32 NOT NULL,
    expired asv.u32 NOT NULL,
    remaining asv.u32 NOT NULL,
    bytes asv.u63 NOT NULL,
    detail asv.note,
    inventory bytea CHECK (octet_length(inventory) BETWEEN 68 AND 1024),
    inventory_held asv.u32 GENERATED ALWAYS AS (('x' || encode(substring(inventory FROM 95 FOR 4), 'hex'))::bit(32)::bigint) STORED,
    inventory_bulletin asv.digest GENERATED ALWAYS AS (substring(inventory FROM 101 FOR 32)) STORED,
    -- Format 1 and suite 1, whose digests are SHA-256: so its fields are where they are looked for, and it is of this session.
    CHECK (substring(inventory FROM 1 FOR 6) = '\x000100010120' AND substring(inventory FROM 39 FOR 32) = session
           AND substring(inventory FROM 99 FOR 2) = '\x0120')
);
CREATE INDEX docking_end_emptied ON asv.docking_end (inventory_bulletin, session) WHERE reason = 1 AND remaining = 0 AND inventory_held = 0;
COMMENT ON TABLE asv.docking_end IS 'how a docking ended; one without a row here was cut off with the dock';
COMMENT ON COLUMN asv.docking_end.session IS 'which';
COMMENT ON COLUMN asv.docking_end.ended_at IS 'by the dock''s clock';
COMMENT ON COLUMN asv.docking_end.recorded_at IS 'by the database''s clock';
COMMENT ON COLUMN asv.docking_end.reason IS '1 ready, 2 something stays on the camera, 3 retired, 4 unplugged, 5 failed, 6 dock stopped';
COMMENT ON COLUMN asv.docking_end.stored IS 'clips stored in it';
COMMENT ON COLUMN asv.docking_end.quarantined IS 'clips that went to quarantine';
COMMENT ON COLUMN asv.docking_end.expired IS 'recordings that were expired on arrival';
COMMENT ON COLUMN asv.docking_end.remaining IS 'recordings still on the camera';
COMMENT ON COLUMN asv.docking_end.bytes IS 'pulled';
COMMENT ON COLUMN asv.docking_end.detail IS 'for a person';
COMMENT ON COLUMN asv.docking_end.inventory IS 'what the camera signed of its store before it was let go (TRUST.md 15); NULL: it did not';
COMMENT ON COLUMN asv.docking_end.inventory_held IS 'recordings that it says are on it';
COMMENT ON COLUMN asv.docking_end.inventory_bulletin IS 'digest of the bulletin that it names; zeros: none';

CREATE TABLE asv.bulletin (
    camera asv.digest NOT NULL REFERENCES asv.camera,
    number asv.u63 NOT NULL CHECK (number > 0),
    digest asv.digest NOT NULL UNIQUE,
    previous asv.digest NOT NULL,
    issued_at timestamptz NOT NULL,
    policy asv.u32 NOT NULL,
    keys asv.u16 NOT NULL CHECK (keys <= 128),
    first_day date,
    last_day date,
    reserve_key asv.bytes16 NOT NULL,
    keeper asv.digest NOT NULL,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 12288),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (camera, number),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67))),
    CHECK ((keys = 0) = (first_day IS NULL) AND (first_day IS NULL) = (last_day IS NULL)),
    CHECK (first_day <= last_day)
);
COMMENT ON TABLE asv.bulletin IS 'bulletins of public camera-day keys (TRUST.md 6) that a camera was given';
COMMENT ON COLUMN asv.bulletin.camera IS 'for which';
COMMENT ON COLUMN asv.bulletin.number IS 'only rises';
COMMENT ON COLUMN asv.bulletin.digest IS 'of the object''s body';
COMMENT ON COLUMN asv.bulletin.previous IS 'digest of the bulletin before; zeros for the first';
COMMENT ON COLUMN asv.bulletin.issued_at IS 'as signed';
COMMENT ON COLUMN asv.bulletin.policy IS 'policy version';
COMMENT ON COLUMN asv.bulletin.keys IS 'day keys in it';
COMMENT ON COLUMN asv.bulletin.first_day IS 'local day of its first key';
COMMENT ON COLUMN asv.bulletin.last_day IS 'local day of its last key';
COMMENT ON COLUMN asv.bulletin.reserve_key IS 'id of its reserve key';
COMMENT ON COLUMN asv.bulletin.keeper IS 'certificate of the keeper that signed it';
COMMENT ON COLUMN asv.bulletin.object IS 'the signed bulletin';
COMMENT ON COLUMN asv.bulletin.added_at IS 'when it was recorded here';

CREATE TABLE asv.bulletin_delivery (
    session asv.digest NOT NULL REFERENCES asv.docking,
    camera asv.digest NOT NULL,
    number asv.u63 NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (session, number),
    FOREIGN KEY (camera, number) REFERENCES asv.bulletin (camera, number)
);
COMMENT ON TABLE asv.bulletin_delivery IS 'in which docking the camera said that a bulletin is in force';
COMMENT ON COLUMN asv.bulletin_delivery.session IS 'the docking';
COMMENT ON COLUMN asv.bulletin_delivery.camera IS 'the camera';
COMMENT ON COLUMN asv.bulletin_delivery.number IS 'of the bulletin';
COMMENT ON COLUMN asv.bulletin_delivery.recorded_at IS 'when';

CREATE TABLE asv.assignment (
    camera asv.digest NOT NULL REFERENCES asv.camera,
    number asv.u63 NOT NULL CHECK (number > 0),
    digest asv.digest NOT NULL UNIQUE,
    id uuid,
    dock asv.digest NOT NULL,
    unit asv.label NOT NULL,
    area asv.label NOT NULL,
    issued_at timestamptz NOT NULL,
    session asv.digest NOT NULL REFERENCES asv.docking,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 1024),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (camera, number),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67)))
);
COMMENT ON TABLE asv.assignment IS 'a camera was issued to someone, known here by a random id only (TRUST.md 11)';
COMMENT ON COLUMN asv.assignment.camera IS 'which';
COMMENT ON COLUMN asv.assignment.number IS 'only rises';
COMMENT ON COLUMN asv.assignment.digest IS 'of the object''s body';
COMMENT ON COLUMN asv.assignment.id IS 'random; NULL: taken back, issued to nobody';
COMMENT ON COLUMN asv.assignment.dock IS 'certificate of the dock that signed it';
COMMENT ON COLUMN asv.assignment.unit IS 'code of the unit, as signed';
COMMENT ON COLUMN asv.assignment.area IS 'code of the operating area, as signed';
COMMENT ON COLUMN asv.assignment.issued_at IS 'as signed';
COMMENT ON COLUMN asv.assignment.session IS 'docking in which the camera took it';
COMMENT ON COLUMN asv.assignment.object IS 'the signed assignment';
COMMENT ON COLUMN asv.assignment.recorded_at IS 'when it was recorded here';

CREATE TABLE asv.configuration (
    camera asv.digest NOT NULL REFERENCES asv.camera,
    number asv.u63 NOT NULL CHECK (number > 0),
    digest asv.digest NOT NULL UNIQUE,
    dock asv.digest NOT NULL,
    pre_roll_ms asv.u32 NOT NULL CHECK (pre_roll_ms <= 120000),
    checkpoint_ms asv.u32 NOT NULL CHECK (checkpoint_ms BETWEEN 250 AND 10000),
    policy asv.u32 NOT NULL,
    name asv.label NOT NULL,
    unit asv.label NOT NULL,
    issued_at timestamptz NOT NULL,
    session asv.digest NOT NULL REFERENCES asv.docking,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 1024),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (camera, number),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67)))
);
COMMENT ON TABLE asv.configuration IS 'configurations that a camera was given (TRUST.md 12)';
COMMENT ON COLUMN asv.configuration.camera IS 'which';
COMMENT ON COLUMN asv.configuration.number IS 'only rises';
COMMENT ON COLUMN asv.configuration.digest IS 'of the object''s body';
COMMENT ON COLUMN asv.configuration.dock IS 'certificate of the dock that signed it';
COMMENT ON COLUMN asv.configuration.pre_roll_ms IS 'recorded before the start; 0 unless a decision says otherwise (LAW R5)';
COMMENT ON COLUMN asv.configuration.checkpoint_ms IS 'between checkpoints';
COMMENT ON COLUMN asv.configuration.policy IS 'policy version';
COMMENT ON COLUMN asv.configuration.name IS 'what the camera''s display calls it';
COMMENT ON COLUMN asv.configuration.unit IS 'code of the unit';
COMMENT ON COLUMN asv.configuration.issued_at IS 'as signed';
COMMENT ON COLUMN asv.configuration.session IS 'docking in which the camera took it';
COMMENT ON COLUMN asv.configuration.object IS 'the signed configuration';
COMMENT ON COLUMN asv.configuration.recorded_at IS 'when it was recorded here';

CREATE TABLE asv.device_log_block (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    camera asv.digest NOT NULL REFERENCES asv.camera,
    epoch uuid NOT NULL,
    session asv.digest NOT NULL REFERENCES asv.docking,
    first asv.u63 NOT NULL CHECK (first > 0),
    entries asv.u16 NOT NULL CHECK (entries BETWEEN 1 AND 1024),
    before asv.digest NOT NULL,
    after asv.digest NOT NULL,
    continuity text NOT NULL CHECK (continuity IN ('first', 'continued', 'restarted', 'gap', 'broken')),
    digest asv.digest NOT NULL,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 60000),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (camera, digest),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67)))
);
CREATE INDEX ON asv.device_log_block (camera, position);
COMMENT ON TABLE asv.device_log_block IS 'signed runs of a camera''s device log (PROTOCOL.md, Device log)';
COMMENT ON COLUMN asv.device_log_block.position IS 'order of arrival';
COMMENT ON COLUMN asv.device_log_block.camera IS 'whose';
COMMENT ON COLUMN asv.device_log_block.epoch IS 'of its store in that docking';
COMMENT ON COLUMN asv.device_log_block.session IS 'docking that brought it';
COMMENT ON COLUMN asv.device_log_block.first IS 'number of its first entry';
COMMENT ON COLUMN asv.device_log_block.entries IS 'how many';
COMMENT ON COLUMN asv.device_log_block.before IS 'running digest before the first entry';
COMMENT ON COLUMN asv.device_log_block.after IS 'running digest behind the last';
COMMENT ON COLUMN asv.device_log_block.continuity IS 'how it fits the block before: by number and digest, restarted from entry 1, entries missing, or neither';
COMMENT ON COLUMN asv.device_log_block.digest IS 'of the object''s body';
COMMENT ON COLUMN asv.device_log_block.object IS 'the signed block';
COMMENT ON COLUMN asv.device_log_block.recorded_at IS 'when';

CREATE TABLE asv.device_log_entry (
    block bigint NOT NULL REFERENCES asv.device_log_block,
    number asv.u63 NOT NULL CHECK (number > 0),
    kind asv.u16 NOT NULL,
    at timestamptz,
    mono_ms asv.u63 NOT NULL,
    boot uuid NOT NULL,
    value bytea NOT NULL CHECK (octet_length(value) <= 255),
    PRIMARY KEY (block, number)
);
COMMENT ON TABLE asv.device_log_entry IS 'the entries of the blocks, decoded';
COMMENT ON COLUMN asv.device_log_entry.block IS 'the signed block it stands in';
COMMENT ON COLUMN asv.device_log_entry.number IS 'from 1, without gaps on the camera';
COMMENT ON COLUMN asv.device_log_entry.kind IS 'of PROTOCOL.md; unknown ones are kept';
COMMENT ON COLUMN asv.device_log_entry.at IS 'by the camera''s wall clock';
COMMENT ON COLUMN asv.device_log_entry.mono_ms IS 'by its monotonic clock';
COMMENT ON COLUMN asv.device_log_entry.boot IS 'which that counts from';
COMMENT ON COLUMN asv.device_log_entry.value IS 'by kind';
