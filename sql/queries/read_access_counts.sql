-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How often recordings were shown, by month.
SELECT month, accesses, suppressed, month::text AS after
FROM asv.access_counts(
    p_after => $1::date, p_limit => $2::integer)
