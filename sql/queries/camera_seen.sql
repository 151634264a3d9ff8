-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A camera with a verified chain exists.
SELECT asv.camera_seen(
    p_camera => $1::bytea,
    p_chain => $2::bytea)
