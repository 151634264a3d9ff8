-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the recordings on whose day people have to decide.
SELECT recording, clip, camera_name, committed_at, asked
FROM asv.dayless_page(
    p_after => $1::uuid,
    p_limit => $2::integer)
