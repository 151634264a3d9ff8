-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Functions of custody. Each may be repeated with the same facts; each takes its recording's row lock first, so
-- that two docks, or two calls, about one recording follow one another. What each docking calls is in PL/pgSQL, which keeps its
-- plans from one call to the next.
CREATE FUNCTION asv.event_put(
    p_recording uuid, p_kind text, p_at timestamptz, p_actor_kind text, p_actor bytea, p_session bytea,
    p_detail text, p_object bytea) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_position bigint;
BEGIN
    INSERT INTO asv.clip_event (recording, kind, is_signed, at, actor_kind, actor, session, detail, object,
                                object_digest, signature)
    VALUES (p_recording, p_kind, p_object IS NOT NULL, p_at, p_actor_kind, p_actor, p_session, p_detail, p_object,
            asv.object_digest(p_actor_kind, p_object),
            CASE WHEN p_actor_kind <> 'person' THEN substring(p_object FROM octet_length(p_object) - 63) END)
    RETURNING position INTO v_position;
    RETURN v_position;
END
$$;
COMMENT ON FUNCTION asv.event_put IS 'adds a custody event';

CREATE FUNCTION asv.state_move(p_recording uuid, p_state text, p_event bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    UPDATE asv.recording_state SET state = p_state, since = clock_timestamp(), event = p_event
    WHERE recording = p_recording;
END
$$;
COMMENT ON FUNCTION asv.state_move IS 'moves a recording along lifecycle_move';

CREATE FUNCTION asv.recording_put(
    p_session bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_clip uuid, p_marked boolean,
    p_chunks bigint, p_seal_bytes bigint, p_tail_bytes bigint, p_started_at timestamptz) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_docking asv.docking := asv.docking_of(p_session, p_camera);
    v_id uuid;
BEGIN
    -- A docking that emptied the camera knew every number up to the highest that the camera had given then. One that
    -- is new after that went back: a camera never gives a number twice, so only another camera (or a restored flash) can
    -- have it. From a docking that broke off nothing is concluded: it takes marked recordings first, and may have been
    -- cut off before it told of the others. What a docking rebuilt from commit records brings, an earlier one may have
    -- named.
    INSERT INTO asv.recording AS r (camera, epoch, number, header, clip, session, number_back, marked, chunks,
                                    seal_bytes, tail_bytes, started_at)
    SELECT p_camera, p_epoch, p_number, p_header, p_clip, p_session,
           EXISTS (SELECT FROM asv.docking d JOIN asv.docking_end e ON e.session = d.session
                   WHERE d.camera = p_camera AND d.epoch = p_epoch AND d.last_number >= p_number
                     AND d.began_at < v_docking.began_at AND asv.has_emptied(e))
           AND NOT EXISTS (SELECT FROM asv.recording o
                           WHERE o.camera = p_camera AND o.epoch = p_epoch AND o.number = p_number)
           AND v_docking.last_number IS NOT NULL,
           p_marked, p_chunks, p_seal_bytes, p_tail_bytes, p_started_at
    ON CONFLICT (camera, epoch, number, header) DO NOTHING
    RETURNING r.id INTO v_id;
    IF v_id IS NOT NULL THEN
        INSERT INTO asv.recording_state (recording, state, event)
        VALUES (v_id, 'announced',
                asv.event_put(v_id, 'announced', v_docking.began_at, 'camera', p_camera, p_session, NULL, NULL));
    END IF;
    SELECT id INTO STRICT v_id FROM asv.recording
    WHERE camera = p_camera AND epoch = p_epoch AND number = p_number AND header = p_header
    FOR NO KEY UPDATE;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION asv.recording_put IS 'the recording with this identity, made if need be, and its row lock';

CREATE FUNCTION asv.clip_lookup(p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_clip uuid)
    RETURNS TABLE (state text, kind smallint, uuid_taken boolean, number_taken boolean, number_back boolean,
                   erased_on_camera boolean, due_at timestamptz, committed_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.state, c.kind::smallint,
           EXISTS (SELECT FROM asv.clip o
                   WHERE o.clip = p_clip AND NOT o.uuid_taken AND o.recording IS DISTINCT FROM r.id),
           -- A header that the camera itself cannot read is listed as zeros; it contradicts nothing.
           p_header <> decode(repeat('00', 32), 'hex')
           AND EXISTS (SELECT FROM asv.recording o
                       WHERE o.camera = p_camera AND o.epoch = p_epoch AND o.number = p_number
                         AND o.header <> p_header AND o.header <> decode(repeat('00', 32), 'hex')),
           coalesce(r.number_back, false),
           EXISTS (SELECT FROM asv.erasure e WHERE e.recording = r.id),
           c.due_at, c.committed_at
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN asv.recording r
        ON r.camera = p_camera AND r.epoch = p_epoch AND r.number = p_number AND r.header = p_header
    LEFT JOIN asv.recording_state s ON s.recording = r.id
    LEFT JOIN asv.clip c ON c.recording = r.id;
END
$$;
COMMENT ON FUNCTION asv.clip_lookup IS 'what is known of a recording: one row, whether it is or not';
GRANT EXECUTE ON FUNCTION asv.clip_lookup TO asv_dock;

CREATE FUNCTION asv.custody_list(p_after uuid, p_limit integer)
    RETURNS TABLE (recording uuid, camera asv.digest, epoch uuid, number bigint, header asv.digest, clip uuid,
                   kind smallint, day date, latest_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.recording, c.camera, c.epoch, c.number, c.header, c.clip, c.kind::smallint, c.day, c.latest_at
    FROM asv.clip c
    JOIN asv.recording_state s ON s.recording = c.recording
    WHERE s.state NOT IN ('erasing', 'erased') AND (p_after IS NULL OR c.recording > p_after)
    ORDER BY c.recording
    LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.custody_list IS 'a page of what the vault must hold: files, or the tombstone of what expired on arrival';
GRANT EXECUTE ON FUNCTION asv.custody_list TO asv_dock, asv_admin;

CREATE FUNCTION asv.clone_check(
    p_recording uuid, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_known record;
BEGIN
    SELECT * INTO v_known FROM asv.clip_lookup(p_camera, p_epoch, p_number, p_header, NULL);
    IF v_known.number_taken THEN
        PERFORM asv.alarm_put('clone', NULL, NULL, p_camera, p_recording, format(
            'recording %s exists twice with different headers: compare both cameras of this certificate', p_number));
    ELSIF v_known.number_back THEN
        PERFORM asv.alarm_put('clone', NULL, NULL, p_camera, p_recording, format(
            'recording %s is new, although an earlier docking had emptied the camera up to a higher number', p_number));
    END IF;
END
$$;
COMMENT ON FUNCTION asv.clone_check IS 'raises the alarm when two cameras seem to have one identity';

CREATE FUNCTION asv.clip_announce(
    p_session bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_clip uuid, p_marked boolean,
    p_chunks bigint, p_seal_bytes bigint, p_tail_bytes bigint, p_started_at timestamptz)
    RETURNS TABLE (state text, kind smallint, uuid_taken boolean, number_taken boolean, number_back boolean,
                   erased_on_camera boolean, due_at timestamptz, committed_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.clone_check(
        asv.recording_put(p_session, p_camera, p_epoch, p_number, p_header, p_clip, p_marked, p_chunks,
                          p_seal_bytes, p_tail_bytes, p_started_at),
        p_camera, p_epoch, p_number, p_header);
    RETURN QUERY SELECT * FROM asv.clip_lookup(p_camera, p_epoch, p_number, p_header, p_clip);
END
$$;
COMMENT ON FUNCTION asv.clip_announce IS 'the camera of this docking offers a recording; says what is known of it';
GRANT EXECUTE ON FUNCTION asv.clip_announce TO asv_dock;

CREATE FUNCTION asv.clip_transferring(
    p_session bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM asv.docking_of(p_session, p_camera);
    SELECT id INTO v_id FROM asv.recording
    WHERE camera = p_camera AND epoch = p_epoch AND number = p_number AND header = p_header
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'recording: % was not announced', p_number USING ERRCODE = 'VA006';
    END IF;
    IF NOT EXISTS (SELECT FROM asv.recording_state WHERE recording = v_id AND state = 'announced') THEN
        RETURN 'already';
    END IF;
    PERFORM asv.state_move(v_id, 'transferring', asv.event_put(
        v_id, 'transferring', NULL, 'dock', (SELECT dock FROM asv.docking WHERE session = p_session), p_session,
        NULL, NULL));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.clip_transferring IS 'the dock begins to pull an announced recording';
GRANT EXECUTE ON FUNCTION asv.clip_transferring TO asv_dock;

CREATE FUNCTION asv.check_durable() RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The settings may have been reloaded since the connection was made.
    IF current_setting('fsync') <> 'on' OR current_setting('synchronous_commit') = 'off' THEN
        RAISE EXCEPTION 'custody needs a durable server: set fsync = on and synchronous_commit = on'
            USING ERRCODE = 'VA003';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.check_durable() IS 'refuses custody on a server that may lose what it has committed';

CREATE FUNCTION asv.receipt_put(
    p_recording uuid, p_session bytea, p_dock bytea, p_kind smallint, p_given_at timestamptz, p_due_at timestamptz,
    p_object bytea) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
BEGIN
    IF EXISTS (SELECT FROM asv.receipt WHERE digest = v_digest) THEN
        RETURN 'already';
    END IF;
    IF NOT EXISTS (SELECT FROM asv.clip WHERE recording = p_recording AND kind = p_kind) THEN
        RAISE EXCEPTION 'receipt: it says something else than what is in custody' USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.receipt (digest, recording, session, dock, kind, given_at, due_at, event)
    VALUES (v_digest, p_recording, p_session, p_dock, p_kind, p_given_at, p_due_at,
            asv.event_put(p_recording, 'receipt', p_given_at, 'dock', p_dock, p_session, NULL, p_object));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.receipt_put IS 'adds a receipt to a clip whose row lock is held';

CREATE FUNCTION asv.clip_same(c asv.clip, f asv.clip_facts) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT (c.clip, c.kind, c.integrity, c.provenance, c.root, c.leaves, c.payload_bytes, c.final_chunk,
            c.seal_bytes, c.seal_digest, c.tail_bytes, c.tail_digest, c.link_bytes, c.link_digest, c.stanzas_digest)
         = (f.clip, f.kind, f.integrity, f.provenance, f.root, f.leaves, f.payload_bytes, f.final_chunk,
            f.seal_bytes, f.seal_digest, f.tail_bytes, f.tail_digest, f.link_bytes, f.link_digest, f.stanzas_digest)
$$;
COMMENT ON FUNCTION asv.clip_same IS 'whether two commits are of the same bytes with the same verdict';

CREATE FUNCTION asv.clip_put(p_recording uuid, f asv.clip_facts, p_uuid_taken boolean, p_record bytea)
    RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_kind text := (ARRAY['committed', 'quarantined', 'expired_on_arrival'])[f.kind];
    v_state text := (ARRAY['sealed', 'quarantined', 'expired_on_arrival'])[f.kind];
    v_event bigint;
BEGIN
    v_event := asv.event_put(p_recording, v_kind, f.committed_at, 'dock', f.dock, f.session, nullif(f.reason, ''),
                             p_record);
    INSERT INTO asv.clip SELECT p_recording, (f).*, p_uuid_taken, v_event
    ON CONFLICT (clip) WHERE NOT uuid_taken DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE asv.recording_state SET state = v_state, since = clock_timestamp(), event = v_event, marked = f.marked, clip = f.clip,
           header = f.header, due_at = f.due_at
    WHERE recording = p_recording;
    IF f.kind = 2 THEN
        INSERT INTO asv.quarantine (recording, since, reason, uuid_taken)
        VALUES (p_recording, f.committed_at, f.reason, p_uuid_taken);
        PERFORM asv.alarm_put('quarantined', NULL, NULL, f.camera, p_recording,
                              format('clip %s went to quarantine: %s', f.clip, f.reason));
    END IF;
    IF f.kind = 1 AND f.day IS NULL THEN
        PERFORM asv.alarm_put('interval', NULL, NULL, f.camera, p_recording, format(
            'nobody knows on which day clip %s was recorded: it has no due date until people decide',
            f.clip));
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION asv.clip_put IS 'the rows of a new clip; false: its UUID is another recording''s (the caller undoes the event)';

CREATE FUNCTION asv.clip_commit(
    p_facts asv.clip_facts, p_record bytea, p_link bytea, p_receipt_session bytea, p_receipt_kind smallint,
    p_receipt_at timestamptz, p_receipt_due timestamptz, p_receipt bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    f CONSTANT asv.clip_facts := p_facts;
    v_id uuid;
    v_clip asv.clip;
    v_outcome text := 'done';
BEGIN
    PERFORM asv.check_durable();
    v_id := asv.recording_put(f.session, f.camera, f.epoch, f.number, f.header, f.clip, f.marked, f.leaves,
                              f.seal_bytes, f.tail_bytes, f.started_at);
    PERFORM asv.clone_check(v_id, f.camera, f.epoch, f.number, f.header);
    SELECT * INTO v_clip FROM asv.clip WHERE recording = v_id;
    IF FOUND AND NOT asv.clip_same(v_clip, f) THEN
        PERFORM asv.alarm_put('custody_conflict', NULL, NULL, f.camera, v_id, format(
            'clip %s is in custody and was offered again with other bytes or another verdict', v_clip.clip));
        RETURN 'conflict';
    ELSIF FOUND THEN
        v_outcome := 'already';
    ELSE
        BEGIN
            IF NOT asv.clip_put(v_id, f, false, p_record) THEN
                RAISE EXCEPTION USING ERRCODE = 'VA007'; -- undoes the event of clip_put, and nothing else
            END IF;
        EXCEPTION WHEN SQLSTATE 'VA007' THEN
            PERFORM asv.alarm_put('uuid_conflict', NULL, NULL, f.camera, v_id, format(
                'another recording in custody has the UUID %s: one of them is not what it says', f.clip));
            IF f.kind = 1 THEN
                RETURN 'uuid_taken';
            END IF;
            PERFORM asv.clip_put(v_id, f, true, p_record);
        END;
    END IF;
    -- One that is not what the commit record names is the scrub's business, and keeps no clip out.
    INSERT INTO asv.link (recording, link_digest, object)
    SELECT v_id, f.link_digest, p_link WHERE sha256(p_link) = f.link_digest
    ON CONFLICT (recording) DO NOTHING;
    IF p_receipt IS NOT NULL THEN
        PERFORM asv.receipt_put(v_id, p_receipt_session, f.dock, p_receipt_kind, p_receipt_at, p_receipt_due,
                                p_receipt);
    END IF;
    RETURN v_outcome;
END
$$;
COMMENT ON FUNCTION asv.clip_commit IS 'the custody transaction: done, already, conflict or uuid_taken';
GRANT EXECUTE ON FUNCTION asv.clip_commit TO asv_dock;

-- LAW L6. What names people is told of one recording, request or statement in a transaction, so that no query lists or counts it,
-- over whatever it is joined with. That is remembered by two locks of the transaction, which no query can give back: 64 bits of a digest
-- of what was asked for, which must not depend on the session's settings.
CREATE FUNCTION asv.one_at_a_time(p_what text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest text := encode(sha256(convert_to(p_what, 'UTF8')), 'hex');
    v_key integer[] := ARRAY[('x' || substr(v_digest, 1, 8))::bit(32)::integer, ('x' || substr(v_digest, 9, 8))::bit(32)::integer];
BEGIN
    IF EXISTS (SELECT FROM pg_locks
               WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid IN (6, 7) AND objsubid = 2
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND objid::bigint <> v_key[classid::bigint - 5]::bigint & 4294967295) THEN
        RAISE EXCEPTION 'one recording, request or statement at a time: nothing is listed or counted by person'
            USING ERRCODE = 'VA007';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(6, v_key[1]), pg_advisory_xact_lock_shared(7, v_key[2]);
END
$$;
COMMENT ON FUNCTION asv.one_at_a_time IS 'refuses to be asked about two things in one transaction';

CREATE FUNCTION asv.clip_record(p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.one_at_a_time('recording ' || encode(p_header, 'hex'));
    RETURN (SELECT e.object FROM asv.clip c JOIN asv.clip_event e ON e.position = c.event
            WHERE c.camera = p_camera AND c.epoch = p_epoch AND c.number = p_number AND c.header = p_header);
END
$$;
COMMENT ON FUNCTION asv.clip_record IS 'the signed commit record of a clip in custody; NULL: there is none. Of one in a transaction: it has the assignment''s id (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.clip_record TO asv_staff, asv_dock, asv_admin;

CREATE FUNCTION asv.receipt_given(
    p_session bytea, p_dock bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_kind smallint,
    p_given_at timestamptz, p_due_at timestamptz, p_object bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM asv.check_durable();
    PERFORM asv.docking_of(p_session, p_camera);
    SELECT id INTO v_id FROM asv.recording
    WHERE camera = p_camera AND epoch = p_epoch AND number = p_number AND header = p_header
    FOR NO KEY UPDATE;
    RETURN asv.receipt_put(v_id, p_session, p_dock, p_kind, p_given_at, p_due_at, p_object);
END
$$;
COMMENT ON FUNCTION asv.receipt_given IS 'a receipt for a clip in custody that a later docking is given';
GRANT EXECUTE ON FUNCTION asv.receipt_given TO asv_dock;

CREATE FUNCTION asv.destruction_ordered(
    p_keeper bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_reason smallint,
    p_issued_at timestamptz, p_object bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
    v_id uuid;
BEGIN
    PERFORM asv.check_durable();
    SELECT id INTO v_id FROM asv.recording
    WHERE camera = p_camera AND epoch = p_epoch AND number = p_number AND header = p_header
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'recording: % was not announced', p_number USING ERRCODE = 'VA006';
    ELSIF EXISTS (SELECT FROM asv.destruction WHERE digest = v_digest) THEN
        RETURN 'already';
    END IF;
    INSERT INTO asv.destruction (digest, recording, keeper, reason, issued_at, event)
    VALUES (v_digest, v_id, p_keeper, p_reason, p_issued_at,
            asv.event_put(v_id, 'destruction_ordered', p_issued_at, 'keeper', p_keeper, NULL, NULL, p_object));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.destruction_ordered IS 'the keeper''s signed, verified statement that a camera shall erase a recording';
GRANT EXECUTE ON FUNCTION asv.destruction_ordered TO asv_dock;

CREATE FUNCTION asv.erasure_proven(
    p_session bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_cause smallint,
    p_cause_digest bytea, p_erased_at timestamptz, p_mono_ms bigint, p_boot uuid, p_method smallint, p_object bytea)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
    v_id uuid := asv.recording_put(p_session, p_camera, p_epoch, p_number, p_header, NULL, false, 0, 0, 0, NULL);
    v_known boolean;
    v_again boolean;
BEGIN
    PERFORM asv.check_durable();
    IF EXISTS (SELECT FROM asv.erasure WHERE digest = v_digest) THEN
        RETURN 'already';
    END IF;
    v_again := EXISTS (SELECT FROM asv.erasure WHERE recording = v_id);
    v_known := CASE p_cause
        WHEN 1 THEN EXISTS (SELECT FROM asv.receipt
                            WHERE digest = p_cause_digest AND recording = v_id AND kind = 1)
        WHEN 2 THEN EXISTS (SELECT FROM asv.destruction WHERE digest = p_cause_digest AND recording = v_id)
        -- The camera's medium lost the header and holds nothing else of the recording (SEAL.md, S-124): its number is
        -- accounted for, and a person is told.
        ELSE false END;
    INSERT INTO asv.erasure (digest, recording, cause, cause_digest, cause_known, session, erased_at, mono_ms, boot,
                             method, event)
    VALUES (v_digest, v_id, p_cause, p_cause_digest, v_known, p_session, p_erased_at, p_mono_ms, p_boot, p_method,
            asv.event_put(v_id, 'erased_on_camera', p_erased_at, 'camera', p_camera, p_session, NULL, p_object));
    IF v_again OR NOT v_known THEN
        PERFORM asv.alarm_put('erasure', NULL, NULL, p_camera, v_id, CASE
            WHEN v_again THEN format('the camera proved the erasure of recording %s twice, differently', p_number)
            WHEN p_cause = 3 THEN format('the camera''s memory holds nothing of recording %s any more; check the camera', p_number)
            ELSE format('the camera erased recording %s for a receipt or statement that is not known here',
                        p_number) END);
    END IF;
    RETURN CASE WHEN v_again THEN 'conflict' ELSE 'done' END;
END
$$;
COMMENT ON FUNCTION asv.erasure_proven IS 'the camera''s signed, verified proof that it erased a recording: done, already or conflict';
GRANT EXECUTE ON FUNCTION asv.erasure_proven TO asv_dock;
