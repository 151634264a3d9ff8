-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Custody: recordings, clips, their events, receipts and erasures. Tables that are only added to, but for the
-- state, which moves along lifecycle_move.
CREATE TABLE asv.recording (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    camera asv.digest NOT NULL REFERENCES asv.camera,
    epoch uuid NOT NULL,
    number asv.u63 NOT NULL CHECK (number > 0),
    header asv.digest NOT NULL,
    clip uuid,
    session asv.digest NOT NULL REFERENCES asv.docking,
    announced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    number_back boolean NOT NULL,
    marked boolean NOT NULL,
    chunks asv.u63 NOT NULL,
    seal_bytes asv.u63 NOT NULL,
    tail_bytes asv.u63 NOT NULL,
    started_at timestamptz,
    UNIQUE (camera, epoch, number, header)
);
CREATE INDEX ON asv.recording (clip);
COMMENT ON TABLE asv.recording IS 'what cameras said they hold, by identity; from chunks on it is the unsigned clip list''s word, the signed facts are in clip';
COMMENT ON COLUMN asv.recording.id IS 'UUIDv7 of this row';
COMMENT ON COLUMN asv.recording.camera IS 'certificate of the camera';
COMMENT ON COLUMN asv.recording.epoch IS 'of its store; new at each format';
COMMENT ON COLUMN asv.recording.number IS 'running, without gaps in the epoch';
COMMENT ON COLUMN asv.recording.header IS 'digest of the signed seal header';
COMMENT ON COLUMN asv.recording.clip IS 'the clip''s UUID; NULL: known only by a proof of its erasure';
COMMENT ON COLUMN asv.recording.session IS 'docking that announced it first';
COMMENT ON COLUMN asv.recording.announced_at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.recording.number_back IS 'an earlier docking had emptied the camera up to this number or a higher one: suspected clone';
COMMENT ON COLUMN asv.recording.marked IS 'the wearer pressed the marker';
COMMENT ON COLUMN asv.recording.chunks IS 'signed chunks';
COMMENT ON COLUMN asv.recording.seal_bytes IS 'length of its seal';
COMMENT ON COLUMN asv.recording.tail_bytes IS 'payload behind the signed chunks';
COMMENT ON COLUMN asv.recording.started_at IS 'by the camera''s clock';

CREATE TABLE asv.lifecycle_state (
    name text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,32}$'),
    in_vault boolean NOT NULL,
    meaning text NOT NULL
);
COMMENT ON TABLE asv.lifecycle_state IS 'what can become of a recording: docs/DATABASE.md';
COMMENT ON COLUMN asv.lifecycle_state.name IS 'its name';
COMMENT ON COLUMN asv.lifecycle_state.in_vault IS 'whether the vault must hold the clip''s files';
COMMENT ON COLUMN asv.lifecycle_state.meaning IS 'for people';
INSERT INTO asv.lifecycle_state VALUES
    ('announced', false, 'a camera says that it holds it'),
    ('transferring', false, 'a dock is pulling it'),
    ('sealed', true, 'in custody, unread; erased at its due date unless someone asks'),
    ('quarantined', true, 'in custody, but its verdict or its keys do not allow use; its period runs too'),
    ('expired_on_arrival', false, 'docked after its due date: never stored'),
    ('pending', true, 'a request to keep it waits for approval'),
    ('held', true, 'two people decided to keep it'),
    ('released', true, 'two people decided to keep it no longer'),
    ('erasing', true, 'its keys are being destroyed; no use any more'),
    ('erased', false, 'gone; the tombstone stays');

CREATE TABLE asv.lifecycle_move (
    from_state text NOT NULL REFERENCES asv.lifecycle_state,
    to_state text NOT NULL REFERENCES asv.lifecycle_state,
    PRIMARY KEY (from_state, to_state)
);
COMMENT ON TABLE asv.lifecycle_move IS 'the permitted moves; anything else is refused';
COMMENT ON COLUMN asv.lifecycle_move.from_state IS 'from';
COMMENT ON COLUMN asv.lifecycle_move.to_state IS 'to';
INSERT INTO asv.lifecycle_move VALUES
    ('announced', 'transferring'),
    ('announced', 'sealed'), ('announced', 'quarantined'), ('announced', 'expired_on_arrival'),
    ('transferring', 'sealed'), ('transferring', 'quarantined'), ('transferring', 'expired_on_arrival');

CREATE TABLE asv.event_kind (
    name text PRIMARY KEY CHECK (name ~ '^[a-z_]{1,32}$'),
    signed boolean NOT NULL,
    meaning text NOT NULL,
    UNIQUE (name, signed)
);
COMMENT ON TABLE asv.event_kind IS 'what can happen to a recording';
COMMENT ON COLUMN asv.event_kind.name IS 'its name';
COMMENT ON COLUMN asv.event_kind.signed IS 'whether such an event carries the actor''s signed object';
COMMENT ON COLUMN asv.event_kind.meaning IS 'for people';
INSERT INTO asv.event_kind VALUES
    ('announced', false, 'a camera offered it for the first time'),
    ('transferring', false, 'a dock began to pull it'),
    ('committed', true, 'the dock took it into custody; the object is the commit record'),
    ('quarantined', true, 'the dock took it into quarantine; the object is the commit record'),
    ('expired_on_arrival', true, 'the dock found it past its due date; the object is the commit record'),
    ('receipt', true, 'the dock gave the camera a receipt'),
    ('destruction_ordered', true, 'the keeper ordered the camera to erase it'),
    ('erased_on_camera', true, 'the camera proved that it erased it');

CREATE FUNCTION asv.object_digest(p_actor_kind text, p_object bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- A device's object is its body and 67 bytes of signature; a person's statement is the body's length, the body, and
    -- a proof as long as the person's kind of key makes it.
    RETURN sha256(CASE p_actor_kind
        WHEN 'person' THEN substring(p_object FROM 3 FOR get_byte(p_object, 0) * 256 + get_byte(p_object, 1))
        ELSE substring(p_object FOR octet_length(p_object) - 67) END);
COMMENT ON FUNCTION asv.object_digest(text, bytea) IS 'SHA-256 of the body of a signed object (TRUST.md), or of a statement (STATEMENTS.md)';

CREATE TABLE asv.clip_event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    recording uuid NOT NULL REFERENCES asv.recording,
    kind text NOT NULL,
    is_signed boolean NOT NULL,
    at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind text NOT NULL CHECK (actor_kind IN ('camera', 'dock', 'keeper', 'person', 'system')),
    actor asv.digest,
    session asv.digest REFERENCES asv.docking,
    detail asv.note,
    object bytea CHECK (octet_length(object) BETWEEN 68 AND 65535),
    object_digest asv.digest,
    signature asv.signature,
    FOREIGN KEY (kind, is_signed) REFERENCES asv.event_kind (name, signed),
    CHECK (is_signed = (object IS NOT NULL) AND is_signed = (object_digest IS NOT NULL)),
    CHECK ((signature IS NOT NULL) = (is_signed AND actor_kind <> 'person')),
    CHECK (actor IS NOT NULL OR actor_kind = 'system'),
    CHECK (object_digest = asv.object_digest(actor_kind, object)),
    CHECK (signature = substring(object FROM octet_length(object) - 63))
);
CREATE INDEX ON asv.clip_event (recording, position);
CREATE UNIQUE INDEX ON asv.clip_event (object_digest);
COMMENT ON TABLE asv.clip_event IS 'custody: who did what to a recording, when and where, with the actor''s signature';
COMMENT ON COLUMN asv.clip_event.position IS 'order of arrival';
COMMENT ON COLUMN asv.clip_event.id IS 'UUIDv7';
COMMENT ON COLUMN asv.clip_event.recording IS 'to which';
COMMENT ON COLUMN asv.clip_event.kind IS 'what';
COMMENT ON COLUMN asv.clip_event.is_signed IS 'as its kind says';
COMMENT ON COLUMN asv.clip_event.at IS 'when, by the actor''s clock; NULL: not said, or that clock was lost';
COMMENT ON COLUMN asv.clip_event.recorded_at IS 'when, by the database''s clock';
COMMENT ON COLUMN asv.clip_event.actor_kind IS 'who: camera, dock, keeper, person or system';
COMMENT ON COLUMN asv.clip_event.actor IS 'certificate or credential of the actor';
COMMENT ON COLUMN asv.clip_event.session IS 'where: the docking, with dock, slot and port';
COMMENT ON COLUMN asv.clip_event.detail IS 'for a person';
COMMENT ON COLUMN asv.clip_event.object IS 'what the actor signed, signature included';
COMMENT ON COLUMN asv.clip_event.object_digest IS 'SHA-256 of the object''s body';
COMMENT ON COLUMN asv.clip_event.signature IS 'Ed25519, of object; NULL: unsigned, or a statement, which carries its own proof';

CREATE TABLE asv.recording_state (
    recording uuid PRIMARY KEY REFERENCES asv.recording,
    state text NOT NULL REFERENCES asv.lifecycle_state,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    event bigint NOT NULL REFERENCES asv.clip_event,
    marked boolean NOT NULL DEFAULT false,
    clip uuid,
    header asv.digest,
    due_at timestamptz
);
CREATE INDEX ON asv.recording_state (state, recording);
CREATE INDEX recording_state_inbox ON asv.recording_state (state, marked, clip, header)
    WHERE state IN ('sealed', 'quarantined', 'pending', 'held', 'released', 'erasing');
CREATE INDEX recording_state_due ON asv.recording_state (due_at, state, marked) WHERE state IN ('sealed', 'quarantined', 'released');
COMMENT ON TABLE asv.recording_state IS 'where each recording stands now; follows from the events';
COMMENT ON COLUMN asv.recording_state.recording IS 'which';
COMMENT ON COLUMN asv.recording_state.state IS 'its state';
COMMENT ON COLUMN asv.recording_state.since IS 'since when, by the database''s clock';
COMMENT ON COLUMN asv.recording_state.event IS 'the event that moved it there';
COMMENT ON COLUMN asv.recording_state.marked IS 'as clip.marked, once it is in custody: marked ones are listed first';
COMMENT ON COLUMN asv.recording_state.clip IS 'as clip.clip, once it is in custody: the order of their recording, in which they are listed';
COMMENT ON COLUMN asv.recording_state.header IS 'as clip.header, once it is in custody: which of two with the same UUID is listed first';
COMMENT ON COLUMN asv.recording_state.due_at IS 'as clip.due_at, once it is in custody: what is due in a night is counted by it';

CREATE FUNCTION asv.check_move() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF tg_op = 'INSERT' AND new.state = 'announced' THEN
        RETURN new;
    ELSIF tg_op = 'UPDATE' AND new.recording = old.recording
          AND EXISTS (SELECT FROM asv.lifecycle_move m WHERE m.from_state = old.state AND m.to_state = new.state)
    THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'recording_state: % to % is no permitted move', CASE tg_op WHEN 'UPDATE' THEN old.state END,
        new.state USING ERRCODE = 'VA002';
END
$$;
COMMENT ON FUNCTION asv.check_move() IS 'trigger: a recording begins as announced and moves along lifecycle_move';
CREATE TRIGGER check_move BEFORE INSERT OR UPDATE ON asv.recording_state
    FOR EACH ROW EXECUTE FUNCTION asv.check_move();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON asv.recording_state
    FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change();
