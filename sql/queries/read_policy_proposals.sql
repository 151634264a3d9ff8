-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the policies that wait for a second person.
SELECT proposal, version, digest, name, days, from_day, proposed_by, proposed_at, expires_at, own, after
FROM asv.policy_proposals(
    p_after => $1::text, p_limit => $2::integer)
