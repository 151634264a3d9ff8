-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of clips in the order of their commit; what is NULL does not filter.
SELECT camera, epoch, number, header, clip, state, kind, integrity, provenance, marked, camera_name, unit, area, reason,
       day, started_at, ended_at, earliest_at, latest_at, due_at, committed_at, erased_on_camera_at, payload_bytes,
       tail_bytes
FROM asv.clip_overview
WHERE ($1::date IS NULL OR day = $1)
  AND ($2::bytea IS NULL OR camera = $2)
  AND ($3::smallint IS NULL OR kind = $3)
  AND (NOT $4::boolean OR unasked)
  AND ($5::timestamptz IS NULL OR (committed_at, header::bytea) > ($5, $6::bytea))
ORDER BY committed_at, header
LIMIT $7::integer
