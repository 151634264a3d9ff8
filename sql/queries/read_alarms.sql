-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the open alarms.
SELECT alarm, kind, raised_at, dock_name, slot, camera_name, clip, detail, alarm::text AS after
FROM asv.alarm_lines(
    p_after => $1::uuid, p_limit => $2::integer)
