-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One camera, without its recordings.
SELECT cert AS camera, name, serial, model, device_serial, unit, not_after, enrolled_at,
       retired_at, revoked, last_docked_at
FROM asv.camera_overview
WHERE cert = decode($1::text, 'hex')
