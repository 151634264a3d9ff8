-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of recordings: those that are kept now, or those of some days.
SELECT clip, state, kind, marked, unasked, unit, area, camera, camera_name, day, due_at, days_left, started_at,
       ended_at, committed_at, payload_bytes, integrity, provenance, after
FROM asv.clip_lines(
    p_state => $3::text, p_unit => $4::text, p_area => $5::text, p_camera => decode($6::text, 'hex'), p_from => $7::date,
    p_until => $8::date, p_integrity => $9::text, p_provenance => $10::text, p_after => $1::text, p_limit => $2::integer)
