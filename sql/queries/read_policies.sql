-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the policies that two people decided on, the newest first.
SELECT version, digest, name, days, from_day, decided_at, proposal, approval,
       coalesce(digest = sha256(asv.policy_on((clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date)), false) AS in_force, version::text AS after
FROM asv.policy_page(
    p_below => $1::bigint, p_limit => $2::integer)
