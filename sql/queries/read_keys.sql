-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the days whose keys the keeper destroyed.
SELECT day, destroyed_at, due_at, confirmed, open, day::text AS after
FROM asv.key_days(
    p_after => $1::date, p_limit => $2::integer)
