-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people and administration may read. Views name the columns that are needed; the assignment's id, which leads to a
-- member of staff, is in none of them (LAW L6), nor are the signed records that have it.
CREATE FUNCTION asv.utc(p_at timestamptz) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN isfinite(p_at) THEN to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END;
END
$$;
COMMENT ON FUNCTION asv.utc IS 'an instant as it stands in JSON; NULL: none';

CREATE VIEW asv.clip_overview AS
SELECT c.camera, c.epoch, c.number, c.header, c.clip, s.state, c.kind, c.integrity, c.provenance, c.marked,
       t.name AS camera_name, c.unit, c.area, c.reason, c.day, c.started_at, c.ended_at, c.earliest_at, c.latest_at,
       c.due_at, c.committed_at, c.payload_bytes, c.tail_bytes, c.recording,
       (SELECT min(ev.recorded_at) FROM asv.erasure e JOIN asv.clip_event ev ON ev.position = e.event
        WHERE e.recording = c.recording) AS erased_on_camera_at, l.in_vault
FROM asv.clip c
JOIN asv.recording_state s ON s.recording = c.recording
JOIN asv.lifecycle_state l ON l.name = s.state
JOIN asv.certificate t ON t.digest = c.camera;
COMMENT ON VIEW asv.clip_overview IS 'clips in custody, for lists';
COMMENT ON COLUMN asv.clip_overview.camera_name IS 'of its certificate';
COMMENT ON COLUMN asv.clip_overview.state IS 'where it stands now';
COMMENT ON COLUMN asv.clip_overview.erased_on_camera_at IS 'when the camera''s proof was recorded; NULL: not yet';
COMMENT ON COLUMN asv.clip_overview.in_vault IS 'whether the vault must hold its files';
GRANT SELECT ON asv.clip_overview TO asv_staff, asv_admin;

CREATE VIEW asv.camera_overview AS
SELECT c.cert, t.serial, t.name, t.model, t.device_serial,
       (SELECT u.unit FROM asv.camera_unit u WHERE u.camera = c.cert ORDER BY u.since DESC LIMIT 1) AS unit, t.not_after,
       n.enrolled_at, q.retired_at,
       EXISTS (SELECT FROM asv.revocation_list l
               WHERE l.number = (SELECT max(number) FROM asv.revocation_list)
                 AND t.serial::bytea = ANY (l.serials)) AS revoked,
       (SELECT max(d.began_at) FROM asv.docking d WHERE d.camera = c.cert) AS last_docked_at,
       -- A-195. The web server is not told: a camera may be one person's.
       CASE WHEN session_user = 'asv_web' THEN 0
            ELSE (SELECT count(*) FROM asv.clip k JOIN asv.recording_state s ON s.recording = k.recording
                  JOIN asv.lifecycle_state l ON l.name = s.state WHERE k.camera = c.cert AND l.in_vault) END AS clips
FROM asv.camera c
JOIN asv.certificate t ON t.digest = c.cert
LEFT JOIN asv.camera_enrolment n ON n.camera = c.cert
LEFT JOIN asv.camera_retirement q ON q.camera = c.cert;
COMMENT ON VIEW asv.camera_overview IS 'cameras in the register';
COMMENT ON COLUMN asv.camera_overview.unit IS 'now';
COMMENT ON COLUMN asv.camera_overview.revoked IS 'by the newest list';
COMMENT ON COLUMN asv.camera_overview.last_docked_at IS 'NULL: never';
COMMENT ON COLUMN asv.camera_overview.clips IS 'in the vault now';
GRANT SELECT ON asv.camera_overview TO asv_staff, asv_admin;

CREATE VIEW asv.dock_overview AS
SELECT k.cert, t.serial, t.name, t.model, t.device_serial, k.site::text AS unit, t.not_after,
       k.enrolled_at, NULL::timestamptz AS retired_at,
       EXISTS (SELECT FROM asv.revocation_list l
               WHERE l.number = (SELECT max(number) FROM asv.revocation_list)
                 AND t.serial::bytea = ANY (l.serials)) AS revoked,
       (SELECT max(d.began_at) FROM asv.docking d WHERE d.dock = k.cert) AS last_docked_at,
       (SELECT count(*) FROM asv.clip c WHERE c.dock = k.cert) AS clips
FROM asv.dock k
JOIN asv.certificate t ON t.digest = k.cert;
COMMENT ON VIEW asv.dock_overview IS 'docks in the register, with the columns of camera_overview';
COMMENT ON COLUMN asv.dock_overview.unit IS 'its site';
COMMENT ON COLUMN asv.dock_overview.retired_at IS 'always NULL';
COMMENT ON COLUMN asv.dock_overview.revoked IS 'by the newest list';
COMMENT ON COLUMN asv.dock_overview.last_docked_at IS 'NULL: never';
COMMENT ON COLUMN asv.dock_overview.clips IS 'committed there, ever';
GRANT SELECT ON asv.dock_overview TO asv_staff, asv_admin;

CREATE FUNCTION asv.slots_of(p_dock bytea) RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(json_agg(json_build_object('slot', s.number, 'port', s.port) ORDER BY s.number), '[]')
    FROM asv.slot s WHERE s.dock = p_dock
$$;
COMMENT ON FUNCTION asv.slots_of IS 'the slots of a dock, as it has learned them';
GRANT EXECUTE ON FUNCTION asv.slots_of TO asv_staff;

CREATE VIEW asv.alarm_overview AS
SELECT a.id, a.kind, a.raised_at, coalesce(k.name::text, left(encode(a.dock, 'hex'), 16), '') AS dock_name,
       a.slot, coalesce(c.name::text, left(encode(a.camera, 'hex'), 16), '') AS camera_name, r.clip, a.detail
FROM asv.alarm a
LEFT JOIN asv.certificate k ON k.digest = a.dock
LEFT JOIN asv.certificate c ON c.digest = a.camera
LEFT JOIN asv.recording r ON r.id = a.recording
WHERE NOT EXISTS (SELECT FROM asv.alarm_acknowledgement n WHERE n.alarm = a.id);
COMMENT ON VIEW asv.alarm_overview IS 'open alarms';
COMMENT ON COLUMN asv.alarm_overview.dock_name IS 'or the begin of its certificate''s digest; empty: none';
COMMENT ON COLUMN asv.alarm_overview.camera_name IS 'or the begin of its certificate''s digest; empty: none';
GRANT SELECT ON asv.alarm_overview TO asv_admin;

CREATE FUNCTION asv.camera_find(p_camera bytea)
    RETURNS TABLE (cert bytea, serial bytea, name text, model text, device_serial text, unit text,
                   not_after timestamptz, enrolled_at timestamptz, retired_at timestamptz, revoked boolean,
                   last_docked_at timestamptz, clips bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT cert, serial, name, model, device_serial, unit, not_after, enrolled_at, retired_at, revoked,
           last_docked_at, clips
    FROM asv.camera_overview WHERE cert = p_camera
$$;
COMMENT ON FUNCTION asv.camera_find IS 'one camera of the register';
GRANT EXECUTE ON FUNCTION asv.camera_find TO asv_staff, asv_dock, asv_admin;
