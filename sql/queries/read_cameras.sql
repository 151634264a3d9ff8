-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of cameras in the order of their names, without their recordings.
SELECT cert AS camera, name, serial, model, device_serial, unit, not_after, enrolled_at,
       retired_at, revoked, last_docked_at, encode(cert, 'hex') AS after
FROM asv.camera_overview
WHERE $1::text IS NULL OR (name::text COLLATE "C", cert::bytea) > (SELECT o.name::text COLLATE "C", o.cert::bytea
                                                                  FROM asv.camera_overview o WHERE o.cert = decode($1, 'hex'))
ORDER BY name::text COLLATE "C", cert
LIMIT $2::integer
