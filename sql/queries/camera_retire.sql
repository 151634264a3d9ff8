-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A camera is out of use for good.
SELECT asv.camera_retire(
    p_camera => $1::bytea,
    p_reason => $2::text,
    p_by => $3::text)
