-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One camera of the register.
SELECT cert, serial, name, model, device_serial, unit, not_after, enrolled_at, retired_at, revoked, last_docked_at, clips
FROM asv.camera_find(
    p_camera => $1::bytea)
