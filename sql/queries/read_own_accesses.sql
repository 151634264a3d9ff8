-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of when recordings were shown whose camera the caller wore.
SELECT at, clip, started_at, access::text AS after
FROM asv.own_access_lines(
    p_after => $1::uuid, p_limit => $2::integer)
