-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What has no consequence yet, behind the first so many.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by
FROM asv.statement_unconcluded(
    p_skip => $1::integer,
    p_limit => $2::integer)
