-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the open requests that the caller may answer.
SELECT request, action, ground, case_number, clip, camera_name, from_at, until_at, requested_at,
       expires_at, after
FROM asv.request_waiting(
    p_after => $1::text, p_limit => $2::integer)
