-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Functions of the register. Every function that writes may be repeated with the same facts.
CREATE FUNCTION asv.certificate_put(
    p_role smallint, p_serial bytea, p_issuer bytea, p_name text, p_model text, p_device_serial text,
    p_signing_pk bytea, p_kx_pk bytea, p_not_before timestamptz, p_not_after timestamptz, p_encoded bytea)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.certificate (digest, role, serial, issuer, name, model, device_serial, signing_pk, kx_pk,
                                 not_before, not_after, encoded)
    VALUES (sha256(p_encoded), p_role, p_serial, p_issuer, p_name, p_model, p_device_serial, p_signing_pk, p_kx_pk,
            p_not_before, p_not_after, p_encoded)
    ON CONFLICT (digest) DO NOTHING;
    -- The database cannot read a certificate: whoever came first may have lied about it, about the serial number by
    -- which it is revoked above all.
    IF NOT EXISTS (
        SELECT FROM asv.certificate
        WHERE digest = sha256(p_encoded) AND role = p_role AND serial = p_serial AND issuer = p_issuer AND name = p_name
          AND model = p_model AND device_serial = p_device_serial AND signing_pk = p_signing_pk
          AND kx_pk IS NOT DISTINCT FROM p_kx_pk AND not_before = p_not_before AND not_after = p_not_after) THEN
        RAISE EXCEPTION 'certificate: "%" stands here with other facts than it has', p_name USING ERRCODE = 'VA001';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.certificate_put IS 'adds a certificate that the caller has verified';
GRANT EXECUTE ON FUNCTION asv.certificate_put TO asv_admin;

CREATE FUNCTION asv.camera_certificate_put(
    p_role smallint, p_serial bytea, p_issuer bytea, p_name text, p_model text, p_device_serial text,
    p_signing_pk bytea, p_kx_pk bytea, p_not_before timestamptz, p_not_after timestamptz, p_encoded bytea)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF p_role NOT IN (2, 3) THEN
        RAISE EXCEPTION 'certificate: a docking adds those of cameras and their CA only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM asv.certificate_put(p_role, p_serial, p_issuer, p_name, p_model, p_device_serial, p_signing_pk,
                                p_kx_pk, p_not_before, p_not_after, p_encoded);
END
$$;
COMMENT ON FUNCTION asv.camera_certificate_put IS 'adds the certificate of a camera that docks, or of its CA';
GRANT EXECUTE ON FUNCTION asv.camera_certificate_put TO asv_dock;

CREATE FUNCTION asv.agency_put(p_name text, p_root bytea, p_root_pk bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.agency (id, name, root, root_pk) VALUES (sha256(p_root_pk), p_name, p_root, p_root_pk)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 'done';
    ELSIF EXISTS (SELECT FROM asv.agency WHERE id = sha256(p_root_pk) AND root = p_root) THEN
        RETURN 'already';
    END IF;
    RAISE EXCEPTION 'agency: this database belongs to another one' USING ERRCODE = 'VA001';
END
$$;
COMMENT ON FUNCTION asv.agency_put IS 'says whose database this is, once';
GRANT EXECUTE ON FUNCTION asv.agency_put TO asv_admin;

CREATE FUNCTION asv.unit_put(p_code text, p_title text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.unit AS u (code, title) VALUES (p_code, coalesce(p_title, p_code))
    ON CONFLICT (code) DO UPDATE SET title = coalesce(p_title, u.title)
$$;
COMMENT ON FUNCTION asv.unit_put IS 'adds a unit or changes its title; without one it is called by its code, or as before';
GRANT EXECUTE ON FUNCTION asv.unit_put TO asv_admin;

CREATE FUNCTION asv.area_put(p_code text, p_title text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.area AS a (code, title) VALUES (p_code, coalesce(p_title, p_code))
    ON CONFLICT (code) DO UPDATE SET title = coalesce(p_title, a.title)
$$;
COMMENT ON FUNCTION asv.area_put IS 'adds an operating area or changes its title, as unit_put';
GRANT EXECUTE ON FUNCTION asv.area_put TO asv_admin;

CREATE FUNCTION asv.camera_seen(p_camera bytea, p_chain bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.camera (cert, chain, chain_digest) VALUES (p_camera, p_chain, sha256(p_chain))
    ON CONFLICT (cert) DO NOTHING
$$;
COMMENT ON FUNCTION asv.camera_seen IS 'a camera with a verified chain exists, whoever enrolled it';
GRANT EXECUTE ON FUNCTION asv.camera_seen TO asv_dock, asv_admin;

CREATE FUNCTION asv.camera_unit_of(p_camera bytea) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT unit FROM asv.camera_unit WHERE camera = p_camera ORDER BY since DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.camera_unit_of IS 'the unit a camera belongs to now';

CREATE FUNCTION asv.camera_move(p_camera bytea, p_unit text, p_by text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM FROM asv.camera WHERE cert = p_camera FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'camera: not in the register' USING ERRCODE = 'VA006';
    END IF;
    IF asv.camera_unit_of(p_camera) IS DISTINCT FROM p_unit THEN
        INSERT INTO asv.camera_unit (camera, unit, moved_by) VALUES (p_camera, p_unit, p_by);
    END IF;
END
$$;
COMMENT ON FUNCTION asv.camera_move IS 'a camera belongs to this unit from now on';
GRANT EXECUTE ON FUNCTION asv.camera_move TO asv_admin;

CREATE FUNCTION asv.camera_enrol(p_camera bytea, p_chain bytea, p_request bytea, p_unit text, p_by text)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_outcome text := 'already';
BEGIN
    PERFORM asv.camera_seen(p_camera, p_chain);
    INSERT INTO asv.camera_enrolment (camera, enrolled_by, request) VALUES (p_camera, p_by, p_request)
    ON CONFLICT (camera) DO NOTHING;
    IF FOUND THEN
        v_outcome := 'done';
    END IF;
    IF p_unit IS NOT NULL THEN
        PERFORM asv.camera_move(p_camera, p_unit, p_by);
    END IF;
    RETURN v_outcome;
END
$$;
COMMENT ON FUNCTION asv.camera_enrol IS 'a person enrolled a camera; its certificates must be there';
GRANT EXECUTE ON FUNCTION asv.camera_enrol TO asv_admin;

CREATE FUNCTION asv.camera_retire(p_camera bytea, p_reason text, p_by text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.camera_retirement (camera, retired_by, reason) VALUES (p_camera, p_by, p_reason)
    ON CONFLICT (camera) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.camera_retire IS 'a camera is out of use for good';
GRANT EXECUTE ON FUNCTION asv.camera_retire TO asv_admin;

CREATE FUNCTION asv.dock_enrol(p_dock bytea, p_chain bytea, p_request bytea, p_site text, p_by text)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.dock (cert, chain, chain_digest, site, enrolled_by, request)
    VALUES (p_dock, p_chain, sha256(p_chain), p_site, p_by, p_request)
    ON CONFLICT (cert) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.dock_enrol IS 'a person enrolled a dock; its certificates must be there';
GRANT EXECUTE ON FUNCTION asv.dock_enrol TO asv_admin;

CREATE FUNCTION asv.slot_learned(p_dock bytea, p_slot integer, p_port text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    DELETE FROM asv.slot WHERE dock = p_dock AND port = p_port AND number <> p_slot;
    INSERT INTO asv.slot (dock, number, port) VALUES (p_dock, p_slot, p_port)
    ON CONFLICT (dock, number) DO UPDATE SET port = excluded.port, learned_at = excluded.learned_at
        WHERE slot.port <> excluded.port;
$$;
COMMENT ON FUNCTION asv.slot_learned IS 'this slot is this port from now on';
GRANT EXECUTE ON FUNCTION asv.slot_learned TO asv_dock;

CREATE FUNCTION asv.number_next(p_camera bytea, p_what smallint, p_floor bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.camera_number AS n (camera, what, last) VALUES (p_camera, p_what, p_floor + 1)
    ON CONFLICT (camera, what) DO UPDATE SET last = greatest(n.last, p_floor) + 1
    RETURNING last
$$;
COMMENT ON FUNCTION asv.number_next IS 'reserves the next number of an assignment (1) or configuration (2), above every one given out and above floor';
GRANT EXECUTE ON FUNCTION asv.number_next TO asv_dock;

CREATE FUNCTION asv.revocations_publish(
    p_number bigint, p_signer bytea, p_issued_at timestamptz, p_serials text[], p_object bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
    v_newest bigint;
BEGIN
    LOCK TABLE asv.revocation_list IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(number) INTO v_newest FROM asv.revocation_list;
    IF EXISTS (SELECT FROM asv.revocation_list WHERE number = p_number AND digest = v_digest) THEN
        RETURN 'already';
    ELSIF EXISTS (SELECT FROM asv.revocation_list WHERE number = p_number) THEN
        RAISE EXCEPTION 'revocations: list % exists with other content', p_number USING ERRCODE = 'VA001';
    ELSIF p_number < v_newest THEN
        RAISE EXCEPTION 'revocations: list % is older than the newest, %', p_number, v_newest
            USING ERRCODE = 'VA004';
    END IF;
    INSERT INTO asv.revocation_list (number, digest, signer, issued_at, serials, object)
    VALUES (p_number, v_digest, p_signer, p_issued_at,
            ARRAY(SELECT decode(s, 'hex') FROM unnest(p_serials) WITH ORDINALITY AS u (s, i) ORDER BY i), p_object);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.revocations_publish IS 'adds a signed, verified list with a higher number; serials as hexadecimal text';
GRANT EXECUTE ON FUNCTION asv.revocations_publish TO asv_admin;

CREATE FUNCTION asv.revocations_newest() RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT object FROM asv.revocation_list ORDER BY number DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.revocations_newest() IS 'the signed list that counts; NULL: none';
GRANT EXECUTE ON FUNCTION asv.revocations_newest() TO asv_dock, asv_staff, asv_admin;

CREATE FUNCTION asv.is_revoked(p_cert bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM asv.certificate c
        JOIN asv.revocation_list l ON l.number = (SELECT max(number) FROM asv.revocation_list)
        WHERE c.digest = p_cert AND c.serial::bytea = ANY (l.serials))
$$;
COMMENT ON FUNCTION asv.is_revoked IS 'whether the newest list names this certificate';

CREATE FUNCTION asv.chain_of(p_cert bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT chain FROM asv.camera WHERE cert = p_cert UNION ALL SELECT chain FROM asv.dock WHERE cert = p_cert
$$;
COMMENT ON FUNCTION asv.chain_of IS 'certificate chain of a camera or dock';
GRANT EXECUTE ON FUNCTION asv.chain_of TO asv_dock, asv_admin;

-- ------------------------------------------------------------------------------------------------- alarms

CREATE FUNCTION asv.alarm_put(
    p_kind text, p_dock bytea, p_slot integer, p_camera bytea, p_recording uuid, p_detail text,
    p_subject text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- Two at once about the same things would both find none: one waits for the other's transaction.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        format('alarm %s %s %s %s %s %s', p_kind, p_dock, p_slot, p_camera, p_recording, p_subject), 0));
    IF EXISTS (
        SELECT FROM asv.alarm a
        WHERE a.kind = p_kind AND a.dock IS NOT DISTINCT FROM p_dock AND a.slot IS NOT DISTINCT FROM p_slot
          AND a.camera IS NOT DISTINCT FROM p_camera AND a.recording IS NOT DISTINCT FROM p_recording
          AND a.subject IS NOT DISTINCT FROM p_subject
          AND NOT EXISTS (SELECT FROM asv.alarm_acknowledgement k WHERE k.alarm = a.id)) THEN
        RETURN 'already';
    END IF;
    INSERT INTO asv.alarm (kind, dock, slot, camera, recording, subject, detail)
    VALUES (p_kind, p_dock, p_slot, p_camera, p_recording, p_subject, p_detail);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.alarm_put IS 'raises an alarm unless the same one is open';

CREATE FUNCTION asv.alarm_raise(
    p_kind text, p_dock bytea, p_slot integer, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea,
    p_detail text, p_subject text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF p_kind IN ('forged', 'keeper', 'unheard', 'unlogged', 'untold') AND NOT asv.is_administration() THEN -- K-262
        RAISE EXCEPTION 'alarm: only the nightly run says what people were called for' USING ERRCODE = 'VA007';
    END IF;
    RETURN asv.alarm_put(p_kind, p_dock, p_slot, p_camera,
        (SELECT id FROM asv.recording
         WHERE camera = p_camera AND epoch = p_epoch AND number = p_number AND header = p_header), p_detail, p_subject);
END
$$;
COMMENT ON FUNCTION asv.alarm_raise IS 'raises an alarm unless the same one is open; every part but kind and detail may be NULL. What is the same: all but the detail';
GRANT EXECUTE ON FUNCTION asv.alarm_raise TO asv_dock, asv_admin;

CREATE FUNCTION asv.alarm_acknowledge(p_alarm uuid, p_by text, p_note text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.alarm_acknowledgement (alarm, by, note) VALUES (p_alarm, p_by, p_note)
    ON CONFLICT (alarm) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.alarm_acknowledge IS 'a person dealt with it';
GRANT EXECUTE ON FUNCTION asv.alarm_acknowledge TO asv_admin;
