-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The recordings that show an incident.
SELECT clip, state, camera_name, started_at, due_at
FROM asv.incident_clip_overview
WHERE case_number = $1::text
ORDER BY started_at, clip
LIMIT $2::integer
