-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Cameras are issued at the dock for a badge (DOCK.md, "Issue at shift start"). Who wears a camera is written down under the
-- assignment's id before the camera is told it, so that none goes out under an id of which nobody knows whose it is; what no camera
-- took is undone by the dock, or forgotten the next night.
CREATE FUNCTION asv.has_camera(p_person uuid) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    -- Issued, and not put into a dock since; or a dock is about to issue it.
    SELECT EXISTS (SELECT FROM asv.camera k
                   CROSS JOIN LATERAL (SELECT n.id, n.session FROM asv.assignment n WHERE n.camera = k.cert
                                       ORDER BY n.number DESC LIMIT 1) AS a
                   JOIN asv.docking g ON g.session = a.session
                   WHERE asv.holder_of(a.id) = p_person
                     AND NOT EXISTS (SELECT FROM asv.docking d WHERE d.camera = k.cert AND d.began_at > g.began_at)
                     AND NOT EXISTS (SELECT FROM asv.camera_retirement q WHERE q.camera = k.cert))
        OR EXISTS (SELECT FROM asv.issue i
                   WHERE i.since > clock_timestamp() - interval '2 minutes' AND i.holder = p_person
                     AND NOT EXISTS (SELECT FROM asv.assignment a WHERE a.id = i.assignment))
$$;
COMMENT ON FUNCTION asv.has_camera IS 'whether a person has a camera that was not put back; for the rules, nobody may call it';

CREATE FUNCTION asv.issue_begin(p_badge bytea, p_assignment uuid, p_by text) RETURNS TABLE (outcome text, unit text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_person uuid;
    v_units text[];
BEGIN
    -- One order at a time of a person: two docks hand out one camera.
    SELECT p.id INTO v_person FROM asv.person p WHERE p.badge = p_badge FOR NO KEY UPDATE;
    IF v_person IS NULL THEN
        RETURN QUERY SELECT 'unknown', NULL::text;
        RETURN;
    ELSIF NOT asv.has_role(v_person, 1) THEN
        RETURN QUERY SELECT 'barred', NULL::text;
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM asv.issue i WHERE i.assignment = p_assignment AND i.holder = v_person) THEN
        IF asv.has_camera(v_person) THEN
            RETURN QUERY SELECT 'has', NULL::text;
            RETURN;
        END IF;
        INSERT INTO asv.issue (assignment, number, holder, by) VALUES (p_assignment, 1, v_person, p_by);
    END IF;
    SELECT array_agg(DISTINCT u.unit) INTO v_units
    FROM asv.credential_state c CROSS JOIN LATERAL unnest(c.units) AS u(unit)
    WHERE c.person = v_person AND c.roles & 1 <> 0 AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL
      AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp();
    RETURN QUERY SELECT 'done', CASE WHEN cardinality(v_units) = 1 THEN v_units[1] END;
END
$$;
COMMENT ON FUNCTION asv.issue_begin IS 'writes down who will wear the camera that a dock is about to issue under this id: done, with the unit if it is one; unknown: nobody has this badge; barred: no wearer now; has: that person has a camera';
GRANT EXECUTE ON FUNCTION asv.issue_begin TO asv_dock;

CREATE FUNCTION asv.issue_undo(p_assignment uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- Only what nobody has corrected, and no camera was told.
    DELETE FROM asv.issue i
    WHERE i.assignment = p_assignment AND i.since > clock_timestamp() - interval '1 day'
      AND NOT EXISTS (SELECT FROM asv.assignment a WHERE a.id = p_assignment)
      AND NOT EXISTS (SELECT FROM asv.clip c WHERE coalesce(c.assignment, c.recording) = p_assignment)
      AND NOT EXISTS (SELECT FROM asv.issue n WHERE n.assignment = p_assignment AND n.number > 1);
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.issue_undo IS 'no camera took this assignment: who would have worn it is forgotten';
GRANT EXECUTE ON FUNCTION asv.issue_undo TO asv_dock;
