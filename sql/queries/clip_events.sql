-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the custody events of a recording.
SELECT id, kind, at, recorded_at, actor_kind, actor, actor_name, place, detail, is_signed, object_digest, signature
FROM asv.event_overview
WHERE camera = $1::bytea AND epoch = $2::uuid AND number = $3::bigint AND header = $4::bytea
  AND ($5::uuid IS NULL OR position > (SELECT position FROM asv.event_overview WHERE id = $5))
ORDER BY position
LIMIT $6::integer
