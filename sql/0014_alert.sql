-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Alerts (docs/OPERATIONS.md): what people are told, and when they were told it last. No names, no places, nothing of what a
-- recording shows: ids, kinds and instants.
CREATE TABLE asv.alert (
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    subject text NOT NULL CHECK (subject COLLATE "C" ~ '^[\x20-\x7e]{0,100}$'),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL,
    told_at timestamptz,
    PRIMARY KEY (kind, subject)
);
COMMENT ON TABLE asv.alert IS 'matters that people are told of; a row goes with its matter, so that the next one is new';
COMMENT ON COLUMN asv.alert.kind IS 'what it is';
COMMENT ON COLUMN asv.alert.subject IS 'of which alarm, request, recording, camera, hand-over, run or master slot; empty: there is only one';
COMMENT ON COLUMN asv.alert.since IS 'when it was found first';
COMMENT ON COLUMN asv.alert.seen_at IS 'begin of the last run that found it';
COMMENT ON COLUMN asv.alert.told_at IS 'when people were told; NULL: not yet';

CREATE INDEX clip_marked ON asv.clip (due_at) WHERE marked;

CREATE FUNCTION asv.alert_matters(p_docked_before timestamptz)
    RETURNS TABLE (kind text, subject text, what text, at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    (SELECT 'alarm'::text, a.id::text, a.kind::text, a.raised_at
     FROM asv.alarm a
     WHERE NOT EXISTS (SELECT FROM asv.alarm_acknowledgement n WHERE n.alarm = a.id)
     ORDER BY a.id LIMIT 1000)
    UNION ALL
    (SELECT 'request', left(encode(r.proposal, 'hex'), 16), r.action::text, r.expires_at
     FROM asv.request r
     WHERE r.outcome IS NULL AND r.action IN (1, 2, 3, 6, 9) AND r.expires_at > clock_timestamp()
       AND r.expires_at <= clock_timestamp() + interval '24 hours'
     ORDER BY r.expires_at LIMIT 1000)
    UNION ALL
    -- LAW T1: until two people have decided, and not until somebody has read it.
    (SELECT 'dayless', d.clip::text, '', d.committed_at
     FROM asv.dayless_page(NULL, 1000) d)
    UNION ALL
    -- The wearer's marker asks for nothing by itself: before its day somebody has to.
    (SELECT 'marked', c.clip::text, '', c.due_at
     FROM asv.clip_overview c
     WHERE c.unasked AND c.marked AND c.due_at > clock_timestamp() AND c.due_at <= clock_timestamp() + interval '3 days'
     ORDER BY c.due_at LIMIT 1000)
    UNION ALL
    (SELECT 'undocked', left(encode(u.camera, 'hex'), 16), '', u.last_docked_at
     FROM asv.undocked(p_docked_before, NULL, 1000) u
     WHERE u.issued)
    UNION ALL
    -- The last run alone: one that was done after a bad one has done what that one had not.
    (SELECT 'retention_failed', l.id::text, coalesce(e.exit::text, 'cut off'), l.began_at
     FROM (SELECT id, began_at FROM asv.retention_run ORDER BY id DESC LIMIT 1) AS l
     LEFT JOIN asv.retention_run_end e ON e.run = l.id
     WHERE e.exit <> 0 OR e.run IS NULL AND l.began_at < clock_timestamp() - interval '6 hours')
    UNION ALL
    (SELECT 'retention_missed', '', '', coalesce(max(r.began_at), (SELECT min(c.committed_at) FROM asv.clip c))
     FROM asv.retention_run r
     HAVING coalesce(max(r.began_at), (SELECT min(c.committed_at) FROM asv.clip c))
            < clock_timestamp() - interval '26 hours')
    UNION ALL
    -- The job takes it up at once; and of what was given away somebody asks for the receipt (LAW H10). (Hand-overs come with 0023.)
    (SELECT 'handover_failed', b.handover::text, '', b.changed_at
     FROM asv.handover_build b
     WHERE b.stage = 'failed' AND asv.handover_is_open(b.handover)
     ORDER BY b.handover LIMIT 1000)
    UNION ALL
    (SELECT 'handover_unbuilt', b.handover::text, b.stage, b.approved_at
     FROM asv.handover_build b
     WHERE b.stage NOT IN ('built', 'failed') AND b.approved_at <= clock_timestamp() - interval '1 day' AND asv.handover_is_open(b.handover)
     ORDER BY b.handover LIMIT 1000)
    UNION ALL
    (SELECT 'handover_unreceived', b.handover::text, '', b.changed_at
     FROM asv.handover_build b
     WHERE b.stage = 'built' AND b.changed_at <= clock_timestamp() - interval '14 days' AND asv.handover_is_open(b.handover)
     ORDER BY b.handover LIMIT 1000);
END
$$;
COMMENT ON FUNCTION asv.alert_matters IS 'what the database knows that people must be told of';
GRANT EXECUTE ON FUNCTION asv.alert_matters TO asv_admin;

CREATE FUNCTION asv.alert_seen(p_kind text, p_subject text, p_run_at timestamptz) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.alert AS t (kind, subject, seen_at) VALUES (p_kind, p_subject, p_run_at)
    ON CONFLICT (kind, subject) DO UPDATE SET seen_at = greatest(t.seen_at, excluded.seen_at)
    RETURNING told_at IS NULL OR told_at <= clock_timestamp() - interval '24 hours'
$$;
COMMENT ON FUNCTION asv.alert_seen IS 'a run found this matter; whether people are to be told now: of a new one, and once a day while it lasts';
GRANT EXECUTE ON FUNCTION asv.alert_seen TO asv_admin;

CREATE FUNCTION asv.alert_told(p_kind text, p_subject text, p_run_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    INSERT INTO asv.alert (kind, subject, seen_at, told_at) VALUES (p_kind, p_subject, p_run_at, clock_timestamp())
    ON CONFLICT (kind, subject) DO UPDATE SET told_at = excluded.told_at
$$;
COMMENT ON FUNCTION asv.alert_told IS 'people were told of this matter';
GRANT EXECUTE ON FUNCTION asv.alert_told TO asv_admin;

CREATE FUNCTION asv.alert_forget(p_kind text, p_run_at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    DELETE FROM asv.alert t WHERE t.kind = p_kind AND t.seen_at < p_run_at
$$;
COMMENT ON FUNCTION asv.alert_forget IS 'a run looked for matters of this kind: those that it did not find are over';
GRANT EXECUTE ON FUNCTION asv.alert_forget TO asv_admin;
