-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of what recorded people asked.
SELECT subject_request, at, answered_by, reason, camera_name, area, from_at, until_at, found,
       forget_at, subject_request::text AS after
FROM asv.subject_request_lines(
    p_after => $1::uuid, p_limit => $2::integer)
