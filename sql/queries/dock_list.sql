-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the docks in the register.
SELECT cert, serial, name, model, device_serial, unit, not_after, enrolled_at, retired_at, revoked, last_docked_at, clips
FROM asv.dock_overview
WHERE $1::text IS NULL OR (name::text COLLATE "C", cert::bytea) > ($1 COLLATE "C", $2::bytea)
ORDER BY name::text COLLATE "C", cert
LIMIT $3::integer
