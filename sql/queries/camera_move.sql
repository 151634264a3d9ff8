-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A camera belongs to this unit from now on.
SELECT asv.camera_move(
    p_camera => $1::bytea,
    p_unit => $2::text,
    p_by => $3::text)
