-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One recording.
SELECT clip, state, since, kind, integrity, provenance, reason, marked, camera, camera_name, model, device_serial, firmware, number,
       unit, area, day, due_at, started_at, ended_at, earliest_at, latest_at,
       clock_state, clock_offset_ms, clock_uncertainty_ms, docked_at, committed_at,
       erased_on_camera_at, header, root, chunks, payload_bytes, media_bytes, tail_bytes, seal_digest, copies, kept, asked,
       blocks, incidents
FROM asv.clip_about(
    p_clip => $1::uuid)
