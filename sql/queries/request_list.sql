-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of requests, the newest first: of one recording or all, open ones or all.
SELECT proposal, action, clip, NULL::bytea AS camera, camera_name, from_at, until_at, NULL::uuid AS incident, case_number, ground,
       false AS superior, requested_at, expires_at, outcome, ended_at, NULL::bytea AS object
FROM asv.request_overview
WHERE ($1::uuid IS NULL OR clip = $1) AND ($2::boolean OR outcome IS NULL)
  AND ($3::timestamptz IS NULL OR (requested_at, proposal) < ($3, $4::bytea))
ORDER BY requested_at DESC, proposal DESC
LIMIT $5::integer
