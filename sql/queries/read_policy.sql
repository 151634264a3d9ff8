-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The file of one policy.
SELECT asv.policy_file_find(digest) AS content
FROM asv.policy_page(
    p_below => $1::bigint + 1, p_limit => 1)
WHERE version = $1
