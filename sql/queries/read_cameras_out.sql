-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of cameras that are out.
SELECT camera, name, docked_at, issued, due_at, encode(camera, 'hex') AS after
FROM asv.camera_out_lines(
    p_after => $1::text, p_limit => $2::integer)
