-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of docks in the order of their names, with their slots.
SELECT cert AS dock, name, serial, model, device_serial, unit AS site, not_after, enrolled_at, revoked,
       asv.slots_of(cert) AS slots, encode(cert, 'hex') AS after
FROM asv.dock_overview
WHERE $1::text IS NULL OR (name::text COLLATE "C", cert::bytea) > (SELECT o.name::text COLLATE "C", o.cert::bytea
                                                                  FROM asv.dock_overview o WHERE o.cert = decode($1, 'hex'))
ORDER BY name::text COLLATE "C", cert
LIMIT $2::integer
