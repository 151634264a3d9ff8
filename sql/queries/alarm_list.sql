-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the open alarms.
SELECT id, kind, raised_at, dock_name, slot, camera_name, clip, detail
FROM asv.alarm_overview
WHERE $1::uuid IS NULL OR id > $1
ORDER BY id
LIMIT $2::integer
