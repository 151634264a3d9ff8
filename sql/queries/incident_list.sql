-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of incidents, the newest first, without their persons.
SELECT id, case_number, number, cause, offence, danger, from_at, until_at, place, NULL::text AS accused, NULL::text AS injured,
       prosecutor, coalesce(assault, false) AS assault, opened_at, since, clips, forgotten_at, NULL::bytea AS salt, NULL::bytea AS statement
FROM asv.incident_overview
WHERE $1::uuid IS NULL OR id < $1
ORDER BY id DESC
LIMIT $2::integer
