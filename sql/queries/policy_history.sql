-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the policies that were decided on, newest first.
SELECT version, digest, name, days, from_day, decided_at, proposal, approval
FROM asv.policy_version
WHERE $1::bigint IS NULL OR version < $1
ORDER BY version DESC
LIMIT $2::integer
