-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One of the clips with this UUID, with its commit record.
SELECT c.*, asv.clip_record(c.camera, c.epoch, c.number, c.header) AS record
FROM (SELECT camera, epoch, number, header, clip, state, kind, integrity, provenance, marked, camera_name, unit, area, reason,
             day, started_at, ended_at, earliest_at, latest_at, due_at, committed_at, erased_on_camera_at, payload_bytes,
             tail_bytes
      FROM asv.clip_overview
      WHERE clip = $1::uuid
      ORDER BY committed_at, header
      OFFSET $2::bigint LIMIT 1) AS c
