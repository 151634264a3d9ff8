-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A person enrolled a camera.
SELECT asv.camera_enrol(
    p_camera => $1::bytea,
    p_chain => $2::bytea,
    p_request => $3::bytea,
    p_unit => $4::text,
    p_by => $5::text)
