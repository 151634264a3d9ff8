-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One recording of a hand-over.
SELECT clip, camera, epoch, number, header, kind, day, latest_at, camera_name, model, device_serial, firmware, unit, area, started_at, ended_at,
       earliest_at, clock_state, clock_offset_ms, clock_uncertainty_ms, docked_at, dock, dock_name, committed_at, erased_on_camera_at, integrity,
       provenance, marked, payload_bytes, tail_bytes, chunks, root, seal_digest
FROM asv.handover_clip_about(
    p_id => $1::uuid,
    p_number => $2::smallint)
