-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Cameras that were issued, or left with recordings on them, and have not been docked since.
SELECT camera, name, last_docked_at, issued, remaining, days, area
FROM asv.undocked(p_before => $1::timestamptz, p_after => $2::bytea, p_limit => $3::integer)
