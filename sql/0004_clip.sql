-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Custody, continued: the clip's facts, receipts, erasures, quarantine, alarms.
CREATE TYPE asv.clip_facts AS (
    agency asv.digest,
    dock asv.digest,
    dock_name asv.label,
    slot asv.u16,
    port asv.label,
    session asv.digest,
    camera asv.digest,
    chain_digest asv.digest,
    model asv.label,
    device_serial asv.label,
    firmware asv.label,
    firmware_digest asv.digest,
    epoch uuid,
    number asv.u63,
    clip uuid,
    header asv.digest,
    group_id uuid,
    stream asv.u16,
    stream_type asv.u8,
    segment asv.u32,
    assignment uuid,
    unit asv.label,
    area asv.label,
    sealer asv.u8,
    end_reason asv.u8,
    marked boolean,
    dwelling boolean,
    pre_roll_ms asv.u32,
    key_kind asv.u8,
    key_id asv.bytes16,
    key_date date,
    bulletin asv.u63,
    policy asv.u32,
    clock_state asv.u8,
    started_at timestamptz,
    ended_at timestamptz,
    earliest_at timestamptz,
    latest_at timestamptz,
    clock_offset_ms bigint,
    clock_uncertainty_ms asv.u32,
    day date,
    due_at timestamptz,
    docked_at timestamptz,
    committed_at timestamptz,
    root asv.digest,
    leaves asv.u63,
    payload_bytes asv.u63,
    final_chunk asv.chunk24,
    media_bytes asv.u63,
    seal_bytes asv.u63,
    seal_digest asv.digest,
    tail_bytes asv.u63,
    tail_digest asv.digest,
    link_bytes asv.u32,
    link_digest asv.digest,
    stanzas_digest asv.digest,
    integrity asv.u8,
    provenance asv.u8,
    kind asv.u8,
    reason asv.label,
    readback asv.u8,
    replicas asv.u8,
    software asv.label
);
COMMENT ON TYPE asv.clip_facts IS 'the fields of a commit record, in its order (docs/VAULT.md)';
GRANT USAGE ON TYPE asv.clip_facts, asv.digest, asv.label, asv.u8, asv.u16, asv.u32, asv.u63, asv.bytes16, asv.chunk24 TO asv_dock;

CREATE TABLE asv.clip (
    recording uuid PRIMARY KEY REFERENCES asv.recording,
    agency asv.digest NOT NULL,
    dock asv.digest NOT NULL,
    dock_name asv.label NOT NULL,
    slot asv.u16 NOT NULL,
    port asv.label NOT NULL,
    session asv.digest NOT NULL REFERENCES asv.docking,
    camera asv.digest NOT NULL,
    chain_digest asv.digest NOT NULL,
    model asv.label NOT NULL,
    device_serial asv.label NOT NULL,
    firmware asv.label NOT NULL,
    firmware_digest asv.digest NOT NULL,
    epoch uuid NOT NULL,
    number asv.u63 NOT NULL,
    clip uuid NOT NULL,
    header asv.digest NOT NULL,
    group_id uuid NOT NULL,
    stream asv.u16 NOT NULL,
    stream_type asv.u8 NOT NULL CHECK (stream_type <= 4),
    segment asv.u32 NOT NULL,
    assignment uuid,
    unit asv.label NOT NULL,
    area asv.label NOT NULL,
    sealer asv.u8 NOT NULL CHECK (sealer <= 2),
    end_reason asv.u8 NOT NULL CHECK (end_reason <= 8),
    marked boolean NOT NULL,
    dwelling boolean NOT NULL,
    pre_roll_ms asv.u32 NOT NULL,
    key_kind asv.u8 NOT NULL CHECK (key_kind <= 2),
    key_id asv.bytes16 NOT NULL,
    key_date date,
    bulletin asv.u63 NOT NULL,
    policy asv.u32 NOT NULL,
    clock_state asv.u8 NOT NULL CHECK (clock_state <= 3),
    started_at timestamptz,
    ended_at timestamptz,
    earliest_at timestamptz,
    latest_at timestamptz NOT NULL,
    clock_offset_ms bigint NOT NULL,
    clock_uncertainty_ms asv.u32 NOT NULL,
    day date,
    due_at timestamptz,
    docked_at timestamptz NOT NULL,
    committed_at timestamptz NOT NULL,
    root asv.digest NOT NULL,
    leaves asv.u63 NOT NULL,
    payload_bytes asv.u63 NOT NULL,
    final_chunk asv.chunk24 NOT NULL,
    media_bytes asv.u63 NOT NULL,
    seal_bytes asv.u63 NOT NULL,
    seal_digest asv.digest NOT NULL,
    tail_bytes asv.u63 NOT NULL,
    tail_digest asv.digest NOT NULL,
    link_bytes asv.u32 NOT NULL,
    link_digest asv.digest NOT NULL,
    stanzas_digest asv.digest NOT NULL,
    integrity asv.u8 NOT NULL CHECK (integrity BETWEEN 1 AND 5),
    provenance asv.u8 NOT NULL CHECK (provenance BETWEEN 1 AND 4),
    kind asv.u8 NOT NULL CHECK (kind BETWEEN 1 AND 3),
    reason asv.label NOT NULL,
    readback asv.u8 NOT NULL CHECK (readback BETWEEN 1 AND 3),
    replicas asv.u8 NOT NULL,
    software asv.label NOT NULL,
    uuid_taken boolean NOT NULL,
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (camera, epoch, number, header) REFERENCES asv.recording (camera, epoch, number, header),
    UNIQUE (camera, epoch, number, header),
    CHECK (earliest_at <= latest_at),
    CHECK ((key_kind = 1) = (key_date IS NOT NULL)),
    -- What a header that could be read has (SEAL.md 4: S-040, S-043).
    CHECK (sealer = 0 OR (key_kind > 0 AND clock_state > 0 AND stream_type > 0 AND asv.is_uuid7(clip))),
    CHECK (kind <> 1 OR sealer > 0),
    CHECK (kind <> 1 OR (integrity IN (1, 2) AND provenance IN (1, 2))),
    CHECK (kind <> 1 OR (integrity = 1) = (end_reason > 0)),
    CHECK (kind <> 1 OR reason = ''),
    CHECK (kind <> 2 OR reason <> ''),
    CHECK (kind <> 1 OR payload_bytes IN (leaves::numeric * 65552, leaves::numeric * 65552 + 24)),
    CHECK (kind <> 1 OR integrity <> 1 OR tail_bytes = 0),
    CHECK ((kind = 3) = (replicas = 0)),
    CHECK (NOT uuid_taken OR kind IN (2, 3)),
    CHECK ((day IS NULL) = (due_at IS NULL)),
    CHECK (kind <> 3 OR (due_at IS NOT NULL AND due_at <= committed_at)),
    -- The period counts from the recording (LAW T1), for no longer than any policy allows; UTC and local days differ
    -- by less than one.
    CHECK (due_at AT TIME ZONE 'UTC' BETWEEN day AND day + 368),
    CHECK (day >= (earliest_at AT TIME ZONE 'UTC')::date - 1 AND day <= (latest_at AT TIME ZONE 'UTC')::date + 1),
    UNIQUE (recording, link_digest)
);
CREATE UNIQUE INDEX clip_uuid ON asv.clip (clip) WHERE NOT uuid_taken;
CREATE INDEX ON asv.clip (clip);
CREATE INDEX ON asv.clip (committed_at, header);
CREATE INDEX ON asv.clip (day, clip, header);
CREATE INDEX ON asv.clip (camera, day, clip, header);
CREATE INDEX clip_worn ON asv.clip ((coalesce(assignment, recording)));
COMMENT ON TABLE asv.clip IS 'recordings in custody: the facts of the dock''s signed commit record, one column each';
COMMENT ON COLUMN asv.clip.recording IS 'which';
COMMENT ON COLUMN asv.clip.agency IS 'whose camera';
COMMENT ON COLUMN asv.clip.dock IS 'certificate of the dock that took it';
COMMENT ON COLUMN asv.clip.dock_name IS 'its name then';
COMMENT ON COLUMN asv.clip.slot IS 'its slot';
COMMENT ON COLUMN asv.clip.port IS 'its USB port path';
COMMENT ON COLUMN asv.clip.session IS 'docking that brought the last chunk';
COMMENT ON COLUMN asv.clip.camera IS 'certificate of the camera';
COMMENT ON COLUMN asv.clip.chain_digest IS 'of its certificate chain';
COMMENT ON COLUMN asv.clip.model IS 'camera model, as signed';
COMMENT ON COLUMN asv.clip.device_serial IS 'camera serial number, as signed';
COMMENT ON COLUMN asv.clip.firmware IS 'firmware version, as signed';
COMMENT ON COLUMN asv.clip.firmware_digest IS 'firmware digest, as signed';
COMMENT ON COLUMN asv.clip.epoch IS 'of the camera''s store';
COMMENT ON COLUMN asv.clip.number IS 'running number in the epoch';
COMMENT ON COLUMN asv.clip.clip IS 'the clip''s UUID; one clip each, but for doubles in quarantine';
COMMENT ON COLUMN asv.clip.header IS 'digest of the signed seal header';
COMMENT ON COLUMN asv.clip.group_id IS 'streams and segments of one recording have the same';
COMMENT ON COLUMN asv.clip.stream IS 'number in the group';
COMMENT ON COLUMN asv.clip.stream_type IS '1 audio and video, 2 video, 3 audio, 4 data; 0: the header could not be read';
COMMENT ON COLUMN asv.clip.segment IS 'number in the stream';
COMMENT ON COLUMN asv.clip.assignment IS 'random id of the assignment; NULL: not issued';
COMMENT ON COLUMN asv.clip.unit IS 'organisational unit, as signed';
COMMENT ON COLUMN asv.clip.area IS 'operating area, as signed';
COMMENT ON COLUMN asv.clip.sealer IS '1 camera, 2 dock (an import); 0: the header could not be read';
COMMENT ON COLUMN asv.clip.end_reason IS 'of SEAL.md; 0: no end record';
COMMENT ON COLUMN asv.clip.marked IS 'the wearer pressed the marker';
COMMENT ON COLUMN asv.clip.dwelling IS 'recorded in a dwelling (LAW R3)';
COMMENT ON COLUMN asv.clip.pre_roll_ms IS 'recorded before the start (LAW R5)';
COMMENT ON COLUMN asv.clip.key_kind IS '1 day key, 2 reserve key; 0: the header could not be read';
COMMENT ON COLUMN asv.clip.key_id IS 'key it was sealed to';
COMMENT ON COLUMN asv.clip.key_date IS 'that key''s local day; NULL for the reserve key';
COMMENT ON COLUMN asv.clip.bulletin IS 'number of the bulletin that had the key';
COMMENT ON COLUMN asv.clip.policy IS 'policy version of that bulletin';
COMMENT ON COLUMN asv.clip.clock_state IS 'of the camera: 1 synced, 2 holdover, 3 lost; 0: the header could not be read';
COMMENT ON COLUMN asv.clip.started_at IS 'raw: as the camera''s clock said; NULL: it had no time';
COMMENT ON COLUMN asv.clip.ended_at IS 'raw: as the camera''s clock said';
COMMENT ON COLUMN asv.clip.earliest_at IS 'corrected: the whole recording lies at or after this; NULL: no bound';
COMMENT ON COLUMN asv.clip.latest_at IS 'corrected: the whole recording lies at or before this';
COMMENT ON COLUMN asv.clip.clock_offset_ms IS 'dock''s clock minus camera''s, at docking (LAW H2)';
COMMENT ON COLUMN asv.clip.clock_uncertainty_ms IS '+- of the offset';
COMMENT ON COLUMN asv.clip.day IS 'recording day, local; NULL: not decided';
COMMENT ON COLUMN asv.clip.due_at IS 'end of its period (LAW T1, T2); NULL: not decided';
COMMENT ON COLUMN asv.clip.docked_at IS 'by the dock''s clock';
COMMENT ON COLUMN asv.clip.committed_at IS 'by the dock''s clock';
COMMENT ON COLUMN asv.clip.root IS 'RFC 6962 root over the chunks: with leaves and payload_bytes the payload''s digest';
COMMENT ON COLUMN asv.clip.leaves IS 'signed chunks';
COMMENT ON COLUMN asv.clip.payload_bytes IS 'length of the signed payload';
COMMENT ON COLUMN asv.clip.final_chunk IS 'last bytes of the payload, outside the tree; zeros when it has none';
COMMENT ON COLUMN asv.clip.media_bytes IS 'plaintext before padding; 0: unknown';
COMMENT ON COLUMN asv.clip.seal_bytes IS 'length of the seal';
COMMENT ON COLUMN asv.clip.seal_digest IS 'SHA-256 of the seal';
COMMENT ON COLUMN asv.clip.tail_bytes IS 'payload behind the last checkpoint, kept apart, signed by nothing';
COMMENT ON COLUMN asv.clip.tail_digest IS 'SHA-256 of the tail';
COMMENT ON COLUMN asv.clip.link_bytes IS 'length of the link record';
COMMENT ON COLUMN asv.clip.link_digest IS 'SHA-256 of the link record';
COMMENT ON COLUMN asv.clip.stanzas_digest IS 'SHA-256 of the stanzas';
COMMENT ON COLUMN asv.clip.integrity IS '1 valid, 2 truncated, 3 unsigned tail, 4 gap, 5 invalid (SEAL.md)';
COMMENT ON COLUMN asv.clip.provenance IS '1 trusted, 2 sealed by dock, 3 unknown key, 4 revoked';
COMMENT ON COLUMN asv.clip.kind IS '1 stored, 2 quarantined, 3 expired on arrival';
COMMENT ON COLUMN asv.clip.reason IS 'why it was quarantined; empty when stored';
COMMENT ON COLUMN asv.clip.readback IS 'before the receipt: 1 from the device, 2 from the page cache, 3 none';
COMMENT ON COLUMN asv.clip.replicas IS 'directories that held it at the commit';
COMMENT ON COLUMN asv.clip.software IS 'name and version of the program';
COMMENT ON COLUMN asv.clip.uuid_taken IS 'another recording in custody had this UUID before';
COMMENT ON COLUMN asv.clip.event IS 'the custody event with the signed commit record';
COMMENT ON COLUMN asv.clip.recorded_at IS 'by the database''s clock';

CREATE TABLE asv.link (
    recording uuid PRIMARY KEY,
    link_digest asv.digest NOT NULL,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 1 AND 1024),
    CHECK (link_digest = sha256(object)),
    FOREIGN KEY (recording, link_digest) REFERENCES asv.clip (recording, link_digest)
);
COMMENT ON TABLE asv.link IS 'the cameras'' signed link records (SEAL.md 9): number and time of a recording, to be shown alone. With them a series is proven complete and a moment not recorded, also when the recording is long erased';
COMMENT ON COLUMN asv.link.recording IS 'of which';
COMMENT ON COLUMN asv.link.link_digest IS 'as in the commit record';
COMMENT ON COLUMN asv.link.object IS 'the link record, salt and header digest included';

CREATE TABLE asv.quarantine (
    recording uuid PRIMARY KEY REFERENCES asv.clip,
    since timestamptz NOT NULL,
    reason asv.label NOT NULL CHECK (reason <> ''),
    uuid_taken boolean NOT NULL
);
COMMENT ON TABLE asv.quarantine IS 'clips that are kept, sealed, and out of use until people decide';
COMMENT ON COLUMN asv.quarantine.recording IS 'which';
COMMENT ON COLUMN asv.quarantine.since IS 'by the dock''s clock';
COMMENT ON COLUMN asv.quarantine.reason IS 'why';
COMMENT ON COLUMN asv.quarantine.uuid_taken IS 'because another recording has its UUID';

CREATE TABLE asv.receipt (
    digest asv.digest PRIMARY KEY,
    recording uuid NOT NULL REFERENCES asv.clip,
    session asv.digest NOT NULL REFERENCES asv.docking,
    dock asv.digest NOT NULL,
    kind asv.u8 NOT NULL CHECK (kind IN (1, 2)),
    given_at timestamptz NOT NULL,
    due_at timestamptz,
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.receipt (recording);
COMMENT ON TABLE asv.receipt IS 'receipts that docks gave cameras (TRUST.md 7)';
COMMENT ON COLUMN asv.receipt.digest IS 'of the signed object''s body: what an erasure record names';
COMMENT ON COLUMN asv.receipt.recording IS 'for which clip';
COMMENT ON COLUMN asv.receipt.session IS 'in which docking';
COMMENT ON COLUMN asv.receipt.dock IS 'certificate of the dock that signed it';
COMMENT ON COLUMN asv.receipt.kind IS '1 stored: the camera erases; 2 quarantined: it does not';
COMMENT ON COLUMN asv.receipt.given_at IS 'as signed';
COMMENT ON COLUMN asv.receipt.due_at IS 'end of the period, as signed; NULL: unknown then';
COMMENT ON COLUMN asv.receipt.event IS 'the custody event with the signed receipt';

CREATE TABLE asv.destruction (
    digest asv.digest PRIMARY KEY,
    recording uuid NOT NULL REFERENCES asv.recording,
    keeper asv.digest NOT NULL,
    reason asv.u8 NOT NULL CHECK (reason BETWEEN 1 AND 3),
    issued_at timestamptz NOT NULL,
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.destruction (recording);
COMMENT ON TABLE asv.destruction IS 'the keeper''s destruction statements (TRUST.md 8)';
COMMENT ON COLUMN asv.destruction.digest IS 'of the signed object''s body';
COMMENT ON COLUMN asv.destruction.recording IS 'of which';
COMMENT ON COLUMN asv.destruction.keeper IS 'certificate of the keeper that signed it';
COMMENT ON COLUMN asv.destruction.reason IS '1 expired on arrival, 2 early erasure, 3 quarantine ended';
COMMENT ON COLUMN asv.destruction.issued_at IS 'as signed';
COMMENT ON COLUMN asv.destruction.event IS 'the custody event with the signed statement';

CREATE TABLE asv.erasure (
    digest asv.digest PRIMARY KEY,
    recording uuid NOT NULL REFERENCES asv.recording,
    cause asv.u8 NOT NULL CHECK (cause BETWEEN 1 AND 3),
    cause_digest asv.digest NOT NULL,
    cause_known boolean NOT NULL,
    session asv.digest REFERENCES asv.docking,
    erased_at timestamptz,
    mono_ms asv.u63 NOT NULL,
    boot uuid NOT NULL,
    method asv.u8 NOT NULL CHECK (method BETWEEN 1 AND 3),
    event bigint NOT NULL UNIQUE REFERENCES asv.clip_event
);
CREATE INDEX ON asv.erasure (recording);
COMMENT ON TABLE asv.erasure IS 'cameras'' signed proofs of erasure (TRUST.md 9)';
COMMENT ON COLUMN asv.erasure.digest IS 'of the signed object''s body';
COMMENT ON COLUMN asv.erasure.recording IS 'what was erased';
COMMENT ON COLUMN asv.erasure.cause IS '1 a receipt, 2 a destruction statement, 3 the camera had lost it and held nothing of it';
COMMENT ON COLUMN asv.erasure.cause_digest IS 'digest of that object; zeros with cause 3';
COMMENT ON COLUMN asv.erasure.cause_known IS 'whether it is one this database holds for this recording, that allows erasure';
COMMENT ON COLUMN asv.erasure.session IS 'docking that brought the proof; NULL: rebuilt from the vault';
COMMENT ON COLUMN asv.erasure.erased_at IS 'by the camera''s clock; NULL: it had no time';
COMMENT ON COLUMN asv.erasure.mono_ms IS 'by its monotonic clock';
COMMENT ON COLUMN asv.erasure.boot IS 'which that counts from';
COMMENT ON COLUMN asv.erasure.method IS '1 unlinked, 2 overwritten, 3 overwritten and discarded';
COMMENT ON COLUMN asv.erasure.event IS 'the custody event with the signed proof';

CREATE TABLE asv.alarm_kind (
    name text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,32}$'),
    meaning text NOT NULL
);
COMMENT ON TABLE asv.alarm_kind IS 'what a person is called for';
COMMENT ON COLUMN asv.alarm_kind.name IS 'its name';
COMMENT ON COLUMN asv.alarm_kind.meaning IS 'for people';
INSERT INTO asv.alarm_kind VALUES
    ('clone', 'a recording number went back, or two headers have one number: two cameras may have one identity'),
    ('uuid_conflict', 'two recordings have one UUID'),
    ('custody_conflict', 'a clip in custody was offered again with other bytes or another verdict'),
    ('quarantined', 'a clip went to quarantine'),
    ('erasure', 'a camera erased what no known receipt or statement let it erase, proved one erasure twice, or lost a recording'),
    ('device_log', 'a camera''s log has a gap or does not continue'),
    ('foreign_camera', 'a camera that is not this agency''s was docked'),
    ('revoked_camera', 'a revoked camera was docked'),
    ('hostile_camera', 'a camera lies, floods or stalls'),
    ('damaged_clip', 'the vault does not hold what was committed'),
    ('missing_clip', 'a clip in custody has no files'),
    ('storage', 'a disk failed or is nearly full'),
    ('clock', 'a camera''s clock is lost or far off'),
    ('interval', 'the day of a recording is not certain: people decide within three days'),
    ('internal', 'a fault of the system itself');

CREATE TABLE asv.alarm (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    kind text NOT NULL REFERENCES asv.alarm_kind,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    dock asv.digest,
    slot asv.u16,
    camera asv.digest,
    recording uuid REFERENCES asv.recording,
    subject asv.note,
    detail asv.note NOT NULL
);
CREATE INDEX ON asv.alarm (kind, camera, recording, subject);
COMMENT ON TABLE asv.alarm IS 'what needs a person';
COMMENT ON COLUMN asv.alarm.id IS 'UUIDv7';
COMMENT ON COLUMN asv.alarm.kind IS 'what it is';
COMMENT ON COLUMN asv.alarm.raised_at IS 'when';
COMMENT ON COLUMN asv.alarm.dock IS 'certificate of the dock it concerns';
COMMENT ON COLUMN asv.alarm.slot IS 'its slot';
COMMENT ON COLUMN asv.alarm.camera IS 'certificate of the camera it concerns; need not be in the register';
COMMENT ON COLUMN asv.alarm.recording IS 'the recording it concerns';
COMMENT ON COLUMN asv.alarm.subject IS 'what it concerns where none of these says it: a path, a day, a digest; NULL: they do';
COMMENT ON COLUMN asv.alarm.detail IS 'what happened and what to do';

CREATE TABLE asv.alarm_acknowledgement (
    alarm uuid PRIMARY KEY REFERENCES asv.alarm,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    note asv.words NOT NULL
);
COMMENT ON TABLE asv.alarm_acknowledgement IS 'a person dealt with an alarm';
COMMENT ON COLUMN asv.alarm_acknowledgement.alarm IS 'which';
COMMENT ON COLUMN asv.alarm_acknowledgement.at IS 'when';
COMMENT ON COLUMN asv.alarm_acknowledgement.by IS 'who';
COMMENT ON COLUMN asv.alarm_acknowledgement.note IS 'what was done';

-- Only added to, from here on, whoever asks.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['schema_migration', 'certificate', 'agency', 'revocation_list', 'camera',
        'camera_enrolment', 'camera_unit', 'camera_retirement', 'dock', 'docking', 'docking_end', 'bulletin',
        'bulletin_delivery', 'assignment', 'configuration', 'device_log_block', 'device_log_entry', 'recording',
        'clip_event', 'clip', 'link', 'quarantine', 'receipt', 'destruction', 'erasure', 'alarm',
        'alarm_acknowledgement'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;
