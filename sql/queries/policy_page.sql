-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the policies that two people decided on.
SELECT version, digest, name, days, from_day, decided_at, proposal, approval
FROM asv.policy_page(
    p_below => $1::bigint,
    p_limit => $2::integer)
