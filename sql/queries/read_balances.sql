-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the balances of recording days.
SELECT day, found_at, ingested, expired, running, pending, held, quarantined, erasing, erased, even, day::text AS after
FROM asv.balance_lines(
    p_after => $1::date, p_limit => $2::integer)
