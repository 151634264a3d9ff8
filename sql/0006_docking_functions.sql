-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Functions of dockings: what asv_dock calls while a camera is in a slot, but for its clips.
CREATE FUNCTION asv.highest_before(p_camera bytea, p_epoch uuid, p_before timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN greatest(
        (SELECT d.last_number::bigint FROM asv.docking d
         WHERE d.camera = p_camera AND d.epoch = p_epoch AND d.began_at < p_before AND d.last_number IS NOT NULL
         ORDER BY d.last_number DESC LIMIT 1),
        -- From the highest number down, until one was there before.
        (SELECT r.number::bigint FROM asv.recording r JOIN asv.docking d ON d.session = r.session
         WHERE r.camera = p_camera AND r.epoch = p_epoch AND d.began_at < p_before
         ORDER BY r.number DESC LIMIT 1),
        0);
END
$$;
COMMENT ON FUNCTION asv.highest_before IS 'the highest recording number that any docking before then saw in this epoch';

CREATE FUNCTION asv.has_emptied(p_end asv.docking_end) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT p_end.reason = 1 AND p_end.remaining = 0 AND coalesce(p_end.inventory_held = 0, false)
$$;
COMMENT ON FUNCTION asv.has_emptied IS 'whether this docking went through the whole list and left nothing, as the camera signed; one that broke off left nothing that it knew of';

-- D-009. A range may end before the bulletin is made. Of what is being erased early the key of its day lives until the camera has
-- signed that nothing of that day is left on it. D-013: from the few that people decided on; nearly all that is being erased is due.
CREATE FUNCTION asv.word_wanted(p_camera bytea, p_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN EXISTS (SELECT FROM asv.request r WHERE r.action = 6 AND r.camera = p_camera AND asv.ahead_counts(r))
        OR EXISTS (
            SELECT FROM (SELECT i.recording FROM asv.erasure_intent i WHERE i.rule = 'early'
                         UNION ALL -- no run has taken it over
                         SELECT r.recording FROM asv.request r
                         WHERE r.action = 3 AND r.outcome = 'approved'
                           AND NOT EXISTS (SELECT FROM asv.erasure_intent i WHERE i.recording = r.recording OFFSET 0)) AS e
            CROSS JOIN LATERAL (SELECT c.camera, c.key_kind, c.key_date FROM asv.clip c WHERE c.recording = e.recording OFFSET 0) AS c
            CROSS JOIN LATERAL (SELECT s.state FROM asv.recording_state s WHERE s.recording = e.recording OFFSET 0) AS s
            WHERE c.camera = p_camera AND c.key_kind = 1 AND (c.key_date + 1)::timestamp AT TIME ZONE 'Europe/Berlin' <= p_at
              AND s.state = 'erasing');
END
$$;
COMMENT ON FUNCTION asv.word_wanted IS 'whether keys wait for what this camera signs when it is emptied at a docking that begins then';

CREATE FUNCTION asv.docking_begin(
    p_session bytea, p_dock bytea, p_slot integer, p_port text, p_camera bytea, p_began_at timestamptz,
    p_clock_offset_ms bigint, p_clock_uncertainty_ms bigint, p_camera_wall_at timestamptz, p_camera_mono_ms bigint,
    p_boot uuid, p_clock_state smallint, p_last_sync_at timestamptz, p_clock_source smallint,
    p_epoch uuid, p_last_number bigint, p_clips bigint, p_erasures bigint, p_store_bytes bigint,
    p_free_bytes bigint, p_battery_percent smallint, p_flags integer, p_firmware text, p_firmware_digest bytea,
    p_bulletin bigint, p_revocations bigint, p_configuration bigint, p_assignment bigint, p_policy bigint,
    p_assignment_id uuid)
    RETURNS TABLE (outcome text, enrolled boolean, retired boolean, revoked boolean, number_back boolean,
                   highest_before bigint, emptied_at timestamptz, word_wanted boolean, unit text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_done boolean;
BEGIN
    INSERT INTO asv.docking (
        session, dock, slot, port, camera, began_at, clock_offset_ms, clock_uncertainty_ms, camera_wall_at,
        camera_mono_ms, boot, clock_state, last_sync_at, clock_source, epoch, last_number, clips, erasures,
        store_bytes, free_bytes, battery_percent, flags, firmware, firmware_digest, bulletin, revocations,
        configuration, assignment, policy, assignment_id)
    VALUES (
        p_session, p_dock, p_slot, p_port, p_camera, p_began_at, p_clock_offset_ms, p_clock_uncertainty_ms,
        p_camera_wall_at, p_camera_mono_ms, p_boot, p_clock_state, p_last_sync_at, p_clock_source, p_epoch,
        p_last_number, p_clips, p_erasures, p_store_bytes, p_free_bytes, p_battery_percent, p_flags, p_firmware,
        p_firmware_digest, p_bulletin, p_revocations, p_configuration, p_assignment, p_policy, p_assignment_id)
    ON CONFLICT (session) DO NOTHING;
    v_done := FOUND;
    IF NOT v_done AND NOT EXISTS (SELECT FROM asv.docking WHERE session = p_session AND camera = p_camera
                                      AND dock = p_dock) THEN
        RAISE EXCEPTION 'docking: this session is another camera''s or dock''s' USING ERRCODE = 'VA001';
    END IF;
    outcome := CASE WHEN v_done THEN 'done' ELSE 'already' END;
    enrolled := EXISTS (SELECT FROM asv.camera_enrolment WHERE camera = p_camera);
    retired := EXISTS (SELECT FROM asv.camera_retirement WHERE camera = p_camera);
    revoked := asv.is_revoked(p_camera);
    highest_before := asv.highest_before(p_camera, p_epoch, p_began_at);
    number_back := coalesce(p_last_number < highest_before, false);
    emptied_at := (SELECT max(e.ended_at) FROM asv.docking_end e JOIN asv.docking d ON d.session = e.session
                   WHERE d.camera = p_camera AND d.began_at < p_began_at AND asv.has_emptied(e));
    word_wanted := asv.word_wanted(p_camera, p_began_at);
    unit := asv.camera_unit_of(p_camera);
    IF number_back THEN
        PERFORM asv.alarm_put('clone', p_dock, NULL, p_camera, NULL, format(
            'the camera says that it recorded up to number %s, but %s was seen before in the same store',
            p_last_number, highest_before));
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION asv.docking_begin IS 'a session began; the camera must be in the register (camera_seen)';
GRANT EXECUTE ON FUNCTION asv.docking_begin TO asv_dock;

CREATE FUNCTION asv.docking_end(
    p_session bytea, p_ended_at timestamptz, p_reason smallint, p_stored bigint, p_quarantined bigint,
    p_expired bigint, p_remaining bigint, p_bytes bigint, p_detail text, p_inventory bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.docking_end (session, ended_at, reason, stored, quarantined, expired, remaining, bytes, detail, inventory)
    VALUES (p_session, p_ended_at, p_reason, p_stored, p_quarantined, p_expired, p_remaining, p_bytes, p_detail, p_inventory)
    ON CONFLICT (session) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.docking_end IS 'a session ended; the first end counts';
GRANT EXECUTE ON FUNCTION asv.docking_end TO asv_dock;

CREATE FUNCTION asv.docking_of(p_session bytea, p_camera bytea) RETURNS asv.docking
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_docking asv.docking;
BEGIN
    SELECT * INTO v_docking FROM asv.docking WHERE session = p_session;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'docking: this session was not begun' USING ERRCODE = 'VA006';
    ELSIF v_docking.camera <> p_camera THEN
        RAISE EXCEPTION 'docking: this session is another camera''s' USING ERRCODE = 'VA001';
    END IF;
    RETURN v_docking;
END
$$;
COMMENT ON FUNCTION asv.docking_of IS 'the docking, which must be this camera''s';

CREATE FUNCTION asv.log_position(p_camera bytea) RETURNS TABLE (next bigint, after bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT first + entries, after::bytea FROM asv.device_log_block WHERE camera = p_camera
    ORDER BY position DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.log_position IS 'where the stored device log of a camera ends; no row: nothing is stored';
GRANT EXECUTE ON FUNCTION asv.log_position TO asv_dock;

CREATE FUNCTION asv.instant(p_ms bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN p_ms < -200000000000000 THEN '-infinity' WHEN p_ms > 9000000000000000 THEN 'infinity'
                ELSE '1970-01-01 00:00:00+00'::timestamptz + p_ms * interval '1 millisecond' END;
COMMENT ON FUNCTION asv.instant IS 'milliseconds since 1970-01-01 UTC; what no timestamptz can hold becomes an infinity';

CREATE FUNCTION asv.log_append(
    p_session bytea, p_camera bytea, p_first bigint, p_before bytea, p_after bytea, p_object bytea,
    p_kinds integer[], p_times bigint[], p_monos bigint[], p_boots uuid[], p_values text[]) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_docking asv.docking := asv.docking_of(p_session, p_camera);
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
    v_last asv.device_log_block;
    v_continuity text;
    v_block bigint;
BEGIN
    PERFORM FROM asv.camera WHERE cert = p_camera FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM asv.device_log_block WHERE camera = p_camera AND digest = v_digest) THEN
        RETURN 'already';
    END IF;
    SELECT * INTO v_last FROM asv.device_log_block WHERE camera = p_camera ORDER BY position DESC LIMIT 1;
    v_continuity := CASE
        WHEN v_last.position IS NULL THEN 'first'
        WHEN p_first = v_last.first + v_last.entries AND p_before = v_last.after THEN 'continued'
        WHEN p_first = 1 AND p_before = decode(repeat('00', 32), 'hex') THEN 'restarted'
        WHEN p_first > v_last.first + v_last.entries THEN 'gap'
        ELSE 'broken' END;
    INSERT INTO asv.device_log_block (camera, epoch, session, first, entries, before, after, continuity, digest,
                                      object)
    VALUES (p_camera, coalesce(v_docking.epoch, v_last.epoch), p_session, p_first, cardinality(p_kinds), p_before,
            p_after, v_continuity, v_digest, p_object)
    RETURNING position INTO v_block;
    INSERT INTO asv.device_log_entry (block, number, kind, at, mono_ms, boot, value)
    SELECT v_block, p_first + i - 1, kind, asv.instant(ms), mono, boot, decode(value, 'hex')
    FROM unnest(p_kinds, p_times, p_monos, p_boots, p_values)
        WITH ORDINALITY AS e (kind, ms, mono, boot, value, i);
    IF v_continuity IN ('gap', 'broken')
       OR (v_continuity = 'restarted' AND v_last.epoch = v_docking.epoch) THEN
        PERFORM asv.alarm_put('device_log', NULL, NULL, p_camera, NULL, format(
            'the device log is %s: entry %s was to follow, a run from entry %s came', v_continuity,
            v_last.first + v_last.entries, p_first));
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.log_append IS 'adds a signed, verified run of a camera''s log; what does not continue is kept with an alarm';
GRANT EXECUTE ON FUNCTION asv.log_append TO asv_dock;

CREATE FUNCTION asv.bulletin_issued(
    p_session bytea, p_camera bytea, p_number bigint, p_previous bytea, p_issued_at timestamptz, p_policy bigint,
    p_keys integer, p_first_day date, p_last_day date, p_reserve_key bytea, p_keeper bytea, p_object bytea)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
BEGIN
    PERFORM asv.docking_of(p_session, p_camera);
    INSERT INTO asv.bulletin (camera, number, digest, previous, issued_at, policy, keys, first_day, last_day,
                              reserve_key, keeper, object)
    VALUES (p_camera, p_number, v_digest, p_previous, p_issued_at, p_policy, p_keys, p_first_day, p_last_day,
            p_reserve_key, p_keeper, p_object)
    ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT FROM asv.bulletin WHERE camera = p_camera AND number = p_number AND digest = v_digest) THEN
        RAISE EXCEPTION 'bulletin: number % of this camera exists with other content', p_number
            USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.bulletin_delivery (session, camera, number) VALUES (p_session, p_camera, p_number)
    ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.bulletin_issued IS 'the camera said that this bulletin is in force';
GRANT EXECUTE ON FUNCTION asv.bulletin_issued TO asv_dock;

CREATE FUNCTION asv.assignment_issued(
    p_session bytea, p_camera bytea, p_number bigint, p_id uuid, p_dock bytea, p_unit text, p_area text,
    p_issued_at timestamptz, p_object bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
BEGIN
    PERFORM asv.docking_of(p_session, p_camera);
    INSERT INTO asv.assignment (camera, number, digest, id, dock, unit, area, issued_at, session, object)
    VALUES (p_camera, p_number, v_digest, p_id, p_dock, p_unit, p_area, p_issued_at, p_session, p_object)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 'done';
    ELSIF EXISTS (SELECT FROM asv.assignment WHERE camera = p_camera AND number = p_number AND digest = v_digest)
    THEN
        RETURN 'already';
    END IF;
    RAISE EXCEPTION 'assignment: number % of this camera exists with other content', p_number
        USING ERRCODE = 'VA001';
END
$$;
COMMENT ON FUNCTION asv.assignment_issued IS 'the camera said that this assignment is in force';
GRANT EXECUTE ON FUNCTION asv.assignment_issued TO asv_dock;

CREATE FUNCTION asv.configuration_issued(
    p_session bytea, p_camera bytea, p_number bigint, p_dock bytea, p_pre_roll_ms bigint, p_checkpoint_ms bigint,
    p_policy bigint, p_name text, p_unit text, p_issued_at timestamptz, p_object bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
BEGIN
    PERFORM asv.docking_of(p_session, p_camera);
    INSERT INTO asv.configuration (camera, number, digest, dock, pre_roll_ms, checkpoint_ms, policy, name, unit,
                                   issued_at, session, object)
    VALUES (p_camera, p_number, v_digest, p_dock, p_pre_roll_ms, p_checkpoint_ms, p_policy, p_name, p_unit,
            p_issued_at, p_session, p_object)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 'done';
    ELSIF EXISTS (SELECT FROM asv.configuration WHERE camera = p_camera AND number = p_number
                      AND digest = v_digest) THEN
        RETURN 'already';
    END IF;
    RAISE EXCEPTION 'configuration: number % of this camera exists with other content', p_number
        USING ERRCODE = 'VA001';
END
$$;
COMMENT ON FUNCTION asv.configuration_issued IS 'the camera said that this configuration is in force';
GRANT EXECUTE ON FUNCTION asv.configuration_issued TO asv_dock;
